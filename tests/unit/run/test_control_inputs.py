"""Boundary changes and controls, from files of a project to its forecast."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.demography.conditions import build
from forecast.demography.controls import Control
from forecast.errors import InputError
from forecast.project.load import load_models, load_scenario
from forecast.run.control_inputs import changes_of, controls_of, gone_by, in_todays_areas
from forecast.run.inputs import Frames, project_areas
from forecast.run.model import Desk, Result, compute
from forecast.run.notes import overrides
from forecast.tables.project_tables import read_tables

CITY, DAOLI, NANGANG, SONGBEI = "230100", "230102", "230103", "230109"
ORIGIN = "laoyou-method,assumed,low"
CHANGES = "date,from_area,to_area,kind,share,sex,age_start,age_width,source,status,confidence\n"
CONTROLS = "area,year,concept,sex,age_start,age_width,people,source,status,confidence\n"


def write(project: Path, name: str, text: str) -> Frames:
    (project / "data" / "harbin" / f"{name}.csv").write_text(text, "utf-8")
    return read_tables(project)


def people(frames: Frames, area: str, day: str = "2010-11-01") -> float:
    frame = frames["population"]
    return float(frame[(frame["area"] == area) & (frame["date"] == day)]["people"].sum())


def indicator(frames: Frames, area: str, name: str, day: str = "2010-11-01") -> float:
    frame = frames["indicators"]
    chosen = frame[(frame["area"] == area) & (frame["date"] == day) & (frame["indicator"] == name)]
    return float(chosen["value"].iloc[0])


# --------------------------------------------------------------------------------------------------------- boundaries
def test_a_project_without_the_tables_is_as_it_was(frames: Frames) -> None:
    found, notes = in_todays_areas(frames)
    assert found is frames
    assert notes == ()


def test_history_is_counted_in_todays_areas(copy: Path) -> None:
    frames = write(copy, "boundary_changes", f"{CHANGES}2015-01-01,{DAOLI},{NANGANG},transfer,0.1,,,,{ORIGIN}\n")
    now, notes = in_todays_areas(frames)
    given, taken = people(frames, DAOLI), people(frames, NANGANG)
    assert people(now, DAOLI) == pytest.approx(0.9 * given)
    assert people(now, NANGANG) == pytest.approx(taken + 0.1 * given)
    assert people(now, SONGBEI) == people(frames, SONGBEI)
    # later stocks are in today's areas already
    assert people(now, DAOLI, "2020-11-01") == people(frames, DAOLI, "2020-11-01")
    assert indicator(now, DAOLI, "population") == pytest.approx(0.9 * indicator(frames, DAOLI, "population"))
    assert indicator(now, DAOLI, "share_65plus") == indicator(frames, DAOLI, "share_65plus")
    rows = [(note.area, note.year) for note in notes if note.measure == "people (resident)"]
    assert rows == [(DAOLI, 2010), (NANGANG, 2010)]


def test_the_forecast_rests_on_that_history(copy: Path, baseline: Result) -> None:
    frames = write(copy, "boundary_changes", f"{CHANGES}2015-01-01,{DAOLI},{NANGANG},transfer,0.1,,,,{ORIGIN}\n")
    desk = Desk(frames)
    found, was = desk.ground(baseline.models).evidence, baseline.evidence
    assert people(desk.frames, DAOLI) == pytest.approx(0.9 * people(frames, DAOLI))
    assert found.censuses[0].districts[0] == pytest.approx(0.9 * was.censuses[0].districts[0])
    assert found.censuses[0].districts.sum(axis=0) == pytest.approx(was.censuses[0].districts.sum(axis=0))
    assert np.array_equal(found.censuses[1].districts, was.censuses[1].districts)
    assert next(note.why for note in found.notes if note.measure == "people (resident)").startswith("transfer of 2015")


def test_sexes_and_ages_move_and_counts_follow_the_people(copy: Path) -> None:
    row = f"2015-01-01,{DAOLI},{NANGANG},transfer,0.5,male,15,20,{ORIGIN}"
    frames = write(copy, "boundary_changes", f"{CHANGES}{row}\n")
    now, _ = in_todays_areas(frames)
    frame = frames["population"]
    cells = frame[(frame["area"] == DAOLI) & (frame["date"] == "2010-11-01")]
    moved = 0.5 * cells[(cells["sex"] == "male") & cells["age_start"].between(15, 34)]["people"].sum()
    assert people(frames, DAOLI) - people(now, DAOLI) == pytest.approx(moved)
    share = moved / people(frames, DAOLI)
    assert indicator(now, DAOLI, "urban_pop") == pytest.approx((1 - share) * indicator(frames, DAOLI, "urban_pop"))


def test_chinese_headers_and_a_new_area(copy: Path) -> None:
    text = "日期,划出代码,划入代码,调整类型,划出占比,来源,状态,可信度\n"
    text += f"2015-01-01,{DAOLI},{SONGBEI},析置,0.25,laoyou-method,假定,低\n"
    (copy / "data" / "harbin" / "区划调整.csv").write_text(text, "utf-8")
    frames = read_tables(copy)
    population = frames["population"]
    gone = (population["area"] == SONGBEI) & (population["date"] == "2010-11-01")
    now, _ = in_todays_areas({**frames, "population": population[~gone]})
    assert people(now, SONGBEI) == pytest.approx(0.25 * people(frames, DAOLI))
    assert changes_of(frames)[0].day == dt.date(2015, 1, 1)
    assert changes_of(frames)[0].kind == "split"


def test_an_area_that_is_gone_is_none_of_the_project(copy: Path, baseline: Result) -> None:
    frames = write(copy, "boundary_changes", f"{CHANGES}2022-01-01,{DAOLI},{NANGANG},merge,1,,,,{ORIGIN}\n")
    areas = [area.code for area in project_areas(frames, baseline.models)]
    assert DAOLI not in areas
    assert len(areas) == len(baseline.areas) - 1
    now, _ = in_todays_areas(frames)
    assert people(now, DAOLI, "2020-11-01") == 0.0
    both = people(frames, DAOLI, "2020-11-01") + people(frames, NANGANG, "2020-11-01")
    assert people(now, NANGANG, "2020-11-01") == pytest.approx(both)


def test_the_row_that_dissolved_an_area_is_known(copy: Path, frames: Frames) -> None:
    assert gone_by(frames) == {}
    rows = f"2015-01-01,{DAOLI},{NANGANG},transfer,0.1,,,,{ORIGIN}\n2016-01-01,{DAOLI},{NANGANG},merge,1,,,,{ORIGIN}\n"
    found = gone_by(write(copy, "boundary_changes", CHANGES + rows))
    assert found == {DAOLI: f"data/**/boundary_changes, 2016-01-01, {DAOLI} to {NANGANG}"}


def test_faults_name_the_row(copy: Path) -> None:
    rows = "".join(f"2015-01-01,{DAOLI},{to},transfer,0.7,,,,{ORIGIN}\n" for to in (NANGANG, SONGBEI))
    frames = write(copy, "boundary_changes", CHANGES + rows)
    with pytest.raises(InputError, match=f"boundary_changes, 2015-01-01, {DAOLI} to {SONGBEI}: .*at most 1, found 1.4"):
        in_todays_areas(frames)
    with pytest.raises(InputError, match="a known area of the table areas, found 999999"):
        write(copy, "boundary_changes", f"{CHANGES}2015-01-01,999999,{NANGANG},transfer,0.7,,,,{ORIGIN}\n")


# ------------------------------------------------------------------------------------------------------------ controls
def test_controls_as_the_table_says_them(copy: Path, baseline: Result) -> None:
    rows = [
        f"{CITY},2035,resident,both,,,9000000,{ORIGIN}",
        f"{DAOLI},2035,resident,female,60,20,120000,{ORIGIN}",
        f"{DAOLI},2035,registered,female,60,20,1,{ORIGIN}",
    ]
    frames = write(copy, "controls", CONTROLS + "\n".join(rows) + "\n")
    codes = [area.code for area in baseline.areas]
    said = "assumed, laoyou-method"
    assert controls_of(frames, baseline.models, codes) == (
        Control(CITY, None, 2035, 9e6, (0, 1), 0, None, said),
        Control(DAOLI, codes.index(DAOLI), 2035, 120_000.0, (1,), 60, 80, said),
    )
    frames = write(copy, "controls", f"{CONTROLS}230000,2035,resident,both,,,9000000,{ORIGIN}\n")
    with pytest.raises(InputError, match="the city 230100 or one of its districts, found 230000"):
        controls_of(frames, baseline.models, codes)


def test_a_plan_is_met_and_written_down(met: Result, baseline: Result) -> None:
    year = met.people.years.index(2035)
    assert met.people.people[year].sum() == pytest.approx(9_500_000, rel=1e-9)
    assert met.people.people[year, 0, 1, 60:80].sum() == pytest.approx(150_000, rel=1e-9)
    assert np.array_equal(met.people.people[:year], baseline.people.people[:year])
    rows = overrides(met)
    rows = rows[rows["why"].str.startswith("factor")]
    assert sorted(zip(rows["area"], rows["year"], rows["measure"], strict=True)) == [
        (CITY, 2035, "people"),
        (DAOLI, 2035, "people, female, ages 60-79"),
    ]
    assert rows["before"].iloc[0] == pytest.approx(baseline.people.people[year].sum())


def test_a_scenario_may_leave_the_plan_aside(harbin: Path, planned: Desk, baseline: Result) -> None:
    models = load_models(harbin, load_scenario(harbin, "baseline"))
    spec = models.movement.controls
    assert (spec.apply, spec.between) == (True, "free")

    def under(**changed: object) -> np.ndarray:
        controls = spec.model_copy(update=changed)
        movement = models.movement.model_copy(update={"controls": controls})
        return build(planned.ground(models), models.model_copy(update={"movement": movement})).districts.people

    assert np.array_equal(under(apply=False), baseline.people.people)
    led, free, years = under(between="interpolate"), baseline.people.people, baseline.people.years
    ratio = led.sum(axis=(1, 2, 3)) / free.sum(axis=(1, 2, 3))
    first, last = years.index(baseline.nowcast_until(CITY)), years.index(2035)
    assert led[last].sum() == pytest.approx(9_500_000, rel=1e-9)
    assert ratio[: first + 1] == pytest.approx(np.ones(first + 1), rel=1e-12)
    steps = np.diff(np.log(ratio[first : last + 1]))
    assert steps == pytest.approx(np.full(len(steps), steps.mean()), rel=0.05)


@pytest.mark.parametrize(
    ("change", "says"),
    [({"to_area": "230100"}, "a district or county"), ({"date": pd.Timestamp("2030-01-01")}, "days up to the census")],
)
def test_a_boundary_that_cannot_be_carried_into_history(
    harbin: Path, frames: Frames, change: dict[str, object], says: str
) -> None:
    row = {
        "date": pd.Timestamp("2015-01-01"), "from_area": "230111", "to_area": "230109", "share": 0.05, "sex": "",
        "age_start": np.nan, "age_width": np.nan, "kind": "transfer", "note": "", "source": "laoyou-method",
        "status": "assumed", "confidence": "low",
    }  # fmt: skip
    table = pd.DataFrame([row | change])
    with pytest.raises(InputError) as caught:
        compute(harbin, Desk({**frames, "boundary_changes": table}), "baseline")
    assert says in caught.value.faults[0].expected
