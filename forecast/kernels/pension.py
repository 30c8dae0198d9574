"""Statutory pension ages that rise by month of birth, and who reaches them in a school year.

Months are counted on from January of the year 0: ``12 * year + month - 1``, January being month 1.
Source of the schedule: Decision of the Standing Committee of the National People's Congress of 13 September 2024, with
the State Council's Measures, article 1 and annexes 1 to 3.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forecast.axes import Floats

Ints = NDArray[np.int64]
MONTHS = 12
AUGUST = 8


def month(year: int, month_of_year: int) -> int:
    """A month as a number.

    >>> month(1965, 1)
    23580
    """
    return MONTHS * year + month_of_year - 1


def pension_age(born: Ints, before: int, after: int, first: int, step: int) -> Ints:
    """Statutory age, in months, of those born in a month.

    born    month of birth (any shape)
    before  age until the rise, in months;  after  age once it is over
    first   the first month in which the age has risen
    step    months of birth for each month of delay

    Who would have reached the old age in month k after ``first`` retires ``floor(k / step) + 1`` months later, up to
    ``after``.

    >>> pension_age(np.array([month(1964, 12), month(1965, 1), month(1976, 9)]), 720, 756, month(2025, 1), 4)
    array([720, 721, 756])
    """
    late = np.floor_divide(born + before - first, step) + 1
    return np.asarray(before + np.clip(late, 0, after - before))


def born_in(age: Ints, year: int) -> Ints:
    """The twelve months of birth (age, month) of those who have completed an age on 31 August of a year."""
    last = MONTHS * (year - age) + AUGUST - 1
    return np.asarray(last[:, None] + np.arange(1 - MONTHS, 1))


def not_yet(due: Ints, year: int) -> Floats:
    """Share of the months of birth (age, month) whose month of retirement lies after August of a year (age,)."""
    return np.asarray((due > MONTHS * year + AUGUST - 1).mean(axis=-1))


def retiring(before: Floats, after: Floats) -> Floats:
    """Share of those still there who retire, from the shares not yet due at the start and the end of the year.

    Where nobody should be there any more, all go.

    >>> retiring(np.array([1.0, 0.5, 0.0]), np.array([0.75, 0.5, 0.0]))
    array([0.25, 0.  , 1.  ])
    """
    safe = np.where(before > 0, before, 1.0)
    return np.where(before > 0, np.clip(1.0 - after / safe, 0.0, 1.0), 1.0)
