"""The variance of many areas as a part that is the same for all and a part that shrinks with size."""

from __future__ import annotations

import numpy as np
from scipy.optimize import nnls

from forecast.axes import Floats

CLASSES = 6
"""Size classes in which variances are measured."""
ALIKE = 1.5
"""Classes that differ by less in their mean of 1 / persons are taken as equally large."""
ROBUST = 0.7413
"""Interquartile range of a normal distribution to its standard deviation."""


def independent(cases: int, span: float) -> float:
    """Cases that do not overlap, of so many a step apart that last ``span`` steps each.

    >>> independent(0, 5), independent(1, 5), independent(11, 5), independent(3, 1)
    (0.0, 1.0, 3.0, 3.0)
    """
    return 1.0 + (cases - 1) / max(span, 1.0) if cases else 0.0


def by_size(values: Floats, persons: Floats) -> tuple[float, float]:
    """Non-negative alpha and beta of the variance alpha + beta / persons of values around 0 (case,).

    Fitted to the variances of classes of size, each half plain and half robust against wild areas, by relative
    squares. Areas about equally large cannot tell the two apart: then all is alpha.
    """
    order = np.argsort(persons, kind="stable")
    parts = [part for part in np.array_split(order, min(CLASSES, max(len(order) // 8, 1))) if len(part)]
    seen = [
        (float(np.mean(1.0 / np.maximum(persons[part], 1.0))), _variance(values[part]), len(part)) for part in parts
    ]
    inverse, variance, cases = (np.array(column) for column in zip(*seen, strict=True))
    if inverse.max() < ALIKE * inverse.min():
        return float((variance * cases).sum() / cases.sum()), 0.0
    relative = np.sqrt(cases) / np.maximum(variance, 1e-12)
    design = np.column_stack([np.ones(len(seen)), inverse]) * relative[:, None]
    found, _ = nnls(design, variance * relative)
    return float(found[0]), float(found[1])


def _variance(values: Floats) -> float:
    low, high = np.quantile(values, [0.25, 0.75])
    return float(0.5 * np.mean(values**2) + 0.5 * (ROBUST * (high - low)) ** 2)
