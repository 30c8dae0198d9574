"""What is on record of children and pupils: rolls by grade, schools, children on registers, who attends where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from forecast.axes import Floats

OUTSIDE = ""
"""Where the table of attendance names no area of the run: beyond the city."""
REST = "rest"
"""Stands for the schools of an area that are not listed one by one."""
SUREST = ("verified", "observed", "derived", "recalled", "assumed")
"""Statuses of rows, the surest first."""


def weakest(statuses: Iterable[str]) -> str:
    """The status of what rests on rows of several: that of the least sure; "" for none.

    >>> weakest(["observed", "recalled", "verified"])
    'recalled'
    """
    return max(statuses, key=lambda status: SUREST.index(status) if status in SUREST else -1, default="")


@dataclass(frozen=True, slots=True, eq=False)
class Roll:
    """Pupils of one kind of school on record, of an area or of one school, counted in September.

    years      school years in order, not every one between the first and the last need be there
    pupils     persons, migrant children and repeaters among them            (year, grade)
    repeaters  of them, in the same grade as a year before; NaN: not told    (year, grade)
    migrant    children without local registration, all grades; NaN: not told     (year,)
    boarders   pupils who board, likewise                                         (year,)
    status     of its rows, that of the least sure of them (``weakest``)
    where      file and row of the first count, for messages
    by_year    status of the rows of each school year, where they are told apart
    rows       file and row of each count by school year and grade, likewise
    """

    years: tuple[int, ...]
    pupils: Floats
    repeaters: Floats
    migrant: Floats
    boarders: Floats
    status: str
    source: str
    where: str = "data/**/pupils"
    by_year: Mapping[int, str] = field(default_factory=dict)
    rows: Mapping[tuple[int, int], str] = field(default_factory=dict)

    def status_of(self, year: int) -> str:
        """The status of the rows of a school year, the least sure of them."""
        return self.by_year.get(year, self.status)

    def at(self, year: int, grade: int = 1) -> str:
        """File and row of a count, or of the first of the roll."""
        return self.rows.get((year, grade), self.where)

    @property
    def last(self) -> int:
        """The last school year on record."""
        return self.years[-1]

    @property
    def grades(self) -> int:
        """How many grades are on record."""
        return int(self.pupils.shape[1])

    @property
    def runs_on(self) -> bool:
        """Whether the last two school years follow each other, so that cohorts can be seen to move up."""
        return len(self.years) > 1 and self.years[-2] == self.years[-1] - 1

    def plus(self, other: Roll) -> Roll:
        """Both together: general and vocational classes of one school."""
        years = range(min(self.years[0], other.years[0]), max(self.last, other.last) + 1)
        seen = np.array([year in self.years or year in other.years for year in years])

        def summed(name: str) -> Floats:
            both = np.stack([roll.over(years, getattr(roll, name)) for roll in (self, other)])
            return np.asarray(np.where(np.isfinite(both).any(axis=0), np.nansum(both, axis=0), np.nan)[seen])

        source = "; ".join(dict.fromkeys((self.source, other.source)))
        told = (summed("repeaters"), summed("migrant"), summed("boarders"))
        when = tuple(np.array(years)[seen].tolist())
        status = weakest((self.status, other.status))
        return Roll(when, summed("pupils"), *told, status, source, self.where, by_year((self, other)))

    def over(self, years: range, cells: Floats | None = None) -> Floats:
        """Pupils, or other cells of the roll, of every year (year, grade); NaN where it was not counted."""
        values = self.pupils if cells is None else cells
        out = np.full((len(years), *values.shape[1:]), np.nan)
        for place, year in enumerate(self.years):
            if year in years:
                out[years.index(year)] = values[place]
        return out


def by_year(rolls: Iterable[Roll]) -> dict[int, str]:
    """The status of each school year of several rolls together."""
    found: dict[int, str] = {}
    for roll in rolls:
        for year in roll.years:
            found[year] = weakest((found.get(year, ""), roll.status_of(year)))
    return found


@dataclass(frozen=True, slots=True)
class School:
    """A school, or one stage of it, as the table of schools has it.

    grades          first and last grade that it runs, None: all of its stage
    opened, closed  days; None: before any school year that matters, not at all
    """

    code: str
    name: str
    area: str
    kind: str
    grades: tuple[int, int] | None = None
    opened: dt.date | None = None
    closed: dt.date | None = None
    where: str = "data/**/schools"

    def runs(self, year: int) -> bool:
        """Whether it teaches in the school year that begins on 1 September (law 1)."""
        start = dt.date(year, 9, 1)
        return (self.opened is None or self.opened <= start) and (self.closed is None or self.closed > start)


@dataclass(frozen=True, slots=True)
class Listed:
    """Children of one completed age on the registers of an area on 31 August of a year."""

    area: str
    year: int
    age: int
    children: float
    source: str
    where: str = "data/**/children"
    status: str = "observed"


@dataclass(frozen=True, slots=True)
class Attending:
    """Children of one area who go to school in another: a share of all who live there, or a count of a school year.

    origin, destination  area codes; ``OUTSIDE``: anywhere beyond the city
    """

    origin: str
    destination: str
    service: str
    year: int
    share: float | None
    pupils: float | None
    source: str
    where: str = "data/**/attendance"
    status: str = "observed"


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """All of it.

    rolls    by area and kind of school: kindergarten, primary, junior, senior, senior-vocational
    schools  rolls of single schools by code, likewise; ``REST``: the area less those listed
    known    schools by code and kind
    """

    rolls: Mapping[tuple[str, str], Roll] = field(default_factory=dict)
    schools: Mapping[tuple[str, str], Mapping[str, Roll]] = field(default_factory=dict)
    known: Mapping[tuple[str, str], School] = field(default_factory=dict)
    children: tuple[Listed, ...] = ()
    attendance: tuple[Attending, ...] = ()
