from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.regression.linear_model import OLS
from statsmodels.regression.mixed_linear_model import MixedLM

from forecast.axes import AGES, Floats
from forecast.demography.fertility import HALF, AgeShapes, Ar1, multiplier, offset, pool_levels, single_age_shape


def test_a_path_by_hand() -> None:
    # from 4 towards 1, half of the log distance a year: 4 -> 2 -> sqrt 2 -> 2^(1/4)
    assert Ar1(1.0, 0.5).path(4.0, 3) == pytest.approx([2.0, 2.0**0.5, 2.0**0.25])
    assert Ar1(1.3, 0.0).path(4.0, 2) == pytest.approx([1.3, 1.3])
    assert Ar1(1.3, 0.9).path(1.3, 2) == pytest.approx([1.3, 1.3])
    assert len(Ar1(1.3, 0.9).path(1.0, 0)) == 0


@settings(max_examples=10)
@given(st.floats(0.7, 2.5), st.floats(0.1, 0.98), st.floats(1.05, 3.0))
def test_the_process_behind_a_path_is_found(mean: float, kept: float, start: float) -> None:
    path = np.concatenate([[start * mean], Ar1(mean, kept).path(start * mean, 30)])
    found = Ar1.of_median(path)
    assert found.mean == pytest.approx(mean, rel=1e-5)
    assert found.autocorrelation == pytest.approx(kept, abs=1e-5)


def test_the_fitted_path_is_that_of_statsmodels() -> None:
    path = np.array([1.02, 1.03, 1.035, 1.05, 1.052, 1.06, 1.071])
    constant, slope = OLS(np.log(path[1:]), np.column_stack([np.ones(6), np.log(path[:-1])])).fit().params
    found = Ar1.of_median(path)
    assert found.autocorrelation == pytest.approx(slope, rel=1e-9)
    assert found.mean == pytest.approx(np.exp(constant / (1 - slope)), rel=1e-9)


def test_a_multiplier_by_hand() -> None:
    assert multiplier({2026: 0.8, 2028: 0.6}, range(2024, 2031)) == pytest.approx([1, 1, 0.8, 0.7, 0.6, 0.6, 0.6])
    assert multiplier({}, range(2024, 2026)) == pytest.approx([1, 1])


def test_an_offset_by_hand() -> None:
    assert offset({2025: 0.0, 2027: 0.5}, range(2023, 2030)) == pytest.approx([0, 0, 0, 0.25, 0.5, 0.5, 0.5])
    assert offset({}, range(2024, 2026)) == pytest.approx([0, 0])


def test_shapes_between_periods_by_hand() -> None:
    shapes = AgeShapes(np.array([2000.5, 2010.5]), np.array([[1.0, 0.0], [0.0, 1.0]]))
    assert shapes.at(range(1999, 2001)) == pytest.approx(np.array([[1, 0], [1, 0]]))
    assert shapes.at(range(2003, 2004)) == pytest.approx(np.array([[0.7, 0.3]]))
    assert shapes.at(range(2010, 2012)) == pytest.approx(np.array([[0, 1], [0, 1]]))


@pytest.mark.parametrize("year", [2004, 2005, 2006])
def test_one_period_serves_every_year(year: int) -> None:
    shapes = AgeShapes(np.array([2005.5]), np.array([[0.25, 0.75]]))
    assert shapes.at(range(year, year + 1)) == pytest.approx(np.array([[0.25, 0.75]]))


def test_five_year_shares_are_kept() -> None:
    shares = np.array([[5.0, 25.0, 35.0, 20.0, 10.0, 4.0, 1.0], [1.0, 20.0, 40.0, 25.0, 10.0, 3.0, 1.0]])
    single = single_age_shape(shares)
    assert single.shape == (2, AGES)
    assert single.sum(axis=-1) == pytest.approx([1, 1])
    assert single[:, :15].sum() == single[:, 50:].sum() == 0
    for row, wanted in zip(single, shares, strict=True):
        assert row[15:50].reshape(7, 5).sum(axis=-1) == pytest.approx(wanted / wanted.sum())


def by_statsmodels(logs: Floats) -> float:
    """The share of an area's own deviation that statsmodels' mixed model keeps: another implementation."""
    areas, indicators = logs.shape
    design = np.tile(np.eye(indicators), (areas, 1))
    scaled = logs.reshape(-1) / float(np.std(logs - logs.mean(axis=0)))
    fit = MixedLM(scaled, design, np.repeat(np.arange(areas), indicators)).fit(reml=True, method=["lbfgs"])
    between, noise = float(np.asarray(fit.cov_re)[0, 0]), float(fit.scale)
    return float(between / (between + noise / indicators))


