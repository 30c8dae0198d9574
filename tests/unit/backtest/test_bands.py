from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from scipy.special import ndtri

from forecast.axes import Floats
from forecast.backtest.bands import FURTHEST, OTHERS, TRAJECTORIES, Band, by_errors, by_trajectories, recalibrated
from forecast.backtest.intervals import Intervals, intervals
from forecast.backtest.methods import PEOPLE_METHODS, CohortSampler
from forecast.backtest.panel import PeoplePanel
from forecast.backtest.rolling import Rolled, roll
from forecast.backtest.scores import LEVELS, normal_crps
from forecast.demography.cohort_ratio import CohortRatio
from forecast.demography.noise import Draws

MadePanel = Callable[..., PeoplePanel]
MadeRolled = Callable[..., Rolled]
ORIGINS = tuple(range(2005, 2013))
HALF = 0.1
"""Half width of the 80 % interval, in logs."""


def missed(size: float, horizons: int = 1, areas: int = 4) -> Floats:
    """Errors of one size, up and down in turn."""
    signs = (-1.0) ** np.add.outer(np.arange(len(ORIGINS)), np.arange(areas))
    return np.asarray(size * np.repeat(signs[:, None, None, :], horizons, axis=1))


def even(rolled: Rolled) -> Band:
    """A band around the forecast whose 80 % interval is a tenth wide to each side."""
    middle = rolled.forecasts["it"]
    sd = HALF / ndtri(0.9)
    halves = {level: sd * ndtri(0.5 + level / 200) for level in LEVELS}
    ends = {level: (middle * np.exp(-half), middle * np.exp(half)) for level, half in halves.items()}
    return Band(ends, middle, normal_crps(middle, np.full(middle.shape, sd), rolled.actual))


def half_widths(band: Band, level: int = 80) -> Floats:
    """Of the first area one year ahead, by origin."""
    low, high = band.ends[level]
    return np.asarray(0.5 * np.log(high / low)[:, 0, 0, 0])


def test_outcomes_outside_widen_what_comes_later(made_rolled: MadeRolled) -> None:
    # always twice as far out as the end: needed is 2, with the weight of n launches beside 4
    rolled = made_rolled({"it": missed(2 * HALF)}, ORIGINS)
    found = half_widths(recalibrated(rolled, even(rolled)))
    wanted = [1.0, 1.0, *(2.0 ** (n / (n + OTHERS)) for n in range(2, 8))]
    assert found == pytest.approx(HALF * np.array(wanted))


def test_outcomes_well_inside_make_it_narrower(made_rolled: MadeRolled) -> None:
    rolled = made_rolled({"it": missed(HALF / 2)}, ORIGINS)
    found = half_widths(recalibrated(rolled, even(rolled)))
    assert (np.diff(found[1:]) < 0).all()
    assert found[-1] == pytest.approx(HALF * 0.5 ** (7 / 11))


@pytest.mark.parametrize(("size", "least"), [(99.0, FURTHEST), (0.001, 1 / FURTHEST)])
def test_no_width_is_multiplied_by_more_than_three(made_rolled: MadeRolled, size: float, least: float) -> None:
    rolled = made_rolled({"it": missed(size * HALF)}, ORIGINS)
    assert half_widths(recalibrated(rolled, even(rolled)))[-1] == pytest.approx(HALF * least ** (7 / 11))


def test_all_levels_are_set_right_alike_and_the_median_stays(made_rolled: MadeRolled) -> None:
    rolled = made_rolled({"it": missed(2 * HALF)}, ORIGINS)
    before = even(rolled)
    found = recalibrated(rolled, before)
    assert found.median is before.median
    factors = [half_widths(found, level) / half_widths(before, level) for level in LEVELS]
    assert np.stack(factors[1:]) == pytest.approx(np.stack([factors[0]] * 2))
    # the score is that of the log-normal with the new width
    low, high = found.ends[80]
    sd = np.log(high / low) / (2 * ndtri(0.9))
    assert found.crps == pytest.approx(normal_crps(found.median, sd, rolled.actual))


