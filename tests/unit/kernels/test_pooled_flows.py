from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from forecast.axes import Floats
from forecast.kernels import multiregional
from forecast.kernels import pooled_flows as kernel
from forecast.kernels import step as single

# Nine areas in five prefectures in three provinces; the second and third province have one prefecture alone, the last
# prefecture one area alone.
MEMBERS = np.array([[4, 4, 7, 7, 7, 2, 2, 2, 9], [1, 1, 1, 1, 1, 0, 0, 0, 5], [0] * 9])


def made(seed: int) -> tuple[Floats, Floats, Floats]:
    """Shares sent (kind, area), pull (area, 2, age) and leavers (area, 2, age)."""
    draw = np.random.default_rng(seed)
    sent = draw.dirichlet(np.ones(3), 9).T
    return sent, draw.uniform(0.1, 1, (9, 2, 4)), draw.uniform(0, 50, (9, 2, 4))


def full(sent: Floats, pull: Floats, own: bool) -> Floats:
    """The matrix of shares (origin, destination, sex, age) that pools stand for, cell by cell; the rest stays."""
    areas = range(pull.shape[0])
    matrix = np.zeros((pull.shape[0], *pull.shape))
    for origin in areas:
        carried = 0.0
        for kind, pool in enumerate(MEMBERS):
            inner = np.arange(len(areas)) if kind == 0 else MEMBERS[kind - 1]
            reach = [d for d in areas if pool[d] == pool[origin] and (own or inner[d] != inner[origin])]
            carried += sent[kind, origin]
            if reach:
                matrix[origin, reach] += carried * pull[reach] / pull[reach].sum(axis=0)
                carried = 0.0
    return matrix


def test_pools_by_hand() -> None:
    # Two prefectures, pull 1, 3 | 2. Area 0 sends 10: 6 to area 1, the only other one of its prefecture, 4 beyond, to
    # area 2. Area 1 sends 20: 10 to area 0, 10 beyond. Area 2 is alone in its prefecture: all 40 go beyond, 1 to 3.
    members, sent = np.array([[0, 0, 1], [0, 0, 0]]), np.array([[0.6, 0.5, 0.9], [0.4, 0.5, 0.1]])
    leaving = np.array([10.0, 20.0, 40.0])[:, None, None] * np.ones((1, 2, 1))
    left, arrived = kernel.pools(members, sent, np.array([1.0, 3.0, 2.0])).move(leaving)
    assert left == pytest.approx(leaving)
    assert arrived[:, 0, 0] == pytest.approx([10 + 10, 6 + 30, 4 + 10])
    # With its own area in reach: prefecture 6 + 10 people 1 to 3, province 4 + 10 + 4 people 1 to 3 to 2, 36 stay in 2.
    _, arrived = kernel.pools(members, sent, np.array([1.0, 3.0, 2.0]), own=True).move(leaving)
    assert arrived[:, 0, 0] == pytest.approx([4 + 3, 12 + 9, 6 + 36])


@given(st.integers(0, 1000), st.booleans())
def test_pools_are_the_matrix_they_stand_for(seed: int, own: bool) -> None:
    sent, pull, leaving = made(seed)
    left, arrived = kernel.pools(MEMBERS, sent, pull, own=own).move(leaving)
    matrix = full(sent, pull, own)
    assert arrived == pytest.approx(np.einsum("osa,odsa->dsa", leaving, matrix), rel=1e-11)
    assert left == pytest.approx(leaving * matrix.sum(axis=1))
    assert arrived.sum(axis=0) == pytest.approx(left.sum(axis=0), rel=1e-13)


@given(st.integers(0, 1000), st.booleans())
def test_projection_equals_the_full_matrix(seed: int, own: bool) -> None:
    draw = np.random.default_rng(seed)
    sent, pull, start = made(seed)
    survival, out = draw.uniform(0.5, 1, (3, 9, 2, 4)), draw.uniform(0, 0.4, (3, 9, 2, 4))
    fertility, boys = draw.uniform(0, 0.5, (1, 9, 4)), 0.51
    pooled = kernel.project(start, survival, fertility, boys, out, kernel.pools(MEMBERS, sent, pull, own=own), years=3)
    shares = full(sent, pull, own).transpose(2, 3, 0, 1)
    ratios = []
    for ratio, rate in zip(survival, out, strict=True):
        leaving = rate.transpose(1, 2, 0)
        stay = np.eye(9) * (1.0 - leaving * shares.sum(axis=-1))[..., None]
        ratios.append(multiregional.settled(ratio, leaving[..., None] * shares + stay))
    matrix = multiregional.project(start, np.stack(ratios), fertility, boys, years=3)
    for name in ("people", "births", "newborns", "deaths"):
        assert getattr(pooled, name) == pytest.approx(getattr(matrix, name), rel=1e-11)
    assert pooled.arrived - pooled.left == pytest.approx(multiregional.net(matrix.flows), abs=1e-11)


