"""Net migration rates: by year from a decade, smoothed, shrunk, damped, and tied to the city."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.axes import AGES, Floats
from forecast.kernels.controls import plus_minus


def annual_rates(decade: Floats, ages: int = AGES) -> Floats:
    """Yearly net rates by single age (..., age) from ten-year rates by cohort group at the end (..., 18).

    A cohort ten years older at the end passed through the ages before: its yearly log rate is set at the middle of that
    span (children: half their age), and read off by linear interpolation; constant beyond the ends.
    """
    yearly = np.log1p(np.clip(decade, -0.9, 9.0)) / 10.0
    groups = decade.shape[-1]
    at_end = np.arange(groups) * 5.0 + 2.5
    middle = np.where(at_end > 10.0, at_end - 5.0, at_end / 2.0)
    exposure = np.minimum(at_end, 10.0) / 10.0
    flat = (yearly / exposure).reshape(-1, groups)
    age = np.arange(ages) + 0.5
    logs = np.stack([np.interp(age, middle, row) for row in flat])
    return np.asarray(np.expm1(logs).reshape(*decade.shape[:-1], ages))


def smooth(rates: Floats, spread: float) -> Floats:
    """A bell-shaped moving mean over age with standard deviation ``spread`` years; 0 leaves the rates."""
    if spread <= 0:
        return rates
    ages = rates.shape[-1]
    distance = np.arange(ages)[:, None] - np.arange(ages)[None, :]
    weight = np.exp(-0.5 * (distance / spread) ** 2)
    return np.asarray(rates @ (weight / weight.sum(axis=1, keepdims=True)).T)


def shrink(rates: Floats, people: Floats, parent: Floats, prior: float) -> Floats:
    """Pull each area's rates to the parent's with the weight of ``prior`` persons of about the same age.

    rates, people (area, sex, age); parent (sex, age)

    Weight of the own rate: n / (n + prior), n = people of about that age (five years).
    """
    near = smooth(people, 2.5) * 5.0
    own = near / (near + prior)
    return np.asarray(own * rates + (1.0 - own) * parent)


@dataclass(frozen=True, slots=True, eq=False)
class NetMigration:
    """Net rates of a system of areas, tied together.

    rates     yearly net rates by area, sex and age, before damping      (area, sex, age)
    parent    the same for all areas together                            (sex, age)
    profile   who moves: positive, one per person on average             (sex, age)
    scale     share of the rates that still holds in the first year
    damping   share of it that is kept each further year
    fixed     whether ``scale`` is given; else an engine may fit it to totals known since
    rest      what is said of the people whom a known total adds
    """

    rates: Floats
    parent: Floats
    profile: Floats
    scale: float
    damping: float
    fixed: bool = False
    rest: str = "is taken as net migration"

    def net(self, survivors: Floats, after: int) -> Floats:
        """Net migrants (area, sex, age) of one year, ``after`` years after the last controlled one.

        survivors  people at the year's end without migration (area, sex, age). Gains of some areas are the losses of
        others: areas are raked (plus-minus) so that each sex and age sums to the net migration of all areas together.
        """
        whole = self._level(after) * self.parent * survivors.sum(axis=0)
        # nobody moves where nobody is, not even by rounding
        weights = np.where(survivors.sum(axis=0) > 0, survivors, 1.0)
        return plus_minus(self.untied(survivors, after), whole, weights)

    def untied(self, survivors: Floats, after: int) -> Floats:
        """What each area's own rates give before areas are tied."""
        return np.asarray(self._level(after) * self.rates * survivors)

    def _level(self, after: int) -> float:
        return float(self.scale * self.damping ** max(after, 0))

    def shift(self, survivors: Floats, missing: float) -> Floats:
        """Net migrants (area, sex, age) that add ``missing`` persons, spread by who moves: an additive control."""
        movers = self.profile * survivors
        return np.asarray(missing * movers / movers.sum())


def model_schedule(ages: int = AGES) -> Floats:
    """Relative migration by single age (age,): the seven-parameter model with its fundamental values.

    m(x) = a1 exp(-al1 x) + a2 exp(-al2 (x - mu2) - exp(-la2 (x - mu2))) + c with a1 = .02, al1 = .10, a2 = .06,
    al2 = .10, mu2 = 20, la2 = .40, c = .003. Source: Rogers and Castro 1981, Model Migration Schedules.
    """
    age = np.arange(ages) + 0.5
    work = 0.06 * np.exp(-0.10 * (age - 20.0) - np.exp(-0.40 * (age - 20.0)))
    return np.asarray(0.02 * np.exp(-0.10 * age) + work + 0.003)


def mobility(rates: Floats, people: Floats) -> Floats:
    """Who moves: mean absolute net rate over areas by sex and age, one per person on average (sex, age)."""
    movers = (np.abs(rates) * people).sum(axis=0)
    profile = movers / np.maximum(people.sum(axis=0), 1e-9)
    mean = movers.sum() / people.sum()
    return np.ones_like(profile) if mean == 0 else np.asarray(profile / mean)
