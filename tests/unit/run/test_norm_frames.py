"""The table of norms: spells of standards, the city where all districts follow the same."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from forecast.run.model import compute
from forecast.run.norm_frames import norms
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


def test_every_service_names_the_standards_it_used(smaller: pd.DataFrame) -> None:
    assert set(smaller["service"]) == {"nursery", "kindergarten", "primary", "junior", "senior", "eldercare"}
    assert smaller["source"].ne("").all()
    assert not smaller.duplicated(["scenario", "area", "service", "part", "standard", "first_year"]).any()
