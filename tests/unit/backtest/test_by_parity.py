"""The parity engine must earn its place: on the nation's births it beats rates by age alone, and no change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forecast.backtest.by_parity import rates_held, record_of
from forecast.demography.birth_checks import Trials
from forecast.demography.conditions import build, order_rule
from forecast.demography.noise import Wave
from forecast.project.load import load_models, load_scenario
from forecast.run.birth_record import orders_of
from forecast.run.model import Desk
from forecast.tables.project_tables import read_tables

ROOT = Path(__file__).resolve().parents[3]
ORIGINS = range(2003, 2021)


@pytest.fixture(scope="module")
def trials() -> Trials:
    desk = Desk(read_tables(ROOT))
    models = load_models(ROOT, load_scenario(ROOT, "baseline"))
    ground = desk.ground(models)
    totals = ground.evidence.births[ground.evidence.nation]
    orders = orders_of(desk.frames, ground.evidence.nation, totals)
    women = build(ground, models).nation.people[:, 0]
    return rates_held(record_of(ground, women, orders, ORIGINS[0]), order_rule(models.births), ORIGINS, 5)


@pytest.mark.parametrize("step", [1, 3, 5])
def test_parity_is_no_worse_than_rates_by_age(trials: Trials, step: int) -> None:
    assert trials.mape("model", step) < trials.mape("constant", step) * 1.002
    assert trials.mape("model", step) < trials.mape("naive", step)


def test_five_years_ahead_it_is_better(trials: Trials) -> None:
    assert trials.mape("model", 5) < 0.97 * trials.mape("constant", 5)
    assert trials.mape("model", 5) < 0.65 * trials.mape("naive", 5)


def test_outcomes_are_the_record(trials: Trials) -> None:
    assert trials.actual[0, 0, 0] == pytest.approx(trials.naive[1, 0, 0])
    assert np.isfinite(trials.actual).all()


def test_the_shocks_of_births_are_as_large_as_the_errors_were(trials: Trials) -> None:
    """Mean absolute error of a normal shock: 0.8 of its standard deviation; wilder trajectories add a little."""
    models = load_models(ROOT, load_scenario(ROOT, "baseline"))
    wave, freedom = models.uncertainty.births.shared, models.uncertainty.freedom.value
    sizes = Wave(wave.sd.value, wave.kept, wave.run).variance(np.array([1.0, 3.0, 5.0]), settled=False)
    expected = np.sqrt(2.0 / np.pi * sizes * freedom / (freedom - 2.0))
    missed = [trials.mape("model", step) for step in (1, 3, 5)]
    assert expected == pytest.approx(missed, rel=0.15)
