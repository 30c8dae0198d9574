"""Roots of monotone functions, many at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from forecast.axes import Floats

STEPS = 100
ACCURACY = 1e-12
"""Of the value, relative to the target where that is above one."""


def bisect(value: Callable[[Floats], Floats], target: Floats, low: float, high: float) -> Floats:
    """Where a monotone function reaches the target, elementwise.

    value   maps an array of arguments to an array of values of the same shape
    target  values wanted; each must lie between value(low) and value(high), else ``ValueError``

    Where the steps do not suffice, the nearest argument found. False position with the Illinois correction, which never
    loses the bracket. Source: Dowell and Jarratt 1971, BIT 11.

    >>> bisect(lambda x: x**3, np.array([8.0]), 0.0, 10.0).round(9)
    array([2.])
    """
    lower, upper = np.full(target.shape, low), np.full(target.shape, high)
    below, above = value(lower) - target, value(upper) - target
    if (below * above > 0).any():
        bad = target[below * above > 0]
        raise ValueError(f"targets {bad} lie outside what {low} to {high} can reach")
    left, right = below, above
    nearest = np.where(np.abs(below) < np.abs(above), lower, upper)
    miss = np.minimum(np.abs(below), np.abs(above))
    side = np.zeros(target.shape)
    for _ in range(STEPS):
        flat = right == left
        point = np.where(
            flat, 0.5 * (lower + upper), (lower * right - upper * left) / np.where(flat, 1.0, right - left)
        )
        found = value(point) - target
        if (np.abs(found) <= ACCURACY * np.maximum(np.abs(target), 1.0)).all():
            return np.asarray(point)
        nearer = np.abs(found) < miss
        nearest, miss = np.where(nearer, point, nearest), np.where(nearer, np.abs(found), miss)
        raised = found * below > 0
        # An end that stays twice running counts half, or false position would creep towards it from one side only.
        right = np.where(raised, np.where(side < 0, 0.5 * right, right), found)
        left = np.where(raised, found, np.where(side > 0, 0.5 * left, left))
        lower, upper = np.where(raised, point, lower), np.where(raised, upper, point)
        side = np.where(raised, -1.0, 1.0)
    return np.asarray(nearest)
