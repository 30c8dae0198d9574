from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from forecast.axes import Floats
from forecast.demography.conditions import Systems, build
from forecast.demography.controls import Control
from forecast.demography.noise import Draws
from forecast.demography.reconcile import FIRST, Way, as_one, grouped, reconciled
from forecast.demography.settlement import Dwellings
from forecast.project.controls import ControlsSpec
from forecast.project.spec import Models
from forecast.run.model import Desk, Result

SEED = 1
WAYS: tuple[Way, ...] = ("rake", "mint")


@pytest.fixture(scope="module")
def models(baseline: Result) -> Models:
    return baseline.models


@pytest.fixture(scope="module")
def base(baseline: Result) -> Systems:
    return baseline.systems


@pytest.fixture(scope="module")
def city(base: Systems) -> Floats:
    """People of the city forecast as one area (year, sex, age)."""
    return as_one(base.fitted).predict(base.districts.years[1:]).people[:, 0]


def under(
    desk: Desk, models: Models, way: str, mobility: float = 1.0, housing: dict[int, Dwellings] | None = None
) -> Systems:
    """The bundled project with its districts reconciled, and what is added to its moves."""
    flows = models.movement.flows
    assert flows is not None
    factor = flows.mobility.model_copy(update={"value": mobility})
    changes = {
        "controls": ControlsSpec.model_validate({"reconcile": way}),
        "flows": flows.model_copy(update={"mobility": factor}),
    }
    ground = desk.ground(models)
    if housing is not None:
        ground = dataclasses.replace(ground, evidence=dataclasses.replace(ground.evidence, housing=housing))
    return build(ground, models.model_copy(update={"movement": models.movement.model_copy(update=changes)}))


def dwellings(systems: Systems, year: int, completed: float) -> dict[int, Dwellings]:
    """Dwellings of one year in the first district."""
    areas = len(systems.districts.areas)
    built = np.zeros(areas)
    built[0] = completed
    return {year: Dwellings(built, np.full(areas, np.nan))}


def test_groups_by_hand() -> None:
    found = grouped(np.arange(111.0))
    assert len(found) == len(FIRST) == 18
    assert found[0] == 0 + 1 + 2 + 3 + 4
    assert found[-1] == sum(range(85, 111))


def test_the_city_as_one_is_near_its_districts(base: Systems, city: Floats) -> None:
    """Same launch, same totals on record; afterwards another forecast, not far away."""
    whole = base.districts.people.sum(axis=1)
    assert city[0] == pytest.approx(whole[0])
    known = max(base.fitted.totals)
    assert city[known - 2020].sum() == pytest.approx(whole[known - 2020].sum(), rel=1e-9)
    born = [base.districts.years.index(year) for year in (2021, 2022)]
    assert city[born, :, 0].sum(axis=1) == pytest.approx(whole[born, :, 0].sum(axis=1), rel=0.02)
    assert np.abs(city.sum(axis=(1, 2)) / whole.sum(axis=(1, 2)) - 1.0).max() < 0.15


def test_districts_rake_to_the_city_by_sex_and_group(desk: Desk, models: Models, base: Systems, city: Floats) -> None:
    found = under(desk, models, "rake").districts
    since = max(base.fitted.totals) - 2020
    assert grouped(found.people.sum(axis=1))[since + 1 :] == pytest.approx(grouped(city)[since + 1 :], rel=1e-8)
    assert np.array_equal(found.people[: since + 1], base.districts.people[: since + 1])
    change = np.diff(found.people.sum(axis=(2, 3)), axis=0)
    flows = found.accounts
    events = flows.births.sum(axis=-1) - flows.deaths.sum(axis=(2, 3)) + flows.migration.sum(axis=(2, 3))
    assert change == pytest.approx(events, rel=1e-9, abs=1e-5)
    rows = [note for note in found.overrides if "the city forecast as one area" in note.why]
    assert len(rows) == 36 * (len(found.years) - 1 - since)


