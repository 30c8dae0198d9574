"""How many of those who could use a service do: a path over the years, and how unsure it is on each trajectory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats

TEN = 10.0
"""Years after which the spread is named; it grows with the root of time."""

Taste = Mapping[str, Floats]
"""Standard normal numbers by service (column,): one for each trajectory, the same in all its years."""


@dataclass(frozen=True, slots=True, eq=False)
class Uptake:
    """A path of shares or rates.

    points    share by year, the first one measured; between two the share is interpolated, after the last it stays
    spread    standard deviation of its logarithm ten years after the first point
    most      no share is above it
    """

    points: Mapping[int, float]
    spread: float
    most: float = np.inf

    @property
    def measured(self) -> int:
        """The year of the first point."""
        return min(self.points)

    def path(self, years: range) -> Floats:
        """The share of each year without any shock (year, 1)."""
        known = sorted(self.points)
        values = np.interp(list(years), known, [self.points[year] for year in known])
        return np.minimum(values, self.most)[:, None]

    def shares(self, years: range, taste: Floats | None) -> Floats:
        """The share of each year and column (year, column); one column where there is no ``taste`` (column,).

        share(t) = path(t) exp(spread z sqrt((t - measured) / 10)), z standard normal: the median is the path, and what
        was measured is certain. A random walk of the logarithm has this spread at every year.
        """
        path = self.path(years)
        if taste is None or self.spread == 0.0:
            return path
        ahead = np.sqrt(np.maximum(np.array(years) - self.measured, 0) / TEN)
        return np.asarray(np.minimum(path * np.exp(self.spread * ahead[:, None] * taste[None]), self.most))
