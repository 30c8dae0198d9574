"""What the errors of a method amount to, and how well its intervals cover."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.special import ndtri

from forecast.axes import Floats

LEVELS = (50, 80, 95)
"""Intervals that are scored, in percent."""
TAUS = np.arange(1, 40) / 40.0
"""Quantiles whose mean pinball loss, doubled, is the CRPS as the grid sees it."""


def point_scores(forecast: Floats, actual: Floats) -> dict[str, float]:
    """Errors in percent of forecasts of the same shape; cells where nothing came or nobody was there do not count.

    mape, medape, p90  mean, median and 90 % quantile of absolute relative errors
    wape               sum of absolute errors over the sum of what came
    bias               sum of errors over the sum of what came: above 0 too high
    """
    fine = np.isfinite(forecast) & np.isfinite(actual) & (actual > 0)
    if not fine.any():
        return dict.fromkeys(("mape", "medape", "p90", "wape", "bias"), np.nan)
    got, came = forecast[fine], actual[fine]
    relative = 100.0 * np.abs(got / came - 1.0)
    return {
        "mape": float(relative.mean()),
        "medape": float(np.median(relative)),
        "p90": float(np.quantile(relative, 0.9)),
        "wape": float(100.0 * np.abs(got - came).sum() / came.sum()),
        "bias": float(100.0 * (got - came).sum() / came.sum()),
    }


def pinball(quantile: Floats, actual: Floats, tau: float) -> Floats:
    """Loss of a quantile forecast: tau of what it falls short by, 1 - tau of what it exceeds by.

    Gneiting and Raftery 2007, Strictly proper scoring rules, section 6.
    """
    miss = actual - quantile
    return np.maximum(tau * miss, (tau - 1.0) * miss)


def crps(quantiles: Mapping[float, Floats], actual: Floats) -> Floats:
    """Continuous ranked probability score: twice the mean pinball loss over an even grid of quantiles."""
    losses = [pinball(value, actual, tau) for tau, value in quantiles.items()]
    return np.asarray(2.0 * np.mean(losses, axis=0))


def normal_crps(median: Floats, sd: Floats, actual: Floats) -> Floats:
    """The same of a forecast whose log is normal, from 39 quantiles."""
    return crps({float(tau): median * np.exp(ndtri(tau) * sd) for tau in TAUS}, actual)


def covered(low: Floats, high: Floats, actual: Floats) -> float:
    """Share of outcomes inside their interval, in percent; NaN without any."""
    fine = np.isfinite(low) & np.isfinite(high) & np.isfinite(actual)
    if not fine.any():
        return float("nan")
    return float(100.0 * np.mean((actual[fine] >= low[fine]) & (actual[fine] <= high[fine])))


def width(low: Floats, high: Floats, median: Floats) -> float:
    """Mean width of intervals relative to the median, in percent."""
    fine = np.isfinite(low) & np.isfinite(high) & (median > 0)
    return float(100.0 * np.mean((high[fine] - low[fine]) / median[fine])) if fine.any() else float("nan")
