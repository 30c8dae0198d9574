from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.axes import AGES, Floats
from forecast.demography.flow_ground import (
    Arrivals,
    Beyond,
    arrivals_a_year,
    balanced,
    fitted,
    past_moves,
    streams_of,
    told_by,
)
from forecast.demography.flow_seeds import ObservedMoves, age_schedule, seeds
from forecast.demography.flows import net_of, streams
from forecast.demography.migration import NetMigration, When, model_schedule
from forecast.demography.settlement import Settlement
from forecast.errors import InputError
from forecast.project.movement import GravitySpec
from forecast.project.parts import Assumption

AREAS = 4
BOXES = np.array(
    [[126.5, 126.6, 127.0, 128.5], [45.6, 45.6, 45.6, 46.0], [126.7, 127.0, 128.0, 129.0], [45.9, 45.8, 46.1, 46.4]]
)


def assumed(value: float) -> Assumption:
    return Assumption(value=value, status="assumed", source="laoyou-method")


def spec(pull: float = 0.0) -> GravitySpec:
    return GravitySpec(
        origin=assumed(0.9),
        destination=assumed(pull),
        distance=assumed(-1.2),
        back=assumed(0.7),
        province_km=assumed(250.0),
    )


def place() -> Settlement:
    near = np.array([[3e4, 2e4, 5e3, 1e3], [6e4, 5e4, 8e3, 2e3]])
    return Settlement(
        np.array([126.6, 126.7, 127.5, 128.8]), np.array([45.75, 45.70, 45.9, 46.2]), near * 2, near, near / 5, BOXES
    )


def people() -> Floats:
    age = np.exp(-np.arange(AGES) / 45.0)
    sizes = np.array([4e5, 3e5, 2e5, 1e5])[:, None, None]
    return np.asarray(sizes * np.repeat((age / age.sum() / 2.0)[None], 2, axis=0))


def beyond() -> Beyond:
    province, nation = people().sum(axis=0) * 4.0, people().sum(axis=0) * 200.0
    return Beyond.of(people().sum(axis=0), np.stack([province] * 3), np.stack([nation] * 3), 2020)


def rates(slope: float = 1.0) -> NetMigration:
    net = slope * np.array([0.01, 0.005, -0.02, -0.04])[:, None, None] * np.ones((AREAS, 2, AGES))
    parent = (net * people()).sum(axis=0) / people().sum(axis=0)
    return NetMigration(net, parent, np.ones((2, AGES)), 1.0, 1.0)


def arrivals() -> Arrivals:
    return Arrivals.of(place(), np.zeros((2, AREAS)), 15.0)


def test_a_stock_grows_by_arrivals_less_those_who_cease_to_be_strangers() -> None:
    # a steady stock of 150 with a stay of 15 years takes 10 a year; one that grew by 100 in ten years 10 more
    stocks = np.array([[150.0, 100.0, 100.0], [150.0, 200.0, 0.0]])
    assert arrivals_a_year(stocks, 15.0).tolist() == pytest.approx([10.0, 20.0, 0.0])


def test_students_are_no_strangers() -> None:
    held = np.array([[0.0] * AREAS, place().near[1] + place().far[1]])
    assert (Arrivals.of(place(), held, 15.0).yearly < arrivals().yearly).all()


@settings(max_examples=20, deadline=None)
@given(st.floats(-1.5, 1.5))
def test_net_at_the_launch_is_that_of_the_rates(slope: float) -> None:
    net = rates(slope)
    found = fitted(net, people(), arrivals(), place(), beyond(), spec())
    moves = found.moves(people(), When(2021, 0))
    assert moves.net == pytest.approx(net.moves(people(), When(2021, 0)).net, abs=1e-6)
    assert moves.between is not None
    assert (moves.between >= 0).all()
    # nobody is counted who stays in a place or moves in the world outside
    assert np.abs(np.diagonal(moves.between, axis1=-2, axis2=-1)).max() == 0.0
    assert np.abs(moves.between[..., AREAS:, AREAS:]).max() == 0.0


