"""Lee-Carter with Poisson deaths: D(x, t) ~ Poisson(E m), ln m = a + b k, sum b = 1, sum k = 0."""

from __future__ import annotations

import numpy as np

from forecast.axes import Floats
from forecast.kernels.lee_carter import lee_carter, lee_carter_rates

ROUNDS = 5000
ACCURACY = 1e-11
"""Change of a log rate in a round at which the fit stands still."""
LEAST = 0.5
"""Deaths put in place of none, for the start alone."""


def lee_carter_poisson(deaths: Floats, exposure: Floats) -> tuple[Floats, Floats, Floats]:
    """Fit a, b and k by the likelihood of the deaths.

    deaths    persons; cells may be empty, no age and no time as a whole   (..., age, time)
    exposure  person-years, above 0                                        (..., age, time)
    returns   a (..., age), b (..., age), k (..., time)

    One parameter after the other, each to the top of its quadratic approximation, from the least-squares fit on.
    Source: Brouhns, Denuit and Vermunt 2002, Insurance: Mathematics and Economics 31, section 3.3.
    """
    if not (exposure > 0).all() or (deaths < 0).any():
        raise ValueError("Poisson Lee-Carter needs people in every cell and no negative deaths")
    if not ((deaths.sum(axis=-1) > 0).all() and (deaths.sum(axis=-2) > 0).all()):
        raise ValueError("Poisson Lee-Carter needs deaths at every age and in every year")
    a, b, k = lee_carter(np.maximum(deaths, LEAST) / exposure)
    before = np.log(lee_carter_rates(a, b, k))
    for _ in range(ROUNDS):
        a, b, k = _round(a, b, k, deaths, exposure)
        now = a[..., None] + b[..., None] * k[..., None, :]
        if np.abs(now - before).max() < ACCURACY:
            return a, b, k
        before = now
    raise ValueError("Poisson Lee-Carter does not settle: too few deaths; pool ages, areas or years")


def poisson_deviance(deaths: Floats, expected: Floats) -> Floats:
    """Deviance (...) of deaths from expected deaths (..., age, time)."""
    logs = np.log(np.where(deaths > 0, deaths, 1.0) / np.where(deaths > 0, expected, 1.0))
    return np.asarray(2.0 * (deaths * logs - (deaths - expected)).sum(axis=(-2, -1)))


def _round(a: Floats, b: Floats, k: Floats, deaths: Floats, exposure: Floats) -> tuple[Floats, Floats, Floats]:
    """One step of each parameter; sums are set again at its end, which changes no rate."""
    expected = exposure * lee_carter_rates(a, b, k)
    a = a + np.log(deaths.sum(axis=-1) / expected.sum(axis=-1))
    expected = exposure * lee_carter_rates(a, b, k)
    k = k + _gain(b[..., None], deaths, expected, axis=-2)
    expected = exposure * lee_carter_rates(a, b, k)
    b = b + _gain(k[..., None, :], deaths, expected, axis=-1)
    middle, total = k.mean(axis=-1, keepdims=True), b.sum(axis=-1, keepdims=True)
    return a + b * middle, b / total, (k - middle) * total


def _gain(other: Floats, deaths: Floats, expected: Floats, axis: int) -> Floats:
    """Newton's step of one factor, the other held: sum of other (D - E m) over that of other^2 E m."""
    step = (other * (deaths - expected)).sum(axis=axis) / (other**2 * expected).sum(axis=axis)
    most = 1.0 / np.maximum(np.abs(other).max(axis=axis), 1e-300)
    return np.asarray(np.clip(step, -most, most))
