"""Lee-Carter (1992): ln m(x, t) = a(x) + b(x) k(t), sum b = 1, sum k = 0."""

from __future__ import annotations

import numpy as np

from forecast.axes import Floats

STEPS = 100
ACCURACY = 1e-12
"""Of the deaths, relative: where the second stage of k stops."""


def lee_carter(rates: Floats) -> tuple[Floats, Floats, Floats]:
    """Fit a, b and k by the singular value decomposition of the centred log rates.

    rates    deaths per person-year, all positive   (..., age, time), two times or more
    returns  a (..., age), b (..., age), k (..., time)

    Source: Lee and Carter 1992, Journal of the American Statistical Association 87, equations 1-3.
    """
    if rates.shape[-1] < 2:
        raise ValueError("Lee-Carter needs rates of two periods or more")
    if not (rates > 0).all():
        raise ValueError("Lee-Carter needs positive rates")
    logs = np.log(rates)
    a = logs.mean(axis=-1)
    b, k = leading(logs - a[..., None])
    return a, b, k


def leading(logs: Floats) -> tuple[Floats, Floats]:
    """The leading factor b (..., age), k (..., time) of centred logs (..., age, time), sum b = 1."""
    left, singular, right = np.linalg.svd(logs, full_matrices=False)
    weight = left[..., 0].sum(axis=-1)
    return left[..., 0] / weight[..., None], right[..., 0, :] * (singular[..., 0] * weight)[..., None]


def lee_carter_rates(a: Floats, b: Floats, k: Floats) -> Floats:
    """Rates (..., age, time) from a and b (..., age) and k (..., time)."""
    return np.asarray(np.exp(a[..., None] + b[..., None] * k[..., None, :]))


def random_walk_drift(k: Floats) -> Floats:
    """Mean yearly change of k (..., time): the drift of a random walk; its maximum-likelihood estimate."""
    return np.asarray((k[..., -1] - k[..., 0]) / (k.shape[-1] - 1))


def meet_deaths(a: Floats, b: Floats, k: Floats, deaths: Floats, exposure: Floats) -> Floats:
    """Second stage: the k (..., time) under which the deaths of all ages together are those recorded.

    a, b              as fitted                       (..., age)
    k                 where to begin: that of the fit (..., time)
    deaths, exposure  persons, person-years           (..., age, time)

    Newton's steps on the log of the total. Source: Lee and Carter 1992, section 4; ``dt`` in the package demography.
    Raises ``ValueError`` where no k is found: no deaths, or a b under which they hardly move.
    """
    total = deaths.sum(axis=-2)
    if not (total > 0).all():
        raise ValueError("the second stage needs deaths in every year")
    for _ in range(STEPS):
        expected = exposure * lee_carter_rates(a, b, k)
        found = expected.sum(axis=-2)
        if (np.abs(found / total - 1.0) < ACCURACY).all():
            return k
        slope = (b[..., None] * expected).sum(axis=-2) / found
        k = k - _bounded(np.log(found / total) / slope, b)
    raise ValueError("no k gives the deaths recorded")


def meet_deaths_by_age(a: Floats, b: Floats, k: Floats, deaths: Floats, exposure: Floats) -> Floats:
    """Second stage: the k (..., time) of least Poisson deviance from the deaths by age; arguments as ``meet_deaths``.

    At it the sum of b D is that of b E m. Fisher scoring of a concave likelihood. Source: Booth, Maindonald and Smith
    2002, Population Studies 56; ``dxt`` in the package demography.
    """
    for _ in range(STEPS):
        expected = exposure * lee_carter_rates(a, b, k)
        score = (b[..., None] * (deaths - expected)).sum(axis=-2)
        step = _bounded(score / (b[..., None] ** 2 * expected).sum(axis=-2), b)
        k = k + step
        if (np.abs(step) < ACCURACY * np.maximum(np.abs(k), 1.0)).all():
            return k
    raise ValueError("no k is nearest to the deaths recorded")


def _bounded(step: Floats, b: Floats) -> Floats:
    """A step of k (..., time) under which no log rate moves by more than one."""
    most = 1.0 / np.abs(b).max(axis=-1)[..., None]
    return np.clip(step, -most, most)
