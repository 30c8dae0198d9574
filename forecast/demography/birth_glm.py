"""A count regression with prior knowledge: a GLM on data and pseudo-observations, errors by the larger of two kinds."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from forecast.axes import Floats

QUIET = 0.005
"""The least relative error of a count that a fit believes in: counting itself is no better."""
ROUNDS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Observations, or pseudo-observations.

    columns  (row, term);  counts (row,);  offset  log of the exposure (row,);  weight  of each row, empty for 1
    """

    columns: Floats
    counts: Floats
    offset: Floats
    weight: Floats = field(default_factory=lambda: np.zeros(0))


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """A solution.

    coefficients, errors   (term,)
    covariance   of the coefficients                                     (term, term)
    fitted       counts that the rows of the data let expect              (row,)
    dispersion   Poisson: variance over mean; negative-binomial: alpha, the variance of the factor
    freedom      effective parameters: trace of the data's share of the information
    deviance     of the data, divided by the dispersion where it is one
    """

    coefficients: Floats
    errors: Floats
    covariance: Floats
    fitted: Floats
    dispersion: float
    freedom: float
    deviance: float


def solve(data: Rows, prior: Rows, family: Literal["poisson", "negative-binomial"], lags: int) -> Solved:
    """Fit, and let the dispersion and the coefficients settle together.

    data, prior  the prior's rows carry the inverse variance of a coefficient, or of a sum of some, as their weight
    lags         over how many rows errors may hang together (Newey and West 1987)

    An error is the larger of the model's and of the robust one, that one stretched by the freedom that was used up.
    """
    from statsmodels.genmod.families import NegativeBinomial, Poisson
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    poisson, rows = family == "poisson", len(data.counts)
    columns = np.vstack([data.columns, prior.columns])
    counts, offset = np.concatenate([data.counts, prior.counts]), np.concatenate([data.offset, prior.offset])
    scale = 0.02**2 * float(data.counts.mean()) if poisson else 0.02**2
    start = _start(data, prior)
    for _ in range(ROUNDS):
        weight = _weights(scale, rows, prior.weight, poisson=poisson)
        kind = Poisson() if poisson else NegativeBinomial(alpha=scale)
        model = GLM(counts, columns, family=kind, offset=offset, var_weights=weight)
        with warnings.catch_warnings():  # made-up counts may be met exactly; a prior or the data hold every coefficient
            warnings.simplefilter("ignore", PerfectSeparationWarning)
            result = model.fit(start_params=start, scale=1.0)
        start, mean = np.asarray(result.params), np.asarray(result.fittedvalues)
        told = weight * (mean if poisson else mean / (1.0 + scale * mean))
        information = (columns.T * told) @ columns
        heard = (data.columns.T * told[:rows]) @ data.columns
        freedom = float(np.trace(np.linalg.solve(information, heard)))
        before, scale = scale, _dispersion(data.counts, mean[:rows], freedom, poisson=poisson)
        if abs(np.log(scale / before)) < 1e-4:
            break
    inverse = np.asarray(np.linalg.inv(information), dtype=np.float64)
    scores = data.columns * (told[:rows] * (data.counts - mean[:rows]) / mean[:rows])[:, None]
    robust = inverse @ (_hac(scores, lags) * rows / max(rows - freedom, 1.0) + information - heard) @ inverse
    chosen = np.diag(robust) > np.diag(inverse)
    errors = np.sqrt(np.where(chosen, np.diag(robust), np.diag(inverse)))
    deviance = float(kind.deviance(data.counts, mean[:rows])) / (scale if poisson else 1.0)
    return Solved(start, errors, inverse, mean[:rows], scale, freedom, deviance)


def _start(data: Rows, prior: Rows) -> Floats:
    """Weighted least squares of the logs, near enough to begin with."""
    logs = np.log(np.maximum(data.counts, 0.5)) - data.offset
    weight = np.concatenate([np.full(len(logs), 0.02**-2.0), prior.weight])
    columns, goal = np.vstack([data.columns, prior.columns]), np.concatenate([logs, -prior.offset])
    return np.asarray(np.linalg.solve((columns.T * weight) @ columns, (columns.T * weight) @ goal))


def _weights(scale: float, rows: int, prior: Floats, *, poisson: bool) -> Floats:
    """Weights under which a row of the data has its variance and a pseudo-observation its own."""
    own = np.full(rows, 1.0 / scale if poisson else 1.0)
    return np.concatenate([own, prior if poisson else prior * (1.0 + scale)])


def _dispersion(counts: Floats, mean: Floats, freedom: float, *, poisson: bool) -> float:
    """Pearson's, with the freedom that was used; never below what counting allows."""
    left = max(len(counts) - freedom, 1.0)
    if poisson:
        return float(max(((counts - mean) ** 2 / mean).sum() / left, 1.0, QUIET**2 * mean.mean()))
    return float(max((((counts - mean) ** 2 - mean) / mean**2).sum() / left, QUIET**2))


def _hac(scores: Floats, lags: int) -> Floats:
    """Long-run covariance of the scores with Bartlett's weights (term, term)."""
    from statsmodels.stats.sandwich_covariance import S_hac_simple

    return np.asarray(S_hac_simple(scores, nlags=lags))
