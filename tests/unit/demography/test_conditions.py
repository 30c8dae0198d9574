"""The three systems of the bundled project, and what its scenarios do to them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forecast.axes import FEMALE, Floats
from forecast.demography.conditions import Systems, birth_factor, build, effect_of, fertility_path, student_rule
from forecast.demography.engine import Forecast
from forecast.demography.fertility import Ar1
from forecast.demography.mortality import e0_of, tables
from forecast.demography.noise import Draws
from forecast.demography.policy import acting
from forecast.kernels.step import aged
from forecast.project.births import Policy
from forecast.project.load import load_models, load_scenario
from forecast.project.parts import Assumption
from forecast.project.spec import Models
from forecast.run.model import Desk, Result

SYSTEMS = ("nation", "province", "districts")


def systems_of(harbin: Path, desk: Desk, scenario: str) -> Systems:
    models = load_models(harbin, load_scenario(harbin, scenario))
    return build(desk.ground(models), models)


def births(forecast: Forecast) -> Floats:
    """Births of all areas together (year,)."""
    assert forecast.flows is not None
    return np.asarray(forecast.flows.births.sum(axis=(1, 2)))


@pytest.fixture(scope="module")
def models(harbin: Path) -> Models:
    return load_models(harbin, load_scenario(harbin, "baseline"))


@pytest.fixture(scope="module")
def base(baseline: Result) -> Systems:
    return baseline.systems


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_cohort_balances(base: Systems, system: str) -> None:
    forecast: Forecast = getattr(base, system)
    flows = forecast.flows
    assert flows is not None
    aged = np.concatenate([flows.by_sex[..., None], forecast.people[:-1, ..., :-1]], axis=-1)
    aged[..., -1] += forecast.people[:-1, ..., -1]
    gap = np.abs(forecast.people[1:] - (aged - flows.deaths + flows.migration))
    assert (gap / np.maximum(forecast.people[1:], 1.0)).max() < 1e-9
    assert (forecast.people >= 0).all()
    assert np.isfinite(forecast.people).all()


def test_totals_on_record_are_met(baseline: Result) -> None:
    evidence, systems = baseline.evidence, baseline.systems
    for system, code in zip(SYSTEMS, (evidence.nation, evidence.province, evidence.city), strict=True):
        forecast: Forecast = getattr(systems, system)
        for year, total in evidence.totals[code].items():
            if year in forecast.years:
                assert forecast.at(year).sum() == pytest.approx(total, rel=1e-9), (code, year)


def test_births_on_record_are_met(baseline: Result) -> None:
    evidence, systems = baseline.evidence, baseline.systems
    for system, code in (("nation", evidence.nation), ("province", evidence.province)):
        forecast: Forecast = getattr(systems, system)
        by_year = dict(zip(forecast.years[1:], births(forecast), strict=True))
        known = {year: value for year, value in evidence.births[code].items() if year in by_year}
        assert known
        for year, value in known.items():
            assert by_year[year] == pytest.approx(value, rel=1e-9), (code, year)


def test_groups_of_both_censuses_are_reproduced(baseline: Result) -> None:
    for place, census in enumerate(baseline.evidence.censuses):
        launch = baseline.systems.launches["districts"][place]
        groups = np.add.reduceat(launch.at_census, census.starts.astype(int), axis=-1)
        assert groups == pytest.approx(census.districts, rel=1e-9)
        assert launch.stock.year == census.date.year


def test_pooling_leaves_the_city_and_the_order(base: Systems) -> None:
    levels = base.levels
    assert 0 < levels.weight < 1
    # nearer to one another than before
    assert np.std(np.log(levels.pooled)) < np.std(np.log(levels.raw))
    order = np.argsort(levels.raw)
    ranked = np.corrcoef(np.argsort(order), np.argsort(np.argsort(levels.pooled)))[0, 1]
    assert ranked > 0.9


def test_the_city_loses_less_and_less(base: Systems) -> None:
    """It lost people in the decade before; the rates that still hold are damped every year."""
    flows = base.districts.flows
    assert flows is not None
    yearly = flows.migration.sum(axis=(1, 2, 3))[3:]
    assert (yearly < 0).all()
    assert abs(yearly[-1]) < 0.5 * abs(yearly[0])
    assert 0 < base.scale < 1


def test_students_stay_young(base: Systems) -> None:
    """The university districts' 40-year-olds of 2045 are not the students of 2020 (law 8)."""
    people, students = base.districts.people, base.students
    assert students.shape == people.shape
    campus = students[0].sum(axis=(-2, -1)) > 0
    assert 0 < campus.sum() < len(campus)
    young = people[..., 18:23].sum(axis=(2, 3))[:, campus]
    assert (students[..., 18:23].sum(axis=(2, 3))[:, campus] < young).all()
    later = people[25, campus][..., 43:48].sum(axis=(-2, -1))
    assert (later < people[0, campus][..., 18:23].sum(axis=(-2, -1))).all()


