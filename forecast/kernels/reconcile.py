"""Forecasts of parts and of sums of parts made to agree: linear reconciliation.

Notation: y base forecasts of all series, sums and parts; S the summing matrix, which makes all series from the parts;
W the covariance of the errors of y. The reconciled y~ = S G y, with

    G = (S' W^-1 S)^-1 S' W^-1

has the smallest sum of error variances of all unbiased ones (MinT). Source: Wickramasuriya, Athanasopoulos and Hyndman
2019, Journal of the American Statistical Association 114, with their equal form that needs no inverse of W.

A diagonal W gives weighted least squares: variances, or sizes in their place where nothing is known of errors. A W that
gives all of it to the sums is bottom-up.
"""

from __future__ import annotations

import numpy as np

from forecast.axes import Floats


def summing(parts: int) -> Floats:
    """The matrix of one sum above its parts: the sum first (1 + part, part)."""
    return np.vstack([np.ones((1, parts)), np.eye(parts)])


def mint(base: Floats, sums: Floats, covariance: Floats) -> Floats:
    """Reconciled forecasts of all series (..., series); no part below 0.

    base        forecasts, the sums first, the parts last                      (..., series)
    sums        summing matrix: the identity in its last rows                  (series, part)
    covariance  of the errors of the base forecasts, any multiple of it        (..., series, series)

    Where a part falls below 0, it is set to 0 and the others shrink in proportion, so that the whole stays.

    >>> mint(np.array([12.0, 4.0, 6.0]), summing(2), np.diag([1.0, 1.0, 2.0]))
    array([11.5,  4.5,  7. ])
    """
    parts = sums.shape[1]
    above = len(sums) - parts
    # C y is what the sums miss: C = (I, -A), A the rows of S above the parts; y~ = y - W C' (C W C')^-1 C y.
    gap_of = np.hstack([np.eye(above), -sums[:above]])
    crossed = covariance @ gap_of.T
    gap = base @ gap_of.T
    middle = gap_of @ crossed
    if np.linalg.cond(middle).max() > 1.0 / np.finfo(np.float64).eps:
        raise ValueError("the covariance leaves a sum and its parts without any error: nothing can give way")
    change = crossed @ np.linalg.solve(middle, gap[..., None])
    found = (base - change[..., 0])[..., above:]
    return np.asarray(_not_negative(found) @ sums.T)


def _not_negative(parts: Floats) -> Floats:
    """Parts (..., part) without those below 0; the others shrink by one factor, so that the whole stays."""
    whole, kept = parts.sum(axis=-1, keepdims=True), np.maximum(parts, 0.0)
    held = kept.sum(axis=-1, keepdims=True)
    factor = np.where(held > 0, np.maximum(whole, 0.0) / np.where(held > 0, held, 1.0), 0.0)
    return np.where((parts < 0).any(axis=-1, keepdims=True), kept * factor, parts)


def shrunk(errors: Floats) -> tuple[Floats, float]:
    """Covariance of errors (draw, series) about nought, drawn towards its diagonal; and by how much, 0 to 1.

    The weight is the one that makes the expected squared distance smallest, sum of var(r) over sum of r^2 for the
    correlations r between series. Source: Schaefer and Strimmer 2005, Statistical Applications in Genetics and
    Molecular Biology 4, target D.
    """
    count = len(errors)
    if count < 2:
        raise ValueError(f"a covariance from {count} errors")
    covariance = errors.T @ errors / count
    size = np.sqrt(np.diag(covariance))
    standard = errors / np.where(size > 0, size, 1.0)
    products = standard.T @ standard / count
    spread = ((standard**2).T @ standard**2 / count - products**2) / (count - 1)
    off = ~np.eye(len(size), dtype=bool)
    square = float((products[off] ** 2).sum())
    weight = float(np.clip(spread[off].sum() / square, 0.0, 1.0)) if square > 0 else 1.0
    return covariance * np.where(off, 1.0 - weight, 1.0), weight
