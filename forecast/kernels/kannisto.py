"""Death rates of the oldest ages by Kannisto's logistic.

Source: Thatcher, Kannisto and Vaupel 1998: m = c exp(d x) / (1 + c exp(d x)), so that logit m = ln c + d x is a
straight line in age.
"""

from __future__ import annotations

import numpy as np

from forecast.axes import Floats
from forecast.errors import InputError

BEYOND = 120
"""Years past the open age over which its people are followed; by then hardly one is left."""


def kannisto(rates: Floats, first: int = 80, last: int = 99, top: int = 110) -> Floats:
    """Rates (..., top + 1) by single years with ``top`` open, from rates (..., age) by single years.

    Ages to ``last`` stay as given, the ages above follow the line, and the open group has m = l / T of a life table
    that continues the line by single years. The line is fitted by least squares to the logits of ages ``first`` to
    ``last``, of equal weight; ages whose rate is 0 or at least 1 have no logit and are left out. A falling line (d < 0)
    is replaced by a level one.
    Raises InputError where fewer than two ages can be fitted, ValueError where ``last`` is no closed age.
    """
    rates = _fitting(rates, first, last, top)
    line = logit_line(rates[..., first : last + 1], np.arange(first, last + 1.0))
    return _continued(rates, line, last, top)


def co_kannisto(rates: Floats, first: int = 80, last: int = 99, top: int = 110) -> Floats:
    """As ``kannisto`` for rates (..., sex, age), with one slope for both sexes and a level for each.

    Parallel lines never cross: the sex that dies more at ``first`` to ``last`` does so at every older age. Source:
    Sevcikova, Li, Kantorova, Gerland and Raftery 2016, Dynamic Demographic Analysis, chapter 15 (Co-Kannisto).
    """
    rates = _fitting(rates, first, last, top)
    line = parallel_lines(rates[..., first : last + 1], np.arange(first, last + 1.0))
    return _continued(rates, line, last, top)


def _fitting(rates: Floats, first: int, last: int, top: int) -> Floats:
    """The rates as floats; ``ValueError`` where ``last`` is no closed age of theirs."""
    if not first < last < min(top, rates.shape[-1] - 1):
        raise ValueError(f"fit of {first} to {last} does not lie in {rates.shape[-1]} ages and below {top}")
    return np.asarray(rates, dtype=np.float64)


def _continued(rates: Floats, line: tuple[Floats, Floats], last: int, top: int) -> Floats:
    """Rates to ``last``, the line above it, and the open group at ``top``."""
    level, slope = line
    ages = np.arange(last + 1.0, top + BEYOND)
    fitted = 1.0 / (1.0 + np.exp(-(level[..., None] + slope[..., None] * ages)))
    closed = top - last - 1
    oldest = open_rate(fitted[..., closed:])
    return np.concatenate([rates[..., : last + 1], fitted[..., :closed], oldest[..., None]], axis=-1)


def logit_line(rates: Floats, ages: Floats) -> tuple[Floats, Floats]:
    """Level ln c and slope d >= 0 of logit m over ages (..., age), by least squares over the rates between 0 and 1."""
    age, logit, covariance, variance = _moments(rates, ages)
    slope = np.maximum(covariance / variance, 0.0)
    return logit - slope * age, slope


def parallel_lines(rates: Floats, ages: Floats) -> tuple[Floats, Floats]:
    """Level and slope (..., sex) of logit m over ages (..., sex, age): least squares with one slope for both sexes."""
    age, logit, covariance, variance = _moments(rates, ages)
    shared = covariance.sum(axis=-1, keepdims=True) / variance.sum(axis=-1, keepdims=True)
    slope = np.broadcast_to(np.maximum(shared, 0.0), age.shape)
    return logit - slope * age, slope


def _moments(rates: Floats, ages: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Means of age and logit, and sums of their products and of age squared about them (...)."""
    known = (rates > 0.0) & (rates < 1.0)
    count = known.sum(axis=-1)
    if (count < 2).any():
        where = f"death rates, ages {ages[0]:.0f} to {ages[-1]:.0f}"
        way_out = "widen the ages of the fit, or pool areas or years"
        raise InputError.one(where, "two or more rates between 0 and 1", str(int(count.min())), way_out)
    safe = np.where(known, rates, 0.5)
    logit = np.log(safe / (1.0 - safe))
    age_mean = (known * ages).sum(axis=-1) / count
    logit_mean = (known * logit).sum(axis=-1) / count
    apart = known * (ages - age_mean[..., None])
    return age_mean, logit_mean, (apart * logit).sum(axis=-1), (apart * apart).sum(axis=-1)


def open_rate(rates: Floats) -> Floats:
    """Rate l / T of an open group whose single ages have these rates (..., age); the last rate goes on for ever."""
    dying = rates / (1.0 + 0.5 * rates)
    alive = np.cumprod(np.concatenate([np.ones_like(rates[..., :1]), 1.0 - dying], axis=-1), axis=-1)
    lived = (alive[..., :-1] * (1.0 - 0.5 * dying)).sum(axis=-1)
    return np.asarray(1.0 / (lived + alive[..., -1] / rates[..., -1]))
