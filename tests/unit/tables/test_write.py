from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from forecast.tables.write import ParquetFile

FRAME = pd.DataFrame(
    {
        "area": ["230102", "230102", "230103"],
        "sex": pd.Categorical(["male", "female", "male"], ["male", "female"]),
        "year": np.array([2020, 2021, 2020]),
        "mean": [1.5, np.nan, 0.1],
    }
)


def test_values_types_and_metadata(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    with ParquetFile(path, {"units": "persons", "schema": "1"}) as file:
        file.append(FRAME)
    table = pq.read_table(path)
    assert table.column("area").to_pylist() == ["230102", "230102", "230103"]
    assert table.column("sex").to_pylist() == ["male", "female", "male"]
    assert table.column("mean").to_pylist() == [1.5, None, 0.1]
    assert table.schema.field("year").type == pa.int64()
    assert pa.types.is_dictionary(table.schema.field("area").type)
    assert table.schema.metadata == {b"schema": b"1", b"units": b"persons"}


def test_words_are_dictionary_coded_and_all_is_zstd(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    with ParquetFile(path, {}) as file:
        file.append(FRAME)
    group = pq.ParquetFile(path).metadata.row_group(0)
    for number in range(group.num_columns):
        column = group.column(number)
        assert column.compression == "ZSTD"
        assert ("RLE_DICTIONARY" in column.encodings) == (column.path_in_schema in {"area", "sex"})


def test_the_same_frame_gives_the_same_bytes(tmp_path: Path) -> None:
    one, two = tmp_path / "one.parquet", tmp_path / "two.parquet"
    with ParquetFile(one, {"a": "1", "b": "2"}) as file:
        file.append(FRAME)
    with ParquetFile(two, {"b": "2", "a": "1"}) as file:
        file.append(FRAME.copy())
    assert one.read_bytes() == two.read_bytes()


def test_the_frame_and_its_index_are_left_alone(tmp_path: Path) -> None:
    before = FRAME.copy()
    with ParquetFile(tmp_path / "t.parquet", {}) as file:
        file.append(FRAME.set_index("year", drop=False))
    assert pq.read_table(tmp_path / "t.parquet").column_names == list(FRAME.columns)
    pd.testing.assert_frame_equal(FRAME, before)
