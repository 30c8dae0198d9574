"""Which method to use for what: learnt on past origins only, never on the one that is scored."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats
from forecast.backtest.panel import CLASSES, size_class
from forecast.backtest.rolling import Rolled
from forecast.kernels.spread import independent

EQUAL = 8.0
"""Independent launches whose weight pulls learnt weights to equal ones."""
ENSEMBLE, CHOSEN = "ensemble", "chosen"


@dataclass(frozen=True, slots=True)
class Choice:
    """The method used for one group, horizon and size class at one origin, and how it scored before.

    score   mean absolute log error at past origins, in percent; NaN where nothing was known: then the default
    weights of all methods in the ensemble, in their order
    """

    origin: int
    horizon: int
    group: str
    size: str
    method: str
    score: float
    weights: tuple[float, ...]


def combined(rolled: Rolled, methods: Sequence[str], default: str) -> tuple[Rolled, list[Choice]]:
    """The set with two more methods: ``ensemble`` (weighted geometric mean) and ``chosen`` (the best one so far).

    default  the method that is used until past errors speak for another
    """
    logs = np.stack([np.abs(rolled.logs(name)) for name in methods])
    points = np.stack([rolled.forecasts[name] for name in methods])
    mean, best = np.full(rolled.actual.shape, np.nan), np.full(rolled.actual.shape, np.nan)
    made: list[Choice] = []
    for launch, origin in enumerate(rolled.origins):
        sizes = size_class(rolled.sizes[launch])
        for place, horizon in enumerate(rolled.horizons):
            if not np.isfinite(points[0, launch, place]).any():
                continue
            known = [number for number, other in enumerate(rolled.origins) if other + horizon <= origin]
            for number, group in enumerate(rolled.groups):
                for size in np.unique(sizes):
                    here = sizes == size
                    score = _score(logs[:, known, place, number][..., here], rolled.sizes[known][:, here])
                    weights = _weights(score, len(known), horizon)
                    first = _first(score, methods, default, len(known), horizon)
                    at = (launch, place, number, here)
                    mean[at] = _geometric(points[(slice(None), *at)], weights)
                    best[at] = points[first][at]
                    made.append(
                        Choice(
                            origin, horizon, group, CLASSES[size], methods[first], 100.0 * score[first], tuple(weights)
                        )
                    )
    forecasts = {**rolled.forecasts, ENSEMBLE: mean, CHOSEN: best}
    return dataclasses.replace(rolled, forecasts=forecasts), made


def _score(logs: Floats, sizes: Floats) -> Floats:
    """Mean absolute log error of each method (method,), areas by the root of their people; NaN without a past."""
    if logs.size == 0:
        return np.full(len(logs), np.nan)
    weight = np.sqrt(sizes) * np.isfinite(logs).all(axis=0)
    total = weight.sum()
    return (np.nan_to_num(logs) * weight).sum(axis=(1, 2)) / total if total else np.full(len(logs), np.nan)


def _trusted(launches: int, horizon: int) -> float:
    """Weight of what past launches say, 0 to 1."""
    known = independent(launches, horizon)
    return known / (known + EQUAL)


def _weights(score: Floats, launches: int, horizon: int) -> Floats:
    """Inverse squared errors, pulled to equal weights where little is known."""
    equal = np.full(len(score), 1.0 / len(score))
    if not np.isfinite(score).all():
        return equal
    inverse = 1.0 / np.maximum(score, 1e-6) ** 2
    kept = _trusted(launches, horizon)
    return np.asarray(kept * inverse / inverse.sum() + (1.0 - kept) * equal)


def _first(score: Floats, methods: Sequence[str], default: str, launches: int, horizon: int) -> int:
    """The method to use: the default unless another's past error, pulled to the default's, is clearly smaller."""
    usual = list(methods).index(default)
    if not np.isfinite(score).all():
        return usual
    kept = _trusted(launches, horizon)
    pulled = np.exp(kept * np.log(np.maximum(score, 1e-6) / max(score[usual], 1e-6)))
    best = int(np.argmin(pulled))
    return best if pulled[best] < 0.9 else usual


def _geometric(points: Floats, weights: Floats) -> Floats:
    """Weighted geometric mean over the first axis."""
    return np.asarray(np.exp((weights[:, None] * np.log(np.maximum(points, 1e-9))).sum(axis=0)))
