from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from forecast.axes import AGES, FEMALE, FERTILE, Floats, Population
from forecast.demography.cohort import CohortComponent
from forecast.demography.engine import Components, Forecast, History
from forecast.demography.mortality import tables
from forecast.demography.noise import Draws
from forecast.demography.parity import BEARING, Mothers, Parity, shifted, unmoved
from forecast.demography.parity_engine import ParityProgression
from forecast.demography.parity_start import WINDOW
from forecast.demography.policy import Effect
from forecast.errors import TooLittleHistory
from forecast.kernels.parity import ORDERS, cohort
from forecast.kernels.step import Exposure, Timing

Made = Callable[..., History]
YEARS = range(2021, 2026)
THIRD = 2


def hazards() -> Floats:
    """Of first births at 20-36, of second ones at 23-40, of third and later ones at 26-44 (order, cell)."""
    age = np.array(WINDOW)
    spans, rates = ((20, 37), (23, 41), (26, 45)), (0.12, 0.1, 0.05)
    return np.stack(
        [np.where((age >= low) & (age < high), rate, 0.0) for (low, high), rate in zip(spans, rates, strict=True)]
    )


def lived(rates: Floats) -> Floats:
    """Women by number of children who have lived at some rates (order, cell), as shares (parity, cell)."""
    shares = np.zeros((4, rates.shape[1]))
    shares[0, 0] = 1.0
    for cell in range(1, rates.shape[1]):
        mean, before = 0.5 * (rates[:, cell - 1] + rates[:, cell]), shares[:, cell - 1]
        gone = mean * before[:3]
        shares[:, cell] = before - [*gone, 0.0] + [0.0, *gone]
    return shares


def parity(areas: int, years: int = 5, **changed: object) -> Parity:
    """Women who have lived at the rates, or at more or fewer of them from area to area; tilts of their own."""
    start = np.stack([lived(hazards() * level) for level in np.linspace(0.8, 1.2, areas)])
    tilt = np.stack([np.ones(areas), np.linspace(0.7, 1.1, areas), np.linspace(0.5, 1.0, areas)], axis=1)
    rates = np.repeat(hazards()[None, ..., None], years, axis=0)
    plain = Parity(start, rates, tilt, np.ones((years, ORDERS)))
    return dataclasses.replace(plain, **changed)  # type: ignore[arg-type]  # each has its field's type


def conditions(history: History) -> Components:
    assert history.components is not None
    return history.components


def knowing(history: History, known: Parity | None = None) -> History:
    """The same with women by number of children."""
    components = conditions(history)
    if known is None:
        known = parity(len(history.launch.areas), len(components.years))
    return dataclasses.replace(history, components=dataclasses.replace(components, parity=known))


def project(history: History, engine: CohortComponent | None = None) -> Forecast:
    return (engine or ParityProgression()).fit(history).predict(YEARS)


def effect(size: float, *, waiting: float = 0.0, onset: int = 2022) -> Effect:
    return Effect("three", (False, False, True), size, (0.0, 0.0), onset, 1, 1e9, waiting)


def by_year(mothers: Mothers) -> Floats:
    """Births by order (year, area, order)."""
    return np.asarray(mothers.births.sum(axis=-1))


# ------------------------------------------------------------------------------------------------------- what sums up
@pytest.mark.parametrize("timing", ["start", "even", "end"])
@pytest.mark.parametrize("exposure", ["survivors", "final", "even"])
def test_everything_sums_up_whatever_the_timing(made: Made, timing: Timing, exposure: Exposure) -> None:
    students = np.zeros((6, 3, 2, AGES))
    students[:, 0, :, 18:23] = np.linspace(50.0, 80.0, 6)[:, None, None]
    history = made(3, rate=0.01, fertility=1.0, students=students, births={2021: 3000.0}, totals={2022: 400_000.0})
    forecast = project(knowing(history), ParityProgression(timing, exposure))
    flows, mothers = forecast.accounts, forecast.by_order
    core = forecast.people - students
    # women by number of children are the women, in every year, area and age
    assert mothers.women.sum(axis=2) == pytest.approx(core[:, :, FEMALE, BEARING], rel=1e-9)
    # births by order are the births, age by age, and nobody bears outside these ages
    assert mothers.births.sum(axis=2) == pytest.approx(flows.births[..., BEARING], rel=1e-9)
    assert flows.births[..., BEARING].sum() == pytest.approx(flows.births.sum(), rel=1e-12)
    assert flows.births.sum(axis=-1) == pytest.approx(flows.by_sex.sum(axis=-1), rel=1e-9)
    change = forecast.people[1:].sum(axis=(-2, -1)) - forecast.people[:-1].sum(axis=(-2, -1))
    moved = flows.births.sum(axis=-1) - flows.deaths.sum(axis=(-2, -1)) + flows.migration.sum(axis=(-2, -1))
    assert change == pytest.approx(moved, rel=1e-9, abs=1e-6)
    assert (mothers.women >= 0.0).all()
    assert (mothers.births >= 0.0).all()


