"""What is on record of deaths in the areas: totals of a year, and deaths by sex and age of one or several years."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.axes import Floats, Population


@dataclass(frozen=True, slots=True, eq=False)
class DeathTotals:
    """Deaths of all ages of one calendar year, from one record.

    areas     deaths in each area                       (area,)
    province  those of the province, None where the record has none
    source    ids of the table of sources
    """

    year: int
    areas: Floats
    province: float | None
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class DeathsByAge:
    """Deaths of several calendar years together, by area, sex and age group.

    years   the calendar years
    starts  first age of each group, from 0 on, the last group open   (group,)
    deaths  persons                                                    (area, sex, group)
    """

    years: tuple[int, ...]
    starts: NDArray[np.intp]
    deaths: Floats


@dataclass(frozen=True, slots=True, eq=False)
class RecordedDeaths:
    """All that is known of deaths by area; None where no year has every area."""

    totals: DeathTotals | None = None
    by_age: DeathsByAge | None = None


def lived(first: Population, second: Population, year: int) -> Floats:
    """Person-years of a calendar year (area, sex, age): the stock of its middle, straight between two stocks.

    Before the first and after the second stock of 31 December people are those of that stock.
    """
    share = float(np.clip((year - 0.5 - first.year) / (second.year - first.year), 0.0, 1.0))
    return np.asarray((1.0 - share) * first.people + share * second.people)
