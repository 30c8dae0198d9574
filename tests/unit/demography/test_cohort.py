from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from forecast.axes import AGES, Floats, Population
from forecast.demography.cohort import CohortComponent, closed, women_exposed
from forecast.demography.engine import Forecast, History
from forecast.demography.migration import When, shifted
from forecast.demography.mortality import tables
from forecast.demography.noise import TYPICAL, Draws
from forecast.errors import TooLittleHistory
from forecast.kernels.step import Exposure, Timing

Made = Callable[..., History]
YEARS = range(2021, 2026)


def project(history: History, engine: CohortComponent | None = None) -> Forecast:
    return (engine or CohortComponent()).fit(history).predict(YEARS)


def account(forecast: Forecast) -> Floats:
    """What is left of start - deaths + migration = end, cohort by cohort, in persons (year, area, sex, age)."""
    assert forecast.flows is not None
    start, flows = forecast.people[:-1], forecast.flows
    aged = np.concatenate([flows.by_sex[..., None], start[..., :-1]], axis=-1)
    aged[..., -1] += start[..., -1]
    return np.asarray(forecast.people[1:] - (aged - flows.deaths + flows.migration))


@pytest.mark.parametrize("exposure", ["survivors", "final", "even"])
def test_every_cohort_balances(made: Made, exposure: Exposure) -> None:
    history = made(3, rate=0.01, births={2021: 30.0, 2022: 25.0}, totals={2022: 400_000.0})
    forecast = project(history, CohortComponent("end", exposure))
    gap = np.abs(account(forecast)) / np.maximum(forecast.people[1:], 1.0)
    assert gap.max() < 1e-9
    assert forecast.flows is not None
    assert forecast.flows.births.sum(axis=-1) == pytest.approx(forecast.flows.by_sex.sum(axis=-1))


@pytest.mark.parametrize("timing", ["start", "even", "end"])
def test_people_balance_under_every_timing(made: Made, timing: Timing) -> None:
    forecast = project(made(3, rate=0.01, students=np.full((6, 3, 2, AGES), 2.0)), CohortComponent(timing, "final"))
    flows = forecast.flows
    assert flows is not None
    change = forecast.people[1:].sum(axis=(-2, -1)) - forecast.people[:-1].sum(axis=(-2, -1))
    events = flows.births.sum(axis=-1) - flows.deaths.sum(axis=(-2, -1)) + flows.migration.sum(axis=(-2, -1))
    assert change == pytest.approx(events, rel=1e-9, abs=1e-6)


def test_one_year_by_hand(made: Made) -> None:
    history = made(1, years=5, fertility=2.0)
    forecast = project(history)
    assert history.components is not None
    assert forecast.flows is not None
    survival = tables(history.components.rates).S[0]
    start, end = forecast.people[0, 0], forecast.people[1, 0]
    assert end[:, 1:-1] == pytest.approx(start[:, :-2] * survival[:, 1:-1])
    assert end[:, -1] == pytest.approx((start[:, -2] + start[:, -1]) * survival[:, -1])
    # two children, 0.8 of them in this area, a twentieth at each age 20-39, on the mean of both ends
    women = 0.5 * (start[1, 20:40] + end[1, 20:40])
    born = 2.0 * 0.8 / 20.0 * women.sum()
    assert forecast.flows.births[0].sum() == pytest.approx(born)
    assert end[:, 0] == pytest.approx(born * np.array([0.51, 0.49]) * survival[:, 0])
    assert forecast.flows.fertility[:, 0] == pytest.approx(np.full(5, 1.6))


def test_no_migration_and_no_births_nobody_appears(made: Made) -> None:
    forecast = project(made(3, fertility=0.0))
    now, then = forecast.people[1:], forecast.people[:-1]
    assert (now[..., 0] == 0).all()
    assert (now[..., 1:-1] <= then[..., :-2]).all()
    assert (now[..., -1] <= then[..., -2] + then[..., -1]).all()
    assert forecast.flows is not None
    assert (forecast.flows.migration == 0).all()


def test_births_on_record_are_met_and_their_mean_level_goes_on(made: Made) -> None:
    free = project(made(2)).flows
    met = project(made(2, births={2021: 10.0, 2022: 12.0}))
    assert free is not None
    assert met.flows is not None
    assert met.flows.births.sum(axis=(1, 2))[:2] == pytest.approx([10.0, 12.0])
    level = met.flows.fertility[:, 0] / free.fertility[:, 0]
    assert level[2:] == pytest.approx(np.full(3, level[:2].mean()))
    # areas keep their distance: 0.8 and 1.2 of the reference
    assert met.flows.fertility[:, 1] / met.flows.fertility[:, 0] == pytest.approx(np.full(5, 1.5))
    notes = [note for note in met.overrides if note.measure == "births"]
    assert [(note.year, note.after) for note in notes] == [(2021, 10.0), (2022, 12.0)]
    assert notes[0].before == pytest.approx(free.births[0].sum())


