"""Net migration: what two censuses leave unexplained, by age and sex, smoothed, shrunk, damped and tied to the city."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.axes import AGES, FEMALE, Floats
from forecast.kernels.controls import plus_minus

CHILD_SHARES = (0.25, 0.75)
"""Net migrants of 0-4 and 5-9 per net migrating mother and child-woman ratio (UN Manual VI 1970; Shryock and Siegel)."""


@dataclass(frozen=True, slots=True, eq=False)
class TwoCensuses:
    """Five-year age groups of areas and of the nation at two censuses ten years apart.

    first, second                  persons (area, sex, group), groups 0-4 .. 80-84, 85+
    nation_first, nation_second    persons (sex, group)
    """

    first: Floats
    second: Floats
    nation_first: Floats
    nation_second: Floats


def census_survival(nation_first: Floats, nation_second: Floats) -> Floats:
    """The nation's ratio of each cohort to itself ten years earlier (sex, cohort), last cohort open (75+ to 85+).

    It holds mortality and the change of census coverage together (forward census-survival-ratio method).
    """
    start = _cohorts_before(nation_first)
    return np.asarray(_cohorts_after(nation_second) / start)


def _cohorts_before(groups: Floats) -> Floats:
    """Groups 0-4 .. 70-74 and 75+ of the first census: those who are 10-14 .. 80-84 and 85+ at the second."""
    return np.concatenate([groups[..., :15], groups[..., 15:].sum(axis=-1, keepdims=True)], axis=-1)


def _cohorts_after(groups: Floats) -> Floats:
    return np.asarray(groups[..., 2:])


def residual(censuses: TwoCensuses) -> Floats:
    """Net migrants over the ten years by sex and cohort aged 10-14 .. 85+ at the second census (area, sex, cohort)."""
    ratio = census_survival(censuses.nation_first, censuses.nation_second)
    return np.asarray(_cohorts_after(censuses.second) - _cohorts_before(censuses.first) * ratio)


def child_residual(censuses: TwoCensuses, net: Floats) -> Floats:
    """Net migrants among children born between the censuses (area, sex, 2), aged 0-4 and 5-9 at the second.

    Births between censuses are not known, so children follow the women who bear them: a quarter and three quarters of
    the child-woman ratio times the net migrants among women of 15-44 and 20-49.
    """
    women = censuses.second[:, FEMALE]
    mothers = net[:, FEMALE]
    pairs = []
    for share, child, low in zip(CHILD_SHARES, (0, 1), (3, 4), strict=True):
        ratio = censuses.second[..., child] / women[:, low : low + 6].sum(axis=-1)[:, None]
        moved = mothers[:, low - 2 : low + 4].sum(axis=-1)
        pairs.append(share * ratio * moved[:, None])
    return np.stack(pairs, axis=-1)


def decade_rates(censuses: TwoCensuses) -> Floats:
    """Net migration of ten years relative to the people expected without it (area, sex, cohort 0-4 .. 85+)."""
    net = residual(censuses)
    children = child_residual(censuses, net)
    both = np.concatenate([children, net], axis=-1)
    expected = np.maximum(censuses.second - both, 1.0)
    return np.asarray(both / expected)


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
    return np.expm1(np.stack([np.interp(age, middle, row) for row in flat])).reshape(*decade.shape[:-1], ages)


def smooth(rates: Floats, spread: float) -> Floats:
    """A bell-shaped moving mean over age with standard deviation ``spread`` years; 0 leaves the rates."""
    if spread <= 0:
        return rates
    ages = rates.shape[-1]
    distance = np.arange(ages)[:, None] - np.arange(ages)[None, :]
    weight = np.exp(-0.5 * (distance / spread) ** 2)
    return np.asarray(rates @ (weight / weight.sum(axis=1, keepdims=True)).T)


def shrink(rates: Floats, people: Floats, parent: Floats, prior: float) -> Floats:
    """Pull each area's rates to the parent's with the weight of ``prior`` persons in the cell's five-year neighbourhood.

    rates, people (area, sex, age); parent (sex, age). Weight of the own rate: n / (n + prior), n = people of about that age.
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
    """

    rates: Floats
    parent: Floats
    profile: Floats
    scale: float
    damping: float
    fixed: bool = False

    def net(self, survivors: Floats, after: int) -> Floats:
        """Net migrants (area, sex, age) of one year, ``after`` years after the last controlled one.

        survivors  people at the year's end without migration (area, sex, age). Gains of some areas are the losses of
        others: areas are raked (plus-minus) so that each sex and age sums to the net migration of all areas together.
        """
        level = self.scale * self.damping ** max(after, 0)
        whole = level * self.parent * survivors.sum(axis=0)
        return plus_minus(level * self.rates * survivors, whole, np.maximum(survivors, 1e-9))

    def shift(self, survivors: Floats, missing: float) -> Floats:
        """Net migrants (area, sex, age) that add ``missing`` persons, spread by who moves: an additive control."""
        movers = self.profile * survivors
        return np.asarray(missing * movers / movers.sum())


def model_schedule(ages: int = AGES) -> Floats:
    """Relative migration by single age (age,): the seven-parameter model with its fundamental values.

    m(x) = a1 exp(-al1 x) + a2 exp(-al2 (x - mu2) - exp(-la2 (x - mu2))) + c with a1 = .02, al1 = .10, a2 = .06, al2 = .10,
    mu2 = 20, la2 = .40, c = .003. Source: Rogers and Castro 1981, Model Migration Schedules.
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
