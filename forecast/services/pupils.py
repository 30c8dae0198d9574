"""Pupils by grade, ratios of their cohorts, and the plainest ways to forecast them: no change, and repeated growth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from forecast.axes import Floats, frozen
from forecast.errors import TooLittleHistory

STEEPEST = 0.06
"""The most that all areas' births are taken to rise or fall a year."""
MOST = 0.3
"""The most that the log of a cohort's excess counts."""


@dataclass(frozen=True, slots=True, eq=False)
class Pupils:
    """Pupils of past school years by area and grade, and the births behind them; 2024/25 is the school year 2024.

    areas         area codes, in order
    grades        names, the entry grade first, each one fed by the one before it
    first         the first school year; the last one is the launch
    pupils        persons (year, area, grade); NaN where the count is not known, which is not zero
    births        live births (year, area) without gaps, or None; those after the launch are not known to a forecast
    births_first  the year of the first row of births
    lag           school years from a birth year to entry; between two years of birth where it is no whole number

    A count withheld because it is small is not unknown: give a small number, say half of the limit.

    The lag is the school year minus the middle of its entrants' births, in years of birth. Reception in England takes
    children born from September of year S - 5 to August of S - 4. With births from July to June, named by the year they
    end in, ten of these twelve months belong to S - 4 and two to S - 3: a lag of 4 - 1/6. With calendar years: 4 + 1/3.
    """

    areas: tuple[str, ...]
    grades: tuple[str, ...]
    first: int
    pupils: Floats
    births: Floats | None = None
    births_first: int = 0
    lag: float = 4.0

    def __post_init__(self) -> None:
        shape = (len(self.areas), len(self.grades))
        if self.pupils.ndim != 3 or self.pupils.shape[1:] != shape:
            raise ValueError(f"pupils of shape {self.pupils.shape} do not fit {shape} areas and grades")
        if np.isinf(self.pupils).any() or (self.pupils < 0).any():
            raise ValueError("pupils must be finite or NaN, and not negative")
        object.__setattr__(self, "pupils", frozen(self.pupils))
        if self.births is not None:
            if self.births.ndim != 2 or self.births.shape[1] != shape[0]:
                raise ValueError(f"births of shape {self.births.shape} do not fit {shape[0]} areas")
            if not np.isfinite(self.births).all() or (self.births < 0).any():
                raise ValueError("births must be finite and not negative")
            object.__setattr__(self, "births", frozen(self.births))

    @property
    def years(self) -> range:
        """The school years, the launch last."""
        return range(self.first, self.first + len(self.pupils))

    @property
    def launch(self) -> int:
        """The last school year that is known."""
        return self.first + len(self.pupils) - 1

    def until(self, year: int) -> Pupils:
        """What was known when ``year`` was the launch: pupils up to it, and births up to it."""
        births = None if self.births is None else self.births[: max(year - self.births_first + 1, 0)]
        return replace(self, pupils=self.pupils[: max(year - self.first + 1, 0)], births=births)

    def part(self, grades: tuple[str, ...]) -> Pupils:
        """Some neighbouring grades on their own; births stay where the entry grade does."""
        start = self.grades.index(grades[0])
        if self.grades[start : start + len(grades)] != grades:
            raise ValueError(f"{', '.join(grades)} are no neighbouring grades")
        cells = self.pupils[:, :, start : start + len(grades)]
        return replace(self, grades=grades, pupils=cells, births=None if start else self.births)

    def filled(self) -> Floats:
        """Pupils (year, area, grade) with the last known count where one is missing; 0 where there never was one."""
        out = np.nan_to_num(self.pupils)
        for year in range(1, len(out)):
            out[year] = np.where(np.isfinite(self.pupils[year]), self.pupils[year], out[year - 1])
        return out

    def need(self, years: int, engine: str) -> None:
        """``TooLittleHistory`` where there are fewer school years."""
        if len(self.pupils) < years:
            raise TooLittleHistory.one(
                "pupils",
                f"{years} school years for {engine}",
                f"{len(self.pupils)}",
                "add pupils by grade of earlier school years",
            )