def test_every_cohort_balances(made: Made) -> None:
    forecast = project(knowing(made(3, rate=0.01, births={2021: 30.0, 2022: 25.0}, totals={2022: 400_000.0})))
    start, flows = forecast.people[:-1], forecast.accounts
    aged = np.concatenate([flows.by_sex[..., None], start[..., :-1]], axis=-1)
    aged[..., -1] += start[..., -1]
    gap = np.abs(forecast.people[1:] - (aged - flows.deaths + flows.migration)) / np.maximum(forecast.people[1:], 1.0)
    assert gap.max() < 1e-9


def test_women_exposed_are_the_mean_of_start_and_survivors(made: Made) -> None:
    history = knowing(made(2, rate=0.01))
    forecast = project(history)
    survival = tables(conditions(history).rates).S[:, FEMALE]
    women = forecast.people[:, :, FEMALE]
    mean = 0.5 * (
        women[:-1, :, BEARING]
        + women[:-1, :, : FERTILE.stop - 1][..., FERTILE.start - 1 :] * survival[:, None, BEARING]
    )
    assert forecast.by_order.exposed.sum(axis=2) == pytest.approx(mean, rel=1e-9)


def test_a_cohort_ends_with_the_children_it_has_borne(made: Made) -> None:
    # nobody moves: the women of a cohort with a first child at the end of a year are those who had one before, and
    # those who bore a first one in the year; who died had as many as the others
    forecast = project(knowing(made(1)))
    shares = forecast.by_order.women[:, 0] / forecast.by_order.women[:, 0].sum(axis=1, keepdims=True)
    rates = forecast.by_order.level[:, 0, 0, None] * hazards()[0]
    for year in range(len(YEARS)):
        mean = 0.5 * (rates[year, 1:-1] + rates[year, 2:])
        assert shares[year + 1, 0, 1:] == pytest.approx(shares[year, 0, :-1] * (1.0 - mean))


# ----------------------------------------------------------------------------------------------------------- by hand
def test_one_year_by_hand(made: Made) -> None:
    # one area at 0.8 of the level; of third births half as many as the rates give
    history = knowing(made(1, fertility=1.0))
    mothers, start = project(history).by_order, lived(hazards() * 0.8)
    survival = tables(conditions(history).rates).S[0, FEMALE]
    women = history.launch.people[0, FEMALE]
    age, place = 30, 30 - WINDOW.start
    first = 0.8 * 0.12 * 0.5 * (start[0, place] * women[age] + start[0, place - 1] * women[age - 1] * survival[age])
    could = start[2] + start[3]
    third = 0.8 * 0.5 * 0.05 * 0.5 * (could[place] * women[age] + could[place - 1] * women[age - 1] * survival[age])
    assert mothers.births[0, 0, 0, age - FERTILE.start] == pytest.approx(first)
    assert mothers.births[0, 0, 2, age - FERTILE.start] == pytest.approx(third)
    assert mothers.level[0, 0] == pytest.approx([0.8, 0.8 * 0.7, 0.8 * 0.5])


