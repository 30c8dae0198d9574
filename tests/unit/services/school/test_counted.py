"""Rolls and schools as they are on record."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from forecast.services.school.counted import Roll, School, weakest


def roll(years: tuple[int, ...], *pupils: tuple[float, ...], source: str = "made") -> Roll:
    cells = np.array(pupils, dtype=np.float64)
    nothing = np.full(len(years), np.nan)
    return Roll(years, cells, np.full_like(cells, np.nan), nothing, nothing, "observed", source)


def test_years_without_a_count_are_unknown_and_not_zero() -> None:
    found = roll((2021, 2023), (10, 20), (30, 40)).over(range(2020, 2024))
    assert np.isnan(found[[0, 2]]).all()
    assert found[[1, 3]].tolist() == [[10, 20], [30, 40]]


@pytest.mark.parametrize(
    ("years", "runs_on"), [((2024,), False), ((2022, 2024), False), ((2023, 2024), True), ((2020, 2023, 2024), True)]
)
def test_cohorts_are_seen_in_two_years_that_follow_each_other(years: tuple[int, ...], runs_on: bool) -> None:
    one = roll(years, *[(1.0,)] * len(years))
    assert one.runs_on is runs_on
    assert one.last == 2024
    assert one.grades == 1


def test_the_least_sure_row_gives_the_status() -> None:
    one = replace(roll((2022, 2023), (1,), (2,)), status="recalled", by_year={2022: "verified", 2023: "recalled"})
    assert [one.status_of(year) for year in (2022, 2023)] == ["verified", "recalled"]
    both = one.plus(roll((2022, 2024), (1,), (2,)))
    assert both.status == "recalled"
    assert [both.status_of(year) for year in (2022, 2023, 2024)] == ["observed", "recalled", "observed"]
    assert weakest(["verified", "assumed", "observed"]) == "assumed"
    assert weakest([]) == ""


def test_two_kinds_of_one_school_are_summed_year_by_year() -> None:
    both = roll((2022, 2023), (10, 20), (11, 21), source="a").plus(roll((2023, 2024), (1, 2), (3, 4), source="b"))
    assert both.years == (2022, 2023, 2024)
    assert both.pupils.tolist() == [[10, 20], [12, 23], [3, 4]]
    assert np.isnan(both.migrant).all()
    assert both.source == "a; b"


@pytest.mark.parametrize(
    ("opened", "closed", "years"),
    [
        (None, None, [2022, 2023, 2024, 2025]),
        (dt.date(2023, 9, 1), None, [2023, 2024, 2025]),
        (dt.date(2023, 9, 2), None, [2024, 2025]),
        (None, dt.date(2024, 7, 15), [2022, 2023]),
        (dt.date(2023, 1, 1), dt.date(2025, 9, 1), [2023, 2024]),
    ],
)
def test_a_school_runs_if_it_is_open_on_1_september(
    opened: dt.date | None, closed: dt.date | None, years: list[int]
) -> None:
    school = School("s", "S", "230102", "primary", None, opened, closed)
    assert [year for year in range(2022, 2026) if school.runs(year)] == years
