"""Tables to birth histories: the nation's, its births by order, the province's; women by age beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.axes import AGE, FEMALE, Floats
from forecast.demography.birth_history import BirthHistory
from forecast.demography.conditions import Systems
from forecast.demography.ground import Ground
from forecast.demography.parity_measures import ORDER_NAMES
from forecast.demography.past import past_of
from forecast.run.inputs import Frames, need


@dataclass(frozen=True, slots=True, eq=False)
class Women:
    """What the women of each year let expect: births at a total fertility of one.

    years     without a gap
    exposure  mean women of the year by age x the nation's age shape of that year   (year,)
    """

    years: range
    exposure: Floats

    def of(self, years: range) -> Floats:
        """Of some of the years, as one area (year, 1)."""
        place = self.years.index(years[0])
        return np.asarray(self.exposure[place : place + len(years), None])


def nation_women(ground: Ground, systems: Systems, first: int) -> Women:
    """The nation's, from ``first`` to the horizon: carried back from its censuses, then as projected.

    Up to the last census ``past_of``; after it the projected stocks, whose mothers were all born before.
    """
    past = past_of(ground, first - 1)
    ahead = systems.nation.people[1:, 0, FEMALE]
    years = range(first, systems.nation.years[-1] + 1)
    return _women(ground, np.concatenate([past.women, ahead]), years)


def province_women(ground: Ground, systems: Systems) -> Women:
    """The province's: between the two censuses each cohort goes from its one count to the other at one pace."""
    before, after = (item.stock for item in ground.launches["province"])
    start, end = before.people[0, FEMALE], after.people[0, FEMALE]
    gap = after.year - before.year
    stocks = [start]
    for step in range(1, gap):
        share = step / gap
        women = end.copy()
        cohort = end[gap - step :] if step < gap else end
        women[step : len(end) - (gap - step)] = start[: len(end) - gap] ** (1.0 - share) * cohort[step:] ** share
        stocks.append(women)
    ahead = systems.province.people[:, 0, FEMALE]
    return _women(
        ground, np.concatenate([np.stack(stocks), ahead]), range(before.year + 1, systems.province.years[-1] + 1)
    )


def _women(ground: Ground, stocks: Floats, years: range) -> Women:
    """From stocks on 31 December (year + 1, age), the first one a year before ``years``."""
    shapes = ground.evidence.shapes.at(years)
    return Women(years, (0.5 * (stocks[1:] + stocks[:-1]) * shapes).sum(axis=AGE))


def nation_history(frames: Frames, ground: Ground, women: Women) -> BirthHistory:
    """Births of the series that is met year by year (first published, unrevised), and marriages where on record."""
    known = ground.evidence.births[ground.evidence.nation]
    return history_of(ground.evidence.nation, known, women, marriages_of(frames, ground.evidence.nation))


def province_history(ground: Ground, women: Women, marriages: Mapping[int, float]) -> BirthHistory:
    """Crude birth rates x mean totals, where all are known; the nation's marriages stand for the province's."""
    known = ground.evidence.births[ground.evidence.province]
    return history_of(ground.evidence.province, known, women, marriages)


def history_of(
    area: str, births: Mapping[int, float], women: Women, marriages: Mapping[int, float] | None = None
) -> BirthHistory:
    """One area's births, a year without them is NaN; marriages reach back as far as the births do."""
    years = range(max(min(births), women.years[0]), max(births) + 1)
    couples = None if not marriages else np.array([marriages.get(year, np.nan) for year in years])
    values = np.array([[births.get(year, np.nan)] for year in years])
    return BirthHistory((area,), years, values, women.of(years), couples)


def marriages_of(frames: Frames, nation: str) -> dict[int, float]:
    """Marriage registrations by year, couples; empty where the project has no such table."""
    if "marriages" not in frames:
        return {}
    frame = frames["marriages"]
    chosen = frame[(frame["area"] == nation) & (frame["measure"] == "marriage_registrations")]
    return _by_year(chosen, "value")


def orders_of(frames: Frames, nation: str, totals: Mapping[int, float]) -> dict[str, dict[int, float]]:
    """Births by order of the mother's children, as far as they can be told: counts, else shares, else rates.

    Shares are applied to the totals of the same year. The shares of total fertility by order stand for those of births
    where a survey has all three; rows of low confidence are left out, and so is a share that contradicts another.
    """
    found: dict[str, dict[int, float]] = {order: {} for order in ORDER_NAMES}
    for shares in (_rates(frames, nation), _shares(frames, nation)):
        for order, year, share in shares:
            if year in totals:
                found[order][year] = share * totals[year]
    frame = frames["births"]
    counted = frame[(frame["area"] == nation) & (frame["series"] == "published") & frame["order"].isin(ORDER_NAMES)]
    for order in ORDER_NAMES:
        found[order] |= _by_year(counted[counted["order"] == order], "births")
    return {order: dict(sorted(years.items())) for order, years in found.items()}


def _shares(frames: Frames, nation: str) -> Iterator[tuple[str, int, float]]:
    """Shares of births by order and year; what is left of 100 percent is the order that nobody states."""
    if "order_shares" not in frames:
        return
    frame = frames["order_shares"]
    chosen = frame[frame["area"] == nation]
    for year in sorted(set(chosen["year"].astype(int))):
        rows = chosen[chosen["year"] == year]
        said = dict(zip(rows["order"].astype(str), rows["percent"].astype(float) / 100.0, strict=True))
        if "2+" in said:
            yield "1", year, 1.0 - said["2+"]
            continue
        if {"2", "3+"} <= said.keys():
            said["1"] = 1.0 - said["2"] - said["3+"]
        for order in ORDER_NAMES:
            if order in said:
                yield order, year, said[order]


def _rates(frames: Frames, nation: str) -> Iterator[tuple[str, int, float]]:
    """Shares of total fertility by order, from surveys that state all orders."""
    if "tfr" not in frames:
        return
    frame = frames["tfr"]
    chosen = frame[(frame["area"] == nation) & (frame["confidence"] != "low") & frame["order"].isin(ORDER_NAMES)]
    for year in sorted(set(chosen["year"].astype(int))):
        rows = chosen[chosen["year"] == year]
        said = dict(zip(rows["order"].astype(str), rows["tfr"].astype(float), strict=True))
        if said.keys() == set(ORDER_NAMES):
            for order in ORDER_NAMES:
                yield order, year, said[order] / sum(said.values())


def prior_of(frames: Frames, policy: str, outcome: str) -> tuple[float, float, float, str]:
    """Estimate, both ends of its interval (NaN where none) and the source of one row of ``policy_effects``."""
    frame = frames.get("policy_effects", pd.DataFrame(columns=["policy", "outcome"]))
    rows = frame[(frame["policy"] == policy) & (frame["outcome"] == outcome)]
    row = need(rows, "policy_effects", f"{policy}: {outcome}").iloc[0]
    return float(row["estimate"]), float(row["low"]), float(row["high"]), str(row["source"])


def _by_year(frame: pd.DataFrame, column: str) -> dict[int, float]:
    return {int(year): float(value) for year, value in zip(frame["year"], frame[column], strict=True)}
