from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from forecast.report.aligned import CLOSING, Columns, padded, wrapped

LETTERS = "ab 区市，。12"


def test_a_chinese_name_takes_two_cells_a_character() -> None:
    assert padded("甲区", 6) == "  甲区"
    assert padded("甲区", 6, left=True) == "甲区  "


def test_columns_are_as_wide_as_their_longest_cell() -> None:
    columns = Columns("", [["2022", "峰值"], ["1,095", "已过"]])
    assert columns.widths == (5, 4)
    assert columns.line(0) == " 2022 峰值"
    assert columns.line(1) == "1,095 已过"


def test_a_long_head_widens_the_first_column() -> None:
    columns = Columns("幼儿园学位", [["1", "2"]])
    assert columns.width == 10
    assert columns.line(0) == "       1 2"


@given(st.text(LETTERS, max_size=120), st.integers(8, 60))
def test_wrapping_keeps_every_letter(text: str, room: int) -> None:
    assert "".join(wrapped(text, room)).replace(" ", "") == text.replace(" ", "")


@given(st.text("区市县 ", max_size=120), st.integers(8, 60))
def test_no_line_of_chinese_is_too_long(text: str, room: int) -> None:
    assert all(cell_len(line) <= room for line in wrapped(text, room))


@given(st.text("区，", max_size=80).map(lambda text: re.sub("，+", "，", text).lstrip("，")), st.integers(8, 60))
def test_no_line_begins_with_a_closing_mark(text: str, room: int) -> None:
    assert not [line for line in wrapped(text, room) if line.strip().startswith(tuple(CLOSING))]


def test_a_word_longer_than_the_line_stands_alone() -> None:
    assert wrapped("a " + "b" * 20, 10) == ["a", "  " + "b" * 20]