def test_a_factor_moves_births_in_step(made: Made) -> None:
    history = made(2)
    assert history.components is not None
    factor = np.array([1.0, 1.0, 1.1, 0.5, 1.0])
    changed = dataclasses.replace(history, components=dataclasses.replace(history.components, factor=factor))
    plain, other = project(history).flows, project(changed).flows
    assert plain is not None
    assert other is not None
    assert (other.births / np.where(plain.births > 0, plain.births, 1.0))[:, :, 30] == pytest.approx(
        np.repeat(factor[:, None], 2, axis=1)
    )


def test_totals_on_record_are_met(made: Made) -> None:
    wanted = {2021: 290_000.0, 2023: 300_000.0}
    forecast = project(made(2, rate=0.01, totals=wanted))
    for year, total in wanted.items():
        assert forecast.at(year).sum() == pytest.approx(total, rel=1e-12)
    notes = [(note.year, note.after) for note in forecast.overrides if note.measure == "people"]
    assert notes == [(2021, 290_000.0), (2023, 300_000.0)]
    assert forecast.at(2022).sum() != pytest.approx(295_000.0, rel=1e-6)


def test_the_share_of_past_migration_that_still_holds_is_found(made: Made) -> None:
    # what 60 % of the past rates bring is taken for the record: an engine that does not know finds the 60 % again
    one = made(1, rate=0.02)
    truth = project(made(1, rate=0.02, scale=0.6))
    totals = {year: float(truth.at(year).sum()) for year in (2021, 2022)}
    free = made(1, rate=0.02, fixed=False, totals=totals)
    fitted = CohortComponent().fit(free)
    assert fitted.components.migration.scale == pytest.approx(0.6, abs=0.01)
    assert free.components is not None
    assert fitted.components.migration.profile is free.components.migration.profile
    held = CohortComponent().fit(dataclasses.replace(one, totals=totals))
    assert held.components.migration.scale == 1.0


@pytest.mark.parametrize(("factor", "scale"), [(0.5, 1.0), (2.0, 0.0)])
def test_that_share_stays_between_none_and_all(made: Made, factor: float, scale: float) -> None:
    # half of the people or twice as many are more than the past loss can explain either way
    history = made(1, rate=0.02, fixed=False)
    total = factor * float(history.launch.people.sum())
    fitted = CohortComponent().fit(dataclasses.replace(history, totals={2021: total}))
    assert fitted.components.migration.scale == scale
    assert fitted.predict(YEARS).at(2021).sum() == pytest.approx(total)


def test_students_are_held_apart(made: Made) -> None:
    stock = np.zeros((6, 2, 2, AGES))
    stock[:, 0, :, 18:23] = 50.0
    forecast, without = project(made(2, students=stock)), project(made(2))
    core = made(2).launch.people - stock[0]
    plain = made(2)
    apart = project(dataclasses.replace(plain, stocks=(plain.stocks[0], Population(plain.launch.areas, 2020, core))))
    assert forecast.people == pytest.approx(apart.people + stock)
    assert forecast.people[0] == pytest.approx(without.people[0])
    assert forecast.flows is not None
    # as many come at 18 as leave at 23; those in between neither
    moved = forecast.flows.migration[:, 0]
    assert moved[:, :, 18] == pytest.approx(np.full((5, 2), 50.0))
    assert moved[:, :, 23] == pytest.approx(np.full((5, 2), -50.0))
    assert moved[:, :, 19:23] == pytest.approx(np.zeros((5, 2, 4)))
    assert np.abs(account(forecast)).max() < 1e-6


def test_one_area_more_changes_nothing_elsewhere(made: Made) -> None:
    two, three = made(2), made(3)
    assert two.components is not None
    assert three.components is not None
    level = np.array([0.8, 1.2, 0.5])
    same = dataclasses.replace(three, components=dataclasses.replace(three.components, relative=level))
    assert project(same).people[:, :2] == pytest.approx(project(two).people, rel=1e-12)


def test_a_nation_closes_by_its_deaths(made: Made) -> None:
    deaths = np.linspace(0.001, 0.5, 2 * AGES).reshape(2, AGES)
    rule = closed(deaths)
    assert rule.fixed
    assert rule.moves(np.ones((1, 2, AGES)), When(2023, 3)).net == pytest.approx(np.zeros((1, 2, AGES)))
    spread = shifted(rule.profile, np.full((1, 2, AGES), 7.0), -30.0)[0]
    assert spread / spread[0, 0] == pytest.approx(deaths / deaths[0, 0])


