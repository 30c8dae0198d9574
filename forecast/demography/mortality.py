"""Mortality: a nation's death rates by single age, a recorded e0 met exactly, and a Brass shift to the area."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from forecast.axes import AGES, AREA, Floats
from forecast.kernels.brass import brass_rates
from forecast.kernels.kannisto import co_kannisto, kannisto
from forecast.kernels.lifetable import LifeTable, life_tables
from forecast.kernels.solve import bisect
from forecast.kernels.ungroup import ungroup

WIDTHS = np.append(np.ones(AGES - 1), np.inf)
OLDEST_GROUP = 95
"""The last closed five-year group used; older ages follow Kannisto's logistic."""


@dataclass(frozen=True, slots=True, eq=False)
class DeathRates:
    """What is known of a nation's mortality.

    periods  middle of each period, as a year with decimals   (period,)
    rates    deaths per person-year by age group               (period, sex, group)
    starts   first age of each group: 0, 1, 5, 10 ..           (group,)
    years    calendar years with a life expectancy, in a row   (year,)
    e0       life expectancy at birth                          (year, sex)
    """

    periods: Floats
    rates: Floats
    starts: Floats
    years: tuple[int, ...]
    e0: Floats


def single_age_rates(rates: Floats, starts: Floats, shared_slope: bool = False) -> Floats:
    """Abridged death rates (..., group) to single years 0..110+ (..., age).

    The hazard summed over each closed group is kept, the curve inside follows log-linear interpolation between group
    middles (relational ungrouping), and ages 80 and over are closed by Kannisto's logistic; with ``shared_slope`` both
    sexes of rates (..., sex, group) by one slope.
    """
    closed = starts <= OLDEST_GROUP
    first = starts[closed]
    width = np.diff(np.append(first, OLDEST_GROUP + 5.0))
    hazard = rates[..., closed] * width
    middle = first + width / 2.0
    age = np.arange(OLDEST_GROUP + 5) + 0.5
    flat = np.log(rates[..., closed]).reshape(-1, len(first))
    guide = np.exp(np.stack([np.interp(age, middle, row) for row in flat]))
    shape = (*rates.shape[:-1], len(age))
    single = ungroup(hazard, first, guide.reshape(shape))
    close = co_kannisto if shared_slope else kannisto
    return close(np.concatenate([single, single[..., -1:]], axis=-1), last=len(age) - 1)


def e0_of(rates: Floats) -> Floats:
    """Life expectancy at birth (..., sex) of single-age rates (..., sex, age)."""
    return life_tables(rates, WIDTHS).e[..., 0]


def meet_e0(rates_at: Callable[[Floats], Floats], e0: Floats, low: float, high: float) -> Floats:
    """The level at which a model's table has exactly the life expectancy asked for, elementwise.

    rates_at  levels, shaped as ``e0``, to death rates (..., sex, age); e0 moves one way as a level rises
    e0        life expectancies at birth (..., sex), within what ``low`` to ``high`` can reach, else ``ValueError``
    """
    return bisect(lambda level: e0_of(rates_at(level)), e0, low, high)


def two_years(history: DeathRates) -> None:
    """``ValueError`` where a history has fewer than two years of life expectancy."""
    if len(history.years) < 2:
        raise ValueError("a pace of progress needs two years of life expectancy")


class FittedMortality(Protocol):
    """A nation's mortality that can be carried to any year."""

    def predict(self, years: range) -> Floats:
        """Death rates (year, sex, age)."""
        ...


@dataclass(frozen=True, slots=True)
class BrassDrift:
    """One table moved along the logit of survivorship: for histories with a single period of rates.

    The level of each sex is set year by year so that the recorded e0 is met, then drifts on at its mean pace.
    """

    def fit(self, history: DeathRates) -> FittedBrassDrift:
        """One period of rates and two years of e0 at least, else ``ValueError``."""
        two_years(history)
        single = single_age_rates(history.rates, history.starts)[-1]
        table = life_tables(single, WIDTHS)

        def rates_at(alpha: Floats) -> Floats:
            return brass_rates(single, table.l, table.a, alpha)

        return FittedBrassDrift(single, meet_e0(rates_at, history.e0, -2.0, 2.0), history.years)


@dataclass(frozen=True, slots=True, eq=False)
class FittedBrassDrift:
    """The table (sex, age) and its level by year and sex."""

    standard: Floats
    alpha: Floats
    years: tuple[int, ...]

    def predict(self, years: range) -> Floats:
        """Death rates (year, sex, age), drifting on from the last fitted year and back from the first."""
        drift = (self.alpha[-1] - self.alpha[0]) / (self.years[-1] - self.years[0])
        first, last = self.years[0], self.years[-1]
        levels = []
        for year in years:
            near = min(max(year, first), last)
            levels.append(self.alpha[self.years.index(near)] + drift * (year - near))
        table = life_tables(self.standard, WIDTHS)
        return brass_rates(self.standard, table.l, table.a, np.stack(levels))


@dataclass(frozen=True, slots=True)
class BrassShift:
    """One level shift on the logit of survivorship, the same for both sexes and every year."""

    alpha: float

    @classmethod
    def to_e0(cls, standard: Floats, gain: float) -> BrassShift:
        """The shift under which e0 (mean of the sexes) of a table (sex, age) rises by ``gain`` years."""
        target = float(e0_of(standard).mean()) + gain

        def value(alpha: Floats) -> Floats:
            return np.array([e0_of(cls(float(x)).apply(standard)).mean() for x in alpha])

        return cls(float(bisect(value, np.array([target]), -2.0, 2.0)[0]))

    def apply(self, rates: Floats) -> Floats:
        """Shifted death rates, same shape (..., sex, age)."""
        table = life_tables(rates, WIDTHS)
        return brass_rates(rates, table.l, table.a, np.full(rates.shape[:-1], self.alpha))


def tables(rates: Floats) -> LifeTable:
    """Life tables of single-age rates (..., sex, age)."""
    return life_tables(rates, WIDTHS)


def survival_by_area(rates: Floats) -> Floats:
    """Survival ratios (year, area or 1, sex, age) of rates all areas share (year, sex, age), or by area as well."""
    found = tables(rates).S
    return found[:, None] if found.ndim == 3 else found


def rates_together(rates: Floats, people: Floats) -> Floats:
    """Death rates of all areas as one: those of the areas (..., area, sex, age) averaged over people there."""
    whole = people.sum(axis=AREA, keepdims=True)
    share = np.where(whole > 0, people / np.where(whole > 0, whole, 1.0), 1.0 / people.shape[AREA])
    return np.asarray((rates * share).sum(axis=AREA))
