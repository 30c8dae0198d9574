"""The published table of norms: which standard each service followed, from which year to which, and where."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from forecast.demography.engine import Override
from forecast.run.inputs import Area
from forecast.run.model import Result
from forecast.services.norms import Norm, Standard

NONE = float("nan")

COLUMNS = ("scenario", "area", "area_name", "area_level", "service", "part", "standard", "first_year", "last_year")
VALUES = ("minimum", "maximum", "unit", "document", "document_number", "status", "source", "note")


def norms(result: Result) -> pd.DataFrame:
    """One row for each spell of a standard: of the city where it is the same in all districts, else of each."""
    rows = [
        row
        for service, demand in result.services.items()
        for part, norm in demand.norms()
        for row in _rows(result, service, part, norm)
    ]
    return pd.DataFrame(rows, columns=[*COLUMNS, *VALUES]).drop_duplicates(ignore_index=True)


def stand_ins(result: Result) -> tuple[Override, ...]:
    """Standards in use in years in which they are not in force, for want of another (law 7)."""
    found = {}
    for demand in result.services.values():
        for _, norm in demand.norms():
            for place, area in _areas(result, norm):
                for first, last, row in norm.stand_ins(place):
                    what = f"standard {row.name}"
                    why = f"{first} to {last}: {_why(row, first)}"
                    found[area.code, first, what] = Override(area.code, first, what, NONE, row.most, why)
    return tuple(found.values())


def _why(row: Standard, year: int) -> str:
    """Why a row stands in in a year; "" where it is in force."""
    if row.holds(year):
        return ""
    side = f"in force from {row.first} on" if year < row.first else f"was in force until {row.last}"
    return f"stands in, no other is in force: {side}"


def _areas(result: Result, norm: Norm) -> Iterator[tuple[int, Area]]:
    """Places of a norm's rows: the city where all districts follow the same."""
    return enumerate(result.parents[:1] if len(norm.held) == 1 else result.areas)


def _rows(result: Result, service: str, part: str, norm: Norm) -> Iterator[tuple[object, ...]]:
    for place, area in _areas(result, norm):
        head = (result.scenario.head.name, area.code, area.name_zh, area.level, service, part)
        for first, last, row in norm.spells(place):
            limits = (row.minimum, row.maximum, row.unit, row.document, row.number, row.status, row.source)
            note = _why(row, first)
            yield (*head, row.name, first, last, *limits, note)