def test_women_exposed_by_hand() -> None:
    people = np.zeros((2, 2, 3))
    people[:, 1] = [[10, 20, 30], [1, 2, 3]]
    people[:, 0] = 99
    assert women_exposed(people, np.array([0.0, 0.25, 0.75])) == pytest.approx([27.5, 2.75])


def test_stocks_alone_are_too_little(made: Made) -> None:
    with pytest.raises(TooLittleHistory, match="stocks only"):
        CohortComponent().fit(dataclasses.replace(made(2), components=None))


@pytest.mark.parametrize("years", [range(2022, 2025), range(2021, 2027), range(2021, 2021)])
def test_years_outside_the_conditions_are_refused(made: Made, years: range) -> None:
    with pytest.raises(ValueError, match=r"do not follow the launch 2020|reach beyond the conditions"):
        CohortComponent().fit(made(2)).predict(years)


# ------------------------------------------------------------------------------------------------------- trajectories
@pytest.mark.parametrize("timing", ["start", "even", "end"])
@pytest.mark.parametrize("exposure", ["survivors", "final", "even"])
def test_without_shocks_trajectories_are_the_forecast_whatever_the_timing(
    made: Made, timing: Timing, exposure: Exposure
) -> None:
    students = np.zeros((6, 3, 2, AGES))
    students[:, 0, :, 18:23] = np.linspace(50.0, 80.0, 6)[:, None, None]
    history = made(3, rate=0.01, students=students, births={2021: 3000.0}, totals={2022: 400_000.0})
    fitted = CohortComponent(timing, exposure).fit(history)
    forecast, found = fitted.predict(YEARS), fitted.sample(YEARS, Draws(1, range(3), "all"), 0.0)
    for area in range(3):
        wanted = np.repeat(forecast.people[:, area, :, :, None], 3, axis=-1)
        assert found.people(area) == pytest.approx(wanted, rel=1e-9)
        groups = found.sums(area, ((0, 3), (65, AGES)))
        assert groups[0] == pytest.approx(wanted[:, :, :3].sum(axis=(1, 2)), rel=1e-9)


def test_the_course_has_the_births_of_the_forecast(made: Made) -> None:
    fitted = CohortComponent().fit(made(2, births={2021: 3000.0}))
    forecast, found = fitted.predict(YEARS), fitted.sample(YEARS, Draws(1, range(2), "all"), 0.0)
    assert forecast.flows is not None
    for area in range(2):
        born = forecast.flows.births[:, area].sum(axis=-1)
        assert found.cells(area).births == pytest.approx(np.repeat(born[:, None], 2, axis=1), rel=1e-9)


def test_nothing_strays_in_years_on_record(made: Made) -> None:
    # births on record to 2022, totals to 2023: in 2023 infants alone stray, from 2024 on everybody does
    history = made(2, rate=0.01, totals={2021: 290_000.0, 2023: 295_000.0})
    assert history.components is not None
    history = dataclasses.replace(history, components=dataclasses.replace(history.components, born_until=2022))
    spread = np.ptp(CohortComponent().fit(history).sample(YEARS, Draws(1, range(8), "all")).people(1), axis=-1)
    assert (spread[:3] == 0).all()
    assert (spread[3, :, 1:] == 0).all()
    assert (spread[3, :, 0] > 0).all()
    assert (spread[4:, :, :-5] > 0).all()


def test_whoever_lives_apart_strays_in_no_trajectory(made: Made) -> None:
    # everybody of 15 to 24 lives apart: a year later those of 21 to 23 are those who are said to be, and nobody else
    history = made(1)
    students = np.zeros((6, 1, 2, AGES))
    students[0, :, :, 15:25] = history.launch.people[:, :, 15:25]
    students[1:, :, :, 21:24] = 70.0
    apart = made(1, students=students)
    found = CohortComponent().fit(apart).sample(YEARS, Draws(1, range(8), "all")).people(0)
    assert found[1, :, 21:24] == pytest.approx(np.full((2, 3, 8), 70.0))


def test_without_noise_of_its_own_an_engine_never_strays(made: Made) -> None:
    still = CohortComponent(noise=TYPICAL.times(0.0)).fit(made(2))
    people = still.sample(YEARS, Draws(1, range(4), "all"), 3.0).people(0)
    assert (np.ptp(people, axis=-1) == 0).all()


def test_trajectories_outside_the_conditions_are_refused(made: Made) -> None:
    with pytest.raises(ValueError, match="reach beyond the conditions"):
        CohortComponent().fit(made(2)).sample(range(2021, 2027), Draws(1, range(2), "all"))
