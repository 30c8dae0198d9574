from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from forecast.axes import Floats
from forecast.backtest.choice import CHOSEN
from forecast.backtest.methods import ByCohort
from forecast.backtest.panel import PeoplePanel
from forecast.backtest.rolling import Rolled, origins_of, roll
from forecast.backtest.small import (
    CANDIDATES,
    PLAIN,
    USUAL,
    by_own_past,
    errors,
    launches,
    named,
    of_size,
    rolled_small,
    small_table,
    standings,
    to_use,
    uses,
)
from forecast.demography.cohort_ratio import CohortRatio
from forecast.demography.engines import ENGINES
from forecast.demography.hamilton_perry import HamiltonPerry
from forecast.demography.synthetic import SyntheticRatio

MadePanel = Callable[..., PeoplePanel]
MadeRolled = Callable[..., Rolled]
ORIGINS = tuple(range(2000, 2020))
SIZES = np.tile([4_000.0, 4_999.0, 5_000.0], (len(ORIGINS), 1))


def made(make: MadeRolled, **logs: float) -> Rolled:
    """Errors of Hamilton-Perry, the usual method and a third one, alike in two groups; doubled in the large area."""
    each: dict[str, Floats] = {
        {"plain": PLAIN, "usual": USUAL}.get(name, name): np.log(1.0 / (1.0 - size))
        * np.array([1.0, 1.0, 2.0])
        * np.ones((len(ORIGINS), 1, 2, 3))
        for name, size in logs.items()
    }
    return make(each, ORIGINS, groups=("old", "all"), sizes=SIZES)


def test_areas_of_five_thousand_are_not_small(made_rolled: MadeRolled) -> None:
    found = of_size(made(made_rolled, plain=0.1))
    assert found is not None
    assert np.isfinite(found.actual[..., :2]).all()
    assert np.isnan(found.actual[..., 2]).all()
    middle = of_size(made(made_rolled, plain=0.1), "5-20k")
    assert middle is not None
    assert np.isfinite(middle.actual[..., 2]).all()
    assert of_size(made(made_rolled, plain=0.1), ">=100k") is None


def test_errors_are_told_against_hamilton_perry(made_rolled: MadeRolled) -> None:
    found = of_size(made(made_rolled, plain=0.1, usual=0.05, other=0.2))
    assert found is not None
    # outcomes are 1 / 0.9 of Hamilton-Perry's forecast: it falls short by a tenth of what came
    assert errors(found, PLAIN, 1) == pytest.approx({"old": 10.0, "all": 10.0})
    assert standings(found, 1) == pytest.approx({PLAIN: 1.0, USUAL: 0.5, "other": 2.0})


def test_the_method_to_use_is_the_one_that_did_best_over_sets(made_rolled: MadeRolled) -> None:
    good, bad = (
        made(made_rolled, plain=0.1, usual=0.05, other=0.04),
        made(made_rolled, plain=0.1, usual=0.05, other=0.2),
    )
    assert to_use([good], 1) == "other"
    assert to_use([good, bad], 1) == USUAL
    assert to_use([], 1) == USUAL


def test_a_set_s_own_past_must_speak_clearly(made_rolled: MadeRolled) -> None:
    rolled = of_size(made(made_rolled, plain=0.1, usual=0.05, other=0.04))
    assert rolled is not None
    found, choices = by_own_past(rolled)
    assert set(found.forecasts) == {PLAIN, USUAL, "other", CHOSEN}
    # a fifth less error: known from one launch beside eight of doubt it is too little, from nineteen it is not
    assert {item.method for item in choices if item.origin == 2001} == {USUAL}
    assert {item.method for item in choices if item.origin == 2019 and item.size == "<5k"} == {"other"}


def test_a_set_is_told_by_what_the_others_speak_for(made_rolled: MadeRolled) -> None:
    good, bad = (
        made(made_rolled, plain=0.1, usual=0.05, other=0.04),
        made(made_rolled, plain=0.1, usual=0.05, other=0.2),
    )
    table = small_table([good, bad], [1])
    used = table[table["used"]]["method"].tolist()
    assert used == [USUAL, "other"]
    assert len(table) == 2 * 4


