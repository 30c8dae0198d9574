"""Partial pooling of areas in a birth regression: each area's own level, drawn towards that of all areas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """Each area against the common regression.

    levels  factor at the end of the record                                (area,)
    kept    share of its own evidence that an area's level keeps, 0 to 1   (area,)
    """

    levels: Floats
    kept: Floats


def pool(births: Floats, expected: Floats, weight: Floats) -> Pooled:
    """Empirical Bayes: (births + k) / (expected + k), where 1 / k is what ratios vary beyond chance.

    births    on record, NaN where not                      (period, area)
    expected  by the common regression                       (period, area)
    weight    what a period still says about the end, 0 to 1   (period,)

    Gamma-Poisson by moments (Marshall 1991, Applied Statistics 40, 283-294). Weighted counts vary less than counts do;
    they are scaled so that their variance is their mean again.
    """
    areas = births.shape[1]
    if areas == 1:
        return Pooled(np.ones(1), np.ones(1))
    seen = np.isfinite(births) * weight[:, None]
    scale = float(weight.sum() / (weight**2).sum())
    counted = scale * (np.nan_to_num(births) * seen).sum(axis=0)
    size = scale * (expected * seen).sum(axis=0)
    mean = float(counted.sum() / size.sum())
    beyond = float((size * (counted / size - mean) ** 2).sum() / size.sum()) - mean / float(size.mean())
    if beyond <= 0.0:
        return Pooled(np.full(areas, mean), np.zeros(areas))
    prior = mean / beyond
    return Pooled((counted + prior * mean) / (size + prior), size / (size + prior))
