"""Paths of take-up and their spread."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.services.uptake import Uptake

YEARS = range(2020, 2041)


def test_the_path_leads_from_point_to_point_and_then_stays() -> None:
    found = Uptake({2025: 0.06, 2035: 0.16}, 0.5).path(YEARS)[:, 0]
    assert found[[0, 5, 10, 15, 20]] == pytest.approx([0.06, 0.06, 0.11, 0.16, 0.16])


def test_ten_years_on_one_standard_deviation_is_the_spread() -> None:
    found = Uptake({2025: 0.06}, 0.5).shares(YEARS, np.array([0.0, 1.0, -1.0]))
    assert found[15] == pytest.approx(0.06 * np.exp([0.0, 0.5, -0.5]))
    assert found[20, 1] == pytest.approx(0.06 * np.exp(0.5 * np.sqrt(1.5)))


def test_what_was_measured_is_certain() -> None:
    found = Uptake({2025: 0.06}, 0.5).shares(YEARS, np.array([3.0, -3.0]))
    assert found[:6] == pytest.approx(np.full((6, 2), 0.06))


def test_no_share_passes_its_limit() -> None:
    assert Uptake({2020: 0.9}, 1.0, most=1.0).shares(YEARS, np.array([4.0]))[-1, 0] == 1.0
    assert Uptake({2020: 1.2}, 0.0, most=1.0).path(YEARS)[0, 0] == 1.0


def test_without_a_taste_there_is_one_column() -> None:
    assert Uptake({2020: 0.5}, 1.0).shares(YEARS, None).shape == (21, 1)


@given(st.floats(-4, 4), st.floats(-4, 4), st.floats(0, 1))
def test_who_takes_to_it_more_uses_it_more(low: float, high: float, spread: float) -> None:
    low, high = min(low, high), max(low, high)
    found = np.broadcast_to(Uptake({2020: 0.3}, spread).shares(YEARS, np.array([low, high])), (21, 2))
    assert (found[:, 0] <= found[:, 1]).all()
    assert (found > 0).all()
