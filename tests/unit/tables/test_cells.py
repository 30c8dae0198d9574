from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.tables.cells import Typed, typed
from forecast.tables.schema import Column, load_schema

PEOPLE = load_schema("population").column("people")
WIDTH = load_schema("population").column("age_width")
START = load_schema("population").column("age_start")
AREA = load_schema("population").column("area")
SEX = load_schema("population").column("sex")
DATE = load_schema("population").column("date")
YEAR = load_schema("tfr").column("year")
VALUE = load_schema("indicators").column("value")
TEXT = load_schema("sources").column("title")


def cells(column: Column, *texts: str) -> Typed:
    return typed(pa.array(texts, pa.large_string()), column)


def misfit(column: Column, text: str) -> tuple[str, str]:
    """What was expected, and the way out, of the one misfit of one cell."""
    (only,) = cells(column, text).misfits
    assert only.at.tolist() == [True]
    return only.expected, only.way_out(text)


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("12", 12),
        ("1,097,430", 1097430),
        ("1 097 430", 1097430),
        ("１２", 12),
        ("１，０００", 1000),
        ("+7", 7),
        ("1e3", 1000),
    ],
)
def test_figures_as_people_write_them(text: str, figure: int) -> None:
    result = cells(PEOPLE, text)
    assert result.misfits == ()
    assert result.values.dtype == np.int64
    assert result.values.tolist() == [figure]


@pytest.mark.parametrize(
    "text", ["twelve", "1,5", "12,34", "1.2.3", "0x10", "1_000", "nan", "inf", "-inf", "1e999", "--"]
)
def test_words_are_no_figures(text: str) -> None:
    assert misfit(VALUE, text)[0] == "a number"


def test_a_percent_sign_and_a_dash_have_their_way_out() -> None:
    assert misfit(VALUE, "12%")[1] == "write the figure without the sign; the schema names the unit"
    assert misfit(VALUE, "-")[1] == "leave the cell blank if there is no figure"


def test_a_blank_is_not_zero() -> None:
    expected, way_out = misfit(PEOPLE, "")
    assert expected == "a figure"
    assert way_out == "a blank is not zero (law 9): write the figure, 0 if it is none, or leave the row out"


def test_a_blank_that_the_schema_allows_stays_a_blank() -> None:
    result = cells(WIDTH, "5", "")
    assert result.misfits == ()
    assert result.values.tolist()[0] == 5
    assert math.isnan(result.values[1])


def test_counts_are_whole_and_not_negative() -> None:
    assert misfit(PEOPLE, "-1")[0] == "not less than 0"
    assert misfit(PEOPLE, "1.5")[0] == "a whole number"


def test_the_range_of_the_schema() -> None:
    assert misfit(START, "121")[0] == "not more than 120"
    assert misfit(YEAR, "1066")[0] == "not less than 1900"
    assert cells(START, "0", "120").misfits == ()


def test_years_with_the_word_for_year() -> None:
    assert cells(YEAR, "2020年", "2021 年", "2022").values.tolist() == [2020, 2021, 2022]
    assert misfit(YEAR, "2020/21")[0] == "a year such as 2020"


@pytest.mark.parametrize("text", ["2020-11-01", "2020/11/1", "2020.11.1", "2020年11月1日", "２０２０-11-01"])
def test_days_as_people_write_them(text: str) -> None:
    result = cells(DATE, text)
    assert result.misfits == ()
    assert result.values.tolist() == [np.datetime64("2020-11-01", "s").item()]


@pytest.mark.parametrize("text", ["2020-02-30", "2020-13-01", "2020", "1/11/2020", "soon"])
def test_what_is_no_day(text: str) -> None:
    assert misfit(DATE, text)[0] == "a day such as 2020-11-01"


def test_labels_become_the_words_of_the_schema() -> None:
    result = cells(SEX, "男", "女", "Male", " ｆｅｍａｌｅ ")
    assert result.misfits == ()
    assert result.values.to_pylist() == ["male", "female", "male", "female"]


def test_an_unknown_label() -> None:
    assert misfit(SEX, "mael") == ("one of male, female", "did you mean male?")


def test_codes_keep_their_zeros() -> None:
    result = cells(AREA, "000000", "230102.0", "２３０１０２")
    assert result.misfits == ()
    assert result.values.to_pylist() == ["000000", "230102", "230102"]
    assert misfit(AREA, "Daoli")[0] == "digits only"


def test_free_text_is_left_as_it_is() -> None:
    title = "标准（试行）, 1,000"
    assert cells(TEXT, title).values.to_pylist() == [title]
    assert misfit(TEXT, "") == ("a value", "fill the cell, or leave the row out")


def test_one_column_may_have_several_misfits() -> None:
    found = cells(PEOPLE, "1", "", "x", "-1", "1.5").misfits
    assert [np.flatnonzero(each.at).tolist() for each in found] == [[1], [2], [4], [3]]


def test_no_rows() -> None:
    for column in (PEOPLE, VALUE, AREA, SEX, DATE, YEAR, TEXT):
        assert len(cells(column).values) == 0
        assert cells(column).misfits == ()


@given(st.lists(st.integers(0, 2**53 - 1), min_size=1, max_size=20))
def test_any_count_reads_as_written(figures: list[int]) -> None:
    assert cells(PEOPLE, *map(str, figures)).values.tolist() == figures
    assert cells(PEOPLE, *(f"{figure:,}" for figure in figures)).values.tolist() == figures


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_any_number_reads_as_written(figures: list[float]) -> None:
    anything = replace(VALUE, minimum=None, maximum=None)
    assert cells(anything, *map(repr, figures)).values.tolist() == figures
