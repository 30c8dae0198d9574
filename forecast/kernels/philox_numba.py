"""Philox compiled; ``philox_numpy`` performs the same operations. See ``philox``.

A lane of trajectories goes through each round together, so that the compiler can work on several at once.
"""

from __future__ import annotations

import math

import numpy as np

from forecast.axes import Floats
from forecast.kernels import normal
from forecast.kernels.compiled import compiled
from forecast.kernels.philox import Words

LANE = 128
FIRST, SECOND = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
LOW, HALF, CUT = np.uint64(0xFFFFFFFF), np.uint64(32), np.uint64(12)
ULP = 2.0**-52

# The cache on disk does not see a change of ``normal``: whoever changes it must touch this file too.
centre = compiled(normal.centre)
near = compiled(normal.near)
far = compiled(normal.far)
logarithm = compiled(normal.logarithm)


def _high(a: np.uint64, b: np.uint64) -> np.uint64:
    """High word of a product of two words, by their halves."""
    a_low, a_high, b_low, b_high = a & LOW, a >> HALF, b & LOW, b >> HALF
    middle = a_high * b_low + ((a_low * b_low) >> HALF)
    other = a_low * b_high + (middle & LOW)
    return a_high * b_high + (middle >> HALF) + (other >> HALF)


high = compiled(_high)


def _block(keys: Words, first: np.uint64, year: np.uint64, lane: Words) -> None:
    """The words (4, lane) of the trajectories from ``first`` on in one year."""
    one, two, three, four = lane[0], lane[1], lane[2], lane[3]
    for i in range(lane.shape[1]):
        one[i] = first + np.uint64(i)
        two[i] = year
        three[i] = np.uint64(0)
        four[i] = np.uint64(0)
    for turn in range(keys.shape[0]):
        left, right = keys[turn, 0], keys[turn, 1]
        for i in range(lane.shape[1]):
            a, b = one[i], three[i]
            one[i] = high(SECOND, b) ^ two[i] ^ left
            two[i] = SECOND * b
            three[i] = high(FIRST, a) ^ four[i] ^ right
            four[i] = FIRST * a


block = compiled(_block)


def _tail(p: float) -> float:
    """Distance from the mean of the tail p < 1/2."""
    fraction, power = math.frexp(p)
    if fraction < normal.HALF_ROOT:
        fraction, power = 2.0 * fraction, power - 1
    r = math.sqrt(-logarithm(fraction, float(power)))
    return near(r) if r <= normal.FAR else far(r)


tail = compiled(_tail)


def _bend(word: Words, out: Floats) -> None:
    """Words to normals: all as if at the centre, then the few of the tails anew."""
    for i in range(word.shape[0]):
        out[i] = centre((np.float64(word[i] >> CUT) + 0.5) * ULP - 0.5)
    for i in range(word.shape[0]):
        p = (np.float64(word[i] >> CUT) + 0.5) * ULP
        q = p - 0.5
        if abs(q) > normal.CENTRE:
            out[i] = -tail(p) if q < 0.0 else tail(1.0 - p)


bend = compiled(_bend)


def _fill_words(keys: Words, first: np.uint64, first_year: np.uint64, out: Words) -> None:
    """Fill (4, year, draw) with words."""
    draws = out.shape[2]
    lane = np.empty((4, LANE), dtype=np.uint64)
    for year in range(out.shape[1]):
        for low in range(0, draws, LANE):
            size = min(LANE, draws - low)
            block(keys, first + np.uint64(low), first_year + np.uint64(year), lane[:, :size])
            for stream in range(4):
                for i in range(size):
                    out[stream, year, low + i] = lane[stream, i]


def _fill_normals(keys: Words, first: np.uint64, first_year: np.uint64, out: Floats) -> None:
    """Fill (stream, year, draw) with normals."""
    draws = out.shape[2]
    lane = np.empty((4, LANE), dtype=np.uint64)
    for year in range(out.shape[1]):
        for low in range(0, draws, LANE):
            size = min(LANE, draws - low)
            block(keys, first + np.uint64(low), first_year + np.uint64(year), lane)
            for stream in range(out.shape[0]):
                bend(lane[stream, :size], out[stream, year, low : low + size])


fill_words = compiled(_fill_words)
fill_normals = compiled(_fill_normals)