def test_people_live_longer_and_women_longest(base: Systems) -> None:
    years = range(base.nation.years[1], base.nation.years[-1] + 1)
    e0 = e0_of(base.shift.apply(base.mortality.predict(years)))
    assert (np.diff(e0[4:], axis=0) > 0).all()
    assert (e0[:, 1] > e0[:, 0]).all()


def test_every_override_is_noted(base: Systems) -> None:
    notes = base.overrides
    assert {"births", "people", "guide births", "relative fertility"} <= {note.measure for note in notes}
    assert all(note.why and note.area for note in notes)


def test_same_inputs_same_bits(harbin: Path, desk: Desk, base: Systems) -> None:
    again = systems_of(harbin, desk, "baseline")
    for system in SYSTEMS:
        assert np.array_equal(getattr(again, system).people, getattr(base, system).people)


def test_what_scenarios_move(harbin: Path, desk: Desk, base: Systems) -> None:
    low, high = (systems_of(harbin, desk, f"{name}-fertility") for name in ("low", "high"))
    born = {name: births(item.districts) for name, item in (("low", low), ("base", base), ("high", high))}
    known = list(base.districts.years[1:]).index(2025) + 1
    # nobody changes what is on record; later births differ at once
    assert born["low"][:known] == pytest.approx(born["base"][:known], rel=1e-12)
    assert born["high"][:known] == pytest.approx(born["base"][:known], rel=1e-12)
    assert (born["low"][known:] < born["base"][known:]).all()
    assert (born["base"][known:] < born["high"][known:]).all()
    # those born before are the same people
    cohort = base.districts.people[-1, ..., 30:].sum()
    assert low.districts.people[-1, ..., 30:].sum() == pytest.approx(cohort, rel=1e-12)


def test_without_migration_only_births_and_deaths_move_people(harbin: Path, desk: Desk) -> None:
    closed = systems_of(harbin, desk, "no-migration")
    flows = closed.districts.flows
    assert flows is not None
    after = list(closed.districts.years[1:]).index(2023)
    students = closed.students.copy()
    aged = np.zeros_like(students[:-1])
    aged[..., 1:] = students[:-1, ..., :-1]
    core = flows.migration - (students[1:] - aged)
    assert np.abs(core[after:]).max() < 1e-6
    assert closed.scale == 0


def level_by_shape(systems: Systems, desk: Desk, harbin: Path) -> Floats:
    """Births of the nation over what the launch's shape of the last recorded year gives (year,)."""
    models = load_models(harbin, load_scenario(harbin, "constant-rates"))
    shapes = desk.ground(models).evidence.shapes.at(range(2025, 2026))[0]
    nation = systems.nation
    women = nation.people[:, 0, FEMALE]
    survival = tables(systems.mortality.predict(nation.years[1:])).S[:, FEMALE]
    mean = 0.5 * (women[:-1] + aged(women[:-1]) * survival)
    return np.asarray(births(nation) / (mean @ shapes))


def test_constant_rates_are_constant(harbin: Path, desk: Desk) -> None:
    held = systems_of(harbin, desk, "constant-rates")
    # births over what the fixed age shape lets expect of the nation's women: the record's last year goes on
    fertility = level_by_shape(held, desk, harbin)
    known = list(held.nation.years[1:]).index(2025)
    assert fertility[known:] == pytest.approx(np.full(len(fertility) - known, fertility[known]), rel=1e-9)
    rates = held.mortality.predict(range(2024, 2051))
    assert rates == pytest.approx(np.repeat(rates[:1], 27, axis=0))


def policy(orders: str, effect: float) -> Policy:
    return Policy.model_validate(
        {
            "orders": orders, "effect": {"value": effect, "low": effect / 2, "high": effect * 2}, "onset": 2024,
            "status": "assumed", "source": "made", "why": "made",
        }
    )  # fmt: skip