def test_at_constant_rates_the_period_table_is_that_of_the_rates(made: Made) -> None:
    known = parity(1, 5, start=lived(hazards())[None], tilt=np.ones((1, ORDERS)))
    history = knowing(made(1, fertility=1.25), known)
    mothers = project(history).by_order
    exposed = np.stack(
        [mothers.exposed[:, 0, 0], mothers.exposed[:, 0, 1], mothers.exposed[:, 0, 2:].sum(axis=1)], axis=1
    )
    rates = mothers.births[:, 0] / np.maximum(exposed, 1e-300)
    wanted = np.where(exposed > 0, hazards()[None, :, 1:], 0.0)
    assert rates == pytest.approx(wanted)
    # women who have lived at the rates stay as they are
    shares = mothers.women[:, 0] / mothers.women[:, 0].sum(axis=1, keepdims=True)
    assert shares == pytest.approx(np.repeat(shares[:1], 6, axis=0))
    assert cohort(rates[4]) == pytest.approx(cohort(wanted[4]))


# --------------------------------------------------------------------------------------------------- what is on record
def test_births_on_record_are_met_and_their_mean_level_goes_on(made: Made) -> None:
    free, met = project(knowing(made(2))), project(knowing(made(2, births={2021: 2000.0, 2022: 2100.0})))
    assert met.accounts.births.sum(axis=(1, 2))[:2] == pytest.approx([2000.0, 2100.0], rel=1e-12)
    level = met.by_order.level / free.by_order.level
    assert level[0] == pytest.approx(np.full((2, 3), level[0, 0, 0]))
    assert level[2:] == pytest.approx(np.full((3, 2, 3), level[:2, 0, 0].mean()))


def test_orders_on_record_are_met_and_go_on(made: Made) -> None:
    shares = {2021: np.array([0.5, 0.4, 0.1]), 2022: np.array([0.45, 0.35, 0.2])}
    known = dataclasses.replace(parity(2), recorded=shares)
    free, met = project(knowing(made(2), known)), project(knowing(made(2, births={2021: 2000.0, 2022: 2100.0}), known))
    for forecast in (free, met):
        born = by_year(forecast.by_order).sum(axis=1)
        for place, wanted in enumerate(shares.values()):
            assert born[place] / born[place].sum() == pytest.approx(wanted, rel=1e-9)
        # the last mix on record holds: no order drifts against another, whatever happens to all
        level = forecast.by_order.level[1:] / forecast.by_order.level[1:, :, :1]
        assert level == pytest.approx(np.repeat(level[:1], 4, axis=0))
    # what areas have of their own stays: the second has more than the first in the same proportion as before
    apart = met.by_order.level[:, 1] / met.by_order.level[:, 0]
    assert apart == pytest.approx(np.repeat(apart[:1], 5, axis=0))


def test_births_far_beyond_what_rates_can_give_still_sum_up_and_women_do_too(made: Made) -> None:
    history = made(2, births={2021: 60_000.0})
    forecast = project(knowing(history))
    assert forecast.accounts.births[0].sum() == pytest.approx(60_000.0)
    assert by_year(forecast.by_order)[0].sum() == pytest.approx(60_000.0)
    assert forecast.by_order.women.sum(axis=2) == pytest.approx(forecast.people[:, :, FEMALE, BEARING])


# ------------------------------------------------------------------------------------------------------------ policies
@pytest.mark.parametrize("waiting", [0.0, 0.2, 1.0])
def test_twice_the_effect_is_twice_the_extra_third_births_of_its_first_year(made: Made, waiting: float) -> None:
    history = made(2)
    plain = by_year(project(knowing(history)).by_order)
    found = [
        by_year(project(knowing(history, parity(2, effects=(effect(size, waiting=waiting),)))).by_order)
        for size in (0.1, 0.2)
    ]
    once, twice = (births[1] - plain[1] for births in found)
    assert twice[:, THIRD] == pytest.approx(2.0 * once[:, THIRD], rel=1e-9)
    assert once[:, THIRD] == pytest.approx(0.1 * plain[1, :, THIRD], rel=1e-9)
    assert once[:, :THIRD] == pytest.approx(np.zeros((2, 2)), abs=1e-9)
    assert found[0][0] == pytest.approx(plain[0])


def test_those_who_waited_are_used_up(made: Made) -> None:
    history = made(2, years=5)
    plain = by_year(project(knowing(history)).by_order)[:, :, THIRD]
    waited = by_year(project(knowing(history, parity(2, effects=(effect(0.4, waiting=0.1),)))).by_order)[:, :, THIRD]
    more = waited - plain
    assert more[0] == pytest.approx(np.zeros(2))
    assert (np.diff(more[1:], axis=0) < 0.0).all()


