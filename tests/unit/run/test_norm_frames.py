"""The table of norms: spells of standards, the city where all districts follow the same."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from forecast.run.model import compute
from forecast.run.norm_frames import norms, stand_ins
from forecast.tables.project_tables import read_tables


@pytest.fixture(scope="module")
def smaller(harbin: Path) -> pd.DataFrame:
    frames = read_tables(harbin)
    row = frames["standards"].set_index("standard").loc[["junior-class-size"]].reset_index()
    local = row.assign(standard="daoli-junior", area="230102", minimum=30.0, maximum=30.0, effective_from=2024)
    frames["standards"] = pd.concat([frames["standards"], local], ignore_index=True)
    return norms(compute(harbin, frames, "smaller-classes"))


def test_a_scenario_changes_a_standard_in_its_years(smaller: pd.DataFrame) -> None:
    rows = smaller[(smaller["service"] == "primary") & (smaller["standard"] == "primary-class-size")]
    rows = rows.drop_duplicates(["first_year"])
    assert rows["area"].unique().tolist() == ["230100"]
    found = rows[["first_year", "last_year", "maximum", "document"]].values.tolist()
    assert [row[:3] for row in found] == [[2020, 2027, 45.0], [2028, 2031, 40.0], [2032, 2050, 35.0]]
    assert [row[3] == "scenario" for row in found] == [False, True, True]


def test_where_districts_differ_each_has_its_rows(smaller: pd.DataFrame) -> None:
    rows = smaller[(smaller["service"] == "junior") & smaller["standard"].isin(["junior-class-size", "daoli-junior"])]
    assert rows["area"].nunique() == 18
    daoli = rows[rows["area"] == "230102"].drop_duplicates("first_year")
    assert daoli[["first_year", "maximum"]].values.tolist() == [[2020, 50.0], [2024, 30.0], [2028, 45.0], [2032, 40.0]]


def test_years_out_of_force_are_told(harbin: Path, smaller: pd.DataFrame) -> None:
    rows = smaller[smaller["standard"] == "nursery-places-per-1000-2025"].drop_duplicates("first_year")
    assert rows[["first_year", "last_year"]].values.tolist() == [[2020, 2020], [2021, 2050]]
    assert [bool(note) for note in rows["note"]] == [True, False]
    assert "in force from 2021 on" in rows["note"].iloc[0]
    told = stand_ins(compute(harbin, read_tables(harbin), "baseline"))
    (one,) = [item for item in told if item.measure == "standard nursery-places-per-1000-2025"]
    assert (one.area, one.year, one.after) == ("230100", 2020, 4.5)
    assert not [item for item in told if item.measure == "standard primary-class-size"]


def test_every_service_names_the_standards_it_used(smaller: pd.DataFrame) -> None:
    assert set(smaller["service"]) == {"nursery", "kindergarten", "primary", "junior", "senior", "eldercare"}
    assert smaller["source"].ne("").all()
    assert not smaller.duplicated(["scenario", "area", "service", "part", "standard", "first_year"]).any()
