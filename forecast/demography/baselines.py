"""The plain methods that every engine is scored against: no change, repeat growth, Hamilton-Perry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from forecast.axes import FEMALE, FERTILE, Floats, Population
from forecast.demography.cohort import CohortComponent
from forecast.demography.engine import Engine, Forecast, History, following


@dataclass(frozen=True, slots=True)
class NoChange:
    """Everybody stays as many, at every age."""

    def fit(self, history: History) -> FittedNoChange:
        """One stock is enough."""
        return FittedNoChange(history.launch)


@dataclass(frozen=True, slots=True, eq=False)
class FittedNoChange:
    """The launch stock."""

    launch: Population

    def predict(self, years: range) -> Forecast:
        """The launch stock in every year."""
        span = following(self.launch.year, years)
        return Forecast(self.launch.areas, span, np.repeat(self.launch.people[None], len(span), axis=0))


@dataclass(frozen=True, slots=True)
class RepeatGrowth:
    """Each area's total goes on growing at its last rate, within ``limit`` a year, at the launch age structure."""

    limit: float = 0.10

    def fit(self, history: History) -> FittedGrowth:
        """Two stocks are needed."""
        first, last = history.last(2, "repeat growth")
        yearly = (last.total / first.total) ** (1.0 / (last.year - first.year))
        return FittedGrowth(last, np.clip(yearly, 1.0 - self.limit, 1.0 + self.limit))


@dataclass(frozen=True, slots=True, eq=False)
class FittedGrowth:
    """The launch stock and each area's growth a year (area,)."""

    launch: Population
    yearly: Floats

    def predict(self, years: range) -> Forecast:
        """The launch stock times the power of the yearly growth."""
        span = following(self.launch.year, years)
        power = self.yearly[None, :] ** np.arange(len(span))[:, None]
        return Forecast(self.launch.areas, span, self.launch.people[None] * power[:, :, None, None])


@dataclass(frozen=True, slots=True)
class HamiltonPerry:
    """Cohort-change ratios between the last two stocks, children per woman of the last (Hamilton and Perry 1962).

    The two stocks may be any number of years apart: the ratio of a cohort over n years becomes its n-th root a year.
    """

    limit: float = 5.0

    def fit(self, history: History) -> FittedHamiltonPerry:
        """Two stocks are needed; ratios without people to start from are 1, and none exceeds ``limit``."""
        first, last = history.last(2, "Hamilton-Perry")
        gap = last.year - first.year
        yearly = _yearly_ratios(first.people, last.people, gap, self.limit)
        infants = last.people[..., :1]
        women = last.people[:, FEMALE, FERTILE.start : FERTILE.stop].sum(axis=-1)
        return FittedHamiltonPerry(last, yearly, infants[..., 0] / np.maximum(women, 1e-9)[:, None])


def _yearly_ratios(first: Floats, last: Floats, gap: int, limit: float) -> Floats:
    """Ratio a year by age at its end (area, sex, age), index 0 unused; the open cohort starts ``gap`` years below."""
    ages = first.shape[-1]
    start = np.concatenate(
        [first[..., : ages - gap - 1], first[..., ages - gap - 1 :].sum(axis=-1, keepdims=True)], axis=-1
    )
    change = np.where(start > 0, last[..., gap:] / np.where(start > 0, start, 1.0), 1.0)
    yearly = np.clip(change, 1e-6, limit) ** (1.0 / gap)
    end = np.arange(ages - gap) + gap
    middle = np.maximum(end - gap / 2.0, 1.0)
    flat = yearly.reshape(-1, ages - gap)
    return np.stack([np.interp(np.arange(ages), middle, row) for row in flat]).reshape(*first.shape)


@dataclass(frozen=True, slots=True, eq=False)
class FittedHamiltonPerry:
    """The launch stock, cohort ratios a year (area, sex, age), infants of each sex per woman (area, sex)."""

    launch: Population
    yearly: Floats
    per_woman: Floats

    def predict(self, years: range) -> Forecast:
        """Cohorts times their ratio; infants from women of 15-49."""
        span = following(self.launch.year, years)
        people = [self.launch.people]
        for _ in years:
            now = people[-1]
            after = np.zeros_like(now)
            after[..., 1:] = now[..., :-1] * self.yearly[..., 1:]
            after[..., -1] += now[..., -1] * self.yearly[..., -1]
            women = after[:, FEMALE, FERTILE.start : FERTILE.stop].sum(axis=-1)
            after[..., 0] = women[:, None] * self.per_woman
            people.append(after)
        return Forecast(self.launch.areas, span, np.stack(people))


ENGINES: Mapping[str, type[Engine]] = MappingProxyType(
    {
        "cohort": CohortComponent,
        "hamilton-perry": HamiltonPerry,
        "no-change": NoChange,
        "repeat-growth": RepeatGrowth,
    }
)
"""Every population engine by name; the conformance suite runs over all of them."""
