"""Rows of optional tables that a run does not use, or not as their writer may think: what ``forecast check`` tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from forecast.axes import SEXES
from forecast.demography.boundaries import Change
from forecast.run.control_inputs import changes_of
from forecast.run.inputs import Frames
from forecast.run.model import Result
from forecast.run.quarter_inputs import FAR, use_of
from forecast.run.teacher_count import left_aside
from forecast.run.unused_provision import told_months, told_standards, told_supply

UNREAD = ("policy_events",)
"""Tables that the program knows and that nothing computes from: they are kept for those who read the project."""


@dataclass(frozen=True, slots=True)
class Unused:
    """Rows of one table and what becomes of them: ``why`` is a key of the texts, ``blanks`` goes into it."""

    table: str
    rows: int
    why: str
    blanks: Mapping[str, object] = field(default_factory=dict)


def unused_rows(result: Result, frames: Frames) -> list[Unused]:
    """What the tables hold and a run leaves aside, or takes from a day that is far away.

    frames  as read: not carried into today's areas
    """
    found = [Unused(name, len(frames[name]), "unread") for name in UNREAD if name in frames]
    for name, told in (
        ("boundary_changes", _boundaries),
        ("controls", _controls),
        ("deaths", _deaths),
        ("group_quarters", _quarters),
        ("teachers", _teachers),
        ("pupils", _pupils),
        ("schools", lambda result, frames: _strange(result, frames, "schools", ("area",))),
        ("children", lambda result, frames: _strange(result, frames, "children", ("area",))),
        ("attendance", lambda result, frames: _strange(result, frames, "attendance", ("from_area", "to_area"))),
        ("standards", lambda result, _: [Unused(*item) for item in told_standards(result)]),
        ("supply", lambda result, frames: [Unused(*item) for item in told_supply(result, frames)]),
        ("births_by_month", lambda result, frames: [Unused(*item) for item in told_months(result, frames)]),
    ):
        if name in frames:
            found += told(result, frames)
    return found


def _boundaries(_: Result, frames: Frames) -> list[Unused]:
    """Changes of days before which nothing is counted."""
    dated = ("population", "indicators")
    first = min(frames[name]["date"].min() for name in dated).date()
    early: list[Change] = [change for change in changes_of(frames) if change.day <= first]
    days = {"days": listed(change.day for change in early), "first": first}
    return [Unused("boundary_changes", len(early), "before_counts", days)] if early else []


def _controls(result: Result, frames: Frames) -> list[Unused]:
    """Figures of people in another concept than the run's."""
    concept = result.models.project.project.concept
    other = int((frames["controls"]["concept"] != concept).sum())
    found = [Unused("controls", other, "concept", {"concept": concept})] if other else []
    if not result.models.movement.controls.apply:
        found.append(Unused("controls", len(frames["controls"]), "not_applied"))
    return found


def _deaths(result: Result, frames: Frames) -> list[Unused]:
    """Deaths by age of the districts where no engine of theirs asks for them."""
    frame, engine = frames["deaths"], result.models.ageing.areas.engine
    if engine in ("brass", "topals"):
        return []
    own = frame["area"].isin(result.evidence.areas) & frame["sex"].isin(SEXES) & frame["age_start"].notna()
    return [Unused("deaths", int(own.sum()), "by_age", {"engine": engine})] if own.any() else []


def _quarters(result: Result, frames: Frames) -> list[Unused]:
    """Counts that stand for no census, that stand for one far away, and those of strange areas."""
    days = [census.date for census in result.evidence.censuses]
    use = use_of(frames, days, result.evidence.areas)
    found = []
    if use.idle:
        blanks = {"days": listed(use.idle), "censuses": listed(days)}
        found.append(Unused("group_quarters", sum(use.idle.values()), "no_census", blanks))
    if use.far:
        far: dict[str, object] = {"days": listed(use.far), "censuses": listed(days), "years": FAR}
        found.append(Unused("group_quarters", sum(use.far.values()), "far_census", far))
    if use.elsewhere:
        blanks = {"areas": listed(use.elsewhere)}
        found.append(Unused("group_quarters", sum(use.elsewhere.values()), "strange_area", blanks))
    return found


def _teachers(result: Result, frames: Frames) -> list[Unused]:
    """Counts of other cities, and those that a later count replaces."""
    found = left_aside(frames["teachers"], result.people.areas, result.people.years)
    return [Unused("teachers", rows, f"teachers_{why}") for why, rows in found.items()]


def _pupils(result: Result, frames: Frames) -> list[Unused]:
    """Counts of other places, and those in which no cohort can be seen to move up."""
    frame, found = frames["pupils"], _strange(result, frames, "pupils", ("area",))
    short = {
        (area, kind): roll.last
        for (area, kind), roll in result.facts.counted.rolls.items()
        if area in result.people.areas and not roll.runs_on
    }
    rows = sum((frame["area"] == area) & (frame["service"] == kind) for area, kind in short)
    if short:
        told = {"areas": listed(f"{area} {kind} {year}" for (area, kind), year in short.items())}
        found.append(Unused("pupils", int(np.sum(rows)), "one_school_year", told))
    return found


def _strange(result: Result, frames: Frames, table: str, columns: tuple[str, ...]) -> list[Unused]:
    """Rows none of whose places is an area of the project."""
    frame = frames[table]
    strange = ~np.any([frame[column].isin(list(result.people.areas)) for column in columns], axis=0)
    areas = {"areas": listed(code for column in columns for code in frame.loc[strange, column] if code)}
    return [Unused(table, int(strange.sum()), "strange_area", areas)] if strange.any() else []


def listed(items: Iterable[object], shown: int = 10) -> str:
    """Different items in order, cut short where there are many.

    >>> listed([1950, 2090, 1950])
    '1950, 2090'
    """
    words = [str(item) for item in sorted(set(items), key=str)]
    return ", ".join(words[:shown]) + (", ..." if len(words) > shown else "")