@dataclass(frozen=True, slots=True, eq=False)
class Entrants:
    """Births behind the entry grade, or the entrants themselves (year, area), carried on beyond the last year known.

    Beyond it: all areas' last count x exp(trend x slope x (d + d^2 + ..)) x the area's share, with the slope a year of
    the log of all areas' count over ``span`` years, within ``STEEPEST``, and d the damping.

    first  the year of the first row
    lag    as in ``Pupils``
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


def ratio_of_sums(before: Floats, after: Floats, weights: tuple[float, ...], prior: Floats, kin: float) -> Floats:
    """Cohorts after a step to those before it (area, grade), each a weighted sum over the last steps.

    before, after  pupils (step, area, grade); a step counts where both are known
    weights        newest first
    prior          pupils of weight that pull towards all areas' ratio (grade,) ...
    kin            ... of an area whose own ratio is within this log quotient of it

    NaN where no step counts that had anyone before it.

    >>> before, after = np.array([[[100.0]], [[100.0]]]), np.array([[[90.0]], [[96.0]]])
    >>> ratio_of_sums(before, after, (2.0, 1.0), np.zeros(1), 0.2)
    array([[0.94]])
    """
    before, after = before[-len(weights) :], after[-len(weights) :]
    weight = np.array(weights[: len(after)])[::-1, None, None] * (np.isfinite(before) & np.isfinite(after))
    start, end = ((weight * np.nan_to_num(cells)).sum(axis=0) for cells in (before, after))
    whole = np.divide(end.sum(axis=0), start.sum(axis=0), out=np.ones(start.shape[1]), where=start.sum(axis=0) > 0)
    own = np.divide(end, start, out=np.full_like(start, np.nan), where=start > 0)
    both = (start > 0) & (own > 0) & (whole > 0)
    near = both & (np.abs(np.log(np.where(both, own, 1.0) / np.where(both, whole, 1.0))) < kin)
    return np.asarray(np.where(near, (end + prior * whole) / np.maximum(start + prior, 1e-9), own))


def tamed(before: Floats, after: Floats, tolerance: float, noise: float) -> Floats:
    """Cohorts after a step (step, area, grade), none further from the area's usual ratio than chance has it.

    A log ratio counts at most ``tolerance + noise / sqrt(before)`` from the median of the last five, given three.
    """
    known = (before > 0) & (after > 0)
    start = np.where(known, before, 1.0)
    logs = np.where(known, np.log(np.where(known, after, 1.0) / start), np.nan)
    enough = known[-5:].sum(axis=0) >= 3
    median = np.nanmedian(np.where(enough, logs[-5:], 0.0), axis=0)
    limit = tolerance + noise / np.sqrt(start)
    return np.where(known & enough, start * np.exp(np.clip(logs, median - limit, median + limit)), after)


def excess(people: Floats, usual: Floats, shared: float) -> Floats:
    """Log of people to their usual number (area, ..), of which what all areas have in common counts ``shared``.

    >>> excess(np.array([110.0, 121.0]), np.array([100.0, 110.0]), 1.0).round(3)
    array([0.095, 0.095])
    >>> excess(np.array([110.0, 121.0]), np.array([100.0, 110.0]), 0.0).round(3)
    array([0., 0.])
    """
    both = (people > 0) & (usual > 0)
    there, before = (np.where(both, cells, 0.0) for cells in (people, usual))
    whole = np.log(np.maximum(there.sum(axis=0), 1e-9) / np.maximum(before.sum(axis=0), 1e-9))
    own = np.log(np.where(both, there, 1.0) / np.where(both, before, 1.0))
    return np.where(both, np.clip(own - (1.0 - shared) * whole, -MOST, MOST), 0.0)


class FittedPupils(Protocol):
    """A fitted engine; nothing of it can be unfitted."""

    def predict(self, years: int) -> Floats:
        """Pupils (year, area, grade) of the next school years; a shorter forecast is the start of a longer one."""
        ...


class PupilEngine(Protocol):
    """A way of forecasting pupils; its fields are its parameters."""

    def fit(self, pupils: Pupils) -> FittedPupils:
        """Learn from a history; ``TooLittleHistory`` if it holds too little."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class FittedGrowth:
    """Pupils at the launch (area, grade) and the growth of each area a year (area,)."""

    launch: Floats
    yearly: Floats

    def predict(self, years: int) -> Floats:
        """The launch grades, grown."""
        power = self.yearly[None, :] ** np.arange(1, years + 1)[:, None]
        return np.asarray(self.launch[None] * power[:, :, None])


@dataclass(frozen=True, slots=True)
class PupilsNoChange:
    """Every grade keeps its pupils."""

    def fit(self, pupils: Pupils) -> FittedGrowth:
        """One school year is enough."""
        pupils.need(1, "no change")
        return FittedGrowth(pupils.filled()[-1], np.ones(len(pupils.areas)))


@dataclass(frozen=True, slots=True)
class PupilsGrowth:
    """All grades of an area go on growing at the rate of its total, within ``limit`` a year.

    window  years over which the rate is taken, fewer where the history is shorter
    """

    limit: float = 0.10
    window: int = 3

    def fit(self, pupils: Pupils) -> FittedGrowth:
        """Two school years are needed; an area that had no pupils before does not grow."""
        pupils.need(2, "repeated growth")
        window = min(self.window, len(pupils.pupils) - 1)
        counts = pupils.filled()
        last, before = counts[-1].sum(axis=-1), counts[-1 - window].sum(axis=-1)
        ratio = np.divide(last, before, out=np.ones_like(last), where=before > 0)
        yearly = np.clip(ratio ** (1.0 / window), 1.0 - self.limit, 1.0 + self.limit)
        return FittedGrowth(counts[-1], yearly)
