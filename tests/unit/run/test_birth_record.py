from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.errors import InputError
from forecast.project.load import load_models, load_scenario
from forecast.run.birth_record import Women, history_of, marriages_of, orders_of, prior_of
from forecast.run.birth_study import CHECKED, BirthStudy, birth_study
from forecast.run.inputs import Frames
from forecast.tables.project_tables import read_tables

NATION = "000000"


@pytest.fixture(scope="module")
def frames(harbin: Path) -> Frames:
    return read_tables(harbin)


@pytest.fixture(scope="module")
def study(harbin: Path, frames: Frames) -> BirthStudy:
    return birth_study(frames, load_models(harbin, load_scenario(harbin, "baseline")))


def test_orders_from_counts_shares_and_rates(frames: Frames) -> None:
    totals = {2010: 1588e4, 2016: 1786e4, 2017: 1723e4, 2018: 1523e4, 2019: 1465e4, 2020: 1202e4, 2022: 956e4}
    found = orders_of(frames, NATION, totals)
    assert found["2"][2016] == 721e4  # a count
    assert found["2"][2017] == 883e4  # a count, though a share is known too
    assert found["1"][2010] == pytest.approx(1588e4 * 0.728 / 1.181)  # rates of the survey
    assert found["1"][2019] == pytest.approx(1465e4 * 0.405)  # what 59.5 % of second and later leave
    assert 2019 not in found["2"]  # the two figures contradict each other
    assert 2020 not in found["1"]  # of low confidence
    assert 2018 not in found["1"]
    assert found["3+"][2022] == pytest.approx(956e4 * 0.15)


def test_marriages_are_not_made_up(frames: Frames) -> None:
    known = marriages_of(frames, NATION)
    assert (min(known), max(known)) == (2010, 2025)
    assert marriages_of({}, NATION) == {}
    women = Women(range(2008, 2013), np.ones(5))
    history = history_of("a", {2008: 1.0, 2009: 2.0, 2011: 4.0}, women, known)
    assert list(history.periods) == [2008, 2009, 2010, 2011]
    assert np.isnan(history.births[2, 0])
    assert history.marriages is not None
    assert np.isnan(history.marriages[:2]).all()


def test_a_prior_that_is_not_on_record_is_named(frames: Frames) -> None:
    assert prior_of(frames, "universal two-child", "births, Jul-2016 to Dec-2017")[:3] == (5.4e6, 4.34e6, 6.46e6)
    with pytest.raises(InputError, match="policy_effects"):
        prior_of({"policy_effects": pd.DataFrame(columns=["policy", "outcome"])}, "none", "births")


def test_births_of_2010_to_2025_within_three_percent_with_the_policies_and_worse_without(study: BirthStudy) -> None:
    full, plain = study.checks
    mean, worst, _ = full.within(CHECKED)
    assert worst < 0.03
    assert mean < 0.012
    other_mean, other_worst, year = plain.within(CHECKED)
    assert other_mean > 2.0 * mean
    assert other_worst > 0.06
    assert year in {2016, 2017}
    assert full.freedom < 0.5 * len(full.periods)


def test_the_two_child_effect_lies_in_the_published_interval(study: BirthStudy) -> None:
    prior, data, posterior = study.added
    for item in (prior, data, posterior):
        assert 4.34e6 < item.mean < 6.46e6
    assert posterior.sd < min(prior.sd, data.sd)


def test_births_by_order_turn_as_they_did(study: BirthStudy) -> None:
    fitted = {
        order: dict(zip(check.periods, check.fitted / 1e4, strict=True)) for order, check in study.order_checks.items()
    }
    assert fitted["2"][2016] == pytest.approx(721, rel=0.03)
    assert fitted["2"][2017] == pytest.approx(883, rel=0.03)
    assert fitted["1"][2016] == pytest.approx(973, rel=0.07)
    assert fitted["1"][2017] == pytest.approx(724, rel=0.07)
    assert fitted["1"][2017] < 0.85 * fitted["1"][2016]


def test_third_births_fell_and_the_data_show_no_effect(study: BirthStudy) -> None:
    assert study.third_births is not None
    first, before, last, now = study.third_births
    assert (first, last) == (2021, 2022)
    assert now < before
    row = next(row for scope, row in study.effects if scope == "3+" and row.term == "three-child")
    assert row.data is not None
    assert abs(row.data.mean) < row.data.sd


def test_the_subsidy_is_not_identified(study: BirthStudy) -> None:
    row = next(row for _, row in study.effects if row.term == "subsidy-2025")
    assert row.data is None
    assert row.posterior == row.prior
    assert "not identified" in row.note


def test_five_years_ahead_it_beats_constant_rates_and_no_change(study: BirthStudy) -> None:
    for trials in (study.trials, study.held):
        for step in range(1, 6):
            assert trials.mape("model", step) < trials.mape("constant", step)
            assert trials.mape("model", step) < trials.mape("naive", step)
    assert study.trials.mape("model", 5) < 0.08


def test_the_dragon_of_2024_raises_no_year_after(study: BirthStudy) -> None:
    regression, history = study.nation.regression, study.nation.history
    exposure = np.repeat(history.exposure[-1:], 4, axis=0)
    without = regression.fit(history.until(2023)).predict(range(2024, 2028), exposure)
    within = regression.fit(history.until(2024)).predict(range(2025, 2028), exposure[1:])
    assert (within[1:] < without[2:]).all()
    assert within[0, 0] < history.births[-2, 0]


def test_the_province_is_fitted_under_the_nations_effects(study: BirthStudy) -> None:
    assert study.province is not None
    assert list(study.province.history.periods) == list(range(2018, 2024))
    rows = {row.term: row for scope, row in study.effects if scope == "230000"}
    assert rows["two-child"].posterior.mean == pytest.approx(study.nation.coefficient("two-child")[0])
    assert rows["before-census"].posterior.mean > 0.1
