"""Ratios of cohorts by area and grade: sums over recent years, odd years tamed, excess over what is usual."""

from __future__ import annotations

import numpy as np

from forecast.axes import Floats

MOST = 0.3
"""The most that the log of a cohort's excess counts."""


def ratio_of_sums(before: Floats, after: Floats, weights: tuple[float, ...], prior: Floats, kin: float) -> Floats:
    """Cohorts after a step to those before it (area, grade), each a weighted sum over the last steps.

    before, after  pupils (step, area, grade); a step counts where both are known
    weights        newest first
    prior          pupils of weight that pull towards all areas' ratio (grade,) ...
    kin            ... of an area whose own ratio is within this log quotient of it

    NaN where no step counts that had anyone before it.

    >>> before, after = np.array([[[100.0]], [[100.0]]]), np.array([[[90.0]], [[96.0]]])
    >>> ratio_of_sums(before, after, (2.0, 1.0), np.zeros(1), 0.2)
    array([[0.94]])
    """
    before, after = before[-len(weights) :], after[-len(weights) :]
    weight = np.array(weights[: len(after)])[::-1, None, None] * (np.isfinite(before) & np.isfinite(after))
    start, end = ((weight * np.nan_to_num(cells)).sum(axis=0) for cells in (before, after))
    whole = np.divide(end.sum(axis=0), start.sum(axis=0), out=np.ones(start.shape[1]), where=start.sum(axis=0) > 0)
    own = np.divide(end, start, out=np.full_like(start, np.nan), where=start > 0)
    both = (start > 0) & (own > 0) & (whole > 0)
    near = both & (np.abs(np.log(np.where(both, own, 1.0) / np.where(both, whole, 1.0))) < kin)
    return np.asarray(np.where(near, (end + prior * whole) / np.maximum(start + prior, 1e-9), own))


def tamed(before: Floats, after: Floats, tolerance: float, noise: float) -> Floats:
    """Cohorts after a step (step, area, grade), none further from the area's usual ratio than chance has it.

    A log ratio counts at most ``tolerance + noise / sqrt(before)`` from the median of the last five, given three.
    """
    known = (before > 0) & (after > 0)
    start = np.where(known, before, 1.0)
    logs = np.where(known, np.log(np.where(known, after, 1.0) / start), np.nan)
    enough = known[-5:].sum(axis=0) >= 3
    median = np.nanmedian(np.where(enough, logs[-5:], 0.0), axis=0)
    limit = tolerance + noise / np.sqrt(start)
    return np.where(known & enough, start * np.exp(np.clip(logs, median - limit, median + limit)), after)


def excess(people: Floats, usual: Floats, shared: float) -> Floats:
    """Log of people to their usual number (area, ..), of which what all areas have in common counts ``shared``.

    >>> excess(np.array([110.0, 121.0]), np.array([100.0, 110.0]), 1.0).round(3)
    array([0.095, 0.095])
    >>> excess(np.array([110.0, 121.0]), np.array([100.0, 110.0]), 0.0).round(3)
    array([0., 0.])
    """
    both = (people > 0) & (usual > 0)
    there, before = (np.where(both, cells, 0.0) for cells in (people, usual))
    whole = np.log(np.maximum(there.sum(axis=0), 1e-9) / np.maximum(before.sum(axis=0), 1e-9))
    own = np.log(np.where(both, there, 1.0) / np.where(both, before, 1.0))
    return np.where(both, np.clip(own - (1.0 - shared) * whole, -MOST, MOST), 0.0)


def between(near: Floats, far: Floats, part: float) -> Floats:
    """Ratios on the way from near to far: near ^ part x far ^ (1 - part); near where either is 0."""
    both = (near > 0) & (far > 0)
    logs = (np.log(np.where(both, ratio, 1.0)) for ratio in (near, far))
    return np.where(both, np.exp(part * next(logs) + (1.0 - part) * next(logs)), near)
