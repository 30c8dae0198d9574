from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.errors import InputError
from forecast.tables.delimited import read_delimited, separator_of, text_of

TEXT = "区划,人口\n230102,1097430\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_the_encoding_is_found(encoding: str) -> None:
    assert text_of(TEXT.encode(encoding), "a.csv") == TEXT


def test_bytes_of_no_encoding_are_named() -> None:
    with pytest.raises(InputError) as raised:
        text_of("人口\n1\n".encode() + b"\xff\xff", "a.csv")
    assert str(raised.value) == (
        "a.csv, row 3: expected text in UTF-8 or GB18030, found byte 0xff at byte 9, which neither can hold\n"
        "  save it as CSV in UTF-8"
    )


def test_a_binary_file_is_named() -> None:
    with pytest.raises(InputError, match=r"a\.csv: expected a text file, found a zero byte at byte 2"):
        text_of(b"PK\x00\x01", "a.csv")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_found(separator: str) -> None:
    assert separator_of(separator.join(["area", "year", '"a, b"']) + "\n") == separator


def test_one_column_has_no_separator() -> None:
    assert read_delimited(b"area\n230102\n", "a.csv") == [(1, ["area"]), (2, ["230102"])]


def test_rows_are_counted_as_a_spreadsheet_counts_them() -> None:
    rows = read_delimited(b'a,b\n"two\nlines",1\n\nx,2\n', "a.csv")
    assert [number for number, cells in rows if cells] == [1, 2, 4]


def test_an_open_quote_is_named() -> None:
    with pytest.raises(InputError, match=r"a\.csv, row 2: expected a row of CSV.*\n.*a quote that is not closed"):
        read_delimited(b'a,b\n"x,1\ny,2\n', "a.csv")


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=8)


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=5), st.sampled_from(",;\t"))
def test_what_was_written_is_read(rows: list[list[str]], separator: str) -> None:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=separator, lineterminator="\n")
    writer.writerow(["one", "two", "three"])
    writer.writerows(rows)
    read = read_delimited(stream.getvalue().encode(), "a.csv")
    assert [cells for _, cells in read] == [["one", "two", "three"], *rows]
