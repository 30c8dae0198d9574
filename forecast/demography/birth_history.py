"""What a birth regression is fitted to: births of areas by year or month, and those their women let expect."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats
from forecast.demography.birth_terms import Calendar


@dataclass(frozen=True, slots=True, eq=False)
class BirthHistory:
    """Births on record and their exposure.

    areas      names, in the order of the arrays
    periods    years, or months numbered 12 x year + month - 1
    births     live births, NaN where not on record                                  (period, area)
    exposure   births that the women of each age would have at one fixed schedule     (period, area)
    marriages  couples of all areas together, NaN where not on record; years only     (period,)
    per_year   1 or 12
    """

    areas: tuple[str, ...]
    periods: range
    births: Floats
    exposure: Floats
    marriages: Floats | None = None
    per_year: int = 1

    def __post_init__(self) -> None:
        """Check shapes and signs once."""
        shape = (len(self.periods), len(self.areas))
        if self.births.shape != shape or self.exposure.shape != shape:
            raise ValueError(f"births {self.births.shape} and exposure {self.exposure.shape} are not (period, area)")
        if not (self.exposure > 0.0).all() or (self.births < 0.0).any():
            raise ValueError("exposure must be above 0 and births not below it")
        if self.marriages is not None and (self.per_year != 1 or self.marriages.shape != shape[:1]):
            raise ValueError("marriages are one value a year")

    @property
    def calendar(self) -> Calendar:
        """The periods with their length."""
        return Calendar(self.periods, self.per_year)

    @property
    def known(self) -> Floats:
        """1 where the births of every area are on record, else 0 (period,)."""
        return np.where(np.isfinite(self.births).all(axis=1), 1.0, 0.0)

    def marriage_rates(self) -> Floats:
        """Marriages per exposure (period,); NaN where unknown."""
        if self.marriages is None:
            return np.full(len(self.periods), np.nan)
        return np.asarray(self.marriages / self.exposure.sum(axis=1))

    def until(self, period: int) -> BirthHistory:
        """What was on record at the end of a period."""
        size = self.periods.index(period) + 1
        marriages = None if self.marriages is None else self.marriages[:size]
        return dataclasses.replace(
            self,
            periods=self.periods[:size],
            births=self.births[:size],
            exposure=self.exposure[:size],
            marriages=marriages,
        )
