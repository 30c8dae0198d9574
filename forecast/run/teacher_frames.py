"""The published table ``staff``: teachers, what is needed of them, and what moves the stock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from forecast.axes import Floats
from forecast.run.columns import Axis, Tidy, joined
from forecast.run.inputs import Area
from forecast.services.series import Service
from forecast.services.staff.teachers import FLOWS, STAGES, TeacherStock, mean_age, share_old

TABLE = "staff"
METHOD = "laoyou-method"
NEED = "needed"
UNITS = {"mean-age": "years", "share-55plus": "share"}
STOCKS = ("stock", "mean-age", "share-55plus")
"""Measures that were counted in the first year."""


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """What the trajectories say of the teachers needed, city last: mean (year, area, stage), quantiles (prob, ...).

    The years are those of the demand; the first ones, before the count, are left out.
    """

    mean: Floats
    quantiles: Floats


def spread_of(demand: Mapping[str, Service], mean: Floats, quantiles: Floats) -> Spread:
    """The spread of the teachers needed out of that of all series.

    demand     services by name, in the order of the series
    mean       (series, year, area), city last;  quantiles  (prob, series, year, area)
    """
    keys = [(item.service, item.part, item.measure) for service in demand.values() for item in service.series]
    places = [keys.index((stage, "all", "teachers")) for stage in STAGES]
    return Spread(np.moveaxis(mean[places], 0, -1), np.moveaxis(quantiles[:, places], 1, -1))


def staff_table(
    stock: TeacherStock,
    areas: tuple[Area, ...],
    city: Area,
    scenario: str,
    nowcast_until: int,
    need: Spread | None = None,
) -> pa.Table:
    """Teachers by area, school year and stage; the city is the sum of its areas, where all of them were counted.

    nowcast_until  the last year whose people are on record
    need           of the trajectories; without them the point alone

    Shortages and surpluses of the city are sums of those of its areas: one is never netted against the other (law 10).
    """
    places = (*areas, city)
    known = np.concatenate([stock.counted, stock.counted.min(axis=0, keepdims=True)]) > 0
    parts = []
    for measure, values in _measures(stock).items():
        first = 1 if measure in FLOWS else 0
        kept = np.broadcast_to(known.T[:, None, :], (len(STAGES), len(stock.years) - first, len(places)))
        table = _table(stock, measure, values[first:], places, (scenario, nowcast_until), need)
        parts.append(table.filter(pa.array(np.ascontiguousarray(kept).ravel())))
    return joined(parts)


def _measures(stock: TeacherStock) -> Mapping[str, Floats]:
    """Values by measure (year, area and city, stage)."""
    ages = _with_city(stock.stock)
    plain = {"stock": stock.total, NEED: stock.needed, **stock.flows}
    plain |= {"surplus": stock.surplus, "shortage": stock.shortage}
    found = {name: _with_city(values) for name, values in plain.items()}
    return {**found, "mean-age": mean_age(ages), "share-55plus": share_old(ages)}


def _with_city(values: Floats) -> Floats:
    return np.concatenate([values, values.sum(axis=1, keepdims=True)], axis=1)


def _table(
    stock: TeacherStock,
    measure: str,
    values: Floats,
    places: tuple[Area, ...],
    of: tuple[str, int],
    need: Spread | None,
) -> pa.Table:
    scenario, nowcast_until = of
    years = stock.years[len(stock.years) - len(values) :]
    axes = (Axis("service", STAGES), Axis("year", tuple(years)), Axis("area", tuple(area.code for area in places)))
    tidy = Tidy(_by_stage(values), axes)
    if measure == NEED and need is not None:
        tidy.summary(_by_stage(need.mean[-len(years) :]), _by_stage(need.quantiles[:, -len(years) :]))
    later = ["nowcast" if year <= nowcast_until else "projected" for year in years]
    tidy.along("status", "year", ["observed", *later[1:]] if measure in STOCKS else later)
    source = "cohort-component" if measure == NEED else f"{METHOD}; {stock.source}" if stock.source else METHOD
    fixed = {"measure": measure, "unit": UNITS.get(measure, "persons"), "source": source}
    table = tidy.table(places, {"scenario": scenario, **fixed})
    return table.drop_columns(["share_born"])


def _by_stage(values: Floats) -> Floats:
    """(..., year, area, stage) -> (..., stage, year, area)."""
    return np.moveaxis(values, -1, -3)
