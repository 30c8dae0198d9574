"""What is read off births by order: total fertility, progressions, ages of mothers, tempo taken out.

Sources: Preston, Heuveline and Guillot 2001, section 5.4 (total fertility by order, mean age); Feeney and Yu 1987
(period parity progression); Bongaarts and Feeney 1998 (tempo-adjusted total fertility by order, TFR / (1 - r), r the
yearly change of the mean age).
"""

from __future__ import annotations

import numpy as np

from forecast.axes import FERTILE, Floats
from forecast.kernels.parity import cohort
from forecast.kernels.parity_numpy import able

ORDER_NAMES = ("1", "2", "3+")
MEASURES = (
    *(("total_fertility", part) for part in ("all", *ORDER_NAMES)),
    ("parity_total_fertility", "all"),
    *(("progression", part) for part in ("a0", "a1", "a2")),
    *(("mean_age", part) for part in ORDER_NAMES),
    *(("adjusted_total_fertility", part) for part in ("all", *ORDER_NAMES)),
)
"""Measure and part, in the order of ``measures``."""
FASTEST = 0.3
"""Change of a mean age a year beyond which the adjustment is not carried: it would rest on a handful of births."""


def measures(births: Floats, exposed: Floats, *, moving: bool = True) -> Floats:
    """All of ``MEASURES`` (measure, year, ...).

    births   by order and age of mother                                (year, order, age, ...)
    exposed  mean women of a year by number of children                (year, parity, age, ...)
    moving   False: incidence; there are no progressions then          (not-a-number)
    """
    women = exposed.sum(axis=1) if moving else exposed[:, 0]
    rates = _over(births, women[:, None])
    total = rates.sum(axis=2)
    shape = (len(FERTILE), *(1,) * (births.ndim - 3))
    ages = (np.array(FERTILE) + 0.5).reshape(shape)
    mean = np.where(total > 0, _over((rates * ages).sum(axis=2), total), np.nan)
    # Beside a year without births of an order there is no pace.
    pace = np.nan_to_num(np.gradient(mean, axis=0)) if len(mean) > 1 else np.zeros_like(mean)
    adjusted = total / (1.0 - np.clip(pace, -FASTEST, FASTEST))
    found = [total.sum(axis=1), *np.moveaxis(total, 1, 0), *_table(births, exposed, moving=moving)]
    found += [*np.moveaxis(mean, 1, 0), adjusted.sum(axis=1), *np.moveaxis(adjusted, 1, 0)]
    return np.stack(found)


def _table(births: Floats, exposed: Floats, *, moving: bool) -> list[Floats]:
    """Total fertility and progressions of the period parity table."""
    if not moving:
        return [np.full(births.shape[:1] + births.shape[3:], np.nan)] * 4
    rates = _over(np.moveaxis(births, 1, 0), able(np.moveaxis(exposed, 1, 0)))
    first, second, later, third = cohort(np.moveaxis(rates, 2, 1))
    return [first + second + later, first, _over(second, first), _over(third, second)]


def _over(value: Floats, by: Floats) -> Floats:
    """A ratio that is nought where there is nothing to divide by: nothing is divided there."""
    return np.asarray(value / np.maximum(by, 1e-300))
