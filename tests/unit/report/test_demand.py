from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecast.axes import Floats
from forecast.errors import InputError
from forecast.report.demand import demand, whole
from forecast.report.opened import opened
from forecast.tables.write import ParquetFile


def test_arrays_are_year_by_area_with_the_city_last(tiny: Path) -> None:
    known = demand(opened(tiny))
    assert [place.code for place in known.places] == ["A1", "A2", "C"]
    assert known.years == (2020, 2021, 2022, 2023, 2024)
    assert known.status == ("nowcast", "nowcast", "projected", "projected", "projected")
    assert known.values["kindergarten", "all", "places"][:, 2].tolist() == [15.0, 17.0, 15.0, 15.0, 10.0]
    assert known.born["kindergarten", "all", "places"][:, 0].tolist() == [1.0, 1.0, 1.0, 0.5, 0.0]
    assert known.units["eldercare", "all", "beds"] == "beds"


def test_english_names_come_from_the_manifest_and_else_stay_chinese(tiny: Path) -> None:
    assert [place.name("en") for place in demand(opened(tiny)).places] == ["甲区", "Second", "Third City"]


def test_the_order_of_rows_does_not_matter(own: Path) -> None:
    before = demand(opened(own)).values["primary", "all", "places"]
    table = pd.read_parquet(own / "demand.parquet")
    table = pd.concat([table[table["area"] == "A1"], table[table["area"] != "A1"].iloc[::-1]])
    with ParquetFile(own / "demand.parquet", {}) as file:
        file.append(table.astype({"year": int}))
    shuffled = demand(opened(own))
    columns = [[place.code for place in shuffled.places].index(code) for code in ("A1", "A2", "C")]
    assert shuffled.values["primary", "all", "places"][:, columns].tolist() == before.tolist()


def test_a_hole_is_an_error(own: Path) -> None:
    table = pd.read_parquet(own / "demand.parquet")
    with ParquetFile(own / "demand.parquet", {}) as file:
        file.append(table.drop(index=3))
    with pytest.raises(InputError, match="expected every area and year of every series, found holes"):
        demand(opened(own))


def test_whole_numbers_by_largest_remainder() -> None:
    # 1.4 + 1.4 + 1.2 = 4: three units, and the first of the two largest remainders takes the one that is left.
    assert whole(np.array([[1.4, 1.4, 1.2, 4.0]])).tolist() == [[2.0, 1.0, 1.0, 4.0]]


@given(arrays(np.float64, (3, 5), elements=st.floats(0, 1e6)))
def test_areas_sum_to_the_city_and_move_by_less_than_one(parts: Floats) -> None:
    found = whole(np.concatenate([parts, parts.sum(axis=1, keepdims=True)], axis=1))
    assert (found[:, :-1].sum(axis=1) == found[:, -1]).all()
    assert (np.abs(found[:, :-1] - parts) <= 1.0).all()
    assert (np.abs(found[:, -1] - parts.sum(axis=1)) <= 0.5 + 1e-6).all()
