from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.errors import InputError
from forecast.project.eldercare import SETTINGS, EldercareSpec, Price
from forecast.services.care.living import ARRANGEMENTS, UNKNOWN
from forecast.services.care.settings import HOMES, Choice, Counted, calibrated, prices
from tests.unit.services.care.care_facts import ASSUMED, assumed, model, odds

LEVELS = ("none", "mild", "severe")
ONE = np.ones((1, 1))
SPEC = model(
    settings__home={"users": assumed(1.0), "odds": odds(none=0.1, severe=2.0)},
    homes={"ordinary": odds(none=0.5, alone=2.0), "nursing-type": odds(none=0.5, severe=3.0, alone=2.0)},
)
PEOPLE = np.array([[100.0, 400.0, 400.0], [10.0, 35.0, 35.0], [4.0, 8.0, 8.0]])
"""By level and arrangement."""


def solved(spec: EldercareSpec = SPEC, in_need: float | None = None, cells: Floats = PEOPLE) -> Choice:
    counted = Counted((10.0, 0.0, 0.0, 6.0, 9.0), in_need)
    return calibrated(spec, LEVELS, ARRANGEMENTS, cells, counted)


def users(choice: Choice, cells: Floats = PEOPLE) -> Floats:
    return choice.users(cells[None, :, :, None], ONE, ONE)[0, ..., 0]


def test_one_group_by_hand() -> None:
    spec = model()
    cells = np.array([[800.0], [220.0]])
    choice = calibrated(spec, ("none", "mild"), UNKNOWN, cells, Counted((0.0, 0.0, 0.0, 11.0, 11.0), None))
    # a twentieth each in two kinds of homes, nine tenths at home: odds 5 / 90
    assert choice.odds[1, 0] == pytest.approx([0.0, 0.0, 0.0, 1 / 18, 1 / 18])
    assert users(choice, cells).sum(axis=1) == pytest.approx([0.0, 22.0])
    # half the price, elasticity 1: odds double, 4 / 18 over 1 + 4 / 18 = 2 / 11
    half = {"x": Price(**{"from": 2021, "factor": 0.5, "levels": ("mild",), **ASSUMED})}
    cheap = choice.at(prices(half, 1.0, ("none", "mild"), range(2020, 2022)))
    found = cheap.users(np.repeat(cells[None, :, :, None], 2, axis=0), np.ones((2, 1)), np.ones((2, 1)))
    assert found[:, 1].sum(axis=(1, 2)) == pytest.approx([22.0, 40.0])


def test_the_nation_shows_its_counts_and_the_odds_their_ratios() -> None:
    choice = solved()
    assert users(choice).sum(axis=0) == pytest.approx([10.0, 0.0, 0.0, 6.0, 9.0])
    nursing = SETTINGS.index("nursing-type")
    assert choice.odds[2, 1, nursing] / choice.odds[1, 1, nursing] == pytest.approx(3.0)
    assert choice.odds[1, 0, nursing] / choice.odds[1, 1, nursing] == pytest.approx(2.0)
    assert choice.odds[0, 1, 0] / choice.odds[1, 1, 0] == pytest.approx(0.1)
    assert choice.odds[0, 1, nursing] / choice.odds[1, 1, nursing] == pytest.approx(0.5)


def test_the_share_of_residents_in_need_is_met() -> None:
    found = users(solved(in_need=0.6))
    assert found.sum(axis=0) == pytest.approx([10.0, 0.0, 0.0, 6.0, 9.0])
    assert found[1:, HOMES].sum() == pytest.approx(9.0)


@given(st.integers(0, 10_000), st.floats(0.2, 3.0), st.floats(0.2, 3.0))
def test_nobody_is_served_twice_and_family_care_takes_the_rest(seed: int, community: float, homes: float) -> None:
    draw = np.random.default_rng(seed)
    cells = draw.uniform(0, 1000, (2, 3, 3, 4))
    choice = solved()
    found = choice.users(cells, np.full((2, 4), community), np.full((2, 1), homes))
    family = np.zeros((2, 3, 4))
    for level in range(3):
        for place in range(3):
            outside = choice.odds[level, place, : HOMES.start].sum()
            inside = choice.odds[level, place, HOMES].sum() * homes
            elsewhere = cells[:, level, place] * (1.0 + outside) / (1.0 + outside + inside)
            family[:, level] += elsewhere / (1.0 + outside * community)
    assert found.sum(axis=2) + family == pytest.approx(cells.sum(axis=2))
    assert (found >= 0).all()


@given(st.floats(0.05, 1.0), st.floats(1.0, 10.0))
def test_dearer_homes_have_fewer_residents_and_more_stay_with_others(cheap: float, dear: float) -> None:
    def at(factor: float) -> Floats:
        named = {"x": Price(**{
            "from": 2020, "factor": factor, "levels": LEVELS, "settings": ("ordinary", "nursing-type"), **ASSUMED,
        })}  # fmt: skip
        return users(solved().at(prices(named, 0.98, LEVELS, range(2020, 2021))))

    low, high = at(cheap), at(dear)
    assert (low[:, HOMES] >= high[:, HOMES] - 1e-12).all()
    assert (low[:, : HOMES.start] <= high[:, : HOMES.start] + 1e-12).all()


def test_prices_multiply_from_their_years_on() -> None:
    named = {
        "a": Price(**{"from": 2021, "factor": 0.5, "levels": ("severe",), "settings": ("home",), **ASSUMED}),
        "b": Price(**{"from": 2022, "factor": 0.5, "levels": ("severe", "undivided"), **ASSUMED}),
    }
    found = prices(named, 2.0, LEVELS, range(2020, 2023))
    assert found[:, 2, 0].tolist() == [1.0, 4.0, 16.0]
    assert found[:, 2, 4].tolist() == [1.0, 1.0, 4.0]
    assert (found[:, :2] == 1.0).all()


def test_more_users_than_people_are_a_fault() -> None:
    with pytest.raises(InputError, match=r"\[settings\]: expected fewer users .* 10 people .* found 25"):
        solved(cells=PEOPLE / 100)


def test_odds_of_people_without_need_must_be_told_where_nothing_solves_them() -> None:
    silent = model(homes={"ordinary": ASSUMED, "nursing-type": odds(none=0.1)})
    with pytest.raises(InputError, match=r"key homes.ordinary.none"):
        solved(silent)
    assert users(solved(silent, in_need=0.5))[0, HOMES].sum() == pytest.approx(7.5)


def test_homes_that_nobody_may_enter_have_no_solution() -> None:
    closed = model(homes={"ordinary": odds(mild=0.0, severe=0.0), "nursing-type": odds()})
    with pytest.raises(InputError, match="odds under which the nation's people are the users counted"):
        solved(closed)
