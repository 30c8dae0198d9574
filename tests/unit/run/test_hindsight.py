from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from forecast.run.hindsight import DRAWN, GROUPS, Hindsight, hindsight
from forecast.run.inputs import Frames
from forecast.run.model import Result


@pytest.fixture(scope="module")
def looked(baseline: Result, frames: Frames) -> Hindsight:
    return hindsight(baseline, frames)


def test_the_last_census_is_the_judge(looked: Hindsight, baseline: Result) -> None:
    assert (looked.origin, looked.target) == (2010, 2020)
    assert np.array_equal(looked.actual, baseline.systems.launches["districts"][1].stock.people)
    assert {"cohort", "hamilton-perry", "no-change"} <= set(looked.forecasts)
    for people in looked.forecasts.values():
        assert people.shape == looked.actual.shape
        assert np.isfinite(people).all()
    # no change is the stock of the previous census itself, up to how the oldest were told apart
    before = baseline.systems.launches["districts"][0].stock.people
    assert looked.forecasts["no-change"][..., :80] == pytest.approx(before[..., :80], rel=0.01)


def test_nothing_that_came_later_is_used(looked: Hindsight, baseline: Result, frames: Frames) -> None:
    """Births, totals, rates and shapes after 2010 are doubled: the forecast of 2010 must not move by a bit."""
    known = baseline.evidence
    rates = known.rates
    late = rates.periods > 2010
    later_e0 = np.array([year > 2010 for year in rates.years])
    spoilt = dataclasses.replace(
        known,
        births={
            place: {y: v * (2.0 if y > 2010 else 1.0) for y, v in items.items()}
            for place, items in known.births.items()
        },
        totals={place: {y: v * 2.0 for y, v in items.items() if y > 2010} for place, items in known.totals.items()},
        guide={y: v * (2.0 if y > 2010 else 1.0) for y, v in known.guide.items()},
        rates=dataclasses.replace(
            rates,
            rates=np.where(late[:, None, None], 0.5 * rates.rates, rates.rates),
            e0=rates.e0 + 5.0 * later_e0[:, None],
        ),
        censuses=(
            known.censuses[0],
            dataclasses.replace(known.censuses[1], districts=known.censuses[1].districts * 3.0),
        ),
        boys_per_girl={y: v * (1.5 if y > 2010 else 1.0) for y, v in known.boys_per_girl.items()},
        median={y: v * (1.5 if y > 2010 else 1.0) for y, v in known.median.items()},
    )
    again = hindsight(dataclasses.replace(baseline, evidence=spoilt), frames)
    for name, people in looked.forecasts.items():
        assert np.array_equal(again.forecasts[name], people), name


def test_scores_by_hand() -> None:
    # two areas: 110 for 100 and 90 for 100: 10 % off each, none in sum
    forecast, actual = np.zeros((2, 2, 111)), np.zeros((2, 2, 111))
    forecast[:, 0, 20], actual[:, 0, 20] = (110.0, 90.0), (100.0, 100.0)
    forecast[:, 0, [2, 7, 12, 70, 85]] = actual[:, 0, [2, 7, 12, 70, 85]] = 10.0
    # both outcomes lie at 100: within 95 to 105 for a, above 90 to 99 for b
    ends = np.array([95.0, 90.0]), np.array([105.0, 99.0])
    made = Hindsight(("a", "b"), 2010, 2020, {"made": forecast, DRAWN: forecast}, actual, dict.fromkeys(GROUPS, ends))
    table = made.table()
    assert len(table) == 2 * 2 * len(GROUPS)
    assert made.covered()["15-59"] == 50.0
    drawn = table[table["engine"] == DRAWN]
    assert set(zip(drawn["area"], drawn["p10"], drawn["p90"], strict=True)) == {("a", 95.0, 105.0), ("b", 90.0, 99.0)}
    table = table[table["engine"] == "made"]
    assert table[["p10", "p90"]].isna().all().all()
    rows = table[table["group"] == "15-59"].set_index("area")["error"]
    assert rows.to_dict() == pytest.approx({"a": 10.0, "b": -10.0})
    summary = made.summary()
    score = summary[summary["engine"] == "made"].set_index("group").loc["15-59"]
    assert (score["mape"], score["bias"], score["worst"]) == pytest.approx((10.0, 0.0, 10.0))


def test_intervals_hold_most_of_the_old(looked: Hindsight) -> None:
    """The old of 2020 lived in 2010: an 80 % interval that misses half of them is broken."""
    shares = looked.covered()
    assert set(shares) == set(GROUPS)
    assert all(0.0 <= share <= 100.0 for share in shares.values())
    assert min(shares[group] for group in ("60+", "65+", "80+")) >= 50.0
    for low, high in looked.bands.values():
        assert low.shape == high.shape == (len(looked.areas),)
        assert (low < high).all()


def test_the_engine_beats_no_change_on_what_it_is_for(looked: Hindsight) -> None:
    """Old people are already born: a cohort engine that cannot place them better than no change is broken."""
    score = looked.summary().set_index(["engine", "group"])["mape"]
    for group in ("60+", "65+", "80+"):
        assert score["cohort", group] < 0.7 * score["no-change", group], group
