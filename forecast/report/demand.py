"""The demand of a run as arrays (year, area), and whole numbers that still add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.axes import Floats
from forecast.errors import InputError
from forecast.kernels.controls import largest_remainder
from forecast.report.fan import CUTS
from forecast.report.opened import Opened, Place, frame, places

Key = tuple[str, str, str]
"""Service, part, measure."""
Totals = Mapping[tuple[str, str], Floats]
"""Quantiles of sums by measure and part."""


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """Demand of one scenario.

    values  by (service, part, measure): (year, area), the city last
    born    share already born, likewise; NaN where it has no meaning
    cuts    quantiles in the order of ``CUTS``: (cut, year, area); empty where no trajectory was run
    """

    places: tuple[Place, ...]
    years: tuple[int, ...]
    status: tuple[str, ...]
    values: Mapping[Key, Floats]
    born: Mapping[Key, Floats]
    units: Mapping[Key, str]
    cuts: Mapping[Key, Floats]

    def fan(self, key: Key, column: int) -> Floats | None:
        """Quantiles of one series of one area (cut, year)."""
        cuts = self.cuts.get(key)
        return None if cuts is None else cuts[:, :, column]

    def whole(self, service: str, measure: str, part: str = "all") -> Floats:
        """Whole numbers whose areas sum to the city (law 4): (year, area)."""
        return whole(self.values[service, part, measure])


COLUMNS = (
    "area",
    "area_name",
    "area_level",
    "year",
    "service",
    "part",
    "measure",
    "unit",
    "point",
    *CUTS,
    "share_born",
    "status",
)


def demand(run: Opened) -> Demand:
    """The table ``demand`` as arrays."""
    known = frame(run, "demand", COLUMNS)
    areas = places(run, known)
    order = {place.code: index for index, place in enumerate(areas)}
    area = known["area"].map(order).to_numpy(dtype=np.intp)
    years = np.unique(known["year"].to_numpy())
    year = np.searchsorted(years, known["year"].to_numpy())
    series = known.groupby(["service", "part", "measure"], observed=True, sort=False)
    line = series.ngroup().to_numpy()
    shape = (line.max() + 1, len(years), len(areas))
    point, born = np.full(shape, np.nan), np.full(shape, np.nan)
    cuts = np.full((shape[0], len(CUTS), *shape[1:]), np.nan)
    point[line, year, area] = known["point"].to_numpy()
    born[line, year, area] = known["share_born"].to_numpy()
    cuts[line, :, year, area] = known[list(CUTS)].to_numpy(dtype=np.float64)
    if np.isnan(point).any():
        raise InputError.one(
            f"demand.parquet of {run.folder.name}", "every area and year of every series", "holes", "make the run again"
        )
    heads = known.loc[~pd.Series(line).duplicated().to_numpy(), ["service", "part", "measure", "unit"]].astype(str)
    keys: list[Key] = list(zip(heads["service"], heads["part"], heads["measure"], strict=True))
    units = dict(zip(keys, heads["unit"], strict=True))
    values, shares = dict(zip(keys, point, strict=True)), dict(zip(keys, born, strict=True))
    spread = {} if np.isnan(cuts).any() else dict(zip(keys, cuts, strict=True))
    return Demand(areas, tuple(int(item) for item in years), status_by_year(known), values, shares, units, spread)


def totals(run: Opened, known: Demand) -> Totals:
    """Quantiles of sums over ages and stages by measure and part: (cut, year, area); empty without trajectories.

    The years are those of the demand; a flow has none in the first.
    """
    table = frame(run, "totals", ["area", "year", "measure", "part", *CUTS])
    if table[list(CUTS)].isna().to_numpy().any():
        return {}
    order = {place.code: index for index, place in enumerate(known.places)}
    area = table["area"].map(order).to_numpy(dtype=np.intp)
    year = table["year"].to_numpy() - known.years[0]
    values = table[list(CUTS)].to_numpy(dtype=np.float64)
    keys = list(zip(table["measure"].astype(str), table["part"].astype(str), strict=True))
    found = {key: np.full((len(CUTS), len(known.years), len(order)), np.nan) for key in dict.fromkeys(keys)}
    for key, at, column, row in zip(keys, year, area, values, strict=True):
        found[key][:, at, column] = row
    return found


def status_by_year(known: pd.DataFrame) -> tuple[str, ...]:
    """The status of each year of a table, years in order."""
    first = known.drop_duplicates("year").sort_values("year")
    return tuple(first["status"].astype(str))


def whole(values: Floats) -> Floats:
    """Whole numbers year by year; the last column, the city, is the sum of the others (law 4): (year, area)."""
    parts = largest_remainder(values[:, :-1])
    return np.concatenate([parts, parts.sum(axis=1, keepdims=True)], axis=1)
