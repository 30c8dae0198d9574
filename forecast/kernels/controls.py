"""Making parts agree with a whole, and whole numbers that still add up (laws 4 and 6)."""

from __future__ import annotations

import numpy as np

from forecast.axes import Floats


def plus_minus(values: Floats, total: Floats, weights: Floats) -> Floats:
    """Rake signed values along the first axis to a total without turning any sign.

    values   net numbers by area           (area, ...)
    total    what they must sum to          (...)
    weights  positive; shares of a remainder where no factor exists (no value of the sign that is needed)

    Positive values are multiplied by p, negative ones divided by p, with p solving
    p * sum(+) - sum(|-|) / p = total. Source: Akers and Siegel 1965 (plus-minus method), in the form of Smith,
    Tayman and Swanson 2013, chapter 10.
    """
    gains = np.maximum(values, 0.0).sum(axis=0)
    losses = np.maximum(-values, 0.0).sum(axis=0)
    safe_gains = np.where(gains > 0, gains, 1.0)
    safe_losses = np.where(losses > 0, losses, 1.0)
    # The root of p^2 * gains - p * total - losses = 0, written so that nothing cancels for either sign of the total.
    root = np.sqrt(total**2 + 4.0 * gains * losses)
    factor = np.where(
        total >= 0, (total + root) / (2.0 * safe_gains), 2.0 * losses / np.where(root > total, root - total, 1.0)
    )
    only_gains = (losses == 0) & (gains > 0) & (total > 0)
    only_losses = (gains == 0) & (losses > 0) & (total < 0)
    factor = np.where(only_gains, total / safe_gains, factor)
    factor = np.where(only_losses, safe_losses / np.where(total < 0, -total, 1.0), factor)
    solved = ((gains > 0) & (losses > 0) & (factor > 0)) | only_gains | only_losses
    factor = np.where(solved, factor, 1.0)
    raked = np.where(values > 0, values * factor, values / factor)
    missing = total - raked.sum(axis=0)
    return np.asarray(raked + missing * weights / weights.sum(axis=0))


def largest_remainder(values: Floats, total: Floats | float | None = None) -> Floats:
    """Round to whole numbers that sum to the (rounded) total, the largest remainders up; ties go to the first.

    values  not negative                                        (..., part)
    total   what they must sum to; values are first scaled to it (...). By default their own rounded sum.

    >>> largest_remainder(np.array([0.4, 0.4, 0.2]))
    array([1., 0., 0.])
    """
    sums = values.sum(axis=-1)
    if total is not None:
        values = values * np.where(sums > 0, total / np.where(sums > 0, sums, 1.0), 1.0)[..., None]
    whole = np.rint(sums if total is None else np.broadcast_to(total, sums.shape))
    floors = np.floor(values)
    order = np.argsort(floors - values, axis=-1, kind="stable")
    rank = np.argsort(order, axis=-1, kind="stable")
    return np.asarray(floors + (rank < (whole - floors.sum(axis=-1))[..., None]))
