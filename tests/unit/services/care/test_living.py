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
    mix = living_mix(care_facts(facts, rows=rows), ("230101", "230100", "000000", "230101"))
    assert mix.arrangements == ARRANGEMENTS
    assert mix.from_area == (("230100", 2021), ("000000", 2021))
    assert mix.place.tolist() == [0, 0, 1, 0]
    assert mix.shares[0][:, 1, 75] == pytest.approx([0.2, 0.5, 0.3])
    assert mix.shares[1][0, 0, [59, 60, 110]].tolist() == [0.0, 0.1, 0.1]
    assert mix.told(0) == "alone 20.0%, couple 50.0%, others 30.0% (230100, 2021)"


def test_groups_of_age_and_the_latest_year(facts: Facts) -> None:
    new = (*living("000000", 10.0, 60.0, 30.0, width=15), *living("000000", 30.0, 20.0, 50.0, start=75))
    old = tuple(dataclasses.replace(row, year=2010) for row in living("000000", 50.0, 25.0, 25.0))
    mix = living_mix(care_facts(facts, rows=(*old, *new)), ("000000",))
    assert mix.shares[0][0, 0, [60, 74, 75]].tolist() == [0.1, 0.1, 0.3]


def test_rounded_shares_are_made_to_sum(facts: Facts) -> None:
    mix = living_mix(care_facts(facts, rows=living("000000", 14.2, 45.5, 40.6)), ("000000",))
    assert mix.shares[0][:, 0, 60:].sum(axis=0) == pytest.approx(np.ones(51))


def test_without_a_table_nothing_is_known(facts: Facts) -> None:
    mix = living_mix(care_facts(facts), ("230101", "000000"))
    assert mix.arrangements == UNKNOWN
    assert mix.shares[0][0, 0, [59, 60]].tolist() == [0.0, 1.0]
    assert mix.told(0) == "living arrangement unknown"


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (living("230199", 10.0, 50.0, 40.0), "rows for 230101 or an area above it"),
        (living("000000", 10.0, 50.0, 40.0)[:2], "none of others"),
        (living("000000", 10.0, 50.0, 50.0), r"male aged 60: expected shares that sum to 100 %, found 110.00 %"),
        (living("000000", 10.0, 50.0, 30.0), "found 90.00 %"),
        (living("000000", -10.0, 50.0, 60.0), "a percentage from 0 to 100, found -10"),
        (living("000000", 10.0, 50.0, 40.0, start=65), "a group from age 60 on"),
    ],
)
def test_rows_with_faults_are_named(facts: Facts, rows: tuple[object, ...], says: str) -> None:
    with pytest.raises(InputError, match=says):
        living_mix(care_facts(facts, rows=rows), ("230101",))  # type: ignore[arg-type]
