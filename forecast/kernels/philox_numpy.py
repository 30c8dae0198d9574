"""Philox in numpy: the same operations in the same order as in ``philox_numba``, so the same bits; its check."""

from __future__ import annotations

import numpy as np

from forecast.axes import Floats
from forecast.kernels.normal import inverse
from forecast.kernels.philox import STREAMS, Key, Words, schedule

FIRST, SECOND = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
LOW, HALF = np.uint64(0xFFFFFFFF), np.uint64(32)


def normals(key: Key, draws: range, years: int, first_year: int = 0, streams: int = STREAMS) -> Floats:
    """See ``philox.normals``."""
    word = words(key, draws, years, first_year)[:streams]
    return inverse(((word >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52)


def words(key: Key, draws: range, years: int, first_year: int = 0) -> Words:
    """See ``philox.words``."""
    shape = (years, len(draws))
    trajectory = np.arange(draws.start, draws.stop, dtype=np.uint64)
    year = np.arange(first_year, first_year + years, dtype=np.uint64)[:, None]
    one, two = np.broadcast_to(trajectory, shape), np.broadcast_to(year, shape)
    three, four = np.zeros(shape, dtype=np.uint64), np.zeros(shape, dtype=np.uint64)
    for left, right in schedule(key):
        one, two, three, four = (
            _high(SECOND, three) ^ two ^ left,
            SECOND * three,
            _high(FIRST, one) ^ four ^ right,
            FIRST * one,
        )
    return np.stack([one, two, three, four])


def _high(a: np.uint64, b: Words) -> Words:
    """High word of the products of two words, by their halves."""
    a_low, a_high, b_low, b_high = a & LOW, a >> HALF, b & LOW, b >> HALF
    middle = a_high * b_low + ((a_low * b_low) >> HALF)
    other = a_low * b_high + (middle & LOW)
    return np.asarray(a_high * b_high + (middle >> HALF) + (other >> HALF), dtype=np.uint64)
