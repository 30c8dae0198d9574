"""Tables to arrays: the one place where frames become the evidence of the demography."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.axes import SEXES, Floats
from forecast.demography.boundaries import dissolved
from forecast.demography.engine import Override
from forecast.demography.evidence import Census, Evidence
from forecast.demography.fertility import AgeShapes, single_age_shape
from forecast.demography.mortality import DeathRates
from forecast.errors import Fault, InputError
from forecast.project.spec import Models
from forecast.run.census_checks import check_city, check_counts, crowded
from forecast.run.control_inputs import changes_of, check_days, controls_of
from forecast.run.mortality_inputs import recorded_deaths
from forecast.run.order_inputs import order_evidence
from forecast.run.place_inputs import dwellings, observed_moves, settlement
from forecast.run.quarter_inputs import counted_quarters
from forecast.run.register_inputs import register_of

STARTS = np.array([0.0, 1.0, *range(5, 90, 5)])
"""First ages of the groups a census is published in: 0, 1-4, 5-9 .. 80-84, 85+."""
FERTILE_STARTS = list(range(15, 50, 5))
LEAST_PERIODS = 2
"""Periods of death rates from which a pace of mortality can be had."""
Frames = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Area:
    """One area of the project or one of its parents."""

    code: str
    name_zh: str
    name_en: str
    level: str
    parent: str


NEEDED = (
    "areas",
    "births",
    "care_need",
    "death_rates",
    "enrolment",
    "fertility",
    "fertility_shape",
    "indicators",
    "life_expectancy",
    "order_shares",
    "outlook",
    "population",
    "rates",
    "sources",
    "standards",
    "supply",
    "totals",
)
"""Tables that a run cannot do without."""


def check_tables(frames: Frames) -> None:
    """``InputError`` naming every table that is missing."""
    missing = [name for name in NEEDED if name not in frames]
    if missing:
        raise InputError(
            Fault(
                "data/",
                f"a table {name}",
                "no file of that name",
                f"add data/**/{name}.csv; docs/tables.md lists its columns",
            )
            for name in missing
        )


def areas_of(frames: Frames) -> dict[str, Area]:
    """All areas by code, in the order of the tables."""
    frame = frames["areas"].fillna({"parent": ""})
    columns = ("area", "name_zh", "name_en", "level", "parent")
    return {row[0]: Area(*row) for row in zip(*(frame[name].astype(str) for name in columns), strict=True)}


def project_areas(frames: Frames, models: Models) -> tuple[Area, ...]:
    """The districts and counties of the project's city."""
    head = models.project.project
    known = areas_of(frames)
    for code, key in ((head.city, "city"), (head.province, "province"), (head.nation, "nation")):
        if code not in known:
            raise InputError.one(
                f"models/project.toml, key project.{key}", "a code of data/**/areas", code, "add the area"
            )
    gone = dissolved(changes_of(frames))
    found = tuple(area for area in known.values() if area.parent == head.city and area.code not in gone)
    if not found:
        raise InputError.one("data/**/areas", f"areas whose parent is {head.city}", "none", "fill the parent column")
    return found


def evidence_of(frames: Frames, models: Models, moved: tuple[Override, ...] = ()) -> Evidence:
    """All that the demography needs; what is missing is named with its table (law 9).

    moved  what carrying the tables into today's areas has changed already
    """
    check_days(frames, models)
    head, times = models.project.project, models.project.time
    levels = {area.code: area.level for area in project_areas(frames, models)}
    areas = tuple(levels)
    births = {
        head.nation: _births_on_record(frames, head.nation, models),
        head.province: _births_from_rates(frames, head.province),
    }
    totals = {code: _totals(frames, code) for code in (head.nation, head.province, head.city)}
    census = tuple(
        dataclasses.replace(
            _census(frames, day, areas, head.province, head.nation),
            quarters=counted_quarters(frames, day, areas, (head.city, head.province, head.nation)),
        )
        for day in (times.previous_census, times.census)
    )
    check_counts(census[1], census[0], areas, head.province, head.nation)
    check_city(frames, models, census[1])
    built = dwellings(frames, models, areas)
    return Evidence(
        areas,
        head.city,
        head.province,
        head.nation,
        (census[0], census[1]),
        _guide(frames, head.nation, models),
        births,
        totals,
        _death_rates(frames, head.nation, models),
        _gain(frames, head.province, head.nation, models.ageing.shift.year),
        models.ageing.shift.year,
        _shapes(frames, head.nation),
        _outlook(frames, head.nation, models.births.path.fitted_on, "tfr"),
        _outlook(frames, head.nation, models.births.sex_ratio.fitted_on, "srb"),
        order_evidence(frames, models, areas),
        settlement=settlement(frames, models, areas),
        housing=built,
        moves=observed_moves(frames, models, areas),
        controls=controls_of(frames, models, areas),
        notes=(*moved, *crowded(frames, models, census[1], areas, built)),
        register=register_of(frames, models, census[1], levels),
        deaths=recorded_deaths(frames, models, areas, (census[0], census[1])),
    )


