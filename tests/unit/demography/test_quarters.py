"""Group quarters: counts that replace what would be inferred, and that stay apart."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.axes import AGES, Floats
from forecast.demography.base import in_groups
from forecast.demography.quarters import STUDENTS, Cell, Counted, held_apart, quarter_paths, together
from forecast.demography.students import StudentRule, moves
from forecast.errors import InputError

STARTS = np.array([0.0, 1.0, *range(5, 90, 5)])
FIFTEEN, TWENTY = 4, 5
AREAS = ("230101", "230102", "230103")
RULE = StudentRule(np.array([True, False, True]), np.array([False, True, False]))
GUIDE = np.ones((2, AGES))


def census() -> Floats:
    """50 people in every group, and 100 in the group 20-24 of the first and third area."""
    groups = np.full((3, 2, len(STARTS)), 50.0)
    groups[0, :, TWENTY] = groups[2, :, TWENTY] = 100.0
    return groups


def apart(*cells: Cell) -> dict[str, Floats]:
    return held_apart(RULE, Counted(cells), census(), STARTS, GUIDE, AREAS)


def test_without_a_table_students_are_inferred() -> None:
    found = held_apart(RULE, None, census(), STARTS, GUIDE, AREAS)
    assert list(found) == [STUDENTS]
    assert np.array_equal(found[STUDENTS], RULE.stock(census(), STARTS))
    assert np.array_equal(together(found), found[STUDENTS])


def test_a_count_of_students_replaces_the_inference_in_its_area_alone() -> None:
    found = apart(Cell(STUDENTS, 0, 1, 18, 23, 10.0))[STUDENTS]
    assert found[0, 1, 18:23] == pytest.approx(np.full(5, 2.0))
    assert found[0].sum() == 10
    inferred = RULE.stock(census(), STARTS)
    assert np.array_equal(found[2], inferred[2])
    assert inferred[2].sum() == pytest.approx(100)  # both sexes, 100 - 50 of the group 20-24


def test_a_count_of_nobody_is_a_count() -> None:
    assert apart(Cell(STUDENTS, 0, 0, 18, 23, 0.0))[STUDENTS][0].sum() == 0


def test_barracks_are_a_stock_of_their_own_and_no_students() -> None:
    found = apart(Cell("barracks", 0, 0, 20, 25, 30.0))
    assert list(found) == [STUDENTS, "barracks"]
    assert found["barracks"][0, 0, 20:25] == pytest.approx(np.full(5, 6.0))
    # of the 100 in the group 30 live in barracks, so 20 more than the 50 expected are students
    assert found[STUDENTS][0, 0].sum() == pytest.approx(20)
    assert found[STUDENTS][0, 1].sum() == pytest.approx(50)


def test_an_open_group_is_spread_as_people_live() -> None:
    guide = np.ones((2, AGES))
    guide[:, 90:] = 0.0
    found = held_apart(RULE, Counted((Cell("institution", 1, 1, 80, AGES, 40.0),)), census(), STARTS, guide, AREAS)
    assert found["institution"][1, 1, 80:90] == pytest.approx(np.full(10, 4.0))
    assert found["institution"][1, 1, 90:].sum() == 0


def test_more_people_in_quarters_than_in_the_census() -> None:
    cells = (Cell("barracks", 1, 0, 15, 20, 30.0), Cell("other", 1, 0, 15, 20, 30.0))
    with pytest.raises(InputError, match=r"area 230102, male, ages 15 to 19: .* at most the 50 people .* found 60"):
        apart(*cells)
    with pytest.raises(InputError, match="ages 85 to over"):
        apart(Cell("institution", 1, 0, 85, AGES, 51.0))


def test_only_students_follow_the_youth() -> None:
    stocks = apart(Cell(STUDENTS, 0, 1, 18, 23, 10.0), Cell("barracks", 1, 0, 18, 23, 30.0))
    paths = quarter_paths(stocks, np.array([100.0, 50.0, 200.0]))
    assert paths[STUDENTS][:, 0].sum(axis=(1, 2)) == pytest.approx([10, 5, 20])
    assert paths["barracks"].sum(axis=(1, 2, 3)) == pytest.approx([30, 30, 30])
    assert together(paths).sum(axis=(2, 3))[:, 1] == pytest.approx([30, 30, 30])


def test_a_stock_that_stays_has_moves_that_cancel_its_ageing() -> None:
    stock = apart(Cell("barracks", 1, 0, 18, 23, 30.0))["barracks"]
    net = moves(stock, stock)
    assert net.sum() == pytest.approx(0)
    assert (net[1, 0, 18], net[1, 0, 23]) == (pytest.approx(6), pytest.approx(-6))
    assert in_groups(stock, STARTS)[1, 0, FIFTEEN] == pytest.approx(12)
