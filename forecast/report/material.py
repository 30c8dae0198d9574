"""Everything the report shows, read once from a finished run and used for every language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from forecast.axes import AGE, PUBLISHED_OPEN_AGE, SEX, SEXES, Floats
from forecast.demography.parity_measures import ORDER_NAMES
from forecast.kernels.controls import largest_remainder
from forecast.report.demand import Demand, Totals, demand, status_by_year, totals, whole
from forecast.report.opened import Opened, frame, opened
from forecast.report.summary import Summary, summed

AGES = PUBLISHED_OPEN_AGE + 1
GROUP = 5
"""Width of the age groups of the tables; the last group is open."""


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Residents on 31 December of each year.

    single   persons, not rounded                                (year, area, sex, age)
    grouped  whole persons by five years of age, which sum up (law 4)   (year, area, sex, group)
    """

    years: tuple[int, ...]
    status: tuple[str, ...]
    single: Floats
    grouped: Floats

    def at(self, year: int) -> int:
        """Position of a year."""
        return self.years.index(year)

    def over(self, age: int) -> Floats:
        """Whole persons of an age (a multiple of five) and over: (year, area)."""
        return np.asarray(self.grouped[..., age // GROUP :].sum(axis=(SEX, AGE)))


@dataclass(frozen=True, slots=True, eq=False)
class Births:
    """Births of each calendar year in whole numbers: (year, area), and by order as they come: (order, year, area)."""

    years: tuple[int, ...]
    status: tuple[str, ...]
    born: Floats
    counts: Floats
    by_order: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """A run as the report needs it.

    totals     quantiles of people by broad age, of births and of school places: (cut, year of the demand, area)
    scenarios  the city's kindergarten places by scenario (year,)
    chances    probabilities for the city; None where no trajectory was run
    """

    run: Opened
    summary: Summary
    demand: Demand
    totals: Totals
    people: People
    births: Births
    scenarios: Mapping[str, Floats]
    assumptions: pd.DataFrame
    scores: pd.DataFrame
    chances: pd.DataFrame | None
    supply: pd.DataFrame
    sources: pd.DataFrame

    def fan(self, total: tuple[str, str], column: int) -> Floats | None:
        """Quantiles of a sum (measure, part) of one area (cut, year of the demand)."""
        cuts = self.totals.get(total)
        return None if cuts is None else cuts[:, :, column]


def gathered(folder: Path, scenario: str) -> Material:
    """Read a run; ``InputError`` if a table or the scenario is missing."""
    run = opened(folder, scenario)
    known = demand(run)
    sums = totals(run, known)
    return Material(
        run=run,
        summary=summed(run, known, sums),
        demand=known,
        totals=sums,
        people=_people(run, known),
        births=_births(run, known),
        scenarios=_scenarios(run, known),
        assumptions=frame(run, "assumptions", ["file", "key", "value", "unit", "status", "source", "why"]),
        scores=frame(
            run, "scores", ["engine", "area", "year", "horizon", "group", "forecast", "actual", "error"], every=True
        ),
        chances=_chances(run),
        supply=frame(
            run,
            "supply",
            ["area", "year", "service", "measure", "unit", "mean", "status", "confidence", "source"],
            every=True,
        ),
        sources=frame(run, "sources", ["source", "title", "publisher", "year", "licence"], every=True),
    )


def _people(run: Opened, known: Demand) -> People:
    order = {place.code: index for index, place in enumerate(known.places)}
    table = frame(run, "population", ["area", "year", "sex", "age", "point", "status"])
    area = table["area"].map(order).astype(float).to_numpy()
    table, area = table[~np.isnan(area)], area[~np.isnan(area)].astype(np.intp)
    years, year = np.unique(table["year"].to_numpy(), return_inverse=True)
    sex = table["sex"].map({name: index for index, name in enumerate(SEXES)}).to_numpy(dtype=np.intp)
    people = np.zeros((len(years), len(order), len(SEXES), AGES))
    people[year, area, sex, table["age"].to_numpy()] = table["point"].to_numpy()
    return People(tuple(int(y) for y in years), status_by_year(table), people, grouped(people))


def grouped(people: Floats) -> Floats:
    """Five-year groups in whole persons: areas sum to the city's total, the groups of an area to its total (law 4).

    people  (year, area, sex, age), the city last  ->  (year, area, sex, group)
    """
    starts = np.arange(0, people.shape[AGE], GROUP)
    cells = np.add.reduceat(people[:, :-1], starts, axis=AGE)
    totals = whole(people.sum(axis=(SEX, AGE)))
    flat = cells.reshape(*cells.shape[:2], -1)
    rounded = largest_remainder(flat, totals[:, : cells.shape[1]]).reshape(cells.shape)
    return np.concatenate([rounded, rounded.sum(axis=1, keepdims=True)], axis=1)


def _births(run: Opened, known: Demand) -> Births:
    table = frame(run, "births", ["area", "year", "part", "point", "share_born", "status"])
    order = {place.code: index for index, place in enumerate(known.places)}
    area = table["area"].map(order).to_numpy(dtype=np.intp)
    years, year = np.unique(table["year"].to_numpy(), return_inverse=True)
    part = table["part"].map({name: place for place, name in enumerate(("all", *ORDER_NAMES))}).to_numpy(dtype=np.intp)
    counts = np.zeros((1 + len(ORDER_NAMES), len(years), len(order)))
    np.add.at(counts, (part, year, area), table["point"].to_numpy())
    born = table.drop_duplicates("year").sort_values("year")["share_born"].to_numpy(dtype=np.float64)
    return Births(tuple(int(y) for y in years), status_by_year(table), born, whole(counts[0]), counts[1:])


def _chances(run: Opened) -> pd.DataFrame | None:
    """Probabilities for the city; None where no trajectory was run."""
    if not (run.folder / "chances.parquet").is_file():
        return None
    where = [("scenario", "=", run.scenario), ("area", "=", run.city)]
    return frame(run, "chances", ["year", "service", "measure", "probability"], where=where)


def _scenarios(run: Opened, known: Demand) -> dict[str, Floats]:
    wanted = [
        ("area", "=", run.city),
        ("service", "=", "kindergarten"),
        ("part", "=", "all"),
        ("measure", "=", "places"),
    ]
    table = frame(run, "demand", ["scenario", "year", "point"], where=wanted)
    found = {}
    for name in run.manifest["scenarios"]:
        rows = table[table["scenario"] == name].sort_values("year")
        if tuple(int(year) for year in rows["year"]) == known.years:
            found[str(name)] = rows["point"].to_numpy(dtype=np.float64)
    return found
