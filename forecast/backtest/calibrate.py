"""Sizes of shocks from errors of real forecasts: what spread each stream gives, matched to the spread that was seen.

Errors of a group at a horizon have a part that all areas of a launch share, a part of each area, and a part of chance
that shrinks with size (``variance``). Each is a sum of what births, deaths and moves contribute. What shocks of size
one contribute comes from the engine's own trajectories; sizes follow by least squares on the logs of variances, and
how long shocks last is chosen from a few values by the same fit. At the end all sizes are widened for being known from
few launches.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import least_squares, nnls

from forecast.axes import Floats
from forecast.backtest.intervals import Spreads, spreads
from forecast.backtest.panel import PeoplePanel
from forecast.backtest.rolling import Rolled
from forecast.demography.cohort_ratio import CohortRatio
from forecast.demography.noise import Draws, Noise, Stream, Wave
from forecast.kernels.spread import independent

KEPT: Mapping[str, tuple[tuple[float, float], ...]] = {
    "births": tuple(itertools.product((0.9, 0.95, 0.98), (0.0, 0.5, 0.8))),
    "deaths": ((0.8, 0.0), (0.95, 0.0)),
    "moves": ((0.3, 0.0), (0.6, 0.0), (0.8, 0.0), (0.9, 0.0), (0.95, 0.0), (0.98, 0.0)),
}
"""Shares of a shock, and of its news, that may be left a year later."""
UNIT = {"births": 0.05, "deaths": 0.05, "moves": 0.005}
"""Yearly news small enough for variances to add, large enough to be seen."""
FREEDOM, PACE = 12.0, 0.006
"""Assumed, for a few sets cannot tell: how few independent shocks are behind a size, and how far the yearly progress of
survival at old age differs between populations (Kannisto and others 1994: from none to some 2 %)."""
WINTERS = Wave(0.02, 0.3)
"""Least shared news of deaths, assumed: hard winters and mild ones move death rates of the old by some 2 % a year."""
MIDDLE = 5
"""Horizon, in years, at which launches are counted: so far apart they are independent."""
DRAWS = 600
SKIPPED = ("all", "0-4")
"""Groups that repeat others where single years are known."""
STREAMS = ("births", "deaths", "moves")
Key = tuple[str, float, float]
"""Stream, kept, run."""


@dataclass(frozen=True, eq=False)
class Seen:
    """One set: its panel and the engine's forecasts in it."""

    panel: PeoplePanel
    rolled: Rolled
    method: str

    @cached_property
    def spreads(self) -> Spreads:
        """Spread of the engine's errors."""
        return spreads(self.rolled, self.method)

    @property
    def cells(self) -> list[tuple[str, int]]:
        """Groups and horizons that are fitted."""
        skipped = SKIPPED if self.panel.width == 1 else SKIPPED[:1]
        return [key for key in self.spreads if key[0] not in skipped and key[1] <= 10]


def calibrate(engine: CohortRatio, sets: Sequence[Seen]) -> Noise:
    """Noise of an engine from the errors it made in some sets."""
    wanted = {part: np.concatenate([_variances(one, part) for one in sets]) for part in ("shared", "alpha", "beta")}
    answers = {
        (stream, *shares): np.concatenate([_answer(engine, one, stream, *shares) for one in sets])
        for stream in STREAMS
        for shares in KEPT[stream]
    }
    paced = np.concatenate([_answer(engine, one, "pace", 0.0, 0.0) for one in sets])
    shared = _fit(answers, wanted["shared"], [paced])
    shared["deaths"] = max(shared["deaths"], WINTERS, key=_after_some_years)
    own = _fit(answers, wanted["alpha"], [])
    streams = [Stream(shared[name], own[name]) for name in STREAMS]
    found = Noise(streams[0], streams[1], streams[2], _chance(sets), FREEDOM, PACE)
    return found.times(_width(sets))


def _after_some_years(wave: Wave) -> float:
    """Variance of a series that starts from nothing, at the horizon in the middle."""
    return float(wave.variance(np.array([float(MIDDLE)]), settled=False)[0])