@pytest.mark.parametrize("slope", [0.0, 0.3, -0.05])
def test_arrivals_are_as_many_as_the_stocks_tell_whatever_the_net(slope: float) -> None:
    who = seeds(place(), people().sum(axis=(1, 2)), beyond().people[0].sum(axis=(1, 2)), spec(0.9), None)
    net = rates(slope).moves(people(), When(2021, 0)).net
    found = past_moves(net, people(), arrivals(), who, model_schedule(), 0.7)
    came, left = streams(found, AREAS)
    assert came.sum(axis=(1, 2)) == pytest.approx(arrivals().yearly, rel=1e-6)
    assert came - left == pytest.approx(net, abs=1e-6)


def test_more_come_than_told_only_where_the_net_asks_for_them() -> None:
    net = rates().moves(people(), When(2021, 0)).net
    gains = np.maximum(net, 0.0).sum(axis=(1, 2))
    told = np.array([0.5, 3.0, 0.0, 5.0]) * np.maximum(gains, 100.0)
    came, left = (part.sum(axis=(1, 2)) for part in streams_of(net, people(), told, model_schedule()))
    assert came[[1, 3]] == pytest.approx(told[[1, 3]], rel=1e-9)
    # one-way, with the smallest counter-stream: a tenth of the larger one
    assert left[0] == pytest.approx(0.1 * came[0])
    assert came[2] == pytest.approx(0.1 * left[2])


def test_arrivals_that_cannot_be_as_told_are_an_override() -> None:
    few = Arrivals(arrivals().yearly * np.array([1.0, 1.0, 1.0, 0.01]), arrivals().far)
    kept, other = (fitted(rates(0.1), people(), came, place(), beyond(), spec()) for came in (arrivals(), few))
    assert kept.notes == ()
    measure, before, after, _ = other.moves(people(), When(2021, 0)).notes[0]
    assert measure == "arrivals"
    assert before == pytest.approx(few.yearly[3])
    assert after > 1.5 * before
    assert other.moves(people(), When(2022, 1)).notes == ()


def test_arrivals_are_of_the_origin_that_the_stocks_tell() -> None:
    who = seeds(place(), people().sum(axis=(1, 2)), beyond().people[0].sum(axis=(1, 2)), spec(0.9), None)
    net = rates(0.0).moves(people(), When(2021, 0)).net
    found = past_moves(net, people(), arrivals(), who, model_schedule(), 0.7)
    came, left = streams(found, AREAS)
    assert left == pytest.approx(came, abs=1e-6)
    # a sixth of the strangers come from other provinces (near : far = 5 : 1)
    assert found[..., -1, :AREAS].sum() == pytest.approx(arrivals().yearly.sum() / 6.0, rel=1e-6)
    # moves to the rest of the province are 0.7 of those from it
    assert found[..., :AREAS, AREAS].sum() == pytest.approx(0.7 * found[..., AREAS, :AREAS].sum(), rel=1e-6)
    # who goes where keeps the odds of the seeds: next door beats far away
    odds = found[1, 30, 2, 3] * found[1, 30, 0, 1] / (found[1, 30, 2, 1] * found[1, 30, 0, 3])
    assert odds == pytest.approx(who[2, 3] * who[0, 1] / (who[2, 1] * who[0, 3]), rel=1e-6)
    assert odds > 1.0


def test_when_imbalances_have_faded_any_two_places_exchange_as_many() -> None:
    found = fitted(rates(), people(), arrivals(), place(), beyond(), spec()).scaled(0.0)
    moves = found.moves(people(), When(2021, 0))
    assert moves.between is not None
    assert moves.between == pytest.approx(np.swapaxes(moves.between, -1, -2), abs=1e-9)
    assert moves.net == pytest.approx(np.zeros_like(moves.net), abs=1e-6)
    seen = np.random.default_rng(5).uniform(size=(2, 3, 4, 4))
    even = balanced(seen, 2)
    assert even == pytest.approx(np.swapaxes(even, -1, -2))
    assert even[..., 2:, :2] == pytest.approx(seen[..., 2:, :2])


def test_no_arrivals_grow_because_an_imbalance_fades() -> None:
    found = fitted(rates(), people(), arrivals(), place(), beyond(), spec())
    full, none = (found.scaled(level).moves(people(), When(2021, 0)).between for level in (1.0, 0.0))
    assert full is not None
    assert none is not None
    assert (none[..., :AREAS] <= full[..., :AREAS] + 1e-9).all()
    assert none[..., AREAS:, :AREAS] == pytest.approx(full[..., AREAS:, :AREAS])
    # the last area was left: fewer leave, nobody comes whom no count has seen
    came, left = (part[3].sum() for part in streams(full, AREAS))
    still, gone = (part[3].sum() for part in streams(none, AREAS))
    assert gone == pytest.approx(still)
    assert still <= came < left


