"""What ``forecast check`` finds in a project."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from forecast.cli.jumps import filled, jumps
from forecast.cli.options import LANGUAGES
from forecast.cli.show import texts
from forecast.cli.unread import unread_files, unread_sheets
from forecast.errors import Fault, InputError
from forecast.project.load import Scenario, load_models, load_scenario, some_scenarios
from forecast.project.spec import Models
from forecast.run.control_frames import controls
from forecast.run.control_inputs import check_days, controls_of
from forecast.run.inputs import project_areas
from forecast.run.model import Desk, Result, computed
from forecast.run.notes import assumptions as assumed
from forecast.run.notes import remarks, without_effect
from forecast.run.place_inputs import dwellings, observed_moves
from forecast.run.pupil_frames import pupil_doubts
from forecast.run.quarter_inputs import counted_quarters
from forecast.run.unused_rows import unused_rows
from forecast.tables.project_tables import read_tables

CHANGES = "boundary_changes"
FIGURES = r"\d{1,3}(,\d{3})+(\.\d+)?|\d+\.\d+"
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
        return tuple(filled(item.text, item.blanks, lang) for item in self.warned)

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
    if not faults:
        results, faults = _computed(frames, loaded)
    if faults:
        return Inspection(names, tuple(dict.fromkeys(faults)))
    parameters = _assumptions(results[0], frames)
    warned = (
        *_unread(project),
        *_unused(results[0], frames),
        *_controlled(results[0]),
        *_doubted(results[0]),
        *_recalled(frames),
        *_used(results[0], frames),
        *_parameters(parameters),
    )
    return Inspection(names, (), tuple(_described(name, frame) for name, frame in frames.items()), parameters, warned)


def _computed(
    frames: dict[str, pd.DataFrame], loaded: Sequence[tuple[Scenario, Models]]
) -> tuple[list[Result], list[Fault]]:
    """Every scenario computed, and the faults that come up: what several scenarios tell of one thing is told once.

    Where something is wrong, the tables that nobody reached are looked at one by one.
    """
    results: list[Result] = []
    faults: list[Fault] = []
    try:
        desk = Desk(frames)
    except InputError as error:
        without = {name: frame for name, frame in frames.items() if name != CHANGES}
        return [], [*error.faults, *_one_by_one(without, loaded[0][1])]
    for overlay, models in loaded:
        try:
            results.append(computed(desk, overlay, models))
        except InputError as error:
            faults += _new(error.faults, faults)
    return results, faults and [*faults, *_new(_one_by_one(frames, loaded[0][1]), faults)]


def _likeness(fault: Fault) -> tuple[str, ...]:
    """A fault without the figures that differ from scenario to scenario; codes and years have no separators."""
    return tuple(re.sub(FIGURES, "#", text) for text in (fault.where, fault.expected, fault.found, fault.way_out))


def _new(faults: Iterable[Fault], known: Sequence[Fault]) -> list[Fault]:
    """Those of the faults that none of the known ones is like."""
    told = {_likeness(fault) for fault in known}
    return [fault for fault in faults if _likeness(fault) not in told]


def _one_by_one(frames: Mapping[str, pd.DataFrame], models: Models) -> list[Fault]:
    """What is wrong with each optional table by itself."""
    try:
        areas = tuple(area.code for area in project_areas(frames, models))
    except InputError as error:
        return list(error.faults)
    head, days = models.project.project, (models.project.time.previous_census, models.project.time.census)
    above = (head.city, head.province, head.nation)
    looks: tuple[Callable[[], object], ...] = (
        lambda: check_days(frames, models),
        lambda: controls_of(frames, models, areas),
        lambda: [counted_quarters(frames, day, areas, above) for day in days],
        lambda: dwellings(frames, models, areas),
        lambda: observed_moves(frames, models, areas),
    )
    faults: list[Fault] = []
    for look in looks:
        try:
            look()
        except InputError as error:
            faults += error.faults
    return faults


def _unread(project: Path) -> list[Warned]:
    """Files and sheets that nothing reads."""
    sheets = unread_sheets(project).items()
    return [
        *(Warned("warn.file", {"file": file}) for file in unread_files(project)),
        *(Warned("warn.sheets", {"file": file, "sheets": ", ".join(names)}) for file, names in sheets),
    ]


def _unused(result: Result, frames: Mapping[str, pd.DataFrame]) -> list[Warned]:
    """Rows that a run leaves aside, or hides behind what is on record."""
    rows = [
        Warned(f"warn.unused.{item.why}", {"table": item.table, "count": item.rows, **item.blanks})
        for item in unused_rows(result, frames)
    ]
    return rows + [Warned("warn.idle", {"remark": text}) for text in remarks(result, without_effect(result, result))]


def _doubted(result: Result) -> list[Warned]:
    """Counts of children and pupils that are taken as they stand though they are unlikely."""
    found = []
    for one in pupil_doubts(result):
        names = ("where", "area", "year", "service", "number", "counted", "usual", "ratio")
        more = {lang: texts(lang)["warn.doubt.more"].format(more=one.more) if one.more else "" for lang in LANGUAGES}
        jump = 1.0 / one.ratio - 1.0 if one.ratio else float("nan")
        blanks = {name: getattr(one, name) for name in names}
        found.append(Warned(f"warn.doubt.{one.kind}", {**blanks, "jump": jump, "more": more}))
    return found


def _controlled(result: Result) -> list[Warned]:
    """Controls that change people by more in their year than years do."""
    places = (*result.areas, *result.parents)
    names = {lang: {area.code: getattr(area, f"name_{lang}") for area in places} for lang in LANGUAGES}
    found = jumps(controls(result), names, result.models.movement.controls.between)
    return [Warned(key, blanks) for key, blanks in found]


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
