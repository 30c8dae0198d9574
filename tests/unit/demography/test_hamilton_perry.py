from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.axes import AGES, FEMALE, Floats, Population
from forecast.demography.engine import History
from forecast.demography.hamilton_perry import HamiltonPerry, mothers, ratios, windows
from forecast.errors import TooLittleHistory

GROUPS = 10
"""Five-year groups 0-4 .. 40-44 and 45+."""


def stock(year: int, per_age: float, old: float = 0.0) -> Population:
    """So many people of each age below 60, and so many of each above."""
    people = np.full((1, 2, AGES), old)
    people[..., :60] = per_age
    return Population(("a",), year, people)


def grouped(year: int, *areas: list[float], open_end: float = 0.0) -> Population:
    """Five-year groups of areas without sexes, the rest of the groups and the open one as given."""
    people = np.full((len(areas), 1, GROUPS), open_end)
    for place, values in enumerate(areas):
        people[place, 0, : len(values)] = values
    return Population(tuple("abcdef"[: len(areas)]), year, people, 5)


def test_one_year_by_hand() -> None:
    # one year apart: 100 of each age become 90 a year older, at every age below 60
    fitted = HamiltonPerry().fit(History((stock(2019, 100.0), stock(2020, 90.0))))
    after = fitted.predict(range(2021, 2023)).people[1, 0]
    assert after[:, 2:59] == pytest.approx(np.full((2, 57), 90 * 0.9))
    # infants of each sex per woman of 20-39: 90 / (20 x 90); next year 20 x 81 women bear 81
    assert fitted.per_woman == pytest.approx(np.full((1, 2), 1 / 20))
    assert after[FEMALE, 20:40].sum() == pytest.approx(20 * 81)
    assert after[:, 0] == pytest.approx([81, 81])


def test_women_of_20_to_39_alone_bear() -> None:
    people = np.zeros((1, 2, AGES))
    people[0, FEMALE, [19, 20, 39, 40]] = [1.0, 10.0, 100.0, 1000.0]
    people[0, 1 - FEMALE, 25] = 5.0
    women = Population(("a",), 2020, people)
    assert mothers(women, women.people).tolist() == [110.0]


def test_everybody_of_20_to_39_where_sexes_stand_together() -> None:
    groups = Population(("a",), 2020, np.arange(10.0)[None, None], 5)
    assert mothers(groups, groups.people).tolist() == [4.0 + 5 + 6 + 7]


def test_infants_are_a_ratio_of_sums_over_recent_stocks() -> None:
    # infants 10, 20, 30 of each sex at the ends of three pairs, by 20 x 100 women each time: 60 / 6000
    stocks = []
    for year, infants in zip(range(2017, 2021), (99.0, 10.0, 20.0, 30.0), strict=True):
        people = np.full((1, 2, AGES), 100.0)
        people[..., 0] = infants
        stocks.append(Population(("a",), year, people))
    assert HamiltonPerry().fit(History(tuple(stocks))).per_woman == pytest.approx(np.full((1, 2), 0.01))


def test_ratios_are_ratios_of_sums_over_the_window() -> None:
    # 100 -> 50, then 300 -> 240: (50 + 240) / (100 + 300), not the mean of 0.5 and 0.8
    stocks = []
    for year, (young, older) in zip((2018, 2019, 2020), ((100.0, 9.0), (300.0, 50.0), (9.0, 240.0)), strict=True):
        people = np.full((1, 2, AGES), 1.0)
        people[..., 10], people[..., 11] = young, older
        stocks.append(Population(("a",), year, people))
    fitted = HamiltonPerry().fit(History(tuple(stocks)))
    assert fitted.ratios[0, :, 11] == pytest.approx([290 / 400, 290 / 400])


def test_pairs_before_the_window_do_not_count() -> None:
    assert (windows(1), windows(5)) == (5, 3)
    recent = [stock(year, 100.0 * 0.9 ** (year - 2015)) for year in range(2015, 2021)]
    far = [stock(year, 1000.0) for year in range(2010, 2015)]
    fitted, alone = HamiltonPerry().fit(History((*far, *recent))), HamiltonPerry().fit(History(tuple(recent)))
    assert np.array_equal(fitted.ratios, alone.ratios)
    assert alone.ratios[0, 0, 30] == pytest.approx(0.9)


