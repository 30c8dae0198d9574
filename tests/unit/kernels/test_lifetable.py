from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.errors import InputError
from forecast.kernels.lifetable import (
    five_year,
    infant_years,
    life_table,
    life_tables,
    period_deaths,
    period_deaths_by_rate,
    separation_factors,
    survival_ratios,
)

ABRIDGED = np.array([1.0, 4.0, 5.0, 5.0, 5.0, np.inf])
rates = st.lists(st.floats(1e-5, 1.5), min_size=3, max_size=30).map(np.array)


def test_two_closed_ages_by_hand() -> None:
    # a0 = 0.330 above 0.107 (Coale-Demeny, male): q0 = 0.2 / (1 + 0.67 x 0.2) = 0.2 / 1.134
    # q1 = 0.4 / (1 + 0.5 x 0.4) = 1/3; open: L = l / 0.5
    table = life_table(np.array([0.2, 0.4, 0.5]), np.ones(3), "male", "coale-demeny")
    q0 = 0.2 / 1.134
    l1 = 1 - q0
    l2 = l1 * 2 / 3
    lived = [l1 + 0.33 * q0, l2 + 0.5 * (l1 - l2), 2 * l2]
    assert table.q == pytest.approx([q0, 1 / 3, 1])
    assert table.l == pytest.approx([1, l1, l2])
    assert pytest.approx(lived) == table.L
    assert pytest.approx([sum(lived), lived[1] + lived[2], lived[2]]) == table.T
    assert table.e[-1] == pytest.approx(2)
    assert pytest.approx([lived[0], lived[1] / lived[0], lived[2] / (lived[1] + lived[2])]) == table.S
    assert table.d.sum() == pytest.approx(1)


def test_widths_choose_the_abridged_rules() -> None:
    m = np.array([0.05, 0.01, 0.004, 0.002, 0.003, 0.1])
    table = life_table(m, ABRIDGED, "female", "coale-demeny")
    k = np.log(0.1 / 0.002) / 10  # ages 15-19 between 10-14 and the open group
    assert table.a == pytest.approx(
        [0.053 + 2.8 * 0.05, 1.522 - 1.518 * 0.05, 2.5, 2.5, 2.5 - 25 / 12 * (0.003 - k), 10]
    )
    assert table.S.shape == (5,)
    assert table.S[0] == pytest.approx((table.L[0] + table.L[1]) / 5)


def test_greville_has_a_floor_from_45_and_gives_way_where_undefined() -> None:
    widths = np.array([1.0, 4.0, *[5.0] * 10, np.inf])
    m = np.full(13, 0.01)
    m[3] = 0.0  # 10-14: the slope at 15-19 is not known
    m[10] = 1.0  # 45-49: 2.5 - 25/12 lies below the floor
    a = life_table(m, widths, "male").a
    assert a[4] == 2.5
    assert a[5] == pytest.approx(2.5 - 25 / 12 * 0.01)
    assert a[10] == 0.97


@pytest.mark.parametrize(
    ("rate", "sex", "rule", "years"),
    [
        (0.01, "female", "andreev-kingkade", 0.14903 - 2.05527 * 0.01),
        (0.05, "female", "andreev-kingkade", 0.04667 + 3.88089 * 0.05),
        (0.2, "female", "andreev-kingkade", 0.31411),
        (0.01, "male", "andreev-kingkade", 0.14929 - 1.99545 * 0.01),
        (0.05, "male", "andreev-kingkade", 0.02832 + 3.26021 * 0.05),
        (0.2, "male", "andreev-kingkade", 0.29915),
        (0.05, "male", "coale-demeny", 0.045 + 2.684 * 0.05),
        (0.2, "female", "coale-demeny", 0.35),
    ],
)
def test_first_year_of_life(rate: float, sex: str, rule: str, years: float) -> None:
    assert infant_years(np.array(rate), sex, rule) == pytest.approx(years)  # type: ignore[arg-type]  # rules are listed as text


