"""Hamilton-Perry for small areas: an area's own long record, brought up to date by what all areas together did since.

A few hundred people give no ratio that can be trusted over a single interval. So an area's ratios rest on many, are
pulled to those of all areas together, and are multiplied by the last ratio of all areas over theirs in the same many
intervals (synthetic adjustment: Baker, Swanson, Tayman and Tedrow 2017, Cohort Change Ratios and Their Applications).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats, Population
from forecast.demography.engine import History
from forecast.demography.hamilton_perry import FittedHamiltonPerry, HamiltonPerry, mothers, ratios
from forecast.demography.noise import TYPICAL, Noise

LAST = {1: 3, 5: 1}
"""Intervals that tell where all areas stand now, by width of a cell."""
NOBODY = 1e-9


@dataclass(frozen=True, slots=True)
class SyntheticRatio:
    """The parameters.

    window    intervals behind an area's own ratios, and against which all areas' last ones are held
    prior     persons with whose weight an area's ratios are pulled to all areas'
    children  children with whose weight an area's children per woman are
    limit     no ratio exceeds it
    """

    window: int = 10
    prior: float = 100.0
    children: float = 250.0
    limit: float = 5.0
    noise: Noise = TYPICAL

    def fit(self, history: History) -> FittedHamiltonPerry:
        """Two stocks are needed; where they are all there is, nothing has changed since."""
        launch = history.last(2, "synthetic ratios")[-1]
        latest = LAST.get(launch.width, 1)
        own, before = ratios(history, self.window, self.prior, self.limit)
        _, now = ratios(history, latest, 0.0, self.limit)
        adjusted = np.minimum(own * now / before, self.limit)
        past = [after for _, after in history.pairs(self.window)] or [launch]
        plain = HamiltonPerry(self.limit, self.prior, self.noise)
        return FittedHamiltonPerry(plain, launch, adjusted, now, self._per_woman(past, latest))

    def _per_woman(self, past: list[Population], latest: int) -> Floats:
        """Children of each sex per woman (area, sex): an area's standing over all stocks, all areas' last level."""
        born = np.stack([stock.people[..., 0] for stock in past])
        women = np.stack([mothers(stock, stock.people) for stock in past])
        sums, exposed = born.sum(axis=0), women.sum(axis=0)
        level = sums.sum() / max(float(exposed.sum()), NOBODY)
        standing = (sums.sum(axis=1) + self.children) / (level * exposed + self.children)
        now = born[-latest:].sum() / max(float(women[-latest:].sum()), NOBODY)
        return np.asarray((standing * now)[:, None] * sums.sum(axis=0) / max(float(sums.sum()), NOBODY))
