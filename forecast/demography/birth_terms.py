"""What moves births besides the women there are: years of the zodiac, policies that come and fade, marriages before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from forecast.axes import Floats

MONTHS = 12
CYCLE = 12
"""Years after which an animal comes round again."""
DRAGON, TIGER, GOAT = 2000, 1998, 2003
"""A year of each animal."""
Z95 = 1.959964


@dataclass(frozen=True, slots=True)
class Prior:
    """What was known of a coefficient before: normal on the log scale; an infinite error says nothing.

    source  id in data/sources.csv, or in words where it stands on no source
    """

    mean: float = 0.0
    sd: float = float("inf")
    source: str = ""

    @classmethod
    def between(cls, low: float, high: float, source: str, probability: float = 0.95) -> Prior:
        """From an interval of the factor by which births are multiplied (1.05 = 5 % more)."""
        logs = np.log([low, high])
        width = 2.0 * float(ndtri(0.5 + 0.5 * probability))
        return cls(float(logs.mean()), float(np.ptp(logs) / width), source)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Periods of equal length, numbered: years as they are, months as 12 x year + month - 1.

    >>> Calendar(range(2024 * 12, 2024 * 12 + 2), 12).year_of(2024 * 12 + 1)
    2024
    """

    periods: range
    per_year: int = 1

    def year_of(self, period: int) -> int:
        """The calendar year of a period."""
        return period // self.per_year

    def years(self) -> Floats:
        """Calendar year of each period (period,)."""
        return np.array([self.year_of(period) for period in self.periods], dtype=np.float64)

    def moments(self) -> Floats:
        """Middles of the months of each period, as years with decimals (period, month)."""
        inside = MONTHS // self.per_year
        starts = np.array(self.periods, dtype=np.float64)[:, None] / self.per_year
        return np.asarray(starts + (np.arange(inside) + 0.5) / MONTHS)

    def season(self) -> Floats:
        """Eleven contrasts of the months against their mean (period, 11); none where periods are years."""
        if self.per_year == 1:
            return np.zeros((len(self.periods), 0))
        place = np.array([period % self.per_year for period in self.periods])
        return np.asarray(np.eye(self.per_year)[place, 1:] - np.eye(self.per_year)[place, :1])


@dataclass(frozen=True, slots=True)
class LunarYear:
    """Births of one animal's years, February to January: wanted (Dragon) or shunned (Tiger, Goat).

    like   any year of the animal
    after  what the next lunar year has of it: below 0 the births were only moved
    """

    name: str
    like: int
    prior: Prior = Prior()
    after: float = 0.0
    announced: int = 0

    def column(self, calendar: Calendar) -> Floats:
        """Share of the period that lies in such years; a calendar year holds eleven months of its lunar year."""
        lunar = np.floor(calendar.moments() - 1.0 / MONTHS)
        inside = np.where((lunar - self.like) % CYCLE == 0, 1.0, 0.0)
        later = np.where((lunar - self.like - 1) % CYCLE == 0, self.after, 0.0)
        return np.asarray((inside + later).mean(axis=1))


@dataclass(frozen=True, slots=True)
class Policy:
    """A rise over ``ramp`` years from ``onset``, a plateau of ``hold`` years, then a decay by half per ``half_life``.

    onset  year with decimals at which its first births come, some nine months after it was announced
    """

    name: str
    onset: float
    ramp: float
    hold: float
    half_life: float
    prior: Prior = Prior()
    announced: int = 0

    def course(self, moments: Floats) -> Floats:
        """Share of the full effect at each moment."""
        since = moments - self.onset
        rise = np.clip(since / self.ramp, 0.0, 1.0)
        return np.asarray(rise * 0.5 ** (np.maximum(since - self.ramp - self.hold, 0.0) / self.half_life))

    def column(self, calendar: Calendar) -> Floats:
        """Mean over the months of each period."""
        return np.asarray(self.course(calendar.moments()).mean(axis=1))


@dataclass(frozen=True, slots=True)
class Level:
    """Periods up to ``last`` have a level of their own: another basis of counting, or a covariate not on record."""

    name: str
    last: int
    prior: Prior = Prior()
    announced: int = 0

    def column(self, calendar: Calendar) -> Floats:
        """1 up to the last year, 0 after."""
        return np.where(calendar.years() <= self.last, 1.0, 0.0)


Term = LunarYear | Policy | Level
"""A column of the regression: by how much of its coefficient the log of births is higher. A fit that ends before the
year it was announced in leaves it out."""


@dataclass(frozen=True, slots=True)
class Marriages:
    """Births follow the marriages of the year before: elasticity of births per exposure in marriages per exposure.

    prior    of the elasticity
    before   of the level of the years whose marriages are not on record: they are left blank, not made up
    window   years whose mean change is carried on beyond the record
    damping  share of that change that goes on a year later
    """

    prior: Prior
    before: Prior
    window: int = 3
    damping: float = 0.9

    def lagged(self, rates: Floats) -> Floats:
        """Log of marriages per exposure a year before (year,), against the mean of the record; NaN where unknown."""
        return np.concatenate([[np.nan], np.log(rates[:-1])])

    def carried(self, rates: Floats, ahead: int) -> Floats:
        """The record (year,), its last gaps and ``ahead`` years more filled by its own damped change."""
        path = np.concatenate([np.log(rates), np.full(ahead, np.nan)])
        known = np.flatnonzero(np.isfinite(path))
        last = int(known[-1])
        recent = known[known >= last - self.window]
        change = (path[last] - path[recent[0]]) / max(last - recent[0], 1)
        steps = np.arange(1, len(path) - last)
        path[last + 1 :] = path[last] + change * np.cumsum(self.damping**steps)
        return np.asarray(np.exp(path))
