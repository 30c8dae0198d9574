from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.kernels import ipf


def scaled(seed: Floats, number: int) -> Floats:
    """A table with the seed's cross-product ratios and other margins."""
    draw = np.random.default_rng(number)
    origins, destinations = seed.shape[-2:]
    return np.asarray(seed * draw.uniform(0.1, 9.0, (origins, 1)) * draw.uniform(0.1, 9.0, (1, destinations)))


def test_independence_by_hand() -> None:
    # a seed of ones gives row times column over the total
    table, gap = ipf.fit(np.ones((2, 3)), np.array([6.0, 4.0]), np.array([5.0, 3.0, 2.0]))
    assert table == pytest.approx(np.array([[3.0, 1.8, 1.2], [2.0, 1.2, 0.8]]))
    assert gap <= 1e-10


def test_a_table_by_hand() -> None:
    # odds ratio 4 with all margins 3: x^2 / (3 - x)^2 = 4 at x = 2
    table, _ = ipf.fit(np.array([[4.0, 1.0], [1.0, 1.0]]), np.full(2, 3.0), np.full(2, 3.0))
    assert table == pytest.approx(np.array([[2.0, 1.0], [1.0, 2.0]]))


@settings(max_examples=30)
@given(st.integers(0, 100_000), st.integers(2, 8))
def test_the_one_table_with_these_odds_and_margins_is_found(number: int, areas: int) -> None:
    seed = np.random.default_rng(number).gamma(1.0, 1.0, (areas, areas)) + 1e-3
    wanted = scaled(seed, number + 1)
    table, gap = ipf.fit(seed, wanted.sum(axis=1), wanted.sum(axis=0))
    assert gap <= 1e-10
    assert table.sum(axis=1) == pytest.approx(wanted.sum(axis=1), rel=1e-9)
    assert table.sum(axis=0) == pytest.approx(wanted.sum(axis=0), rel=1e-9)
    assert table == pytest.approx(wanted, rel=1e-6)
    odds, kept = (x[:-1, :-1] * x[1:, 1:] / (x[:-1, 1:] * x[1:, :-1]) for x in (seed, table))
    assert kept == pytest.approx(odds, rel=1e-9)


@settings(max_examples=20)
@given(st.integers(0, 100_000))
def test_a_seed_that_fits_comes_back_as_it_is(number: int) -> None:
    seed = np.random.default_rng(number).gamma(0.5, 1.0, (2, 3, 6, 6))
    table, gap = ipf.fit(seed, seed.sum(axis=-1), seed.sum(axis=-2))
    assert (table == seed).all()
    assert gap <= 1e-12


def test_zeros_stay_zeros() -> None:
    seed = np.ones((4, 4)) - np.eye(4)
    wanted = scaled(seed, 3)
    table, gap = ipf.fit(seed, wanted.sum(axis=1), wanted.sum(axis=0))
    assert (np.diag(table) == 0).all()
    assert gap <= 1e-10
    assert table == pytest.approx(wanted, rel=1e-8)


def test_leading_axes_broadcast_and_no_table_hangs_on_its_neighbours() -> None:
    draw = np.random.default_rng(4)
    seed = draw.gamma(1.0, 1.0, (5, 5))
    wanted = seed * draw.gamma(2.0, 1.0, (2, 7, 5, 1)) * draw.gamma(2.0, 1.0, (2, 7, 1, 5))
    rows, columns = wanted.sum(axis=-1), wanted.sum(axis=-2)
    together, _ = ipf.fit(seed, rows, columns)
    assert together.shape == (2, 7, 5, 5)
    for sex, age in np.ndindex(2, 7):
        alone, _ = ipf.fit(seed, rows[sex, age], columns[sex, age])
        assert (together[sex, age] == alone).all()


def test_the_input_is_left_alone() -> None:
    seed = np.ones((2, 2))
    ipf.fit(seed, np.array([6.0, 4.0]), np.array([5.0, 5.0]))
    assert (seed == 1.0).all()


def test_an_empty_margin_empties_its_cells() -> None:
    table, gap = ipf.fit(np.ones((3, 3)), np.array([0.0, 2.0, 2.0]), np.array([3.0, 1.0, 0.0]))
    assert (table[0] == 0).all()
    assert (table[:, 2] == 0).all()
    assert table[1:, :2] == pytest.approx(np.array([[1.5, 0.5], [1.5, 0.5]]))
    assert gap <= 1e-10
    assert ipf.fit(np.ones((2, 2)), np.zeros(2), np.zeros(2))[1] == 0.0


def test_margins_that_zeros_put_out_of_reach_show_in_the_gap() -> None:
    # nobody stays, so what the first sends (9) would have to fit into the other two (5)
    seed = np.ones((3, 3)) - np.eye(3)
    _, gap = ipf.fit(seed, np.array([9.0, 1.0, 1.0]), np.array([6.0, 3.0, 2.0]), rounds=200)
    assert gap > 0.1


def test_margins_that_do_not_agree_are_refused() -> None:
    with pytest.raises(ValueError, match=r"rows sum to 10.0, columns to 11.0 \(table 0\)"):
        ipf.fit(np.ones((2, 2)), np.array([6.0, 4.0]), np.array([5.0, 6.0]))
    with pytest.raises(ValueError, match="column margins must be finite and not negative"):
        ipf.fit(np.ones((2, 2)), np.array([6.0, 4.0]), np.array([11.0, -1.0]))


def test_rounding_between_the_totals_is_forgiven() -> None:
    table, gap = ipf.fit(np.ones((2, 2)), np.array([6.0, 4.0]), np.array([5.0, 5.0 + 2e-9]))
    assert gap <= 1e-10
    assert table.sum(axis=1) == pytest.approx([6.0, 4.0], rel=1e-10)


def test_people_without_a_seed_are_refused() -> None:
    with pytest.raises(ValueError, match=r"row 1 wants 4.0 and has no seed for it \(table 0\)"):
        ipf.fit(np.array([[1.0, 1.0], [0.0, 0.0]]), np.array([6.0, 4.0]), np.array([5.0, 5.0]))
    with pytest.raises(ValueError, match=r"column 1 wants 5.0"):
        ipf.fit(np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([6.0, 4.0]), np.array([5.0, 5.0]))
    # the only seed of the first row stands in a column that receives nobody
    with pytest.raises(ValueError, match=r"row 0 wants 6.0"):
        ipf.fit(np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([6.0, 4.0]), np.array([0.0, 10.0]))
    with pytest.raises(ValueError, match="seeds must be finite and not negative"):
        ipf.fit(-np.ones((2, 2)), np.array([6.0, 4.0]), np.array([5.0, 5.0]))
