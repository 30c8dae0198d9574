"""The published tables of one computed scenario, from population to demand, and the supply that is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from forecast.axes import AGE, SEX, Floats
from forecast.demography.engine import Flows
from forecast.run.columns import AGE_AXIS, KEYS, QUANTILES, SEX_AXIS, Axis, Tidy, joined, published_ages
from forecast.run.control_frames import controls, due
from forecast.run.differences import first_year, labelled
from forecast.run.fertility_frames import area_axis, areas_of, births, fertility, parity, with_city
from forecast.run.flow_frames import flows, urban
from forecast.run.hindsight import Hindsight
from forecast.run.inputs import Area, Frames, named_sources
from forecast.run.known import known
from forecast.run.model import Result
from forecast.run.mortality_frames import life_expectancy
from forecast.run.norm_frames import norms
from forecast.run.pupil_frames import pupil_tables
from forecast.run.residence_frames import residence_tables
from forecast.run.teacher_frames import spread_of, staff_table
from forecast.run.trajectories import FLOWS, SCHOOL, TOTALS, Chances, Drawn
from forecast.run.trajectories import totals as sums_of
from forecast.services.school.counted import SUREST, weakest
from forecast.services.series import Series
from forecast.services.staff.teachers import TeacherStock

ENGINE = "cohort-component"


def tables(result: Result, frames: Frames, seen: Drawn | None = None) -> Mapping[str, Callable[[], pa.Table]]:
    """Every table of a scenario, built when it is called for; with trajectories, their means and quantiles too."""
    found = {
        "population": lambda: population(result, frames, seen),
        "births": lambda: births(result, seen),
        "fertility": lambda: fertility(result, seen),
        "deaths": lambda: moves(result, "deaths", seen),
        "migration": lambda: moves(result, "migration", seen),
        "demand": lambda: demand(result, seen),
        "totals": lambda: totals(result, seen),
        "balance": lambda: balance(result),
        "life_expectancy": lambda: life_expectancy(result, frames, None if seen is None else seen.draws),
    }
    if result.systems.districts.by_order.moving:
        found["parity"] = lambda: parity(result, seen)
    if result.systems.districts.between is not None:
        found["flows"] = lambda: flows(result, frames)
    if result.models.movement.urbanisation is not None:
        found["urban"] = lambda: urban(result)
    if due(result):
        found["controls"] = lambda: pa.Table.from_pandas(controls(result), preserve_index=False)
    found |= residence_tables(result, frames)
    found |= pupil_tables(result)
    stock = result.teachers
    if stock is not None:
        found["staff"] = lambda: staff(result, stock, seen)
    found["norms"] = lambda: pa.Table.from_pandas(norms(result), preserve_index=False)
    found["known"] = lambda: pa.Table.from_pandas(known(result), preserve_index=False)
    if seen is not None:
        found["chances"] = lambda: chances(result, seen)
    return found


def staff(result: Result, stock: TeacherStock, seen: Drawn | None = None) -> pa.Table:
    """Teachers, what is needed of them, and what moves the stock."""
    need = None if seen is None else spread_of(result.demand, seen.demand.mean, seen.demand.quantiles)
    city, name = result.parents[0], result.scenario.head.name
    return staff_table(stock, result.areas, city, name, result.people.nowcast_until, need)


def population(result: Result, frames: Frames, seen: Drawn | None = None) -> pa.Table:
    """People of districts and city from the previous census on; parents as far as their totals are known."""
    census = named_sources(frames, "population")
    past = result.systems.launches["districts"][0].stock
    forecast = result.systems.districts
    last = result.people.nowcast_until
    parts = [
        _stock(
            result, with_city(past.people[None], 1), range(past.year, past.year + 1), areas_of(result), census, last
        ),
        _stock(result, with_city(forecast.people, 1), forecast.years, areas_of(result), census, last, seen),
    ]
    for system, area in (("province", result.parents[1]), ("nation", result.parents[2])):
        known = getattr(result.systems, system)
        until = result.nowcast_until(area.code)
        years = range(known.years[0], until + 1)
        parts.append(_stock(result, known.people[: len(years)], years, (area,), census, until))
    return joined(parts)


def _stock(
    result: Result,
    people: Floats,
    years: range,
    areas: tuple[Area, ...],
    census: str,
    nowcast_until: int,
    seen: Drawn | None = None,
) -> pa.Table:
    tidy = Tidy(published_ages(people), (Axis("year", tuple(years)), area_axis(areas), SEX_AXIS, AGE_AXIS))
    _spread(tidy, seen, "population")
    first = years[0]
    status = ["observed" if year == first else "nowcast" if year <= nowcast_until else "projected" for year in years]
    tidy.along("status", "year", status)
    tidy.along("source", "year", [census if item == "observed" else ENGINE for item in status])
    return tidy.table(areas, {"scenario": result.scenario.head.name, "measure": "people", "unit": "persons"})


def _spread(tidy: Tidy, seen: Drawn | None, name: str) -> None:
    if seen is not None:
        tidy.summary(seen.tables[name].mean, seen.tables[name].quantiles)


def moves(result: Result, what: str, seen: Drawn | None = None) -> pa.Table:
    """Deaths (by cohort: age completed, or that would have been, on 31 December) or net migration."""
    flows, years = _flows(result)
    areas = areas_of(result)
    values = published_ages(with_city(getattr(flows, what), 1))
    tidy = Tidy(values, (Axis("year", tuple(years)), area_axis(areas), SEX_AXIS, AGE_AXIS))
    _spread(tidy, seen, what)
    tidy.along("status", "year", [result.people.status(year) for year in years])
    return tidy.table(
        areas, {"scenario": result.scenario.head.name, "measure": what, "unit": "persons", "source": ENGINE}
    )


def demand(result: Result, seen: Drawn | None = None) -> pa.Table:
    """Every series of every service for districts and city."""
    items = [item for service in result.demand.values() for item in service.series]
    years, areas = result.people.years, areas_of(result)
    values = np.stack([with_city(item.values, 1) for item in items])
    tidy = Tidy(values, (Axis("series", tuple(range(len(items)))), Axis("year", tuple(years)), area_axis(areas)))
    if seen is not None:
        tidy.summary(seen.demand.mean, seen.demand.quantiles)
    for name in ("service", "part", "measure", "unit", "source"):
        tidy.along(name, "series", [getattr(item, name) for item in items])
    tidy.cells("share_born", np.stack([_born_with_city(item) for item in items]))
    _statuses(tidy, items, ["nowcast" if year <= result.people.nowcast_until else "projected" for year in years])
    return tidy.table(areas, {"scenario": result.scenario.head.name})


def _statuses(tidy: Tidy, items: Sequence[Series], usual: Sequence[str]) -> None:
    """The status of each year; where a series shows counts that of their rows: of the city where all its areas do."""
    tidy.along("status", "year", usual)
    counted = {place: item.counted for place, item in enumerate(items) if item.counted is not None}
    if not counted:
        return
    words = list(dict.fromkeys((*usual, *SUREST)))
    codes = np.empty(tidy.shape, dtype=np.int32)
    codes[:] = np.array([words.index(word) for word in usual])[:, None]
    for place, shown in counted.items():
        for word in SUREST:
            codes[place, :, :-1][shown == word] = words.index(word)
        for year in np.flatnonzero((shown != "").all(axis=1)).tolist():
            codes[place, year, -1] = words.index(weakest(shown[year].tolist()))
    tidy.coded("status", codes, words)


def totals(result: Result, seen: Drawn | None = None) -> pa.Table:
    """Residents by broad age, births, deaths, net migration and school places: sums with quantiles of their own."""
    flows, _ = _flows(result)
    stocks = {"population": published_ages(result.systems.districts.people)}
    orders = {"orders": result.systems.districts.by_order.births}
    every = {**stocks, **{name: getattr(flows, name) for name in FLOWS[1:]}, **orders}
    places = [item.find(item.main).values for name, item in result.demand.items() if name in SCHOOL]
    found = sums_of({name: np.moveaxis(values, 1, -1) for name, values in every.items()}, np.sum(places, axis=0))
    return joined([_total(result, place, with_city(values, 1), seen) for place, values in enumerate(found)])


def _total(result: Result, place: int, values: Floats, seen: Drawn | None) -> pa.Table:
    """One of ``TOTALS``; a flow begins after the launch year."""
    measure, part = TOTALS[place]
    years, areas, known = result.people.years, areas_of(result), result.people
    since = slice(1 if measure in FLOWS else 0, None)
    tidy = Tidy(values[since], (Axis("year", tuple(years[since])), area_axis(areas)))
    if seen is not None:
        tidy.summary(seen.totals.mean[place, since], seen.totals.quantiles[:, place, since])
    last = result.born_until if measure == "births" else 0
    tidy.along("status", "year", ["nowcast" if year <= last else known.status(year) for year in years[since]])
    if measure == "births":
        tidy.along("share_born", "year", [1.0 if year <= last else 0.0 for year in years[since]])
    unit = {"births": "births", "school-places": "places"}.get(measure, "persons")
    fixed = {"part": part, "measure": measure, "unit": unit, "source": ENGINE}
    return tidy.table(areas, {"scenario": result.scenario.head.name, **fixed})


def chances(result: Result, seen: Drawn) -> pa.Table:
    """Probabilities: that the peak comes after a year, that need exceeds today's, or a known capacity."""
    return joined([part for name, item in seen.chances.items() for part in _chances(result, name, item)])


