"""The published table of norms: which standard each service followed, from which year to which, and where."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from forecast.run.inputs import Area
from forecast.run.model import Result
from forecast.services.norms import Norm

COLUMNS = ("scenario", "area", "area_name", "area_level", "service", "part", "standard", "first_year", "last_year")
VALUES = ("minimum", "maximum", "unit", "document", "document_number", "status", "source")


def norms(result: Result) -> pd.DataFrame:
    """One row for each spell of a standard: of the city where it is the same in all districts, else of each."""
    rows = [
        row
        for service, demand in result.services.items()
        for part, norm in demand.norms()
        for row in _rows(result, service, part, norm)
    ]
    return pd.DataFrame(rows, columns=[*COLUMNS, *VALUES]).drop_duplicates(ignore_index=True)


def _rows(result: Result, service: str, part: str, norm: Norm) -> Iterator[tuple[object, ...]]:
    everywhere = len(norm.held) == 1
    areas: tuple[Area, ...] = result.parents[:1] if everywhere else result.areas
    for place, area in enumerate(areas):
        head = (result.scenario.head.name, area.code, area.name_zh, area.level, service, part)
        for first, last, row in norm.spells(place):
            limits = (row.minimum, row.maximum, row.unit, row.document, row.number, row.status, row.source)
            yield (*head, row.name, first, last, *limits)