def table(seed: int) -> Floats:
    """Shares of nine origins, about half of them missing; the last has no destination."""
    draw = np.random.default_rng(seed)
    shares = draw.uniform(0.1, 1, (9, 9)) * (draw.random((9, 9)) < 0.5)
    shares[np.arange(8), np.arange(1, 9)] += 0.1
    shares[np.arange(9), np.arange(9)] = shares[8] = 0.0
    return np.asarray(shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-300))


@given(st.integers(0, 1000))
def test_sparse_shares(seed: int) -> None:
    _, _, leaving = made(seed)
    dense = table(seed)
    left, arrived = kernel.shares(csr_array(dense)).move(leaving)
    assert arrived == pytest.approx(np.einsum("osa,od->dsa", leaving, dense))
    assert (left[:8] == leaving[:8]).all()
    assert not left[8].any()
    assert arrived.sum(axis=0) == pytest.approx(left.sum(axis=0), rel=1e-13)


@given(st.integers(0, 1000), st.booleans())
def test_the_account_of_every_area_closes(seed: int, sparse: bool) -> None:
    draw = np.random.default_rng(seed)
    sent, pull, start = made(seed)
    network: kernel.Network = kernel.shares(csr_array(table(seed))) if sparse else kernel.pools(MEMBERS, sent, pull)
    survival, out = draw.uniform(0.5, 1, (1, 1, 2, 4)), draw.uniform(0, 1, (1, 1, 2, 4))
    years = kernel.project(start, survival, draw.uniform(0, 0.5, (1, 9, 4)), 0.5, out, network, years=10)
    migrants = years.arrived - years.left
    left = single.balance(years.people[:-1], years.people[1:], years.newborns, years.deaths, migrants)
    assert np.abs(left).max() <= 1e-12 * start.sum()
    assert np.abs(migrants.sum(axis=1)).max() <= 1e-12 * start.sum()
    assert (years.people >= 0).all()
    few = kernel.project(start, survival, draw.uniform(0, 0.5, (1, 9, 4)), 0.5, out, network, years=2, events=False)
    assert few.left.shape[0] == few.births.shape[0] == 0


def test_one_dominant_area_sends_beyond_and_nobody_is_lost() -> None:
    # All but a ten-millionth of the pull of the first pool is the first area's: it counts as alone there.
    members, sent = np.array([[0, 0, 1], [0, 0, 0]]), np.array([[0.6, 0.6, 0.6], [0.4, 0.4, 0.4]])
    leaving = np.full((3, 2, 1), 7.0)
    left, arrived = kernel.pools(members, sent, np.array([1.0, 1e-7, 1.0])).move(leaving)
    assert left == pytest.approx(leaving)
    assert arrived[1, 0, 0] == pytest.approx(7e-7)  # of the last area's: the first sends all its 7 beyond its pool
    assert arrived.sum(axis=0) == pytest.approx(left.sum(axis=0), rel=1e-11)


def test_nowhere_to_go_is_staying() -> None:
    left, arrived = kernel.pools(np.zeros((1, 3), dtype=np.int64), np.ones((1, 3)), np.array([1.0, 0.0, 0.0])).move(
        np.ones((3, 2, 1))
    )
    assert left[:, 0, 0] == pytest.approx([0, 1, 1])
    assert arrived[:, 0, 0] == pytest.approx([2, 0, 0])


@pytest.mark.parametrize(
    ("members", "sent", "pull", "message"),
    [
        (np.array([[0.0, 1.0]]), np.ones((1, 2)), np.ones(2), "whole numbers"),
        (np.array([[0, 1]]), np.ones((2, 2)), np.ones(2), "do not fit 1 kinds of 2 areas"),
        (np.array([[0, 1]]), np.full((1, 2), 0.5), np.ones(2), "sum to 1"),
        (np.array([[0, 1]]), np.ones((1, 2)), np.array([1.0, -1.0]), "pull must be finite"),
        (np.array([[0, 0], [0, 1]]), np.full((2, 2), 0.5), np.ones(2), "more than one wider pool"),
    ],
)
def test_what_does_not_fit(members: Floats, sent: Floats, pull: Floats, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kernel.pools(members, sent, pull)  # type: ignore[arg-type]  # floats are one of the faults


def test_shares_and_rates_that_are_none() -> None:
    with pytest.raises(ValueError, match="nil from an area to itself"):
        kernel.shares(csr_array(np.eye(2)))
    with pytest.raises(ValueError, match=r"origins \[0\] do not sum to 1"):
        kernel.shares(csr_array(np.array([[0.0, 0.5], [1.0, 0.0]])))
    sent, pull, start = made(1)
    network = kernel.pools(MEMBERS, sent, pull)
    survival, fertility = np.ones((1, 1, 2, 4)), np.zeros((1, 1, 4))
    with pytest.raises(ValueError, match=r"to 1\.5: not shares"):
        kernel.project(start, survival, fertility, 0.5, np.full((1, 1, 2, 4), 1.5), network, years=2)
