"""Births and women of Taiwan's townships and Finland's regions, as the back-test sets hold them; read by births.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecast.axes import Floats
from forecast.demography.birth_history import BirthHistory

MIDDLE, SPREAD = 30.5, 5.0
"""Taiwan's mothers: a bell over their age, the same in all years, because its rates by age are not in the set."""
STEPS = 5
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Taiwan:
    """What the set holds, by township.

    born     children of each year, from the ages counted in 2014, then registered births   (year 1995-2025, area)
    monthly  registered births, April 2014 to June 2026                                     (month, area)
    exposed  births that the women let expect, 2001 to 2026                                  (year, area)
    start    women by age in December 2014 and in 2019                                       (area, age)
    people   in December 2014                                                                (area,)
    """

    areas: tuple[str, ...]
    born: Floats
    monthly: Floats
    exposed: Floats
    start: dict[int, Floats]
    people: Floats

    def whole(self) -> BirthHistory:
        """All townships as one, 1995-2025; its women are the cohorts of 2014, to whom few came or went."""
        years = range(1995, 2026)
        exposure = np.array([[carried(self.start[2014], 2014, year).sum()] for year in years])
        return BirthHistory(("taiwan",), years, self.born.sum(axis=1)[:, None], exposure)

    def towns(self, chosen: Bools) -> BirthHistory:
        """Townships by year, 2002-2025; before 2015 the children who live there stand for births."""
        years = range(2002, 2026)
        names = tuple(area for area, taken in zip(self.areas, chosen, strict=True) if taken)
        return BirthHistory(names, years, self.born[7:, chosen], self.exposed[1:-1, chosen])

    def by_month(self) -> BirthHistory:
        """Townships by month."""
        months = range(2014 * 12 + 3, 2014 * 12 + 3 + len(self.monthly))
        exposure = np.array([self.exposed[month // 12 - 2001] / 12.0 for month in months])
        return BirthHistory(self.areas, months, self.monthly, exposure, None, 12)

    def ahead(self, chosen: Bools) -> Callable[[int], Floats]:
        """The exposure that could be told at an origin: the last stock by single ages, carried on by cohort."""

        def told(origin: int) -> Floats:
            base = 2014 if origin < 2019 else 2019
            now = carried(self.start[base], base, origin)
            later = np.stack([carried(self.start[base], base, origin + step) for step in range(1, STEPS + 1)])
            return np.asarray((self.exposed[origin - 2001] * later / now)[:, chosen])

        return told


def bell() -> Floats:
    """The reference schedule by single age (101,), summing to 1."""
    age = np.arange(101)
    rates = np.exp(-0.5 * ((age + 0.5 - MIDDLE) / SPREAD) ** 2) * ((age >= 15) & (age < 50))
    return np.asarray(rates / rates.sum())


def carried(women: Floats, base: int, year: int) -> Floats:
    """Exposure of a year (area,) from the cohorts of a December; deaths at these ages are left out."""
    rates = bell()

    def stock(end: int) -> Floats:
        moved = end - base
        shifted = np.zeros_like(women)
        if moved >= 0:
            shifted[:, moved:] = women[:, : women.shape[1] - moved]
        else:
            shifted[:, :moved] = women[:, -moved:]
        return np.asarray(shifted @ rates)

    return 0.5 * (stock(year - 1) + stock(year))


def taiwan(folder: Path) -> Taiwan:
    """Read the set."""
    births = pd.read_parquet(folder / "births_deaths_monthly.parquet")
    single = {
        year: pd.read_parquet(folder / f"population_single_age_{name}.parquet")
        for year, name in ((2014, "2014_12"), (2019, "2019"))
    }
    areas = sorted(single[2014]["area"].unique())

    def table(frame: pd.DataFrame) -> Floats:
        ages = frame.pivot_table(index="area", columns="age", values="pop", aggfunc="sum", observed=True)
        return ages.loc[areas].to_numpy(np.float64)

    start = {year: table(frame[frame["sex"] == "f"]) for year, frame in single.items()}
    children = table(single[2014])
    months = births.pivot_table(index=["year", "month"], columns="area", values="births", observed=True)[areas]
    yearly = months.groupby("year").sum()
    usual = months.loc[2015:2018].groupby("month").sum().sum(axis=1)
    whole_2014 = yearly.loc[2014].to_numpy(np.float64) / float(usual.loc[4:].sum() / usual.sum())
    born = [children[:, 2014 - year] for year in range(1995, 2014)]
    born += [whole_2014, *(yearly.loc[year].to_numpy(np.float64) for year in range(2015, 2026))]
    groups = pd.read_parquet(folder / "population_5y.parquet")
    women = groups[groups["sex"] == "f"].pivot_table(
        index=["year", "area"], columns="age", values="pop", aggfunc="sum", observed=True
    )
    starts = women.columns.to_numpy(np.int64)
    rates = np.array([bell()[start : start + 5].mean() for start in starts])
    stocks = {year: women.loc[year].reindex(areas).to_numpy(np.float64) @ rates for year in range(2000, 2018)}
    stocks[2019] = start[2019] @ bell()
    stocks[2018] = 0.5 * (stocks[2017] + stocks[2019])
    exposed = [0.5 * (stocks[year - 1] + stocks[year]) for year in range(2001, 2020)]
    exposed += [carried(start[2019], 2019, year) for year in range(2020, 2027)]
    return Taiwan(
        tuple(map(str, areas)),
        np.array(born),
        months.to_numpy(np.float64),
        np.array(exposed),
        start,
        children.sum(axis=1),
    )


def finland(folder: Path) -> BirthHistory:
    """Regions by year, 1990-2012: total fertility x women x the region's pattern of the first year for the exposure."""
    fertility = pd.read_parquet(folder / "tfr.parquet").pivot_table(index="year", columns="area", values="tfr")
    people = pd.read_parquet(folder / "population.parquet")
    women = people[people["sex"] == "f"].pivot_table(index=["year", "area"], columns="age", values="pop")
    shares = pd.read_parquet(folder / "fertility_age_pattern.parquet")
    pattern = shares.pivot_table(index=["year", "area"], columns="age", values="percent_of_tfr") / 100.0
    years, areas = range(1990, 2013), list(fertility.columns)
    stock = {year: women.loc[year].loc[areas][pattern.columns].to_numpy(np.float64) for year in range(1989, 2013)}
    mean = {year: 0.5 * (stock[year - 1] + stock[year]) for year in years}
    births = [
        fertility.loc[year].to_numpy(np.float64) * (mean[year] * pattern.loc[year].loc[areas].to_numpy()).sum(axis=1)
        for year in years
    ]
    first = pattern.loc[1990].loc[areas].to_numpy()
    exposure = [(mean[year] * first).sum(axis=1) for year in years]
    return BirthHistory(tuple(map(str, areas)), years, np.array(births), np.array(exposure))
