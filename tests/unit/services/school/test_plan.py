"""Stages, bands and paths of enrolment as the model files state them, on the bundled project."""

from __future__ import annotations

from dataclasses import replace

import pytest

from forecast.errors import InputError
from forecast.project.parts import Assumption
from forecast.project.school import EnrolmentPath
from forecast.run.model import Result
from forecast.services.plan import view_of
from forecast.services.school.plan import bands_of, kinds_of, stage_plans, uptake

YEARS = [(5, 4), (6, 3)]


def path(**points: float) -> EnrolmentPath:
    made = {"status": "assumed", "source": "laoyou-method"}
    stated = {int(year.removeprefix("y")): Assumption(value=value, **made) for year, value in points.items()}
    return EnrolmentPath(spread=Assumption(value=0.1, **made), points=stated)


def test_bands_hold_nine_years_wherever_the_border_lies(baseline: Result) -> None:
    plans = stage_plans(baseline.models, YEARS)
    bands = bands_of(plans)
    assert {name: (band.first, band.grades) for name, band in bands.items()} == {
        "kindergarten": (3, 3),
        "compulsory": (6, 9),
        "senior": (15, 3),
    }
    assert bands["compulsory"].lengths == {"primary": (5, 6), "junior": (4, 3)}
    assert kinds_of(plans)["senior"] == ("senior", "senior-vocational")
    assert kinds_of(plans)["primary"] == ("primary",)


def test_a_path_begins_where_enrolment_was_measured(baseline: Result) -> None:
    plan = stage_plans(baseline.models, YEARS)["kindergarten"]
    rate = view_of(baseline.services).course.enrolment["kindergarten"]
    found = uptake(path(y2030=0.95), rate, plan)
    carried = {year: rate.rate * change for year, change in rate.since.items()}
    assert list(carried) == [2021, 2022, 2023, 2024], "the nation was counted in these years"
    assert found.points == {rate.year: rate.rate, **carried, 2030: 0.95}
    assert uptake(path(), replace(rate, since={}), plan).points == {rate.year: rate.rate}
    assert (found.spread, found.most) == (0.1, 1.0)
    assert uptake(path(), replace(rate, rate=1.2, since={}), plan).most == 1.2


def test_a_point_before_the_measure_is_named(baseline: Result) -> None:
    plan = stage_plans(baseline.models, YEARS)["kindergarten"]
    rate = replace(view_of(baseline.services).course.enrolment["kindergarten"], since={})
    with pytest.raises(
        InputError, match=rf"kindergarten, key points: expected years after {rate.year}, .*2019, {rate.year}"
    ):
        uptake(path(**{"y2019": 0.7, f"y{rate.year}": 0.8, "y2030": 0.9}), rate, plan)
