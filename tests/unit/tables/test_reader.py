from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from forecast.errors import InputError
from forecast.tables.places import places
from forecast.tables.reader import read_table
from forecast.tables.schema import load_schema
from forecast.tables.write import ParquetFile

TFR = load_schema("tfr")
HEAD = "area,year,order,tfr,source,status,confidence"


def table(tmp_path: Path, *rows: str, head: str = HEAD, encoding: str = "utf-8") -> Path:
    path = tmp_path / "tfr.csv"
    path.write_bytes(("\n".join([head, *rows]) + "\n").encode(encoding))
    return path


def refused(path: Path) -> str:
    with pytest.raises(InputError) as raised:
        read_table(path, TFR, shown_as="data/tfr.csv")
    return str(raised.value)


def test_a_sound_table(tmp_path: Path) -> None:
    path = table(tmp_path, "000000,2020,all,1.3,nbs,verified,high", "230000,2020,all,0.76,nbs,recalled,medium-high")
    frame = read_table(path, TFR, shown_as="data/tfr.csv")
    assert tuple(frame.columns) == TFR.names
    assert frame["area"].tolist() == ["000000", "230000"]
    assert frame["year"].dtype == np.int64
    assert frame["tfr"].tolist() == [1.3, 0.76]
    assert frame["note"].tolist() == ["", ""]
    assert places(frame).at(1) == "data/tfr.csv, row 3"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_headers_and_labels(tmp_path: Path, encoding: str) -> None:
    head = "行政区划代码；年份；孩次；总和生育率；来源；状态；可信度".replace("；", ";")
    path = table(tmp_path, "２３０１００;2020年;合计;０.62;来源一;推算;中", head=head, encoding=encoding)
    frame = read_table(path, TFR, shown_as="data/tfr.csv")
    row = frame.iloc[0]
    assert (row["area"], row["year"], row["order"], row["tfr"]) == ("230100", 2020, "all", 0.62)
    assert (row["source"], row["status"], row["confidence"]) == ("来源一", "derived", "medium")


def test_all_faults_of_cells_at_once(tmp_path: Path) -> None:
    rows = [
        "000000,2020,all,,nbs,verified,high",
        "Daoli,1066,al,many,nbs,sure,high",
        "230100,2020,2,-1,nbs,verified,high",
    ]
    assert refused(table(tmp_path, *rows)) == (
        "data/tfr.csv, row 3, column area: expected digits only, found Daoli\n"
        "  write the code as text, for instance 230102\n"
        "data/tfr.csv, row 3, column year: expected not less than 1900, found 1066\n"
        "data/tfr.csv, row 3, column order: expected one of all, 1, 2, 2+, 3+, found al\n"
        "  did you mean all?\n"
        "data/tfr.csv, row 2, column tfr: expected a figure, found a blank cell\n"
        "  a blank is not zero (law 9): write the figure, 0 if it is none, or leave the row out\n"
        "data/tfr.csv, row 3, column tfr: expected a number, found many\n"
        "data/tfr.csv, row 4, column tfr: expected not less than 0, found -1\n"
        "data/tfr.csv, row 3, column status: expected one of verified, derived, recalled, observed, assumed, gap, "
        "found sure"
    )


def test_more_faults_than_a_message_shows_are_counted(tmp_path: Path) -> None:
    rows = [f"000000,{year},all,,nbs,verified,high" for year in range(2000, 2012)]
    assert refused(table(tmp_path, *rows)).endswith("... and 2 more")


def test_a_missing_and_an_unknown_column(tmp_path: Path) -> None:
    path = table(tmp_path, "000000,2020,all,1.3,nbs,verified", head="area,year,ordre,tfr,source,status")
    assert refused(path) == (
        "data/tfr.csv, column ordre: expected a column of the table tfr (area, year, order, tfr, note, source, status, "
        "confidence), found the unknown header ordre\n"
        "  did you mean order?\n"
        "data/tfr.csv: expected a column order, found none\n"
        "  did you mean ordre?\n"
        "data/tfr.csv: expected a column confidence, found none\n"
        "  add it: How far the figure can be trusted"
    )


def test_one_column_under_two_names(tmp_path: Path) -> None:
    path = table(tmp_path, "000000,2020,all,1.3,1.3,nbs,verified,high", head=HEAD.replace("tfr", "tfr,总和生育率"))
    assert "column 总和生育率: expected one column tfr, found tfr and 总和生育率" in refused(path)


def test_a_key_twice_names_both_rows(tmp_path: Path) -> None:
    row = "000000,2020,all,1.3,nbs,verified,high"
    assert refused(table(tmp_path, row, row.replace("2020", "2021"), row, row)) == (
        "data/tfr.csv, rows 2 and 4: expected one row for each area x year x order, found 000000, 2020, all twice\n"
        "  remove one of the two\n"
        "data/tfr.csv, rows 2 and 5: expected one row for each area x year x order, found 000000, 2020, all twice\n"
        "  remove one of the two"
    )


def test_a_faulty_key_is_not_called_a_twin(tmp_path: Path) -> None:
    row = "000000,x,all,1.3,nbs,verified,high"
    assert "twice" not in refused(table(tmp_path, row, row))


def test_a_blank_part_of_a_key_counts_as_a_value(tmp_path: Path) -> None:
    head = "area,year,series,concept,order,births,source,status,confidence"
    row = "230100,2020,register,registered,all,45000,hb,verified,high"
    path = table(tmp_path, row, row, head=head)
    with pytest.raises(InputError, match="230100, 2020, register, registered, all, blank, blank twice"):
        read_table(path, load_schema("births"), shown_as="data/births.csv")


def test_a_table_without_rows(tmp_path: Path) -> None:
    frame = read_table(table(tmp_path), TFR, shown_as="data/tfr.csv")
    assert frame.empty
    assert tuple(frame.columns) == TFR.names


def test_a_workbook_says_its_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.title = "生育"
    page.append(HEAD.split(","))
    page.append(["000000", 2020, "all", "viel", "nbs", "verified", "high"])
    book.save(tmp_path / "tfr.xlsx")
    with pytest.raises(
        InputError, match=r"data/tfr\.xlsx, sheet 生育, row 2, column tfr: expected a number, found viel"
    ):
        read_table(tmp_path / "tfr.xlsx", TFR, shown_as="data/tfr.xlsx")


def test_write_then_read_gives_the_same_table(tmp_path: Path) -> None:
    path = table(tmp_path, "000000,2020,all,1.3,nbs,verified,high", "230000,2020,3+,0.123456789,nbs,recalled,low")
    frame = read_table(path, TFR, shown_as="data/tfr.csv")
    with ParquetFile(tmp_path / "tfr.parquet", {}) as file:
        file.append(frame)
    again = read_table(tmp_path / "tfr.parquet", TFR, shown_as="data/tfr.parquet")
    pd.testing.assert_frame_equal(again, frame)


def test_days_survive_parquet(tmp_path: Path) -> None:
    head = "date,event,area,text,source,status,confidence"
    path = table(tmp_path, "2016-01-01,two-child,000000,in force,law,verified,high", head=head)
    schema = load_schema("policy_events")
    frame = read_table(path, schema, shown_as="data/policy_events.csv")
    assert str(frame["date"].dtype) == "datetime64[s]"
    with ParquetFile(tmp_path / "policy_events.parquet", {}) as file:
        file.append(frame)
    again = read_table(tmp_path / "policy_events.parquet", schema, shown_as="data/policy_events.parquet")
    pd.testing.assert_frame_equal(again, frame)