def test_policies_act_on_births_that_are_not_on_record(models: Models) -> None:
    effect = effect_of("made", policy("3+", 0.1), 2025)
    assert effect.course(range(2024, 2028)) == pytest.approx([0, 0, 1, 1])
    assert effect.orders == (False, False, True)
    assert birth_factor(models.births, range(2021, 2051), 2025) == pytest.approx(np.ones(30))  # law 11


def test_policies_raise_the_orders_they_concern(harbin: Path, desk: Desk, base: Systems, models: Models) -> None:
    raised = models.births.model_copy(update={"policy": {"made": policy("3+", 0.1)}})
    other = build(desk.ground(models), models.model_copy(update={"births": raised}))
    was, now = (item.districts.by_order.births.sum(axis=(1, 3)) for item in (base, other))
    year = list(base.districts.years[1:]).index(2026)
    assert now[:year] == pytest.approx(was[:year], rel=1e-12)
    assert now[year] == pytest.approx(was[year] * [1, 1, 1.1], rel=1e-9)
    # No first birth changes before children of the policy bear, from age 15 on.
    assert now[year : year + 15, 0] == pytest.approx(was[year : year + 15, 0], rel=1e-12)


def test_a_given_long_run_mean_replaces_the_fitted_one(models: Models) -> None:
    path = models.births.path.model_copy(
        update={"long_run_mean": Assumption(value=1.2, status="assumed", source="made", why="made")}
    )
    spec = models.births.model_copy(update={"path": path})
    assert fertility_path(Ar1(1.4, 0.9), spec) == Ar1(1.2, 0.9)
    assert fertility_path(Ar1(1.4, 0.9), models.births) == Ar1(1.4, 0.9)


def test_masks_of_the_students_rule(models: Models) -> None:
    students = models.movement.students
    rule = student_rule((students.plain[0], "999999", students.campus[0]), models.movement)
    assert rule.campus.tolist() == [False, False, True]
    assert rule.plain.tolist() == [True, False, False]


def test_migration_ends_where_the_rates_are_set_to_nothing(harbin: Path, desk: Desk, models: Models) -> None:
    """``damping`` 0: whatever the rates, nobody moves after the last year whose total is known."""
    none = models.movement.rates.model_copy(
        update={"damping": Assumption(value=0.0, status="assumed", source="made", why="made")}
    )
    movement = models.movement.model_copy(update={"rates": none})
    systems = build(desk.ground(models), models.model_copy(update={"movement": movement}))
    flows = systems.province.flows
    assert flows is not None
    assert np.abs(flows.migration[-1]).max() < 1e-6


def test_a_horizon_cuts_and_does_not_change(desk: Desk, models: Models, base: Systems) -> None:
    shorter = models.model_copy(
        update={
            "project": models.project.model_copy(
                update={"time": models.project.time.model_copy(update={"horizon": 2035})}
            )
        }
    )
    short = build(desk.ground(models), shorter)
    assert short.districts.years == range(2020, 2036)
    assert short.districts.people == pytest.approx(base.districts.people[:16], rel=1e-9)


def test_every_trajectory_has_its_own_dragon(base: Systems) -> None:
    draws = Draws(3, range(400), "230100")
    years = list(base.districts.years[1:])
    acts = acting(base.fitted.components.parity.effects, base.districts.years[1:], draws)  # type: ignore[union-attr]
    dragon, after, again = (acts.factor[years.index(year), 0] for year in (2036, 2037, 2048))
    assert np.log(dragon).std() == pytest.approx(0.037, rel=0.1)
    assert (after == 1.0).all()
    assert dragon.tolist() == again.tolist()
    assert (acts.factor[: years.index(2036)] == 1.0).all()


def test_a_pace_of_its_own_begins_after_the_record(harbin: Path, desk: Desk, base: Systems, models: Models) -> None:
    later = Assumption(value=0.3, status="assumed", source="made", why="made")
    tempo = models.births.tempo.model_copy(update={"first": later})
    births_spec = models.births.model_copy(update={"tempo": tempo})
    other = build(desk.ground(models), models.model_copy(update={"births": births_spec}))
    was, now = (item.districts.by_order.births.sum(axis=(1, 3)) for item in (base, other))
    record = list(base.districts.years[1:]).index(2025) + 1
    assert now[:record] == pytest.approx(was[:record], rel=1e-12)
    assert abs(now[record + 3, 0] / was[record + 3, 0] - 1.0) > 1e-3
