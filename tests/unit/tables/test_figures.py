"""Units and bounds of supply and standards: every fault with its row, all at once."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from forecast.errors import Fault
from forecast.tables.figures import known_figures, odd_figures
from forecast.tables.reader import read_table
from forecast.tables.schema import load_schema

SUPPLY = "area,year,period,service,measure,value,unit,source,status,confidence"
STANDARDS = (
    "standard,service,indicator,applies_to,jurisdiction,area,minimum,maximum,unit,target_year,document,document_number,"
    "year,clause,effective_from,effective_to,kind,text,source,status,confidence"
)


def read(folder: Path, table: str, head: str, rows: tuple[str, ...]) -> pd.DataFrame:
    path = folder / f"{table}.csv"
    path.write_text("\n".join([head, *rows]) + "\n", "utf-8")
    return read_table(path, load_schema(table), shown_as=f"data/{table}.csv")


def areas(folder: Path) -> pd.DataFrame:
    head = "area,name_zh,name_en,level,parent,source,status,confidence"
    return read(folder, "areas", head, ("000000,中国,China,nation,,s,verified,high",))


def supply(folder: Path, *rows: str) -> list[Fault]:
    frame = read(folder, "supply", SUPPLY, tuple(f"{row},s,observed,high" for row in rows))
    return odd_figures({"supply": frame, "areas": areas(folder)})


def standards(folder: Path, *rows: str) -> list[Fault]:
    """Rows: slug, indicator, applies to, area, minimum, maximum, unit, from, to."""
    lines = []
    for row in rows:
        slug, indicator, applies, area, low, high, unit, since, until = row.split(",")
        figures = f"{low},{high},{unit},,made,,2020,,{since},{until}"
        lines.append(f"{slug},nursery,{indicator},{applies},made,{area},{figures},cap,,s,verified,high")
    return odd_figures({"standards": read(folder, "standards", STANDARDS, tuple(lines))})


@pytest.mark.parametrize(
    ("row", "expected", "way_out"),
    [
        ("000000,2025,,nursery,use_share_under_3,120,percent", "from 0.01 to 100 for use_share_under_3", "correct"),
        ("230100,2025,,nursery,wish_share_under_3,350,percent", "from 0 to 100", "correct"),
        ("230100,2025,,nursery,inclusive_share,500,percent", "from 0 to 100", "correct"),
        ("230100,2025,,nursery,any_other_share,101,percent", "from 0 to 100", "correct"),
        ("000000,2024,,eldercare,residents_in_institutions,230.7,persons", "a whole number of persons", "10,000"),
        ("000000,2024,,eldercare,residents_in_institutions,230.7,万人", "persons, 人", "multiply the figure by 10,000"),
        ("000000,2024,,eldercare,residents_in_institutions,0,persons", "not less than 1", "correct"),
        ("230100,2024,,nursery,places,30,percent", "places", "write the figure in places"),
    ],
)
def test_what_no_figure_can_be_is_named(tmp_path: Path, row: str, expected: str, way_out: str) -> None:
    (fault,) = supply(tmp_path, "230100,2020,,nursery,places,12,places", row)
    assert fault.where.startswith("data/supply.csv, row 3, column ")
    assert expected in fault.expected
    assert way_out in fault.way_out


def test_what_a_figure_may_be_passes(tmp_path: Path) -> None:
    assert not supply(
        tmp_path,
        "230100,2024,,eldercare,residents_in_institutions,0,人",
        "230100,2024,,nursery,use_share_under_3,0,%",
        "000000,2024,,nursery,places_per_1000_residents,4.08,places",
        "230100,2024,,eldercare,centres_of_some_kind,3.5,centres",
    )


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    rows = [f"2301{n:02d},2025,,nursery,use_share_under_3,{100 + n},percent" for n in range(1, 5)]
    assert [fault.where for fault in supply(tmp_path, *rows)] == [
        f"data/supply.csv, row {row}, column value" for row in range(2, 6)
    ]


@pytest.mark.parametrize(
    ("row", "column", "expected"),
    [
        ("a,class_size,toddlers,230100,0,0,children per class,,", "minimum", "from 1 to 200 for class_size"),
        ("a,class_size,toddlers,230100,,-3,children per class,,", "maximum", "from 1 to 200"),
        ("a,people_per_worker,toddlers,230100,-5,5,children per carer,,", "minimum", "from 0.5 to 200"),
        ("a,class_size,toddlers,230100,15,12,children per class,,", "minimum", "not above the maximum"),
        ("a,class_size,toddlers,230100,12,12,children per class,2028,2024", "effective_to", "from 2028 on"),
        ("a,class_size,toddlers,230100,12,12,children per class,,2019", "effective_to", "from 2020 on"),
        ("a,class_size,toddlers,230100,12,12,percent,,", "unit", "children per class"),
        ("a,land_area,,230100,-1,,m2,,", "minimum", "not less than 0"),
        ("a,public_share,,230100,120,120,percent of children,,", "minimum", "from 0 to 100"),
    ],
)
def test_a_standard_beyond_sense_is_named(tmp_path: Path, row: str, column: str, expected: str) -> None:
    found = standards(tmp_path, row)
    assert found[0].where == f"data/standards.csv, row 2 (a), column {column}"
    assert expected in found[0].expected


def test_rivals_have_one_unit(tmp_path: Path) -> None:
    wide = "a,land_area,small,000000,100,100,m2,,"
    (fault,) = standards(tmp_path, wide, "b,land_area,small,230100,1,1,mu,,", "c,land_area,large,230100,1,1,mu,,")
    assert fault.where == "data/standards.csv, rows 2 and 3, column unit"
    assert fault.found == "m2 and mu"
    assert not standards(tmp_path, wide, "b,land_area,small,,1,1,mu,,")  # holds nowhere by itself


def test_gross_enrolment_may_pass_a_hundred(tmp_path: Path) -> None:
    assert not standards(tmp_path, "a,gross_enrolment,,230100,104,104,percent,,")


def test_every_known_figure_has_a_unit_and_sensible_bounds() -> None:
    for table in ("supply", "standards"):
        for known in known_figures(table).values():
            assert all(known.units)
            assert known.minimum is not None
            assert known.maximum is None or known.minimum < known.maximum
