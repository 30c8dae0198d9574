"""Intervals of a back-test: from trajectories, set right by past origins, or from the spread of past errors alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from forecast.axes import Floats
from forecast.backtest.intervals import Intervals
from forecast.backtest.methods import Sampler
from forecast.backtest.panel import Panel
from forecast.backtest.rolling import Rolled
from forecast.backtest.scores import LEVELS, normal_crps
from forecast.demography.noise import Draws
from forecast.kernels.quantiles import summarise
from forecast.kernels.spread import independent

TRAJECTORIES = 400
"""Enough for a 95 % interval whose ends stray by a tenth of their distance."""
OTHERS = 4.0
"""Independent launches with whose weight the trajectories stand beside a set's own past."""
FURTHEST = 3.0
"""No width is multiplied by more, or divided."""
MIDDLE = 80


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """Intervals of a method.

    ends    low and high by level in percent   (origin, horizon, group, area)
    median  of the forecast's distribution, likewise
    crps    its score, likewise
    """

    ends: Mapping[int, tuple[Floats, Floats]]
    median: Floats
    crps: Floats


def by_errors(rolled: Rolled, method: str, known: Intervals) -> Band:
    """From the spread of past errors."""
    forecast = rolled.forecasts[method]
    ends = {level: known.ends(forecast, level) for level in LEVELS}
    return Band(ends, forecast, normal_crps(forecast, known.sd, rolled.actual))


def by_trajectories(rolled: Rolled, panel: Panel, sampler: Sampler, seed: int = 1) -> Band:
    """From trajectories drawn at every origin with what was known there."""
    probs = [0.5, *(edge for level in LEVELS for edge in (0.5 - level / 200.0, 0.5 + level / 200.0))]
    found = np.full((len(probs), *rolled.actual.shape), np.nan)
    for place, origin in enumerate(rolled.origins):
        reach = int(np.flatnonzero(np.isfinite(rolled.actual[place]).any(axis=(1, 2))).max(initial=-1)) + 1
        years = range(origin + panel.step, origin + reach * panel.step + 1, panel.step)
        draws = Draws(seed, range(TRAJECTORIES), panel.name)
        for area, values in enumerate(sampler(panel, origin, years, draws)):
            _, cuts = summarise(values, probs)
            found[:, place, :reach, :, area] = cuts.transpose(0, 2, 1)
    ends = {level: (found[1 + 2 * number], found[2 + 2 * number]) for number, level in enumerate(LEVELS)}
    return _band(rolled, ends, found[0])


def recalibrated(rolled: Rolled, band: Band) -> Band:
    """Widths set right by how far past outcomes lay out, group by group and horizon by horizon (split conformal).

    At each origin only outcomes known then count: their distance from the median, in half widths of the 80 % interval,
    has a quantile of 80 %, which should be 1. Launches are few and alike, so it counts with the weight of the
    independent ones against 4.
    """
    low, high = (np.log(np.maximum(end, 1e-9)) for end in band.ends[MIDDLE])
    middle = np.log(np.maximum(band.median, 1e-9))
    came = np.log(np.where(rolled.actual > 0, rolled.actual, np.nan))
    side = np.where(came >= middle, high - middle, middle - low)
    far = np.abs(came - middle) / np.maximum(side, 1e-9)
    factor = np.ones(far.shape[:3])
    for place, origin in enumerate(rolled.origins):
        for number, horizon in enumerate(rolled.horizons):
            past = [launch for launch, other in enumerate(rolled.origins) if other + horizon <= origin]
            if len(past) >= 2:
                factor[place, number] = _factors(far[past, number], horizon)
    ends = {
        level: tuple(band.median * np.exp(factor[..., None] * (np.log(np.maximum(end, 1e-9)) - middle)) for end in pair)
        for level, pair in band.ends.items()
    }
    return _band(rolled, {level: (pair[0], pair[1]) for level, pair in ends.items()}, band.median)


def _factors(far: Floats, horizon: int) -> Floats:
    """What widths of each group are multiplied by (group,), from distances (launch, group, area)."""
    found = np.ones(far.shape[1])
    launches = independent(len(far), horizon)
    weight = launches / (launches + OTHERS)
    for group in range(far.shape[1]):
        known = far[:, group][np.isfinite(far[:, group])]
        if len(known) >= 2:
            needed = float(np.clip(np.quantile(known, MIDDLE / 100.0), 1.0 / FURTHEST, FURTHEST))
            found[group] = np.exp(weight * np.log(needed))
    return found


def _band(rolled: Rolled, ends: Mapping[int, tuple[Floats, Floats]], median: Floats) -> Band:
    """With the CRPS of the log-normal that has this median and this 80 % interval."""
    low, high = ends[MIDDLE]
    sd = np.log(np.maximum(high, 1e-9) / np.maximum(low, 1e-9)) / (2.0 * ndtri(0.5 + MIDDLE / 200.0))
    return Band(ends, median, normal_crps(median, sd, rolled.actual))
