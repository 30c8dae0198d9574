"""Li and Lee (2005): populations whose death rates stay together.

ln m(i, x, t) = a(i, x) + B(x) K(t) + b(i, x) k(i, t): K is a random walk with drift, k(i) returns to its mean.
Source: Li and Lee 2005, Demography 42, equations 1-14.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats
from forecast.kernels.lee_carter import leading, random_walk_drift

LEAST = 0.02
"""Share of a population's variance that its own factor must explain beside the common one, or it is left out."""


@dataclass(frozen=True, slots=True, eq=False)
class LiLee:
    """A coherent fit.

    a       mean log rates                          (population, age)
    B, K    the common factor, sum B = 1, sum K = 0  (age,), (time,)
    b, k    own factors, sum b = 1; nil where dropped   (population, age), (population, time)
    common, both   share of variance explained by the common factor, and by both: R_C and R_AC   (population,)
    """

    a: Floats
    B: Floats
    K: Floats
    b: Floats
    k: Floats
    common: Floats
    both: Floats


def li_lee(rates: Floats, weights: Floats | None = None, least: float = LEAST) -> LiLee:
    """Fit by singular values: the common factor to the mean of the log rates, own ones to what it leaves.

    rates    deaths per person-year, all positive   (population, age, time), two times or more
    weights  of the populations in the mean         (population,); equal if none are given
    least    an own factor that explains less is dropped
    """
    if rates.ndim != 3 or rates.shape[-1] < 2 or not (rates > 0).all():
        raise ValueError("Li-Lee needs positive rates (population, age, time) of two times or more")
    logs = np.log(rates)
    a = logs.mean(axis=-1)
    centred = logs - a[..., None]
    share = np.full(len(rates), 1.0 / len(rates)) if weights is None else weights / weights.sum()
    B, K = leading(np.einsum("i,ixt->xt", share, centred))
    rest = centred - B[:, None] * K
    left, singular, right = np.linalg.svd(rest, full_matrices=False)
    variance = (centred**2).sum(axis=(-2, -1))
    common = 1.0 - (rest**2).sum(axis=(-2, -1)) / variance
    gain = singular[..., 0] ** 2 / variance
    total = left[..., 0].sum(axis=-1)
    kept = gain >= least
    # Where the ages of a factor cancel, its sum is no unit; the largest of them stands in for it.
    total = np.where(np.abs(total) > 0.1, total, 1.0)
    b = np.where(kept[:, None], left[..., 0] / total[:, None], 0.0)
    k = np.where(kept[:, None], right[..., 0, :] * (singular[..., 0] * total)[:, None], 0.0)
    return LiLee(a, B, K, b, k, common, common + np.where(kept, gain, 0.0))


def returning(k: Floats) -> tuple[Floats, Floats]:
    """Mean and autocorrelation (...) of k (..., time) as an AR(1) with a constant, by least squares.

    An autocorrelation below 0 is taken for 0. One of 1 or more returns to nothing: then it is 1 and the mean is the
    last value, a random walk without drift (Li and Lee's way out). A constant series has 0.
    """
    before, after = k[..., :-1], k[..., 1:]
    x, y = before.mean(axis=-1), after.mean(axis=-1)
    spread = ((before - x[..., None]) ** 2).sum(axis=-1)
    both = ((before - x[..., None]) * (after - y[..., None])).sum(axis=-1)
    slope = np.clip(np.where(spread > 0, both / np.where(spread > 0, spread, 1.0), 0.0), 0.0, 1.0)
    gone = slope >= 1.0
    return np.where(gone, k[..., -1], (y - slope * x) / np.where(gone, 1.0, 1.0 - slope)), slope


def returned(last: Floats, mean: Floats, kept: Floats, ahead: Floats) -> Floats:
    """Expected values (..., ahead) of an AR(1) so many years after its last value."""
    return np.asarray(mean[..., None] + (last - mean)[..., None] * kept[..., None] ** ahead)


def li_lee_ahead(fit: LiLee, ahead: Floats, start: Floats) -> Floats:
    """Death rates (population, age, ahead) so many years after the last, from the rates ``start`` (population, age).

    The start is usually the last recorded rates: no jump between record and forecast (Lee and Miller 2001).
    """
    common = fit.B[:, None] * (random_walk_drift(fit.K) * ahead)
    own = returned(fit.k[:, -1], *returning(fit.k), ahead) - fit.k[:, -1:]
    return np.asarray(start[..., None] * np.exp(common + fit.b[..., None] * own[:, None, :]))
