from __future__ import annotations

import numpy as np
import pytest

from forecast.axes import AGES, FEMALE, Population
from forecast.demography.baselines import ENGINES, HamiltonPerry, NoChange, RepeatGrowth
from forecast.demography.engine import History
from forecast.errors import TooLittleHistory


def stock(year: int, per_age: float, old: float = 0.0) -> Population:
    """So many people of each age below 60, and so many of each above."""
    people = np.full((1, 2, AGES), old)
    people[..., :60] = per_age
    return Population(("a",), year, people)


def test_no_change_repeats_the_launch() -> None:
    launch = stock(2020, 10.0)
    forecast = NoChange().fit(History((launch,))).predict(range(2021, 2024))
    assert forecast.years == range(2020, 2024)
    assert forecast.people == pytest.approx(np.repeat(launch.people[None], 4, axis=0))
    assert forecast.flows is None


def test_growth_goes_on_by_hand() -> None:
    # 100 -> 144 in two years: a fifth a year; then the cap of a tenth
    history = History((stock(2018, 100.0), stock(2020, 144.0)))
    free = RepeatGrowth(limit=0.5).fit(history).predict(range(2021, 2023))
    assert free.people[:, 0, 0, 0] == pytest.approx([144, 144 * 1.2, 144 * 1.44])
    capped = RepeatGrowth().fit(history).predict(range(2021, 2023))
    assert capped.people[:, 0, 0, 0] == pytest.approx([144, 144 * 1.1, 144 * 1.21])


def test_cohort_ratios_by_hand() -> None:
    # one year apart: 100 of each age become 90 a year older, at every age below 60
    history = History((stock(2019, 100.0), stock(2020, 90.0)))
    fitted = HamiltonPerry().fit(history)
    forecast = fitted.predict(range(2021, 2023))
    after = forecast.people[1, 0]
    assert after[:, 2:59] == pytest.approx(np.full((2, 57), 90 * 0.9))
    # infants of each sex per woman of 15-49: 90 / (35 x 90); next year 35 x 81 women bear 81
    assert fitted.per_woman == pytest.approx(np.full((1, 2), 1 / 35))
    women = after[FEMALE, 15:50].sum()
    assert women == pytest.approx(35 * 81)
    assert after[:, 0] == pytest.approx([81, 81])


def test_a_ratio_over_ten_years_is_its_tenth_root_a_year() -> None:
    first, last = stock(2010, 100.0, 100.0), stock(2020, 50.0, 50.0)
    fitted = HamiltonPerry().fit(History((first, last)))
    assert fitted.yearly[0, 0, 10:90] == pytest.approx(np.full(80, 0.5**0.1))


def test_extreme_ratios_are_held() -> None:
    first, last = stock(2019, 1.0), stock(2020, 1000.0)
    fitted = HamiltonPerry(limit=3.0).fit(History((first, last)))
    assert fitted.yearly[0, 0, 2:50] == pytest.approx(np.full(48, 3.0))
    # nobody at the start, nobody at the end: the ratio is 1
    assert fitted.yearly[0, 0, 90] == pytest.approx(1.0)


@pytest.mark.parametrize("name", ["hamilton-perry", "repeat-growth"])
def test_one_stock_is_too_little(name: str) -> None:
    with pytest.raises(TooLittleHistory, match="2 stocks"):
        ENGINES[name]().fit(History((stock(2020, 1.0),)))