def test_every_candidate_runs(made_panel: MadePanel) -> None:
    found = of_size(roll(made_panel(), CANDIDATES), "5-20k")
    assert found is not None
    assert set(standings(found, 1)) == set(CANDIDATES)
    assert {PLAIN, USUAL} <= set(CANDIDATES)


def small(make: MadeRolled, **logs: float) -> Rolled:
    """The same without the large area."""
    found = of_size(made(make, **logs))
    assert found is not None
    return found


def cut(rolled: Rolled, origins: int) -> Rolled:
    """Outcomes of the first origins only; those of the others are not known yet."""
    actual = rolled.actual.copy()
    actual[origins:] = np.nan
    return dataclasses.replace(rolled, actual=actual)


def test_groups_in_which_nobody_came_do_not_count_and_an_error_of_nought_is_no_fault(made_rolled: MadeRolled) -> None:
    rolled = small(made_rolled, plain=0.1, usual=0.05)
    nobody = dataclasses.replace(rolled, actual=rolled.actual * np.array([0.0, 1.0])[:, None])
    assert standings(nobody, 1) == pytest.approx(standings(rolled, 1))
    assert np.isnan(list(standings(cut(rolled, 0), 1).values())).all()
    assert standings(small(made_rolled, plain=0.1, usual=0.0), 1)[USUAL] == pytest.approx(1e-6 / 10, rel=0.01)


def test_two_origins_are_too_few_to_choose(made_rolled: MadeRolled) -> None:
    long = small(made_rolled, plain=0.1, usual=0.05, **{"synthetic 50": 0.04})
    assert launches(cut(long, 2), 1) == 2
    told = uses([cut(long, 2)], [1]).to_dict("records")
    assert told == [
        {
            "set": "made", "horizon": 1, "areas": 2, "launches": 2, "engine": "cohort-ratio", "prior": 100.0,
            "relative": pytest.approx(np.nan, nan_ok=True), "chosen": False,
        }
    ]  # fmt: skip
    found = uses([cut(long, 3)], [1]).iloc[0]
    assert (found["engine"], found["prior"], found["chosen"]) == ("hamilton-perry-synthetic", 50.0, True)
    assert found["relative"] == pytest.approx(0.4)


def test_sets_are_served_by_what_all_long_ones_speak_for(made_rolled: MadeRolled) -> None:
    good, bad = (small(made_rolled, plain=0.1, usual=0.05, **{"synthetic 50": size}) for size in (0.04, 0.2))
    assert uses([good], [1])["prior"].tolist() == [50.0]
    # the usual method is a little worse in one set and much better in the other
    both = uses([good, bad], [1])
    assert both["engine"].tolist() == ["cohort-ratio", "cohort-ratio"]
    assert both["relative"].tolist() == pytest.approx([0.5, 0.5])
    # a short set has no say, and no choice of its own
    told = uses([good, cut(bad, 2)], [1])
    assert told["engine"].tolist() == ["hamilton-perry-synthetic", "cohort-ratio"]
    assert told["chosen"].tolist() == [True, False]


@pytest.mark.parametrize("candidate", list(CANDIDATES))
def test_candidates_are_named_as_their_engines_are(candidate: str) -> None:
    engine, prior = named(candidate)
    method = CANDIDATES[candidate]
    assert isinstance(method, ByCohort)
    assert isinstance(method.engine, CohortRatio | HamiltonPerry | SyntheticRatio)
    assert type(method.engine) is ENGINES[engine]
    assert method.engine.prior == prior


def test_candidates_run_only_where_areas_are_small(made_panel: MadePanel) -> None:
    panel = made_panel()
    ran: list[str] = []
    assert panel.size(2005).min() > 5_000
    known = roll(panel, {}, [2005, 2006])
    assert rolled_small(panel, known, lambda what, _done, _of: ran.append(what)) is None
    assert ran == []
    village = dataclasses.replace(panel, people=panel.people * np.array([0.5, 1.0, 1.0])[:, None, None])
    found = rolled_small(village, roll(village, {}, [2005, 2006]), lambda what, _done, _of: ran.append(what))
    assert found is not None
    assert found.origins == (2005, 2006)
    assert origins_of(village) != (2005, 2006)
    assert len(ran) == 2 * len(CANDIDATES)
    assert np.isfinite(found.actual[:, 0, :, 0]).all()
    assert np.isnan(found.actual[..., 1:]).all()
