"""Provision standards over the years: in each year and area the row in force, the most local one before the wider."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from forecast.axes import Floats
from forecast.errors import InputError

SCENARIO = "scenario"
"""Document of a standard that a scenario changes."""


@dataclass(frozen=True, slots=True)
class Standard:
    """One provision standard; ``minimum`` equals ``maximum`` for a single figure, None where there is none.

    area   code of the place in which it holds, blank for one that holds nowhere by itself: it must be named
    first  first year in force
    last   last year in force, None where it goes on
    """

    name: str
    minimum: float | None
    maximum: float | None
    unit: str
    document: str
    number: str
    year: int
    status: str
    source: str
    service: str = ""
    indicator: str = ""
    applies_to: str = ""
    area: str = ""
    first: int = 0
    last: int | None = None

    @property
    def most(self) -> float:
        """The greatest value allowed: the largest class, the most people per worker (the least staffing)."""
        value = self.maximum if self.maximum is not None else self.minimum
        if value is None:
            raise InputError.one(f"data/**/standards, {self.name}", "a figure", "a gap", "fill minimum or maximum")
        return value

    @property
    def least(self) -> float:
        """The least value of a range."""
        value = self.minimum if self.minimum is not None else self.maximum
        return self.most if value is None else value

    @property
    def told(self) -> bool:
        """Whether it has a figure: a row marked as a gap takes nobody's place."""
        return not (self.minimum is None and self.maximum is None)

    @property
    def subject(self) -> tuple[str, str, str]:
        """What it fixes and for whom: rows of one subject take each other's place."""
        return self.service, self.indicator, self.applies_to

    def holds(self, year: int) -> bool:
        """Whether it is in force in a year."""
        return self.first <= year and (self.last is None or year <= self.last)


@dataclass(frozen=True, eq=False)
class Norm:
    """A standard over the years of a run.

    held   the row that holds by distinct place and year (place, year)
    place  which of them each area is (area,); one alone stands for all
    """

    name: str
    years: range
    held: tuple[tuple[Standard, ...], ...]
    place: NDArray[np.intp]

    @cached_property
    def most(self) -> Floats:
        """Greatest values allowed (year, area), one column where they are the same everywhere."""
        return self._values([[row.most for row in rows] for rows in self.held])

    @cached_property
    def least(self) -> Floats:
        """Least values (year, area)."""
        return self._values([[row.least for row in rows] for rows in self.held])

    def _values(self, values: list[list[float]]) -> Floats:
        found = np.ascontiguousarray(np.array(values, dtype=np.float64).T)
        return found if len(self.held) == 1 else found[:, self.place]

    def at(self, year: int, area: int) -> Standard:
        """The row that holds in a year and area, both as places on their axes."""
        return self.held[int(self.place[area])][year]

    @cached_property
    def source(self) -> str:
        """Every source behind it, joined by "; "."""
        return "; ".join(dict.fromkeys(row.source for rows in self.held for row in rows))

    def spells(self, area: int) -> Iterator[tuple[int, int, Standard]]:
        """First and last year of each row in turn; years in which it is not in force apart."""
        rows = self.held[int(self.place[area])]

        def held(year: int) -> tuple[Standard, bool]:
            row = rows[year - self.years[0]]
            return row, row.holds(year)

        for (row, _), years in groupby(self.years, key=held):
            spell = list(years)
            yield spell[0], spell[-1], row

    def stand_ins(self, area: int) -> Iterator[tuple[int, int, Standard]]:
        """The same of the years in which a row stands in though it is not in force: none other is (law 7)."""
        return ((first, last, row) for first, last, row in self.spells(area) if not row.holds(first))


def norm(
    rivals: Sequence[Standard], named: Standard, years: range, areas: tuple[str, ...], parents: Mapping[str, str]
) -> Norm:
    """What holds in place of a named standard, year by year and area by area.

    rivals   rows of the subject of ``named``, itself among them: those count that hold for an area or its parents
    parents  parent of each area code

    The most local row in force wins; of equals the one that came into force last, then the named one. Before any is in
    force, and after all have ended, the named one stands in.
    """
    if len(rivals) == 1:
        return Norm(named.name, years, ((named,) * len(years),), np.zeros(len(areas), dtype=np.intp))
    codes = list(dict.fromkeys(areas))
    held = [tuple(_held(rivals, named, year, chain(code, parents)) for year in years) for code in codes]
    different = list(dict.fromkeys(held))
    found = {code: different.index(rows) for code, rows in zip(codes, held, strict=True)}
    # Columns may be a thousand trajectories of one area.
    of_each = [found[code] for code in areas] if len(different) > 1 else np.zeros(len(areas))
    return Norm(named.name, years, tuple(different), np.array(of_each, dtype=np.intp))


def chain(code: str, parents: Mapping[str, str]) -> tuple[str, ...]:
    """An area and those above it, the nearest first."""
    found = [code]
    while found[-1] in parents and parents[found[-1]] not in found:
        found.append(parents[found[-1]])
    return tuple(found)


def _held(rivals: Sequence[Standard], named: Standard, year: int, above: tuple[str, ...]) -> Standard:
    fitting = [row for row in rivals if row.holds(year) and (row.area in above or row is named)]

    def order(row: Standard) -> tuple[bool, int, int, bool]:
        # A named row without a place counts as wide as can be.
        near = -above.index(row.area) if row.area in above else -len(above)
        return row.document == SCENARIO, near, row.first, row is named

    return max(fitting, key=order) if fitting else named
