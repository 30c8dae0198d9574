from __future__ import annotations

import pytest

from forecast.errors import InputError
from forecast.tables.text import text_table


def test_cells_are_trimmed_and_blank_rows_left_out() -> None:
    text = text_table([(1, ["a", "b "]), (2, ["", " "]), (3, [" x ", ""])], "t.csv")
    assert text.labels == ("a", "b")
    assert [column.to_pylist() for column in text.columns] == [["x"], [""]]
    assert text.origin.at(0) == "t.csv, row 3"


def test_blank_columns_at_the_right_are_left_out() -> None:
    text = text_table([(1, ["a", "", ""]), (2, ["1", "", ""])], "t.csv")
    assert text.labels == ("a",)


def test_a_header_alone_is_an_empty_table() -> None:
    text = text_table([(1, ["a", "b"])], "t.csv")
    assert [len(column) for column in text.columns] == [0, 0]


def test_rows_of_unequal_length_are_named_all() -> None:
    with pytest.raises(InputError) as raised:
        text_table([(1, ["a", "b"]), (2, ["1"]), (3, ["1", "2", "3"])], "t.csv")
    assert str(raised.value) == (
        "t.csv, row 2: expected 2 cells, as in the header, found 1 cells\n"
        "  cells are missing\n"
        "t.csv, row 3: expected 2 cells, as in the header, found 3 cells\n"
        "  a cell that holds the separator must stand in quotes"
    )


def test_a_header_twice_and_a_blank_header_are_named() -> None:
    with pytest.raises(InputError) as raised:
        text_table([(2, ["a", "", "a"]), (3, ["1", "2", "3"])], "t.csv")
    assert [fault.where for fault in raised.value.faults] == ["t.csv, row 2, column 2", "t.csv, row 2, column a"]
    assert raised.value.faults[1].found == "it stands 2 times"


def test_blank_cells_only() -> None:
    with pytest.raises(InputError, match=r"t\.csv: expected a header and rows, found blank cells only"):
        text_table([(1, ["", " "])], "t.csv")