def test_a_prior_pulls_an_area_to_all_areas() -> None:
    # 100 -> 50 and 300 -> 270: together 0.8; with a prior of 100 persons 0.65 and 0.875
    first = grouped(2015, [100.0] * 9, [300.0] * 9)
    last = grouped(2020, [50.0] * 9, [270.0] * 9)
    own, whole = ratios(History((first, last)), 3, 100.0)
    assert whole[0, 3] == pytest.approx(0.8)
    assert own[:, 0, 3] == pytest.approx([(50 + 80) / 200, (270 + 80) / 400])
    assert HamiltonPerry().fit(History((first, last))).ratios[:, 0, 3] == pytest.approx([0.5, 0.9])


def test_five_year_groups_go_in_steps_of_five() -> None:
    # 20 children of 0-4 per 4 x 100 persons of 20-39; each group keeps 90 %
    first, last = grouped(2015, [20.0, *[100.0] * 8]), grouped(2020, [20.0, 18.0, *[90.0] * 7])
    forecast = HamiltonPerry().fit(History((first, last))).predict(range(2025, 2031, 5))
    assert list(forecast.years) == [2020, 2025, 2030]
    after = forecast.at(2025)[0, 0]
    assert after[1:9] == pytest.approx([18.0, 16.2, *[81.0] * 6])
    assert after[0] == pytest.approx(20.0 / 360.0 * 4 * 81.0)
    with pytest.raises(ValueError, match="in steps of 5"):
        HamiltonPerry().fit(History((first, last))).predict(range(2021, 2026))


def test_the_open_group_takes_the_two_oldest_together() -> None:
    # 40-44 and 45+ together 100 + 200, five years later 150 in the open group: half
    first = grouped(2015, [100.0] * 9, open_end=200.0)
    last = grouped(2020, [100.0] * 9, open_end=150.0)
    fitted = HamiltonPerry().fit(History((first, last)))
    assert fitted.ratios[0, 0, -1] == pytest.approx(0.5)
    assert fitted.predict(range(2025, 2026)).at(2025)[0, 0, -1] == pytest.approx(0.5 * (100 + 150))


def test_a_ratio_over_ten_years_is_its_tenth_root_a_year() -> None:
    fitted = HamiltonPerry().fit(History((stock(2010, 100.0, 100.0), stock(2020, 50.0, 50.0))))
    assert fitted.ratios[0, 0, 10:90] == pytest.approx(np.full(80, 0.5**0.1))


def test_two_censuses_meet_at_the_middle_of_a_cohorts_way() -> None:
    # those of 20 became those of 30 and lost half: the yearly ratio at 25; people of 25 a year later
    first, last = np.full((1, 2, AGES), 100.0), np.full((1, 2, AGES), 100.0)
    last[..., 30] = 50.0
    history = History((Population(("a",), 2010, first), Population(("a",), 2020, last)))
    found = HamiltonPerry().fit(history).ratios[0, 0]
    assert found[25] == pytest.approx(0.5**0.1)
    assert found[24] == pytest.approx(1.0)
    assert found[26] == pytest.approx(1.0)


def test_extreme_ratios_are_held() -> None:
    fitted = HamiltonPerry(limit=3.0).fit(History((stock(2019, 1.0), stock(2020, 1000.0))))
    assert fitted.ratios[0, 0, 2:50] == pytest.approx(np.full(48, 3.0))
    # nobody at the start, nobody at the end: the ratio is 1
    assert fitted.ratios[0, 0, 90] == pytest.approx(1.0)


@given(st.floats(0.5, 1.2), st.integers(0, 1000))
def test_areas_of_one_kind_keep_their_ratio_whatever_the_prior(ratio: float, prior: int) -> None:
    first = grouped(2015, [100.0] * 9, [700.0] * 9, open_end=10.0)
    last = grouped(2020, [100.0 * ratio] * 9, [700.0 * ratio] * 9, open_end=10.0)
    own, whole = ratios(History((first, last)), 3, prior)
    expected: Floats = np.full((2, 8), ratio)
    assert own[:, 0, 1:9] == pytest.approx(expected)
    assert whole[0, 1:9] == pytest.approx(expected[0])


def test_one_stock_is_too_little() -> None:
    with pytest.raises(TooLittleHistory, match="2 stocks for Hamilton-Perry"):
        HamiltonPerry().fit(History((stock(2020, 1.0),)))
