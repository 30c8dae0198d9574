from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.demography.base import (
    BirthCohorts,
    at_year_end,
    calendar_births,
    cohort_shares,
    single_years,
    year_left,
)

CENSUS = dt.date(2019, 10, 19)
"""73 days, a fifth of 365, before the year's end."""
EVEN = BirthCohorts(2010, np.full(10, 100.0), 2010)


def test_what_is_left_of_the_year() -> None:
    assert year_left(CENSUS) == pytest.approx(0.2)
    assert year_left(dt.date(2020, 11, 1)) == pytest.approx(60 / 365)
    assert year_left(dt.date(2020, 12, 31)) == 0


def test_births_before_the_first_known_year_are_filled() -> None:
    cohorts = BirthCohorts.padded({1950: 10.0, 1951: 20.0, 1952: 60.0}, oldest=1947, mean_of=2)
    assert (cohorts.first, cohorts.known) == (1947, 1950)
    assert cohorts.births == pytest.approx([15, 15, 15, 10, 20, 60])
    assert cohorts.year(1947) == 15
    assert cohorts.year(1952) == 60


@pytest.mark.parametrize("year", [1946, 1953])
def test_years_that_nobody_knows(year: int) -> None:
    cohorts = BirthCohorts.padded({1950: 10.0, 1951: 20.0, 1952: 60.0}, oldest=1947)
    with pytest.raises(KeyError):
        cohorts.year(year)


def test_a_hole_among_known_births_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\[1951\]"):
        BirthCohorts.padded({1950: 10.0, 1952: 60.0}, oldest=1947)


def test_two_cohorts_stand_behind_an_age() -> None:
    # aged 1 on 19 October 2019: born in 2018 by then (0.8 of 300) or in the last fifth of 2017 (0.2 of 200)
    cohorts = BirthCohorts(2015, np.array([100.0, 100.0, 200.0, 300.0, 400.0]), 2015)
    behind, same = cohort_shares(cohorts, CENSUS, ages=3)
    assert behind == pytest.approx([0.8 * 400 + 0.2 * 300, 0.8 * 300 + 0.2 * 200, 0.8 * 200 + 0.2 * 100])
    assert same[1] == pytest.approx(240 / 280)


def test_to_the_year_end_by_hand() -> None:
    # Nobody dies; a fifth of each age has a birthday still to come. 5 are born between the census and the year's end.
    end = at_year_end(np.array([10.0, 20.0, 30.0]), EVEN, np.zeros(3), np.array(5.0), CENSUS)
    assert end == pytest.approx([0.8 * 10 + 5, 0.8 * 20 + 0.2 * 10, 30 + 0.2 * 20])
    assert end.sum() == pytest.approx(60 + 5)


def test_deaths_of_the_last_weeks_by_hand() -> None:
    rates = np.array([0.1, 0.0, 0.5])
    end = at_year_end(np.array([10.0, 20.0, 30.0]), EVEN, rates, np.array(5.0), CENSUS)
    alive = 10 * np.exp(-0.2 * 0.1), 20.0, 30 * np.exp(-0.2 * 0.5)
    # those born since the census live half of the time on average
    assert end[0] == pytest.approx(0.8 * alive[0] + 5 * np.exp(-0.1 * 0.1))
    assert end[1] == pytest.approx(0.8 * alive[1] + 0.2 * alive[0])
    assert end[2] == pytest.approx(alive[2] + 0.2 * alive[1])


def test_two_unequal_cohorts_by_hand() -> None:
    # 1 November 2020. Age 0 holds 305/365 of the 365 born in 2020 and 60/365 of the 730 born in 2019: 305 and 120.
    census = dt.date(2020, 11, 1)
    cohorts = BirthCohorts(2017, np.array([365.0, 365.0, 730.0, 365.0]), 2017)
    end = at_year_end(np.array([425.0, 0.0, 0.0]), cohorts, np.zeros(3), np.array(60.0), census)
    assert end == pytest.approx([305 + 60, 120, 0])


@given(st.integers(0, 1000), st.integers(1, 12), st.integers(1, 28))
def test_nobody_is_lost_on_the_way(seed: int, month: int, day: int) -> None:
    draw = np.random.default_rng(seed)
    cohorts = BirthCohorts(2000, draw.uniform(50.0, 500.0, 20), 2000)
    people, late = draw.uniform(0, 100, (3, 2, 10)), draw.uniform(0, 10, (3, 2))
    end = at_year_end(people, cohorts, np.zeros((2, 10)), late, dt.date(2019, month, day))
    assert end.sum(axis=-1) == pytest.approx(people.sum(axis=-1) + late)


@given(st.integers(0, 1000))
def test_published_groups_are_reproduced(seed: int) -> None:
    draw = np.random.default_rng(seed)
    cohorts = BirthCohorts(1990, draw.uniform(50.0, 500.0, 30), 1990)
    groups, starts = draw.uniform(1, 1000, (2, 2, 4)), np.array([0.0, 1.0, 5.0, 10.0])
    single = single_years(groups, starts, cohorts, np.ones((2, 20)), CENSUS)
    assert np.add.reduceat(single, [0, 1, 5, 10], axis=-1) == pytest.approx(groups, rel=1e-9)


def test_single_years_follow_the_births() -> None:
    births = np.full(30, 100.0)
    births[14] = 50.0  # 2004: aged 15 on the census day, and a fifth of them 14
    single = single_years(
        np.array([500.0, 500.0, 500.0, 500.0]),
        np.arange(0.0, 20.0, 5.0),
        BirthCohorts(1990, births, 1990),
        np.ones(20),
        CENSUS,
    )
    assert single.argmin() == 15
    assert single[15] < 0.75 * single[17]


def test_births_from_infants_by_hand() -> None:
    # the nation had 1200 births and 1000 infants: 50 infants stand for 60 births
    assert calendar_births(np.array([50.0, 0.0]), 1200.0, 1000.0) == pytest.approx([60.0, 0.0])
