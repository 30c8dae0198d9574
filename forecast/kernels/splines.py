"""Smooth curves by penalised B-splines (P-splines).

Source: Eilers and Marx 1996, Statistical Science 11(2): B-splines on evenly spaced knots, differences of neighbouring
coefficients penalised; generalised cross-validation after Craven and Wahba 1979.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import BSpline

from forecast.axes import Floats

DEGREE = 3
ORDER = 2
"""Order of the penalised differences: a heavy penalty leaves the weighted straight line."""
TRIED = np.logspace(-4.0, 6.0, 81)
"""Penalties that cross-validation chooses from, in mean weights of a point."""


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A fitted curve.

    values     at the points of the basis             (point,)
    penalty    in the unit of the weights
    dimension  effective number of parameters: the trace of the hat matrix
    """

    values: Floats
    penalty: float
    dimension: float


def basis(points: Floats, width: float, degree: int = DEGREE) -> Floats:
    """B-splines on knots ``width`` apart from the first point to the last or beyond (point, spline); rows sum to 1."""
    low, high = float(points.min()), float(points.max())
    segments = max(int(np.ceil((high - low) / width)), 1)
    knots = low + width * np.arange(-degree, segments + degree + 1)
    found: Floats = BSpline.design_matrix(points, knots, degree, extrapolate=False).toarray()
    return found


def fit(
    values: Floats,
    weights: Floats,
    splines: Floats,
    penalty: float | None = None,
    *,
    order: int = ORDER,
    span: float = 1.0,
) -> Curve:
    """Weighted least squares with ``penalty`` x |differences of the coefficients|^2.

    values, weights  by point; weights >= 0, such as persons where values are rates     (point,)
    splines          a basis                                                            (point, spline)
    penalty          in the unit of the weights; None: the least generalised cross-validation error
    span             points that one observation covers: 5 where single years were read off five-year groups. Without
                     it, cross-validation takes what was interpolated for what was seen, and hardly smooths.

    With order o the weighted moments 0 .. o - 1 of the values stay: order 2 keeps total and mean age of migrants.
    """
    if (weights < 0).any() or np.count_nonzero(weights) <= order:
        raise ValueError(f"weights must not be negative, and more than {order} points must have one")
    differences = np.diff(np.eye(splines.shape[1]), n=order, axis=0)
    rough = differences.T @ differences
    if penalty is None:
        penalty = _least_error(values, weights, splines, rough, span)
    elif penalty <= 0:
        raise ValueError(f"a penalty of {penalty} is not above zero")
    return _solve(values, weights, splines, rough, penalty)


def _solve(values: Floats, weights: Floats, splines: Floats, rough: Floats, penalty: float) -> Curve:
    seen = splines.T @ (weights[:, None] * splines)
    both = np.linalg.solve(seen + penalty * rough, np.column_stack([splines.T @ (weights * values), seen]))
    return Curve(splines @ both[:, 0], penalty, float(np.trace(both[:, 1:])))


def _least_error(values: Floats, weights: Floats, splines: Floats, rough: Floats, span: float) -> float:
    """The penalty with the least n |residuals|^2 / (n - dimension)^2, n the number of observations with a weight."""
    cases = np.count_nonzero(weights) / span
    mean = float(weights[weights > 0].mean())
    best, least = float(TRIED[-1]) * mean, np.inf
    for tried in TRIED[::-1] * mean:
        curve = _solve(values, weights, splines, rough, float(tried))
        if curve.dimension >= cases:
            break
        error = cases * float(weights @ (values - curve.values) ** 2) / (cases - curve.dimension) ** 2
        if error < least:
            best, least = float(tried), error
    return best