# areas at 0.6 .. 1.5 of the common level, twice measured
LOGS = np.log(np.array([[0.60, 0.66], [0.80, 0.77], [1.00, 1.05], [1.20, 1.12], [1.50, 1.48]]))


def test_pooling_pulls_to_the_mean_and_keeps_the_order() -> None:
    expected = np.full((5, 2), 1000.0)
    pooled = pool_levels(np.exp(LOGS) * expected, expected)
    middle = LOGS[:, 0].mean()
    assert pooled.raw == pytest.approx(np.exp(LOGS[:, 0]))
    assert 0 < pooled.weight < 1
    assert pooled.weight == pytest.approx(by_statsmodels(LOGS), abs=1e-4)
    # an area's level: the mean of the first indicator and what is kept of the area's mean deviation
    deviation = (LOGS - LOGS.mean(axis=0)).mean(axis=1)
    assert np.log(pooled.pooled) == pytest.approx(middle + pooled.weight * deviation)
    assert (np.abs(np.log(pooled.pooled) - middle) < np.abs(deviation)).all()
    assert (np.diff(pooled.pooled) > 0).all()


@pytest.mark.parametrize("ratios", [np.array([[0.8], [1.2], [1.1]]), np.array([[0.8, 0.9], [1.2, 1.3]])])
def test_with_one_indicator_or_two_areas_nothing_is_pooled(ratios: Floats) -> None:
    expected = np.full(ratios.shape, 50.0)
    pooled = pool_levels(ratios * expected, expected)
    assert pooled.pooled == pytest.approx(ratios[:, 0])
    assert pooled.weight == 1


def test_areas_that_do_not_differ_are_left_alone() -> None:
    pooled = pool_levels(np.full((4, 2), 60.0), np.full((4, 2), 50.0))
    assert pooled.pooled == pytest.approx(np.full(4, 1.2))


@pytest.mark.parametrize("other", [-1.0, -0.9, -0.5])
def test_indicators_that_contradict_each_other_leave_the_mean(other: float) -> None:
    # what is high in one is low in the other: nothing speaks for areas that differ, so the weight is 0
    deviation = np.array([0.3, -0.3, 0.2, -0.2, 0.1, -0.1])
    logs = np.column_stack([deviation, other * deviation])
    pooled = pool_levels(np.exp(logs), np.ones((6, 2)))
    assert pooled.weight == pytest.approx(0.0, abs=1e-6)
    assert pooled.pooled == pytest.approx(np.ones(6))


def test_indicators_that_agree_are_believed() -> None:
    deviation = np.array([0.3, -0.3, 0.2, -0.2, 0.1, -0.1])
    both = np.exp(np.column_stack([deviation, deviation]))
    pooled = pool_levels(both, np.ones((6, 2)))
    assert pooled.weight == pytest.approx(1.0, abs=1e-3)
    assert pooled.pooled == pytest.approx(both[:, 0], rel=1e-3)


def test_a_village_without_a_child_of_an_age_moves_no_other_area() -> None:
    counted = np.array([[12.0, 50.0], [8.0, 30.0], [10.0, 42.0], [6.0, 22.0]])
    expected = np.full((4, 2), [10.0, 40.0])
    alone = pool_levels(counted, expected)
    village = np.vstack([counted, [HALF, 3.0]]), np.vstack([expected, [1.0, 4.0]])
    guessed = np.array([False] * 4 + [True])
    found = pool_levels(*village, guessed)
    assert found.weight == alone.weight
    assert found.pooled[:4] == pytest.approx(alone.pooled)
    assert np.isfinite(found.pooled).all()
    assert found.raw[4] == pytest.approx(0.5)
    assert found.raw[4] < found.pooled[4] < found.pooled[:4].mean()
    # taken for a count like the others it would say that areas can hardly be told apart
    assert pool_levels(*village).weight < 0.95 * alone.weight


def test_where_hardly_any_area_is_counted_in_full_all_are_taken() -> None:
    shown, expected = np.array([[1.0, 4.0], [HALF, 3.0], [2.0, HALF]]), np.full((3, 2), [1.0, 4.0])
    some, none = pool_levels(shown, expected, np.array([False, True, True])), pool_levels(shown, expected)
    assert some.pooled == pytest.approx(none.pooled)
