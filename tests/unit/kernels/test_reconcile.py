from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.kernels.reconcile import mint, shrunk, summing

TREE = np.vstack([[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 1, 1], np.eye(4)]).astype(float)
"""A sum of two sums of two parts each."""


def random_covariance(draw: np.random.Generator, size: int) -> Floats:
    root = draw.normal(size=(size, 2 * size))
    return np.asarray(root @ root.T)


def test_one_sum_and_two_parts_by_hand() -> None:
    # The gap of 2 is shared as the variances: 1, 1 and 2 of 4. The sum gives 0.5 way, the parts 0.5 and 1.
    found = mint(np.array([12.0, 4.0, 6.0]), summing(2), np.diag([1.0, 1.0, 2.0]))
    assert found == pytest.approx([11.5, 4.5, 7.0])


def test_correlated_errors_by_hand() -> None:
    # W C' with C = (1, -1, -1): (4, -1.5, -1.5) -> C W C' = 4 + 1.5 + 1.5 = 7, gap 7
    covariance = np.array([[4.0, 0.0, 0.0], [0.0, 1.0, 0.5], [0.0, 0.5, 1.0]])
    found = mint(np.array([17.0, 4.0, 6.0]), summing(2), covariance)
    assert found == pytest.approx([17.0 - 4.0, 4.0 + 1.5, 6.0 + 1.5])


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_it_is_generalised_least_squares(seed: int) -> None:
    """The textbook form with inverses, and NumPy's least squares on whitened series."""
    draw = np.random.default_rng(seed)
    covariance, base = random_covariance(draw, 7), draw.uniform(100, 110, 7)
    inverse = np.linalg.inv(covariance)
    closed = TREE @ np.linalg.solve(TREE.T @ inverse @ TREE, TREE.T @ inverse @ base)
    root = np.linalg.inv(np.linalg.cholesky(covariance))
    squares = TREE @ np.linalg.lstsq(root @ TREE, root @ base, rcond=None)[0]
    if (closed[3:] > 0).all():
        assert mint(base, TREE, covariance) == pytest.approx(closed, rel=1e-6)
        assert closed == pytest.approx(squares, rel=1e-6)


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_sums_agree_and_what_agrees_stays(seed: int) -> None:
    draw = np.random.default_rng(seed)
    covariance = random_covariance(draw, 7)
    base = draw.uniform(0, 100, (5, 7))
    found = mint(base, TREE, covariance)
    assert found == pytest.approx(found[:, 3:] @ TREE.T, rel=1e-12)
    assert (found[:, 3:] >= 0).all()
    coherent = base[:, 3:] @ TREE.T
    assert mint(coherent, TREE, covariance) == pytest.approx(coherent, rel=1e-9)


def test_sums_that_give_all_the_way_are_bottom_up() -> None:
    base = np.array([20.0, 4.0, 6.0])
    assert mint(base, summing(2), np.diag([1.0, 0.0, 0.0])) == pytest.approx([10.0, 4.0, 6.0])
    # and parts that give all the way in proportion to their size are top-down by their own shares
    assert mint(base, summing(2), np.diag([0.0, 4.0, 6.0])) == pytest.approx([20.0, 8.0, 12.0])


def test_nothing_can_give_way() -> None:
    with pytest.raises(ValueError, match="nothing can give way"):
        mint(np.array([20.0, 4.0, 6.0]), summing(2), np.zeros((3, 3)))


def test_no_part_falls_below_nothing() -> None:
    # without the limit: parts 1 - 3 and 9 - 3, the sum 4 + 0
    found = mint(np.array([4.0, 1.0, 9.0]), summing(2), np.diag([0.0, 1.0, 1.0]))
    assert found == pytest.approx([4.0, 0.0, 4.0])


def test_a_mean_of_unbiased_forecasts_stays_unbiased() -> None:
    draw = np.random.default_rng(7)
    truth, covariance = TREE @ np.array([100.0, 50.0, 80.0, 20.0]), random_covariance(draw, 7) / 10.0
    base = truth + draw.multivariate_normal(np.zeros(7), covariance, 20_000)
    found = mint(base, TREE, covariance)
    error = np.sqrt(np.diag(covariance).max() / 20_000)
    assert np.abs(found.mean(axis=0) - truth).max() < 4.0 * error


def test_smaller_errors_than_bottom_up_and_top_down() -> None:
    """Errors of parts that share much and of a sum that is forecast well; their covariance comes from 60 of them."""
    draw = np.random.default_rng(11)
    parts = np.array([400.0, 300.0, 200.0, 100.0])
    truth = np.array([parts.sum(), *parts])
    own = np.diag([25.0, 20.0, 15.0, 10.0]) @ (0.5 * np.eye(4) + 0.5) @ np.diag([25.0, 20.0, 15.0, 10.0])
    covariance = np.zeros((5, 5))
    covariance[0, 0], covariance[1:, 1:] = 30.0**2, own
    past, base = (draw.multivariate_normal(np.zeros(5), covariance, count) for count in (60, 4000))
    base = truth + base
    estimated, weight = shrunk(past)
    assert 0.0 < weight < 1.0
    found = mint(base, summing(4), estimated)
    up = base[:, 1:] @ summing(4).T
    shares = base[:, 1:] / base[:, 1:].sum(axis=1, keepdims=True)
    down = np.hstack([base[:, :1], base[:, :1] * shares])
    squared = {
        name: float(((values - truth) ** 2).sum(axis=1).mean())
        for name, values in {"mint": found, "up": up, "down": down, "base": base}.items()
    }
    assert squared["mint"] < 0.98 * min(squared["up"], squared["down"], squared["base"]), squared


def test_shrinking_by_hand() -> None:
    # Two series, the second three times the first: r = 1. With x = +-1 the products do not vary: weight 0.
    errors = np.array([[1.0, 3.0], [-1.0, -3.0], [1.0, 3.0], [-1.0, -3.0]])
    covariance, weight = shrunk(errors)
    assert weight == 0.0
    assert covariance == pytest.approx(np.array([[1.0, 3.0], [3.0, 9.0]]))
    # no correlation at all: nothing of it is kept
    errors[:, 1] = [3.0, 3.0, -3.0, -3.0]
    assert shrunk(errors)[1] == 1.0
    # x = (1, -1, 2, -2) both: products of standards .4 .4 1.6 1.6, mean 1, variance .36, over 3, over r^2 = 1
    same = np.repeat(np.array([[1.0], [-1.0], [2.0], [-2.0]]), 2, axis=1)
    assert shrunk(same)[1] == pytest.approx(0.36 / 3.0)
    with pytest.raises(ValueError, match="a covariance from 1 errors"):
        shrunk(errors[:1])


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(2, 12))
def test_a_shrunk_covariance_can_be_inverted_and_keeps_its_variances(seed: int, count: int) -> None:
    errors = np.random.default_rng(seed).normal(size=(count, 8))
    covariance, weight = shrunk(errors)
    assert np.diag(covariance) == pytest.approx((errors**2).mean(axis=0))
    assert weight > 0.0
    assert np.linalg.eigvalsh(covariance).min() > 0.0
