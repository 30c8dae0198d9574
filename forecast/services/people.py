"""The people a service looks at, on the day it looks: 31 December, or 31 August for schools (law 1)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forecast.axes import AGE, FEMALE, MALE, SEX, Floats
from forecast.errors import InputError

YOUNG = 40
"""Ages below which children and pupils are found, whatever the service."""
SEPTEMBER_ON = 4.0 / 12.0
"""Share of a calendar year's births that fall after the cut of 31 August."""


@dataclass(frozen=True, eq=False)
class People:
    """A forecast as the services see it.

    areas, years   codes and 31 Decembers, the launch first
    people         persons (year, area, sex, age)
    births         births of the calendar year (year, area)
    born_until     the last year whose births are on record
    nowcast_until  the last year whose total is on record
    apart          students among the people (year, area, sex, age), who belong to no cohort (law 8); None: nobody
    registered     people on the register (year, area), the course without shocks; None: not known
    taught         ages below which anybody goes to school: of older ones no children of 31 August are found
    """

    areas: tuple[str, ...]
    years: range
    people: Floats
    births: Floats
    born_until: int
    nowcast_until: int
    apart: Floats | None = None
    registered: Floats | None = None
    taught: int = YOUNG

    @cached_property
    def _older(self) -> dict[int, Floats]:
        return {}

    def summed(self, age: int, persons: Floats) -> None:
        """Keep what somebody has summed already, for ``from_age``."""
        self._older[age] = persons

    def from_age(self, age: int) -> Floats:
        """Persons of an age and over, both sexes (year, area); summed once."""
        if age not in self._older:
            self._older[age] = np.asarray(self.people[..., age:].sum(axis=(SEX, AGE)))
        return self._older[age]

    @cached_property
    def both(self) -> Floats:
        """Young persons of both sexes (year, area, age)."""
        return np.asarray(self.people[..., :YOUNG].sum(axis=SEX))

    def cohorts(self, year: int) -> Floats:
        """Young persons of one place in the years, without the students held apart (area, age), ages first in memory.

        Sums over the sexes are taken as they lie, a year at a time: what a year holds stays near the processor.
        """
        here = self.people[year]
        young = slice(0, self.taught + 1)  # one more: of those aged x on 31 August a third are x + 1 in December
        found = here[:, MALE, young] + here[:, FEMALE, young]
        return np.asarray(found if self.apart is None else found - self.apart[year, ..., young].sum(axis=1))

    def place(self, year: int) -> int:
        """Index of a year; ``InputError`` outside the forecast."""
        if year not in self.years:
            raise InputError.one("year", f"{self.years[0]} to {self.years[-1]}", str(year), "choose a year of the run")
        return self.years.index(year)

    @cached_property
    def on_31_august(self) -> Floats:
        """Young people by completed age on 31 August of each year, students left out (year, area, age).

        Of those aged x, two thirds were born in the calendar year t - x, a third late in t - 1 - x. A birth cohort on
        31 August lies a third of the way back from this 31 December to the last one; the launch year stands for itself.
        """
        years, columns = self.people.shape[:2]
        ages = min(self.taught + 1, self.people.shape[AGE])
        found = np.empty((years, ages, columns)).transpose(0, 2, 1)
        last: Floats | None = None
        for year in range(years):
            december = self.cohorts(year)
            # Birth cohorts on 31 August, by the age that they complete in the year.
            cohort = np.copy(december, order="K")
            if last is not None:
                cohort[:, 1:] = (last[:, :-1] + 2.0 * december[:, 1:]) / 3.0
            np.multiply(cohort, 1.0 - SEPTEMBER_ON, out=found[year])
            found[year, :, :-1] += SEPTEMBER_ON * cohort[:, 1:]
            found[year, :, -1] += SEPTEMBER_ON * december[:, -1]
            last = december
        return found[..., : self.taught]

    def born_on_31_december(self, age: int) -> Floats:
        """Share of those aged x on 31 December who are born by the last year on record (year,): 0 or 1."""
        return np.array([1.0 if year - age <= self.born_until else 0.0 for year in self.years])

    def born_on_31_august(self, age: int) -> Floats:
        """The same on 31 August (year,): 0, a third, or 1."""
        shares = []
        for year in self.years:
            late = 1.0 if year - 1 - age <= self.born_until else 0.0
            same = 1.0 if year - age <= self.born_until else 0.0
            shares.append((1.0 - SEPTEMBER_ON) * same + SEPTEMBER_ON * late)
        return np.array(shares)

    def origin(self, area: int, year: int, age: int) -> tuple[str, float, str]:
        """Where those aged ``age`` on 31 August of ``year`` come from: text, persons, status of that figure.

        Births of the two calendar years, weighted by the cut, where both fall in the forecast; else the launch stock of
        the two cohorts.
        """
        late, same = year - 1 - age, year - age
        if late >= self.years[0]:
            births = self.births[:, area]
            value = (1.0 - SEPTEMBER_ON) * births[self.place(same)] + SEPTEMBER_ON * births[self.place(late)]
            return f"births September {late} to August {same}", float(value), self.birth_status(same)
        stock = self.cohorts(0)[area]
        now = max(self.years[0] - same, 0)
        value = (1.0 - SEPTEMBER_ON) * stock[now] + SEPTEMBER_ON * stock[self.years[0] - late]
        return f"the same cohort on 31 December {self.years[0]}", float(value), "observed"

    def birth_status(self, year: int) -> str:
        """Births up to the last year on record are nowcasts (an area's part is computed), later ones projected."""
        if year <= self.years[0]:
            return "observed"
        return "nowcast" if year <= self.born_until else "projected"

    def status(self, year: int) -> str:
        """observed, nowcast or projected (law 13)."""
        if year <= self.years[0]:
            return "observed"
        return "nowcast" if year <= self.nowcast_until else "projected"