def test_a_place_that_halved_draws_fewer() -> None:
    few = people() * np.array([1.0, 1.0, 1.0, 0.5])[:, None, None]

    def came(pull: float) -> float:
        found = fitted(rates(0.0), people(), arrivals(), place(), beyond(), spec(pull))
        moves = found.moves(few, When(2021, 0))
        return float(streams(moves.between if moves.between is not None else few, AREAS)[0][3].sum())

    usual = float(arrivals().yearly[3])
    # the other areas send as many as before, and a fixed share of the outside world still comes
    assert came(0.0) == pytest.approx(usual, rel=1e-6)
    assert 0.5 * usual < came(1.0) < 0.6 * usual


def test_net_is_zero_by_pair_where_nobody_moves() -> None:
    nobody = Arrivals(np.zeros(AREAS), np.zeros(AREAS))
    found = fitted(rates(0.0), people(), nobody, place(), beyond(), spec())
    moves = found.moves(people(), When(2021, 0))
    assert moves.between is not None
    assert moves.between.sum() == pytest.approx(0.0, abs=1e-9)
    assert net_of(moves.between, AREAS) == pytest.approx(np.zeros((AREAS, 2, AGES)), abs=1e-12)


def test_the_rest_of_the_province_lies_between_city_and_nation() -> None:
    pools = beyond().people[0]
    assert pools[0] == pytest.approx(people().sum(axis=0) * 3.0)
    assert pools[1] == pytest.approx(people().sum(axis=0) * 196.0)


def test_where_no_table_can_hold_the_moves_fewer_stay_inside() -> None:
    # the first area takes in all that the others could ever let go
    came = Arrivals(np.array([2e4, 0.0, 0.0, 0.0]), np.zeros(AREAS))
    who = seeds(place(), people().sum(axis=(1, 2)), beyond().people[0].sum(axis=(1, 2)), spec(0.9), None)
    gain = np.array([1.9e4, -1e3, -1e3, -1e3])[:, None, None] * people() / people().sum(axis=(1, 2), keepdims=True)
    found = past_moves(gain, people(), came, who, model_schedule(), 0.7)
    assert net_of(found, AREAS) == pytest.approx(gain, rel=1e-5, abs=1e-9)


def test_a_table_of_moves_says_who_goes_where() -> None:
    sizes, pools = people().sum(axis=(1, 2)), beyond().people[0].sum(axis=(1, 2))
    pairs = np.random.default_rng(9).uniform(50.0, 500.0, (AREAS + 2, AREAS + 2))
    pairs[range(AREAS + 2), range(AREAS + 2)] = np.nan
    pairs[AREAS:, AREAS:] = np.nan
    pairs[0, 1], pairs[1, 2] = np.nan, 0.0
    none = np.zeros(0)
    who = seeds(place(), sizes, pools, spec(0.9), ObservedMoves(pairs, none, none, none, np.full(AREAS, np.nan)))
    told = np.isfinite(pairs) & (pairs > 0)
    assert who[told] / who[3, 1] == pytest.approx(pairs[told] / pairs[3, 1])
    # a pair without a row is filled in, one that was empty hardly used, and nobody moves inside a place
    assert 10.0 < who[0, 1] / who[3, 1] * pairs[3, 1] < 1e3
    assert who[1, 2] / who[3, 1] * pairs[3, 1] == pytest.approx(0.5)
    assert np.trace(who) == 0.0


def table(pairs: Floats) -> ObservedMoves:
    """A table of moves of all ages."""
    none = np.zeros(0)
    return ObservedMoves(pairs, none, none, none, np.full(AREAS, np.nan))


