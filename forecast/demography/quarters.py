"""Group quarters: students, barracks, institutions and others, counted and held apart from cohort logic (law 8).

Students follow the nation's people of 18-22, as an inferred stock does. Barracks, institutions and other quarters stay
what they are: they hold as many as they have beds, whoever sleeps in them. Nobody held apart ages, dies, bears or
moves in the core; a stock has its own in- and out-moves (``students.moves``), which stand in the account.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecast.axes import SEXES, Floats
from forecast.demography.base import in_groups
from forecast.demography.students import StudentRule, student_path
from forecast.errors import Fault, InputError

STUDENTS = "students"
KINDS = (STUDENTS, "barracks", "institution", "other")
SLACK = 1e-6
"""Persons by which sums of a cell may differ by rounding alone."""


@dataclass(frozen=True, slots=True)
class Cell:
    """People of one kind, area, sex and group of ages.

    area, sex   places on the axes;  first, end  ages, the end not counted
    """

    kind: str
    area: int
    sex: int
    first: int
    end: int
    people: float


@dataclass(frozen=True, slots=True)
class Counted:
    """Quarters that were counted and stand for one census day; ``given`` names the kinds and areas that have a count.

    A count of nobody is a count: it replaces what would be inferred.
    """

    cells: tuple[Cell, ...]

    @property
    def given(self) -> frozenset[tuple[str, int]]:
        """Kinds and areas with a count."""
        return frozenset((cell.kind, cell.area) for cell in self.cells)

    def stocks(self, areas: int, guide: Floats) -> dict[str, Floats]:
        """Stocks by kind (area, sex, age): inside a group of ages as the guide (sex, age) is."""
        found: dict[str, Floats] = {}
        for cell in self.cells:
            stock = found.setdefault(cell.kind, np.zeros((areas, *guide.shape)))
            share = guide[cell.sex, cell.first : cell.end]
            stock[cell.area, cell.sex, cell.first : cell.end] += cell.people * share / share.sum()
        return found


def held_apart(
    rule: StudentRule,
    counted: Counted | None,
    groups: Floats,
    starts: Floats,
    guide: Floats,
    areas: tuple[str, ...],
) -> dict[str, Floats]:
    """Stocks held apart by kind (area, sex, age): counted ones, and inferred students where none were counted.

    groups  the census's people (area, sex, group);  guide  who lives at each age (sex, age)
    Students are inferred from what the other quarters leave of the census. ``InputError`` names every cell of the
    census that holds fewer people than its quarters.
    """
    if counted is None:
        return {STUDENTS: rule.stock(groups, starts)}
    found = counted.stocks(len(areas), guide)
    known = found.pop(STUDENTS, np.zeros((*groups.shape[:-1], guide.shape[-1])))
    _check({**found, STUDENTS: known}, groups, starts, areas)
    rest = groups - sum(in_groups(stock, starts) for stock in found.values())
    students = rule.stock(rest, starts)
    for kind, area in counted.given:
        if kind == STUDENTS:
            students[area] = known[area]
    return {STUDENTS: students, **{kind: found[kind] for kind in KINDS if kind in found}}


def _check(stocks: Mapping[str, Floats], groups: Floats, starts: Floats, areas: tuple[str, ...]) -> None:
    """Nobody lives in quarters who was not counted there."""
    inside = in_groups(np.sum(list(stocks.values()), axis=0), starts)
    faults = []
    for area, sex, group in np.argwhere(inside > groups + SLACK).tolist():
        last = f"{starts[group + 1] - 1:g}" if group + 1 < len(starts) else "over"
        where = f"data/**/group_quarters, area {areas[area]}, {SEXES[sex]}, ages {starts[group]:g} to {last}"
        expected = f"at most the {groups[area, sex, group]:,.0f} people of the census in all quarters together"
        way_out = "correct the count, or add a row of that census day: the nearest count stands for a day without one"
        faults.append(Fault(where, expected, f"{inside[area, sex, group]:,.0f}", way_out))
    if faults:
        raise InputError(faults)


def quarter_paths(stocks: Mapping[str, Floats], youth: Floats) -> dict[str, Floats]:
    """Stocks held apart by kind, year by year (year, area, sex, age): students with the youth, the others as they are.

    stocks  at launch, by kind (area, sex, age);  youth  the nation's people of 18-22 from launch on (year,)
    """
    still = np.ones_like(youth)
    return {kind: student_path(stock, youth if kind == STUDENTS else still) for kind, stock in stocks.items()}


def together(paths: Mapping[str, Floats]) -> Floats:
    """All kinds in one stock."""
    first, *rest = paths.values()
    for item in rest:
        first = first + item
    return first
