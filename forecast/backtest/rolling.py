"""Every method at every origin, beside what came."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats
from forecast.backtest.methods import Method
from forecast.backtest.panel import Panel
from forecast.errors import TooLittleHistory

MOST = 15
"""The furthest horizon, in years."""
BEFORE = 5
"""Years of history before the first origin."""
Notice = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class Rolled:
    """Forecasts and outcomes of one panel.

    origins, horizons, groups, areas   labels of the axes
    actual     what came, NaN where it is not known yet      (origin, horizon, group, area)
    forecasts  by method, NaN likewise                       (origin, horizon, group, area)
    sizes      people of each area at the origin             (origin, area)
    """

    name: str
    origins: tuple[int, ...]
    horizons: tuple[int, ...]
    groups: tuple[str, ...]
    areas: tuple[str, ...]
    actual: Floats
    forecasts: Mapping[str, Floats]
    sizes: Floats

    def errors(self, method: str) -> Floats:
        """Relative errors forecast / actual - 1; NaN where nothing came or nobody was there."""
        came = np.where(self.actual > 0, self.actual, np.nan)
        return np.asarray(self.forecasts[method] / came - 1.0)

    def logs(self, method: str) -> Floats:
        """Log errors log(actual / forecast), NaN where either is not positive."""
        got, came = self.forecasts[method], self.actual
        fine = (got > 0) & (came > 0)
        return np.log(np.where(fine, came, np.nan) / np.where(fine, got, 1.0))


def roll(
    panel: Panel,
    methods: Mapping[str, Method],
    origins: Sequence[int] = (),
    before: int = BEFORE,
    notice: Notice | None = None,
) -> Rolled:
    """Let every method forecast from every origin as far as outcomes are known.

    origins  by default every year that has ``before`` years of history behind it and an outcome after it
    """
    chosen = tuple(origins) or origins_of(panel, before)
    horizons = tuple(range(panel.step, MOST + 1, panel.step))
    shape = (len(chosen), len(horizons), len(panel.groups), len(panel.areas))
    actual = np.full(shape, np.nan)
    found = {name: np.full(shape, np.nan) for name in methods}
    for place, origin in enumerate(chosen):
        ahead = [h for h in horizons if origin + h in panel.years]
        for h in ahead:
            actual[place, horizons.index(h)] = panel.counted(origin + h)
        reach = range(origin + panel.step, origin + max(ahead, default=0) + 1, panel.step)
        for name, method in methods.items():
            if notice is not None:
                notice(f"{panel.name} {origin} {name}", place, len(chosen))
            if reach:
                found[name][place, : len(reach)] = method(panel, origin, reach)
    sizes = np.stack([panel.size(origin) for origin in chosen])
    return Rolled(panel.name, chosen, horizons, panel.groups, panel.areas, actual, found, sizes)


def origins_of(panel: Panel, before: int = BEFORE) -> tuple[int, ...]:
    """Years with enough behind them and something after them; ``TooLittleHistory`` where there is none."""
    first, last = panel.years[0], panel.years[-1]
    found = tuple(year for year in panel.years if year >= first + before and year + panel.step <= last)
    if not found:
        needed = f"{before + panel.step + 1} years or more in a row"
        raise TooLittleHistory.one(panel.name, needed, f"{first} to {last}", "add earlier years")
    return found
