"""The areas' moves as those of one area: at the launch they are the sums, whatever the level of the imbalance."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from forecast.axes import AGES, Floats
from forecast.demography.city_flows import moving_as_one, outside, summed
from forecast.demography.flows import Change, Note, OriginDestination, Rates, net_of
from forecast.demography.housing import Housing, HousingAsOne
from forecast.demography.migration import Moves, NetMigration, When
from forecast.demography.settlement import Dwellings
from forecast.demography.urbanisation import Urbanisation
from forecast.project.movement import HousingSpec
from forecast.run.model import Result

AREAS, POOLS = 3, 2
PLACES = AREAS + POOLS
LATER = When(2025, 3)


def people() -> Floats:
    return np.random.default_rng(1).uniform(100.0, 900.0, (AREAS, 2, AGES))


def table(seed: int) -> Floats:
    """Moves a year among a few per cent of the people; none inside a place or between pools."""
    moved = np.random.default_rng(seed).uniform(0.1, 4.0, (2, AGES, PLACES, PLACES))
    moved[..., range(PLACES), range(PLACES)] = 0.0
    moved[..., AREAS:, AREAS:] = 0.0
    return moved


def system(*changes: Change, pull: float = 0.0, mobility: float = 1.0) -> OriginDestination:
    pools = np.full((30, POOLS, 2, AGES), 5e4)
    rates = [Rates.of(table(seed), people(), pools[0]) for seed in (2, 3)]
    sizes = np.append(people()[..., 25:].sum(axis=(1, 2)), pools[0][..., 25:].sum(axis=(1, 2)))
    profile = np.ones((2, AGES))
    return OriginDestination(
        rates[0], rates[1], pools, 2021, profile, 0.7, 0.9, mobility, changes=changes, sizes=sizes, pull=pull
    )


def housing(harbin_spec: HousingSpec, *dwellings: float) -> Housing:
    return Housing({2025: Dwellings(np.array(dwellings), np.full(AREAS, np.nan))}, harbin_spec)


@pytest.fixture(scope="module")
def spec(baseline: Result) -> HousingSpec:
    found = baseline.models.movement.housing
    assert found is not None
    return found


def whole() -> Floats:
    return np.asarray(people().sum(axis=0, keepdims=True))


def moved(flows: OriginDestination, here: Floats, when: When = LATER) -> Moves:
    found = flows.moves(here, when)
    assert found.between is not None
    return found


@pytest.mark.parametrize("scale", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("pull", [0.0, 0.75])
def test_at_the_launch_the_city_gains_what_its_areas_gain(scale: float, pull: float) -> None:
    areas = system(pull=pull).scaled(scale)
    one = summed(areas, people())
    every, city = moved(areas, people()), moved(one, whole())
    assert city.net[0] == pytest.approx(every.net.sum(axis=0), abs=1e-9 * float(people().sum()), rel=1e-9)
    # gross moves to and from each pool are sums too; nobody moves from the city to itself
    assert city.between is not None
    assert every.between is not None
    assert city.between == pytest.approx(outside(every.between, AREAS))
    assert not city.between[..., 0, 0].any()


def test_the_bundled_city_gains_what_its_areas_gain(baseline: Result) -> None:
    fitted = baseline.systems.fitted
    flows, core = fitted.components.migration, fitted.launch.people - fitted.components.students[0]
    assert isinstance(flows, OriginDestination)
    areas = dataclasses.replace(flows, pull=0.0)
    one = moving_as_one(areas, core)
    assert isinstance(one, OriginDestination)
    assert one.scale == areas.scale
    when = When(fitted.launch.year + 1, 0)
    gap = one.moves(core.sum(axis=0, keepdims=True), when).net[0] - areas.moves(core, when).net.sum(axis=0)
    assert np.abs(gap).max() < 1e-9 * core.sum()


def test_mobility_and_pull_act_on_the_whole() -> None:
    usual, more = (moved(summed(system(mobility=factor), people()), whole()) for factor in (1.0, 1.5))
    assert more.net == pytest.approx(1.5 * usual.net)
    drawn = summed(system(pull=0.75), people())
    assert drawn.sizes is not None
    assert len(drawn.sizes) == 1 + POOLS
    shrunk = drawn.moves(0.5 * whole(), LATER).between
    there = drawn.moves(whole(), LATER).between
    assert shrunk is not None
    assert there is not None
    assert shrunk[..., 1:, 0] == pytest.approx(0.5**0.75 * there[..., 1:, 0])


def test_dwellings_bring_the_city_those_from_outside(spec: HousingSpec) -> None:
    built = housing(spec, 0.0, 40.0, 15.0)
    with_them, without = system(built), system()
    when = When(2026, 4)
    extra = moved(with_them, people(), when).net.sum(axis=0) - moved(without, people(), when).net.sum(axis=0)
    one = [moved(summed(item, people()), whole(), when).net[0] for item in (with_them, without)]
    # the level of the imbalance is not that of the launch any more, and with it who comes from inside
    assert (one[0] - one[1]).sum() == pytest.approx(extra.sum(), rel=0.1)
    assert extra.sum() > 1.0
    at_once = When(2025, 0)
    coming = moved(system(), people(), at_once).between
    assert coming is not None
    change = HousingAsOne(built, coming[..., :AREAS])
    every, _ = built.apply(coming, people(), LATER)
    city, notes = change.apply(outside(coming, AREAS), whole(), LATER)
    gained = net_of(every, AREAS).sum(axis=0) - net_of(coming, AREAS).sum(axis=0)
    assert net_of(city, 1)[0] - net_of(outside(coming, AREAS), 1)[0] == pytest.approx(gained, rel=1e-9, abs=1e-9)
    assert notes[0][2] == pytest.approx(gained.sum())
    asked = sum(part.sum() for part in built.incomers(2025, AREAS))
    assert 0.1 * asked < gained.sum() < 0.9 * asked


def test_dwellings_of_recorded_years_bring_the_city_nobody(spec: HousingSpec) -> None:
    one = summed(system(housing(spec, 100.0, 0.0, 0.0)), people())
    known, later = (moved(one, whole(), When(2025, after)) for after in (0, 1))
    assert known.notes == ()
    assert later.notes[0][0] == "arrivals in new dwellings"
    assert later.net.sum() > known.net.sum() + 1.0


def test_nobody_comes_where_nobody_moves(spec: HousingSpec) -> None:
    still = summed(system(housing(spec, 100.0, 0.0, 0.0), mobility=0.0), people())
    found = moved(still, whole())
    assert not found.net.any()
    assert "find nobody to come" in found.notes[-1][3]


def test_a_shift_inside_the_city_is_nothing_for_the_city() -> None:
    rule = Urbanisation(np.array([0.9, 0.5, 0.2]), np.array([0.5, 0.9]), 2024, 1.0)
    assert summed(system(rule), people()).changes == ()


def test_what_is_not_known_as_one_is_refused() -> None:
    class Strange:
        def apply(self, between: Floats, survivors: Floats, when: When) -> tuple[Floats, tuple[Note, ...]]:
            del survivors, when
            return between, ()

    with pytest.raises(TypeError, match="Strange"):
        summed(system(Strange()), people())


def test_net_rates_stay_those_of_all_areas_together() -> None:
    parent = np.linspace(-0.01, 0.01, AGES) * np.ones((2, 1))
    net = NetMigration(np.zeros((AREAS, 2, AGES)), parent, np.ones((2, AGES)), 1.0, 1.0)
    one = moving_as_one(net, people())
    assert one.moves(whole(), LATER).net[0] == pytest.approx(parent * whole()[0])
