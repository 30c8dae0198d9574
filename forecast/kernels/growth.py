"""The step as a matrix, and the growth that it settles to.

Source: Leslie 1945; Preston, Heuveline and Guillot 2001, section 6.3. Written apart from ``step``, as a check on it.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from forecast.axes import FEMALE, MALE, SEXES, Floats


def leslie(
    survival: Floats,
    fertility: Floats,
    boys: float,
    net_rates: Floats | None = None,
    exposure: Literal["survivors", "final"] = "survivors",
) -> Floats:
    """Matrix that takes the people (sex x age, flattened) of one area to the next year; as ``step``, timing ``end``.

    survival   (2, age)                              fertility  births per woman-year (age,)
    net_rates  net migrants per survivor (2, age)    boys       share of boys among births
    """
    ages = len(fertility)
    aged = np.zeros((2, ages, 2, ages))
    older = np.arange(1, ages)
    for sex in range(len(SEXES)):
        aged[sex, older, sex, older - 1] = survival[sex, 1:]
        aged[sex, -1, sex, -1] = survival[sex, -1]
    stay = np.ones((2, ages)) if net_rates is None else 1.0 + net_rates
    seen = aged[FEMALE] * stay[FEMALE, :, None, None] if exposure == "final" else aged[FEMALE].copy()
    seen[:, FEMALE, :] += np.eye(ages)
    births = np.tensordot(np.concatenate([[0.0], fertility[1:-1], [0.0]]), 0.5 * seen, axes=1)
    aged[MALE, 0] = boys * survival[MALE, 0] * births
    aged[FEMALE, 0] = (1.0 - boys) * survival[FEMALE, 0] * births
    return (aged * stay[:, :, None, None]).reshape(2 * ages, 2 * ages)


def stable(matrix: Floats) -> tuple[float, Floats]:
    """Yearly growth factor (dominant eigenvalue) and stable structure, as shares of the total (sex x age)."""
    values, vectors = np.linalg.eig(matrix)
    dominant = int(np.argmax(values.real))
    shares = vectors[:, dominant].real
    return float(values[dominant].real), shares / shares.sum()
