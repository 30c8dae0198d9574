"""Net migration rates: by year from a decade, smoothed, shrunk, damped, and tied to the city."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from forecast.axes import AGES, Floats
from forecast.kernels.controls import plus_minus
from forecast.kernels.rogers_castro import FUNDAMENTAL, schedule


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


@dataclass(frozen=True, slots=True)
class When:
    """A calendar year, and how many years it lies after the last one with a known total."""

    year: int
    after: int


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """What moved in a year.

    net      net migrants by age at the year's end                              (area, sex, age)
    between  gross moves between places, the areas first, then the pools beyond them; None where only net is known
             (sex, age, origin, destination)
    notes    overrides: measure, before, after, why (law 7)
    """

    net: Floats
    between: Floats | None = None
    notes: tuple[tuple[str, float, float, str], ...] = ()


class Migration(Protocol):
    """A way to move people.

    profile  who moves: positive, one per person on average   (sex, age)
    scale    share of the past imbalance between areas that holds in the first year
    fixed    whether ``scale`` is given; else an engine may fit it to totals known since
    rest     what is said of the people whom a known total adds
    """

    @property
    def profile(self) -> Floats:
        """Who moves (sex, age)."""
        ...

    @property
    def scale(self) -> float:
        """Share of the past imbalance in the first year."""
        ...

    @property
    def fixed(self) -> bool:
        """Whether it is given."""
        ...

    @property
    def rest(self) -> str:
        """What a known total adds."""
        ...

    def moves(self, survivors: Floats, when: When) -> Moves:
        """Who moves in a year.

        survivors  people at the year's end without migration (area, sex, age)
        """
        ...

    def scaled(self, scale: float) -> Migration:
        """The same with another share of the past imbalance."""
        ...


def shifted(profile: Floats, survivors: Floats, missing: float) -> Floats:
    """Net migrants (area, sex, age) that add ``missing`` persons, spread by who moves: an additive control."""
    movers = profile * survivors
    return np.asarray(missing * movers / movers.sum())


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

    def moves(self, survivors: Floats, when: When) -> Moves:
        """Rates times survivors (area, sex, age); gains of some areas are the losses of others.

        Areas are raked (plus-minus) so that each sex and age sums to the net migration of all areas together.
        """
        level = self.level(when.after)
        whole = level * self.parent * survivors.sum(axis=0)
        # nobody moves where nobody is, not even by rounding
        weights = np.where(survivors.sum(axis=0) > 0, survivors, 1.0)
        untied = level * self.rates * survivors
        net = plus_minus(untied, whole, weights)
        if len(survivors) == 1:
            return Moves(net)
        why = "gains and losses of the areas are raked, by sex and age, to the net migration of all together"
        return Moves(net, None, (("net migration", float(untied.sum()), float(net.sum()), why),))

    def level(self, after: int) -> float:
        """Share of the rates that holds so many years after the last known total."""
        return float(self.scale * self.damping ** max(after, 0))

    def scaled(self, scale: float) -> NetMigration:
        """The same rates at another level."""
        return dataclasses.replace(self, scale=scale)


def model_schedule(ages: int = AGES) -> Floats:
    """Relative migration by single age (age,): seven parameters at their fundamental values (Rogers, Castro 1981)."""
    return schedule(FUNDAMENTAL, np.arange(ages, dtype=np.float64) + 0.5)


def mobility(rates: Floats, people: Floats) -> Floats:
    """Who moves: mean absolute net rate over areas by sex and age, one per person on average (sex, age)."""
    movers = (np.abs(rates) * people).sum(axis=0)
    profile = movers / np.maximum(people.sum(axis=0), 1e-9)
    mean = movers.sum() / people.sum()
    return np.ones_like(profile) if mean == 0 else np.asarray(profile / mean)
