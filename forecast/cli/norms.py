"""What ``forecast standards`` reads from the table of standards."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from forecast.cli.show import figure, plain
from forecast.errors import InputError
from forecast.tables.near import did_you_mean
from forecast.tables.project_tables import read_tables

Row = dict[str, object]


def _table(project: Path) -> pd.DataFrame:
    tables = read_tables(project)
    if "standards" not in tables:
        raise InputError.one("data/", "a table standards", "none", "add a file standards.csv")
    return tables["standards"]


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


def listed(project: Path, service: str | None) -> list[Row]:
    """Standards of a service, or all of them."""
    frame = _table(project)
    known = list(dict.fromkeys(frame["service"].astype(str)))
    if service is not None and service not in known:
        raise InputError.one("--service", f"one of {', '.join(known)}", service, did_you_mean(service, known))
    return _rows(frame if service is None else frame[frame["service"] == service])


def shown(project: Path, name: str) -> Row:
    """One standard by its name."""
    frame = _table(project)
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
    frame = _table(project)
    begins = frame["effective_from"].fillna(frame["year"])
    ends = frame["effective_to"].fillna(float("inf"))
    one, other = ((begins <= year) & (ends >= year) for year in (first, second))
    return _rows(frame[one & ~other]), _rows(frame[other & ~one])
