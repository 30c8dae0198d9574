"""The published tables of one computed scenario: population, births, deaths, migration, demand, balance, supply."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from forecast.axes import AGE, FERTILE, SEX, Floats
from forecast.demography.engine import Flows
from forecast.run.columns import Axis, ages, coded_as, complete, published_ages, sexes, tidy
from forecast.run.inputs import Area, Frames
from forecast.run.model import Result
from forecast.services.series import Series

ENGINE = "cohort-component"


def with_city(values: Floats, axis: int) -> Floats:
    """Areas, then the city as their sum: the city is never computed apart (law 6)."""
    return np.concatenate([values, values.sum(axis=axis, keepdims=True)], axis=axis)


def tables(result: Result, frames: Frames) -> Mapping[str, Callable[[], pd.DataFrame]]:
    """Every table of a scenario, built when it is called for."""
    return {
        "population": lambda: population(result, frames),
        "births": lambda: births(result),
        "deaths": lambda: moves(result, "deaths"),
        "migration": lambda: moves(result, "migration"),
        "demand": lambda: demand(result),
        "balance": lambda: balance(result),
    }


def _areas(result: Result) -> tuple[Area, ...]:
    return (*result.areas, result.parents[0])


def _area_axis(result: Result) -> Axis:
    return Axis("area", tuple(area.code for area in _areas(result)))


def _status(result: Result, years: range, shape: tuple[int, ...]) -> pd.Categorical:
    labels = [result.people.status(year) for year in years]
    codes = np.broadcast_to(np.arange(len(labels)).reshape(-1, *([1] * (len(shape) - 1))), shape).reshape(-1)
    return coded_as(labels, codes)


def population(result: Result, frames: Frames) -> pd.DataFrame:
    """People of districts and city by year, sex and age from the previous census on; parents as far as totals are known."""
    census_source = _census_source(frames)
    forecast = result.systems.districts
    parts = [_past(result, census_source), _stock(result, forecast.people, forecast.years, _areas(result), census_source, True)]
    for system, area in (("province", result.parents[1]), ("nation", result.parents[2])):
        known = getattr(result.systems, system)
        last = result.nowcast_until(area.code)
        years = range(known.years[0], last + 1)
        parts.append(_stock(result, known.people[: len(years)], years, (area,), census_source, False))
    return pd.concat(parts, ignore_index=True)


def _stock(result: Result, people: Floats, years: range, areas: tuple[Area, ...], census: str, city: bool) -> pd.DataFrame:
    values = published_ages(with_city(people, 1) if city else people)
    axes = (Axis("year", tuple(years)), Axis("area", tuple(area.code for area in areas)), sexes(), ages())
    columns = tidy(values, axes)
    known = result.people.nowcast_until if city else years[-1]
    labels = ["observed" if year == years[0] else "nowcast" if year <= known else "projected" for year in years]
    origin = [census if label == "observed" else ENGINE for label in labels]
    codes = np.repeat(np.arange(len(years)), values[0].size)
    columns["status"], columns["source"] = coded_as(labels, codes), coded_as(origin, codes)
    fixed = {"scenario": result.scenario.head.name, "measure": "people", "unit": "persons"}
    return complete(columns, values.size, fixed, areas)


def _past(result: Result, census: str) -> pd.DataFrame:
    """The previous census, carried to its 31 December."""
    stock = result.systems.launches["districts"][0].stock
    years = range(stock.year, stock.year + 1)
    return _stock(result, stock.people[None], years, _areas(result), census, True)


def _census_source(frames: Frames) -> str:
    population = frames["population"]
    return "; ".join(sorted(set(population["source"].astype(str))))


def births(result: Result) -> pd.DataFrame:
    """Births by area, year and age of the mother."""
    flows, years = _flows(result)
    values = with_city(flows.births[..., FERTILE.start : FERTILE.stop], 1)
    axes = (Axis("year", tuple(years)), _area_axis(result), Axis("age", tuple(FERTILE)))
    columns = tidy(values, axes)
    born = [1.0 if year <= result.born_until else 0.0 for year in years]
    columns["share_born"] = np.repeat(born, values[0].size)
    columns["status"] = _birth_status(result, years, values.shape)
    fixed = {"scenario": result.scenario.head.name, "sex": "both", "measure": "births", "unit": "births", "source": ENGINE}
    return complete(columns, values.size, fixed, _areas(result))


def _birth_status(result: Result, years: range, shape: tuple[int, ...]) -> pd.Categorical:
    labels = ["nowcast" if year <= result.born_until else "projected" for year in years]
    return coded_as(labels, np.repeat(np.arange(len(years)), int(np.prod(shape[1:]))))


def moves(result: Result, what: str) -> pd.DataFrame:
    """Deaths (by cohort: age completed, or that would have been, on 31 December) or net migration."""
    flows, years = _flows(result)
    values = published_ages(with_city(getattr(flows, what), 1))
    axes = (Axis("year", tuple(years)), _area_axis(result), sexes(), ages())
    columns = tidy(values, axes)
    columns["status"] = _status(result, years, values.shape)
    fixed = {"scenario": result.scenario.head.name, "measure": what, "unit": "persons", "source": ENGINE}
    return complete(columns, values.size, fixed, _areas(result))


def demand(result: Result) -> pd.DataFrame:
    """Every series of every service for districts and city."""
    items = [item for service in result.demand.values() for item in service.series]
    years = result.people.years
    values = np.stack([with_city(item.values, 1) for item in items])
    axes = (Axis("series", tuple(range(len(items)))), Axis("year", tuple(years)), _area_axis(result))
    columns = tidy(values, axes)
    line = columns.pop("series")
    for name in ("service", "part", "measure", "unit", "source"):
        columns[name] = coded_as([getattr(item, name) for item in items], line)
    columns["share_born"] = np.stack([_born_with_city(result, item) for item in items]).reshape(-1)
    status = ["nowcast" if year <= result.people.nowcast_until else "projected" for year in years]
    place = np.broadcast_to(np.arange(len(years))[None, :, None], values.shape).reshape(-1)
    columns["status"] = coded_as(status, place)
    return complete(columns, values.size, {"scenario": result.scenario.head.name}, _areas(result))


def _born_with_city(result: Result, item: Series) -> Floats:
    """The city's share is the mean of its areas', weighted by the series itself."""
    if item.born is None:
        return np.full((item.values.shape[0], item.values.shape[1] + 1), np.nan)
    total = item.values.sum(axis=1)
    even = item.born.mean(axis=1)
    city = np.where(total > 0, (item.born * item.values).sum(axis=1) / np.where(total > 0, total, 1.0), even)
    return np.concatenate([item.born, city[:, None]], axis=1)


def balance(result: Result) -> pd.DataFrame:
    """Start + births - deaths + migration = end for every area and year, with the gap (law 6)."""
    flows, years = _flows(result)
    people = with_city(result.systems.districts.people, 1).sum(axis=(SEX, AGE))
    born = with_city(flows.births, 1).sum(axis=AGE)
    died = with_city(flows.deaths, 1).sum(axis=(SEX, AGE))
    moved = with_city(flows.migration, 1).sum(axis=(SEX, AGE))
    gap = people[1:] - people[:-1] - born + died - moved
    axes = (Axis("year", tuple(years)), _area_axis(result))
    columns = tidy(people[1:], axes)
    extra = {"start": people[:-1], "births": born, "deaths": died, "migration": moved, "end": people[1:], "gap": gap}
    status = _status(result, years, gap.shape)
    frame = complete(columns, gap.size, {"scenario": result.scenario.head.name}, _areas(result))
    frame = frame[["scenario", "area", "area_name", "area_level", "year"]]
    frame = frame.assign(**{name: value.reshape(-1) for name, value in extra.items()})
    frame["total_fertility"] = _fertility(flows.fertility, born).reshape(-1)
    return frame.assign(unit="persons", status=status, source=ENGINE)


def _fertility(by_area: Floats, born: Floats) -> Floats:
    """Total fertility of the areas; the city's is the births-weighted harmonic mean (births over women exposed)."""
    exposed = born[:, :-1] / by_area
    city = born[:, -1] / exposed.sum(axis=1)
    return np.concatenate([by_area, city[:, None]], axis=1)


def supply(frames: Frames, areas: tuple[Area, ...]) -> pd.DataFrame:
    """What is known to exist in the areas of the project: as reported, no gap filled."""
    codes = {area.code: area for area in areas}
    frame = frames["supply"]
    known = frame[frame["area"].isin(list(codes))].reset_index(drop=True)
    names = {"area_name": [codes[code].name_zh for code in known["area"]], "area_level": [codes[code].level for code in known["area"]]}
    known = known.assign(**names).rename(columns={"value": "mean"})
    columns = ["area", "area_name", "area_level", "year", "period", "service", "measure", "unit", "mean", "status", "confidence", "source", "note"]
    return known[columns].assign(period=known["period"].fillna(""), note=known["note"].fillna(""))


def _flows(result: Result) -> tuple[Flows, range]:
    flows = result.systems.districts.flows
    if flows is None:
        raise ValueError("the districts have no flows")
    return flows, range(result.systems.districts.years[1], result.systems.districts.years[-1] + 1)
