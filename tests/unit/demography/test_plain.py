from __future__ import annotations

import numpy as np
import pytest

from forecast.axes import AGES, Population
from forecast.demography.engine import History
from forecast.demography.plain import NoChange, RepeatGrowth
from forecast.demography.sampled import UNKNOWN
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


def test_growth_is_taken_over_the_window() -> None:
    # the last stock at least five years back is that of 2015: 100 -> 110.25 in five years
    stocks = [stock(year, size) for year, size in ((2010, 10.0), (2015, 100.0), (2018, 300.0), (2020, 110.25))]
    fitted = RepeatGrowth().fit(History(tuple(stocks)))
    assert fitted.yearly == pytest.approx([1.1025**0.2])
    # no stock is as far back: the earliest one
    assert RepeatGrowth(window=50).fit(History(tuple(stocks))).yearly == pytest.approx([1.1])


def test_steps_of_five_years_grow_by_the_fifth_power() -> None:
    cells = [Population(("a",), year, np.full((1, 1, 3), size), 5) for year, size in ((2015, 10.0), (2020, 11.0))]
    forecast = RepeatGrowth().fit(History(tuple(cells))).predict(range(2025, 2031, 5))
    assert forecast.people[:, 0, 0, 0] == pytest.approx([11.0, 12.1, 13.31])
    unchanged = NoChange().fit(History(tuple(cells))).predict(range(2025, 2031, 5))
    assert list(unchanged.years) == [2020, 2025, 2030]


def test_an_area_that_was_empty_does_not_grow() -> None:
    stocks = (stock(2019, 0.0), stock(2020, 7.0))
    assert RepeatGrowth().fit(History(stocks)).yearly.tolist() == [1.0]


def test_sizes_stray_as_they_did_from_the_growth() -> None:
    # yearly log growth of +2 %, -2 %, +2 %, -2 % of one area: nothing of its own, 2 % that "all" areas share
    sizes = np.exp(np.cumsum([0.0, 0.02, -0.02, 0.02, -0.02]))
    fitted = NoChange().fit(History(tuple(stock(2016 + n, 100.0 * size) for n, size in enumerate(sizes))))
    assert (fitted.walk.shared, fitted.walk.own) == pytest.approx((0.02, 0.0))


def test_two_stocks_do_not_show_how_far_growth_strays() -> None:
    growth = RepeatGrowth().fit(History((stock(2019, 100.0), stock(2020, 105.0))))
    alone = NoChange().fit(History((stock(2020, 1.0),)))
    assert [(walk.shared, walk.own) for walk in (growth.walk, alone.walk)] == [(UNKNOWN, UNKNOWN)] * 2


def test_one_stock_is_too_little_to_grow() -> None:
    with pytest.raises(TooLittleHistory, match="2 stocks for repeat growth"):
        RepeatGrowth().fit(History((stock(2020, 1.0),)))