@pytest.mark.parametrize("launch", [2, 5])
def test_only_outcomes_known_then_count(made_rolled: MadeRolled, launch: int) -> None:
    rng = np.random.default_rng(3)
    rolled = made_rolled({"it": 0.1 * rng.standard_normal((len(ORIGINS), 2, 1, 4))}, ORIGINS, (1, 3))
    came = rolled.actual.copy()
    for place, other in enumerate(ORIGINS):
        for number, horizon in enumerate(rolled.horizons):
            if other + horizon > ORIGINS[launch]:
                came[place, number] *= 2.0
    before, after = (recalibrated(item, even(rolled)) for item in (rolled, dataclasses.replace(rolled, actual=came)))
    for level in LEVELS:
        for end in (0, 1):
            known, other_known = (band.ends[level][end][: launch + 1] for band in (before, after))
            assert known.tobytes() == other_known.tobytes()
    assert not np.array_equal(before.ends[80][0], after.ends[80][0])


def test_groups_are_set_right_apart(made_rolled: MadeRolled) -> None:
    errors = np.concatenate([missed(2 * HALF), missed(HALF)], axis=2)
    rolled = made_rolled({"it": errors}, ORIGINS, groups=("young", "old"))
    low, high = recalibrated(rolled, even(rolled)).ends[80]
    last = 0.5 * np.log(high / low)[-1, 0, :, 0]
    assert last == pytest.approx([HALF * 2 ** (7 / 11), HALF])


def test_cells_without_an_outcome_say_nothing(made_rolled: MadeRolled) -> None:
    rolled = made_rolled({"it": missed(2 * HALF)}, ORIGINS)
    came = rolled.actual.copy()
    came[..., 1:] = np.nan
    hidden = recalibrated(dataclasses.replace(rolled, actual=came), even(rolled))
    assert half_widths(hidden) == pytest.approx(half_widths(recalibrated(rolled, even(rolled))))


def test_a_band_from_errors_has_the_ends_of_the_intervals(made_rolled: MadeRolled) -> None:
    rolled = made_rolled({"it": missed(0.1)}, ORIGINS)
    known: Intervals = intervals(rolled, "it", {}, LEVELS)
    found = by_errors(rolled, "it", known)
    for level in LEVELS:
        assert np.array_equal(found.ends[level][1], known.ends(rolled.forecasts["it"], level)[1], equal_nan=True)
    assert found.median is rolled.forecasts["it"]
    assert np.isfinite(found.crps[2:]).all()


def test_a_band_from_trajectories_by_hand(made_panel: MadePanel) -> None:
    # trajectories 0 to 400 times the area, the group and the year: quantiles are plain to see
    panel = made_panel()
    rolled = roll(panel, {"it": PEOPLE_METHODS["no-change"]}, (2005, 2010))
    asked: list[tuple[int, list[int]]] = []

    def sampler(given: PeoplePanel, origin: int, years: range, draws: Draws) -> Iterator[Floats]:
        assert len(draws.numbers) == TRAJECTORIES
        asked.append((origin, list(years)))
        for area in range(len(given.areas)):
            scale = (area + 1.0) * np.arange(1.0, len(given.groups) + 1.0)[:, None] * np.arange(1.0, len(years) + 1.0)
            yield scale[..., None] * np.linspace(0.0, 400.0, TRAJECTORIES)

    found = by_trajectories(rolled, panel, sampler)
    assert asked == [(2005, list(range(2006, 2013))), (2010, [2011, 2012])]
    assert found.median[0, 2, 4, 1] == pytest.approx(200.0 * 2 * 5 * 3)
    low, high = found.ends[80]
    assert (low[1, 1, 0, 0], high[1, 1, 0, 0]) == pytest.approx((40.0 * 2, 360.0 * 2))
    assert np.isnan(found.median[1, 2:]).all()


def test_a_band_of_the_engine_covers_what_strays_as_before(made_panel: MadePanel) -> None:
    panel = made_panel(range(2000, 2016), areas=2)
    rolled = roll(panel, {"it": PEOPLE_METHODS["cohort-ratio"]}, (2008, 2010))
    found = by_trajectories(rolled, panel, CohortSampler(CohortRatio()))
    fine = np.isfinite(rolled.actual)
    assert np.array_equal(np.isfinite(found.median), fine)
    assert found.median[fine] == pytest.approx(rolled.forecasts["it"][fine], rel=0.05)
    low, high = found.ends[95]
    assert (low[fine] < high[fine]).all()
