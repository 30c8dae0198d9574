"""Pupils of an area divided among its schools."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.errors import InputError
from forecast.services.school.counted import Roll, School
from forecast.services.school.schools import SchoolShares, school_shares

YEARS = range(2020, 2031)


def roll(pupils: Floats, first: int = 2022) -> Roll:
    nothing = np.full(len(pupils), np.nan)
    years = tuple(range(first, first + len(pupils)))
    return Roll(years, pupils, np.full_like(pupils, np.nan), nothing, nothing, "observed", "made")


def steady(*pupils: float, years: int = 3) -> Roll:
    return roll(np.tile(np.array(pupils, dtype=np.float64), (years, 1)))


def known(code: str, *, opened: dt.date | None = None, closed: dt.date | None = None) -> dict[str, School]:
    return {code: School(code, f"School {code}", "230102", "primary", None, opened, closed)}


def shares(rolls: dict[str, Roll], schools: dict[str, School] | None = None) -> SchoolShares:
    return school_shares("230102", rolls, schools or {}, YEARS, np.full((len(YEARS), 2), 100.0))


def test_shares_are_as_counted_and_stay_where_nothing_changes() -> None:
    found = shares({"b": steady(30, 20), "a": steady(70, 60)}, known("a"))
    assert found.codes == ("a", "b")
    assert found.names == ("School a", "b")
    assert found.shares[:5] == pytest.approx(np.tile([[0.7, 0.75], [0.3, 0.25]], (5, 1, 1)))
    # later small schools lean on the ratio of all: 80 of 100 go on here, 60 of 70 in a
    assert found.shares[5:] == pytest.approx(np.tile([[0.7, 0.75], [0.3, 0.25]], (6, 1, 1)), abs=0.03)
    assert (found.first, found.last) == (2022, 2024)


def test_cohorts_move_up_in_their_school() -> None:
    # 100 enter a in 2024 in place of 50: in 2025 they are in its second grade
    few = np.array([[50.0, 50.0], [50.0, 50.0], [100.0, 50.0]])
    found = shares({"a": roll(few), "b": steady(50, 50)})
    assert found.shares[YEARS.index(2024), 0].tolist() == pytest.approx([2 / 3, 0.5])
    assert found.shares[YEARS.index(2025), 0, 1] == pytest.approx(2 / 3, abs=0.02)


def test_a_school_that_closes_gives_its_pupils_to_the_others_by_size() -> None:
    rolls = {"a": steady(50, 50), "b": steady(30, 30), "c": steady(20, 20)}
    found = shares(rolls, known("a", closed=dt.date(2026, 7, 1)))
    before, after = found.shares[YEARS.index(2025)], found.shares[YEARS.index(2026)]
    assert before[:, 0].tolist() == pytest.approx([0.5, 0.3, 0.2])
    assert after[:, 0].tolist() == pytest.approx([0.0, 0.6, 0.4])
    (note,) = found.notes
    assert (note.area, note.year, note.measure, note.after) == ("230102", 2026, "pupils of school a", 0.0)
    # half of the area's pupils, two grades of a hundred
    assert note.before == pytest.approx(100.0, rel=0.01)
    # ... whatever the schools' own progression makes of them
    fewer = school_shares(
        "230102", rolls, known("a", closed=dt.date(2026, 7, 1)), YEARS, np.full((len(YEARS), 2), 60.0)
    )
    assert fewer.notes[0].before == pytest.approx(60.0, rel=0.01)


def test_a_school_nobody_counted_yet_has_no_pupils_and_is_told() -> None:
    found = shares({"a": steady(50, 50)}, known("n", opened=dt.date(2027, 9, 1)))
    assert found.codes == ("a",)
    (note,) = found.notes
    assert (note.year, note.measure) == (2027, "pupils of school n")
    assert np.isnan(note.after)


def test_a_grade_that_nobody_has_is_divided_by_size() -> None:
    found = shares({"a": steady(0, 60), "b": steady(0, 20)})
    assert found.shares[4, :, 0].tolist() == pytest.approx([0.75, 0.25])


def test_no_school_left_is_a_fault() -> None:
    says = "schools, column closed: expected a school of 230102 that is open in 2026, found all of a closed"
    with pytest.raises(InputError, match=says):
        shares({"a": steady(50, 50)}, known("a", closed=dt.date(2026, 1, 1)))


def test_the_row_of_the_school_that_closes_last_is_named() -> None:
    schools = {
        **known("a", closed=dt.date(2026, 1, 1)),
        **known("b", closed=dt.date(2027, 1, 1)),
    }
    rows = {code: replace(school, where=f"data/schools.csv, row {code}") for code, school in schools.items()}
    with pytest.raises(InputError, match=r"schools.csv, row b, column closed: .* open in 2027"):
        shares({"a": steady(50, 50), "b": steady(50, 50)}, rows)


def test_statuses_are_those_of_the_rows() -> None:
    one = replace(steady(50, 50), by_year={2022: "observed", 2023: "recalled", 2024: "observed"})
    found = shares({"a": one, "b": steady(50, 50)})
    assert found.counted["a"] == {2022: "observed", 2023: "recalled", 2024: "observed"}


def test_one_school_year_stays_as_it_is() -> None:
    found = shares({"a": steady(70, 60, years=1), "b": steady(30, 20, years=1)})
    assert found.shares[-1].tolist() == [[0.7, 0.75], [0.3, 0.25]]


def test_classes_by_hand() -> None:
    # 100 pupils, 70 and 30: classes of 45 make 2 + 1; in one school they would be 3
    found = shares({"a": steady(70, 60), "b": steady(30, 20)})
    pupils, size = np.full(len(YEARS), 100.0), np.full(len(YEARS), 45.0)
    assert found.classes(pupils, 0, size)[0] == 3
    assert found.classes(np.full(len(YEARS), 91.0), 0, size)[0] == 3  # 63.7 and 27.3
    assert found.only(0).classes(pupils, 0, size)[0] == 2
    assert found.only(1).codes == ("b",)


@given(st.integers(0, 500))
def test_every_pupil_sits_in_one_school_and_every_class_is_needed(seed: int) -> None:
    draw = np.random.default_rng(seed)
    rolls = {code: roll(draw.integers(0, 200, (3, 2)).astype(np.float64)) for code in "abc"}
    found = shares(rolls, known("b", closed=dt.date(2027, 3, 1)))
    assert found.shares.sum(axis=1) == pytest.approx(np.ones((len(YEARS), 2)))
    assert (found.shares >= 0).all()
    pupils, size = draw.uniform(0, 900, (len(YEARS), 4)), draw.uniform(20, 60, (len(YEARS), 4))
    for school in range(3):
        rooms = found.only(school).classes(pupils, 1, size)
        there = pupils * found.shares[:, school, 1, None]
        assert (rooms * size >= there - 1e-6).all()
        assert ((rooms - 1) * size < there + 1e-9).all()
    assert found.classes(pupils, 1, size) == pytest.approx(
        sum(found.only(school).classes(pupils, 1, size) for school in range(3))
    )
    assert (found.classes(pupils * 1.1, 1, size) >= found.classes(pupils, 1, size)).all()