def test_women_who_have_no_two_children_answer_to_no_third_child_policy(made: Made) -> None:
    childless = np.zeros((2, 4, len(WINDOW)))
    childless[:, 0] = 1.0
    none = parity(2, start=childless)
    acting = dataclasses.replace(none, effects=(effect(5.0, onset=2021),))
    one, other = (project(knowing(made(2), known)) for known in (none, acting))
    assert by_year(other.by_order)[0, :, THIRD] == pytest.approx(np.zeros(2))
    assert by_year(other.by_order)[:2] == pytest.approx(by_year(one.by_order)[:2])
    assert by_year(other.by_order)[-1, :, THIRD] == pytest.approx(6.0 * by_year(one.by_order)[-1, :, THIRD], rel=0.1)


def test_a_policy_acts_on_what_is_not_on_record_alone(made: Made) -> None:
    late = dataclasses.replace(effect(0.3, onset=2021), since=2023)
    history = made(2, births={2021: 2000.0, 2022: 2000.0})
    plain, acting = project(knowing(history)), project(knowing(history, parity(2, effects=(late,))))
    assert acting.by_order.births[:2] == pytest.approx(plain.by_order.births[:2])
    assert by_year(acting.by_order)[2, :, THIRD] == pytest.approx(1.3 * by_year(plain.by_order)[2, :, THIRD])


# ----------------------------------------------------------------------------------------------------------- incidence
def test_under_incidence_births_are_the_rates_of_all_women(made: Made) -> None:
    known = parity(2, start=unmoved(2), tilt=np.ones((2, ORDERS)), moving=False)
    forecast = project(knowing(made(2, fertility=1.0), known))
    mothers = forecast.by_order
    assert mothers.exposed[:, :, 0] == pytest.approx(mothers.exposed[:, :, THIRD])
    wanted = mothers.level[..., None] * hazards()[:, 1:] * mothers.exposed[:, :, :1]
    assert mothers.births == pytest.approx(wanted)
    assert mothers.births.sum(axis=2) == pytest.approx(forecast.accounts.births[..., BEARING])
    # total fertility: that of the rates at the level of each area
    assert forecast.accounts.fertility == pytest.approx(np.tile([0.8, 1.2], (5, 1)) * hazards().sum())


def test_incidence_gives_what_shapes_give(made: Made) -> None:
    # the same rates for all orders together, once as shapes and once by order, are the same forecast
    plain = made(3, rate=0.01, fertility=hazards().sum(), births={2021: 3000.0})
    shape = np.zeros(AGES)
    shape[WINDOW.start : WINDOW.stop] = hazards().sum(axis=0) / hazards().sum()
    shaped = dataclasses.replace(conditions(plain), shapes=np.repeat(shape[None], 5, axis=0))
    one = CohortComponent().fit(dataclasses.replace(plain, components=shaped)).predict(YEARS)
    known = parity(3, start=unmoved(3), tilt=np.ones((3, ORDERS)), moving=False)
    other = project(knowing(made(3, rate=0.01, fertility=1.0, births={2021: 3000.0}), known))
    assert other.people == pytest.approx(one.people, rel=1e-12)
    assert other.accounts.births == pytest.approx(one.accounts.births, rel=1e-12)
    assert other.accounts.fertility == pytest.approx(one.accounts.fertility, rel=1e-12)


@pytest.mark.parametrize("moving", [True, False])
@pytest.mark.parametrize(("timing", "exposure"), [("start", "final"), ("even", "survivors"), ("end", "even")])
def test_without_shocks_trajectories_are_the_forecast(
    made: Made, moving: bool, timing: Timing, exposure: Exposure
) -> None:
    known = parity(2, effects=(effect(0.3, waiting=0.2),), spread=np.array([0.0, 0.3, 0.5]))
    if not moving:
        known = dataclasses.replace(known, start=unmoved(2), moving=False)
    fitted = ParityProgression(timing, exposure).fit(knowing(made(2, rate=0.01, fertility=0.5), known))
    forecast, found = fitted.predict(YEARS), fitted.sample(YEARS, Draws(1, range(2), "all"), 0.0)
    for area in range(2):
        kept, parts = found.whole(area)
        assert kept.people == pytest.approx(np.repeat(forecast.people[:, area, :, :, None], 2, axis=-1), rel=1e-9)
        assert parts is not None
        assert parts.births == pytest.approx(np.repeat(forecast.by_order.births[:, area, ..., None], 2, -1), rel=1e-9)


