"""The table of teachers: groups to single ages, and faults with their place."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.errors import InputError
from forecast.project.staff import TeachersSpec
from forecast.run.teacher_count import Count, counted, left_aside
from forecast.run.teacher_inputs import pension_ages
from forecast.services.staff.pensions import FIRST_AGE, MEN, POSTS, PROFESSIONAL, WORKER, still_due
from forecast.services.staff.teachers import STAGES
from forecast.tables.reader import read_table
from forecast.tables.schema import load_schema

HEADER = "area,year,service,sex,age_start,age_width,teachers,source,status,confidence"
ORIGIN = "laoyou-method,observed,high"
AREAS, YEARS = ("230102", "230103"), range(2020, 2051)
PRIMARY, JUNIOR = STAGES.index("primary"), STAGES.index("junior")
Read = Callable[..., pd.DataFrame]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def make(*rows: str) -> pd.DataFrame:
        path = tmp_path / "teachers.csv"
        path.write_text("\n".join([HEADER, *(f"{row},{ORIGIN}" for row in rows)]) + "\n", "utf-8")
        return read_table(path, load_schema("teachers"), shown_as="data/harbin/teachers.csv")

    return make


@pytest.fixture(scope="module")
def spec(harbin: Path) -> TeachersSpec:
    return TeachersSpec.model_validate(tomllib.loads((harbin / "models" / "teachers.toml").read_text("utf-8")))


@pytest.fixture(scope="module")
def count(harbin: Path, spec: TeachersSpec) -> Callable[[pd.DataFrame], Count | None]:
    path = harbin / "data" / "china" / "pension_ages.csv"
    rules = pension_ages({"pension_ages": read_table(path, load_schema("pension_ages"), shown_as="x")})
    return lambda frame: counted(frame, spec, AREAS, YEARS, lambda year: still_due(rules, year))


Counting = Callable[[pd.DataFrame], Count | None]


def of(found: Count | None) -> Count:
    assert found is not None
    return found


def test_groups_of_five_lie_evenly(read: Read, count: Counting) -> None:
    found = of(count(read("230102,2024,primary,male,30,5,50", "230102,2024,primary,female,30,5,100")))
    assert found.year == 2024
    assert found.stock[0, PRIMARY, MEN, 30 - FIRST_AGE : 35 - FIRST_AGE].tolist() == [10.0] * 5
    assert found.stock[0, PRIMARY, PROFESSIONAL, 30 - FIRST_AGE : 35 - FIRST_AGE].tolist() == [20.0] * 5
    assert found.stock[0, PRIMARY, WORKER].sum() == 0.0
    assert found.known.tolist() == [[0, 1, 0, 0], [0, 0, 0, 0]]
    assert found.source == "laoyou-method"
    assert found.notes == ()


def test_of_a_group_that_straddles_the_pension_nobody_is_put_beyond_it(read: Read, count: Counting) -> None:
    # women of 50 and over in September 2024, when the age was 55: even over 50 to 54
    found = of(count(read("230102,2024,primary,male,50,,0", "230102,2024,primary,female,50,,100")))
    ages = found.stock[0, PRIMARY, PROFESSIONAL, 50 - FIRST_AGE : 56 - FIRST_AGE]
    assert ages.tolist() == pytest.approx([20, 20, 20, 20, 20, 0])


def test_who_was_counted_beyond_the_pension_is_told(read: Read, count: Counting) -> None:
    found = of(count(read("230102,2024,primary,male,65,5,3", "230102,2024,primary,female,65,5,0")))
    (note,) = found.notes
    assert (note.area, note.year, note.measure) == ("230102", 2024, "teachers of primary, beyond the pension age")
    assert (note.before, note.after) == (3.0, 0.0)


def test_no_ages_and_no_sexes_are_assumed_and_told(read: Read, count: Counting, spec: TeachersSpec) -> None:
    found = of(count(read("230102,2024,primary,both,,,1000")))
    stock = found.stock[0, PRIMARY]
    assert stock.sum() == pytest.approx(1000.0)
    women = spec.women.share.primary.value
    each = [stock[post, 30 - FIRST_AGE] for post in (MEN, PROFESSIONAL)]
    assert each[1] / sum(each) == pytest.approx(women)
    assert stock[:, : 22 - FIRST_AGE].sum() == 0.0
    assert stock[MEN, 22 - FIRST_AGE] == pytest.approx(stock[MEN, 59 - FIRST_AGE])
    told = {note.measure: (note.after, note.why) for note in found.notes}
    assert told["teachers of primary, ages (both)"][0] == 1000.0
    # of all ages together fewer women than the share says: they retire earlier
    assert told["teachers of primary, women"][0] == pytest.approx(stock[[PROFESSIONAL, WORKER]].sum())
    assert told["teachers of primary, women"][0] < 1000.0 * women - 1.0
    assert "even from 22 to the pension age" in told["teachers of primary, ages (both)"][1]


def test_the_latest_count_stands(read: Read, count: Counting, spec: TeachersSpec) -> None:
    frame = read(
        "230102,2022,primary,both,,,900",
        "230102,2023,primary,both,,,800",
        "230103,2022,junior,both,,,700",
        "230199,2023,junior,both,,,600",
    )
    found = of(count(frame))
    assert found.year == 2023
    assert found.stock.sum() == pytest.approx(800.0)
    assert left_aside(frame, AREAS, YEARS) == {"elsewhere": 1, "earlier": 2}


def test_none_of_the_city_is_none(read: Read, count: Counting) -> None:
    assert count(read("000000,2024,primary,both,,,6000000")) is None


def test_groups_beside_a_total_that_they_sum_to(read: Read, count: Counting) -> None:
    rows = ["230102,2024,primary,both,,,30", "230102,2024,primary,both,25,5,10", "230102,2024,primary,both,30,,20"]
    assert of(count(read(*rows))).stock.sum() == pytest.approx(30.0)
    rows[0] = "230102,2024,primary,both,,,33"
    with pytest.raises(InputError, match=r"row 2, column teachers: expected a row of all ages that its groups sum to"):
        count(read(*rows))


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (
            ["230102,2024,primary,both,25,5,1", "230102,2024,primary,both,28,5,1"],
            r"teachers\.csv, row 3: expected ages that stand in one group, found an overlap: age 28",
        ),
        (
            ["230102,2024,primary,both,50,,1", "230102,2024,primary,both,55,5,1"],
            r"row 3: expected ages that stand in one group, found an overlap: age 55",
        ),
        (
            ["230102,2024,primary,both,25,5,1", "230102,2024,primary,both,35,5,1"],
            r"row 3: expected ages that run on, found a hole: ages 30 to 34 have no row",
        ),
        (
            ["230102,2024,primary,both,,,1", "230102,2024,primary,male,,,1"],
            r"row 2, column sex: expected male and female, or both, found both, male",
        ),
        (["230102,2024,primary,male,,,1"], r"row 2, column sex: expected rows for both sexes .* found male only"),
        (["230102,2024,primary,both,,5,1"], r"row 2, column age_start: expected the first age of a group"),
        (["230102,2015,primary,both,,,1"], r"column year: expected a count of 2020 to 2050, .* found 2015"),
    ],
)
def test_faults_with_their_place(read: Read, count: Counting, rows: list[str], says: str) -> None:
    with pytest.raises(InputError, match=says):
        count(read(*rows))


def test_all_faults_at_once(read: Read, count: Counting) -> None:
    with pytest.raises(InputError) as found:
        count(read("230102,2024,primary,male,,,1", "230103,2024,junior,female,,,1"))
    assert len(found.value.faults) == 2


def test_chinese_headers_and_words(tmp_path: Path, count: Counting) -> None:
    path = tmp_path / "教师.csv"
    text = "区划代码,年份,服务,性别,起始年龄,年龄组宽度,教师数,来源,状态,可信度\n"
    text += "230102,2024,小学,男,30,5,50,laoyou-method,观测,高\n230102,2024,小学,女,30,5,100,laoyou-method,观测,高\n"
    path.write_text(text, "utf-8")
    found = of(count(read_table(path, load_schema("teachers"), shown_as="x")))
    assert found.stock[0, PRIMARY].sum(axis=-1).tolist() == pytest.approx([50.0, 100.0, 0.0])
    assert len(POSTS) == len(np.unique(POSTS))
