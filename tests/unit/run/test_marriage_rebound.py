"""The scenario carries what the regression gives: a figure in a file must be one that can be made again."""

from __future__ import annotations

from pathlib import Path

import pytest

from forecast.demography.conditions import build
from forecast.project.load import load_models, load_scenario
from forecast.run.birth_record import nation_women
from forecast.run.birth_study import birth_study
from forecast.run.model import Desk
from forecast.tables.project_tables import read_tables

ROOT = Path(__file__).resolve().parents[3]


def test_its_multipliers_are_the_regressions_births_over_the_baselines() -> None:
    desk = Desk(read_tables(ROOT))
    models = load_models(ROOT, load_scenario(ROOT, "baseline"))
    ground = desk.ground(models)
    systems = build(ground, models)
    years = range(2026, 2031)
    fitted = birth_study(desk.frames, models).nation
    told = fitted.predict(years, nation_women(ground, systems, 2000).of(years))[:, 0]
    place = systems.nation.years[1:].index(years[0])
    baseline = systems.nation.accounts.births.sum(axis=(1, 2))[place : place + len(years)]
    stated = load_models(ROOT, load_scenario(ROOT, "marriage-rebound")).births.path.multiplier
    assert [stated[year] for year in years] == pytest.approx(told / baseline, abs=0.001)
    assert stated[2035] == 1.0
