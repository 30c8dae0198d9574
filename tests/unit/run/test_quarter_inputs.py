"""The table of group quarters: the nearest count, and faults with their place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from forecast.demography.quarters import Counted
from forecast.demography.students import moves
from forecast.errors import InputError
from forecast.run.model import Desk, Result, compute
from forecast.run.quarter_inputs import counted_quarters, use_of
from forecast.run.residence_frames import held_apart_rows, quarters
from forecast.tables.project_tables import read_tables

HEADER = "area,date,kind,sex,age_start,age_width,people,source,status,confidence"
ORIGIN = "laoyou-method,assumed,low"
FILE = "data/harbin/group_quarters.csv"
AREAS, ABOVE = ("230102", "230103", "230109"), ("230100", "230000", "000000")
Give = Callable[..., Path]


@pytest.fixture
def give(copy: Path) -> Give:
    """A copy of the project with a table of quarters."""

    def make(*rows: str) -> Path:
        (copy / FILE).write_text("\n".join([HEADER, *(f"{row},{ORIGIN}" for row in rows)]) + "\n", "utf-8")
        return copy

    return make


def counted(project: Path, day: dt.date = dt.date(2020, 11, 1)) -> Counted | None:
    return counted_quarters(read_tables(project), day, AREAS, ABOVE)


def test_no_table_no_quarters(harbin: Path) -> None:
    assert counted(harbin) is None


def test_the_nearest_count_of_each_kind_and_area_stands(give: Give) -> None:
    project = give(
        "230109,2012-12-31,students,male,18,5,100",
        "230109,2021-06-30,students,male,18,5,300",
        "230109,2012-12-31,barracks,male,18,10,50",
        "230102,2020-11-01,institution,female,80,,20",
        "230110,2020-11-01,students,male,18,5,9",
    )
    now, before = counted(project), counted(project, dt.date(2010, 11, 1))
    assert now is not None
    assert before is not None
    found = {(cell.kind, cell.area, cell.sex, cell.first, cell.end): cell.people for cell in now.cells}
    assert found == {
        ("students", 2, 0, 18, 23): 300,
        ("barracks", 2, 0, 18, 28): 50,
        ("institution", 0, 1, 80, 111): 20,
    }
    assert {cell.people for cell in before.cells if cell.kind == "students"} == {100}


def test_counts_that_stand_for_no_census_or_for_one_far_away_are_known(give: Give) -> None:
    project = give(
        "230109,1950-01-01,students,male,18,5,1",
        "230109,2010-11-01,students,male,18,5,2",
        "230109,2020-11-01,students,male,18,5,3",
        "230109,2020-11-01,students,female,18,5,3",
        "230109,2090-01-01,students,male,18,5,4",
        "230102,2035-01-01,barracks,male,18,5,5",
        "230110,2020-11-01,students,male,18,5,9",
    )
    use = use_of(read_tables(project), (dt.date(2010, 11, 1), dt.date(2020, 11, 1)), AREAS)
    assert use.idle == {dt.date(1950, 1, 1): 1, dt.date(2090, 1, 1): 1}
    assert use.far == {dt.date(2035, 1, 1): 1}
    assert use.elsewhere == {"230110": 1}


def test_one_count_may_stand_for_both_censuses(give: Give) -> None:
    project = give("230109,2020-11-01,students,male,18,5,3")
    use = use_of(read_tables(project), (dt.date(2010, 11, 1), dt.date(2020, 11, 1)), AREAS)
    assert not use.idle
    assert not use.far


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (["230100,2020-11-01,students,male,18,5,9"], rf"{FILE}, row 2, column area: .* 230100, which is the city"),
        (
            ["230109,2020-11-01,students,male,18,5,9", "230109,2020-11-01,students,male,20,5,9"],
            rf"{FILE}, row 3: .* an overlap: age 20 stands in two groups",
        ),
        (
            ["230109,2020-11-01,students,male,20,5,9", "230109,2020-11-01,students,male,15,,9"],
            rf"{FILE}, row 2: .* an overlap: age 20",
        ),
        (
            ["230109,2020-11-01,barracks,male,20,5,999999"],
            r"group_quarters, area 230109, male, ages 20 to 24: .*999,999",
        ),
        (["230109,2020-11-01,hotel,male,20,5,9"], rf"{FILE}, row 2, column kind: expected one of students"),
    ],
)
def test_faults_name_their_place(give: Give, rows: list[str], told: str) -> None:
    project = give(*rows)

    def read_and_compute() -> Result:
        return compute(project, read_tables(project), "baseline")

    with pytest.raises(InputError, match=told):
        read_and_compute()


def test_a_run_with_counted_quarters(give: Give, baseline: Result) -> None:
    project = give(
        "230109,2020-11-01,students,male,18,5,20000",
        "230109,2020-11-01,students,female,18,5,30000",
        "230109,2010-11-01,students,male,18,5,2000",
        "230109,2010-11-01,students,female,18,5,3000",
        "230102,2020-11-01,barracks,male,18,10,2000",
        "230102,2020-11-01,institution,female,80,,300",
    )
    frames = read_tables(project)
    result = compute(project, Desk(frames), "baseline")
    before, start = result.systems.launches["districts"]
    place = {area: number for number, area in enumerate(result.evidence.areas)}
    scale = result.systems.districts.people[0].sum() / baseline.systems.launches["districts"][1].stock.people.sum()
    assert scale == pytest.approx(1)  # the city's total is met as ever
    one = start.kinds["barracks"].sum() / 2000
    assert one == pytest.approx(1, abs=0.002)
    assert start.kinds["students"][place["230109"]].sum() == pytest.approx(50000 * one)
    assert before.kinds["students"][place["230109"]].sum() == pytest.approx(5000)
    assert before.kinds["barracks"].sum() == pytest.approx(2000)
    # elsewhere students are inferred as before
    others = [number for area, number in place.items() if area not in {"230109", "230102"}]
    inferred = baseline.systems.launches["districts"][1].kinds["students"]
    assert inferred[others].sum() > 0
    assert start.kinds["students"][place["230110"]].sum() != pytest.approx(0)

    table = quarters(result, frames).to_pandas().set_index(["part", "area", "year"])["point"]
    still = table["barracks"]["230102"]
    assert np.ptp(still) == pytest.approx(0)
    assert table["institution"]["230100"][2050] == pytest.approx(300 * one)
    apart = result.systems.students
    assert apart[-1].sum() == pytest.approx(sum(table[kind]["230100"][2050] for kind in start.kinds))
    # the account holds: moves of the stock held apart are in migration, and the core is whole without them
    flows = result.systems.districts.accounts
    core = result.systems.districts.people - apart
    assert (core >= 0).all()
    daoli = place["230102"]
    held = moves(apart[0, daoli], apart[1, daoli])
    assert held.sum() == pytest.approx(0)
    people = result.systems.districts.people[:, daoli]
    gap = people[1].sum() - people[0].sum() - flows.births[0, daoli].sum() + flows.deaths[0, daoli].sum()
    assert gap == pytest.approx(flows.migration[0, daoli].sum())
    told = {row[1]: row[5] for row in held_apart_rows(result, frames, "census")}
    assert set(told) == {"students", "barracks", "institution"}
    assert told["barracks"].startswith("counted in group_quarters")


def test_without_the_table_nothing_changes(baseline: Result) -> None:
    start = baseline.systems.launches["districts"][1]
    assert list(start.kinds) == ["students"]
    assert start.students is start.kinds["students"]
    assert baseline.evidence.censuses[1].quarters is None
