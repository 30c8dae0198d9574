from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.demography.flows import (
    MOST,
    OriginDestination,
    Rates,
    gross,
    net_of,
    streams,
    with_outside,
    within,
)
from forecast.demography.migration import When

AREAS, POOLS, CELLS = 3, 2, 4
PLACES = AREAS + POOLS


def people(seed: int = 1) -> tuple[Floats, Floats]:
    """Areas (area, sex, age) and pools (pool, sex, age)."""
    rng = np.random.default_rng(seed)
    return rng.uniform(50.0, 500.0, (AREAS, 2, CELLS)), rng.uniform(5e3, 5e4, (POOLS, 2, CELLS))


def moved(seed: int = 2) -> Floats:
    """Yearly moves, none inside a place nor between pools."""
    table = np.random.default_rng(seed).uniform(0.0, 5.0, (2, CELLS, PLACES, PLACES))
    table[..., range(PLACES), range(PLACES)] = 0.0
    table[..., AREAS:, AREAS:] = 0.0
    return table


def system(scale: float = 1.0, damping: float = 1.0, mobility: float = 1.0) -> OriginDestination:
    areas, pools = people()
    seen = moved()
    even = 0.5 * (seen + np.swapaxes(seen, -1, -2))
    return OriginDestination(
        Rates.of(seen, areas, pools),
        Rates.of(even, areas, pools),
        np.repeat(pools[None], 5, axis=0),
        2021,
        np.ones((2, CELLS)),
        scale,
        damping,
        mobility,
    )


def test_rates_of_moves_give_the_moves_again() -> None:
    areas, pools = people()
    assert gross(Rates.of(moved(), areas, pools), areas, pools) == pytest.approx(moved(), abs=1e-12)


def test_by_hand_two_areas_and_one_pool() -> None:
    # 10 of 100 go from A to B, 5 from A to the pool, 2 of 1,000 in the pool to B
    areas, pools = np.array([[[100.0]], [[50.0]]]), np.array([[[1000.0]]])
    table = np.zeros((1, 1, 3, 3))
    table[0, 0, 0, 1], table[0, 0, 0, 2], table[0, 0, 2, 1] = 10.0, 5.0, 2.0
    rates = Rates.of(table, areas, pools)
    assert rates.out[0, 0, 0].tolist() == pytest.approx([0.0, 0.10, 0.05])
    assert rates.into[0, 0, 0].tolist() == pytest.approx([0.0, 0.002])
    # with twice as many in A and half of the pool
    assert net_of(gross(rates, 2.0 * areas, 0.5 * pools), 2).ravel().tolist() == pytest.approx([-30.0, 21.0])


@settings(max_examples=30, deadline=None)
@given(st.floats(0.0, 1.0), st.integers(0, 1000), st.floats(0.0, 2.0))
def test_moves_between_areas_sum_to_zero_by_construction(scale: float, seed: int, mobility: float) -> None:
    areas, _ = people(seed)
    rule = system(scale, 0.9, mobility)
    found = rule.moves(areas, When(2023, 2))
    assert found.between is not None
    assert (found.between >= 0).all()
    inside = found.between[..., :AREAS, :AREAS]
    assert inside.sum(axis=-1).sum(axis=-1) == pytest.approx(inside.sum(axis=-2).sum(axis=-1), rel=1e-12)
    # what is left of the net is what crosses the border of all areas together
    crossed = found.between[..., AREAS:, :AREAS].sum(axis=(-1, -2)) - found.between[..., :AREAS, AREAS:].sum(
        axis=(-1, -2)
    )
    assert found.net.sum(axis=0) == pytest.approx(crossed, abs=1e-9)


def test_an_imbalance_acts_in_proportion_on_gross_moves() -> None:
    areas, _ = people()
    full, half, none = (system(scale).moves(areas, When(2021, 0)).net for scale in (1.0, 0.5, 0.0))
    assert none == pytest.approx(np.zeros_like(none), abs=1e-10)
    assert half == pytest.approx(0.5 * full, rel=1e-9, abs=1e-10)


def test_damping_starts_after_the_last_known_total() -> None:
    areas, _ = people()
    rule = system(1.0, 0.5)
    early, later = (rule.moves(areas, When(year, after)).net for year, after in ((2021, -1), (2023, 2)))
    assert later == pytest.approx(0.25 * early, rel=1e-9, abs=1e-10)


def test_who_is_not_mobile_stays() -> None:
    areas, _ = people()
    assert system(mobility=0.0).moves(areas, When(2022, 1)).net == pytest.approx(np.zeros((AREAS, 2, CELLS)))


def test_mobility_acts_on_years_without_a_known_total() -> None:
    areas, _ = people()
    usual, twice = system(), system(mobility=2.0)
    known = [rule.moves(areas, When(2021, 0)).between for rule in (usual, twice)]
    ahead = [rule.moves(areas, When(2022, 1)).between for rule in (usual, twice)]
    assert known[1] == pytest.approx(known[0], rel=0.0, abs=0.0)
    assert ahead[0] is not None
    assert ahead[1] == pytest.approx(2.0 * ahead[0])


def test_much_mobility_empties_no_cell_and_says_so() -> None:
    areas, _ = people()
    moves = system(mobility=50.0).moves(areas, When(2022, 1))
    assert moves.between is not None
    assert (streams(moves.between, AREAS)[1] <= MOST * areas + 1e-9).all()
    assert [note[0] for note in moves.notes] == ["departures"]
    assert system(mobility=2.0).moves(areas, When(2022, 1)).notes == ()


def test_no_cell_loses_more_than_the_cap() -> None:
    areas, pools = people()
    rates = Rates.of(200.0 * moved(), areas, pools)
    assert rates.out.sum(axis=-1).max() == pytest.approx(MOST)
    kept, refused = within(200.0 * moved(), areas)
    _, left = streams(kept, AREAS)
    assert (left <= MOST * areas + 1e-9).all()
    assert refused == pytest.approx(200.0 * moved()[..., :AREAS, :].sum() - left.sum())


def test_what_a_total_adds_stayed_before_it_came() -> None:
    between, net = np.zeros((1, 1, 3, 3)), np.array([[[4.0]], [[-2.0]]])
    between[0, 0, 0, 2], between[0, 0, 1, 2], between[0, 0, 2, 1] = 3.0, 5.0, 1.0
    # the first area has 7 more than its moves leave: 3 do not go, 4 come; the second 2 more: 2 of 5 do not go
    found = with_outside(between, net)[0, 0]
    assert found.tolist() == [[0.0, 0.0, 0.0], [0.0, 0.0, 3.0], [4.0, 1.0, 0.0]]
    # and one who is missing has left
    assert with_outside(between, np.array([[[-4.0]], [[-4.0]]]))[0, 0, 0].tolist() == [0.0, 0.0, 4.0]


def test_a_control_is_exchanged_with_the_last_pool() -> None:
    table, wanted = moved(), net_of(moved(), AREAS) + np.linspace(-3.0, 3.0, AREAS)[:, None, None]
    found = with_outside(table, wanted)
    assert net_of(found, AREAS) == pytest.approx(wanted)
    assert (found >= 0).all()
    assert found[..., : PLACES - 1, : PLACES - 1] == pytest.approx(table[..., : PLACES - 1, : PLACES - 1])
