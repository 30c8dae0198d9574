"""Residents of homes counted below the nation, and how far areas without a count may be from it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.errors import InputError
from forecast.services.care.eldercare import Eldercare
from forecast.services.care.use import CareTaste
from forecast.services.facts import Fact, Facts
from forecast.services.people import People
from tests.unit.services.care.care_facts import assumed, care_facts, model

Level = Callable[..., People]
CODES = ("230101", "230102")
PARENTS = {"230101": "230100", "230102": "230100", "230100": "230000", "230000": "000000"}
SPREAD = model(use__local=assumed(0.25), use__institution=assumed(0.2))


def facts_with(facts: Facts, **counts: float) -> Facts:
    """Counts of residents by ``area_year``."""
    made = care_facts(facts)
    supply = dict(made.supply)
    for key, value in counts.items():
        area, year = key.removeprefix("at").split("_")
        supply[area, int(year), "eldercare", "residents"] = Fact(value, "persons", "observed", f"count-{area}")
    return dataclasses.replace(made, supply=supply, parents=PARENTS)


def care(facts: Facts, level: Level, **counts: float) -> Eldercare:
    nation = level(20.0, codes=("000000",))
    return Eldercare(SPREAD, facts_with(facts, **counts), level(20.0, 200.0, codes=CODES), nation)


def users(service: Eldercare) -> list[list[float]]:
    return [[float(value) for value in row] for row in service.demand().find("users", "institution").values]


def test_the_citys_count_is_met_from_its_year_on(facts: Facts, level: Level) -> None:
    usual, counted = users(care(facts, level)), users(care(facts, level, at230100_2022=500.0))
    # the nation's choice gives 22 and 220 of 220 and 2,200 in need
    assert usual[0] == pytest.approx([22, 220])
    assert np.array(counted[:2]) == pytest.approx(np.array(usual[:2]))
    for year in (2, 3, 4):
        # a share of 500 / 2,420 in both, for need is alike
        assert counted[year] == pytest.approx([2420 * 500 / 2420 / 11, 500 * 10 / 11])


def test_an_own_count_goes_before_the_citys_which_holds_for_the_rest(facts: Facts, level: Level) -> None:
    found = users(care(facts, level, at230101_2021=50.0, at230100_2022=500.0))
    assert found[1] == pytest.approx([50, 220])
    assert found[2] == pytest.approx([50, 450])
    assert users(care(facts, level, at230101_2021=50.0, at230101_2023=60.0))[4] == pytest.approx([60, 220])


def test_the_provinces_count_is_of_all_its_people(facts: Facts, level: Level) -> None:
    nation, province = level(20.0, codes=("000000",)), level(2000.0, codes=("230000",))
    made, people = facts_with(facts, at230000_2022=4400.0), level(20.0, 200.0, codes=CODES)
    service = Eldercare(SPREAD, made, people, nation, above=(province,))
    # 4,400 of 22,000 in need: a fifth
    assert users(service)[2] == pytest.approx([44, 440])


def test_nobody_in_homes_and_all_areas_counted(facts: Facts, level: Level) -> None:
    service = care(facts, level, at230101_2022=0.0, at230102_2022=300.0, at230100_2022=300.0)
    assert users(service)[3] == pytest.approx([0, 300])
    beds = service.demand().find("beds").values[3]
    assert beds.tolist() == [0, 375]
    # the pattern fills homes where nobody lives in one today
    assert service.demand().find("users", "institution-policy").values[4] == pytest.approx([24, 240])


def test_the_factor_is_explained_and_told(facts: Facts, level: Level) -> None:
    service = care(facts, level, at230100_2022=500.0)
    (shown,) = [item for item in service.explain(1, 2023) if item.name.startswith("use of homes here")]
    # odds of homes against family: 500 / 1,920 over 242 / 2,178
    assert shown.value == pytest.approx((500 / 1920) / (242 / 2178))
    assert "500 residents counted in 230100 in 2022" in shown.note
    assert "gives 242" in shown.note
    (before,) = [item for item in service.explain(1, 2021) if item.name.startswith("use of homes here")]
    assert before.value == 1.0
    rows = {row[1]: row for row in service.told}
    assert rows["use of homes of 230100"][2] == pytest.approx(shown.value)
    assert rows["use of homes of 230100"][3:6] == ("ratio", "derived", "count-230100")
    (row,) = service.overruled
    assert (row.area, row.year, row.after) == ("230100", 2022, 500.0)
    assert row.before == pytest.approx(242)
    assert "count-230100" in service.demand().find("beds").source
    assert "count-230100" not in service.demand().find("users", "home").source
    assert not care(facts, level).overruled


@pytest.mark.parametrize(
    ("counts", "says"),
    [
        ({"at230100_2022": 2500.0}, r"residents of homes of 230100 in 2022: expected from 0 residents.* to 2,4\d\d"),
        ({"at230101_2022": 60.0, "at230100_2022": 50.0}, "expected from 60 residents, those of its areas with counts"),
        ({"at230100_2026": 500.0}, "expected a year up to 2024.*found 2026"),
    ],
)
def test_counts_that_cannot_be(facts: Facts, level: Level, counts: dict[str, float], says: str) -> None:
    with pytest.raises(InputError, match=says):
        care(facts, level, **counts)


@pytest.mark.parametrize(
    ("measure", "value", "says"),
    [
        ("residents", 0.0, "residents of 000000: expected at least 1 percent, found 0"),
        ("nursing-share", 657.0, "nursing-share of 000000: expected 0 to 100 percent, found 657"),
        ("nursing-share", -1.0, "expected 0 to 100 percent"),
    ],
)
def test_figures_of_the_nation_beyond_sense(facts: Facts, level: Level, measure: str, value: float, says: str) -> None:
    made = care_facts(facts)
    key = ("000000", 2021, "eldercare", measure)
    wrong = {**made.supply, key: dataclasses.replace(made.supply[key], value=value)}
    with pytest.raises(InputError, match=says):
        Eldercare(SPREAD, dataclasses.replace(made, supply=wrong), level(20.0), level(20.0, codes=("000000",)))


def drawn(facts: Facts, level: Level, code: str, taste: CareTaste, **counts: float) -> np.ndarray:
    """Residents on trajectories of one area (year, draw)."""
    plain, size = care(facts, level, **counts), len(taste.course)
    people = level(*(200.0,) * size, codes=(code,) * size)
    nation = level(20.0, codes=("000000",))
    service = Eldercare(SPREAD, plain.facts, people, nation, taste, plain.fit)
    return np.asarray(service.demand().find("users", "institution").values)


def test_areas_without_a_count_may_be_far_from_the_nation(facts: Facts, level: Level) -> None:
    own = np.linspace(-2.0, 2.0, 41)
    taste = CareTaste(np.zeros(41), own)
    free = drawn(facts, level, "230102", taste)
    for year in range(5):  # from the first year on, the year of the nation's count among them
        odds = free[year] / (2200 - free[year]) / (220 / 1980)
        assert np.log(odds) == pytest.approx(0.25 * own - 0.5 * 0.25**2)
    sure = drawn(facts, level, "230102", taste, at230102_2022=300.0)
    assert np.ptp(sure[1]) > 10
    assert sure[2:] == pytest.approx(np.full((3, 41), 300.0))
    # the city's count says nothing of one district
    assert np.ptp(drawn(facts, level, "230102", taste, at230100_2022=300.0)[2]) > 10


def test_use_strays_from_the_last_count_on(facts: Facts, level: Level) -> None:
    taste = CareTaste(np.array([-1.0, 1.0]))
    free, counted = (drawn(facts, level, "230102", taste, **item) for item in ({}, {"at230102_2023": 220.0}))
    assert free[1] == pytest.approx([220, 220])
    assert free[3, 1] > 225
    assert counted[3] == pytest.approx([220, 220])
    assert 220 < counted[4, 1] < free[4, 1]


@settings(max_examples=15)
@given(st.floats(1.0, 2000.0), st.floats(1.0, 190.0))
def test_counts_are_always_met(facts: Facts, level: Level, city: float, own: float) -> None:
    found = users(care(facts, level, at230101_2022=own, at230100_2022=own + city))
    assert found[3] == pytest.approx([own, city])
