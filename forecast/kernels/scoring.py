"""Fisher scoring of Poisson deaths by age group, many areas at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from forecast.axes import Floats

STEPS = 200
ACCURACY = 1e-10
LONGEST = 0.5
"""The longest step of a parameter: parameters are logs, or of that size."""
Model = Callable[[Floats], tuple[Floats, Floats]]


def in_groups(values: Floats, starts: NDArray[np.intp]) -> Floats:
    """Sums (..., group) of single ages (..., age); ``starts`` are the first ages, ascending from 0, the last open."""
    if starts[0] != 0 or (np.diff(starts) <= 0).any() or starts[-1] >= values.shape[-1]:
        raise ValueError("group starts must ascend from 0 and stay below the last age")
    return np.asarray(np.add.reduceat(values, starts, axis=-1))


def scored(model: Model, deaths: Floats, start: Floats, centre: Floats, precision: Floats) -> tuple[Floats, Floats]:
    """Parameters (..., parameter) of greatest penalised likelihood, and their covariance (..., parameter, parameter).

    model      parameters to expected deaths (..., group) and their derivatives (..., group, parameter)
    deaths     persons                                                     (..., group)
    start      where to begin                                              (..., parameter)
    centre, precision   a normal prior: mean (parameter,), inverse covariance (parameter, parameter)

    Source: McCullagh and Nelder 1989, Generalized Linear Models, section 2.5. ``ValueError`` where it does not settle.
    """
    found = start
    for _ in range(STEPS):
        expected, slope = model(found)
        safe = np.maximum(expected, 1e-300)
        weighted = slope / safe[..., None]
        score = np.einsum("...gp,...g->...p", weighted, deaths - expected) - (found - centre) @ precision
        information = np.einsum("...gp,...gq->...pq", weighted, slope) + precision
        step = np.linalg.solve(information, score[..., None])[..., 0]
        longest = np.abs(step).max(axis=-1, keepdims=True)
        found = found + step * np.minimum(1.0, LONGEST / np.maximum(longest, 1e-300))
        if longest.max() < ACCURACY:
            return found, np.linalg.inv(information)
    raise ValueError("the fit to the deaths does not settle")
