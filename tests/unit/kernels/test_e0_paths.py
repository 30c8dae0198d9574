from __future__ import annotations

import numpy as np
import pytest

from forecast.axes import AGES, Floats
from forecast.kernels.e0_paths import e0_paths
from forecast.kernels.lifetable import life_tables
from forecast.kernels.shocks import autocorrelated

AGE = np.arange(AGES)
RATES = np.minimum(0.00005 * np.exp(0.095 * AGE) + 0.0002, 0.9) * np.array([[1.2], [1.0]]) * np.ones((3, 1, 1))
TABLE = life_tables(RATES, np.append(np.ones(AGES - 1), np.inf))
ALL = np.ones(AGES)


def paths(shocks: Floats, pace: Floats = ALL) -> Floats:
    return e0_paths(TABLE.q, TABLE.a, pace, shocks, (0, 65))


def test_two_ages_by_hand() -> None:
    # q 0.5, half a year lived by the dead, 2 years by those in the open group: 0.75 + 0.5 x 2; doubled: all die at 0
    q, a = np.array([[[0.5, 1.0]]]), np.array([[[0.5, 2.0]]])
    found = e0_paths(q, a, np.ones(2), np.array([[0.0, 1.0, -0.5]]))
    # halved: 0.25 die, 0.875 years, then 0.75 x 4
    assert found.ravel() == pytest.approx([1.75, 0.5, 3.875])


def test_without_shocks_the_table_itself() -> None:
    found = paths(np.zeros((3, 2)))
    assert found.shape == (2, 3, 2, 2)
    for place, age in enumerate((0, 65)):
        assert found[place] == pytest.approx(np.repeat(TABLE.e[..., age, None], 2, axis=-1), rel=1e-12)


def test_a_shock_on_all_ages_is_about_that_on_the_rates() -> None:
    # 5 % on the probabilities of dying: within a tenth of a year of 5 % on the rates
    rates = life_tables(1.05 * RATES, np.append(np.ones(AGES - 1), np.inf))
    found = paths(np.full((3, 1), 0.05))
    assert found[0, ..., 0] == pytest.approx(rates.e[..., 0], abs=0.1)


def test_a_year_hangs_on_its_own_shock_alone() -> None:
    shocks = np.zeros((3, 1))
    shocks[1] = 0.2
    found, still = paths(shocks), paths(np.zeros((3, 1)))
    assert (found[:, [0, 2]] == still[:, [0, 2]]).all()
    assert (found[:, 1] < still[:, 1]).all()


def test_ages_without_pace_feel_nothing() -> None:
    assert paths(np.full((3, 1), 0.3), np.where(AGE < 65, 1.0, 0.0))[1] == pytest.approx(paths(np.zeros((3, 1)))[1])


def test_spread_is_that_of_the_ar1_times_what_a_shock_is_worth() -> None:
    draws, kept, sd = 4000, 0.8, 0.02
    log = autocorrelated(np.random.default_rng(2).standard_normal((3, draws)), kept, sd)
    variance = sd**2 * np.cumsum(kept ** (2 * np.arange(3)))
    found = paths(np.expm1(log - 0.5 * variance[:, None]))[0, :, 0]
    worth = (paths(np.full((3, 1), 0.01)) - paths(np.full((3, 1), -0.01)))[0, :, 0, 0] / 0.02
    assert found.std(axis=-1) == pytest.approx(np.sqrt(variance) * np.abs(worth), rel=0.05)
    assert found.mean(axis=-1) == pytest.approx(TABLE.e[:, 0, 0], abs=0.03)


@pytest.mark.parametrize(("shocks", "says"), [(np.zeros((2, 1)), "do not fit"), (np.full((3, 1), -1.5), "chance")])
def test_what_does_not_fit_is_refused(shocks: Floats, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        paths(shocks)