def _chances(result: Result, service: str, item: Chances) -> Iterator[pa.Table]:
    areas, years = areas_of(result), result.people.years
    yield _chance(result, service, "peak-after", item.peak_after, areas)
    yield _chance(result, service, "above-now", item.above_now, areas)
    for code, values in item.above.items():
        known = tuple(area for area in areas if area.code == code)
        yield _chance(result, service, "above-capacity", values.reshape(len(years), 1), known)


def _chance(result: Result, service: str, measure: str, values: Floats, areas: tuple[Area, ...]) -> pa.Table:
    years = result.people.years
    tidy = Tidy(values, (Axis("year", tuple(years)), area_axis(areas)))
    tidy.along("status", "year", [result.people.status(year) for year in years])
    fixed = {"service": service, "measure": measure, "unit": "probability", "source": ENGINE}
    table = tidy.table(areas, {"scenario": result.scenario.head.name, **fixed})
    kept = table.select([name for name in table.column_names if name not in (*QUANTILES, "share_born", "point")])
    return kept.rename_columns({"mean": "probability"})


def draws(result: Result, seen: Drawn) -> pa.Table:
    """Births by order and main figures on every trajectory, as a list a row: the same place is the same trajectory."""
    areas, years = areas_of(result), result.people.years
    parts = []
    for key, every in seen.kept.items():
        values = np.ascontiguousarray(every[first_year(key) :])
        tidy = Tidy(values.mean(axis=-1), (Axis("year", tuple(years[first_year(key) :])), area_axis(areas)))
        table = labelled(tidy, result, key).table(areas, {"scenario": result.scenario.head.name})
        table = table.select([name for name in table.column_names if name in (*KEYS, "measure", "unit")])
        count = values.shape[-1]
        ends = pa.array(np.arange(0, values.size + 1, count, dtype=np.int32))
        parts.append(table.append_column("draws", pa.ListArray.from_arrays(ends, pa.array(values.reshape(-1)))))
    return joined(parts)


