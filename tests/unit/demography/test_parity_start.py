from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.axes import AGES, FERTILE, Floats
from forecast.demography.parity_start import (
    ASKED,
    FAR,
    WINDOW,
    Standard,
    area_shift,
    children_to_date,
    own_shift,
    shares,
    split,
)

SPREADS = (5.0, 4.5, 5.0)
MIDDLES = (26.0, 30.0, 33.0)


def schedule() -> Floats:
    """Bells of 0.8, 0.4 and 0.1 births a woman around 26, 30 and 33 (order, age)."""
    age = np.arange(AGES) + 0.5
    bells = np.stack([np.exp(-0.5 * ((age - middle) / sd) ** 2) for middle, sd in zip(MIDDLES, SPREADS, strict=True)])
    bells[:, : FERTILE.start] = bells[:, FERTILE.stop :] = 0.0
    return np.asarray(bells / bells.sum(axis=1, keepdims=True) * np.array([[0.8], [0.4], [0.1]]))


def standard() -> Standard:
    return Standard.of(schedule(), np.array([0.95, 0.5, 0.2]), np.array([0.5, 1.0, 1.0]))


# ------------------------------------------------------------------------------------------------------------ standard
def test_a_standard_by_hand() -> None:
    # four ages: of first births a quarter, half and a quarter; of second ones half and half; of third ones all at last
    births = np.array([[0.2, 0.4, 0.2, 0.0], [0.0, 0.3, 0.3, 0.0], [0.0, 0.0, 0.1, 0.0]])
    found = Standard.of(births, np.array([0.8, 0.5, 0.25]), np.ones(3))
    assert found.borne == pytest.approx(
        np.array([[0.125, 0.5, 0.875, 1.0], [0.0, 0.25, 0.75, 1.0], [0.0, 0.0, 0.5, 1.0]])
    )
    least, children = found.to_date(np.zeros(4))
    assert least[:, 0] == pytest.approx(np.array([[0.1, 0.4, 0.7, 0.8], [0.0, 0.1, 0.3, 0.4], [0.0, 0.0, 0.05, 0.1]]))
    # one in four goes on after each child: a third over three quarters of those with three
    assert children[0] == pytest.approx([0.1, 0.5, 1.0 + 0.05 * 4 / 3, 1.2 + 0.1 * 4 / 3])


def test_a_shift_moves_progressions_on_the_logit_scale() -> None:
    found = Standard(np.ones((3, 1)), np.array([0.8, 0.5, 0.25]), np.array([1.0, 0.5, 0.0]))
    # odds of 4, 1 and 1/3 become 8, 2 and 2/3 for all; an area halves the first, and the second by half on that scale
    least, children = found.to_date(np.log([2.0]), np.log([1.0, 0.25]))
    assert least[:, 0, 0] == pytest.approx([8 / 9, 16 / 27, 32 / 135])
    assert least[:, 1, 0] == pytest.approx([2 / 3, 2 / 3 * 0.5, 2 / 3 * 0.5 * 0.4])
    assert children[1, 0] == pytest.approx(2 / 3 + 1 / 3 + 2 / 3 * 0.5 * 0.4 / 0.6)


def test_women_of_places_further_down_bear_later() -> None:
    # one year for each unit: what others have borne before 30 they have before 32; whoever lies above is not earlier
    found = Standard.of(schedule(), np.array([0.95, 0.5, 0.2]), np.zeros(3), 1.0)
    assert found.delay(np.array([-2.0, 0.0, 3.0])).tolist() == [2.0, 0.0, 0.0]
    least, _ = found.to_date(np.zeros(AGES), np.array([-2.0, 0.0, 3.0]))
    assert least[:, 0, 22:] == pytest.approx(least[:, 1, 20:-2])
    assert (least[:, 2] == least[:, 1]).all()


