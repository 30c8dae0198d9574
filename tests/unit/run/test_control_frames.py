"""Controls beside what the forecast would have said without them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from forecast.run.control_frames import JUMP, controls, due
from forecast.run.control_frames import met as found
from forecast.run.datapackage import key_of
from forecast.run.frames import tables
from forecast.run.inputs import Frames
from forecast.run.model import Desk, Result, computed

WOMEN = np.s_[1, 60:80]
"""Cells (sex, age) of the second control."""


def test_each_control_has_its_free_value_its_value_and_their_ratio(met: Result, baseline: Result) -> None:
    frame = controls(met).set_index("area")
    at = baseline.systems.districts.years.index(2035)
    free = baseline.systems.districts.people[at]
    place = baseline.evidence.areas.index("230102")
    assert frame["after"].tolist() == pytest.approx([150_000, 9_500_000])
    assert frame["free"].tolist() == pytest.approx([free[place][WOMEN].sum(), free.sum()])
    assert (frame["factor"] * frame["free"]).to_numpy() == pytest.approx(frame["after"].to_numpy())
    here = frame.to_dict("index")
    assert [here["230102"][key] for key in ("sex", "group", "status", "source")] == [
        *("female", "60-79", "assumed", "laoyou-method"),
    ]
    assert [here["230100"][key] for key in ("sex", "group", "area_level")] == ["both", "all", "city"]
    assert not frame.reset_index().duplicated(list(key_of("controls"))).any()


def test_the_jump_is_what_the_control_adds_in_its_year(met: Result) -> None:
    # one year has both controls and none came before: what the year finds is the free course
    for one in found(met):
        assert one.before == pytest.approx(one.free)
        assert one.jump == pytest.approx(one.factor - 1.0)
        assert abs(one.jump) > JUMP


def test_years_that_lead_to_a_control_leave_no_jump(planned: Desk, met: Result) -> None:
    movement = met.models.movement
    for between, wide in (("interpolate", False), ("free", True)):
        spec = movement.controls.model_copy(update={"between": between})
        models = met.models.model_copy(update={"movement": movement.model_copy(update={"controls": spec})})
        city = next(one for one in found(computed(planned, met.scenario, models)) if one.control.place == "230100")
        assert (abs(city.jump) > JUMP) == wide
        assert city.factor > 1.05


def test_a_run_without_controls_has_no_such_table(planned: Desk, met: Result, baseline: Result, frames: Frames) -> None:
    assert "controls" not in tables(baseline, frames)
    assert "controls" in tables(met, frames)
    movement = met.models.movement
    left = movement.controls.model_copy(update={"apply": False})
    models = met.models.model_copy(update={"movement": movement.model_copy(update={"controls": left})})
    aside = dataclasses.replace(met, models=models)
    assert due(aside) == []
    assert "controls" not in tables(aside, frames)
