from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from forecast.errors import InputError
from forecast.tables.decode import decode, read_text
from forecast.tables.places import places

CSV = "area,date,people\n230102,2020-11-01,12\n"


def workbook(path: Path, *rows: tuple[object, ...], title: str = "one") -> Path:
    book = openpyxl.Workbook()
    page = book.active
    page.title = title
    for row in rows:
        page.append(row)
    book.create_sheet("two").append(["other"])
    book.save(path)
    return path


def refused(path: Path, sheet: str | None = None) -> str:
    with pytest.raises(InputError) as raised:
        read_text(path, "data/t" + path.suffix, sheet)
    return str(raised.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv(tmp_path: Path, encoding: str, separator: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(CSV.replace(",", separator).replace("area", "区划").encode(encoding))
    frame = decode(path)
    assert frame.to_dict("list") == {"区划": ["230102"], "date": ["2020-11-01"], "people": ["12"]}
    assert places(frame).rows.tolist() == [2]


def test_workbook_cells_read_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    rows = [("area", "date", "people", "rate"), (230102, dt.date(2020, 11, 1), 12.0, 0.25), (), ("x", None, 0, "")]
    frame = decode(workbook(tmp_path / "t.xlsx", *rows))
    assert frame.to_numpy().tolist() == [["230102", "2020-11-01", "12", "0.25"], ["x", "", "0", ""]]
    assert places(frame).at(1).endswith("t.xlsx, sheet one, row 4")


def test_a_sheet_by_its_name(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", ("area",), (1,))
    assert list(decode(path, "two").columns) == ["other"]
    assert refused(path, "three") == (
        "data/t.xlsx, sheet three: expected a sheet of that name, found the sheets one, two"
    )


def test_parquet_of_words_figures_and_days(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    days = pa.array([dt.date(2020, 11, 1), None]).cast(pa.timestamp("us"))
    words = pa.array(["男", " 女 "]).dictionary_encode()
    table = {"sex": words, "date": days, "people": pa.array([12, None], pa.int64()), "rate": pa.array([0.25, 1e9])}
    pq.write_table(pa.table(table), path)
    frame = decode(path)
    assert frame["sex"].tolist() == ["男", "女"]
    assert frame["date"].tolist() == ["2020-11-01", ""]
    assert frame["people"].tolist() == ["12", ""]
    assert frame["rate"].astype(float).tolist() == [0.25, 1e9]
    assert places(frame).rows.tolist() == [2, 3]


def test_parquet_in_a_hive_folder_gains_no_column(tmp_path: Path) -> None:
    folder = tmp_path / "scenario=base"
    folder.mkdir()
    pq.write_table(pa.table({"a": [1]}), folder / "t.parquet")
    assert list(decode(folder / "t.parquet").columns) == ["a"]


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b" \n")
    assert refused(path) == (
        "data/t.csv: expected a header and rows, found an empty file\n  fill it, or remove the file"
    )


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert refused(tmp_path / "t.csv") == "data/t.csv: expected a file that can be read, found no such file"


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    assert "expected a file of kind .csv, .xlsx, .parquet, found kind .ods" in refused(tmp_path / "t.ods")


@pytest.mark.parametrize("keep", [3, 100, -1])
def test_a_truncated_parquet_file(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": list(range(100))}), path)
    path.write_bytes(path.read_bytes()[:keep])
    assert refused(path).startswith("data/t.parquet: expected a whole Parquet file, found a broken one")


@pytest.mark.parametrize("keep", [10, 500, -30])
def test_a_truncated_workbook(tmp_path: Path, keep: int) -> None:
    path = workbook(tmp_path / "t.xlsx", ("area",), (1,))
    path.write_bytes(path.read_bytes()[:keep])
    assert refused(path).startswith("data/t.xlsx: expected a workbook (XLSX), found a broken file")


def test_a_csv_file_that_calls_itself_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_text(CSV)
    assert refused(path).startswith("data/t.xlsx: expected a workbook (XLSX)")


def test_parquet_of_lists_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": [[1, 2]]}), path)
    assert refused(path).startswith("data/t.parquet, column a: expected figures, words or days")


def test_a_header_twice_in_parquet(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"]), path)
    assert refused(path).startswith("data/t.parquet, column a: expected each header once")


def test_the_same_table_from_three_formats(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(CSV)
    workbook(tmp_path / "t.xlsx", ("area", "date", "people"), (230102, dt.date(2020, 11, 1), 12))
    frame = decode(tmp_path / "t.csv")
    pq.write_table(pa.Table.from_pydict(frame.to_dict("list")), tmp_path / "t.parquet")
    for suffix in ("xlsx", "parquet"):
        pd.testing.assert_frame_equal(decode(tmp_path / f"t.{suffix}"), frame)
