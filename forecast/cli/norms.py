"""What ``forecast standards`` reads from the table of standards."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from forecast.cli.factors import find_area
from forecast.cli.show import figure, plain
from forecast.errors import InputError
from forecast.run.inputs import areas_of
from forecast.tables.near import did_you_mean
from forecast.tables.project_tables import read_tables

Row = dict[str, object]


def _tables(project: Path) -> Mapping[str, pd.DataFrame]:
    tables = read_tables(project)
    if "standards" not in tables:
        raise InputError.one("data/", "a table standards", "none", "add a file standards.csv")
    return tables


def _rows(frame: pd.DataFrame) -> list[Row]:
    """Rows with a readable figure; years whole, blanks as None."""
    found = []
    for record in frame.astype(object).to_dict(orient="records"):
        row = {str(key): None if value == "" else plain(value) for key, value in record.items()}
        row = {
            key: int(value) if isinstance(value, float) and key.split("_")[-1] in ("year", "from", "to") else value
            for key, value in row.items()
        }
        found.append({**row, "figure": _figure(row["minimum"], row["maximum"])})
    return found


def _figure(least: object, most: object) -> str:
    """One figure, a range, or a bound on one side; a rule in words has none."""
    if least is None and most is None:
        return "-"
    if least == most or most is None or least is None:
        sign = "" if least == most else ">= " if most is None else "<= "
        return f"{sign}{figure(most if least is None else least)}"
    return f"{figure(least)} - {figure(most)}"


def listed(project: Path, service: str | None = None, year: int | None = None, area: str | None = None) -> list[Row]:
    """Standards of a service, in force in a year, and of those of one subject the most local ones that hold in an area.

    A blank first year counts from the year of the document, as a run does.
    """
    tables = _tables(project)
    frame = tables["standards"]
    known = list(dict.fromkeys(frame["service"].astype(str)))
    if service is not None and service not in known:
        raise InputError.one("--service", f"one of {', '.join(known)}", service, did_you_mean(service, known))
    kept = frame if service is None else frame[frame["service"] == service]
    if year is not None:
        kept = kept[_in_force(kept, year)]
    return _rows(kept if area is None else _nearest(kept, _chain(tables, area)))


def _chain(tables: Mapping[str, pd.DataFrame], asked: str) -> list[str]:
    """Codes of an area and of those above it, the nearest first."""
    areas = areas_of(tables)
    found = [find_area(tuple(areas.values()), asked).code]
    while (parent := areas[found[-1]].parent) in areas and parent not in found:
        found.append(parent)
    return found


def _nearest(frame: pd.DataFrame, chain: list[str]) -> pd.DataFrame:
    """Rows that hold in the first area of the chain: of one subject those of the nearest place that has any."""
    places = {code: place for place, code in enumerate(chain)}
    near = frame["area"].astype(str).map(places)
    here = frame[near.notna()]
    subjects = [here[name].astype(str) for name in ("service", "indicator", "applies_to")]
    nearest = near[near.notna()].groupby(subjects, sort=False).transform("min")
    return here[near[near.notna()] == nearest]


def _in_force(frame: pd.DataFrame, year: int) -> pd.Series[bool]:
    return (frame["effective_from"].fillna(frame["year"]) <= year) & (frame["effective_to"].fillna(np.inf) >= year)


def shown(project: Path, name: str) -> Row:
    """One standard by its name."""
    frame = _tables(project)["standards"]
    found = frame[frame["standard"] == name]
    if found.empty:
        near = did_you_mean(name, frame["standard"].astype(str))
        raise InputError.one(
            f"standard {name}",
            "a standard of data/**/standards",
            "none of that name",
            near or "`forecast standards list` lists them",
        )
    return _rows(found)[0]


def changed(project: Path, first: int, second: int) -> tuple[list[Row], list[Row]]:
    """Standards in force in the first year only, and in the second only."""
    frame = _tables(project)["standards"]
    one, other = (_in_force(frame, year) for year in (first, second))
    return _rows(frame[one & ~other]), _rows(frame[other & ~one])
