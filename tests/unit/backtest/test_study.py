from __future__ import annotations

import numpy as np
import pytest

from forecast.backtest.panel import PeoplePanel
from forecast.backtest.study import DRAWN, SET_RIGHT, Study, study, verdicts
from forecast.demography.noise import TYPICAL


def made(years: int = 14, areas: int = 4) -> PeoplePanel:
    """Areas of 30,000 people and more whose births fall by 2 % a year and waver; nobody moves, the old die."""
    draw = np.random.default_rng(3)
    age = np.arange(91)
    kept = np.where(age < 60, 1.0, np.exp(-0.06 - 0.004 * (age - 60)))
    people = np.empty((years, areas, 2, 91))
    sizes = 200.0 * (1 + np.arange(areas))[:, None, None]
    people[0] = sizes * np.cumprod(np.append(1.0, kept[:-1]))
    for year in range(1, years):
        before = people[year - 1]
        people[year, ..., 1:] = before[..., :-1] * kept[1:]
        people[year, ..., -1] += before[..., -1] * kept[-1]
        people[year, ..., 0] = before[..., 0] * 0.98 * np.exp(0.03 * draw.normal(size=(areas, 1)))
    return PeoplePanel(
        "made", tuple(f"a{place}" for place in range(areas)), tuple(range(2000, 2000 + years)), people, 1
    )


@pytest.fixture(scope="module")
def known() -> Study:
    return study(made(), TYPICAL, {})


def test_every_method_the_ensemble_and_the_chosen_one_are_scored(known: Study) -> None:
    scores = known.scores()
    assert set(scores["method"]) == {*known.methods, "ensemble", "chosen"}
    assert set(scores["group"]) == set(known.rolled.groups)
    assert (scores.loc[scores["method"] == "no-change", "relative"] >= 1.0 - 1e-12).all()


def test_the_engine_has_intervals_by_trajectories_and_others_by_past_errors(known: Study) -> None:
    assert set(known.bands) == set(known.methods)
    low, high = known.bands[known.engine].ends[80]
    fine = np.isfinite(low)
    assert fine.any()
    assert (low[fine] <= high[fine]).all()
    wide, narrow = known.drawn.ends[95], known.drawn.ends[50]
    assert (wide[1][fine] - wide[0][fine] >= narrow[1][fine] - narrow[0][fine]).all()


def test_coverage_is_told_by_group_and_class_of_horizons(known: Study) -> None:
    table = known.coverage()
    assert set(table["intervals"]) == {DRAWN, SET_RIGHT}
    assert set(table["horizons"]) == {"all", "1-3", "4-6", "7-10"}
    assert table["covered"].between(0, 100).all()
    whole = table[(table["group"] == "all") & (table["horizons"] == "all") & (table["nominal"] == 80)]
    origins, groups, areas = len(known.rolled.origins), len(known.rolled.groups), len(known.rolled.areas)
    cells = sum(min(8 - place, 15) for place in range(origins)) * groups * areas
    assert set(whole["cases"]) == {cells}


def test_the_verdict_names_the_plain_method_where_it_did_better(known: Study) -> None:
    told = verdicts(known.scores(), known.engine).set_index(["group", "horizon"])
    for key, row in told.iterrows():
        better = row["error"] <= row["best_plain_error"]
        assert row["use"] == (known.engine if better else row["best_plain"]), key
    # the old die at one pace that never improves: the engine's stated progress loses to plain ratios there
    assert told.loc[("80+", 8), "use"] != known.engine


def test_choices_hold_scores_of_the_past_only(known: Study) -> None:
    table = known.chosen()
    first = table[table["origin"] == min(known.rolled.origins)]
    assert first["score"].isna().all()
    assert (first["method"] == known.engine).all()
    weights = table[[f"weight {name}" for name in known.methods]]
    assert weights.sum(axis=1).to_numpy() == pytest.approx(np.ones(len(table)))


def test_forecasts_stand_beside_what_came(known: Study) -> None:
    table = known.errors()
    mine = table[(table["method"] == known.engine) & (table["group"] == "all")]
    assert (mine["p10"] <= mine["p90"]).all()
    assert set(table["method"]) == {*known.methods, "ensemble", "chosen"}
