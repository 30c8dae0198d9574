"""The order of the axes, and the stock that keeps it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.axes import AGE, AGES, AREA, FEMALE, FERTILE, MALE, OPEN_AGE, SEX, SEXES, Floats, Population, frozen

# Two areas, two sexes, three ages: the first area has 1+2+3 boys and men, 4+5+6 girls and women.
PEOPLE = np.array([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [[10.0, 20.0, 30.0], [40.0, 50.0, 60.0]]])


def test_area_sex_and_age_are_the_last_axes_in_this_order() -> None:
    draws = np.zeros((7, 6, 5, 2, 3))  # (draw, year, area, sex, age)
    assert (draws.shape[AREA], draws.shape[SEX], draws.shape[AGE]) == (5, 2, 3)


def test_male_comes_before_female() -> None:
    assert (SEXES[MALE], SEXES[FEMALE]) == ("male", "female")


def test_ages_run_from_0_to_the_open_age_and_mothers_from_15_to_49() -> None:
    assert OPEN_AGE == 110
    assert len(range(AGES)) == 111
    assert (FERTILE[0], FERTILE[-1]) == (15, 49)


def test_total_is_by_area() -> None:
    # 1+2+3 + 4+5+6 = 21, and ten times as many in the second area
    assert Population(("a", "b"), 2020, PEOPLE).total.tolist() == [21.0, 210.0]


def test_the_stock_keeps_its_own_read_only_copy() -> None:
    mine = PEOPLE.copy()
    stock = Population(("a", "b"), 2020, mine)
    mine[0, 0, 0] = 99.0
    assert stock.people[0, 0, 0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        stock.people[0, 0, 0] = 99.0


def test_frozen_turns_whole_numbers_into_float64_in_c_order() -> None:
    array: Floats = frozen(np.asfortranarray([[1, 2], [3, 4]]))
    assert array.dtype == np.float64
    assert array.flags.c_contiguous
    assert not array.flags.writeable
    assert array.tolist() == [[1.0, 2.0], [3.0, 4.0]]


@pytest.mark.parametrize(
    "people",
    [
        np.zeros((2, 3)),  # an axis is missing
        np.zeros((1, 2, 3)),  # one area for two names
        np.zeros((2, 3, 2)),  # age where sex belongs
        np.zeros((3, 1, 3)),  # three areas for two names, sexes together
        np.zeros((1, 2, 2, 3)),  # a year too many
    ],
)
def test_another_shape_is_refused(people: Floats) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        Population(("a", "b"), 2020, people)


@given(st.sampled_from([np.nan, np.inf, -np.inf, -1.0, -1e-300]), st.integers(0, PEOPLE.size - 1))
def test_a_hole_an_infinity_and_a_negative_are_refused_wherever_they_stand(value: float, place: int) -> None:
    people = PEOPLE.copy()
    people.flat[place] = value
    with pytest.raises(ValueError, match="finite and not negative"):
        Population(("a", "b"), 2020, people)


def test_nobody_is_allowed() -> None:
    assert Population(("a",), 2020, np.zeros((1, 2, 3))).total.tolist() == [0.0]


def test_sexes_may_stand_together() -> None:
    both = Population(("a", "b"), 2020, PEOPLE.sum(axis=SEX, keepdims=True))
    assert both.people.shape == (2, 1, 3)
    assert both.total.tolist() == [21.0, 210.0]


def test_cells_of_five_years_are_found_by_age() -> None:
    groups = Population(("a",), 2020, np.zeros((1, 2, 18)), 5)
    assert groups.cells(20, 40) == slice(4, 8)  # 20-24, 25-29, 30-34, 35-39
    assert Population(("a",), 2020, np.zeros((1, 2, 111))).cells(20, 40) == slice(20, 40)


@pytest.mark.parametrize(("first", "end"), [(18, 40), (20, 39)])
def test_ages_inside_a_cell_are_refused(first: int, end: int) -> None:
    with pytest.raises(ValueError, match=f"ages {first} to {end} are no borders of cells of 5 years"):
        Population(("a",), 2020, np.zeros((1, 2, 18)), 5).cells(first, end)


@pytest.mark.parametrize("width", [0, -5])
def test_a_cell_is_a_year_wide_or_more(width: int) -> None:
    with pytest.raises(ValueError, match=f"a cell of {width} years"):
        Population(("a",), 2020, np.zeros((1, 2, 3)), width)
