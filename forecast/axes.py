"""The axes of every array, in one order: (draw, year, area, sex, age). See conventions, laws 2 and 3."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

AREA, SEX, AGE = -3, -2, -1
SEXES = ("male", "female")
MALE, FEMALE = 0, 1
OPEN_AGE = 110
"""The open age group kept inside: 110 and over."""
AGES = OPEN_AGE + 1
PUBLISHED_OPEN_AGE = 100
"""The open age group shown outside: 100 and over."""
FERTILE = range(15, 50)
"""Completed ages at which women bear children."""


def frozen(array: Floats) -> Floats:
    """A read-only float64 copy, contiguous in memory."""
    copy = np.array(array, dtype=np.float64, order="C")
    copy.flags.writeable = False
    return copy


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """A stock of people on 31 December of ``year`` (law 1).

    areas   area codes, in order
    people  persons (area, sex, age), the last age open; sexes in order, or one axis entry for both together
    width   years of age in a cell: 1, or 5 where only five-year groups are known
    """

    areas: tuple[str, ...]
    year: int
    people: Floats
    width: int = 1

    def __post_init__(self) -> None:
        shape = (len(self.areas), len(SEXES))
        if self.people.ndim != 3 or self.people.shape[:2] not in (shape, (shape[0], 1)):
            raise ValueError(f"people of shape {self.people.shape} do not fit {shape} areas and sexes")
        if self.width < 1:
            raise ValueError(f"a cell of {self.width} years of age")
        if not np.isfinite(self.people).all() or (self.people < 0).any():
            raise ValueError("people must be finite and not negative")
        object.__setattr__(self, "people", frozen(self.people))

    @property
    def total(self) -> Floats:
        """Persons by area."""
        return np.asarray(self.people.sum(axis=(SEX, AGE)))

    def cells(self, first: int, end: int) -> slice:
        """Cells of ages from ``first`` to before ``end``, which must be borders of cells."""
        if first % self.width or end % self.width:
            raise ValueError(f"ages {first} to {end} are no borders of cells of {self.width} years")
        return slice(first // self.width, end // self.width)
