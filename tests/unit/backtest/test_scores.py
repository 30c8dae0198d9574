from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import lognorm

from forecast.backtest.scores import covered, crps, normal_crps, pinball, point_scores, width

SIZES = st.floats(1.0, 1e6)


def test_point_scores_by_hand() -> None:
    # errors of +10 %, -20 % and 0 % of 100, 200 and 700: 10 + 40 of 1000 people, -30 on balance
    found = point_scores(np.array([110.0, 160.0, 700.0]), np.array([100.0, 200.0, 700.0]))
    assert found == pytest.approx({"mape": 10.0, "medape": 10.0, "p90": 18.0, "wape": 5.0, "bias": -3.0})


def test_cells_where_nobody_was_or_nothing_came_do_not_count() -> None:
    actual = np.array([100.0, 0.0, np.nan, 50.0])
    found = point_scores(np.array([110.0, 5.0, 5.0, np.nan]), actual)
    assert (found["wape"], found["mape"]) == pytest.approx((10.0, 10.0))
    nothing = point_scores(np.array([1.0]), np.array([np.nan]))
    assert list(nothing) == ["mape", "medape", "p90", "wape", "bias"]
    assert np.isnan(list(nothing.values())).all()


def test_pinball_by_hand() -> None:
    # the 90 % quantile: 10 short cost 9, 10 too many cost 1
    found = pinball(np.array([90.0, 110.0, 100.0]), np.full(3, 100.0), 0.9)
    assert found == pytest.approx([9.0, 1.0, 0.0])


@given(SIZES, st.floats(0.05, 0.95))
def test_the_right_quantile_loses_least(size: float, tau: float) -> None:
    draws = size * np.exp(0.1 * np.random.default_rng(1).standard_normal(500))
    quantile = np.full(500, np.quantile(draws, tau))
    for other in (0.9, 0.98, 1.02, 1.1):
        assert pinball(other * quantile, draws, tau).mean() > pinball(quantile, draws, tau).mean()


@pytest.mark.parametrize("sd", [0.05, 0.3])
@pytest.mark.parametrize("outcome", [900.0, 1000.0, 1200.0])
def test_the_crps_is_what_its_definition_integrates_to(sd: float, outcome: float) -> None:
    # the integral of (F(x) - 1 where x is above the outcome)^2; a grid of 39 quantiles misses a little of the tails
    x = np.linspace(1.0, 6000.0, 600_000)
    gap = lognorm.cdf(x, sd, scale=1000.0) - (x >= outcome)
    whole = float((gap**2).sum() * (x[1] - x[0]))
    found = normal_crps(np.array([1000.0]), np.array([sd]), np.array([outcome]))
    assert found == pytest.approx([whole], rel=0.06)


def test_the_crps_of_a_forecast_without_doubt_is_its_error() -> None:
    assert normal_crps(np.array([100.0]), np.zeros(1), np.array([130.0])) == pytest.approx([30.0])
    assert crps({0.5: np.array([100.0])}, np.array([130.0])) == pytest.approx([30.0])


def test_coverage_and_width_by_hand() -> None:
    low, high = np.array([90.0, 90.0, 90.0, np.nan]), np.array([110.0, 110.0, 110.0, np.nan])
    assert covered(low, high, np.array([90.0, 111.0, 100.0, 100.0])) == pytest.approx(200 / 3)
    assert np.isnan(covered(low, high, np.full(4, np.nan)))
    assert width(low, high, np.array([100.0, 100.0, 50.0, 100.0])) == pytest.approx((20 + 20 + 40) / 3)
    assert np.isnan(width(low, high, np.zeros(4)))
