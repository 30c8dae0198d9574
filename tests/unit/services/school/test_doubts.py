"""What is taken as it stands, and told: slips of a figure, cohorts that jump, schools without pupils."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from forecast.axes import Floats
from forecast.services.people import People
from forecast.services.school.bands import Band
from forecast.services.school.counted import Attending, Counted, Listed, Roll, School
from forecast.services.school.course import school_course
from forecast.services.school.doubt import Doubt
from forecast.services.school.doubts import doubts
from forecast.services.school.enrolment import GrossEnrolment
from forecast.services.uptake import Uptake

Level = Callable[..., People]
A, B = "230100", "230101"
RATE = GrossEnrolment(0.8, 80.0, 100.0, (3, 5), 2021, "230000", "derived", "made")
BANDS = {
    "kindergarten": Band("kindergarten", 3, {"kindergarten": (3, 3)}),
    "compulsory": Band("compulsory", 6, {"primary": (6, 6), "junior": (3, 3)}),
}
SERVICES = ("kindergarten", "primary", "junior")


def roll(cells: Floats, first: int = 2020) -> Roll:
    years, nothing = tuple(range(first, first + len(cells))), np.full(len(cells), np.nan)
    rows = {(year, grade): f"row of {year} grade {grade}" for year in years for grade in range(1, cells.shape[1] + 1)}
    none = np.full_like(cells, np.nan)
    return Roll(years, cells, none, nothing, nothing, "observed", "made", "row 2", {}, rows)


def found(level: Level, counted: Counted, per_age: float = 1000.0) -> list[Doubt]:
    people = level(per_age, per_age)
    kinds, path = {name: (name,) for name in SERVICES}, Uptake({2021: 0.8}, 0.0, 1.0)
    rates = dict.fromkeys(SERVICES, RATE)
    return list(doubts(school_course(BANDS, kinds, dict.fromkeys(SERVICES, path), rates, counted, people), people))


def primary(change: Callable[[Floats], None] | None = None, width: int = 6) -> dict[tuple[str, str], Roll]:
    cells = np.full((4, width), 900.0) + 20.0 * np.arange(4)[:, None]
    if change is not None:
        change(cells)
    return {(A, "primary"): roll(cells)}


def test_what_is_usual_is_not_told(level: Level) -> None:
    assert found(level, Counted()) == []
    assert found(level, Counted(primary())) == []
    assert found(level, Counted(children=(Listed(A, 2023, 3, 950.0, "made"),))) == []


def test_a_slip_is_told_once_with_its_row(level: Level) -> None:
    def slip(cells: Floats) -> None:
        cells[2, 3] *= 1.4

    (one,) = found(level, Counted(primary(slip)))
    assert (one.kind, one.area, one.year, one.service, one.number) == ("step", A, 2022, "primary", 4)
    assert one.where == "row of 2022 grade 4"
    assert one.counted == pytest.approx(1.4 * 940.0)
    assert one.usual == pytest.approx(940.0, rel=0.05)
    assert str(one).startswith("row of 2022 grade 4: primary pupils of 230100, 2022 grade 4: 1,316, expected about 9")
    assert (one.override.before, one.override.after) == (one.usual, one.counted)


def test_the_border_of_two_stages_is_a_step_as_any_other(level: Level) -> None:
    def slip(cells: Floats) -> None:
        cells[1, 5] *= 0.6

    junior = roll(np.full((4, 3), 900.0) + 20.0 * np.arange(4)[:, None])
    (one,) = found(level, Counted({**primary(slip), (A, "junior"): junior}))
    assert (one.kind, one.service, one.number, one.year) == ("step", "primary", 6, 2021)


def test_a_first_grade_is_held_against_the_children_of_its_age(level: Level) -> None:
    def slip(cells: Floats) -> None:
        cells[3, 0] *= 1.5

    (one,) = found(level, Counted(primary(slip)))
    assert (one.kind, one.year, one.number) == ("step", 2023, 1)


def test_a_year_that_is_off_is_told_once(level: Level) -> None:
    def slip(cells: Floats) -> None:
        cells[3] *= 2.0

    (one,) = found(level, Counted(primary(slip)))
    assert (one.number, one.more) == (1, 5)
    assert "(and 5 more alike)" in str(one)


def test_a_grade_that_empties_is_told(level: Level) -> None:
    def gap(cells: Floats) -> None:
        cells[3, 2] = 0.0

    (one,) = found(level, Counted(primary(gap)))
    assert (one.kind, one.where, one.usual) == ("zero", "row of 2023 grade 3", 940.0)


def test_small_grades_may_vary(level: Level) -> None:
    def fewer(cells: Floats) -> None:
        cells /= 100.0
        cells[2, 3] *= 1.4

    assert found(level, Counted(primary(fewer))) == []


def test_registers_far_from_the_forecast_are_told(level: Level) -> None:
    rows = [Listed(A, 2023, age, 9500.0, "made", f"row {age}") for age in (3, 4, 5)]
    far, apart = found(level, Counted(children=tuple(rows)))
    assert (far.kind, far.where, far.number, far.more) == ("far", "row 3", 3, 2)
    assert far.ratio == pytest.approx(9.5)
    assert apart.kind == "apart"
    fewer = found(level, Counted(children=(Listed(A, 2023, 3, 600.0, "made"),)))
    assert [one.kind for one in fewer] == ["far", "apart"]


def test_the_step_behind_the_youngest_cohorts_is_told(level: Level) -> None:
    # the cohorts of 2021 to 2023 at seven tenths; an older one does not count
    rows = [Listed(A, 2023, age, 700.0, "made", f"row {age}") for age in (0, 1, 2)]
    rows.append(Listed(A, 2023, 6, 1000.0, "made"))
    (one,) = found(level, Counted(children=tuple(rows)))
    assert (one.kind, one.where, one.number) == ("apart", "row 0", 2023)
    assert one.ratio == pytest.approx(0.7)
    assert "+43%" in one.why
    nearer = [Listed(A, 2023, age, 920.0, "made") for age in (0, 1, 2)]
    assert found(level, Counted(children=tuple(nearer))) == []


def test_a_school_without_pupils_is_told(level: Level) -> None:
    listed = {(code, "primary"): School(code, code, A, "primary", where=f"row {code}") for code in ("s1", "s2")}
    rolls = primary()
    counted = Counted(rolls, {(A, "primary"): {"s1": rolls[A, "primary"]}}, listed)
    (one,) = found(level, counted)
    assert (one.kind, one.where, one.year, one.service) == ("idle", "row s2", 2023, "s2 (primary)")
    assert str(one) == "row s2: pupils of school s2 (primary) of 230100; " + one.why


def test_more_who_attend_than_live_are_told(level: Level) -> None:
    rows = (
        Attending(A, B, "junior", 2022, None, 4000.0, "made", "row 2"),
        Attending(A, A, "junior", 2022, None, 100.0, "made", "row 3"),
    )
    (one,) = found(level, Counted(attendance=rows))
    assert (one.kind, one.where, one.usual, one.counted) == ("away", "row 2", 3000.0, 4100.0)
