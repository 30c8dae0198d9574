"""The demand of a run as arrays (year, area), and whole numbers that still add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.axes import Floats
from forecast.errors import InputError
from forecast.kernels.controls import largest_remainder
from forecast.report.opened import Opened, Place, frame, places

Key = tuple[str, str, str]
"""Service, part, measure."""


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """Demand of one scenario.

    values  by (service, part, measure): (year, area), the city last
    born    share already born, likewise; NaN where it has no meaning
    """

    places: tuple[Place, ...]
    years: tuple[int, ...]
    status: tuple[str, ...]
    values: Mapping[Key, Floats]
    born: Mapping[Key, Floats]
    units: Mapping[Key, str]

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
    "mean",
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
    mean, born = np.full(shape, np.nan), np.full(shape, np.nan)
    mean[line, year, area] = known["mean"].to_numpy()
    born[line, year, area] = known["share_born"].to_numpy()
    if np.isnan(mean).any():
        raise InputError.one(
            f"demand.parquet of {run.folder.name}", "every area and year of every series", "holes", "make the run again"
        )
    heads = known.loc[~pd.Series(line).duplicated().to_numpy(), ["service", "part", "measure", "unit"]].astype(str)
    keys: list[Key] = list(zip(heads["service"], heads["part"], heads["measure"], strict=True))
    units = dict(zip(keys, heads["unit"], strict=True))
    values, shares = dict(zip(keys, mean, strict=True)), dict(zip(keys, born, strict=True))
    return Demand(areas, tuple(int(item) for item in years), status_by_year(known), values, shares, units)


def status_by_year(known: pd.DataFrame) -> tuple[str, ...]:
    """The status of each year of a table, years in order."""
    first = known.drop_duplicates("year").sort_values("year")
    return tuple(first["status"].astype(str))


def whole(values: Floats) -> Floats:
    """Whole numbers year by year; the last column, the city, is the sum of the others (law 4): (year, area)."""
    parts = largest_remainder(values[:, :-1])
    return np.concatenate([parts, parts.sum(axis=1, keepdims=True)], axis=1)
