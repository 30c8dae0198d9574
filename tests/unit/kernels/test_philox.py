from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.kernels import philox_numpy
from forecast.kernels.philox import WORD, key_of, normals, words

MANY = 100_000
SURE = 4.0 / np.sqrt(MANY)
"""Four standard errors of a mean or a correlation of independent normals."""

keys = st.tuples(st.integers(0, WORD - 1), st.integers(0, WORD - 1))


@given(keys, st.integers(1, 2**40), st.integers(0, 3000))
def test_words_are_those_of_numpy(key: tuple[int, int], draw: int, year: int) -> None:
    # numpy counts one up before its first block
    other = np.random.Philox(key=np.array(key, dtype=np.uint64), counter=draw - 1 + (year << 64))
    ours = words(key, range(draw, draw + 1), 1, year)
    assert ours[:, 0, 0].tolist() == other.random_raw(4).tolist()


@given(keys, st.integers(0, 2**40), st.integers(1, 300), st.integers(1, 3), st.integers(0, 99), st.integers(1, 4))
def test_both_implementations_give_the_same_bits(
    key: tuple[int, int], low: int, size: int, years: int, first: int, streams: int
) -> None:
    asked = (key, range(low, low + size), years, first)
    assert words(*asked).tobytes() == philox_numpy.words(*asked).tobytes()
    assert normals(*asked, streams).tobytes() == philox_numpy.normals(*asked, streams).tobytes()


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 4), st.integers(1, 4))
def test_any_part_of_the_draws_and_years_is_the_same(one: int, other: int, year: int, streams: int) -> None:
    key = key_of(1, "香坊区")
    whole = normals(key, range(500), 5)
    low, high = sorted((one, other))
    part = normals(key, range(low, high), 5 - year, year, streams)
    assert part.tobytes() == whole[:streams, year:, low:high].tobytes()


def sample() -> Floats:
    """One area's four streams in two years, and another area's, and another seed's (row, draw)."""
    named = [normals(key_of(seed, name), range(MANY), 2) for seed, name in ((1, "甲"), (1, "乙"), (2, "甲"))]
    return np.concatenate([block.reshape(8, MANY) for block in named])


def test_names_years_streams_and_seeds_are_independent_normals() -> None:
    rows = sample()
    assert np.abs(rows.mean(axis=1)).max() < SURE
    assert np.abs(rows.var(axis=1) - 1.0).max() < SURE * np.sqrt(2.0)
    apart = np.corrcoef(rows) - np.eye(len(rows))
    assert np.abs(apart).max() < SURE
    assert np.abs((rows**3).mean(axis=1)).max() < SURE * np.sqrt(15.0)
    following = [np.corrcoef(row[1:], row[:-1])[0, 1] for row in rows]
    assert np.abs(following).max() < SURE


def test_a_key_is_a_seed_and_a_name() -> None:
    assert key_of(7, "a") == (7, 0x2F42665B399EF840)
    assert key_of(7, "a") != key_of(7, "b")


def test_what_cannot_be_drawn_is_refused() -> None:
    for seed in (-1, WORD):
        with pytest.raises(ValueError, match="seed"):
            key_of(seed, "a")
    with pytest.raises(ValueError, match="follow one another"):
        normals((1, 1), range(0, 10, 2), 1)
    with pytest.raises(ValueError, match="negative"):
        normals((1, 1), range(3), 1, -1)
    with pytest.raises(ValueError, match="streams"):
        normals((1, 1), range(3), 1, streams=5)
