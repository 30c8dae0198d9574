from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from forecast.axes import Floats
from forecast.backtest.intervals import intervals, spreads, together
from forecast.backtest.rolling import Rolled
from forecast.backtest.variance import Spread, decompose

MadeRolled = Callable[..., Rolled]
ORIGINS = tuple(range(2005, 2017))
LEVELS = (50, 80)
PRIOR = {("all", 3): Spread(0.04, 0.0, 1.0, 20.0, 100.0)}


def errors(scale: float = 0.05) -> Floats:
    """Log errors one and three years ahead at twelve origins in ten areas."""
    return scale * np.random.default_rng(1).standard_normal((len(ORIGINS), 2, 1, 10))


@pytest.fixture
def rolled(made_rolled: MadeRolled) -> Rolled:
    return made_rolled({"it": errors()}, ORIGINS, (1, 3))


def test_two_launches_with_known_outcomes_are_needed(rolled: Rolled) -> None:
    found = intervals(rolled, "it", {}, LEVELS)
    # one year ahead: the outcomes of 2005 and 2006 are known in 2007; three years ahead: those of both in 2009
    assert np.isfinite(found.sd[:, 0, 0, 0]).tolist() == [False, False, *[True] * 10]
    assert np.isfinite(found.sd[:, 1, 0, 0]).tolist() == [False] * 4 + [True] * 8


def test_the_spread_is_that_of_the_outcomes_known_then(rolled: Rolled) -> None:
    found = intervals(rolled, "it", {}, LEVELS)
    for launch, origin in enumerate(ORIGINS):
        known = [place for place, other in enumerate(ORIGINS) if other + 3 <= origin]
        if len(known) >= 2:
            spread = decompose(rolled.logs("it")[known, 1, 0], rolled.forecasts["it"][known, 1, 0], 3)
            assert spread is not None
            assert found.sd[launch, 1, 0] == pytest.approx(spread.sd(rolled.forecasts["it"][launch, 1, 0]))


@pytest.mark.parametrize("launch", [2, 5, 9])
def test_outcomes_that_were_not_known_change_nothing(rolled: Rolled, launch: int) -> None:
    origin = ORIGINS[launch]
    came = rolled.actual.copy()
    for place, other in enumerate(ORIGINS):
        for number, horizon in enumerate(rolled.horizons):
            if other + horizon > origin:
                came[place, number] *= 3.0
    before, after = (
        intervals(item, "it", PRIOR, LEVELS) for item in (rolled, dataclasses.replace(rolled, actual=came))
    )
    assert before.sd[launch].tobytes() == after.sd[launch].tobytes()
    assert before.widths[80][launch].tobytes() == after.widths[80][launch].tobytes()
    assert not np.array_equal(before.sd[-1], after.sd[-1])


def test_fewer_launches_wider_intervals(rolled: Rolled) -> None:
    widths = intervals(rolled, "it", {}, LEVELS).widths
    assert (np.diff(widths[80][2:, 0, 0]) < 0).all()
    # launches that overlap tell less: three years ahead the same launches count a third
    assert (widths[80][4:, 1, 0] > widths[80][4:, 0, 0]).all()
    assert (widths[50][4:, 0, 0] < widths[80][4:, 0, 0]).all()


def test_without_a_past_the_prior_speaks(rolled: Rolled) -> None:
    found = intervals(rolled, "it", PRIOR, LEVELS)
    assert found.sd[0, 1, 0] == pytest.approx(PRIOR["all", 3].sd(rolled.forecasts["it"][0, 1, 0]))
    # and later it is the least of the shared part: 0.2 at least
    assert (found.sd[-1, 1, 0] > 0.2).all()
    assert (found.sd[-1, 0, 0] < 0.1).all()


def test_ends_are_even_on_the_log_scale(rolled: Rolled) -> None:
    found = intervals(rolled, "it", {}, LEVELS)
    forecast = rolled.forecasts["it"]
    low, high = found.ends(forecast, 80)
    fine = np.isfinite(found.sd)
    assert (low * high)[fine] == pytest.approx((forecast**2)[fine])
    assert np.log(high / forecast)[5, 0, 0] == pytest.approx(found.widths[80][5, 0, 0] * found.sd[5, 0, 0])


def test_intervals_cover_about_what_they_should(made_rolled: MadeRolled) -> None:
    origins = tuple(range(1900, 2000))
    rng = np.random.default_rng(2)
    made = made_rolled({"it": 0.1 * rng.standard_normal((100, 1, 1, 40))}, origins)
    low, high = intervals(made, "it", {}, LEVELS).ends(made.forecasts["it"], 80)
    inside = ((made.actual >= low) & (made.actual <= high))[5:]
    assert inside.mean() == pytest.approx(0.8, abs=0.05)


def test_what_other_sets_learn(rolled: Rolled, made_rolled: MadeRolled) -> None:
    first = spreads(rolled, "it")
    assert set(first) == {("all", 1), ("all", 3)}
    assert first["all", 1].cases == 120.0
    wilder = spreads(made_rolled({"it": errors(0.2)}, ORIGINS, (1, 3)), "it")
    both = together([first, {("all", 1): wilder["all", 1]}])
    assert both["all", 1].alpha == pytest.approx((first["all", 1].alpha + wilder["all", 1].alpha) / 2)
    assert both["all", 3] == first["all", 3]
