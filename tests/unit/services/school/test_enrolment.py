from __future__ import annotations

from collections.abc import Callable

import pytest

from forecast.errors import InputError
from forecast.services.facts import Fact, Facts
from forecast.services.people import People
from forecast.services.school.enrolment import GrossEnrolment, followed, measured

Level = Callable[..., People]


@pytest.fixture
def parents(level: Level) -> tuple[People, People]:
    return level(100.0, codes=("230000",)), level(50.0, codes=("000000",))


def test_the_province_comes_first_and_its_latest_year(facts: Facts, parents: tuple[People, ...]) -> None:
    # 240 pupils in 2021 over 3 ages of 100
    found = measured(facts, ("kindergarten",), (3, 5), parents, "here")
    assert (found.area, found.year) == ("230000", 2021)
    assert found.rate == pytest.approx(240 / 300)
    assert (found.pupils, found.people) == pytest.approx((240, 300))
    assert found.source == "made-enrolment"


def test_stages_measured_together_need_a_year_that_has_both(facts: Facts, parents: tuple[People, ...]) -> None:
    # the province counts primary pupils only: 900 of the nation over 9 ages of 50
    found = measured(facts, ("primary", "junior"), (6, 14), parents, "here")
    assert (found.area, found.year) == ("000000", 2022)
    assert found.rate == pytest.approx(2.0)


def test_no_count_is_a_fault_that_names_the_stages(facts: Facts, parents: tuple[People, ...]) -> None:
    with pytest.raises(InputError, match="here: expected enrolment of senior in 230000, 000000"):
        measured(facts, ("senior",), (15, 17), parents, "here")


def test_a_year_without_a_known_total_does_not_count(facts: Facts, level: Level) -> None:
    early = People(("000000",), range(2020, 2025), level(50.0).people, level(50.0).births, 2021, 2021)
    with pytest.raises(InputError):
        measured(facts, ("primary", "junior"), (6, 14), (early,), "here")


def test_a_province_goes_on_as_the_nation_did(level: Level) -> None:
    nation = level(50.0, codes=("000000",))  # 150 children of 3 to 5
    counted = {2021: 120.0, 2022: 126.0, 2023: 132.0}
    enrolment = {
        ("000000", year, "kindergarten"): Fact(value, "persons", "verified", "made-n")
        for year, value in counted.items()
    }
    rate = GrossEnrolment(0.7, 210.0, 300.0, (3, 5), 2021, "230000", "derived", "made-p")
    found = followed(rate, Facts({}, enrolment, {}, ()), ("kindergarten",), nation)
    assert found.since == pytest.approx({2022: 1.05, 2023: 1.1})
    assert (found.rate, found.source) == (0.7, "made-p; made-n")


def test_nothing_is_followed_where_the_nation_was_not_counted_in_that_year(level: Level) -> None:
    nation = level(50.0, codes=("000000",))
    fact = Fact(120.0, "persons", "verified", "made-n")
    rate = GrossEnrolment(0.7, 210.0, 300.0, (3, 5), 2021, "230000", "derived", "made-p")
    for years in ((2022, 2023), (2021,)):
        enrolment = {("000000", year, "kindergarten"): fact for year in years}
        assert followed(rate, Facts({}, enrolment, {}, ()), ("kindergarten",), nation) is rate
