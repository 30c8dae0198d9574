"""Registered people by area: lines between counts, and totals that are met."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from forecast.demography.register import ByAge, Register
from forecast.errors import InputError

AREAS = ("230101", "230102", "230103")


def register(
    counts: tuple[Mapping[float, float], ...] = ({2010.0: 100.0}, {2010.0: 300.0}, {2010.0: 600.0}),
    totals: Mapping[int, float] | None = None,
    group: Mapping[int, float] | None = None,
    by_age: Mapping[int, ByAge] | None = None,
) -> Register:
    """Three areas, two of them in a group."""
    some = np.array([100.0, 300.0, 600.0])
    grouped = np.array([True, True, False])
    return Register(
        AREAS, "230100", some, 0 * some, 0 * some, counts, totals or {}, grouped, group or {}, by_age or {}, 30
    )


def test_the_last_count_stays_where_nothing_else_is_known() -> None:
    people, notes = register().at_launch(2020)
    assert people == pytest.approx([100, 300, 600])
    assert notes == []


def test_the_citys_total_is_met_by_all_alike() -> None:
    people, notes = register(totals={2020: 500.0}).at_launch(2020)
    assert people == pytest.approx([50, 150, 300])
    assert [(note.area, note.before, note.after) for note in notes] == [
        ("230101", 100, 50),
        ("230102", 300, 150),
        ("230103", 600, 300),
    ]


def test_a_group_and_the_rest_each_meet_their_own() -> None:
    people, _ = register(totals={2020: 1000.0}, group={2020: 200.0}).at_launch(2020)
    assert people == pytest.approx([50, 150, 800])


def test_an_area_between_two_counts_lies_on_the_line_of_logs_and_is_not_raked() -> None:
    counts = ({2010.0: 100.0, 2030.0: 400.0}, {2010.0: 300.0}, {2010.0: 600.0})
    people, notes = register(counts, totals={2020: 1100.0}).at_launch(2020)
    assert people == pytest.approx([200, 300, 600])
    assert [note.area for note in notes] == ["230101"]
    assert (notes[0].before, notes[0].after) == pytest.approx((100, 200))
    people, _ = register(counts, totals={2020: 650.0}).at_launch(2020)
    assert people == pytest.approx([200, 150, 300])


def test_a_count_of_the_day_and_a_table_by_age_stand() -> None:
    counts = ({2010.0: 100.0, 2020.0: 90.0}, {2010.0: 300.0}, {2010.0: 600.0})
    table = ByAge(np.array([0.0, 60.0]), np.array([[20.0, 30.0], [20.0, 40.0]]))
    people, _ = register(counts, totals={2020: 500.0}, by_age={1: table}).at_launch(2020)
    assert people == pytest.approx([90, 110, 300])


def test_totals_below_the_areas_counted_apart_contradict_them() -> None:
    counts = ({2010.0: 100.0, 2020.0: 900.0}, {2010.0: 300.0}, {2010.0: 600.0})
    with pytest.raises(InputError, match=r"registered, 2020: expected a total above .* found 500 for all, 900 for 1"):
        register(counts, totals={2020: 500.0}).at_launch(2020)


def test_later_years_meet_what_is_on_record_and_nothing_else() -> None:
    known = register(({2023.0: 120.0}, {2010.0: 300.0}, {2010.0: 600.0}), totals={2021: 900.0, 2023: 940.0})
    now = np.array([100.0, 300.0, 600.0])
    assert known.meeting(now, 2022) == pytest.approx(now)
    assert known.meeting(now, 2021) == pytest.approx(0.9 * now)
    assert known.meeting(now, 2023) == pytest.approx([120, 820 / 3, 1640 / 3])
    assert known.last_known(2020) == 2023
    noted = known.notes(now, known.meeting(now, 2023), 2023)
    assert [(note.area, note.after) for note in noted] == [("230101", 120), ("230100", pytest.approx(940))]


def test_what_the_record_of_a_year_changed_is_told_of_areas_districts_and_city() -> None:
    counts = ({2021.0: 120.0}, {2010.0: 300.0}, {2010.0: 600.0})
    known = register(counts, totals={2021: 1000.0}, group={2021: 400.0})
    people = np.array([100.0, 300.0, 500.0])
    after = known.meeting(people, 2021)
    assert after == pytest.approx([120, 280, 600])
    told = [(note.area, note.measure, note.before, note.after) for note in known.notes(people, after, 2021)]
    assert told == [
        ("230101", "registered", 100.0, 120.0),
        ("230100", "registered in districts", 400.0, 400.0),
        ("230100", "registered", 900.0, 1000.0),
    ]
    assert known.notes(people, people, 2022) == []