def _width(sets: Sequence[Seen]) -> float:
    """How much wider a forecast of something new must be than errors seen: the root of 1 + 1 / independent launches.

    The variance of a new error is that of the errors and that of their own mean square, known from few launches; they
    are counted at the horizon in the middle.
    """
    launches = sum(independent(len(one.rolled.origins), MIDDLE) for one in sets)
    return float(np.sqrt(1.0 + 1.0 / launches))


def _variances(seen: Seen, part: str) -> Floats:
    return np.array([float(getattr(seen.spreads[key], part)) for key in seen.cells])


def _answer(engine: CohortRatio, seen: Seen, stream: str, kept: float, run: float) -> Floats:
    """Variance of each group's log at each horizon under shocks of size one of one stream (cell,)."""
    panel, last = seen.panel, seen.panel.years[-1]
    fitted = dataclasses.replace(engine, noise=_only(stream, kept, run), adapts=False).fit(panel.history(last))
    reach = max(horizon for _, horizon in seen.cells)
    years = range(last + panel.step, last + reach + 1, panel.step)
    sampled = fitted.sample(years, Draws(1, range(DRAWS), "all areas"))
    area = int(np.argmax(panel.size(last)))
    ages = panel.people.shape[-1]
    groups = {name: (span.start, span.stop or ages) for name, span in panel.spans.items()}
    logs = np.log(sampled.sums(area, tuple(groups.values()))).var(axis=-1)
    order = list(groups)
    size = 1.0 if stream == "pace" else UNIT[stream] ** 2
    return np.array([logs[order.index(group), horizon // panel.step] / size for group, horizon in seen.cells])


def _only(stream: str, kept: float, run: float) -> Noise:
    still = Stream(Wave(0.0, 0.0), Wave(0.0, 0.0))
    moved = {stream: Stream(Wave(UNIT[stream], kept, run), Wave(0.0, 0.0))} if stream in UNIT else {}
    streams = [moved.get(name, still) for name in STREAMS]
    return Noise(streams[0], streams[1], streams[2], 0.0, np.inf, PACE if stream == "pace" else 0.0)


def _fit(answers: Mapping[Key, Floats], wanted: Floats, beside: list[Floats]) -> dict[str, Wave]:
    """Sizes and lasting of the three streams whose variances come nearest to the wanted ones, both in logs.

    beside  variances of other sources, whose size is fitted too and not kept
    """
    least, best = np.inf, (((0.0, 0.0),) * len(STREAMS), np.zeros(len(STREAMS)))
    for shares in itertools.product(*(KEPT[name] for name in STREAMS)):
        columns = [answers[name, *share] for name, share in zip(STREAMS, shares, strict=True)]
        sizes, miss = _sizes(np.column_stack([*columns, *beside]), wanted)
        if miss < least:
            least, best = miss, (shares, sizes)
    return {
        name: Wave(float(np.sqrt(size)), *share) for name, share, size in zip(STREAMS, best[0], best[1], strict=False)
    }


def _sizes(design: Floats, wanted: Floats) -> tuple[Floats, float]:
    """Variances of each source under which log(design @ variances) is nearest to log(wanted), and how near that is."""
    floor = max(float(np.quantile(wanted, 0.1)), 1e-9)
    goal = np.log(np.maximum(wanted, floor))
    small = 1e-3 * floor
    start = np.log(np.maximum(nnls(design / np.exp(goal)[:, None], np.ones(len(goal)))[0], 1e-8))

    def miss(logs: Floats) -> Floats:
        return np.asarray(np.log(design @ np.exp(logs) + small) - goal)

    found = least_squares(miss, start)
    return np.exp(found.x), float(found.cost)


def _chance(sets: Sequence[Seen]) -> float:
    """Variance of a cohort's log size by chance, a year, times its persons: beta over the years ahead.

    Taken from groups that hold nobody born on the way; births are Poisson and need no fit. The middle one of all cells.
    """
    found = [
        one.spreads[group, horizon].beta / horizon
        for one in sets
        for group, horizon in one.cells
        if (one.panel.spans[group].start or 0) * one.panel.width >= horizon
    ]
    return float(np.median(found)) if found else 0.0
