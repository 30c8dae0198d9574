from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.kernels.philox import key_of, normals
from forecast.kernels.shocks import autocorrelated


def test_by_hand() -> None:
    e = np.array([[9.0, 9.0], [1.0, 2.0], [1.0, 0.0]])
    u = autocorrelated(e, 0.5, np.array([7.0, 2.0, 3.0]), first=1)
    assert u.tolist() == [[0.0, 0.0], [2.0, 4.0], [4.0, 2.0]]


def test_a_stationary_start_is_as_wide_as_every_later_year() -> None:
    e = normals(key_of(1, "a"), range(40_000), 5)[0]
    wide = autocorrelated(e, 0.8, 0.3, "stationary", first=1).std(axis=1)
    assert wide[0] == 0.0
    assert wide[1:] == pytest.approx(0.3 / np.sqrt(1.0 - 0.8**2), rel=0.02)
    narrow = autocorrelated(e, 0.8, 0.3).std(axis=1)
    assert narrow[0] == pytest.approx(0.3, rel=0.02)
    assert (np.diff(narrow) > 0).all()


def test_a_random_walk_adds_up() -> None:
    assert autocorrelated(np.ones((4, 1)), 1.0, 2.0).ravel().tolist() == [2.0, 4.0, 6.0, 8.0]


@given(st.integers(1, 299), st.floats(-0.99, 0.99), st.integers(0, 6))
def test_any_part_of_the_draws_gives_the_same_bytes(cut: int, rho: float, first: int) -> None:
    e = normals(key_of(2, "a"), range(300), 5)[1]
    whole = autocorrelated(e, rho, 0.1, "stationary", first)
    parts = [autocorrelated(part, rho, 0.1, "stationary", first) for part in (e[:, :cut], e[:, cut:])]
    assert np.concatenate(parts, axis=1).tobytes() == whole.tobytes()


def test_what_is_no_series_is_refused() -> None:
    e = np.ones((3, 2))
    with pytest.raises(ValueError, match="years or 1"):
        autocorrelated(e, 0.5, np.ones(2))
    for rho, start in ((1.5, "zero"), (1.0, "stationary"), (np.nan, "zero")):
        with pytest.raises(ValueError, match="no such series"):
            autocorrelated(e, rho, 1.0, start)  # type: ignore[arg-type]  # a text from the list above
    with pytest.raises(ValueError, match="neither"):
        autocorrelated(e, 0.5, 1.0, "old")  # type: ignore[arg-type]  # that is the test
