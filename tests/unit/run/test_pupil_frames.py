"""A project with made tables of pupils: numbers that a reader can check, on the course and on trajectories."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.cli.factors import explained
from forecast.run.frames import tables
from forecast.run.inputs import Frames
from forecast.run.model import Desk, Result, compute
from forecast.run.project import Drawing, run
from forecast.services.people import People
from forecast.services.plan import view_of
from forecast.tables.project_tables import read_tables

ORIGIN = "laoyou-method,assumed,low"
HERE, THERE, LAST = "230102", "230103", 2024
RATES = {
    "kindergarten": (3, 3, 0.85),
    "primary": (6, 5, 0.95),
    "junior": (11, 4, 0.95),
    "senior": (15, 3, 0.5),
    "senior-vocational": (15, 3, 0.3),
}
"""First age, grades and pupils per child of the made counts."""
SCHOOLS = {"s1": 0.5, "s2": 0.3, "s3": 0.2}
Tables = Callable[[str], pd.DataFrame]


def made(people: People) -> dict[str, list[str]]:
    """Pupils of two districts as a fixed part of the run's own children, a tenth of them migrant children."""
    pupils = ["area,school,year,service,grade,pupils,migrant,source,status,confidence"]
    for area in (HERE, THERE):
        column = people.areas.index(area)
        for year in range(LAST - 3, LAST + 1):
            children = people.on_31_august[people.place(year), column]
            for kind, (first, grades, rate) in RATES.items():
                for grade in range(grades):
                    count = round(children[first + grade] * rate)
                    parts = {"": count}
                    if (area, kind) == (THERE, "primary"):
                        parts = {code: round(count * share) for code, share in SCHOOLS.items()}
                    for code, part in parts.items():
                        pupils.append(f"{area},{code},{year},{kind},{grade + 1},{part},{round(0.1 * part)},{ORIGIN}")
    schools = ["school,service,area,name,closed,source,status,confidence"]
    schools += [
        f"{code},primary,{THERE},School {code},{'2028-07-31' if code == 's3' else ''},{ORIGIN}" for code in SCHOOLS
    ]
    ways = ["from_area,to_area,service,year,share,pupils,source,status,confidence"]
    ways += [f"{HERE},{THERE},senior,{LAST},0.1,,{ORIGIN}", f"{HERE},,senior,{LAST},0.05,,{ORIGIN}"]
    ways += [f",{THERE},senior,{LAST},,300,{ORIGIN}"]
    children = ["area,year,age,concept,children,source,status,confidence", f"{HERE},2025,1,resident,3000,{ORIGIN}"]
    return {"pupils": pupils, "schools": schools, "attendance": ways, "children": children}


