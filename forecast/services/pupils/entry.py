"""What stands behind an entry grade: births of some years earlier, or the entrants themselves, carried on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats

STEEPEST = 0.06
"""The most that all areas' births are taken to rise or fall a year."""
FASTEST = 0.03
"""The most that the moves of an area are taken to change its entrants a year."""
NEAREST = 4
"""Grades above the entry that tell of the moves of families with young children."""


@dataclass(frozen=True, slots=True, eq=False)
class Entrants:
    """Births behind the entry grade, or the entrants themselves (year, area), carried on beyond the last year known.

    Beyond it: all areas' last count x exp(trend x slope x (d + d^2 + ..)) x the area's share, with the slope a year of
    the log of all areas' count over ``span`` years, within ``STEEPEST``, and d the damping.

    first  the year of the first row
    lag    as in ``Pupils``; 0 where the rows are of the children, or the entrants, themselves
    share  years that give an area's share in all areas
    """

    counts: Floats
    first: int
    lag: float
    span: int
    share: int
    trend: float
    damping: float

    @property
    def last(self) -> int:
        """The last year known."""
        return self.first + len(self.counts) - 1

    def reaches(self, year: int) -> bool:
        """Whether nothing behind the entry of a school year lies before the first row."""
        return year - self.lag >= self.first

    def unborn(self, year: int) -> bool:
        """Whether most of what is behind the entry of a school year lies after the last row."""
        return year - self.lag > self.last + 0.5

    def base(self, year: int) -> Floats:
        """The entry base of a school year (area,), between two rows where the lag is no whole number."""
        middle = year - self.lag
        whole = int(np.floor(middle))
        part = middle - whole
        low = self._row(whole)
        return low if part == 0.0 else np.asarray((1.0 - part) * low + part * self._row(whole + 1))

    def _row(self, year: int) -> Floats:
        if year <= self.last:
            return np.asarray(self.counts[max(year - self.first, 0)])
        whole = self.counts.sum(axis=1)
        span = min(self.span, len(whole) - 1)
        slope = np.log(whole[-1] / whole[-1 - span]) / span if span and whole[-1] > 0 and whole[-1 - span] > 0 else 0.0
        steps = sum(self.damping**step for step in range(1, year - self.last + 1))
        level = whole[-1] * np.exp(self.trend * np.clip(slope, -STEEPEST, STEEPEST) * steps)
        recent = self.counts[-self.share :].sum(axis=0)
        return np.asarray(level * recent / max(recent.sum(), 1e-9))


def moves(people: Floats, ratios: Floats) -> Floats:
    """Log of what an area's cohorts gain a year beyond those of all areas, the middle one of the first grades (area,).

    people  pupils behind each ratio (area, grade); where there are none, or is no ratio, a grade does not count
    ratios  of a grade to the one before it a year earlier (area, grade), the entry first

    0 for one area alone and where no grade counts.

    >>> moves(np.full((2, 3), 100.0), np.array([[0.9, 1.02, 1.02], [0.9, 1.0, 1.0]])).round(4)
    array([ 0.0099, -0.0099])
    """
    people, ratios = people[:, 1 : 1 + NEAREST], ratios[:, 1 : 1 + NEAREST]
    known = (people > 0) & (ratios > 0)
    weight, logs = np.where(known, people, 0.0), np.log(np.where(known, ratios, 1.0))
    whole = (weight * logs).sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-9)
    beyond = np.where(known, logs - whole, np.nan)
    beyond[~known.any(axis=1)] = 0.0
    middle = np.nanmedian(beyond, axis=1) if beyond.shape[1] else np.zeros(len(beyond))
    return np.asarray(np.clip(middle, -FASTEST, FASTEST))
