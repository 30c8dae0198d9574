"""Published tables of fertility: births by order and age of mother, women by number of children, measures."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from forecast.axes import FEMALE, FERTILE, Floats
from forecast.demography.parity_measures import MEASURES, ORDER_NAMES, measures
from forecast.run.columns import Axis, Tidy
from forecast.run.inputs import Area
from forecast.run.model import Result
from forecast.run.trajectories import GROUP, Drawn, in_groups_of_five

PARITY_NAMES = ("0", "1", "2", "3+")
UNITS = {"progression": "share", "mean_age": "years"}


def source_of(result: Result) -> str:
    """What made the births."""
    return "parity-progression" if result.systems.districts.by_order.moving else "incidence-by-order"


def with_city(values: Floats, axis: int) -> Floats:
    """Areas, then the city as their sum: the city is never computed apart (law 6)."""
    return np.concatenate([values, values.sum(axis=axis, keepdims=True)], axis=axis)


def areas_of(result: Result) -> tuple[Area, ...]:
    """The districts, then the city."""
    return (*result.areas, result.parents[0])


def area_axis(areas: tuple[Area, ...]) -> Axis:
    """Codes of areas as an axis."""
    return Axis("area", tuple(area.code for area in areas))


def births(result: Result, seen: Drawn | None = None) -> pa.Table:
    """Births by area, year and age of the mother: of all orders together, then by order."""
    forecast = result.systems.districts
    years = forecast.years[1:]
    every = forecast.accounts.births[..., FERTILE.start : FERTILE.stop]
    values = np.concatenate([every[:, :, None], forecast.by_order.births], axis=2).transpose(0, 2, 1, 3)
    areas, parts = areas_of(result), ("all", *ORDER_NAMES)
    axes = (Axis("year", tuple(years)), Axis("part", parts), area_axis(areas), Axis("age", tuple(FERTILE)))
    tidy = Tidy(with_city(values, 2), axes)
    if seen is not None:
        kinds = (seen.tables["births"], seen.tables["orders"])
        mean = np.concatenate([kinds[0].mean[:, None], kinds[1].mean.swapaxes(1, 2)], axis=1)
        cuts = np.concatenate([kinds[0].quantiles[:, :, None], kinds[1].quantiles.swapaxes(2, 3)], axis=2)
        tidy.summary(mean, cuts)
    tidy.along("share_born", "year", [1.0 if year <= result.born_until else 0.0 for year in years])
    tidy.along("status", "year", _born(result, years))
    fixed = {"sex": "both", "measure": "births", "unit": "births", "source": source_of(result)}
    return tidy.table(areas, {"scenario": result.scenario.head.name, **fixed})


def parity(result: Result, seen: Drawn | None = None) -> pa.Table:
    """Women on 31 December by number of children and five-year age group; of parity progression alone."""
    forecast = result.systems.districts
    women = np.moveaxis(forecast.by_order.women, 1, -1)
    held = np.moveaxis(result.systems.students[:, :, FEMALE], 1, -1)
    values = with_city(np.moveaxis(in_groups_of_five(women, held), -1, 1), 1)
    groups = ("15-49", *(f"{low}-{low + GROUP - 1}" for low in range(FERTILE.start, FERTILE.stop, GROUP)))
    areas, years = areas_of(result), forecast.years
    axes = (Axis("year", tuple(years)), area_axis(areas), Axis("children", PARITY_NAMES), Axis("part", groups))
    tidy = Tidy(values, axes)
    if seen is not None:
        tidy.summary(seen.tables["women"].mean, seen.tables["women"].quantiles)
    status = ["assumed", *_born(result, years[1:])]
    tidy.along("status", "year", status)
    fixed = {"sex": "female", "measure": "women", "unit": "persons", "source": source_of(result)}
    return tidy.table(areas, {"scenario": result.scenario.head.name, **fixed})


def fertility(result: Result, seen: Drawn | None = None) -> pa.Table:
    """Total fertility by order, period parity progressions, mean ages, tempo-adjusted levels, by area and year."""
    forecast = result.systems.districts
    mothers = forecast.by_order
    born, exposed = (np.moveaxis(with_city(item, 1), 1, -1) for item in (mothers.births, mothers.exposed))
    values = measures(born, exposed, moving=mothers.moving)
    areas, years = areas_of(result), forecast.years[1:]
    axes = (Axis("kind", tuple(range(len(MEASURES)))), Axis("year", tuple(years)), area_axis(areas))
    tidy = Tidy(values, axes)
    if seen is not None:
        tidy.summary(seen.tables["fertility"].mean, seen.tables["fertility"].quantiles)
    tidy.along("measure", "kind", [measure for measure, _ in MEASURES])
    tidy.along("part", "kind", [part for _, part in MEASURES])
    tidy.along("unit", "kind", [UNITS.get(measure, "children per woman") for measure, _ in MEASURES])
    tidy.along("status", "year", _born(result, years))
    return tidy.table(areas, {"scenario": result.scenario.head.name, "source": source_of(result)})


def _born(result: Result, years: range) -> list[str]:
    """Status of births by year."""
    return ["nowcast" if year <= result.born_until else "projected" for year in years]
