from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from forecast.backtest.censuses import counties

AGES = (0, 1, *range(5, 90, 5))


def laid(folder: Path, growth: dict[str, float]) -> Path:
    """Counties of two provinces: people of 2020 are those of 2010 times a factor."""
    cells = [
        (year, area, sex, age, 100.0 * (factor if year == 2020 else 1.0))
        for year in (2010, 2020)
        for area, factor in growth.items()
        for sex in ("m", "f")
        for age in AGES
    ]
    pd.DataFrame(cells, columns=["year", "area", "sex", "age_lo", "pop"]).to_parquet(folder / "population.parquet")
    link = pd.DataFrame({"area": list(growth), "same_name": True, "ratio": list(growth.values())})
    link.to_parquet(folder / "code_link.parquet")
    named = pd.DataFrame({"area": list(growth), "province": [area[0] for area in growth]})
    named.to_parquet(folder / "county_attributes.parquet")
    return folder


def test_no_change_is_wrong_by_what_changed(tmp_path: Path) -> None:
    found = counties(laid(tmp_path, {"11": 1.25, "12": 1.25, "21": 1.25}))
    assert found is not None
    rows = found.set_index(["method", "group"])
    assert rows.loc[("no-change", "10-14"), "mape"] == pytest.approx(20.0)
    # all provinces grow alike, so the ratios of the others are right
    assert rows.loc[("ratios of other provinces", "10-14"), "mape"] == pytest.approx(0.0, abs=1e-9)
    assert rows.loc[("ratios of other provinces", "0-4"), "mape"] == pytest.approx(0.0, abs=1e-9)


def test_a_county_that_doubled_is_not_the_same_area(tmp_path: Path) -> None:
    found = counties(laid(tmp_path, {"11": 1.0, "12": 2.5, "21": 1.0}))
    assert found is not None
    assert set(found["cases"]) == {2}


def test_a_folder_without_two_censuses_is_none_of_them(tmp_path: Path) -> None:
    assert counties(tmp_path) is None
