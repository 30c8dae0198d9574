"""Mean and quantiles over trajectories, by sorting: exact, and the same bytes whatever the chunks and threads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forecast.axes import Floats
from forecast.kernels.paths import blocks

CHUNK = 2**17
"""Values sorted at a time: they fit the second-level cache."""


def summarise(values: Floats, probs: Sequence[float], threads: int = 1) -> tuple[Floats, Floats]:
    """Mean (...) and quantiles (prob, ...) over the last axis of values (..., draw).

    Quantiles of type 7 of Hyndman and Fan 1996, as numpy's default. The mean sums the sorted values pairwise, so that
    the order of the trajectories does not matter either.

    >>> mean, median = summarise(np.array([[1.0, 2.0, 6.0]]), [0.5])
    >>> mean, median
    (array([3.]), array([[2.]]))
    """
    shares = np.asarray(probs, dtype=np.float64)
    if values.ndim < 1 or not values.shape[-1] or not ((shares >= 0.0) & (shares <= 1.0)).all():
        raise ValueError(f"values of shape {values.shape} have no quantiles {list(probs)}")
    lead: tuple[int, ...] = values.shape[:-2]
    rows, draws = np.atleast_2d(values).shape[-2:]
    tables = values if lead else values.reshape(rows, draws)  # a view: nothing large is copied but to sort it
    places: list[tuple[int, ...]] = list(np.ndindex(*lead)) if lead else [()]
    mean, cuts = np.empty((len(places), rows)), np.empty((len(shares), len(places), rows))
    size = max(CHUNK // draws, 1)

    def chunk(job: tuple[int, int]) -> None:
        place, low = job
        here = slice(low, low + size)
        ordered = np.sort(tables[places[place]][here], axis=-1)
        mean[place, here] = ordered.mean(axis=-1)
        cuts[:, place, here] = _cut(ordered, shares)

    jobs = ((place, low) for place in range(len(places)) for low in range(0, rows, size))
    for _ in blocks(jobs, chunk, threads):
        pass
    return mean.reshape(values.shape[:-1]), cuts.reshape(len(shares), *values.shape[:-1])


def _cut(ordered: Floats, shares: Floats) -> Floats:
    """Quantiles (prob, row) of sorted rows, between two neighbours as numpy goes: from the nearer one."""
    place = shares * (ordered.shape[-1] - 1)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, ordered.shape[-1] - 1)
    along = (place - low)[:, None]
    below, above = ordered.T[low], ordered.T[high]
    gap = above - below
    return np.asarray(np.where(along < 0.5, below + gap * along, above - gap * (1.0 - along)))
