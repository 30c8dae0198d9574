from __future__ import annotations

from pathlib import Path

import pytest

from forecast.report.hindsight import Errors, chart, errors, told
from forecast.report.material import gathered
from forecast.report.texts import texts


@pytest.fixture(scope="module")
def found(tiny: Path) -> Errors:
    return errors(gathered(tiny, "baseline").scores)


def test_errors_by_hand(found: Errors) -> None:
    assert (found.methods, found.groups, found.years) == (
        ("cohort", "hamilton-perry", "no-change"),
        ("0-4", "60+"),
        (2010, 2020),
    )
    # 0-4: errors of +50 and -50 %, sums 200 and 200; Hamilton-Perry +100 and -60 %, sums 240 and 200.
    assert found.mean.tolist() == [[50.0, 50.0], [80.0, 20.0], [100.0, 100.0]]
    assert found.bias.round(9).tolist() == [[0.0, 0.0], [20.0, -10.0], [100.0, 100.0]]
    assert found.worst.tolist() == [[50.0, 50.0], [100.0, 30.0], [100.0, 100.0]]


def test_the_table_names_method_and_measure(found: Errors) -> None:
    sheet = chart(found, texts("en")).sheet
    assert sheet.heads[2:5] == ("this program mean error", "this program error of the sum", "this program worst area")
    assert sheet.rows[1][:5] == ("60+", "observed 2020, forecast from 2010", "50.0%", "+0.0%", "50%")


def test_where_a_simple_method_was_closer_it_is_said(found: Errors) -> None:
    lines = told(found, texts("en"))
    assert "the largest errors are those of 0-4, 50% on average over districts, +0.0% for their sum" in lines[0]
    assert "The sum is much closer than its parts" in lines[1]
    assert (
        lines[2] == "Where a simple method was closer, it is said here: 60+: Hamilton-Perry 20.0%, this program 50.0%."
    )


def test_no_boast_when_the_sum_is_as_wrong_as_its_parts(found: Errors) -> None:
    worse = Errors(found.methods, found.groups, found.years, found.mean, found.mean, found.worst)
    assert not [line for line in told(worse, texts("en")) if "much closer" in line]


def test_a_method_never_beaten(found: Errors) -> None:
    best = Errors(
        found.methods, found.groups, found.years, found.mean[[1, 0, 2]] * [[0.1], [1], [1]], found.bias, found.worst
    )
    assert "In no age group was a simple method closer." in told(best, texts("en"))
