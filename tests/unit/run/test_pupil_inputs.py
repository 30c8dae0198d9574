"""Tables of pupils, schools, children and attendance: what is read, and faults with their place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from forecast.errors import InputError
from forecast.run.pupil_inputs import counted_of
from forecast.services.school.counted import REST, Counted
from forecast.tables.project_tables import read_tables

ORIGIN = "laoyou-method,assumed,low"
HEADS = {
    "pupils": "area,school,year,service,grade,pupils,repeaters,migrant,boarders,partial",
    "schools": "school,service,area,name,first_grade,last_grade,opened,closed",
    "children": "area,year,age,concept,children",
    "attendance": "from_area,to_area,service,year,share,pupils",
}
Give = Callable[..., Counted]


@pytest.fixture
def give(copy: Path) -> Give:
    """What a copy of the project has on record with the tables given."""

    def make(**tables: list[str]) -> Counted:
        for name, rows in tables.items():
            text = "\n".join([f"{HEADS[name]},source,status,confidence", *(f"{row},{ORIGIN}" for row in rows)])
            (copy / "data" / "harbin" / f"{name}.csv").write_text(f"{text}\n", "utf-8")
        return counted_of(read_tables(copy))

    return make


def grades(
    area: str, year: int, *pupils: int, school: str = "", service: str = "junior", partial: str = ""
) -> list[str]:
    return [f"{area},{school},{year},{service},{grade},{count},,,,{partial}" for grade, count in enumerate(pupils, 1)]


def test_no_tables_nothing_on_record(harbin: Path) -> None:
    found = counted_of(read_tables(harbin))
    assert not found.rolls
    assert not found.children
    assert not found.attendance


def test_a_roll_is_read_by_year_and_grade(give: Give) -> None:
    rows = [
        "230102,,2023,junior,2,20,1,5,0,",
        "230102,,2023,junior,1,10,0,4,,",
        "230102,,2024,junior,1,11,2,,3,",
        "230102,,2024,junior,2,21,,6,4,",
    ]
    roll = give(pupils=rows).rolls["230102", "junior"]
    assert roll.years == (2023, 2024)
    assert roll.pupils.tolist() == [[10, 20], [11, 21]]
    assert roll.repeaters[0].tolist() == [0, 1]
    assert np.isnan(roll.repeaters[1]).tolist() == [False, True]
    # a sum with an unknown part is unknown
    assert roll.migrant[0] == 9.0
    assert np.isnan(roll.migrant[1])
    assert np.isnan(roll.boarders[0])
    assert roll.boarders[1] == 7.0
    assert roll.where.endswith("pupils.csv, row 2")


def test_chinese_headers_and_words(copy: Path) -> None:
    text = (
        "区划代码,学年,学段,年级,在校生数,随迁子女数,来源,状态,可信度\n"
        "230102,2024,幼儿园,小班,100,10,laoyou-method,假定,低\n"
        "230102,2024,幼儿园,中班,110,11,laoyou-method,假定,低\n"
        "230102,2024,中职,一年级,50,5,laoyou-method,假定,低\n"
    )
    (copy / "data" / "harbin" / "分年级在校生.csv").write_text(text, "utf-8")
    found = counted_of(read_tables(copy)).rolls
    assert found["230102", "kindergarten"].pupils.tolist() == [[100, 110]]
    assert found["230102", "senior-vocational"].migrant.tolist() == [5]


def test_schools_alone_make_their_area(give: Give) -> None:
    rows = [
        *grades("230102", 2023, 10, 20, school="a"),
        *grades("230102", 2023, 1, 2, school="b"),
        *grades("230102", 2024, 11, 21, school="a"),
        *grades("230102", 2024, 3, 4, school="b"),
    ]
    found = give(pupils=rows)
    assert found.rolls["230102", "junior"].pupils.tolist() == [[11, 22], [14, 25]]
    assert sorted(found.schools["230102", "junior"]) == ["a", "b"]


def test_schools_and_area_agree(give: Give) -> None:
    both = [*grades("230102", 2024, 10, 20), *grades("230102", 2024, 6, 15, school="a")]
    with pytest.raises(
        InputError, match=r"row 2; .*row 4: expected junior pupils of the schools of 230102 that sum to"
    ):
        give(pupils=[*both, *grades("230102", 2024, 3, 5, school="b")])
    assert give(pupils=[*both, *grades("230102", 2024, 4, 5, school="b")]).rolls["230102", "junior"].pupils.sum() == 30


def test_some_schools_leave_a_rest(give: Give) -> None:
    rows = [*grades("230102", 2024, 10, 20), *grades("230102", 2024, 6, 15, school="a", partial="yes")]
    found = give(pupils=rows).schools["230102", "junior"]
    assert found[REST].pupils.tolist() == [[4, 5]]
    with pytest.raises(InputError, match="no more than the area's"):
        give(pupils=[*grades("230102", 2024, 10, 20), *grades("230102", 2024, 11, 1, school="a", partial="yes")])
    with pytest.raises(InputError, match=r"all of 230102 beside those of some of its schools"):
        give(pupils=grades("230102", 2024, 11, 1, school="a", partial="yes"))


def test_a_school_year_of_one_school_may_not_be_missing(give: Give) -> None:
    rows = [
        *grades("230102", 2023, 10, 20, school="a"),
        *grades("230102", 2024, 11, 21, school="a"),
        *grades("230102", 2024, 3, 4, school="b"),
    ]
    with pytest.raises(
        InputError, match=r"school b of 230102 in every school year of the other schools, found none for 2023"
    ):
        give(pupils=rows)
    schools = ["a,junior,230102,A,,,,", "b,junior,230102,B,,,2024-08-01,"]
    found = give(pupils=rows, schools=schools)
    assert found.rolls["230102", "junior"].pupils.tolist() == [[10, 20], [14, 25]]
    assert found.known["b", "junior"].opened == dt.date(2024, 8, 1)


def test_a_school_with_some_grades_has_none_in_the_others(give: Give) -> None:
    rows = ["230102,a,2024,junior,3,30,,,,", *grades("230102", 2024, 5, 6, 7, school="b")]
    found = give(pupils=rows, schools=["a,junior,230102,A,3,3,,", "b,junior,230102,B,,,,"])
    assert found.schools["230102", "junior"]["a"].pupils.tolist() == [[0, 0, 30]]
    assert found.rolls["230102", "junior"].pupils.tolist() == [[5, 6, 37]]


@pytest.mark.parametrize(
    ("tables", "says"),
    [
        ({"pupils": ["230102,,2024,junior,1,5,,,,", "230102,,2024,junior,3,5,,,,"]}, "2024 grade 2"),
        ({"pupils": [*grades("230102", 2023, 5, 6), *grades("230102", 2024, 5)]}, "1 without a row: 2024 grade 2"),
        ({"pupils": ["230102,,2024,junior,1,5,6,,,"]}, "column repeaters: expected at most the pupils, 5, found 6"),
        (
            {"pupils": grades("230102", 2024, 5, school="a"), "schools": ["b,junior,230102,B,,,,"]},
            r"row 2, column school: expected a school of the table schools that runs junior, found a",
        ),
        (
            {"pupils": grades("230103", 2024, 5, school="a"), "schools": ["a,junior,230102,A,,,,"]},
            r"the area of the school, 230102 \(.*schools.csv, row 2\), found 230103",
        ),
        (
            {"pupils": grades("230102", 2024, 5, school="a"), "schools": ["a,junior,230102,A,,,,2023-07-01"]},
            "no pupils of school a while it is not open",
        ),
        ({"schools": ["a,junior,230102,A,3,2,,"]}, "column last_grade: expected 3 or more, found 2"),
        ({"schools": ["a,junior,230102,A,,,2024-01-01,2023-01-01"]}, "column closed: expected a day after 2024-01-01"),
        (
            {"pupils": ["230102,,2023,junior,1,5,,,,", "230102,,2024,junior,1,5,,,,", "230102,,2024,junior,3,5,,,,"]},
            "row 2: .* found 3 without a row: 2023 grade 2; 2023 grade 3; 2024 grade 2",
        ),
        (
            {"pupils": [*grades("230102", 2023, 5, 6), *grades("230102", 2024, 5)]},
            "row 4: .* found 1 without a row: 2024 grade 2",
        ),
        (
            {"pupils": [f"230102,,2024,junior,{grade},5,,,," for grade in (7, 8, 9)]},
            "grades count from 1 in each stage: 七年级 .* is grade 1 of junior",
        ),
        ({"children": ["230102,2025,2,registered,3900"]}, "column concept: expected resident.*found registered"),
        ({"children": ["230102,2025,2,,3900"]}, "column concept: expected a value, found a blank"),
        ({"attendance": ["230102,230103,primary,2024,,"]}, "share and pupils: expected one of the two, found neither"),
        ({"attendance": ["230102,230103,primary,2024,0.1,5"]}, "found both"),
        ({"attendance": [",,primary,2024,0.1,"]}, "columns from_area and to_area: expected an area"),
    ],
)
def test_what_is_wrong_is_named(give: Give, tables: dict[str, list[str]], says: str) -> None:
    with pytest.raises(InputError, match=says):
        give(**tables)


def test_a_figure_is_no_misspelling_of_another(give: Give) -> None:
    with pytest.raises(InputError) as error:
        give(pupils=["230102,,2024,junior,10,5,,,,"])
    (fault,) = error.value.faults
    assert "did you mean" not in fault.way_out
    assert "from 1 on" in fault.way_out


def test_a_table_of_children_says_whom_it_counts(give: Give, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(HEADS, "children", "area,year,age,children")
    with pytest.raises(InputError, match=r"children.csv: expected a column concept, found none[^;]*Resident"):
        give(children=["230102,2025,2,3900"])


def test_schools_that_are_wrong_raise_no_other_faults(give: Give) -> None:
    with pytest.raises(InputError) as error:
        give(
            pupils=[*grades("230102", 2024, 5, school="a"), *grades("230102", 2024, 5, school="b")],
            schools=["a,junior,230102,A,,,2024-01-01,2023-01-01", "b,junior,230102,B,,,,"],
        )
    assert [fault.where.split("/")[-1] for fault in error.value.faults] == ["schools.csv, row 2, column closed"]


def test_statuses_and_rows_are_kept(copy: Path) -> None:
    head = "area,year,service,grade,pupils,source,status,confidence"
    rows = ["230102,2023,junior,1,5,laoyou-method,recalled,low", "230102,2024,junior,1,6,laoyou-method,verified,low"]
    (copy / "data" / "harbin" / "pupils.csv").write_text("\n".join([head, *rows]) + "\n", "utf-8")
    roll = counted_of(read_tables(copy)).rolls["230102", "junior"]
    assert (roll.status, roll.status_of(2023), roll.status_of(2024)) == ("recalled", "recalled", "verified")
    assert roll.at(2024, 1).endswith("row 3")


def test_faults_of_all_tables_come_at_once(give: Give) -> None:
    with pytest.raises(InputError) as error:
        give(
            pupils=["230102,,2024,junior,2,5,,,,", "230103,,2024,junior,2,5,,,,"],
            attendance=[",,primary,2024,0.1,"],
            schools=["a,junior,230102,A,3,2,,"],
        )
    assert len(error.value.faults) == 4


def test_children_and_ways_are_read(give: Give) -> None:
    found = give(
        children=["230102,2025,2,resident,3900"],
        attendance=["230102,230103,primary,2024,0.1,", ",230103,junior,2024,,500"],
    )
    (one,) = found.children
    assert (one.area, one.year, one.age, one.children) == ("230102", 2025, 2, 3900.0)
    assert [(way.origin, way.destination, way.share, way.pupils) for way in found.attendance] == [
        ("230102", "230103", 0.1, None),
        ("", "230103", None, 500.0),
    ]
