"""University students: a stock that replaces itself, held apart from cohort logic (law 8)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.axes import AGES, AREA, Floats
from forecast.kernels.step import aged

GROUPS = ((15, 20), (20, 25))
"""Five-year groups in which campuses show."""
ENTRY, LEAVE = 18, 23
"""Ages at which students arrive and have left; an excess is spread evenly over the ages between in its group."""


@dataclass(frozen=True, slots=True, eq=False)
class StudentRule:
    """Which areas hold campuses, and which areas show what the ages look like without them.

    campus, plain   masks over areas (area,)
    """

    campus: np.ndarray
    plain: np.ndarray

    def stock(self, groups: Floats, starts: Floats, ages: int = AGES) -> Floats:
        """Students by area, sex and single age (area, sex, age), from a census's groups (area, sex, group).

        Expected people of a group = mean of the groups 10-14 and 25-29 x the ratio seen in the plain areas together;
        what a campus area holds above that is taken for students, never below zero. The groups are read, not single
        ages: inside a group nothing yet tells pupils of 17 from students of 19.
        """
        out = np.zeros((*groups.shape[:-1], ages))
        if not self.campus.any() or not self.plain.any():
            return out
        place = {int(start): number for number, start in enumerate(starts)}
        neighbours = 0.5 * (groups[..., place[10]] + groups[..., place[25]])
        for low, high in GROUPS:
            group = groups[..., place[low]]
            ratio = group[self.plain].sum(axis=0) / neighbours[self.plain].sum(axis=0)
            excess = np.maximum(group - ratio * neighbours, 0.0) * self.campus[:, None]
            here = range(max(low, ENTRY), min(high, LEAVE))
            out[..., here.start : here.stop] = excess[..., None] / len(here)
        return out


def moves(before: Floats, after: Floats) -> Floats:
    """Net migration of a stock held apart (..., age), by age at the year's end: those who came minus those who left."""
    return np.asarray(after - aged(before))


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
