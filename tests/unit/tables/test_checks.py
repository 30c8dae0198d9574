from __future__ import annotations

from pathlib import Path

import pandas as pd

from forecast.tables.checks import broken_ages, unknown_references, wrong_sums
from forecast.tables.reader import read_table
from forecast.tables.schema import load_schema

ORIGIN = "s,verified,high"


def population(tmp_path: Path, *rows: str) -> pd.DataFrame:
    """Rows of ``area sex age width people``, for one day and concept; a width of ``+`` is an open group."""
    lines = ["area,date,concept,sex,age_start,age_width,people,source,status,confidence"]
    for row in rows:
        area, sex, age, width, people = row.split()
        lines.append(f"{area},2020-11-01,resident,{sex},{age},{width.strip('+')},{people},{ORIGIN}")
    path = tmp_path / "population.csv"
    path.write_text("\n".join(lines))
    return read_table(path, load_schema("population"), shown_as="p.csv")


def areas(tmp_path: Path, *rows: str) -> pd.DataFrame:
    """Rows of ``area parent complete``; ``.`` is a blank."""
    lines = ["area,name_zh,name_en,level,parent,complete,source,status,confidence"]
    for row in rows:
        area, parent, complete = row.replace(".", "").split(" ")
        lines.append(f"{area},名,name,city,{parent},{complete},{ORIGIN}")
    path = tmp_path / "areas.csv"
    path.write_text("\n".join(lines))
    return read_table(path, load_schema("areas"), shown_as="a.csv")


def found(frame: pd.DataFrame) -> list[tuple[str, str]]:
    return [(fault.where.split(" (")[0], fault.found) for fault in broken_ages(frame)]


WOMEN = ("1 female 0 + 9",)


def test_ages_that_run_from_0_to_one_open_group(tmp_path: Path) -> None:
    assert found(population(tmp_path, *WOMEN, "1 male 5 + 3", "1 male 0 1 4", "1 male 1 4 5")) == []


def test_a_hole_is_named(tmp_path: Path) -> None:
    frame = population(tmp_path, *WOMEN, "1 male 0 5 3", "1 male 10 + 4")
    assert found(frame) == [("p.csv, row 4", "a hole: ages 5 to 9 have no row")]
    assert str(broken_ages(frame)[0]) == (
        "p.csv, row 4 (area 1, 2020-11-01, resident, male): expected ages that run on from 0, "
        "found a hole: ages 5 to 9 have no row\n"
        "  add the missing rows, or remove the odd one"
    )


def test_ages_that_do_not_begin_at_0(tmp_path: Path) -> None:
    frame = population(tmp_path, *WOMEN, "1 male 1 4 3", "1 male 5 + 4")
    assert found(frame) == [("p.csv, row 3", "a hole: ages 0 to 0 have no row")]


def test_an_overlap_is_named(tmp_path: Path) -> None:
    frame = population(tmp_path, *WOMEN, "1 male 0 5 3", "1 male 4 + 4")
    assert found(frame) == [("p.csv, row 4", "an overlap: age 4 stands in two groups")]


def test_an_open_group_is_the_last_and_the_only_one(tmp_path: Path) -> None:
    frame = population(tmp_path, *WOMEN, "1 male 0 + 3", "1 male 5 + 4")
    assert found(frame) == [("p.csv, row 4", "a group from 5 after or within an open group")]


def test_a_missing_open_group(tmp_path: Path) -> None:
    frame = population(tmp_path, *WOMEN, "1 male 0 5 3")
    assert found(frame) == [("p.csv, row 3", "none: the last group ends at 4")]


def test_a_sex_that_stands_alone(tmp_path: Path) -> None:
    assert found(population(tmp_path, *WOMEN)) == [("p.csv, row 2", "female only")]


def test_no_population_has_no_fault(tmp_path: Path) -> None:
    assert found(population(tmp_path)) == []


def cells(*people: tuple[str, int]) -> list[str]:
    return [f"{area} {sex} 0 + {number}" for area, number in people for sex in ("male", "female")]


def test_children_sum_to_their_parent(tmp_path: Path) -> None:
    tree = areas(tmp_path, "1 . .", "11 1 .", "12 1 .")
    assert wrong_sums(population(tmp_path, *cells(("1", 7), ("11", 3), ("12", 4))), tree) == []


def test_a_wrong_sum_names_parent_sum_and_difference(tmp_path: Path) -> None:
    tree = areas(tmp_path, "1 . .", "11 1 .", "12 1 .")
    frame = population(tmp_path, "1 male 0 + 7", "1 female 0 + 9", *cells(("11", 3), ("12", 4)))
    (fault,) = wrong_sums(frame, tree)
    assert str(fault) == (
        "p.csv, row 3 (area 1, 2020-11-01, resident, female), ages from 0: expected parts that sum to the area, "
        "found wrong sum: 9 in the area, 7 in its 2 parts, difference 2\n"
        "  correct one of them, or leave the area out"
    )


def test_children_that_are_not_all_given_are_not_summed(tmp_path: Path) -> None:
    tree = areas(tmp_path, "1 . .", "11 1 .", "12 1 .")
    assert wrong_sums(population(tmp_path, *cells(("1", 7), ("11", 3))), tree) == []


def test_a_lone_child_is_summed_only_where_the_areas_are_said_to_be_complete(tmp_path: Path) -> None:
    frame = population(tmp_path, *cells(("1", 7), ("11", 3)))
    assert wrong_sums(frame, areas(tmp_path, "1 . .", "11 1 .")) == []
    assert len(wrong_sums(frame, areas(tmp_path, "1 . yes", "11 1 ."))) == 2


def test_areas_said_to_be_incomplete_are_not_summed(tmp_path: Path) -> None:
    frame = population(tmp_path, *cells(("1", 7), ("11", 3), ("12", 3)))
    assert len(wrong_sums(frame, areas(tmp_path, "1 . .", "11 1 .", "12 1 ."))) == 2
    assert wrong_sums(frame, areas(tmp_path, "1 . no", "11 1 .", "12 1 .")) == []


def test_a_value_that_refers_to_nothing_is_named_once(tmp_path: Path) -> None:
    tables = {
        "population": population(tmp_path, *cells(("1", 7), ("2", 3))),
        "areas": areas(tmp_path, "1 . .", "11 9 ."),
    }
    faults = [fault for fault in unknown_references(tables) if "source" not in fault.expected]
    assert [(fault.where, fault.found) for fault in faults] == [
        ("p.csv, row 4, column area", "2 (and in 1 more rows)"),
        ("a.csv, row 3, column parent", "9"),
    ]


def test_a_missing_table_is_named_once(tmp_path: Path) -> None:
    (fault,) = unknown_references({"areas": areas(tmp_path, "1 . .")})
    assert (
        str(fault) == "data/: expected a table sources, found none, though areas refer to it\n  add a file sources.csv"
    )
