from __future__ import annotations

import numpy as np
import pytest

from forecast.axes import Floats
from forecast.demography.conditions import Systems, build
from forecast.demography.controls import Control
from forecast.demography.noise import Draws
from forecast.demography.reconcile import FIRST, as_one, grouped, reconciled
from forecast.demography.residual import net_migration
from forecast.project.controls import ControlsSpec
from forecast.project.spec import Models
from forecast.run.model import Desk, Result

SEED = 1


@pytest.fixture(scope="module")
def models(baseline: Result) -> Models:
    return baseline.models


@pytest.fixture(scope="module")
def base(baseline: Result) -> Systems:
    return baseline.systems


@pytest.fixture(scope="module")
def city(desk: Desk, models: Models, base: Systems) -> Floats:
    """People of the city forecast as one area (year, sex, age)."""
    net = net_migration(desk.ground(models), "districts", models.movement.rates)
    return as_one(base.fitted, net).predict(base.districts.years[1:]).people[:, 0]


def under(desk: Desk, models: Models, way: str) -> Systems:
    controls = ControlsSpec.model_validate({"reconcile": way})
    movement = models.movement.model_copy(update={"controls": controls})
    return build(desk.ground(models), models.model_copy(update={"movement": movement}))


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


def test_controls_hold_beside_the_city(desk: Desk, models: Models, base: Systems) -> None:
    net = net_migration(desk.ground(models), "districts", models.movement.rates)
    one = as_one(base.fitted, net)
    free = base.districts.at(2035)
    part = Control("230102", 0, 2035, 1.1 * float(free[0].sum()))
    all_of = Control("230100", None, 2035, 1.02 * float(free.sum()))
    found = reconciled(base.fitted, one, "rake", SEED, (part, all_of)).predict(base.districts.years[1:])
    assert [item.of(found.at(2035)) for item in (part, all_of)] == pytest.approx([part.people, all_of.people], rel=1e-8)
