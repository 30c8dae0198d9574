from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecast.axes import Floats
from forecast.services.pupils.entry import FASTEST, Entrants, moves

RATIOS = arrays(np.float64, (3, 6), elements=st.one_of(st.just(0.0), st.just(np.nan), st.floats(0.8, 1.2)))


def test_moves_are_the_middle_grade_beside_all_areas() -> None:
    people = np.full((2, 5), 100.0)
    # 1, 2, 3 and 9 percent a year in one area, nothing in the other: half of each is beyond all areas
    ratios = np.stack([np.exp([0.0, 0.01, 0.02, 0.03, 0.09]), np.ones(5)])
    assert moves(people, ratios) == pytest.approx([0.0125, -0.0125])


def test_one_area_alone_has_no_moves() -> None:
    assert moves(np.full((1, 4), 50.0), np.full((1, 4), 1.1)).tolist() == [0.0]


def test_an_entry_grade_alone_tells_of_no_moves() -> None:
    assert moves(np.full((2, 1), 50.0), np.full((2, 1), 1.1)).tolist() == [0.0, 0.0]


def test_grades_without_pupils_or_ratio_do_not_count() -> None:
    people = np.array([[9.0, 100.0, 0.0, np.nan], [9.0, 100.0, 100.0, 100.0]])
    ratios = np.array([[1.0, 1.02, 2.0, 1.0], [1.0, 1.0, 1.0, np.nan]])
    assert moves(people, ratios)[0] == pytest.approx(0.5 * np.log(1.02))


@given(ratios=RATIOS)
def test_moves_are_finite_and_bounded(ratios: Floats) -> None:
    found = moves(np.full((3, 6), 40.0), ratios)
    assert np.isfinite(found).all()
    assert (np.abs(found) <= FASTEST).all()


def test_rows_beyond_the_launch_are_used_as_they_are() -> None:
    entrants = Entrants(np.array([[10.0], [20.0], [40.0]]), 2030, 0.0, span=2, share=1, trend=1.0, damping=0.8)
    assert [entrants.base(year)[0] for year in (2030, 2031, 2032)] == [10.0, 20.0, 40.0]
    assert [entrants.unborn(year) for year in (2032, 2033)] == [False, True]
