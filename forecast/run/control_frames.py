"""Figures from outside beside what the forecast would have said: the published table of controls, and their jumps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.axes import SEXES, Floats
from forecast.demography.controls import Control
from forecast.run.inputs import Area
from forecast.run.model import Result

TABLE = "controls"
JUMP = 0.02
"""Change of people within the control's year that is worth a warning: few areas change by more of themselves."""
HEADS = [
    *("scenario", "area", "area_name", "area_level", "year", "sex", "group", "measure", "unit"),
    *("free", "before", "after", "factor", "jump", "status", "source"),
]


@dataclass(frozen=True, slots=True)
class Met:
    """One control and what it does.

    free    people of its group at the end of its year on a course without any control
    before  those of the course under controls, before the control of the year is met; NaN where that is not told
    after   those published
    """

    control: Control
    area: Area
    free: float
    before: float
    after: float

    @property
    def factor(self) -> float:
        """Published over free."""
        return self.after / self.free if self.free > 0 else float("nan")

    @property
    def jump(self) -> float:
        """What the control adds within its year, as a share of those it finds."""
        return self.after / self.before - 1.0 if self.before > 0 else float("nan")

    @property
    def sex(self) -> str:
        """Whom it counts: male, female or both."""
        return "both" if len(self.control.sexes) == len(SEXES) else SEXES[self.control.sexes[0]]

    @property
    def group(self) -> str:
        """Its ages: ``all``, ``60+`` or ``15-24``."""
        first, end = self.control.first, self.control.end
        if end is None:
            return f"{first}+" if first else "all"
        return f"{first}-{end - 1}"


def due(result: Result) -> list[Control]:
    """The controls that a run applies: those of other years are none of its."""
    spec, years = result.models.movement.controls, result.systems.districts.years
    return [item for item in result.evidence.controls if item.year in years[1:]] if spec.apply else []


def met(result: Result) -> list[Met]:
    """The controls that a run applies and what they do, in the order of place and year."""
    items, years = due(result), result.systems.districts.years
    if not items:
        return []
    known = {area.code: area for area in (*result.areas, result.parents[0])}
    order = {code: place for place, code in enumerate(known)}
    free = result.systems.fitted.free().predict(years[1:]).people
    found = [_met(result, item, known[item.place], free) for item in items]
    return sorted(found, key=lambda one: (order[one.control.place], one.control.year, one.control.first, one.sex))


def _met(result: Result, item: Control, area: Area, free: Floats) -> Met:
    forecast, at = result.systems.districts, result.systems.districts.years.index(item.year)
    rows = [
        note.before
        for note in result.systems.overrides
        if (note.area, note.year, note.measure) == (item.place, item.year, item.group) and note.why.startswith("factor")
    ]
    before = rows[0] if rows else float("nan")
    return Met(item, area, item.of(free[at]), before, item.of(forecast.people[at]))


def controls(result: Result) -> pd.DataFrame:
    """The published table: each control with the free value, the published one and their ratio."""
    rows = [
        (
            *(result.scenario.head.name, one.area.code, one.area.name_zh, one.area.level, one.control.year),
            *(one.sex, one.group, "people", "persons"),
            *(one.free, one.before, one.after, one.factor, one.jump),
            *_origin(one.control),
        )
        for one in met(result)
    ]
    frame = pd.DataFrame(rows, columns=HEADS)
    return frame.astype({"year": np.int16, **dict.fromkeys(("free", "before", "after", "factor", "jump"), np.float64)})


def _origin(item: Control) -> tuple[str, str]:
    """Status and source of the figure."""
    status, _, source = item.origin.partition(", ")
    return status, source
