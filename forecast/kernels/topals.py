"""TOPALS: a standard schedule of log death rates, bent by a linear spline of age to few deaths.

ln m(x) = ln s(x) + sum over j of B(x, j) theta(j). Sources: de Beer 2012, Demographic Research 27(20); Gonzaga and
Schmertmann 2016, Revista Brasileira de Estudos de Populacao 33(3).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forecast.axes import Floats
from forecast.kernels.scoring import in_groups, scored

KNOTS = (0.0, 1.0, 10.0, 20.0, 40.0, 70.0, 100.0)
"""Ages between which the spline is straight; beyond the last it is level."""
PENALTY = 2.0
"""Precision of a difference between neighbouring theta: standard deviation 0.7 (Gonzaga and Schmertmann)."""


def basis(ages: int) -> Floats:
    """Linear splines B (age, knot) at completed ages 0 to ``ages`` - 1; they sum to one at every age."""
    return np.stack([np.interp(np.arange(ages), KNOTS, row) for row in np.eye(len(KNOTS))], axis=1)


def topals(
    standard: Floats, deaths: Floats, exposure: Floats, starts: NDArray[np.intp], penalty: float = PENALTY
) -> tuple[Floats, Floats]:
    """The offsets theta (..., knot) of greatest penalised Poisson likelihood, and their covariance (..., knot, knot).

    standard  death rates s, all positive                       (age,) or (..., age)
    deaths    persons by age group, some in every area          (..., group)
    exposure  person-years by single age                        (..., age)
    starts    first age of each group; single ages: 0, 1, 2 ..  (group,)

    The prior holds differences of neighbours alone, not their level; ``ValueError`` where an area has no deaths.
    """
    total = deaths.sum(axis=-1, keepdims=True)
    if not (total > 0).all():
        raise ValueError("TOPALS needs deaths in every area")
    bends = basis(exposure.shape[-1])
    differences = np.diff(np.eye(len(KNOTS)), axis=0)

    def model(theta: Floats) -> tuple[Floats, Floats]:
        dying = exposure * topals_rates(standard, theta)
        slope = in_groups(np.swapaxes(dying[..., None] * bends, -1, -2), starts)
        return in_groups(dying, starts), np.swapaxes(slope, -1, -2)

    level = np.log(total / (exposure * standard).sum(axis=-1, keepdims=True))
    start = level * np.ones(len(KNOTS))
    return scored(model, deaths, start, np.zeros(len(KNOTS)), penalty * differences.T @ differences)


def topals_rates(standard: Floats, theta: Floats) -> Floats:
    """Death rates (..., age) of a standard (..., age) bent by theta (..., knot)."""
    return np.asarray(standard * np.exp(theta @ basis(standard.shape[-1]).T))
