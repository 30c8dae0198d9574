"""Random normals by address: a number depends on seed, area, trajectory, year and stream alone.

No state goes from one number to the next, so that chunks, workers and restarts cannot change a byte.

Source: Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", Philox4x64 with 10 rounds.
The key is (seed, digest of the area's name), the counter (trajectory, year, 0, 0); the four words of a block are the
four streams.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from forecast.axes import Floats

Words = NDArray[np.uint64]
Key = tuple[int, int]

STREAMS = 4
WORD = 2**64


def key_of(seed: int, name: str) -> Key:
    """The key of an area: its numbers do not depend on the areas beside it."""
    if not 0 <= seed < WORD:
        raise ValueError(f"a seed of {seed} is not from 0 to 2^64 - 1")
    return seed, int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def normals(key: Key, draws: range, years: int, first_year: int = 0, streams: int = STREAMS) -> Floats:
    """Standard normals (stream, year, draw) of ``years`` years from ``first_year`` on.

    draws    trajectories, one after the other: any part of a range gives the same numbers as the whole
    streams  how many of the four to keep, from the first on

    A word w becomes the probability (floor(w / 2^12) + 1/2) / 2^52, exact in a float and never 0 or 1, and then the
    normal of ``forecast.kernels.normal``.
    """
    from forecast.kernels import philox_numba

    _check(draws, years, first_year, streams)
    out = np.empty((streams, years, len(draws)))
    philox_numba.fill_normals(schedule(key), np.uint64(draws.start), np.uint64(first_year), out)
    return out


def words(key: Key, draws: range, years: int, first_year: int = 0) -> Words:
    """The raw words (stream, year, draw) behind ``normals``."""
    from forecast.kernels import philox_numba

    _check(draws, years, first_year, STREAMS)
    out = np.empty((STREAMS, years, len(draws)), dtype=np.uint64)
    philox_numba.fill_words(schedule(key), np.uint64(draws.start), np.uint64(first_year), out)
    return out


def schedule(key: Key) -> Words:
    """The key of each round (round, 2): Weyl sequences with the golden ratio and sqrt(3) - 1."""
    steps = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)
    rounds = [[(word + turn * step) % WORD for word, step in zip(key, steps, strict=True)] for turn in range(10)]
    return np.array(rounds, dtype=np.uint64)


def _check(draws: range, years: int, first_year: int, streams: int) -> None:
    if draws.step != 1 or draws.start < 0:
        raise ValueError(f"draws {draws} do not follow one another from 0 or more")
    if years < 0 or first_year < 0:
        raise ValueError(f"{years} years from {first_year}: neither can be negative")
    if not 1 <= streams <= STREAMS:
        raise ValueError(f"{streams} streams are not from 1 to {STREAMS}")
