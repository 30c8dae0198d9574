"""What ``forecast check`` finds in a project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from forecast.cli.show import texts
from forecast.errors import Fault, InputError
from forecast.project.load import Scenario, load_models, load_scenario, some_scenarios
from forecast.project.spec import Models
from forecast.run.model import Desk, Result, computed
from forecast.run.notes import assumptions as assumed
from forecast.tables.project_tables import read_tables

COUNTED = ("verified", "derived", "recalled")
Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Warned:
    """One thing that is not wrong but should be known: a key of the texts, and what goes into its blanks."""

    text: str
    blanks: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is wrong; and, where nothing is, what is there and what will be assumed."""

    scenarios: tuple[str, ...]
    faults: tuple[Fault, ...]
    tables: tuple[Row, ...] = ()
    assumptions: tuple[Row, ...] = ()
    warned: tuple[Warned, ...] = ()

    def warnings(self, lang: str) -> tuple[str, ...]:
        """The warnings in one language."""
        return tuple(texts(lang)[item.text].format(**item.blanks) for item in self.warned)

    def as_dict(self, lang: str) -> dict[str, object]:
        """For JSON."""
        return {
            "scenarios": self.scenarios,
            "faults": self.faults,
            "tables": self.tables,
            "assumptions": self.assumptions,
            "warnings": self.warnings(lang),
        }


def inspect(project: Path) -> Inspection:
    """Read every table and every model under every scenario, then compute each; faults are named once."""
    names: tuple[str, ...] = ()
    faults: list[Fault] = []
    frames: dict[str, pd.DataFrame] = {}
    try:
        names = some_scenarios(project)
    except InputError as error:
        faults += error.faults
    try:
        frames = read_tables(project)
    except InputError as error:
        faults += error.faults
    loaded: list[tuple[Scenario, Models]] = []
    for name in names:
        try:
            overlay = load_scenario(project, name)
            loaded.append((overlay, load_models(project, overlay)))
        except InputError as error:
            faults += error.faults
    results: list[Result] = []
    desk = Desk(frames)
    for overlay, models in () if faults else loaded:
        try:
            results.append(computed(desk, overlay, models))
        except InputError as error:
            faults += error.faults
    if faults:
        return Inspection(names, tuple(dict.fromkeys(faults)))
    parameters = _assumptions(results[0], frames)
    return Inspection(
        names,
        (),
        tuple(_described(name, frame) for name, frame in frames.items()),
        parameters,
        (*_recalled(frames), *_used(results[0], frames), *_parameters(parameters)),
    )


def _described(name: str, frame: pd.DataFrame) -> Row:
    counts = frame["status"].value_counts() if "status" in frame else pd.Series(dtype="int64")
    by_status = {status: int(counts.get(status, 0)) for status in COUNTED}
    other = int(counts.sum()) - sum(by_status.values())
    return {"table": name, "rows": len(frame), **by_status, "other": other, "years": _years(frame)}


def _years(frame: pd.DataFrame) -> str:
    """First and last year that a table speaks of; blank for a table without years."""
    if "date" in frame:
        years = frame["date"].dropna().dt.year
    else:
        named = [name for name in ("year", "period_start", "period_end") if name in frame]
        years = pd.concat([frame[name].dropna() for name in named]) if named else pd.Series(dtype="float64")
    if years.empty:
        return ""
    first, last = int(years.min()), int(years.max())
    return str(first) if first == last else f"{first}-{last}"


def _assumptions(result: Result, frames: Mapping[str, pd.DataFrame]) -> tuple[Row, ...]:
    """Parameters that no table holds; the same value, status and reason for many areas stand in one row."""
    frame = assumed(result, frames).drop(columns=["scenario"])
    area = frame["key"].astype(str).str.extract(r"^(.*) of (\d{6,12})$")
    frame = frame.assign(key=area[0].fillna(frame["key"].astype(str)))
    columns = [name for name in frame.columns if name != "key"]
    rows: list[Row] = []
    for values, group in frame.groupby(["key", *columns], sort=False, dropna=False):
        row = dict(zip(["key", *columns], values, strict=True))
        rows.append({**row, "key": f"{row['key']} of {len(group)} areas"} if len(group) > 1 else row)
    return tuple(rows)


def _recalled(frames: Mapping[str, pd.DataFrame]) -> list[Warned]:
    found = []
    for name, frame in frames.items():
        for status in ("recalled", "gap"):
            count = int((frame["status"] == status).sum()) if "status" in frame else 0
            if count:
                found.append(Warned(f"warn.{status}", {"table": name, "count": count, "rows": len(frame)}))
    return found


def _used(result: Result, frames: Mapping[str, pd.DataFrame]) -> list[Warned]:
    """Standards that the models name and that are recalled, or are no longer in force at the launch."""
    named = set(_words(result.models.model_dump(mode="json", by_alias=True)))
    table = frames["standards"]
    launch = result.models.project.time.census.year
    found = []
    chosen = table[table["standard"].isin(list(named))]
    for name, status, last in zip(chosen["standard"], chosen["status"], chosen["effective_to"], strict=True):
        if status == "recalled":
            found.append(Warned("warn.standard_recalled", {"standard": name}))
        if last < launch:  # a blank is not less
            found.append(Warned("warn.standard_expired", {"standard": name, "year": int(last)}))
    return found


def _words(node: Any) -> list[str]:
    """Every text of a tree."""
    if isinstance(node, dict):
        return [word for value in node.values() for word in _words(value)]
    if isinstance(node, list):
        return [word for value in node for word in _words(value)]
    return [node] if isinstance(node, str) else []


def _parameters(rows: tuple[Row, ...]) -> list[Warned]:
    return [
        Warned("warn.parameter", {"key": row["key"], "file": row["file"]})
        for row in rows
        if row["status"] == "recalled"
    ]
