"""The nation's women of the past, on the bundled project."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.axes import FEMALE, FERTILE
from forecast.demography.ground import Ground
from forecast.demography.mortality import tables
from forecast.demography.past import Past, past_of
from forecast.run.model import Desk, Result

FIRST = 1970
BEARING = slice(FERTILE.start, FERTILE.stop)


@pytest.fixture(scope="module")
def ground(desk: Desk, baseline: Result) -> Ground:
    return desk.ground(baseline.models)


@pytest.fixture(scope="module")
def past(ground: Ground) -> Past:
    return past_of(ground, FIRST)


def test_women_of_both_censuses_stand_where_they_were_counted(past: Past, ground: Ground) -> None:
    assert past.years == range(FIRST, 2021)
    for place, launch in zip((2010 - FIRST, 2020 - FIRST), ground.launches["nation"], strict=True):
        assert (past.women[place] == launch.stock.people[0, FEMALE]).all()


def test_the_earlier_census_lives_on_into_the_later(past: Past, ground: Ground) -> None:
    survival = tables(ground.mortality.predict(past.years)).S[:, FEMALE]
    women = past.women[2010 - FIRST]
    for year in range(2011, 2021):
        women = np.append([np.nan], women[:-1] * survival[year - FIRST, 1:])
    ratio = past.women[-1] / women
    # whoever is of childbearing age in either: two counts of the same cohorts, ten years apart; of those of 17
    # to 19 in the earlier one a tenth was not found again
    assert ratio[25:60] == pytest.approx(np.ones(35), abs=0.11)
    assert past.women[-1, 25:60].sum() / women[25:60].sum() == pytest.approx(1.0, abs=0.03)


def test_between_the_censuses_women_lie_between_both_counts(past: Past, ground: Ground) -> None:
    survival = tables(ground.mortality.predict(past.years)).S[:, FEMALE]
    forth, back = past.women[2010 - FIRST], past.women[-1]
    for year in range(2011, 2016):
        forth = np.append([0.0], forth[:-1] * survival[year - FIRST, 1:])
    for year in range(2020, 2015, -1):
        back = np.append(back[1:] / survival[year - FIRST, 1:], [0.0])
    found = past.women[2015 - FIRST]
    ages = slice(5, 90)
    assert (found[ages] >= np.minimum(forth, back)[ages] - 1e-6).all()
    assert (found[ages] <= np.maximum(forth, back)[ages] + 1e-6).all()
    # half way between the two
    assert found[ages] == pytest.approx(0.5 * (forth + back)[ages], rel=1e-9)


def test_girls_born_between_the_censuses_are_all_there(past: Past, ground: Ground) -> None:
    # who was seven in 2020 was two in 2015: the earlier census knows nothing of her and must not halve her cohort
    survival = tables(ground.mortality.predict(past.years)).S[:, FEMALE]
    girls = past.women[-1, 7] / survival[2016 - FIRST :, 3:8].diagonal().prod()
    assert past.women[2015 - FIRST, 2] == pytest.approx(girls, rel=0.02)


def test_before_the_earlier_census_cohorts_only_shrink(past: Past) -> None:
    older, younger = past.women[1 : 2011 - FIRST, 1:80], past.women[: 2010 - FIRST, :79]
    assert (older <= younger * (1.0 + 1e-12)).all()
    assert (older >= 0.5 * younger).all()


def test_births_are_fertility_times_exposure(past: Past) -> None:
    mean = 0.5 * (past.women[1:] + past.women[:-1])
    assert (past.fertility[1:, None] * past.shapes[1:] * mean).sum(axis=1) == pytest.approx(past.births[1:])
    assert past.fertility[0] == past.fertility[1]
    assert past.shapes.sum(axis=1) == pytest.approx(np.ones(len(past.years)))
    assert (past.shapes[:, : FERTILE.start] == 0.0).all()


def test_fertility_of_the_past_is_that_of_the_outlook(past: Past, ground: Ground) -> None:
    # WPP 2024 has 5.8 children a woman in 1971, 2.8 in 1985, 1.6 in 2000 and 1.2 in 2020
    by_year = dict(zip(past.years, past.fertility, strict=True))
    for year, wanted in {1971: 5.6, 1985: 2.7, 2000: 1.6, 2010: 1.7, 2020: 1.25}.items():
        assert by_year[year] == pytest.approx(wanted, rel=0.08), year
    assert (past.women[:, BEARING] > 0.0).all()
