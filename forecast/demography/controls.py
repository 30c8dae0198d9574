"""Figures from outside that a forecast must show: cells are raked to them, and the difference counts as migration.

A control is a stock of 31 December. Several of one year are met together by iterative proportional fitting (Deming and
Stephan 1940): each in turn multiplies its cells by one factor, until all hold. Whoever is held apart (students) is
counted in a control and never scaled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from forecast.axes import SEXES, Floats
from forecast.demography.engine import Override
from forecast.errors import Fault, InputError

ROUNDS = 1000
"""Rounds after which controls that still do not hold are taken to contradict one another."""
CLOSE = 1e-10
"""Relative distance from a control at which it holds."""
LEAST = 1e-3
"""The way to an emptied cell leads to this factor before it."""
WHERE = "data/**/controls"


@dataclass(frozen=True, slots=True)
class Control:
    """People of one area, or of all together, whom the end of a year must show.

    place       code of the area
    area        its position; None: all areas together
    sexes       positions of the sexes
    first, end  completed ages from ``first`` to before ``end``; None: open upwards
    origin      status and source of the figure
    """

    place: str
    area: int | None
    year: int
    people: float
    sexes: tuple[int, ...] = (0, 1)
    first: int = 0
    end: int | None = None
    origin: str = ""

    @property
    def cells(self) -> tuple[slice, slice, slice]:
        """Where its people stand in an array (area, sex, age)."""
        areas = slice(None) if self.area is None else slice(self.area, self.area + 1)
        return areas, slice(self.sexes[0], self.sexes[-1] + 1), slice(self.first, self.end)

    def of(self, people: Floats) -> float:
        """What an array (area, sex, age) holds of its people."""
        return float(people[self.cells].sum())

    @property
    def group(self) -> str:
        """Whom it counts, in words."""
        sex = "" if len(self.sexes) == len(SEXES) else f", {SEXES[self.sexes[0]]}"
        if self.end is None:
            return f"people{sex}" + (f", ages {self.first}+" if self.first else "")
        return f"people{sex}, ages {self.first}-{self.end - 1}"


@dataclass(frozen=True, slots=True, eq=False)
class Met:
    """The year's end under its controls: people (area, sex, age) without those held apart, and what was changed."""

    people: Floats
    notes: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Controls:
    """What a run has to meet.

    items    controls, each in its year
    targets  stocks without those held apart, by year (area, sex, age), a free cell NaN. Where a year has them they
             stand for its items, which they hold; in a year without items they lead to the next ones
    """

    items: tuple[Control, ...] = ()
    targets: Mapping[int, Floats] = field(default_factory=dict)

    def met(self, year: int, people: Floats, apart: Floats, total: Control | None) -> Met:
        """The people of a year's end as they must be.

        people  without those held apart (area, sex, age);  apart  those
        total   a total on record, which holds beside the controls
        """
        due = [item for item in self.items if item.year == year]
        target = self.targets.get(year)
        if target is not None:
            after = np.where(np.isnan(target), people, target)
        elif due:
            after = people * raked(people, apart, due if total is None else [*due, total])
        else:
            return Met(people)
        said = due or self._ahead(year)
        return Met(after, tuple(_row(item, year, people + apart, after + apart) for item in said))

    def _ahead(self, year: int) -> list[Control]:
        """The controls of the next year that has any: targets before it lead there."""
        later = [item.year for item in self.items if item.year > year]
        return [item for item in self.items if later and item.year == min(later)]


FREE = Controls()
"""Nothing to meet."""


def raked(people: Floats, apart: Floats, controls: Sequence[Control]) -> Floats:
    """The factors (area, sex, age) that make people meet all controls; ``InputError`` where none do.

    people  without those held apart (area, sex, age);  apart  those, who are counted and not scaled
    """
    wanted = [item.people - item.of(apart) for item in controls]
    _possible(people, controls, wanted)
    now = people.copy()
    for _ in range(ROUNDS):
        for item, want in zip(controls, wanted, strict=True):
            have = item.of(now)
            now[item.cells] *= want / have if have > 0 else 1.0
        if all(_gap(item, now, want) <= CLOSE for item, want in zip(controls, wanted, strict=True)):
            return np.divide(now, people, out=np.ones_like(people), where=people > 0)
    raise InputError(
        Fault(
            f"{WHERE}, year {item.year}",
            f"{item.group} of {item.place} that fit the other controls and totals of the year: {item.people:,.0f}",
            f"{item.of(now) + item.people - want:,.0f} when the others hold",
            "they contradict one another: correct one, or leave one out",
        )
        for item, want in zip(controls, wanted, strict=True)
        if _gap(item, now, want) > CLOSE
    )


def _gap(item: Control, people: Floats, want: float) -> float:
    return abs(item.of(people) - want) / max(want, 1.0)


def _possible(people: Floats, controls: Sequence[Control], wanted: Sequence[float]) -> None:
    """``InputError`` naming controls below those held apart, and controls of people whom nobody could become."""
    faults = []
    for item, want in zip(controls, wanted, strict=True):
        where = f"{WHERE}, year {item.year}, {item.group} of {item.place}"
        if want < 0:
            what = f"at least the {item.people - want:,.0f} who are held apart there"
            faults.append(Fault(where, what, f"{item.people:,.0f}", "raise the control, or leave it out"))
        elif want > 0 and item.of(people) <= 0:
            found = f"{item.people:,.0f}, where the forecast has nobody to multiply"
            faults.append(Fault(where, "people in the ages of a control", found, "widen the ages of the control"))
    if faults:
        raise InputError(faults)


def _row(item: Control, year: int, before: Floats, after: Floats) -> Override:
    had, has = item.of(before), item.of(after)
    factor = has / had if had > 0 else float("nan")
    goal = f"raked to a control ({item.origin})" if year == item.year else f"on the way to the control of {item.year}"
    why = f"factor {factor:.6f}: {goal}; the difference counts as net migration"
    return Override(item.place, year, item.group, had, has, why)


def led(years: range, free: Floats, apart: Floats, controls: Sequence[Control], since: int) -> Controls:
    """Controls with the way to them: factors on a free course, interpolated linearly in logs, so that nothing jumps.

    free   people of a course without controls, those held apart left out   (year, area, sex, age)
    apart  those held apart                                                 (year, area, sex, age)
    since  the last year on record: the factor is 1 there

    A cell is led from its last control, or from the record, to its next one, and is free after its last. A later
    control is met by one factor on the course that the earlier ones have led to.
    """
    targets: dict[int, Floats] = {}
    start, level = np.full(free[0].shape, float(since)), np.zeros_like(free[0])
    due = [item for item in controls if item.year > since]
    for year in sorted({item.year for item in due}):
        now = [item for item in due if item.year == year]
        # a control lives on in the cells of a later one: that is met from where the earlier has led
        carried = np.exp(level)
        factor = carried * raked(free[years.index(year)] * carried, apart[years.index(year)], now)
        mask = np.zeros(factor.shape, dtype=bool)
        for item in now:
            mask[item.cells] = True
        logs = np.log(np.maximum(factor, LEAST))
        for way in range(since + 1, year + 1):
            part = np.clip((way - start) / (year - start), 0.0, 1.0)
            goal = free[years.index(way)] * (factor if way == year else np.exp(level + part * (logs - level)))
            targets.setdefault(way, np.full(factor.shape, np.nan))
            targets[way] = np.where(mask & (start < way), goal, targets[way])
        start, level = np.where(mask, float(year), start), np.where(mask, logs, level)
    return Controls(tuple(controls), targets)
