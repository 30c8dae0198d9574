from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecast.axes import Floats
from forecast.services.staff.redeploy import Ways, kilometres, redeploy, ways
from forecast.services.staff.teachers import STAGES

DOWN = {"senior": ("junior", "primary"), "junior": ("primary",)}
TWO = np.ones((2, 2))
FAR = np.array([[0.0, 10.0], [10.0, 0.0]])
# cells of two areas: kindergarten, primary, junior, senior, and the same of the second area
K1, P1, J1, S1, K2, P2, J2, S2 = range(8)


def rules(most: float = 1.0, reach: Floats = TWO, may: dict[str, tuple[str, ...]] | None = None) -> Ways:
    return ways(STAGES, DOWN if may is None else may, reach, FAR[: len(reach), : len(reach)], most)


def cells(**given: float) -> Floats:
    out = np.zeros(8)
    for name, value in given.items():
        out[globals()[name]] = value
    return out


def moved(have: Floats, needed: Floats, of: Ways) -> dict[tuple[int, int], float]:
    found = redeploy(have, needed, of)
    return {(int(i), int(j)): round(float(found[i, j]), 9) for i, j in np.argwhere(found > 0)}


def test_within_the_area_first() -> None:
    have, needed = cells(J1=20, J2=20), cells(J1=10, J2=10, P1=8)
    assert moved(have, needed, rules()) == {(J1, P1): 8}


def test_what_is_still_missing_comes_from_the_other_area_in_the_same_stage() -> None:
    have, needed = cells(J1=15, P2=50, J2=50), cells(J1=10, P2=40, J2=40, P1=12)
    assert moved(have, needed, rules()) == {(J1, P1): 5, (P2, P1): 7}


def test_fewer_stages_apart_first() -> None:
    have, needed = cells(S1=20, J1=20), cells(S1=10, J1=10, P1=8)
    assert moved(have, needed, rules()) == {(J1, P1): 8}


def test_the_nearer_area_first() -> None:
    far = np.array([[0.0, 9.0, 4.0], [9.0, 0.0, 9.0], [4.0, 9.0, 0.0]])
    have, needed = np.array([0.0, 20.0, 20.0]), np.array([8.0, 10.0, 10.0])
    found = redeploy(have, needed, ways(("primary",), {}, np.ones((3, 3)), far, 1.0))
    assert found[2, 0] == pytest.approx(8.0)
    assert found.sum() == pytest.approx(8.0)


def test_the_most_are_moved_though_it_costs_more() -> None:
    # cheapest for junior 1 is its own primary; then senior 2, who may not go to junior 1's places, helps nobody
    have = cells(J1=14, P2=10)
    needed = cells(J1=10, P1=4, P2=10, J2=4)
    assert moved(have, needed, rules()) == {(J1, P1): 4}
    have = cells(J1=14, P2=14)
    found = moved(have, cells(J1=10, P1=4, P2=10, J2=4), rules())
    assert found == {(J1, J2): 4, (P2, P1): 4}


def test_nobody_teaches_what_the_rules_do_not_allow() -> None:
    have, needed = cells(K1=20, P1=20), cells(K1=10, P1=10, J1=10, S1=10)
    assert moved(have, needed, rules()) == {}


def test_an_area_out_of_reach_neither_gives_nor_takes() -> None:
    have, needed = cells(P2=20), cells(P2=10, P1=5)
    assert moved(have, needed, rules(reach=np.eye(2))) == {}
    assert moved(have, needed, rules()) == {(P2, P1): 5}


def test_no_more_than_the_share_that_may_be_moved() -> None:
    have, needed = cells(P2=20), cells(P2=10, P1=5)
    assert moved(have, needed, rules(most=0.1)) == {(P2, P1): 2}
    assert moved(have, needed, rules(most=0.0)) == {}


def test_a_shortage_is_not_netted_against_a_surplus() -> None:
    have, needed = cells(K1=20, S2=5), cells(K1=10, S2=15)
    assert redeploy(have, needed, rules()).sum() == 0.0  # law 10


def test_distances() -> None:
    lon, lat = np.array([126.0, 127.0]), np.array([45.0, 45.0])
    found = kilometres(lon, lat)
    assert found[0, 1] == found[1, 0] == pytest.approx(78.6, abs=0.1)  # a degree of longitude at 45 north
    assert np.diag(found).tolist() == [0.0, 0.0]


STOCKS = arrays(np.float64, 8, elements=st.floats(0.0, 500.0).map(lambda value: round(value, 2)))
MOST = st.sampled_from([0.0, 0.05, 0.4, 1.0])


@given(STOCKS, STOCKS, MOST)
def test_who_gives_can_spare_and_who_takes_lacks(have: Floats, needed: Floats, most: float) -> None:
    of = rules(most)
    found = redeploy(have, needed, of)
    assert (found >= 0).all()
    assert (found[~np.isfinite(of.cost)] == 0).all()
    assert (found.sum(axis=1) <= np.minimum(np.maximum(have - needed, 0), most * have) + 1e-12).all()
    assert (found.sum(axis=0) <= np.maximum(needed - have, 0) + 1e-12).all()
    assert np.array_equal(found, redeploy(have, needed, of))  # the same every time


@given(STOCKS, STOCKS)
def test_nothing_that_could_be_filled_stays_empty(have: Floats, needed: Floats) -> None:
    of = rules()
    found = redeploy(have, needed, of)
    spare = np.maximum(have - needed, 0) - found.sum(axis=1)
    lack = np.maximum(needed - have, 0) - found.sum(axis=0)
    assert not ((spare > 1e-6)[:, None] & (lack > 1e-6)[None, :] & np.isfinite(of.cost)).any()


@given(STOCKS, STOCKS, st.integers(0, 7), st.floats(0.1, 50.0))
def test_more_need_moves_no_fewer_beyond_what_it_keeps(have: Floats, needed: Floats, at: int, more: float) -> None:
    """What is left to recruit never falls when one place needs more."""
    of = rules(0.4)

    def to_recruit(need: Floats) -> float:
        return float(np.maximum(need - have, 0).sum() - redeploy(have, need, of).sum())

    raised = needed.copy()
    raised[at] += more
    assert to_recruit(raised) >= to_recruit(needed) - 1e-6
