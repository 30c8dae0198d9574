from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.kernels import gross

FULL = (5, 2, 6)


def cells(value: float) -> Floats:
    return np.full((1, 1, 1), value)


def flow_difference(net: Floats, people: Floats, turnover: float) -> tuple[Floats, Floats]:
    """The flow difference method with b0 = turnover / 2, b1 = 1/2 and no minimum rate."""
    arrivals = np.maximum(np.maximum(0.5 * turnover * people + 0.5 * net, 0.0), net)
    return arrivals, arrivals - net


def test_a_balanced_place_turns_over_as_stated() -> None:
    arrivals, departures = gross.split(cells(0.0), cells(1000.0), np.array([[0.1]]))
    assert float(arrivals[0, 0, 0]) == pytest.approx(50.0)
    assert float(departures[0, 0, 0]) == pytest.approx(50.0)


def test_the_hyperbola_by_hand() -> None:
    # least 0: sum = sqrt(30^2 + 40^2) = 50, so 45 - 5 = 40
    arrivals, departures = gross.split(cells(40.0), cells(300.0), np.array([[0.1]]), least=0.0)
    assert float(arrivals[0, 0, 0]) == pytest.approx(45.0)
    assert float(departures[0, 0, 0]) == pytest.approx(5.0)
    # least 1/3: g = 2, sum = sqrt(30^2 + 80^2)
    arrivals, departures = gross.split(cells(-40.0), cells(300.0), np.array([[0.1]]), least=1.0 / 3.0)
    assert float((arrivals + departures)[0, 0, 0]) == pytest.approx(np.hypot(30.0, 80.0))


def test_one_way_moves_keep_the_least_counter_stream() -> None:
    arrivals, departures = gross.split(cells(90.0), cells(1000.0), np.array([[0.0]]))
    assert float(arrivals[0, 0, 0]) == pytest.approx(100.0)
    assert float(departures[0, 0, 0]) == pytest.approx(10.0)


@settings(max_examples=40)
@given(st.integers(0, 100_000), st.floats(0.0, 0.5), st.floats(0.0, 1.0))
def test_the_net_is_met_within_all_bounds(number: int, least: float, turnover: float) -> None:
    draw = np.random.default_rng(number)
    people = draw.gamma(0.3, 10.0 ** draw.uniform(0, 6), FULL) * (draw.random(FULL) < 0.9)
    net = np.maximum(draw.normal(0.0, 1.0, FULL) * people, -0.8 * people) + 5.0 * (draw.random(FULL) < 0.1)
    arrivals, departures = gross.split(net, people, np.full((2, 6), turnover), least=least)
    assert (arrivals >= 0).all()
    assert (departures >= 0).all()
    assert arrivals - departures == pytest.approx(net, rel=1e-14, abs=1e-14 * float(arrivals.max()))
    assert (arrivals + departures >= np.abs(net) * (1.0 - 1e-14)).all()
    assert (departures <= 0.8 * people).all()
    free = departures < 0.8 * people
    smaller, larger = np.minimum(arrivals, departures), np.maximum(arrivals, departures)
    assert (smaller >= least * larger - 1e-9 * larger)[free].all()
    assert (arrivals + departures >= turnover * people * (1.0 - 1e-12))[free].all()


@settings(max_examples=20)
@given(st.integers(0, 100_000))
def test_gains_and_losses_mirror(number: int) -> None:
    draw = np.random.default_rng(number)
    people, net = draw.uniform(50.0, 900.0, FULL), draw.normal(0.0, 10.0, FULL)
    there = gross.split(net, people, np.full(FULL, 0.05))
    back = gross.split(-net, people, np.full(FULL, 0.05))
    assert there[0] == pytest.approx(back[1])
    assert there[1] == pytest.approx(back[0])


def test_the_flow_difference_method_is_the_tangent() -> None:
    people, turnover = np.full((1, 1, 201), 1000.0), 0.1
    net = np.linspace(-300.0, 300.0, 201)[None, None, :]
    ours = gross.split(net, people, np.array([[turnover]]), least=0.0)
    theirs = flow_difference(net, people, turnover)
    assert (ours[0] >= theirs[0] - 1e-9).all()
    assert (ours[1] >= theirs[1] - 1e-9).all()
    near = np.abs(net) <= 3.0
    assert ours[0][near] == pytest.approx(theirs[0][near], rel=1e-3)
    # farthest at the kink, where the broken line lets one stream die: there net = turnover, sqrt(2) - 1 of a half
    assert float((ours[1] - theirs[1]).max()) == pytest.approx(100.0 * (np.sqrt(2.0) - 1.0) / 2.0, rel=0.02)


def test_the_cap_lowers_both_streams_alike() -> None:
    # wanted 500 and 500 of 1000 people, but nobody may lose more than 200
    arrivals, departures = gross.split(cells(0.0), cells(1000.0), np.array([[1.0]]), cap=0.2)
    assert float(departures[0, 0, 0]) == 200.0
    assert float(arrivals[0, 0, 0]) == 200.0
    # where nobody lives nobody leaves, whatever the least share
    arrivals, departures = gross.split(cells(7.0), cells(0.0), np.array([[0.1]]))
    assert (float(arrivals[0, 0, 0]), float(departures[0, 0, 0])) == (7.0, 0.0)


def test_a_loss_by_rounding_where_nobody_lives_is_met() -> None:
    arrivals, departures = gross.split(cells(-1e-17), cells(0.0), np.array([[0.1]]))
    assert (float(arrivals[0, 0, 0]), float(departures[0, 0, 0])) == (0.0, 1e-17)


def test_a_loss_beyond_the_cap_is_refused() -> None:
    with pytest.raises(ValueError, match=r"a net loss of 81.0 is more than 0.8 of 100.0 people, at \(0, 0, 0\)"):
        gross.split(cells(-81.0), cells(100.0), np.array([[0.1]]))
    with pytest.raises(ValueError, match="no such share"):
        gross.split(cells(0.0), cells(100.0), np.array([[0.1]]), least=1.0)
    with pytest.raises(ValueError, match="must not be negative"):
        gross.split(cells(0.0), cells(-1.0), np.array([[0.1]]))
