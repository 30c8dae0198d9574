from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from forecast.axes import Floats
from forecast.backtest.bands import Band, by_errors
from forecast.backtest.choice import combined
from forecast.backtest.intervals import intervals
from forecast.backtest.results import choice_table, error_table, score_table
from forecast.backtest.rolling import Rolled
from forecast.backtest.scores import LEVELS

MadeRolled = Callable[..., Rolled]
ORIGINS = (2005, 2006, 2007)
SIZES = np.broadcast_to([4_000.0, 30_000.0, 200_000.0], (3, 3))


def always(*sizes: float) -> Floats:
    """Log errors of three areas, the same at every origin."""
    return np.broadcast_to(sizes, (3, 1, 1, 3))


@pytest.fixture
def rolled(made_rolled: MadeRolled) -> Rolled:
    """Outcomes of 1000 people that ours meets but in the largest area, and two plain methods do not."""
    errors = {
        "ours": always(0.0, 0.0, np.log(1.25)),
        "no-change": always(np.log(0.8), np.log(1.25), np.log(1.25)),
        "repeat-growth": always(np.log(1.25), np.log(1.25), np.log(0.5)),
    }
    return made_rolled(errors, ORIGINS, sizes=SIZES)


def one(frame: pd.DataFrame, method: str, size: str) -> pd.Series:
    rows = frame[(frame["method"] == method) & (frame["size"] == size)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_a_row_for_every_method_and_size(rolled: Rolled) -> None:
    frame = score_table(rolled, {})
    assert list(frame.columns) == [
        "set", "method", "group", "horizon", "size", "origins", "cases", "mape", "medape", "p90", "wape", "bias",
        "best_plain", "best_plain_wape", "relative",
    ]  # fmt: skip
    # all, 20 000 people and more, and the three classes that have an area
    assert sorted(frame["size"].unique()) == sorted(["all", ">=20k", "<5k", "20-100k", ">=100k"])
    assert len(frame) == 3 * 5
    row = one(frame, "ours", "all")
    assert (row["set"], row["group"], row["horizon"], row["origins"], row["cases"]) == ("made", "all", 1, 3, 9)
    assert one(frame, "ours", ">=20k")["cases"] == 6


def test_scores_by_hand(rolled: Rolled) -> None:
    frame = score_table(rolled, {})
    # 1000, 1000 and 1250 came; 1000 each was forecast: 250 of 3250 short
    row = one(frame, "ours", "all")
    assert row["wape"] == pytest.approx(100 * 250 / 3250)
    assert row["bias"] == pytest.approx(-100 * 250 / 3250)
    assert row["mape"] == pytest.approx(20 / 3)
    # 1250 instead of 1000
    assert one(frame, "no-change", "<5k")["wape"] == pytest.approx(25.0)


def test_the_best_plain_method_is_named_by_class(rolled: Rolled) -> None:
    frame = score_table(rolled, {})
    # in the small area 25 % against 20 %; in the large one 20 % against 100 %
    assert one(frame, "ours", "<5k")["best_plain"] == "repeat-growth"
    assert one(frame, "ours", ">=100k")["best_plain"] == "no-change"
    assert one(frame, "ours", ">=100k")["relative"] == pytest.approx(1.0)
    assert one(frame, "repeat-growth", ">=100k")["relative"] == pytest.approx(5.0)
    # ours is no plain method, however well it did
    assert set(frame["best_plain"]) == {"no-change", "repeat-growth"}


def test_intervals_by_hand(rolled: Rolled) -> None:
    # 900 to 1250 everywhere: the outcomes of ours are 1000, 1000 and 1250 at its upper end
    flat = np.full(rolled.actual.shape, 900.0), np.full(rolled.actual.shape, 1250.0)
    band = Band(dict.fromkeys(LEVELS, flat), rolled.forecasts["ours"], np.full(rolled.actual.shape, 13.0))
    frame = score_table(rolled, {"ours": band})
    row = one(frame, "ours", "all")
    assert row["cover80"] == 100.0
    assert row["width80"] == pytest.approx(35.0)
    assert row["crps"] == pytest.approx(100 * 39 / 3250)
    # tails of 1/4, 1/10 and 1/40: low ends cost the tail x (100, 100, 350), high ends the tail x (250, 250, 0)
    tails = np.array([0.25, 0.1, 0.025])
    assert row["pinball"] == pytest.approx(100 * np.mean([tails * 550, tails * 500]) / 3250)
    assert np.isnan(one(frame, "no-change", "all")["cover80"])


def test_errors_stand_beside_what_came(rolled: Rolled) -> None:
    band = by_errors(rolled, "ours", intervals(rolled, "ours", {}, LEVELS))
    frame = error_table(rolled, {"ours": band})
    assert list(frame.columns) == [
        "set", "method", "origin", "horizon", "group", "area", "forecast", "actual", "p10", "p90",
    ]  # fmt: skip
    assert len(frame) == 3 * 9
    row = frame[(frame["method"] == "no-change") & (frame["origin"] == 2006) & (frame["area"] == "a0")].iloc[0]
    assert (row["forecast"], row["actual"]) == pytest.approx((1250.0, 1000.0))
    last = frame[(frame["method"] == "ours") & (frame["origin"] == 2007) & (frame["area"] == "a1")].iloc[0]
    assert last["p10"] < last["forecast"] < last["p90"]
    assert frame[frame["method"] == "no-change"]["p10"].isna().all()


def test_outcomes_that_are_not_known_have_no_row(made_rolled: MadeRolled) -> None:
    errors = np.zeros((3, 1, 1, 3))
    errors[2] = np.nan
    rolled = made_rolled({"no-change": errors}, ORIGINS, sizes=SIZES)
    assert set(error_table(rolled, {})["origin"]) == {2005, 2006}
    assert one(score_table(rolled, {}), "no-change", "all")["origins"] == 2


def test_choices_as_a_table(rolled: Rolled) -> None:
    methods = ("ours", "no-change")
    _, made = combined(rolled, methods, "ours")
    frame = choice_table("made", made, methods)
    assert list(frame.columns) == [
        "set", "origin", "horizon", "group", "size", "method", "score", "weight ours", "weight no-change",
    ]  # fmt: skip
    assert len(frame) == 3 * 3  # origins, and a class for each area
    first = frame.iloc[0]
    assert (first["set"], first["origin"], first["method"]) == ("made", 2005, "ours")
    assert frame[["weight ours", "weight no-change"]].sum(axis=1).to_numpy() == pytest.approx(np.ones(9))
