from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from forecast.errors import InputError
from forecast.services.care.living import ARRANGEMENTS, UNKNOWN, living_mix
from forecast.services.facts import Facts
from tests.unit.services.care.care_facts import care_facts, living


def test_areas_without_rows_take_the_nearest_parent(facts: Facts) -> None:
    rows = (*living("000000", 10.0, 50.0, 40.0), *living("230100", 20.0, 50.0, 30.0))
    mix = living_mix(care_facts(facts, rows=rows), ("230101", "230100", "000000", "230101"), 2023)
    assert mix.arrangements == ARRANGEMENTS
    assert mix.from_area == (("230100", 2021), ("000000", 2021))
    assert mix.place.tolist() == [0, 0, 1, 0]
    assert mix.shares[0][:, 1, 75] == pytest.approx([0.2, 0.5, 0.3])
    assert mix.shares[1][0, 0, [59, 60, 110]].tolist() == [0.0, 0.1, 0.1]
    assert mix.told(0) == "alone 20.0%, couple 50.0%, others 30.0% (230100, 2021)"


def test_each_area_shows_its_own_status_and_source(facts: Facts) -> None:
    own = (dataclasses.replace(row, status="observed", source="own") for row in living("230101", 20.0, 50.0, 30.0))
    weak = (dataclasses.replace(row, status="recalled") for row in living("000000", 10.0, 50.0, 40.0))
    old = (dataclasses.replace(row, status="assumed", year=2010) for row in living("230101", 20.0, 50.0, 30.0))
    mix = living_mix(care_facts(facts, rows=(*own, *weak, *old)), ("230101", "230100"), 2023)
    assert [(mix.source(area), mix.status(area)) for area in (0, 1)] == [
        ("own", "observed"),
        ("made-living", "recalled"),
    ]


def test_nobody_knows_how_people_will_live(facts: Facts) -> None:
    late = tuple(
        dataclasses.replace(row, year=2025, origin="data/living.csv, row 7")
        for row in living("230101", 20.0, 50.0, 30.0)
    )
    with pytest.raises(InputError, match=r"data/living.csv, row 7 \(230101, column year\): expected a year up to 2024"):
        living_mix(care_facts(facts, rows=late), ("230101",), 2023)
    assert living_mix(care_facts(facts, rows=late), ("230101",), 2024).from_area == (("230101", 2025),)


def test_faults_name_file_and_row_and_are_told_once(facts: Facts) -> None:
    rows = living("000000", 10.0, 50.0, 40.0, start=65)
    named = tuple(dataclasses.replace(row, origin=f"data/living.csv, row {place}") for place, row in enumerate(rows, 2))
    with pytest.raises(InputError) as error:
        living_mix(care_facts(facts, rows=named), ("000000",), 2023)
    (fault,) = error.value.faults
    assert fault.where == "data/living.csv, row 2 (000000 alone 2021, both sexes)"
    sums = (
        dataclasses.replace(row, percent=20.0, origin="data/living.csv, row 9") for row in living("000000", 1, 1, 1)
    )
    with pytest.raises(InputError) as error:
        living_mix(care_facts(facts, rows=tuple(sums)), ("000000",), 2023)
    assert [fault.where for fault in error.value.faults] == [
        "data/living.csv, row 9 (000000, 2021, both sexes aged 60)"
    ]


def test_groups_of_age_and_the_latest_year(facts: Facts) -> None:
    new = (*living("000000", 10.0, 60.0, 30.0, width=15), *living("000000", 30.0, 20.0, 50.0, start=75))
    old = tuple(dataclasses.replace(row, year=2010) for row in living("000000", 50.0, 25.0, 25.0))
    mix = living_mix(care_facts(facts, rows=(*old, *new)), ("000000",), 2023)
    assert mix.shares[0][0, 0, [60, 74, 75]].tolist() == [0.1, 0.1, 0.3]


def test_rounded_shares_are_made_to_sum(facts: Facts) -> None:
    mix = living_mix(care_facts(facts, rows=living("000000", 14.2, 45.5, 40.6)), ("000000",), 2023)
    assert mix.shares[0][:, 0, 60:].sum(axis=0) == pytest.approx(np.ones(51))


def test_without_a_table_nothing_is_known(facts: Facts) -> None:
    mix = living_mix(care_facts(facts), ("230101", "000000"), 2023)
    assert mix.arrangements == UNKNOWN
    assert mix.shares[0][0, 0, [59, 60]].tolist() == [0.0, 1.0]
    assert mix.told(0) == "living arrangement unknown"


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (living("230199", 10.0, 50.0, 40.0), "rows for 230101 or an area above it"),
        (living("000000", 10.0, 50.0, 40.0)[:2], "none of others"),
        (living("000000", 10.0, 50.0, 50.0), r"both sexes aged 60: expected shares that sum to 100 %, found 110.00 %"),
        (living("000000", 10.0, 50.0, 30.0), "found 90.00 %"),
        (living("000000", -10.0, 50.0, 60.0), "a percentage from 0 to 100, found -10"),
        (living("000000", 10.0, 50.0, 40.0, start=65), "a group from age 60 on"),
    ],
)
def test_rows_with_faults_are_named(facts: Facts, rows: tuple[object, ...], says: str) -> None:
    with pytest.raises(InputError, match=says):
        living_mix(care_facts(facts, rows=rows), ("230101",), 2023)  # type: ignore[arg-type]
