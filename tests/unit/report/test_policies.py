"""The table of what scenarios change, from a run's differences."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd
import pytest

from forecast.report.material import Material, gathered
from forecast.report.policies import changed
from forecast.report.texts import texts


@pytest.fixture(scope="module")
def material(tiny: Path) -> Material:
    return gathered(tiny, "baseline")


def with_differences(material: Material, folder: Path, rows: list[tuple[object, ...]]) -> Material:
    """The same run in another folder, with a table of differences of the city."""
    heads = ["scenario", "base", "area", "year", "service", "part", "measure", "point", "p10", "p90"]
    frame = pd.DataFrame(rows, columns=heads)
    frame["service"] = frame["service"].astype("object")
    frame.to_parquet(folder / "differences.parquet")
    return dataclasses.replace(material, run=dataclasses.replace(material.run, folder=folder))


def test_a_run_without_differences_has_no_table(material: Material, tmp_path: Path) -> None:
    empty = dataclasses.replace(material, run=dataclasses.replace(material.run, folder=tmp_path))
    assert changed(empty, texts("en")) is None


def test_differences_stand_with_their_interval(material: Material, tmp_path: Path) -> None:
    year, base = material.summary.show[0], material.run.scenario
    other = next(name for name in material.scenarios if name != base)
    city = material.run.city
    rows: list[tuple[object, ...]] = [
        (other, base, city, year, None, "all", "births", 12.4, 3.0, 20.6),
        (other, base, city, year, None, "3+", "births", 0.2, 0.0, 0.4),
        (other, base, city, year, "kindergarten", "all", "places", -1500.0, -1800.0, -1200.0),
    ]
    sheet = changed(with_differences(material, tmp_path, rows), texts("en"))
    assert sheet is not None
    assert sheet.rows[0][1:4] == ("+12\n+3 … +21", "0", "-1,500\n-1,800 … -1,200")
    assert all(cell == "" for cell in sheet.rows[0][4:])
