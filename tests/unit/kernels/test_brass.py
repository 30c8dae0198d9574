from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from forecast.axes import Floats
from forecast.kernels.brass import brass_fit, brass_rates, brass_survivors
from forecast.kernels.lifetable import LifeTable, life_table
from forecast.kernels.scoring import in_groups

WIDTHS = np.array([1.0, 1.0, 1.0, 1.0, np.inf])
RATES = np.array([0.02, 0.01, 0.05, 0.2, 0.4])


def table(rates: Floats = RATES) -> LifeTable:
    return life_table(rates, WIDTHS, "female")


def test_a_shift_by_hand() -> None:
    # l = 0.8 has odds of death 1/4; alpha = ln 2 / 2 doubles them: 1 / (1 + 1/2) = 2/3. l = 0.5: odds 1 -> 2: 1/3
    moved = brass_survivors(np.array([1.0, 0.8, 0.5]), np.array(np.log(2.0) / 2.0))
    assert moved == pytest.approx([1.0, 2.0 / 3.0, 1.0 / 3.0])


def test_beta_spreads_deaths_by_hand() -> None:
    # odds 1/4 squared are 1/16: l = 16/17; odds of 1 stay
    moved = brass_survivors(np.array([1.0, 0.8, 0.5]), np.array(0.0), beta=2.0)
    assert moved == pytest.approx([1.0, 16.0 / 17.0, 0.5])


def test_no_shift_no_change() -> None:
    life = table()
    assert brass_survivors(life.l, np.array(0.0)) == pytest.approx(life.l, rel=1e-12)
    assert brass_rates(RATES, life.l, life.a, np.array(0.0)) == pytest.approx(RATES, rel=1e-12)


def test_rates_are_those_of_the_shifted_survivors() -> None:
    life, alpha = table(), np.array(-0.3)
    moved = brass_survivors(life.l, alpha)
    rates = brass_rates(RATES, life.l, life.a, alpha)
    # m' = d' / L' with L' = l'(x+1) + a d'
    died = moved[:-1] - moved[1:]
    assert rates[:-1] == pytest.approx(died / (moved[1:] + life.a[:-1] * died))
    assert rates[-1] / RATES[-1] == pytest.approx(rates[-2] / RATES[-2])  # the open group moves as the last closed age


@given(st.floats(-1.5, 1.5), st.floats(0.5, 2.0))
def test_a_shift_and_its_opposite_cancel(alpha: float, beta: float) -> None:
    life = table()
    moved = brass_survivors(life.l, np.array(alpha), beta)
    # Y' = alpha + beta Y, so Y = -alpha / beta + Y' / beta
    back = brass_survivors(moved, np.array(-alpha / beta), 1.0 / beta)
    assert back == pytest.approx(life.l, rel=1e-9)


@given(st.floats(-1.0, 1.0), st.floats(0.01, 1.0))
def test_higher_levels_have_fewer_survivors(alpha: float, more: float) -> None:
    life = table()
    low, high = brass_survivors(life.l, np.array(alpha)), brass_survivors(life.l, np.array(alpha + more))
    assert (high[1:] < low[1:]).all()


def test_one_level_for_each_row() -> None:
    life = table()
    both = brass_survivors(np.stack([life.l, life.l]), np.array([0.0, 0.5]))
    assert both[0] == pytest.approx(life.l)
    assert both[1] == pytest.approx(brass_survivors(life.l, np.array(0.5)))


AGES = np.arange(111)
LONG = np.append(np.ones(110), np.inf)
STANDARD = np.minimum(0.00005 * np.exp(0.095 * AGES) + 0.0002, 0.9)
STANDARD[0] = 0.006
PEOPLE = np.exp(-((AGES / 72.0) ** 4))
PEOPLE = 20_000 * PEOPLE / PEOPLE.sum()
FIVES = np.array([0, 1, *range(5, 90, 5)])


def long_table(rates: Floats) -> LifeTable:
    return life_table(rates, LONG, "female")


def parts() -> tuple[Floats, Floats, Floats]:
    life = long_table(STANDARD)
    return STANDARD, life.l, life.a


@pytest.mark.parametrize("starts", [AGES, FIVES])
@pytest.mark.parametrize("pair", [(0.0, 1.0), (-0.25, 0.9), (0.2, 1.1)])
def test_a_table_is_recovered_from_20000_people(pair: tuple[float, float], starts: NDArray[np.intp]) -> None:
    # One year's deaths, some 300, in each of 800 areas; the standard error is that of the likelihood with its prior.
    rates = brass_rates(*parts(), np.array(pair[0]), pair[1])
    draws = np.random.default_rng(20_000).poisson(PEOPLE * rates, (800, 111)).astype(float)
    found, spread = brass_fit(parts(), in_groups(draws, starts), np.broadcast_to(PEOPLE, draws.shape), starts)
    told = np.sqrt(np.diagonal(spread, axis1=1, axis2=2))
    apart = (found - pair) / told
    assert apart.std(axis=0) == pytest.approx([1.0, 1.0], abs=0.1)
    assert np.abs(apart.mean(axis=0)).max() < 0.2  # biased by less than a fifth of a sampling error
    errors = long_table(brass_rates(*parts(), found[:, 0], found[:, 1])).e[:, 0] - long_table(rates).e[0]
    life = long_table(rates)
    q, ahead = life.q[:-1], life.l[:-1] * ((1.0 - life.a[:-1]) + life.e[1:])
    alone = np.sqrt((ahead**2 * q**2 * (1.0 - q) / (PEOPLE * rates)[:-1]).sum())  # Chiang 1984, chapter 8
    assert np.sqrt((errors**2).mean()) < 1.05 * alone
    assert abs(errors.mean()) < 0.15 * alone


def test_where_nobody_died_the_prior_speaks() -> None:
    few = np.broadcast_to(PEOPLE / 2_000, (2, 111))
    deaths = np.zeros((2, 19))
    deaths[1, -1] = 1.0
    found, _ = brass_fit(parts(), deaths, few, FIVES)
    assert -0.5 < found[0, 0] < 0.0
    assert found[0, 1] == pytest.approx(1.0, abs=0.1)
    assert found[1, 0] > found[0, 0]


def test_a_wide_prior_leaves_expected_deaths_alone() -> None:
    rates = brass_rates(*parts(), np.array(0.4), 1.3)
    deaths = in_groups(PEOPLE * rates, FIVES)[None]
    found, _ = brass_fit(parts(), deaths, PEOPLE[None], FIVES, prior=(100.0, 100.0))
    assert found[0] == pytest.approx([0.4, 1.3], abs=1e-4)
