from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from forecast.axes import Floats
from forecast.kernels.lifetable import LifeTable, life_table
from forecast.kernels.scoring import in_groups
from forecast.kernels.topals import KNOTS, basis, topals, topals_rates

AGES = np.arange(111)
WIDTHS = np.append(np.ones(110), np.inf)
STANDARD = np.minimum(0.00005 * np.exp(0.095 * AGES) + 0.0002, 0.9)
STANDARD[0] = 0.006
PEOPLE = np.exp(-((AGES / 72.0) ** 4))
PEOPLE = 20_000 * PEOPLE / PEOPLE.sum()
FIVES = np.array([0, 1, *range(5, 90, 5)])
TRUE_THETA = np.array([0.4, 0.3, 0.2, 0.3, 0.25, 0.15, 0.05])


def table(rates: Floats) -> LifeTable:
    return life_table(rates, WIDTHS, "female")


def sampling_error(rates: Floats) -> float:
    """Standard error of e0 from the deaths of ``PEOPLE`` alone, each age by itself (Chiang 1984, chapter 8)."""
    life = table(rates)
    q, deaths = life.q[:-1], PEOPLE[:-1] * rates[:-1]
    ahead = life.l[:-1] * ((1.0 - life.a[:-1]) + life.e[1:])
    return float(np.sqrt((ahead**2 * q**2 * (1.0 - q) / deaths).sum()))


def test_splines_are_straight_between_knots_and_sum_to_one() -> None:
    bends = basis(111)
    assert bends.shape == (111, len(KNOTS))
    assert bends.sum(axis=1) == pytest.approx(np.ones(111))
    assert bends[30] == pytest.approx([0, 0, 0, 0.5, 0.5, 0, 0])
    assert bends[105] == pytest.approx([0, 0, 0, 0, 0, 0, 1])


def test_no_offset_no_change() -> None:
    assert topals_rates(STANDARD, np.zeros(7)) == pytest.approx(STANDARD)


@pytest.mark.parametrize("starts", [AGES, FIVES])
def test_expected_deaths_are_fitted_exactly_but_for_the_prior(starts: NDArray[np.intp]) -> None:
    # a million times the deaths: the prior is drowned
    deaths = in_groups(1e6 * PEOPLE * topals_rates(STANDARD, TRUE_THETA), starts)
    theta, _ = topals(STANDARD, deaths, 1e6 * PEOPLE, starts)
    assert theta == pytest.approx(TRUE_THETA, abs=1e-3)


@pytest.mark.parametrize("starts", [AGES, FIVES])
@pytest.mark.parametrize("true", [np.zeros(7), TRUE_THETA, np.linspace(-0.3, 0.3, 7)])
def test_a_table_is_recovered_from_20000_people(true: Floats, starts: NDArray[np.intp]) -> None:
    # One year's deaths, some 300, in each of 800 areas: as near as the ages by themselves could say, and no bias that
    # shows beside it.
    rates, areas = topals_rates(STANDARD, true), 800
    draws = np.random.default_rng(20_000).poisson(PEOPLE * rates, (areas, 111)).astype(float)
    theta, spread = topals(STANDARD, in_groups(draws, starts), np.broadcast_to(PEOPLE, draws.shape), starts)
    errors = table(topals_rates(STANDARD, theta)).e[:, 0] - table(rates).e[0]
    wanted = sampling_error(rates)
    assert np.sqrt((errors**2).mean()) < 1.05 * wanted
    assert abs(errors.mean()) < 0.15 * wanted
    # and the fit knows its own error: e0 by the delta method
    nudged = np.stack([theta + step for step in 1e-4 * np.eye(7)])
    slope = (table(topals_rates(STANDARD, nudged)).e[..., 0] - table(topals_rates(STANDARD, theta)).e[:, 0]) / 1e-4
    told = np.sqrt(np.einsum("pa,apq,qa->a", slope, spread, slope))
    assert (errors / told).std() == pytest.approx(1.0, abs=0.1)


def test_an_area_without_deaths_is_refused() -> None:
    with pytest.raises(ValueError, match="deaths in every area"):
        topals(STANDARD, np.zeros((1, 19)), PEOPLE[None], FIVES)
