"""The two families of trouble, and the words of the first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.errors import SHOWN, BalanceError, Fault, ForecastError, InputError, RunLocked, TooLittleHistory

BLANK = Fault("data/births.csv, row 12, column births", "a count", "a blank", "write 0 if nobody was born")


def test_fault_says_where_what_expected_found_and_the_way_out() -> None:
    assert str(BLANK) == (
        "data/births.csv, row 12, column births: expected a count, found a blank\n  write 0 if nobody was born"
    )


def test_fault_without_a_way_out_is_one_line() -> None:
    assert str(Fault("models/births.toml", "a table [model]", "nothing")) == (
        "models/births.toml: expected a table [model], found nothing"
    )


def test_faults_of_equal_content_are_equal_and_cannot_change() -> None:
    twin = Fault(BLANK.where, BLANK.expected, BLANK.found, BLANK.way_out)
    assert twin == BLANK
    assert len({twin, BLANK}) == 1
    with pytest.raises(AttributeError):
        BLANK.where = "elsewhere"  # type: ignore[misc]  # the assignment that must fail


def test_one_is_the_same_as_a_list_of_one() -> None:
    error = InputError.one(BLANK.where, BLANK.expected, BLANK.found, BLANK.way_out)
    assert error.faults == (BLANK,)
    assert str(error) == str(InputError([BLANK])) == str(BLANK)


def test_one_makes_the_class_it_is_asked_of() -> None:
    assert type(TooLittleHistory.one("births", "5 years", "2 years")) is TooLittleHistory


def test_faults_may_come_from_a_generator() -> None:
    assert len(InputError(Fault(f"row {row}", "a number", "'x'") for row in range(3)).faults) == 3


@given(st.integers(1, 3 * SHOWN))
def test_ten_are_spelled_out_and_the_rest_is_counted(count: int) -> None:
    error = InputError([Fault(f"row {row}", "a number", "'x'") for row in range(count)])
    lines = str(error).splitlines()
    assert len(error.faults) == count
    assert lines[:SHOWN] == [f"row {row}: expected a number, found 'x'" for row in range(min(count, SHOWN))]
    assert lines[SHOWN:] == ([f"... and {count - SHOWN} more"] if count > SHOWN else [])


@pytest.mark.parametrize(
    ("family", "code"), [(InputError, 1), (TooLittleHistory, 1), (BalanceError, 1), (RunLocked, 5)]
)
def test_each_family_has_its_exit_code(family: type[ForecastError], code: int) -> None:
    assert issubclass(family, ForecastError)
    assert family.exit_code == code
