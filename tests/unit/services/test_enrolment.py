from __future__ import annotations

from collections.abc import Callable

import pytest

from forecast.errors import InputError
from forecast.services.enrolment import measured
from forecast.services.facts import Facts
from forecast.services.people import People

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