def _born_with_city(item: Series) -> Floats:
    """The city's share is the mean of its areas', weighted by the series itself."""
    if item.born is None:
        return np.full((item.values.shape[0], item.values.shape[1] + 1), np.nan)
    total = item.values.sum(axis=1)
    even = item.born.mean(axis=1)
    city = np.where(total > 0, (item.born * item.values).sum(axis=1) / np.where(total > 0, total, 1.0), even)
    return np.concatenate([item.born, city[:, None]], axis=1)


def balance(result: Result) -> pa.Table:
    """Start + births - deaths + migration = end for every area and year, with the gap (law 6)."""
    flows, years = _flows(result)
    areas = areas_of(result)
    people = with_city(result.systems.districts.people, 1).sum(axis=(SEX, AGE))
    born = with_city(flows.births, 1).sum(axis=AGE)
    died = with_city(flows.deaths, 1).sum(axis=(SEX, AGE))
    moved = with_city(flows.migration, 1).sum(axis=(SEX, AGE))
    tidy = Tidy(people[1:], (Axis("year", tuple(years)), area_axis(areas)))
    parts = {"start": people[:-1], "births": born, "deaths": died, "migration": moved, "end": people[1:]}
    parts["gap"] = people[1:] - people[:-1] - born + died - moved
    parts["total_fertility"] = _fertility(flows.fertility, born)
    for name, values in parts.items():
        tidy.cells(name, values)
    tidy.along("status", "year", [result.people.status(year) for year in years])
    tidy.table(areas, {"scenario": result.scenario.head.name, "unit": "persons", "source": ENGINE})
    names = ["scenario", "area", "area_name", "area_level", "year", *parts, "unit", "status", "source"]
    return pa.table([tidy.columns[name] for name in names], names=names)


def _fertility(by_area: Floats, born: Floats) -> Floats:
    """Total fertility of the areas; the city's is its births over the women exposed, all areas together."""
    exposed = born[:, :-1] / by_area
    city = born[:, -1] / exposed.sum(axis=1)
    return np.concatenate([by_area, city[:, None]], axis=1)


COVERED = 80.0
"""Intervals whose realised coverage a run tells, in percent."""


def coverage(frames: Frames, past: Hindsight, name: str) -> pd.DataFrame:
    """What the intervals covered: on real areas that the sizes of the shocks did not see, and here in hindsight.

    name  of the project
    """
    heads = ["set", "calibrated_on", "group", "horizons", "nominal", "covered", "cases", "status", "source"]
    ahead = str(past.target - past.origin)
    here = past.covered()
    rows = [
        (name, "", group, ahead, COVERED, value, len(past.areas), "derived", ENGINE) for group, value in here.items()
    ]
    own = pd.DataFrame(rows, columns=heads)
    if "coverage" not in frames:
        return own
    known = frames["coverage"]
    return pd.concat([known.loc[known["nominal"] == COVERED, heads], own], ignore_index=True)


def supply(frames: Frames, areas: tuple[Area, ...]) -> pd.DataFrame:
    """What is known to exist in the areas of the project: as reported, no gap filled."""
    codes = {area.code: area for area in areas}
    frame = frames["supply"]
    known = frame[frame["area"].isin(list(codes))].reset_index(drop=True)
    names = {
        "area_name": [codes[code].name_zh for code in known["area"]],
        "area_level": [codes[code].level for code in known["area"]],
    }
    known = known.assign(**names).rename(columns={"value": "mean"})
    columns = [
        "area",
        "area_name",
        "area_level",
        "year",
        "period",
        "service",
        "measure",
        "unit",
        "mean",
        "status",
        "confidence",
        "source",
        "note",
    ]
    return known[columns]


def _flows(result: Result) -> tuple[Flows, range]:
    forecast = result.systems.districts
    return forecast.accounts, range(forecast.years[1], forecast.years[-1] + 1)
