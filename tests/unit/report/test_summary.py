from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forecast.errors import InputError
from forecast.report.opened import Place
from forecast.report.summary import MAIN, figure, summary


def test_now_peak_and_the_years_to_show(tiny: Path) -> None:
    found = summary(tiny)
    assert (found.now_year, found.show, found.middle, found.born_until) == (2021, (2022, 2024), 2024, 2022)
    block = next(item for item in found.blocks if item.service == "kindergarten")
    first, second, city = block.figures
    assert (first.now, first.peak, first.peak_year, first.past, first.shown) == (12, 12, 2021, True, (9, 6))
    assert (second.now, second.peak, second.peak_year, second.past, second.shown) == (5, 7, 2023, False, (6, 4))
    assert (city.now, city.past, city.shown) == (17, True, (15, 10))
    assert city.born == (1.0, 0.0)


def test_every_service_has_its_main_number(tiny: Path) -> None:
    assert {item.service: item.measure for item in summary(tiny).blocks} == dict(MAIN)


def test_districts_sum_to_the_city(tiny: Path) -> None:
    found = summary(tiny)
    for block in (found.residents, *found.blocks, *found.staff):
        *parts, city = block.figures
        assert sum(item.now for item in parts) == city.now
        assert [sum(values) for values in zip(*(item.shown for item in parts), strict=True)] == list(city.shown)


def test_residents_are_whole_people(tiny: Path) -> None:
    # 303 and 50.5 people make 353.5: rounded to 354 (to even), the half goes to the second area.
    assert [item.now for item in summary(tiny).residents.figures] == [303, 51, 354]


def test_school_age_sums_four_stages(tiny: Path) -> None:
    # 17 places in each of four stages in 2021, 10 in 2024, when nobody is born yet.
    assert summary(tiny).school == (68, 40, 0.0)


def test_intervals_are_those_of_the_sums(tiny: Path, plain: Path) -> None:
    found = summary(tiny)
    assert found.trajectories == 500
    assert found.school_between == (30.0, 50.0)
    # 353.5 people in all times 0.75 and 1.25
    assert found.residents.city.between == ((265.125, 441.875),) * 2
    assert found.residents.figures[0].between == ((227.25, 378.75),) * 2
    block = next(item for item in found.blocks if item.service == "kindergarten")
    assert block.city.between == ((11.25, 18.75), (7.5, 12.5))
    bare = summary(plain)
    assert (bare.trajectories, bare.school_between, bare.coverage) == (0, None, ())
    assert {item.between for one in (bare.residents, *bare.blocks, *bare.staff) for item in one.figures} == {()}


def test_birth_has_no_meaning_for_beds(tiny: Path) -> None:
    beds = summary(tiny).blocks[-1]
    assert beds.city.born == (None, None)


def test_one_area_with_staff_after_places(tiny: Path) -> None:
    found = [(block.service, block.measure) for block, _ in summary(tiny).of("A2")]
    assert found[:6] == [
        ("people", "residents"), ("nursery", "places"), ("nursery", "classes"), ("nursery", "carers"),
        ("kindergarten", "places"), ("kindergarten", "classes"),
    ]  # fmt: skip
    with pytest.raises(InputError, match=r"one of: A1, A2, C, found A9"):
        summary(tiny).of("A9")


def test_assumptions_are_counted_by_status(tiny: Path) -> None:
    assert summary(tiny).assumptions == {"derived": 1, "recalled": 2, "assumed": 1}


def test_another_scenario(tiny: Path) -> None:
    found = summary(tiny, "low")
    # 6 + 2.5 = 8.5 places, which round to 8 (to even): 6 + 2.
    assert (found.title["zh"], [item.now for item in found.blocks[1].figures]) == ("低", [6, 2, 8])


def test_of_equal_peaks_the_first_counts() -> None:
    item = figure(
        Place("a", "甲", "A", "district"), np.array([9.0, 1.0, 5.0, 5.0]), (1, 2, 3, 4), 1, (2, 3), np.full(4, np.nan)
    )
    assert (item.peak, item.peak_year, item.past) == (5, 3, False)
