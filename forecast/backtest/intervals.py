"""Intervals of any method from its own past errors, with other sets behind them; by horizon.

At each origin only launches whose outcome was known then count. The interval is symmetric on the log scale:
forecast x exp(+- t x sd), sd from the spread of past errors with the part that all areas of a launch share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats
from forecast.backtest.rolling import Rolled
from forecast.backtest.variance import Spread, decompose, mixed, pooled

Key = tuple[str, int]
"""Group and horizon."""
Spreads = Mapping[Key, Spread]
FEWEST = 2
"""Past launches from which on a set's own errors count."""


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """Spread of a method's log errors as known at each origin.

    sd      standard deviation, NaN where nothing is known         (origin, horizon, group, area)
    widths  what multiplies it for each level, by level in percent  (origin, horizon, group)
    """

    sd: Floats
    widths: Mapping[int, Floats]

    def ends(self, forecast: Floats, level: int) -> tuple[Floats, Floats]:
        """Low and high end of the interval of a level in percent."""
        half = self.widths[level][..., None] * self.sd
        return forecast * np.exp(-half), forecast * np.exp(half)


def spreads(rolled: Rolled, method: str) -> Spreads:
    """Spread of all errors of a set by group and horizon: what other sets learn from it."""
    logs, forecast = rolled.logs(method), rolled.forecasts[method]
    found: dict[Key, Spread] = {}
    for place, horizon in enumerate(rolled.horizons):
        for number, group in enumerate(rolled.groups):
            item = decompose(logs[:, place, number], forecast[:, place, number], horizon)
            if item is not None:
                found[group, horizon] = item
    return found


def together(sets: list[Spreads]) -> Spreads:
    """Several sets as one prior."""
    keys = dict.fromkeys(key for one in sets for key in one)
    return {key: item for key in keys if (item := pooled([one[key] for one in sets if key in one])) is not None}


def intervals(rolled: Rolled, method: str, prior: Spreads, levels: tuple[int, ...]) -> Intervals:
    """Intervals at every origin from the past before it and from the prior."""
    logs, forecast = rolled.logs(method), rolled.forecasts[method]
    sd = np.full(forecast.shape, np.nan)
    widths = {level: np.full(forecast.shape[:3], np.nan) for level in levels}
    origins = np.array(rolled.origins)
    for place, horizon in enumerate(rolled.horizons):
        for number, group in enumerate(rolled.groups):
            past = _Past(logs[:, place, number], forecast[:, place, number], horizon)
            for launch, origin in enumerate(origins):
                known = int(np.searchsorted(origins, origin - horizon, side="right"))
                item = mixed(past.until(known), prior.get((group, horizon)))
                if item is not None:
                    sd[launch, place, number] = item.sd(forecast[launch, place, number])
                    for level in levels:
                        widths[level][launch, place, number] = item.widened(level / 100.0)
    return Intervals(sd, widths)


class _Past:
    """Spreads of the first launches of one group and horizon, each worked out once."""

    def __init__(self, logs: Floats, forecast: Floats, horizon: int) -> None:
        self.logs, self.forecast, self.horizon = logs, forecast, horizon
        self.found: dict[int, Spread | None] = {}

    def until(self, launches: int) -> Spread | None:
        if launches < FEWEST:
            return None
        if launches not in self.found:
            self.found[launches] = decompose(self.logs[:launches], self.forecast[:launches], self.horizon)
        return self.found[launches]
