"""University students: a stock that replaces itself, held apart from cohort logic (law 8)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.axes import AREA, Floats

GROUPS = ((15, 20), (20, 25))
"""Five-year groups in which campuses show."""
ENTRY, LEAVE = 18, 23
"""Ages at which students arrive and have left; an excess is spread over the ages between that its group holds."""


@dataclass(frozen=True, slots=True, eq=False)
class StudentRule:
    """Which areas hold campuses, and which areas show what the ages look like without them.

    campus, plain   masks over areas (area,)
    """

    campus: np.ndarray
    plain: np.ndarray

    def stock(self, people: Floats) -> Floats:
        """Students by area, sex and single age (area, sex, age), from people (area, sex, age).

        Expected people of a group = mean of the neighbouring groups 10-14 and 25-29 x the ratio seen in the plain areas
        together; what a campus area holds above that is taken for students, never below zero.
        """
        out = np.zeros_like(people)
        if not self.campus.any() or not self.plain.any():
            return out
        neighbours = 0.5 * (people[..., 10:15].sum(axis=-1) + people[..., 25:30].sum(axis=-1))
        for low, high in GROUPS:
            group = people[..., low:high].sum(axis=-1)
            ratio = group[self.plain].sum(axis=0) / neighbours[self.plain].sum(axis=0)
            excess = np.maximum(group - ratio * neighbours, 0.0) * self.campus[:, None]
            ages = slice(max(low, ENTRY), min(high, LEAVE))
            share = np.divide(people[..., ages], people[..., ages].sum(axis=-1, keepdims=True))
            out[..., ages] = np.minimum(excess[..., None] * share, 0.95 * people[..., ages])
        return out


def student_path(stock: Floats, youth: Floats) -> Floats:
    """Stocks year by year: the launch stock moving with the nation's people of student age.

    stock   students at launch (area, sex, age)
    youth   the nation's people of ages 18-22 from launch on (year,)
    returns (year, area, sex, age)
    """
    index = youth / youth[0]
    return np.asarray(index[:, None, None, None] * stock)


def youth_of(people: Floats) -> Floats:
    """People of ages 18-22 over all areas and sexes, from people (year, area, sex, age)."""
    return np.asarray(people[..., ENTRY:LEAVE].sum(axis=(AREA, -2, -1)))
