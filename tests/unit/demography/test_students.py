from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.demography.students import StudentRule, student_path, youth_of

RULE = StudentRule(np.array([True, False, False]), np.array([False, True, False]))


STARTS = np.array([0.0, 1.0, *range(5, 90, 5)])
FIFTEEN, TWENTY = 4, 5


def groups_of_fifty() -> np.ndarray:
    """50 people in every group of three areas and two sexes."""
    return np.full((3, 2, len(STARTS)), 50.0)


def test_excess_by_hand() -> None:
    groups = groups_of_fifty()
    groups[0, :, FIFTEEN], groups[0, :, TWENTY] = 90.0, 110.0
    stock = RULE.stock(groups, STARTS)
    # 90 - 50 = 40 at 18 and 19, 110 - 50 = 60 at 20, 21 and 22
    assert stock[0, :, 18:23] == pytest.approx(np.full((2, 5), 20.0))
    assert stock[1:].sum() == 0
    assert stock[:, :, :18].sum() == stock[:, :, 23:].sum() == 0


def test_no_campus_no_students() -> None:
    groups = groups_of_fifty()
    groups[0, :, TWENTY] = 110.0
    nobody = np.zeros(3, dtype=bool)
    assert StudentRule(nobody, RULE.plain).stock(groups, STARTS).sum() == 0
    assert StudentRule(RULE.campus, nobody).stock(groups, STARTS).sum() == 0


@given(st.integers(0, 1000))
def test_never_more_than_are_there(seed: int) -> None:
    groups = np.random.default_rng(seed).uniform(1, 100, (3, 2, len(STARTS)))
    stock = RULE.stock(groups, STARTS)
    assert (stock >= 0).all()
    assert (stock[..., 15:20].sum(axis=-1) < groups[..., FIFTEEN]).all()
    assert (stock[..., 20:25].sum(axis=-1) < groups[..., TWENTY]).all()


def test_the_stock_moves_with_the_nations_youth() -> None:
    people = np.zeros((3, 1, 2, 111))
    people[:, 0, :, 18:23] = np.array([10.0, 5.0, 20.0])[:, None, None]
    people[:, 0, :, 23:] = 99.0
    youth = youth_of(people)
    assert youth == pytest.approx([100, 50, 200])
    stock = np.arange(4.0).reshape(1, 2, 2)
    assert student_path(stock, youth) == pytest.approx(np.stack([stock, 0.5 * stock, 2.0 * stock]))
