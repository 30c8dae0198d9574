"""Horizons inside the record and at its edge: the run works, or the year that is needed is said with its reason."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from forecast.demography.conditions import build
from forecast.errors import InputError
from forecast.project.load import load_models, load_scenario
from forecast.project.spec import Models
from forecast.run.horizon import check_horizon
from forecast.run.inputs import Frames
from forecast.run.model import Desk, Result, computed


@pytest.fixture(scope="module")
def desk(frames: Frames) -> Desk:
    return Desk(frames)


def until(models: Models, horizon: int, need: int | None = None, institution: int | None = None) -> Models:
    """The models with an early horizon, and with other years of the care of the old."""
    time = models.project.time.model_copy(update={"horizon": horizon, "born_until": min(horizon, 2025)})
    care = models.eldercare
    if need is not None:
        table = care.need.chosen
        assert table.total is not None
        other = table.model_copy(update={"total": table.total.model_copy(update={"year": need})})
        care = care.model_copy(update={"need": care.need.model_copy(update={"tables": {care.need.table: other}})})
    if institution is not None:
        care = care.model_copy(update={"institution": care.institution.model_copy(update={"year": institution})})
    return models.model_copy(update={"project": models.project.model_copy(update={"time": time}), "eldercare": care})


@pytest.mark.parametrize("horizon", [2021, 2022, 2023, 2024])
def test_a_horizon_before_what_services_are_measured_on(baseline: Result, desk: Desk, horizon: int) -> None:
    says = rf"project.toml, key time.horizon: expected 2025 or later: .* found {horizon}"
    with pytest.raises(InputError, match=says):
        computed(desk, baseline.scenario, until(baseline.models, horizon))


@pytest.mark.parametrize(
    ("need", "institution", "says"),
    [
        (None, None, "2025 or later: .*need.tables.meta-analysis.total.year"),
        (2021, None, "2024 or later: .*institution.year"),
        (2021, 2021, r"20\d\d or later: enrolment of"),
    ],
)
def test_each_reason_is_said(baseline: Result, need: int | None, institution: int | None, says: str) -> None:
    facts = dataclasses.replace(baseline.facts, supply={})
    with pytest.raises(InputError, match=says):
        check_horizon(until(baseline.models, 2021, need, institution), facts)


def test_enrolment_that_begins_later_says_so(baseline: Result) -> None:
    models = until(baseline.models, 2021, 2021, 2021)
    facts = dataclasses.replace(baseline.facts, supply={})
    with pytest.raises(InputError, match=r"expected 2023 or later: enrolment of .* begins in that year, found 2021"):
        check_horizon(models, facts)


def test_the_horizon_that_is_asked_for_is_enough(baseline: Result, desk: Desk) -> None:
    result = computed(desk, baseline.scenario, until(baseline.models, 2025))
    assert result.people.years[-1] == 2025
    assert (result.people.people == baseline.people.people[:6]).all()


@pytest.mark.parametrize("horizon", [2022, 2023])
def test_people_of_a_short_horizon_are_those_of_a_long_one(baseline: Result, desk: Desk, horizon: int) -> None:
    models = until(baseline.models, horizon)
    found = build(desk.ground(models), models).districts
    assert found.people == pytest.approx(baseline.people.people[: horizon - 2019], rel=1e-9)


def test_a_policy_beyond_the_horizon_says_both_ways_out(harbin: Path, desk: Desk) -> None:
    scenario = load_scenario(harbin, "three-child-strong")
    with pytest.raises(InputError, match="begin earlier, or take a later horizon"):
        computed(desk, scenario, until(load_models(harbin, scenario), 2025))
