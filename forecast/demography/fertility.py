"""Fertility: the nation's age shape, each area's level (indirect standardisation, partial pooling), an AR(1) path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecast.axes import AGES, FERTILE, Floats
from forecast.kernels.ungroup import ungroup

KERNEL_MIDDLE, KERNEL_SPREAD = 29.0, 5.5
"""A bell over the mother's age, used only as the guide inside five-year groups."""
LEAST = 3
"""Areas below this number cannot tell how much areas differ."""
HALF = 0.5
"""Stands for a count of nobody where a logarithm is taken (continuity correction: Haldane 1956; Anscombe 1956)."""


@dataclass(frozen=True, slots=True, eq=False)
class AgeShapes:
    """The share of total fertility at each age, by period.

    middles  middle of each period, as a year with decimals   (period,)
    shares   share by single age 0..110+, sums to 1            (period, age)
    """

    middles: Floats
    shares: Floats

    def at(self, years: range) -> Floats:
        """Shares (year, age), linear between period middles, constant outside them."""
        return np.stack([_between(self.middles, self.shares, year + 0.5) for year in years])


def _between(middles: Floats, shares: Floats, moment: float) -> Floats:
    if len(middles) == 1:
        return np.asarray(shares[0])
    place = int(np.clip(np.searchsorted(middles, moment), 1, len(middles) - 1))
    weight = float(np.clip((moment - middles[place - 1]) / (middles[place] - middles[place - 1]), 0.0, 1.0))
    return np.asarray((1.0 - weight) * shares[place - 1] + weight * shares[place])


def single_age_shape(shares: Floats) -> Floats:
    """Five-year shares 15-19 .. 45-49 (..., 7) to single ages 0..110+ (..., age), each row summing to 1."""
    age = np.arange(FERTILE.start, FERTILE.stop) + 0.5
    guide = np.exp(-0.5 * ((age - KERNEL_MIDDLE) / KERNEL_SPREAD) ** 2)
    starts = np.arange(0.0, len(FERTILE), 5.0)
    inner = ungroup(shares / shares.sum(axis=-1, keepdims=True), starts, guide)
    out = np.zeros((*shares.shape[:-1], AGES))
    out[..., FERTILE.start : FERTILE.stop] = inner
    return out


@dataclass(frozen=True, slots=True, eq=False)
class PooledLevels:
    """Fertility of each area relative to a common level, pooled, and what pooling did to it.

    raw     observed over expected births, first indicator (area,)
    pooled  the same after partial pooling (area,)
    weight  share of an area's own evidence that was kept
    """

    raw: Floats
    pooled: Floats
    weight: float


def pool_levels(observed: Floats, expected: Floats, guessed: np.ndarray | None = None) -> PooledLevels:
    """Partial pooling of area levels over several indicators of the same thing (infants, children of 1-4).

    observed, expected  births or children, and what the common age shape gives, all above 0  (area, indicator)
    guessed             areas where something else stands for a count of nobody                (area,)

    log(observed / expected) = indicator + area + noise with a random area effect; an area's level is the first
    indicator's mean plus its predicted effect (BLUP). Every area has every indicator, so restricted maximum likelihood
    has a closed form (Searle, Casella and McCulloch 1992, chapter 4): the weight of an area's own deviation is
    1 - noise / between, the mean squares within and among areas, not below 0. With one indicator, or fewer than three
    areas, there is nothing to pool and the ratios stand as they are. Means and weight are those of areas that were
    counted, as long as there are three: one village without an infant says nothing of how cities differ.
    """
    logs = np.log(observed / expected)
    areas, indicators = logs.shape
    counted = np.ones(areas, dtype=bool) if guessed is None or (~guessed).sum() < LEAST else ~guessed
    means = logs[counted].mean(axis=0)
    if indicators < 2 or areas < LEAST or float(np.ptp((logs - means)[counted])) == 0.0:
        ratio = np.exp(logs[:, 0])
        return PooledLevels(ratio, ratio, 1.0)
    weight = _weight((logs - means)[counted])
    return PooledLevels(np.exp(logs[:, 0]), np.exp(means[0] + weight * (logs - means).mean(axis=1)), weight)


def _weight(centred: Floats) -> float:
    """The weight of own evidence (area, indicator); 0 where areas differ no more than indicators do."""
    areas, indicators = centred.shape
    means = centred.mean(axis=1)
    among = indicators * float((means**2).sum()) / (areas - 1)
    within = float(((centred - means[:, None]) ** 2).sum()) / ((areas - 1) * (indicators - 1))
    return max(1.0 - within / among, 0.0) if among > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Ar1:
    """log f(t+1) = log m + r (log f(t) - log m): towards a long-run mean m, a share r of the distance kept a year."""

    mean: float
    autocorrelation: float

    @classmethod
    def of_median(cls, path: Floats) -> Ar1:
        """The AR(1) that a published median path of total fertility (year,) follows, by least squares."""
        logs = np.log(path)
        before, after = logs[:-1] - logs[:-1].mean(), logs[1:] - logs[1:].mean()
        slope = float(np.clip((before * after).sum() / (before**2).sum(), 0.0, 0.995))
        constant = float(logs[1:].mean() - slope * logs[:-1].mean())
        return cls(float(np.exp(constant / (1.0 - slope))), slope)

    def path(self, last: float, steps: int) -> Floats:
        """The next ``steps`` values after ``last``."""
        power = self.autocorrelation ** np.arange(1, steps + 1)
        return np.asarray(np.exp(np.log(self.mean) + power * (np.log(last) - np.log(self.mean))))


def multiplier(points: Mapping[int, float], years: range) -> Floats:
    """A factor by year, linear between the given years, 1 before the first, constant after the last."""
    return _through(points, years, 1.0)


def offset(points: Mapping[int, float], years: range) -> Floats:
    """A term by year, linear between the given years, nought before the first, constant after the last."""
    return _through(points, years, 0.0)


def _through(points: Mapping[int, float], years: range, before: float) -> Floats:
    if not points:
        return np.full(len(years), before)
    known = sorted(points)
    values = np.interp(list(years), known, [points[year] for year in known])
    return np.where(np.array(years) < known[0], before, values)