# ---------------------------------------------------------------------------------------------------------------- tempo
def test_rates_are_borne_later_by_hand() -> None:
    rates = np.array([[0.0, 1.0, 3.0, 2.0], [4.0, 4.0, 4.0, 4.0], [0.0, 0.0, 8.0, 0.0]])
    by = np.array([[0.0, 0.0, 0.0], [1.0, 1.0, 0.5]])
    found = shifted(rates, by, np.array([0.0, 0.5]))
    assert found.shape == (2, 3, 4, 2)
    # the first cell holds those who do not bear yet
    assert found[0, :, 1:, 0] == pytest.approx(rates[:, 1:])
    assert found[1, :, 1:, 0] == pytest.approx(np.array([[0, 1, 3], [4, 4, 4], [0, 4, 4]]))
    assert found[0, 0, 1:, 1] == pytest.approx([0.5, 2.0, 2.5])
    assert found[1, 2, 1:, 1] == pytest.approx([0.0, 0.0, 8.0])


def test_mothers_who_grow_younger_bear_at_no_age_that_is_not_counted(made: Made) -> None:
    # births from 15 on; three years younger they would come before the ages that are carried by number of children
    rates = hazards()
    rates[0, 1:6] = 0.02
    known = parity(2, rates=shifted(rates, np.full((5, ORDERS), -3.0), np.zeros(1)))
    fitted = ParityProgression().fit(knowing(made(2), known))
    forecast = fitted.predict(YEARS)
    assert forecast.accounts.births[..., : FERTILE.start].sum() == 0.0
    assert by_year(forecast.by_order).sum(axis=-1) == pytest.approx(forecast.accounts.births.sum(axis=-1), rel=1e-9)
    found = fitted.sample(YEARS, Draws(1, range(2), "all"), 0.0)
    assert found.people(1)[..., 0] == pytest.approx(forecast.people[:, 1], rel=1e-9)


# ------------------------------------------------------------------------------------------------------------- history
def test_one_area_more_changes_nothing_elsewhere(made: Made) -> None:
    two, three = made(2), made(3)
    level = np.array([0.8, 1.2, 0.5])
    same = dataclasses.replace(three, components=dataclasses.replace(conditions(three), relative=level))
    both, more = parity(2), parity(3)
    more = dataclasses.replace(
        more, start=np.concatenate([both.start, more.start[:1]]), tilt=np.concatenate([both.tilt, more.tilt[:1]])
    )
    one, other = project(knowing(two, both)), project(knowing(same, more))
    assert other.people[:, :2] == pytest.approx(one.people, rel=1e-12)
    assert other.by_order.births[:, :2] == pytest.approx(one.by_order.births, rel=1e-12)


def test_an_area_without_women_has_no_births(made: Made) -> None:
    history = made(2)
    people = history.launch.people.copy()
    people[1, FEMALE] = 0.0
    nobody = dataclasses.replace(history, stocks=(history.stocks[0], Population(history.launch.areas, 2020, people)))
    forecast = project(knowing(nobody))
    assert (forecast.accounts.births[:, 1] == 0.0).all()
    assert np.isfinite(forecast.by_order.births).all()
    assert (forecast.accounts.births[:, 0] > 0.0).any()


def test_the_engine_asks_for_women_by_number_of_children(made: Made) -> None:
    with pytest.raises(TooLittleHistory, match="women by number of children"):
        ParityProgression().fit(made(2))
    with pytest.raises(TooLittleHistory, match="women by number of children"):
        ParityProgression().fit(dataclasses.replace(made(2), components=None))


def test_doubt_is_scaled_and_nothing_else() -> None:
    known = parity(2, effects=(dataclasses.replace(effect(0.1), sd=(0.2, 0.4)),), spread=np.array([0.0, 0.3, 0.5]))
    half = known.doubted(0.5)
    assert half.effects[0].sd == (0.1, 0.2)
    assert half.effects[0].size == 0.1
    assert half.spread == pytest.approx([0.0, 0.15, 0.25])
    assert half.start is known.start
