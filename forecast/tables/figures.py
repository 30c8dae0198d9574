"""Figures of ``supply`` and ``standards`` that the program reads: unit and bounds of each, from ``figures.csv``."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import isnan
from typing import Any

import pandas as pd

from forecast.errors import Fault
from forecast.tables.near import in_words
from forecast.tables.places import places

SUPPLY, STANDARDS = "supply", "standards"
NATION = "nation"
LARGE = {"万": "10,000", "千": "1,000", "百万": "1,000,000", "亿": "100,000,000"}
"""Chinese units that count by the thousand and more, and what one of them is."""
WHOLE = 1e-9
SHARE = ("percent", "%", "百分")
BEYOND = ("gross_enrolment",)
"""Percentages that may pass 100: pupils of other ages count among them."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a figure may be.

    units    words for its unit, the first one as the program writes it
    minimum, maximum   bounds, None where there is none;  whole  a count of persons or things
    nation   the least of the nation, where a rate is measured on it, else None
    """

    units: tuple[str, ...]
    minimum: float | None
    maximum: float | None
    whole: bool
    nation: float | None


def odd_figures(tables: Mapping[str, pd.DataFrame]) -> list[Fault]:
    """Faults of unit and size, row by row; of standards also ends in the wrong order, and units that differ."""
    faults: list[Fault] = []
    if SUPPLY in tables:
        areas = tables.get("areas")
        nations = set() if areas is None else set(areas.loc[areas["level"] == NATION, "area"])
        faults += _of_supply(tables[SUPPLY], nations)
    if STANDARDS in tables:
        faults += _of_standards(tables[STANDARDS])
        faults += _of_rivals(tables[STANDARDS])
    return faults


@cache
def known_figures(table: str) -> Mapping[tuple[str, str], Known]:
    """By service ("" for any) and name of the measure or indicator."""
    text = (files("forecast.tables") / "figures.csv").read_text(encoding="utf-8")
    return {
        (row["service"], row["name"]): Known(
            tuple(row["units"].split("|")),
            _bound(row["minimum"]),
            _bound(row["maximum"]),
            row["whole"] == "yes",
            _bound(row["nation"]),
        )
        for row in csv.DictReader(text.splitlines())
        if row["table"] == table
    }


def _bound(text: str) -> float | None:
    return float(text) if text else None


def _of_supply(frame: pd.DataFrame, nations: set[Any]) -> Iterator[Fault]:
    origin, known = places(frame), known_figures(SUPPLY)
    columns = ["area", "service", "measure", "value", "unit", "status"]
    for place, (area, service, measure, value, unit, status) in enumerate(_rows(frame, columns)):
        if isnan(value) or status == "gap":
            continue
        what = known.get((service, measure))
        where = origin.at(place)
        if what is not None and (fault := _unit(what, unit, where, f"{service}, {measure}")):
            yield fault
            continue
        least = what.nation if what and what.nation is not None and area in nations else None
        if text := _misfit(value, what, unit, least):
            yield Fault(f"{where}, column value", f"{text} for {measure}", f"{value:g} {unit}", _way_out(value, what))


def _of_standards(frame: pd.DataFrame) -> Iterator[Fault]:
    origin, known = places(frame), known_figures(STANDARDS)
    columns = ["standard", "service", "indicator", "minimum", "maximum", "unit"]
    columns += ["year", "effective_from", "effective_to"]
    for place, (name, service, indicator, low, high, unit, year, since, until) in enumerate(_rows(frame, columns)):
        where = f"{origin.at(place)} ({name})"
        what = known.get((service, indicator), known.get(("", indicator)))
        first = year if isnan(since) else since
        if until < first:  # a blank is not less
            expected = f"a year from {first:g} on, the first in force"
            yield Fault(f"{where}, column effective_to", expected, f"{until:g}", "correct one of the two years")
        if low > high:
            found = f"{low:g}, above the maximum {high:g}"
            yield Fault(
                f"{where}, column minimum", "a minimum that is not above the maximum", found, "correct one of them"
            )
        if what is not None and (fault := _unit(what, unit, where, f"{service}, {indicator}")):
            yield fault
            continue
        for column, value in (("minimum", low), ("maximum", high)):
            free = what is None and indicator in BEYOND
            text = "" if isnan(value) else _misfit(value, what, "" if free else unit, None)
            if text:
                yield Fault(f"{where}, column {column}", f"{text} for {indicator}", f"{value:g}", "correct the figure")


def _of_rivals(frame: pd.DataFrame) -> Iterator[Fault]:
    """Rows of one subject take each other's place, so they need one unit; where it is known it was looked at before."""
    origin, known = places(frame), known_figures(STANDARDS)
    seen: dict[tuple[str, str, str], tuple[int, str]] = {}
    columns = ["service", "indicator", "applies_to", "unit", "area"]
    for place, (service, indicator, applies_to, unit, area) in enumerate(_rows(frame, columns)):
        if not area or (service, indicator) in known or ("", indicator) in known:
            continue
        first, other = seen.setdefault((service, indicator, applies_to), (place, unit))
        if other != unit:
            what = ", ".join(filter(None, (service, indicator, applies_to)))
            where = f"{origin.both(first, place)}, column unit"
            yield Fault(
                where, f"one unit for {what}", f"{other} and {unit}", "convert one of them, or correct its unit"
            )


def _rows(frame: pd.DataFrame, columns: list[str]) -> Iterator[tuple[Any, ...]]:
    return frame[columns].itertuples(index=False, name=None)


def _unit(what: Known, unit: str, where: str, name: str) -> Fault | None:
    if unit.strip().lower() in what.units:
        return None
    way_out = f"write the figure in {what.units[0]}"
    large = max((word for word in LARGE if word in unit), key=len, default="")
    if large:
        way_out = f"multiply the figure by {LARGE[large]} and write the unit {what.units[0]}"
    return Fault(f"{where}, column unit", f"{in_words(what.units)} for {name}", unit or "a blank cell", way_out)


def _misfit(value: float, what: Known | None, unit: str, least: float | None) -> str:
    """What should stand there instead of a value, "" where it fits."""
    low = 0.0 if what is None or what.minimum is None else what.minimum
    low = low if least is None else max(low, least)
    high = what.maximum if what is not None else 100.0 if unit.lower().startswith(SHARE) else None
    if what is not None and what.whole and abs(value - round(value)) > WHOLE:
        return f"a whole number of {what.units[0]}"
    if value < low or (high is not None and value > high):
        return f"not less than {low:g}" if high is None else f"from {low:g} to {high:g}"
    return ""


def _way_out(value: float, what: Known | None) -> str:
    if what is not None and what.whole and value != round(value):
        return f"count single {what.units[0]}; a figure in ten thousands (万) times 10,000"
    return "correct the figure, or leave the row out"
