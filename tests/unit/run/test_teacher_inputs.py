"""From the tables of a project to a stock of teachers carried on."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.errors import InputError
from forecast.kernels.pension import month
from forecast.project.staff import TeachersSpec
from forecast.run.inputs import Frames
from forecast.run.model import Result
from forecast.run.teacher_inputs import needed_teachers, pension_ages, staffing, teacher_stock
from forecast.services.staff.pensions import POSTS
from forecast.services.staff.teachers import STAGES, TeacherStock
from forecast.tables.places import ATTR, one_file

DAOLI, NANGANG, ACHENG = "230102", "230103", "230112"


def with_teachers(frames: Frames, *rows: tuple[str, int, str, str, float, float, float]) -> Frames:
    names = ["area", "year", "service", "sex", "age_start", "age_width", "teachers"]
    table = pd.DataFrame(rows, columns=names).assign(source="laoyou-method", status="assumed", confidence="low")
    table.attrs[ATTR] = one_file("data/harbin/teachers.csv", np.arange(len(rows)) + 2)
    return {**frames, "teachers": table}


@pytest.fixture(scope="module")
def spec(harbin: Path) -> TeachersSpec:
    return TeachersSpec.model_validate(tomllib.loads((harbin / "models" / "teachers.toml").read_text("utf-8")))


@pytest.fixture(scope="module")
def codes(baseline: Result) -> tuple[str, ...]:
    return tuple(area.code for area in baseline.areas)


def stock(frames: Frames, spec: TeachersSpec, result: Result) -> TeacherStock | None:
    areas = tuple(area.code for area in result.areas)
    return teacher_stock(frames, spec, areas, result.people.years, result.demand)


def test_without_the_table_nothing_is_computed(frames: Frames, spec: TeachersSpec, baseline: Result) -> None:
    assert stock(frames, spec, baseline) is None


def test_the_pension_ages_of_the_decision(frames: Frames) -> None:
    known = pension_ages(frames)
    assert [rule.post for rule in known] == list(POSTS)
    assert [(rule.before, rule.after, rule.step) for rule in known] == [(720, 756, 4), (660, 696, 4), (600, 660, 2)]
    assert {rule.first for rule in known} == {month(2025, 1)}


def test_need_is_that_of_the_table_demand(baseline: Result) -> None:
    found = needed_teachers(baseline.demand)
    assert found.shape == (len(baseline.people.years), len(baseline.areas), len(STAGES))
    assert np.array_equal(found[..., 2], baseline.demand["junior"].find("teachers").values)


def test_a_count_of_two_stages_carried_on(frames: Frames, spec: TeachersSpec, baseline: Result) -> None:
    rows = [(DAOLI, 2024, stage, "both", 25.0, 30.0, 3000.0) for stage in ("primary", "junior")]
    found = stock(with_teachers(frames, *rows), spec, baseline)
    assert found is not None
    assert found.years == range(2024, baseline.people.years[-1] + 1)
    assert found.counted.sum() == 2.0
    assert found.total[0, 0].tolist() == pytest.approx([0.0, 3000.0, 3000.0, 0.0])
    need = needed_teachers(baseline.demand)[baseline.people.years.index(2024) :, 0, 1]
    assert found.needed[:, 0, 1].tolist() == need.tolist()
    assert found.needed[:, 0, 0].max() == 0.0
    assert found.source == "laoyou-method; retirement-2024"
    assert [note.measure for note in found.notes] == ["teachers of junior, women", "teachers of primary, women"]


def test_the_ages_as_they_were_before(frames: Frames, spec: TeachersSpec, codes: tuple[str, ...]) -> None:
    rules, years = pension_ages(frames), range(2024, 2045)
    retirement = spec.retirement.model_copy(update={"schedule": "before"})
    plain = staffing(frames, spec.model_copy(update={"retirement": retirement}), codes, years, rules)
    law = staffing(frames, spec, codes, years, rules)
    assert (plain.retiring >= law.retiring).all()
    assert plain.retiring.sum() > law.retiring.sum()


def test_who_may_move_where(frames: Frames, spec: TeachersSpec, codes: tuple[str, ...]) -> None:
    rules, years = pension_ages(frames), range(2024, 2026)
    cost = staffing(frames, spec, codes, years, rules).moves.cost
    place = {code: len(STAGES) * at for at, code in enumerate(codes)}
    assert np.isfinite(cost[place[DAOLI] + 1, place[NANGANG] + 1])  # primary, a few kilometres away
    assert np.isinf(cost[place[DAOLI] + 1, place[DAOLI] + 2])  # primary to junior
    assert np.isfinite(cost[place[DAOLI] + 2, place[DAOLI] + 1])
    yilan = place["230123"]
    assert np.isinf(cost[place[DAOLI] + 1, yilan + 1])  # 250 kilometres
    rule = spec.redeployment
    anywhere = spec.model_copy(update={"redeployment": rule.model_copy(update={"farthest_km": None})})
    assert np.isfinite(staffing(frames, anywhere, codes, years, rules).moves.cost[place[DAOLI] + 1, yilan + 1])
    at_home = spec.model_copy(update={"redeployment": rule.model_copy(update={"reach": "area"})})
    own = staffing(frames, at_home, codes, years, rules).moves.cost
    assert np.isinf(own[place[DAOLI] + 1, place[NANGANG] + 1])
    assert np.isfinite(own[place[DAOLI] + 2, place[DAOLI] + 1])


def test_a_limit_of_distance_needs_points(frames: Frames, spec: TeachersSpec, codes: tuple[str, ...]) -> None:
    blind = frames["areas"].copy()
    blind.loc[blind["area"] == DAOLI, "lon"] = np.nan
    told = {**frames, "areas": blind}
    with pytest.raises(InputError, match=r"lon and lat of every area, .* found none for 230102"):
        staffing(told, spec, codes, range(2024, 2026), pension_ages(frames))
    rule = spec.redeployment.model_copy(update={"farthest_km": None})
    anywhere = staffing(
        told, spec.model_copy(update={"redeployment": rule}), codes, range(2024, 2026), pension_ages(frames)
    )
    assert np.isfinite(anywhere.moves.cost[1, len(STAGES) + 1])


def test_pension_ages_that_are_missing_or_fall(frames: Frames, spec: TeachersSpec, baseline: Result) -> None:
    told = with_teachers(frames, (DAOLI, 2024, "primary", "both", np.nan, np.nan, 100.0))
    without = {name: frame for name, frame in told.items() if name != "pension_ages"}
    with pytest.raises(InputError, match="a table pension_ages beside teachers"):
        stock(without, spec, baseline)
    table = frames["pension_ages"]
    falls = table[table["post"] != "men"].assign(months_after=590)
    with pytest.raises(InputError) as found:
        pension_ages({"pension_ages": falls})
    assert [fault.expected for fault in found.value.faults] == [
        "a row of men",
        "660 months or more: an age that rises",
        "600 months or more: an age that rises",
    ]
