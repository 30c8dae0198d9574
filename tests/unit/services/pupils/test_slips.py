"""One wrong count of pupils: it is left out, it is told, and it ruins nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.services.pupils.progression import FittedProgression, GradeProgression
from forecast.services.pupils.pupils import Pupils
from forecast.services.pupils.slips import Kind, Told

YEARS, GRADES = 5, 5
FLAT = np.full((YEARS, 6, GRADES), 7000.0)
CHILDREN = np.full((YEARS + 6, 6), 10_000.0)


def fitted(cells: Floats, births: Floats | None = CHILDREN) -> FittedProgression:
    areas, grades = tuple("abcdef")[: cells.shape[1]], tuple("12345")[: cells.shape[2]]
    return GradeProgression().fit(Pupils(areas, grades, 2021, cells, births, 2021, 0.0))


def changed(value: float, year: int, grade: int, cells: Floats = FLAT) -> Floats:
    out = cells.copy()
    out[year, 0, grade] = value
    return out


def wrong(found: FittedProgression) -> list[Told]:
    return [item for item in found.told if item.kind is Kind.SLIP]


@given(st.integers(0, YEARS - 1), st.integers(0, GRADES - 1), st.sampled_from([0.0, 70.0, 700.0, 20_000.0, 80_000.0]))
def test_one_wrong_count_changes_no_forecast_and_is_told(year: int, grade: int, value: float) -> None:
    found = fitted(changed(value, year, grade))
    assert not found.own.any()
    if (year, grade) == (0, GRADES - 1):
        return  # of a last grade in the first year no step is known, and it is part of none
    assert found.predict(6) == pytest.approx(np.full((6, 6, GRADES), 7000.0))
    (slip,) = wrong(found)
    assert (slip.year, slip.area, slip.grade, slip.before) == (2021 + year, 0, grade, value)
    assert slip.after == pytest.approx(7000.0)


def test_a_wrong_count_in_other_kinds_of_data_does_as_little() -> None:
    """As an auditor found it: 80,000 in place of 8,568 carried 199,501 pupils on for years."""
    draw = np.random.default_rng(2)
    cells = 8500.0 * np.exp(draw.normal(0.0, 0.02, (6, 4, 6)))
    births = np.full((12, 4), 9000.0)
    plain, odd = (
        GradeProgression().fit(Pupils(tuple("abcd"), tuple("123456"), 2020, pupils, births, 2020, 0.0)).predict(8)
        for pupils in (cells, changed(80_000.0, -1, 2, cells))
    )
    assert odd.sum(axis=2) == pytest.approx(plain.sum(axis=2), rel=0.02)


def test_what_is_within_chance_or_twofold_stays() -> None:
    assert not wrong(fitted(changed(4900.0, -1, 2)))
    few = np.full((YEARS, 2, GRADES), 12.0)
    assert not wrong(fitted(changed(0.0, -1, 2, few), CHILDREN[:, :2]))


def test_a_stage_that_opens_or_closes_is_no_slip() -> None:
    opened, closed, at_once = FLAT.copy(), FLAT.copy(), FLAT.copy()
    opened[:-1, 0, 3:] = 0.0
    closed[-2:, 0, 3] = 0.0
    closed[-1, 0, 4] = 0.0
    at_once[-1, 0, 3:] = 0.0
    for cells in (opened, closed, at_once):
        assert not wrong(fitted(cells))


def test_a_cohort_twice_as_large_is_no_slip() -> None:
    cells = FLAT.copy()
    for year in range(1, YEARS):
        cells[year, 0, year] = 20_000.0
    cells[0, 0, 0] = 20_000.0
    assert not wrong(fitted(cells, np.where(np.arange(YEARS + 6)[:, None] == 0, 3.0, 1.0) * CHILDREN))


def test_three_cohorts_must_have_shown_what_is_usual() -> None:
    assert not wrong(fitted(changed(80_000.0, -1, 2)[-3:], CHILDREN))
    assert wrong(fitted(changed(80_000.0, -1, 2)[-4:], CHILDREN))


def test_one_odd_year_makes_no_grade_of_its_own() -> None:
    """Too few years to tell that a count is wrong: the grade is still fed by the one before it."""
    for year in (-1, -2):
        assert not fitted(changed(80_000.0, year, 2)[-3:]).own.any()
    fed = FLAT.copy()
    fed[:, 0, 1] = 500.0
    found = fitted(fed)
    assert np.argwhere(found.own).tolist() == [[0, 2]]
    assert [item for item in found.told if item.kind is Kind.OWN] == [Told(Kind.OWN, 2025, 0, 2, 500.0, 7000.0)]


def test_missing_last_counts_and_tamed_cohorts_are_told() -> None:
    (missing,) = fitted(changed(np.nan, -1, 2)).told
    assert (missing.kind, missing.grade) == (Kind.MISSING, 2)
    assert missing.after == pytest.approx(7000.0)
    (tamed,) = fitted(changed(9000.0, -1, 2)).told
    assert (tamed.kind, tamed.year, tamed.grade, tamed.before) == (Kind.TAMED, 2025, 2, 9000.0)
    assert tamed.after == pytest.approx(7000.0 * np.exp(0.05 + 2.0 / np.sqrt(7000.0)))
    assert not fitted(FLAT).told


def test_entrants_without_births_may_be_any_number_at_the_launch() -> None:
    assert not wrong(fitted(changed(80_000.0, -1, 0), None))
    assert wrong(fitted(changed(80_000.0, -2, 0), None))