def named_sources(frames: Frames, table: str, **wanted: Sequence[object]) -> str:
    """Ids of the sources of those rows of a table that have one of the wanted values in each column."""
    frame = frames[table]
    for column, values in wanted.items():
        frame = frame[frame[column].isin(list(values))]
    return "; ".join(sorted(set(frame["source"].astype(str))))


def need(frame: pd.DataFrame, table: str, what: str, way_out: str = "add the rows") -> pd.DataFrame:
    """The frame, or ``InputError`` when it holds no row."""
    if frame.empty:
        raise InputError.one(f"data/**/{table}", what, "no such row", way_out)
    return frame


def _census(frames: Frames, day: dt.date, areas: tuple[str, ...], province: str, nation: str) -> Census:
    frame = frames["population"]
    chosen = frame[(frame["date"] == pd.Timestamp(day)) & (frame["concept"] == "resident")]
    cells = chosen.set_index(["area", "sex", "age_start"])["people"].astype(float)
    wanted = pd.MultiIndex.from_product([(*areas, province, nation), SEXES, STARTS.astype(int)])
    missing = wanted[~wanted.isin(cells.index)]
    if len(missing):
        shown = "; ".join(f"{area} {sex} from age {age}" for area, sex, age in missing[:10])
        raise InputError.one(
            f"data/**/population, date {day}",
            "people of every area, sex and age group 0, 1-4, 5-9 .. 85+",
            f"{len(missing)} cells without a row: {shown}",
            "add the rows, or correct the codes and ages",
        )
    values = cells.reindex(wanted).to_numpy().reshape(-1, len(SEXES), len(STARTS))
    people = values.astype(np.float64)
    return Census(day, STARTS, people[:-2], people[-2], people[-1])


def _births(frames: Frames, area: str, series: str, last: int) -> dict[int, float]:
    frame = frames["births"]
    chosen = frame[
        (frame["area"] == area)
        & (frame["series"] == series)
        & (frame["order"] == "all")
        & (frame["concept"] == "resident")
        & frame["age_start"].isna()
        & (frame["year"] <= last)
    ]
    need(chosen, "births", f"births of {area}, series {series}")
    return {int(year): float(value) for year, value in zip(chosen["year"], chosen["births"], strict=True)}


def _births_on_record(frames: Frames, nation: str, models: Models) -> dict[int, float]:
    """Births met year by year: every year from the census to ``born_until`` must be there."""
    times, series = models.project.time, models.births.launch.observed
    births = _births(frames, nation, series, times.born_until)
    missing = [year for year in range(times.census.year, times.born_until + 1) if year not in births]
    if missing:
        raise InputError.one(
            "data/**/births",
            f"births of {nation}, series {series}, for every year {times.census.year}-{times.born_until}",
            f"none for {', '.join(map(str, missing[:10]))}",
            "add the years, or set time.born_until in models/project.toml to the last year on record",
        )
    return births


def _guide(frames: Frames, nation: str, models: Models) -> dict[int, float]:
    """Births that shape single years of age: a run of years without a hole."""
    guide = _births(frames, nation, models.births.launch.guide, models.project.time.census.year)
    missing = [year for year in range(min(guide), models.project.time.census.year + 1) if year not in guide]
    if missing:
        what = f"births of {nation}, series {models.births.launch.guide}, without a hole up to the census"
        raise InputError.one("data/**/births", what, f"none for {', '.join(map(str, missing[:10]))}", "add the years")
    return guide


def _whole(table: pd.DataFrame, name: str, what: str) -> Floats:
    """The cells of a table with no hole in it; ``InputError`` with the first ten holes (law 9)."""
    holes = table.isna().to_numpy()
    if holes.any():
        cells = [f"{table.index[row]} {table.columns[column]}" for row, column in zip(*np.nonzero(holes), strict=True)]
        raise InputError.one(
            f"data/**/{name}", what, f"{len(cells)} cells without a row: {'; '.join(cells[:10])}", "add the rows"
        )
    return table.to_numpy(np.float64)