def test_a_table_of_moves_says_how_many_come_where_it_has_every_origin() -> None:
    pairs = np.random.default_rng(4).uniform(300.0, 500.0, (AREAS + 2, AREAS + 2))
    pairs[range(AREAS + 2), range(AREAS + 2)] = np.nan
    pairs[AREAS:, AREAS:] = np.nan
    pairs[1, 2] = np.nan
    found = fitted(rates(0.1), people(), arrivals(), place(), beyond(), spec(), table(pairs)).moves(
        people(), When(2021, 0)
    )
    assert found.between is not None
    came = streams(found.between, AREAS)[0].sum(axis=(1, 2))
    known = [0, 1, 3]
    assert came[known] == pytest.approx(np.nansum(pairs[:, known], axis=0), rel=1e-6)
    # the third area lacks an origin: its people registered elsewhere stand
    assert came[2] == pytest.approx(arrivals().yearly[2], rel=1e-6)
    from_nation = found.between[..., -1, known].sum(axis=(0, 1))
    assert from_nation == pytest.approx(pairs[-1, known], rel=1e-6)
    # moves back to the rest of the province in the table's proportion to those from it
    assert told_by(table(pairs), arrivals(), 0.7)[1] == pytest.approx(
        pairs[:AREAS, AREAS].sum() / pairs[AREAS, :AREAS].sum()
    )
    # that nobody comes is told too
    pairs[:, 3] = np.where(np.isnan(pairs[:, 3]), np.nan, 0.0)
    assert told_by(table(pairs), arrivals(), 0.7)[0].yearly[3] == 0.0
    pairs[0, AREAS] = np.nan
    assert told_by(table(pairs), arrivals(), 0.7)[1] == 0.7


def test_a_table_by_age_says_when_people_move() -> None:
    starts = np.arange(0.0, 85.0, 5.0)
    truth = 1.0 + 4.0 * np.exp(-0.5 * ((np.arange(AGES) + 0.5 - 24.0) / 5.0) ** 2)
    whole = people().sum(axis=(0, 1))
    counts = np.add.reduceat((truth * whole)[:85], starts.astype(int)) / 50.0
    seen = ObservedMoves(
        np.full((AREAS + 2, AREAS + 2), np.nan), starts + 2.5, counts, np.full(len(starts), 5.0), np.full(AREAS, np.nan)
    )
    found = age_schedule(AGES, seen, whole)
    assert abs(int(np.argmax(found)) - 24) <= 2
    again = np.add.reduceat((found * whole)[:85], starts.astype(int))
    assert again / again.sum() == pytest.approx(counts / counts.sum(), rel=0.15)
    assert age_schedule(AGES, None, whole).tolist() == model_schedule().tolist()


def test_boxes_that_meet_stand_for_a_border() -> None:
    # 1 meets 2, 2 meets 3, the fourth lies apart
    found = place().contiguous()
    assert found.tolist() == [[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]


def test_a_regression_on_a_table_of_moves_takes_the_terms_that_are_stated() -> None:
    sizes, pools = people().sum(axis=(1, 2)), beyond().people[0].sum(axis=(1, 2))
    rng = np.random.default_rng(11)
    pairs = rng.uniform(50.0, 60.0, (AREAS + 2, AREAS + 2))
    # neighbours exchange ten times as many; one such pair was not observed
    near = place().contiguous()
    pairs[:AREAS, :AREAS] *= 1.0 + 9.0 * near
    pairs[range(AREAS + 2), range(AREAS + 2)] = np.nan
    pairs[AREAS:, AREAS:] = np.nan
    pairs[1, 2] = np.nan
    none = np.zeros(0)

    def told(*terms: str, growth: float = np.nan) -> Floats:
        stated = spec(0.9).model_copy(update={"terms": terms})
        known = ObservedMoves(pairs, none, none, none, np.full(AREAS, growth) * np.array([1.0, 2.0, 3.0, 5.0]))
        return seeds(place(), sizes, pools, stated, known)

    plain, bordering = told(), told("contiguous")
    assert bordering[1, 2] / bordering[0, 3] > 3.0 * plain[1, 2] / plain[0, 3]
    assert told("contiguous", "housing", growth=0.01)[1, 2] > 0.0
    with pytest.raises(ValueError, match="housing"):
        told("housing")


def test_a_few_ages_tell_no_schedule() -> None:
    one = ObservedMoves(np.full((6, 6), np.nan), np.array([22.5]), np.ones(1), np.full(1, 5.0), np.full(AREAS, np.nan))
    with pytest.raises(InputError, match="14 age groups"):
        age_schedule(AGES, one, people().sum(axis=(0, 1)))