@pytest.fixture(scope="module")
def project(harbin: Path, baseline: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pupils")
    for name in ("models", "data"):
        shutil.copytree(harbin / name, folder / name)
    for name, rows in made(baseline.people).items():
        (folder / "data" / "harbin" / f"{name}.csv").write_text("\n".join(rows) + "\n", "utf-8")
    return folder


@pytest.fixture(scope="module")
def result(project: Path) -> Result:
    return compute(project, Desk(read_tables(project)), "baseline")


@pytest.fixture(scope="module")
def folder(project: Path) -> Path:
    return run(project, project / "out", ("baseline",), drawing=Drawing(count=24, keep=True)).folder


@pytest.fixture(scope="module")
def read(folder: Path) -> Tables:
    return lambda name: pd.read_parquet(folder / f"{name}.parquet")


def users(result: Result, service: str, measure: str = "users", part: str = "all") -> np.ndarray:
    return result.demand[service].find(measure, part).values


def test_other_districts_are_served_as_before(result: Result, baseline: Result) -> None:
    others = [place for place, area in enumerate(result.people.areas) if area not in (HERE, THERE)]
    for service in ("kindergarten", "primary", "junior", "senior"):
        for series in baseline.demand[service].series:
            now = result.demand[service].find(series.measure, series.part).values
            assert np.array_equal(now[:, others], series.values[:, others]), (service, series.measure)


def test_pupils_are_as_counted_and_go_on_so(result: Result) -> None:
    here, at = result.people.areas.index(HERE), result.people.place(LAST)
    for service in ("kindergarten", "primary", "junior"):
        children, rate = users(result, service, "people")[:, here], RATES[service][2]
        found = users(result, service)[:, here]
        assert found[at] == pytest.approx(rate * children[at], abs=RATES[service][1])
        assert found[at:] / children[at:] == pytest.approx(np.full(27, rate), rel=0.05)
        assert found[-1] / children[-1] == pytest.approx(rate, rel=0.01)


def test_the_register_moves_its_cohort_through_kindergarten_and_school(result: Result, baseline: Result) -> None:
    # 3,000 of one year old in 2025: small class in 2027, first grade in 2030, last of the nine years in 2038
    place, here = result.people.place, result.people.areas.index(HERE)
    ratio = 3000.0 / baseline.people.on_31_august[place(2025), here, 1]
    assert ratio < 0.8
    plain = baseline.people.on_31_august
    for service, part, year, age in (
        ("kindergarten", "small", 2027, 3),
        ("primary", "grade-1", 2030, 6),
        ("junior", "grade-4", 2038, 14),
    ):
        found = users(result, service, part=part)[place(year), here] / plain[place(year), here, age]
        assert found == pytest.approx(ratio * RATES[service][2], rel=0.04), (service, part)


def test_one_number_by_hand(result: Result) -> None:
    """The second grade of 2025 in the first district: 2024's first grade x its growth x the cohort ratio."""
    people, here = result.people, result.people.areas.index(HERE)
    august, at = people.on_31_august[:, here], people.place(2025)
    first = users(result, "primary", part="grade-1")[at - 1, here]
    assert first == round(0.95 * august[at - 1, 6])
    found = users(result, "primary", part="grade-2")[at, here]
    # every cohort ratio of the past is one, but for rounding, and for what small and large cohorts give
    assert found == pytest.approx(first * august[at, 7] / august[at - 1, 6], rel=0.01)
    assert result.demand["primary"].find("classes", "grade-2").values[at, here] == np.ceil(found / 45)


def test_users_less_those_who_leave_plus_those_who_come_attend(read: Tables) -> None:
    frame = read("demand")
    rows = frame[(frame["area"] == "230100") & (frame["part"] == "all") & (frame["service"] == "senior")]
    for column in ("point", "mean"):
        cells = rows.pivot_table(index="year", columns="measure", values=column, observed=True)
        balance = cells["users"] - cells["pupils-out"] + cells["pupils-in"]
        assert balance.to_numpy() == pytest.approx(cells["pupils-attending"].to_numpy())
        assert cells.loc[LAST, "pupils-in"] == pytest.approx(300.0)


def test_what_was_counted_is_sure_and_what_is_ahead_is_not(read: Tables) -> None:
    frame = read("demand")
    rows = frame[(frame["area"] == THERE) & (frame["part"] == "all") & (frame["measure"] == "users")]
    for service in ("kindergarten", "primary", "junior"):
        one = rows[rows["service"] == service].set_index("year")
        assert one.loc[:LAST, "p95"].to_numpy() == pytest.approx(one.loc[:LAST, "p05"].to_numpy())
        assert (one.loc[LAST + 1 :, "p95"] > one.loc[LAST + 1 :, "p05"]).all()
        assert one.loc[2030, "mean"] == pytest.approx(one.loc[2030, "point"], rel=0.1)


def test_the_split_of_senior_school_is_told(result: Result) -> None:
    place, at = result.people.areas.index(HERE), result.people.place(2040)
    whole = users(result, "senior")[at]
    vocational = users(result, "senior", part="vocational")[at]
    assert users(result, "senior", part="general")[at] + vocational == pytest.approx(whole)
    assert vocational[place] / whole[place] == pytest.approx(3 / 8, rel=0.02)
    # elsewhere as in the province: 158 of 702 thousand
    assert vocational[5] / whole[5] == pytest.approx(158 / 702)


def test_schools_have_all_pupils_of_their_district(read: Tables, result: Result) -> None:
    frame = read("schools")
    assert set(frame["area"]) == {THERE}
    assert not frame.duplicated(["scenario", "area", "school", "year", "service", "part", "measure"]).any()
    whole = frame[(frame["part"] == "all")].pivot_table(index="year", columns=["measure", "school"], values="mean")
    column, since = result.people.areas.index(THERE), result.people.place(LAST - 3)
    for measure, other in (("pupils-attending", "users"), ("classes", "classes")):
        wanted = users(result, "primary", other)[since:, column]
        assert whole.xs(measure, axis=1).to_numpy().sum(axis=1) == pytest.approx(wanted), measure
    users_of = whole.xs("pupils-attending", axis=1)
    shares = users_of.div(users_of.to_numpy().sum(axis=1), axis=0)
    assert shares.loc[LAST].to_dict() == pytest.approx(SCHOOLS, abs=0.01)
    # the third closes in the summer of 2028: half and three tenths of eight tenths
    assert shares.loc[2028].to_dict() == pytest.approx({"s1": 0.625, "s2": 0.375, "s3": 0.0}, abs=0.02)
    keys = ["school", "year", "part"]
    grades = frame[frame["part"] != "all"].pivot_table(index=keys, columns="measure", values="mean")
    assert (grades["classes"] * 45 >= grades["pupils-attending"] - 1e-6).all()
    assert ((grades["classes"] - 1) * 45 < grades["pupils-attending"] + 1e-6).all()
    # the status of their rows
    assert set(frame.loc[frame["year"] <= LAST, "status"]) == {"assumed"}
    assert set(frame.loc[frame["year"] > LAST, "status"]) == {"projected"}


def test_what_is_on_record_is_published(read: Tables) -> None:
    frame = read("pupils")
    assert not frame.duplicated(["scenario", "area", "year", "service", "part", "measure"]).any()
    rates = frame[(frame["measure"] == "rate") & (frame["service"] == "primary") & (frame["area"] == HERE)]
    assert rates["mean"].to_numpy() == pytest.approx(np.full(31 * 5, 0.95), rel=0.05)
    migrant = frame[frame["measure"] == "migrant-pupils"].set_index(["service", "area", "year"])["mean"]
    counted = frame[(frame["measure"] == "counted") & (frame["part"] == "all")].set_index(["service", "area", "year"])
    assert migrant["primary", HERE, LAST] == pytest.approx(0.1 * counted["mean"]["primary", HERE, LAST], rel=0.01)
    demand = read("demand")
    of = demand[(demand["service"] == "primary") & (demand["area"] == HERE) & (demand["part"] == "all")]
    later = of[(of["measure"] == "users") & (of["year"] == 2035)]["point"].item()
    assert migrant["primary", HERE, 2035] == pytest.approx(0.1 * later, rel=0.01)
    assert {"general, grade-1", "vocational, all"} <= set(frame["part"])


def test_pupils_on_record_have_the_status_of_their_rows(read: Tables) -> None:
    frame = read("pupils")
    assert set(frame.loc[frame["measure"] == "counted", "status"]) == {"assumed"}
    demand = read("demand")

    def statuses(measure: str, area: str, first: int, last: int, service: str = "senior") -> set[str]:
        rows = demand[(demand["measure"] == measure) & (demand["area"] == area) & (demand["service"] == service)]
        return set(rows.loc[(rows["part"] == "all") & rows["year"].between(first, last), "status"].astype(str))

    for measure in ("pupils-attending", "places"):
        assert statuses(measure, HERE, LAST - 3, LAST) == {"assumed"}
        assert statuses(measure, HERE, LAST + 1, 2050) == {"projected"}
        # the city is not on record as a whole
        assert statuses(measure, "230100", 2020, 2050) == {"nowcast", "projected"}
        assert statuses(measure, "230104", 2020, 2050) == {"nowcast", "projected"}
    # who lives where was not counted, nor classes
    for measure in ("users", "classes"):
        assert statuses(measure, HERE, 2020, 2050) == {"nowcast", "projected"}
    # nobody is known to leave for primary school: users are those counted
    assert statuses("users", HERE, LAST, LAST, "primary") == {"assumed"}


def test_flows_on_record_have_the_status_of_their_rows(read: Tables) -> None:
    status = read("attendance").set_index(["origin", "area", "year"])["status"]
    assert status[HERE, THERE, LAST] == status["000000", THERE, LAST] == "assumed"
    assert status[HERE, THERE, 2030] == "projected"
    assert status["230104", "230104", 2020] == "nowcast"


def test_who_attends_where_is_published(read: Tables) -> None:
    frame = read("attendance").set_index(["origin", "area", "year"])["mean"]
    demand = read("demand")
    senior = demand[(demand["service"] == "senior") & (demand["part"] == "all")].set_index(["measure", "area", "year"])
    point = senior["point"]
    assert frame["000000", THERE, LAST] == pytest.approx(300.0)
    for year in (LAST, 2040):
        into = sum(frame.get((origin, THERE, year), 0.0) for origin in (HERE, THERE, "000000"))
        assert into == pytest.approx(point["pupils-attending", THERE, year])
        out = sum(frame.get((HERE, end, year), 0.0) for end in (HERE, THERE, "000000"))
        assert out == pytest.approx(point["users", HERE, year])


def test_everything_replaced_is_an_override(read: Tables) -> None:
    frame = read("overrides").set_index("measure")
    assert frame.loc["children of 1 on registers", "after"] == 3000.0
    assert frame.loc["pupils of school s3", "after"] == 0.0
    assert frame.loc["pupils of school s3", "year"] == 2028
    assert frame.loc["share of senior pupils who stay", "unit"] == "share"
    assert frame.loc["share of senior pupils who stay", "after"] == pytest.approx(0.85)


def test_the_tables_are_described(folder: Path) -> None:
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    there = {item["name"]: item for item in package["resources"]}
    for name in ("pupils", "schools", "attendance"):
        assert there[name]["schema"]["primaryKey"]
        assert "no quantiles" in there[name]["description"]
    demand = next(field for field in there["demand"]["schema"]["fields"] if field["name"] == "measure")
    assert "pupils-attending = " in demand["description"]


@pytest.mark.parametrize("service", ["kindergarten", "primary", "junior", "senior"])
def test_explain_gives_what_a_run_publishes(project: Path, read: Tables, service: str) -> None:
    demand = read("demand")
    for area in (HERE, THERE, "230104"):
        found = explained(project, area, service, 2031, "baseline")
        rows = demand[(demand["area"] == area) & (demand["service"] == service) & (demand["year"] == 2031)]
        for measure in ("places", "classes"):
            wanted = rows[(rows["measure"] == measure) & (rows["part"] == "all")]["point"].item()
            assert found.results[measure] == wanted


def test_what_was_counted_stays_under_any_scenario(project: Path, result: Result) -> None:
    still = compute(project, Desk(read_tables(project)), "no-migration")
    at = result.people.place(LAST)
    both = [result.people.areas.index(area) for area in (HERE, THERE)]
    for service in ("kindergarten", "primary", "junior"):
        assert users(still, service)[at, both] == pytest.approx(users(result, service)[at, both])
        assert (users(still, service, "people")[at, both] != users(result, service, "people")[at, both]).all()


def test_without_tables_nothing_of_it_is_published(baseline: Result, frames: Frames) -> None:
    assert view_of(baseline.services).course.notes == ()
    assert not {"pupils", "schools", "attendance"} & set(tables(baseline, frames))
    measures = {series.measure for service in baseline.demand.values() for series in service.series}
    assert not {"pupils-attending", "pupils-in", "pupils-out"} & measures
