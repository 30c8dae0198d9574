from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.tsa.filters.hp_filter import hpfilter

from forecast.axes import Floats
from forecast.kernels.splines import TRIED, basis, fit

AGE = np.arange(80.0)
SPLINES = basis(AGE, 5.0)


def made(seed: int) -> tuple[Floats, Floats]:
    """Values and weights by age."""
    draw = np.random.default_rng(seed)
    return draw.normal(0.0, 1.0, 80), draw.uniform(1.0, 1000.0, 80)


def bump() -> Floats:
    return np.asarray(0.03 * np.exp(-0.5 * ((AGE - 24.0) / 6.0) ** 2) - 0.005)


def test_a_basis_of_cubic_splines() -> None:
    # 79 years in 16 segments of 5, and 3 splines more; at a knot they are 1/6, 4/6 and 1/6
    assert SPLINES.shape == (80, 19)
    assert SPLINES.sum(axis=1) == pytest.approx(np.ones(80))
    assert SPLINES[10, 2:6] == pytest.approx([1 / 6, 4 / 6, 1 / 6, 0.0])
    assert SPLINES.min() >= 0.0


@pytest.mark.parametrize("penalty", [1e-3, 1.0, 1e6])
def test_a_straight_line_stays(penalty: float) -> None:
    line = 0.01 + 0.002 * AGE
    assert fit(line, made(1)[1], SPLINES, penalty).values == pytest.approx(line, abs=1e-8)


@given(st.integers(0, 10_000), st.floats(-2.0, 6.0))
@settings(max_examples=30)
def test_total_and_mean_age_stay(seed: int, power: float) -> None:
    values, weights = made(seed)
    curve = fit(values, weights, SPLINES, 10.0**power)
    for moment in (np.ones(80), AGE):
        scale = float((np.abs(values) * weights * moment).sum())
        assert abs(float((weights * moment) @ (curve.values - values))) < 1e-9 * scale


def test_a_heavy_penalty_leaves_the_weighted_straight_line() -> None:
    values, weights = made(3)
    line = np.polyval(np.polyfit(AGE, values, 1, w=np.sqrt(weights)), AGE)
    curve = fit(values, weights, SPLINES, 1e12)
    assert curve.values == pytest.approx(line, abs=1e-4)
    assert curve.dimension == pytest.approx(2.0, abs=1e-4)


def test_a_light_penalty_leaves_the_unpenalised_splines() -> None:
    values, weights = made(4)
    root = np.sqrt(weights)
    free = SPLINES @ np.linalg.lstsq(SPLINES * root[:, None], values * root, rcond=None)[0]
    curve = fit(values, weights, SPLINES, 1e-8)
    assert curve.values == pytest.approx(free, abs=1e-6)
    assert curve.dimension == pytest.approx(19.0, abs=1e-6)


@pytest.mark.parametrize("penalty", [1.0, 1600.0])
def test_one_coefficient_a_point_is_the_filter_of_whittaker(penalty: float) -> None:
    """Known to economists as the filter of Hodrick and Prescott: statsmodels solves it."""
    values, _ = made(5)
    trend = hpfilter(values, penalty)[1]
    assert fit(values, np.ones(80), np.eye(80), penalty).values == pytest.approx(trend, abs=1e-9)


def test_dimension_falls_as_the_penalty_grows() -> None:
    values, weights = made(6)
    dimensions = [fit(values, weights, SPLINES, penalty).dimension for penalty in (1e-2, 1e0, 1e2, 1e4, 1e6, 1e8)]
    assert (np.diff(dimensions) < 0).all()
    assert dimensions[0] <= 19.0 + 1e-6
    assert dimensions[-1] >= 2.0 - 1e-6


def test_cross_validation_takes_the_least_error() -> None:
    values, weights = bump() + 0.002 * made(7)[0], made(7)[1]
    chosen = fit(values, weights, SPLINES)
    root = np.sqrt(weights)
    rough = np.diff(np.eye(19), n=2, axis=0)

    def error(penalty: float) -> float:
        hat = (SPLINES * root[:, None]) @ np.linalg.solve(
            (SPLINES * weights[:, None]).T @ SPLINES + penalty * rough.T @ rough, (SPLINES * root[:, None]).T
        )
        rest = root * values - hat @ (root * values)
        return float(80.0 * rest @ rest / (80.0 - np.trace(hat)) ** 2)

    errors = [error(float(penalty)) for penalty in TRIED * weights.mean()]
    assert chosen.penalty == pytest.approx(TRIED[int(np.argmin(errors))] * weights.mean())


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_a_curve_under_noise_comes_out_nearer(seed: int) -> None:
    noise, weights = made(seed)
    raw = bump() + noise * 0.1 / np.sqrt(weights)
    curve = fit(raw, weights, SPLINES)
    assert weights @ (curve.values - bump()) ** 2 < 0.6 * (weights @ (raw - bump()) ** 2)


def test_read_off_groups_the_curve_is_smoother() -> None:
    # noise by five-year group, joined by straight lines: taken for 80 observations it is followed, for 16 it is not
    middle = AGE[2::5]
    draw = np.random.default_rng(9)
    raw = np.interp(AGE, middle, bump()[2::5] + draw.normal(0.0, 0.004, 16))
    weights = np.full(80, 100.0)
    followed, told = fit(raw, weights, SPLINES), fit(raw, weights, SPLINES, span=5.0)
    assert told.dimension < followed.dimension
    assert told.dimension < 16.0


def test_scale_of_the_weights_is_no_matter_to_cross_validation() -> None:
    values, weights = made(10)
    one, ten = fit(values, weights, SPLINES), fit(values, 10.0 * weights, SPLINES)
    assert ten.values == pytest.approx(one.values, abs=1e-9)
    assert ten.penalty == pytest.approx(10.0 * one.penalty)


def test_ages_without_people_are_carried_over() -> None:
    values, weights = np.array(0.01 + 0.0 * AGE), np.full(80, 10.0)
    values[60:], weights[60:] = 99.0, 0.0
    assert fit(values, weights, SPLINES, 1.0).values == pytest.approx(np.full(80, 0.01), abs=1e-9)


@pytest.mark.parametrize(("weights", "penalty"), [(np.eye(80)[0], 1.0), (-np.ones(80), 1.0), (np.ones(80), 0.0)])
def test_what_cannot_be_fitted(weights: Floats, penalty: float) -> None:
    with pytest.raises(ValueError, match=r"weights must|not above zero"):
        fit(AGE, weights, SPLINES, penalty)
