from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from forecast.axes import Floats
from forecast.backtest.choice import CHOSEN, ENSEMBLE, EQUAL, combined
from forecast.backtest.rolling import Rolled

MadeRolled = Callable[..., Rolled]
ORIGINS = tuple(range(2005, 2015))
METHODS = ("ours", "naive")


def turning(size: float, horizons: int = 1, areas: int = 4) -> Floats:
    """Errors of one size that change sign from area to area and from origin to origin."""
    signs = (-1.0) ** np.add.outer(np.arange(len(ORIGINS)), np.arange(areas))
    return np.asarray(size * np.repeat(signs[:, None, None, :], horizons, axis=1))


def test_without_a_past_weights_are_equal_and_the_default_is_used(made_rolled: MadeRolled) -> None:
    rolled = made_rolled({"ours": turning(0.1), "naive": turning(0.05)}, ORIGINS)
    found, made = combined(rolled, METHODS, "ours")
    first = made[0]
    assert (first.origin, first.horizon, first.group, first.size) == (2005, 1, "all", "20-100k")
    assert (first.method, first.weights) == ("ours", (0.5, 0.5))
    assert np.isnan(first.score)
    ours, naive = (rolled.forecasts[name][0] for name in METHODS)
    assert found.forecasts[ENSEMBLE][0] == pytest.approx(np.sqrt(ours * naive))
    assert np.array_equal(found.forecasts[CHOSEN][0], ours)


def test_weights_by_hand(made_rolled: MadeRolled) -> None:
    # errors of 10 % and 5 %: inverse squares 1 to 4. Four launches stand beside the 8 of equal weights: a third
    rolled = made_rolled({"ours": turning(0.1), "naive": turning(0.05)}, ORIGINS)
    found, made = combined(rolled, METHODS, "ours")
    share = 4 / (4 + EQUAL)
    assert made[4].weights == pytest.approx((share * 0.2 + (1 - share) * 0.5, share * 0.8 + (1 - share) * 0.5))
    logs = [np.log(rolled.forecasts[name][4]) for name in METHODS]
    mean = made[4].weights[0] * logs[0] + made[4].weights[1] * logs[1]
    assert np.log(found.forecasts[ENSEMBLE][4]) == pytest.approx(mean)


def test_launches_that_overlap_count_in_part(made_rolled: MadeRolled) -> None:
    # three years ahead four launches count as two
    rolled = made_rolled({"ours": turning(0.1), "naive": turning(0.05)}, ORIGINS, (3,))
    _, made = combined(rolled, METHODS, "ours")
    share = 2 / (2 + EQUAL)
    assert made[6].weights == pytest.approx((share * 0.2 + (1 - share) * 0.5, share * 0.8 + (1 - share) * 0.5))


def test_a_method_that_was_clearly_better_is_chosen(made_rolled: MadeRolled) -> None:
    rolled = made_rolled({"ours": turning(0.1), "naive": turning(0.01)}, ORIGINS)
    found, made = combined(rolled, METHODS, "ours")
    assert [item.method for item in made] == ["ours", *["naive"] * 9]
    assert made[5].score == pytest.approx(1.0)  # in percent
    assert np.array_equal(found.forecasts[CHOSEN][5], rolled.forecasts["naive"][5])


def test_a_method_that_was_a_little_better_is_not(made_rolled: MadeRolled) -> None:
    rolled = made_rolled({"ours": turning(0.1), "naive": turning(0.09)}, ORIGINS)
    _, made = combined(rolled, METHODS, "ours")
    assert {item.method for item in made} == {"ours"}
    assert made[5].score == pytest.approx(10.0)


def test_the_default_may_be_any_method(made_rolled: MadeRolled) -> None:
    rolled = made_rolled({"ours": turning(0.1), "naive": turning(0.1)}, ORIGINS)
    assert {item.method for item in combined(rolled, METHODS, "naive")[1]} == {"naive"}


def test_classes_of_size_learn_apart(made_rolled: MadeRolled) -> None:
    # the naive method is better in the two small areas, and there alone
    ours, naive = turning(0.1), turning(0.1)
    naive[..., :2], naive[..., 2:] = 0.01, 0.4
    sizes = np.broadcast_to([1e3, 2e3, 1e6, 2e6], (len(ORIGINS), 4))
    _, made = combined(made_rolled({"ours": ours, "naive": naive}, ORIGINS, sizes=sizes), METHODS, "ours")
    last = {item.size: item.method for item in made if item.origin == ORIGINS[-1]}
    assert last == {"<5k": "naive", ">=100k": "ours"}


@pytest.mark.parametrize("launch", [0, 3, 7])
def test_the_origin_that_is_scored_is_never_looked_at(made_rolled: MadeRolled, launch: int) -> None:
    rng = np.random.default_rng(1)
    logs = {name: 0.1 * rng.standard_normal((len(ORIGINS), 2, 1, 4)) for name in METHODS}
    rolled = made_rolled(logs, ORIGINS, (1, 3))
    came = rolled.actual.copy()
    for place, other in enumerate(ORIGINS):
        for number, horizon in enumerate(rolled.horizons):
            if other + horizon > ORIGINS[launch]:
                came[place, number] *= rng.uniform(0.5, 2.0, (1, 4))
    found, made = combined(rolled, METHODS, "ours")
    other_found, other_made = combined(dataclasses.replace(rolled, actual=came), METHODS, "ours")
    for name in (ENSEMBLE, CHOSEN):
        assert found.forecasts[name][: launch + 1].tobytes() == other_found.forecasts[name][: launch + 1].tobytes()
    weights = [[item.weights for item in part if item.origin <= ORIGINS[launch]] for part in (made, other_made)]
    assert weights[0] == weights[1]
    assert not np.array_equal(found.forecasts[ENSEMBLE], other_found.forecasts[ENSEMBLE])


def test_the_ensemble_lies_between_its_methods(made_rolled: MadeRolled) -> None:
    rng = np.random.default_rng(1)
    logs = {name: 0.1 * rng.standard_normal((len(ORIGINS), 2, 1, 4)) for name in METHODS}
    found, made = combined(made_rolled(logs, ORIGINS, (1, 3)), METHODS, "ours")
    ours, naive = (found.forecasts[name] for name in METHODS)
    mean = found.forecasts[ENSEMBLE]
    assert (mean >= np.minimum(ours, naive) * (1 - 1e-12)).all()
    assert (mean <= np.maximum(ours, naive) * (1 + 1e-12)).all()
    assert all(sum(item.weights) == pytest.approx(1.0) for item in made)


def test_horizons_without_a_forecast_are_left_out(made_rolled: MadeRolled) -> None:
    rolled = made_rolled({"ours": turning(0.1, 2), "naive": turning(0.1, 2)}, ORIGINS, (1, 3))
    cut = {
        name: np.where(np.arange(2)[:, None, None] == 1, np.nan, values) for name, values in rolled.forecasts.items()
    }
    found, made = combined(dataclasses.replace(rolled, forecasts=cut), METHODS, "ours")
    assert {item.horizon for item in made} == {1}
    assert np.isnan(found.forecasts[CHOSEN][:, 1]).all()
