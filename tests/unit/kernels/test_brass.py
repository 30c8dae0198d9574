from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.kernels.brass import brass_rates, brass_survivors
from forecast.kernels.lifetable import LifeTable, life_table

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
