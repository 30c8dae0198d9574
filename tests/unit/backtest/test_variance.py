from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.backtest.variance import PRIOR_CASES, PRIOR_LAUNCHES, Spread, decompose, mixed, pooled

SIZES = np.geomspace(50.0, 50_000.0, 60)


def simulated(launches: int, shared: float, alpha: float, beta: float) -> tuple[Floats, Floats]:
    """Log errors (launch, area) of these variances, and the forecasts behind them."""
    rng = np.random.default_rng(1)
    own = rng.normal(0.0, np.sqrt(alpha + beta / SIZES), (launches, len(SIZES)))
    errors = rng.normal(0.0, np.sqrt(shared), (launches, 1)) + own
    return errors, np.broadcast_to(SIZES, errors.shape)


@pytest.mark.parametrize(("shared", "alpha", "beta"), [(0.01, 0.0025, 2.0), (0.0004, 0.0001, 10.0), (0.0, 0.01, 0.0)])
def test_what_errors_are_made_of_is_found_again(shared: float, alpha: float, beta: float) -> None:
    found = decompose(*simulated(400, shared, alpha, beta), horizon=1)
    assert found is not None
    assert found.shared == pytest.approx(shared, rel=0.15, abs=0.0005)
    assert found.alpha == pytest.approx(alpha, rel=0.15)
    assert found.beta == pytest.approx(beta, rel=0.2, abs=0.2)
    assert (found.launches, found.cases) == (400.0, 400.0 * 60)


def test_bias_is_shared() -> None:
    # every area of every launch 10 % too low
    found = decompose(np.full((5, 60), np.log(1.1)), np.broadcast_to(SIZES, (5, 60)), horizon=1)
    assert found is not None
    assert found.shared == pytest.approx(np.log(1.1) ** 2)
    assert (found.alpha, found.beta) == pytest.approx((0.0, 0.0))


def test_launches_that_overlap_count_in_part() -> None:
    errors, forecast = simulated(11, 0.01, 0.01, 0.0)
    counts = [getattr(decompose(errors, forecast, horizon, apart), "launches", None) for horizon, apart in
              ((1, 1), (5, 1), (10, 1), (5, 5), (2, 5))]  # fmt: skip
    assert counts == [11.0, 3.0, 2.0, 11.0, 11.0]


def test_holes_are_no_cases() -> None:
    errors, forecast = simulated(6, 0.01, 0.01, 0.0)
    errors = errors.copy()
    errors[2] = np.nan
    errors[0, :10] = np.nan
    found = decompose(errors, forecast, horizon=1)
    assert found is not None
    assert (found.launches, found.cases) == (5.0, 5 * 60 - 10)
    assert decompose(np.full((2, 3), np.nan), np.ones((2, 3)), horizon=1) is None
    assert decompose(np.zeros((2, 3)), np.zeros((2, 3)), horizon=1) is None


def test_a_standard_deviation_by_hand() -> None:
    # 0.0009 + 0.0007 + 9 / 10 000 = 0.05^2
    spread = Spread(0.0009, 0.0007, 9.0, 5.0, 50.0)
    assert spread.sd(np.array([1e4])) == pytest.approx([0.05])
    # counting alone gives 1; nobody counts as one person
    assert Spread(0.0, 0.0, 0.0, 5.0, 50.0).sd(np.array([100.0, 0.0])) == pytest.approx([0.1, 1.0])


def test_fewer_launches_wider_intervals() -> None:
    widths = [Spread(0.01, 0.0, 1.0, launches, 9.0).widened(0.8) for launches in (1.0, 10.0, 1e6)]
    assert widths[0] > widths[1] > widths[2]
    assert widths[2] == pytest.approx(1.2816, abs=1e-3)
    assert widths[0] == pytest.approx(1.3830, abs=1e-3)  # Student's t with 9 degrees of freedom


def test_a_past_and_other_sets_together() -> None:
    own = Spread(0.09, 0.04, 6.0, PRIOR_LAUNCHES, PRIOR_CASES)  # half of the weight each
    prior = Spread(0.01, 0.02, 2.0, 99.0, 999.0)
    found = mixed(own, prior)
    assert found is not None
    assert (found.shared, found.alpha, found.beta) == pytest.approx((0.05, 0.03, 4.0))
    assert (found.launches, found.cases) == (PRIOR_LAUNCHES, PRIOR_CASES)


def test_a_quiet_past_is_no_promise() -> None:
    quiet, prior = Spread(0.0001, 0.0, 1.0, 20.0, 500.0), Spread(0.01, 0.0, 1.0, 50.0, 500.0)
    found = mixed(quiet, prior)
    assert found is not None
    assert found.shared == 0.01


@given(st.floats(0, 1), st.floats(0, 1), st.floats(1, 50))
def test_the_shared_part_lies_between_the_prior_and_the_larger_one(own: float, prior: float, launches: float) -> None:
    found = mixed(Spread(own, 0.0, 1.0, launches, 9.0), Spread(prior, 0.0, 1.0, 9.0, 9.0))
    assert found is not None
    assert prior <= found.shared <= max(own, prior) + 1e-12


def test_either_alone_is_taken_as_it_is() -> None:
    one = Spread(0.01, 0.0, 1.0, 5.0, 9.0)
    assert mixed(one, None) is one
    assert mixed(None, one) is one
    assert mixed(None, None) is None


def test_sets_count_alike() -> None:
    found = pooled([Spread(0.01, 0.02, 1.0, 5.0, 10.0), Spread(0.03, 0.04, 3.0, 50.0, 1000.0)])
    assert found == Spread(0.02, 0.03, 2.0, 55.0, 1010.0)
    assert pooled([]) is None