def test_areas_and_ages_keep_their_axes() -> None:
    v, t = np.linspace(-1.0, 1.0, AGES), np.linspace(-3.0, 3.0, 4)
    late = dataclasses.replace(standard(), later=0.5)
    least, children = late.to_date(v, t)
    assert least.shape == (3, 4, AGES)
    for area in range(4):
        alone = late.to_date(v, t[area : area + 1])
        assert least[:, area] == pytest.approx(alone[0][:, 0])
        assert children[area] == pytest.approx(alone[1][0])


# ---------------------------------------------------------------------------------------------------- children to date
def test_children_to_date_by_hand() -> None:
    # three years, four ages; births at ages 1 and 2 alike: those of 2 at the end lived half of the last year at either
    shapes = np.tile([0.0, 0.5, 0.5, 0.0], (3, 1))
    found = children_to_date(np.array([1.0, 2.0, 4.0]), shapes)
    # age 1: half a year at 2.0; age 2: half at 1 and half at 2 this year, half at 1 the year before
    assert found == pytest.approx([0.0, 0.5 * 2.0, 0.5 * 2.0 + 0.5 * 2.0 + 0.5 * 1.0, 0.5 * 2.0 + 1.0 + 0.5 * 0.5])


@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(2, 10))
def test_children_to_date_are_the_sum_along_the_cohort(seed: int, years: int, ages: int) -> None:
    draw = np.random.default_rng(seed)
    fertility, shapes = draw.uniform(0.5, 6.0, years), draw.dirichlet(np.ones(ages), years)
    wanted = np.zeros(ages)
    for age in range(ages):
        for ago in range(min(age + 1, years)):
            older, rates = age - ago, fertility[-1 - ago] * shapes[-1 - ago]
            wanted[age] += 0.5 * rates[older] + (0.5 * rates[older - 1] if older else 0.0)
    assert children_to_date(fertility, shapes) == pytest.approx(wanted)


def test_under_constant_fertility_women_end_with_its_total() -> None:
    shape = schedule().sum(axis=0)
    found = children_to_date(np.full(60, 1.7), np.tile(shape / shape.sum(), (60, 1)))
    assert found[FERTILE.stop : 70] == pytest.approx(np.full(70 - FERTILE.stop, 1.7))
    assert (np.diff(found[:70]) >= -1e-12).all()


# --------------------------------------------------------------------------------------------------------------- shifts
@given(st.integers(0, 10_000))
def test_the_nations_shift_reproduces_children_to_date(seed: int) -> None:
    v = np.random.default_rng(seed).uniform(-3.0, 3.0, AGES)
    children = standard().to_date(v)[1][0]
    assert standard().to_date(own_shift(standard(), children))[1][0] == pytest.approx(children, abs=1e-11)


def test_what_the_standard_cannot_give_is_met_as_near_as_can_be() -> None:
    # no women have a billion children, and none have had fewer than none
    children = np.full(AGES, 1.0)
    children[20], children[60] = 1e9, -1.0
    found = own_shift(standard(), children)
    assert np.isfinite(found).all()
    most, least = (standard().to_date(np.full(AGES, end))[1][0] for end in (FAR, -FAR))
    given = standard().to_date(found)[1][0]
    assert (given[20], given[60]) == pytest.approx((most[20], least[60]))
    assert given[30] == pytest.approx(1.0)


@given(st.integers(0, 10_000), st.integers(1, 6), st.floats(0.0, 1.0))
def test_an_areas_shift_reproduces_children_ever_born(seed: int, areas: int, later: float) -> None:
    draw = np.random.default_rng(seed)
    late = dataclasses.replace(standard(), later=later)
    v, weights = draw.uniform(-1.0, 1.0, AGES), np.zeros((areas, AGES))
    weights[:, ASKED.start : ASKED.stop] = draw.uniform(1.0, 100.0, (areas, len(ASKED)))
    weights /= weights.sum(axis=1, keepdims=True)
    counted = draw.uniform(0.6, 1.6, areas)
    t = area_shift(late, v, weights, counted)
    for area in range(areas):
        assert (late.to_date(v, t)[1][area] * weights[area]).sum() == pytest.approx(counted[area])