def test_constant_rates_give_their_inverse_as_life_expectancy() -> None:
    assert life_table(np.full(111, 0.02), np.ones(111), "male").e[1:] == pytest.approx(50)


def test_a_rate_above_two_kills_everybody() -> None:
    table = life_table(np.array([0.1, 4.0, 0.5, 0.5]), np.ones(4), "male")
    assert table.q[1] == 1
    assert table.L[1] == pytest.approx(table.l[1] / 4)  # m = d / L still holds
    assert table.l[2:] == pytest.approx([0, 0])
    assert table.S[2:] == pytest.approx([0, 0])
    assert np.isfinite(table.e).all()


@given(rates)
def test_a_table_is_sound(m: np.ndarray) -> None:
    table = life_table(m, np.ones(len(m)), "female")
    assert (np.diff(table.l) <= 0).all()
    assert ((table.S >= 0) & (table.S <= 1 + 1e-12)).all()
    assert table.d.sum() == pytest.approx(1)
    alive = table.L > 1e-250
    assert (table.d[alive] / table.L[alive]) == pytest.approx(m[alive])


def test_both_sexes_stand_on_their_axis() -> None:
    m = np.random.default_rng(3).uniform(0.001, 0.3, (4, 2, 9))
    both = life_tables(m, np.ones(9))
    for sex, name in enumerate(("male", "female")):
        one = life_table(m[:, sex], np.ones(9), name)
        assert (both.S[:, sex] == one.S).all()
        assert (both.e[:, sex] == one.e).all()
    assert both.a.shape == m.shape


def test_wrong_rates_name_their_ages_all_at_once() -> None:
    with pytest.raises(InputError) as wrong:
        life_table(np.array([0.1, -0.2, np.nan, 0.3]), np.ones(4), "male")
    assert [fault.where for fault in wrong.value.faults] == ["death rates, age group 1", "death rates, age group 2"]
    with pytest.raises(InputError, match="open age group: expected a rate above 0, found 0"):
        life_table(np.array([0.1, 0.2, 0.0]), np.ones(3), "male")


def test_wrong_shapes_are_bugs() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        life_table(np.full(4, 0.1), np.ones(3), "male")
    with pytest.raises(ValueError, match="neither"):
        life_table(np.full(4, 0.1), np.array([1.0, 3.0, 5.0, np.inf]), "male")


def test_five_year_groups_and_their_ratios() -> None:
    lived = five_year(np.array([0.9, 3.5, 4.0, 6.0]))
    assert lived == pytest.approx([4.4, 4.0, 6.0])
    assert survival_ratios(lived, 5.0) == pytest.approx([4.4 / 5, 4.0 / 4.4, 6.0 / 10.0])


def test_period_deaths_by_hand() -> None:
    # l = 1, 0.8, 0.4; L = 0.9, 0.6, 1.0:  c0 = (0.9 - 0.8) / (0.9 - 0.6) = 1/3,  c1 = (0.6 - 0.4) / 0.6 = 1/3
    factors = separation_factors(np.array([1.0, 0.8, 0.4]), np.array([0.9, 0.6, 1.0]))
    assert factors == pytest.approx([1 / 3, 1 / 3])
    # 6 + 30/3 = 16;  30 x 2/3 + 60/3 = 40;  60 x 2/3 = 40
    assert period_deaths(np.array([6.0, 30.0, 60.0]), factors) == pytest.approx([16, 40, 40])


def test_nobody_dies_half_and_half() -> None:
    assert separation_factors(np.ones(4), np.ones(4)) == pytest.approx([0.5, 0.5, 0.0])


def test_deaths_by_rate_keep_the_total() -> None:
    # raw deaths 0.1 x (10 + 20) / 2 = 1.5 and 0.2 x (30 + 10) / 2 = 4; raked to 11 they double
    deaths = period_deaths_by_rate(np.array([0.1, 0.2]), np.array([10.0, 30.0]), np.array([20.0, 10.0]), np.array(11.0))
    assert deaths == pytest.approx([3, 8])
