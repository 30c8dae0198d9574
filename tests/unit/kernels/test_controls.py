from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.kernels.controls import largest_remainder, plus_minus

EVEN = np.ones(3)


def test_both_signs_by_hand() -> None:
    # 6 p - 3 / p = 3 has the root p = 1; for 10.5: p = 2, since 12 - 1.5 = 10.5
    values = np.array([4.0, 2.0, -3.0])
    assert plus_minus(values, np.array(3.0), EVEN) == pytest.approx([4.0, 2.0, -3.0])
    assert plus_minus(values, np.array(10.5), EVEN) == pytest.approx([8.0, 4.0, -1.5])


def test_a_negative_total_by_hand() -> None:
    # 6 p - 3 / p = -3 with p = 1/2: 3 - 6
    assert plus_minus(np.array([4.0, 2.0, -3.0]), np.array(-3.0), EVEN) == pytest.approx([2.0, 1.0, -6.0])


def test_nothing_in_all() -> None:
    # 8 p = 2 / p at p = 1/2
    assert plus_minus(np.array([8.0, 0.0, -2.0]), np.array(0.0), EVEN) == pytest.approx([4.0, 0.0, -4.0])


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_one_sign_only_is_scaled(sign: float) -> None:
    assert plus_minus(sign * np.array([1.0, 3.0, 0.0]), np.array(sign * 8.0), EVEN) == pytest.approx(
        sign * np.array([2.0, 6.0, 0.0])
    )


def test_where_no_value_has_the_sign_weights_share_the_rest() -> None:
    # only gains of 4, but -8 are wanted: -12 are missing, a third each by weight 1:1:2
    weights = np.array([1.0, 1.0, 2.0])
    assert plus_minus(np.array([1.0, 3.0, 0.0]), np.array(-8.0), weights) == pytest.approx([-2.0, 0.0, -6.0])
    assert plus_minus(np.zeros(3), np.array(8.0), weights) == pytest.approx([2.0, 2.0, 4.0])
    assert plus_minus(np.zeros(3), np.array(0.0), weights) == pytest.approx(np.zeros(3))


@given(st.integers(0, 100_000), st.integers(1, 8))
def test_sums_are_exact_and_no_sign_turns(seed: int, areas: int) -> None:
    draw = np.random.default_rng(seed)
    values = draw.normal(0.0, 10.0 ** draw.uniform(-3, 5), (areas, 2, 4)) * (draw.random((areas, 2, 4)) < 0.9)
    total, weights = draw.normal(0.0, 100.0, (2, 4)), draw.uniform(0.1, 1.0, (areas, 2, 4))
    raked = plus_minus(values, total, weights)
    size = np.abs(raked).sum(axis=0) + 1.0
    assert (np.abs(raked.sum(axis=0) - total) <= 1e-9 * size).all()
    both = (values > 0).any(axis=0) & (values < 0).any(axis=0)
    turned = (np.sign(raked) * np.sign(values) < 0) & both
    assert not turned.any()


@given(st.integers(0, 100_000))
def test_a_total_that_is_met_changes_nothing(seed: int) -> None:
    values = np.random.default_rng(seed).normal(0.0, 50.0, (5, 3))
    assert plus_minus(values, values.sum(axis=0), np.ones((5, 3))) == pytest.approx(values, abs=1e-8)


def test_largest_remainders_by_hand() -> None:
    # 1.5 + 2.3 + 0.2 = 4: floors 1, 2, 0 leave one, which goes to .5
    assert largest_remainder(np.array([1.5, 2.3, 0.2])) == pytest.approx([2, 2, 0])
    # a tie of .5 and .5 goes to the first
    assert largest_remainder(np.array([0.5, 0.5])) == pytest.approx([1, 0])
    assert largest_remainder(np.array([1.0, 2.0])) == pytest.approx([1, 2])


def test_a_given_total_adds_or_takes_away() -> None:
    values = np.array([1.5, 2.3, 0.2])
    assert largest_remainder(values, 5) == pytest.approx([2, 3, 0])
    # floors sum to 3; one must go, from the smallest remainder that has any: 0.2 has no floor, so 2.3
    assert largest_remainder(values, 2) == pytest.approx([1, 1, 0])


def test_a_total_far_from_the_values_is_met_too() -> None:
    assert largest_remainder(np.array([5.0, 5.0]), 5).sum() == 5
    assert largest_remainder(np.array([0.2, 0.3]), 10).sum() == 10


@given(st.lists(st.floats(0.0, 1e6), min_size=1, max_size=20))
def test_whole_numbers_sum_to_the_rounded_total(values: list[float]) -> None:
    found = largest_remainder(np.array(values))
    assert found.sum() == round(float(np.sum(values)))
    assert (found == np.round(found)).all()
    assert (np.abs(found - np.array(values)) < 1.0 + 1e-9).all()
