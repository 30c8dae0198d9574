"""Pupils by grade, and the plainest ways to forecast them: no change, and repeated growth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from forecast.axes import Floats, frozen
from forecast.errors import TooLittleHistory


@dataclass(frozen=True, slots=True, eq=False)
class Pupils:
    """Pupils of past school years by area and grade, and the births behind them; 2024/25 is the school year 2024.

    areas         area codes, in order
    grades        names, the entry grade first, each one fed by the one before it
    first         the first school year; the last one is the launch
    pupils        persons (year, area, grade); NaN where the count is not known, which is not zero
    births        live births (year, area) without gaps, or None; rows after the launch are taken as known
    births_first  the year of the first row of births
    lag           school years from a birth year to entry; between two years of birth where it is no whole number
    repeaters     those of the pupils who sat in the same grade a year before (year, area, grade), or None: not told

    A count withheld because it is small is not unknown: give a small number, say half of the limit.

    The lag is the school year minus the middle of its entrants' births, in years of birth. Reception in England takes
    children born from September of year S - 5 to August of S - 4. With births from July to June, named by the year they
    end in, ten of these twelve months belong to S - 4 and two to S - 3: a lag of 4 - 1/6. With calendar years: 4 + 1/3.

    With a lag of 0 the rows are the children of entry age at the start of each school year (31 August, law 1), as a
    forecast of people gives them up to the horizon: no birth is left to guess and no move lies between. Who gives such
    rows carries their uncertainty himself.

    Repeaters of the first year are not looked at. An unknown count (NaN) drops out of the ratios it would be part of;
    of a grade of which an area never told, the ratios are net of repeating.
    """

    areas: tuple[str, ...]
    grades: tuple[str, ...]
    first: int
    pupils: Floats
    births: Floats | None = None
    births_first: int = 0
    lag: float = 4.0
    repeaters: Floats | None = None

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
        if self.repeaters is not None:
            if self.repeaters.shape != self.pupils.shape:
                raise ValueError(f"repeaters of shape {self.repeaters.shape} do not fit pupils {self.pupils.shape}")
            if np.isinf(self.repeaters).any() or (self.repeaters < 0).any() or (self.repeaters > self.pupils).any():
                raise ValueError("repeaters must be finite or NaN, not negative and not more than the pupils")
            object.__setattr__(self, "repeaters", frozen(self.repeaters))

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
        kept = slice(max(year - self.first + 1, 0))
        repeaters = None if self.repeaters is None else self.repeaters[kept]
        return replace(self, pupils=self.pupils[kept], births=births, repeaters=repeaters)

    def part(self, grades: tuple[str, ...]) -> Pupils:
        """Some neighbouring grades on their own; births stay where the entry grade does."""
        start = self.grades.index(grades[0])
        if self.grades[start : start + len(grades)] != grades:
            raise ValueError(f"{', '.join(grades)} are no neighbouring grades")
        kept = (slice(None), slice(None), slice(start, start + len(grades)))
        repeaters = None if self.repeaters is None else self.repeaters[kept]
        births = None if start else self.births
        return replace(self, grades=grades, pupils=self.pupils[kept], births=births, repeaters=repeaters)

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
