"""The cohort engine with gross moves, against the multiregional kernel and against itself without moves."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from forecast.axes import AGES, FEMALE, Floats
from forecast.demography.cohort import CohortComponent
from forecast.demography.engine import Forecast, History
from forecast.demography.flows import OriginDestination, Rates, net_of
from forecast.demography.mortality import tables
from forecast.demography.noise import Draws
from forecast.kernels import multiregional

Made = Callable[..., History]
YEARS = range(2021, 2031)
AREAS = 3


def chances(level: float = 0.01) -> Floats:
    """Yearly probabilities between areas and two pools (sex, age, origin, destination)."""
    table = level * np.random.default_rng(6).uniform(0.2, 1.0, (2, AGES, AREAS, AREAS + 2))
    table[..., range(AREAS), range(AREAS)] = 0.0
    return table


def closed_system(history: History, level: float = 0.01, outside: float = 0.0) -> History:
    """The history with moves between its areas; a share ``outside`` as many with the pools."""
    out = chances(level)
    out[..., AREAS:] *= outside
    into = outside * level * np.ones((2, AGES, 2, AREAS))
    rates = Rates(out, into)
    pools = np.full((len(YEARS), 2, 2, AGES), 500.0)
    moves = OriginDestination(rates, rates, pools, YEARS[0], np.ones((2, AGES)), 1.0, 1.0, fixed=True)
    assert history.components is not None
    return dataclasses.replace(history, components=dataclasses.replace(history.components, migration=moves))


def project(history: History) -> Forecast:
    return CohortComponent().fit(history).predict(YEARS)


def test_the_engine_is_the_multiregional_kernel_year_after_year(made: Made) -> None:
    history = closed_system(made(AREAS, len(YEARS)))
    forecast = project(history)
    known = history.components
    assert known is not None
    full = np.concatenate([chances()[..., :AREAS]], axis=-1)
    full[..., range(AREAS), range(AREAS)] = 1.0 - full.sum(axis=-1)
    ratios = np.repeat(tables(known.rates[0]).S[None], AREAS, axis=0)
    people = history.launch.people
    fertility = known.shapes[0] * known.reference[0] * known.relative[:, None]
    for place, year in enumerate(YEARS):
        found = multiregional.step(people, multiregional.settled(ratios, full), fertility, known.boys[0])
        assert forecast.at(year) == pytest.approx(found.people, rel=1e-11)
        assert forecast.between is not None
        inside = forecast.between[place][..., :AREAS, :AREAS]
        moved = np.moveaxis(np.asarray(found.flows), (0, 1), (-2, -1)).copy()
        moved[..., range(AREAS), range(AREAS)] = 0.0
        assert inside == pytest.approx(moved, rel=1e-9, abs=1e-9)
        people = found.people


def test_a_closed_system_conserves_people(made: Made) -> None:
    immortal = made(AREAS, len(YEARS), fertility=0.0)
    assert immortal.components is not None
    nobody_dies = dataclasses.replace(immortal.components, rates=np.full((len(YEARS), 2, AGES), 1e-14))
    forecast = project(closed_system(dataclasses.replace(immortal, components=nobody_dies), 0.05))
    total = forecast.people.sum(axis=(1, 2, 3))
    assert total == pytest.approx(np.full(len(total), total[0]), rel=1e-9)
    assert forecast.people[-1, 0].sum() != pytest.approx(forecast.people[0, 0].sum(), rel=1e-3)


def test_without_moves_it_is_separate_projections(made: Made) -> None:
    alone = made(AREAS, len(YEARS))
    assert project(closed_system(alone, 0.0)).people == pytest.approx(project(alone).people, rel=1e-12)


def test_gross_moves_and_net_migration_are_one_account(made: Made) -> None:
    history = closed_system(made(AREAS, len(YEARS)), outside=0.5)
    known = {2022: 1.02 * float(history.launch.people.sum())}
    forecast = project(dataclasses.replace(history, totals=known))
    assert forecast.between is not None
    for place in range(len(YEARS)):
        assert net_of(forecast.between[place], AREAS) == pytest.approx(forecast.accounts.migration[place], abs=1e-8)
        assert (forecast.between[place] >= 0).all()
    assert forecast.at(2022).sum() == pytest.approx(known[2022])


def test_stable_growth_is_the_eigenvalue_of_the_growth_matrix(made: Made) -> None:
    history = closed_system(made(AREAS, len(YEARS), fertility=2.2), 0.02)
    known = history.components
    assert known is not None
    full = chances(0.02)[..., :AREAS].copy()
    full[..., range(AREAS), range(AREAS)] = 1.0 - full.sum(axis=-1)
    survival = multiregional.settled(np.repeat(tables(known.rates[0]).S[None], AREAS, axis=0), full)
    fertility = known.shapes[0] * known.reference[0] * known.relative[:, None]
    factor, _ = multiregional.dominant(multiregional.growth_matrix(survival, fertility, known.boys[0]))
    people = history.launch.people
    for _ in range(1500):
        after = multiregional.step(people, survival, fertility, known.boys[0]).people
        growth = after.sum() / people.sum()
        people = after / after.sum()
    assert growth == pytest.approx(float(factor), rel=1e-8)


def test_trajectories_stay_around_the_forecast(made: Made) -> None:
    history = closed_system(made(AREAS, len(YEARS)), outside=0.5)
    fitted = CohortComponent().fit(history)
    expected = fitted.predict(YEARS)
    quiet = fitted.sample(YEARS, Draws(7, range(4), "230100"), 0.0)
    for area in range(AREAS):
        found = quiet.sums(area, [(0, AGES), (20, 40)])
        wanted = np.stack(
            [expected.people[:, area].sum(axis=(1, 2)), expected.people[:, area, :, 20:40].sum(axis=(1, 2))]
        )
        assert found == pytest.approx(np.repeat(wanted[..., None], found.shape[-1], axis=-1), rel=1e-9)
    assert expected.people[:, :, FEMALE].min() >= 0.0
