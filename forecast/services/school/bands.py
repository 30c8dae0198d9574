"""Kindergarten, the nine compulsory years and senior school: rows of grades in which cohorts move up a grade a year.

Primary and junior school are one band, so that nobody is lost where areas draw the border at different grades.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forecast.axes import Floats

BANDS = {"kindergarten": ("kindergarten",), "compulsory": ("primary", "junior"), "senior": ("senior",)}
"""Services of each band, in the order in which children come through them."""


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """A row of grades, the same ages in all areas.

    first    age of the first grade, completed on 31 August
    lengths  grades of each service by area
    """

    name: str
    first: int
    lengths: Mapping[str, tuple[int, ...]]

    @property
    def services(self) -> tuple[str, ...]:
        """In order."""
        return tuple(self.lengths)

    @property
    def grades(self) -> int:
        """Grades of all services together."""
        return sum(lengths[0] for lengths in self.lengths.values())

    def start(self, service: str, area: int) -> int:
        """Where the first grade of a service stands in an area."""
        before = self.services[: self.services.index(service)]
        return sum(self.lengths[name][area] for name in before)

    def cut(self, service: str, area: int) -> slice:
        """The grades of a service in an area."""
        start = self.start(service, area)
        return slice(start, start + self.lengths[service][area])

    def service(self, area: int, grade: int) -> str:
        """Whose grade it is in an area."""
        return next(name for name in self.services if grade < self.cut(name, area).stop)

    def children(self, by_age: Floats) -> Floats:
        """Children (year, area, age) by grade of their age (year, area, grade)."""
        return by_age[:, :, self.first : self.first + self.grades]