def test_areas_with_more_children_lie_further_up() -> None:
    weights = np.zeros((3, AGES))
    weights[:, ASKED.start : ASKED.stop] = 1.0 / len(ASKED)
    t = area_shift(standard(), np.zeros(AGES), weights, np.array([0.7, 1.0, 1.3]))
    assert t[0] < t[1] < t[2]


def test_children_that_no_shift_can_give_are_refused() -> None:
    weights = np.zeros((1, AGES))
    weights[:, ASKED.start : ASKED.stop] = 1.0 / len(ASKED)
    with pytest.raises(ValueError, match="lie outside"):
        area_shift(standard(), np.zeros(AGES), weights, np.array([-0.1]))


# --------------------------------------------------------------------------------------------------------------- shares
@given(st.integers(0, 10_000), st.floats(0.0, FAR))
def test_shares_are_nested_and_sum_to_one(seed: int, wide: float) -> None:
    draw = np.random.default_rng(seed)
    late = dataclasses.replace(standard(), later=draw.uniform(0.0, 1.0))
    v, t = draw.uniform(-wide, wide, AGES), draw.uniform(-wide, wide, 4)
    found = shares(late, v, t)
    assert found.shape == (4, 4, len(WINDOW))
    assert found.min() >= 0.0
    assert found.sum(axis=1) == pytest.approx(np.ones((4, len(WINDOW))), rel=1e-12)
    assert (found[:, 0, 0] == 1.0).all()
    least, _ = late.to_date(v, t)
    for order in range(3):
        wanted = least[order][:, WINDOW.start + 1 : WINDOW.stop]
        assert found[:, order + 1 :, 1:].sum(axis=1) == pytest.approx(wanted, abs=1e-12)


def test_an_area_further_down_lacks_second_births_more_than_first_ones() -> None:
    near, far = shares(standard(), np.zeros(AGES), np.array([0.0, -2.0]))[:, :, 45 - WINDOW.start]
    childless, more = far[0] / near[0], far[2:].sum() / near[2:].sum()
    assert childless > 1.0
    assert more < 0.4
    # with one child or more: 0.95 has odds of 19, a shift of minus one leaves 19 / e; all but few are borne before 45
    assert 1.0 - far[0] == pytest.approx(19 / np.e / (1 + 19 / np.e), rel=1e-3)


# ---------------------------------------------------------------------------------------------------------------- split
@given(st.integers(0, 10_000))
def test_rates_taken_apart_meet_the_shares_and_keep_every_age(seed: int) -> None:
    draw = np.random.default_rng(seed)
    total = np.zeros(AGES)
    total[FERTILE.start : FERTILE.stop] = draw.uniform(0.0, 0.1, len(FERTILE))
    weights, wanted = draw.uniform(1.0, 5.0, AGES), draw.dirichlet(np.full(3, 5.0))
    found = split(schedule(), total, weights, wanted)
    assert found.sum(axis=0) == pytest.approx(total, rel=1e-12)
    born = (found * weights).sum(axis=1)
    assert born / born.sum() == pytest.approx(wanted, abs=1e-9)
    assert (found >= 0.0).all()


def test_rates_are_taken_apart_by_hand() -> None:
    # the schedule has as many first as second births, at either age: to have three to one, odds are three everywhere
    known = np.array([[0.0, 1.0, 2.0, 0.0], [0.0, 1.0, 2.0, 0.0]])
    found = split(known, np.array([0.4, 0.4, 0.8, 0.4]), np.ones(4), np.array([0.75, 0.25]))
    assert found == pytest.approx(np.array([[0.3, 0.3, 0.6, 0.3], [0.1, 0.1, 0.2, 0.1]]))


def test_odds_between_orders_move_by_one_factor_at_all_ages() -> None:
    known = schedule()
    ages = slice(FERTILE.start, FERTILE.stop)
    total = known.sum(axis=0)
    found = split(known, total, np.ones(AGES), np.array([0.5, 0.3, 0.2]))
    for order in (1, 2):
        odds = (found[order, ages] / found[0, ages]) / (known[order, ages] / known[0, ages])
        assert odds == pytest.approx(np.full(len(FERTILE), odds[0]))