def test_mint_lets_both_give_way(desk: Desk, models: Models, base: Systems, city: Floats) -> None:
    systems = under(desk, models, "mint")
    found, whole = (grouped(item.districts.people.sum(axis=1)) for item in (systems, base))
    own, at = grouped(city), base.districts.years.index(2040)
    assert (systems.districts.people >= 0).all()
    between = (found[at] - whole[at]) / (own[at] - whole[at])
    far = np.abs(own[at] / whole[at] - 1.0) > 0.005
    assert far.any()
    assert (between[far] > 0.0).all()
    assert (between[far] < 1.0).all()
    rows = [note for note in systems.overrides if "MinT of areas and city, covariance of 200" in note.why]
    assert rows
    # the areas' trajectories follow: without shocks they are the reconciled forecast
    still = systems.fitted.sample(systems.districts.years[1:], Draws(SEED, range(2), "230100"), 0.0)
    people = systems.districts.people[:, 3] - systems.students[:, 3]
    assert still.cells(3).people[..., 0] == pytest.approx(people, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("way", WAYS)
def test_controls_hold_beside_the_city_and_live_on(base: Systems, way: Way) -> None:
    """Whom a control adds in its year is there the year after: nothing is taken back."""
    one, years = as_one(base.fitted), base.districts.years[1:]
    usual = reconciled(base.fitted, one, way, SEED).predict(years)
    for area, place, factor in ((0, "230102", 1.2), (None, "230100", 1.1)):
        item = Control(place, area, 2035, 1.0)
        item = dataclasses.replace(item, people=factor * item.of(usual.at(2035)))
        found = reconciled(base.fitted, one, way, SEED, (item,)).predict(years)
        assert item.of(found.at(2035)) == pytest.approx(item.people, rel=1e-8)
        raised = [item.of(found.at(year)) / item.of(usual.at(year)) for year in (2034, 2036, 2040)]
        assert raised == pytest.approx([1.0, factor, factor], rel=0.01)
        # as it lives on where nothing is reconciled
        alone = base.fitted.controlled([item], leading=False).predict(years)
        assert item.of(found.at(2036)) / item.of(found.at(2035)) == pytest.approx(
            item.of(alone.at(2036)) / item.of(alone.at(2035)), rel=0.005
        )


def test_controls_of_city_and_district_hold_together(base: Systems) -> None:
    one, years = as_one(base.fitted), base.districts.years[1:]
    free = base.districts.at(2035)
    part = Control("230102", 0, 2035, 1.1 * float(free[0].sum()))
    all_of = Control("230100", None, 2035, 1.02 * float(free.sum()))
    for way in WAYS:
        found = reconciled(base.fitted, one, way, SEED, (part, all_of)).predict(years)
        held = [item.of(found.at(2035)) for item in (part, all_of)]
        assert held == pytest.approx([part.people, all_of.people], rel=1e-8)
        after = [item.of(found.at(2036)) / item.people for item in (part, all_of)]
        usual = [item.of(base.districts.at(2036)) / item.of(free) for item in (part, all_of)]
        assert after == pytest.approx(usual, rel=0.005)


@pytest.mark.parametrize("way", WAYS)
def test_what_is_added_to_moves_changes_the_city(desk: Desk, models: Models, base: Systems, way: str) -> None:
    """Dwellings and mobility bring people from outside: reconciling must not take them away."""
    usual = under(desk, models, way).districts.people.sum(axis=(1, 2, 3))
    built = dwellings(base, 2026, 50_000.0)
    free = under(desk, models, "none", housing=built).districts.people.sum(axis=(1, 2, 3))
    more = under(desk, models, way, housing=built).districts.people.sum(axis=(1, 2, 3)) - usual
    extra = free - base.districts.people.sum(axis=(1, 2, 3))
    at = base.districts.years.index(2030)
    assert extra[at] > 5_000
    assert more[at] == pytest.approx(extra[at], rel=0.2)
    assert more[at - 5] == pytest.approx(0.0, abs=1.0)
    faster = under(desk, models, way, mobility=1.5).districts.people.sum(axis=(1, 2, 3)) - usual
    moving = under(desk, models, "none", mobility=1.5).districts.people.sum(axis=(1, 2, 3)) - free + extra
    assert abs(moving[at]) > 20_000
    assert faster[at] == pytest.approx(moving[at], rel=0.3)
