"""Lee-Carter (1992): ln m(x, t) = a(x) + b(x) k(t), sum b = 1, sum k = 0."""

from __future__ import annotations

import numpy as np

from forecast.axes import Floats


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
    left, singular, right = np.linalg.svd(logs - a[..., None], full_matrices=False)
    weight = left[..., 0].sum(axis=-1)
    b = left[..., 0] / weight[..., None]
    k = right[..., 0, :] * (singular[..., 0] * weight)[..., None]
    return a, b, k


def lee_carter_rates(a: Floats, b: Floats, k: Floats) -> Floats:
    """Rates (..., age, time) from a and b (..., age) and k (..., time)."""
    return np.asarray(np.exp(a[..., None] + b[..., None] * k[..., None, :]))


def random_walk_drift(k: Floats) -> Floats:
    """Mean yearly change of k (..., time): the drift of a random walk; its maximum-likelihood estimate."""
    return np.asarray((k[..., -1] - k[..., 0]) / (k.shape[-1] - 1))
