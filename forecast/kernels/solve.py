"""Roots of monotone functions, many at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from forecast.axes import Floats

STEPS = 100
ACCURACY = 1e-13
"""Relative to the width of the first bracket."""


def bisect(value: Callable[[Floats], Floats], target: Floats, low: float, high: float) -> Floats:
    """Where a monotone function reaches the target, elementwise.

    value   maps an array of arguments to an array of values of the same shape
    target  values wanted; each must lie between value(low) and value(high), else ``ValueError``

    The bracket shrinks by false position with the Illinois correction, and by halves where that is slow, so the root is
    never lost. Source: Dowell and Jarratt 1971, BIT 11.

    >>> bisect(lambda x: x**3, np.array([8.0]), 0.0, 10.0).round(9)
    array([2.])
    """
    lower, upper = np.full(target.shape, low), np.full(target.shape, high)
    below, above = value(lower) - target, value(upper) - target
    if (below * above > 0).any():
        bad = target[below * above > 0]
        raise ValueError(f"targets {bad} lie outside what {low} to {high} can reach")
    left, right = below, above
    for step in range(STEPS):
        gap = np.where(right == left, 1.0, right - left)
        slanted = np.where(right == left, lower, (lower * right - upper * left) / gap)
        middle = 0.5 * (lower + upper)
        inside = (slanted >= np.minimum(lower, upper)) & (slanted <= np.maximum(lower, upper)) & (step % 3 != 2)
        point = np.where(inside, slanted, middle)
        found = value(point) - target
        same = found * below > 0
        left = np.where(same, found, np.where(found * above > 0, left * 0.5, left))
        right = np.where(same, right * 0.5, found)
        lower, upper = np.where(same, point, lower), np.where(same, upper, point)
        exact = found == 0
        lower, upper = np.where(exact, point, lower), np.where(exact, point, upper)
        if (np.abs(upper - lower) <= ACCURACY * abs(high - low)).all() or exact.all():
            break
        if (np.abs(found) <= ACCURACY * np.maximum(np.abs(target), 1.0)).all():
            return np.asarray(point)
    return np.asarray(0.5 * (lower + upper))
