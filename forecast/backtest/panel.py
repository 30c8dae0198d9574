"""Areas with people (or pupils) year after year: what a forecast is made from, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from forecast.axes import SEX, Floats, Population
from forecast.demography.engine import History

SINGLE: Mapping[str, tuple[int, int | None]] = {
    "0-2": (0, 3),
    "0-4": (0, 5),
    "3-5": (3, 6),
    "6-11": (6, 12),
    "12-17": (12, 18),
    "18-64": (18, 65),
    "65+": (65, None),
    "80+": (80, None),
    "all": (0, None),
}
"""Age groups of the services where single years of age are known."""
GROUPED: Mapping[str, tuple[int, int | None]] = {
    "0-4": (0, 5),
    "5-9": (5, 10),
    "10-14": (10, 15),
    "15-64": (15, 65),
    "65+": (65, None),
    "80+": (80, None),
    "all": (0, None),
}
"""Age groups where five-year groups are known."""
CLASSES = ("<5k", "5-20k", "20-100k", ">=100k")
BORDERS = (5_000.0, 20_000.0, 100_000.0)


class Panel(Protocol):
    """A set of areas with history, whatever is counted in it."""

    @property
    def name(self) -> str:
        """What the set is called."""
        ...

    @property
    def areas(self) -> tuple[str, ...]:
        """Codes or names of its areas."""
        ...

    @property
    def years(self) -> tuple[int, ...]:
        """Years that were counted."""
        ...

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups that are scored."""
        ...

    @property
    def step(self) -> int:
        """Years between two forecasts."""
        ...

    def counted(self, year: int) -> Floats:
        """What was counted (group, area)."""
        ...

    def size(self, year: int) -> Floats:
        """People of each area, for size classes (area,)."""
        ...


@dataclass(frozen=True, eq=False)
class PeoplePanel:
    """Stocks of all areas.

    years     ascending
    people    persons (year, area, sex, age)
    width     years of age in a cell, 1 or 5
    left_out  areas of the table that lack a cell
    """

    name: str
    areas: tuple[str, ...]
    years: tuple[int, ...]
    people: Floats
    width: int
    left_out: tuple[str, ...] = ()

    @property
    def step(self) -> int:
        """Cohorts move from cell to cell in so many years."""
        return self.width

    @cached_property
    def spans(self) -> Mapping[str, slice]:
        """Cells of each age group."""
        named = SINGLE if self.width == 1 else GROUPED
        return {
            name: slice(first // self.width, None if end is None else end // self.width)
            for name, (first, end) in named.items()
        }

    @property
    def groups(self) -> tuple[str, ...]:
        """Age groups."""
        return tuple(self.spans)

    def grouped(self, people: Floats) -> Floats:
        """People (..., area, sex, age) of each age group (..., group, area)."""
        both = people.sum(axis=SEX)
        return np.stack([both[..., span].sum(axis=-1) for span in self.spans.values()], axis=-2)

    def counted(self, year: int) -> Floats:
        """People of each group (group, area)."""
        return self.grouped(self.people[self.years.index(year)])

    def size(self, year: int) -> Floats:
        """People of each area (area,)."""
        return np.asarray(self.people[self.years.index(year)].sum(axis=(1, 2)))

    def history(self, origin: int) -> History:
        """What was known at the origin: stocks up to it and nothing of later years (vintage rule)."""
        stocks = [
            Population(self.areas, year, self.people[place], self.width)
            for place, year in enumerate(self.years)
            if year <= origin
        ]
        return History(tuple(stocks))

    def history_of(self, group: str, origin: int) -> History:
        """The same of one group alone: stocks of a single cell, for methods that know no cohorts."""
        span = self.spans[group]
        whole = [
            Population(self.areas, year, self.people[place][..., span].sum(axis=(-2, -1), keepdims=True), self.width)
            for place, year in enumerate(self.years)
            if year <= origin
        ]
        return History(tuple(whole))


def size_class(people: Floats) -> np.ndarray:
    """Number of the size class of each area, by people."""
    return np.searchsorted(np.array(BORDERS), people, side="right")