def _births_from_rates(frames: Frames, area: str) -> dict[int, float]:
    """Births = crude birth rate x mean of the totals at both ends of the year, where all three are known."""
    frame = frames["rates"]
    chosen = frame[
        (frame["area"] == area)
        & (frame["measure"] == "crude_birth_rate")
        & (frame["series"] == "published")
        & (frame["concept"] == "resident")
    ]
    totals = _totals(frames, area)
    rates = {int(year): float(rate) for year, rate in zip(chosen["year"], chosen["per_1000"], strict=True)}
    return {
        year: rate / 1000.0 * 0.5 * (totals[year - 1] + totals[year])
        for year, rate in sorted(rates.items())
        if year in totals and year - 1 in totals
    }


def _totals(frames: Frames, area: str) -> dict[int, float]:
    frame = frames["totals"]
    chosen = frame[
        (frame["area"] == area)
        & (frame["basis"] == "year_end")
        & (frame["group"] == "all")
        & (frame["concept"] == "resident")
    ]
    return {
        int(day.year): float(people)
        for day, people in zip(pd.to_datetime(chosen["date"]), chosen["people"], strict=True)
    }


def _death_rates(frames: Frames, nation: str, models: Models) -> DeathRates:
    spec = models.ageing.national
    frame = frames["death_rates"]
    chosen = frame[(frame["area"] == nation) & (frame["period_end"] <= spec.last_period) & frame["sex"].isin(SEXES)]
    need(chosen, "death_rates", f"death rates of {nation} up to {spec.last_period}")
    table = chosen.pivot_table(
        index=["period_start", "period_end", "sex"], columns="age_start", values="deaths_per_person_year"
    )
    periods = sorted({(int(a), int(b)) for a, b, _ in table.index})
    wanted = pd.MultiIndex.from_tuples([(a, b, sex) for a, b in periods for sex in SEXES])
    cells = _whole(table.reindex(wanted), "death_rates", f"a rate of {nation} for every period, sex and age group")
    if len(periods) < LEAST_PERIODS:
        where, what = "models/ageing.toml, key national.last_period", f"{LEAST_PERIODS} periods of death rates up to it"
        raise InputError.one(where, what, f"{len(periods)} up to {spec.last_period}", "take a later one")
    rates = cells.reshape(len(periods), len(SEXES), -1)
    middles = np.array([(a + b) / 2.0 for a, b in periods])
    years = range(spec.e0_first, spec.e0_last + 1)
    e0 = np.column_stack([_series(_outlook(frames, nation, spec.rates, f"e0_{sex}"), years) for sex in SEXES])
    return DeathRates(middles, rates, table.columns.to_numpy(float), tuple(years), e0)


def _series(known: Mapping[int, float], years: range) -> Floats:
    missing = [year for year in years if year not in known]
    if missing:
        raise InputError.one(
            "data/**/outlook", f"a value for {years[0]}-{years[-1]}", f"none for {missing[:10]}", "add the years"
        )
    return np.array([known[year] for year in years])


def _gain(frames: Frames, province: str, nation: str, year: int) -> float:
    frame = frames["life_expectancy"]
    values = []
    for area in (province, nation):
        chosen = frame[(frame["area"] == area) & (frame["year"] == year) & (frame["sex"] == "both")]
        need(chosen, "life_expectancy", f"life expectancy of {area} in {year}, both sexes")
        values.append(float(chosen["e0"].iloc[0]))
    return values[0] - values[1]


def _shapes(frames: Frames, nation: str) -> AgeShapes:
    frame = frames["fertility_shape"]
    chosen = need(frame[frame["area"] == nation], "fertility_shape", f"age shapes of {nation}")
    table = chosen.pivot_table(index=["period_start", "period_end"], columns="age_start", values="percent_of_tfr")
    cells = _whole(
        table.reindex(columns=FERTILE_STARTS), "fertility_shape", f"a share of {nation} for every period and age group"
    )
    shares = single_age_shape(cells)
    return AgeShapes(np.array([(a + b) / 2.0 for a, b in table.index]), shares)


def _outlook(frames: Frames, nation: str, series: str, column: str) -> dict[int, float]:
    frame = frames["outlook"]
    chosen = need(
        frame[(frame["area"] == nation) & (frame["series"] == series)], "outlook", f"series {series} of {nation}"
    )
    return {
        int(year): float(value)
        for year, value in zip(chosen["year"], chosen[column], strict=True)
        if not np.isnan(value)
    }
