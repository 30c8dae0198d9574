"""The plainest methods, which every engine is scored against: no change, and repeated growth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats, Population
from forecast.demography.engine import Forecast, History, following
from forecast.demography.noise import Draws
from forecast.demography.sampled import UNKNOWN, Walk, Walked


@dataclass(frozen=True, slots=True)
class NoChange:
    """Everybody stays as many, at every age."""

    def fit(self, history: History) -> FittedNoChange:
        """One stock is enough."""
        return FittedNoChange(history.launch, _walk(history, np.zeros(len(history.launch.areas))))


@dataclass(frozen=True, slots=True, eq=False)
class FittedNoChange:
    """The launch stock, and how far sizes strayed from it before."""

    launch: Population
    walk: Walk

    def predict(self, years: range) -> Forecast:
        """The launch stock in every year."""
        span = following(self.launch.year, years, self.launch.width)
        return Forecast(self.launch.areas, span, np.repeat(self.launch.people[None], len(span), axis=0))

    def sample(self, years: range, draws: Draws, scale: float = 1.0) -> Walked:
        """Trajectories around the forecast; ``scale`` multiplies every shock."""
        found = self.predict(years)
        return Walked(found.areas, found.years, found.people, self.walk, draws, scale)


@dataclass(frozen=True, slots=True)
class RepeatGrowth:
    """Each area's total goes on growing at its last rate, within ``limit`` a year, at the launch age structure.

    window  years over which the rate is taken; with fewer or other stocks, from the last one at least as far back
    """

    limit: float = 0.10
    window: int = 5

    def fit(self, history: History) -> FittedGrowth:
        """Two stocks are needed."""
        history.last(2, "repeat growth")
        *earlier, last = history.stocks
        far = [stock for stock in earlier if stock.year <= last.year - self.window]
        first = far[-1] if far else earlier[0]
        safe = np.where(first.total > 0, first.total, 1.0)
        ratio = np.where(first.total > 0, last.total / safe, 1.0)
        yearly = np.clip(ratio ** (1.0 / (last.year - first.year)), 1.0 - self.limit, 1.0 + self.limit)
        # two stocks give the growth and nothing that could stray from it
        walk = _walk(history, np.log(yearly)) if len(history.stocks) > 2 else Walk(UNKNOWN, UNKNOWN)
        return FittedGrowth(last, yearly, walk)


@dataclass(frozen=True, slots=True, eq=False)
class FittedGrowth:
    """The launch stock, each area's growth a year (area,), and how far sizes strayed from it before."""

    launch: Population
    yearly: Floats
    walk: Walk

    def predict(self, years: range) -> Forecast:
        """The launch stock times the power of the yearly growth."""
        span = following(self.launch.year, years, self.launch.width)
        power = self.yearly[None, :] ** (np.array(span) - self.launch.year)[:, None]
        return Forecast(self.launch.areas, span, self.launch.people[None] * power[:, :, None, None])

    def sample(self, years: range, draws: Draws, scale: float = 1.0) -> Walked:
        """Trajectories around the forecast; ``scale`` multiplies every shock."""
        found = self.predict(years)
        return Walked(found.areas, found.years, found.people, self.walk, draws, scale)


def _walk(history: History, drift: Floats) -> Walk:
    """How far the totals of past stocks strayed from a yearly log growth (area,)."""
    totals = np.stack([stock.total for stock in history.stocks])
    return Walk.of(totals, np.array([stock.year for stock in history.stocks], dtype=np.float64), drift)
