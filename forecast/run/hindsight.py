"""The forecast that could have been made at the previous census, against the census that came (Harbin: 2010 to 2020).

Nothing published about later years enters: mortality by the rates and life expectancies up to then, fertility held at
the level of that census, students held, and migration from the one sign of it that a single census holds: residents
over registered people, area by area, as gross moves or as net rates.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.axes import AGE, AGES, SEX, Floats, Population
from forecast.demography import flow_ground
from forecast.demography.cohort import CohortComponent, women_exposed
from forecast.demography.conditions import noise_of, student_rule
from forecast.demography.engine import Components, Engine, History
from forecast.demography.evidence import Evidence
from forecast.demography.flow_ground import Arrivals, Beyond
from forecast.demography.flows import OriginDestination
from forecast.demography.ground import boys_share
from forecast.demography.hamilton_perry import HamiltonPerry
from forecast.demography.launch import Launch, launch
from forecast.demography.migration import NetMigration, model_schedule
from forecast.demography.mortality import BrassDrift, BrassShift, FittedMortality, tables
from forecast.demography.noise import Draws
from forecast.demography.plain import NoChange
from forecast.demography.sampled import Trajectories
from forecast.demography.students import StudentRule
from forecast.run.inputs import Frames
from forecast.run.model import Result

GROUPS: Mapping[str, tuple[int, int]] = {
    "0-4": (0, 5),
    "5-9": (5, 10),
    "10-14": (10, 15),
    "15-59": (15, 60),
    "60+": (60, AGES),
    "65+": (65, AGES),
    "80+": (80, AGES),
    "all": (0, AGES),
}
DRAWN = "cohort"
"""The engine whose trajectories are drawn in hindsight."""
TRAJECTORIES = 400
YEARS_TO_GATHER = 10.0
"""Years over which the gap between residents and registered people is taken to have come about; assumed."""


@dataclass(frozen=True, slots=True, eq=False)
class Hindsight:
    """Forecasts of the launch year made at the previous census, and what came.

    forecasts  people by engine (area, sex, age);  actual  likewise
    bands      ends of the 80 % interval of the engine that draws trajectories, by group (area,)
    """

    areas: tuple[str, ...]
    origin: int
    target: int
    forecasts: Mapping[str, Floats]
    actual: Floats
    bands: Mapping[str, tuple[Floats, Floats]]

    def table(self) -> pd.DataFrame:
        """One row per engine, area and age group: forecast, interval where it has one, actual, error in percent."""
        rows = []
        for engine, people in self.forecasts.items():
            for group, (low, high) in GROUPS.items():
                got, came = (x[..., low:high].sum(axis=(SEX, AGE)) for x in (people, self.actual))
                ends = self.bands[group] if engine == DRAWN else np.full((2, len(self.areas)), np.nan)
                ahead = self.target - self.origin
                for area, one, other, p10, p90 in zip(self.areas, got, came, *ends, strict=True):
                    error = 100.0 * (one / other - 1.0)
                    rows.append((engine, area, self.origin, ahead, group, one, p10, p90, other, error))
        names = ["engine", "area", "year", "horizon", "group", "forecast", "p10", "p90", "actual", "error"]
        return pd.DataFrame(rows, columns=names)

    def covered(self) -> dict[str, float]:
        """Share of areas whose outcome lay in the 80 % interval, in percent, by group."""
        found = {}
        for group, (low, high) in GROUPS.items():
            came = self.actual[..., low:high].sum(axis=(SEX, AGE))
            below, above = self.bands[group]
            found[group] = float(100.0 * np.mean((came >= below) & (came <= above)))
        return found

    def summary(self) -> pd.DataFrame:
        """One row per engine and group: mean absolute error over areas, error of the city, worst area; in percent."""
        table = self.table()
        grouped = table.groupby(["engine", "group"], sort=False)
        sums = grouped[["forecast", "actual"]].sum()
        out = pd.DataFrame(
            {
                "mape": grouped["error"].apply(lambda x: float(x.abs().mean())),
                "bias": 100.0 * (sums["forecast"] / sums["actual"] - 1.0),
                "worst": grouped["error"].apply(lambda x: float(x.abs().max())),
            }
        )
        return out.reset_index()


def hindsight(result: Result, frames: Frames) -> Hindsight:
    """Project from the previous census with what was known then."""
    evidence = _as_of(result.evidence)
    year, target = result.evidence.censuses[0].date.year, result.evidence.censuses[1].date.year
    years = range(year + 1, target + 1)
    mortality = BrassDrift().fit(evidence.rates)
    shift = BrassShift.to_e0(mortality.predict(range(year, year + 1))[0], _gain_then(frames, evidence, year))
    rule = student_rule(evidence.areas, result.models.movement)
    start = _launch_then(evidence, mortality, shift, rule)
    net = _register_rates(evidence, frames, start.stock.people - start.students)
    gross = _register_flows(result, evidence, net, mortality, start, years)
    conditions = _conditions(evidence, mortality, shift, start, years, net)
    plain = History((_ten_years_before(start.stock, shift, mortality), start.stock), components=conditions)
    cohort = CohortComponent(noise=noise_of(result.models.uncertainty))
    engines: dict[str, Engine] = {"hamilton-perry": HamiltonPerry(), "no-change": NoChange()}
    fitted = {name: engine.fit(plain) for name, engine in engines.items()}
    if gross is None:
        fitted = {DRAWN: cohort.fit(plain), **fitted}
    else:
        moved = dataclasses.replace(plain, components=dataclasses.replace(conditions, migration=gross))
        fitted = {DRAWN: cohort.fit(moved), "net-rates": cohort.fit(plain), **fitted}
    found = {name: item.predict(years).people[-1] for name, item in fitted.items()}
    draws = Draws(result.models.uncertainty.draws.seed, range(TRAJECTORIES), evidence.city)
    bands = _bands(fitted[DRAWN].sample(years, draws), len(evidence.areas))
    return Hindsight(evidence.areas, year, target, found, result.systems.launches["districts"][1].stock.people, bands)


def _bands(sampled: Trajectories, areas: int) -> dict[str, tuple[Floats, Floats]]:
    """Ends of the 80 % interval of each group in the last year, by area."""
    ends = np.stack(
        [np.quantile(sampled.sums(area, tuple(GROUPS.values()))[:, -1], [0.1, 0.9], axis=-1) for area in range(areas)],
        axis=-1,
    )
    return {group: (ends[0, place], ends[1, place]) for place, group in enumerate(GROUPS)}


def _as_of(evidence: Evidence) -> Evidence:
    """The evidence without anything about years after the previous census."""
    year = evidence.censuses[0].date.year
    known = evidence.rates
    keep = known.periods <= year
    before = [place for place, item in enumerate(known.years) if item <= year]
    rates = dataclasses.replace(
        known,
        periods=known.periods[keep],
        rates=known.rates[keep],
        years=tuple(known.years[i] for i in before),
        e0=known.e0[before],
    )
    first = evidence.shapes.middles <= year
    shapes = dataclasses.replace(
        evidence.shapes, middles=evidence.shapes.middles[first], shares=evidence.shapes.shares[first]
    )
    births = {place: {y: v for y, v in series.items() if y <= year} for place, series in evidence.births.items()}
    guide = {y: v for y, v in evidence.guide.items() if y <= year}
    boys = {y: v for y, v in evidence.boys_per_girl.items() if y <= year}
    censuses = (evidence.censuses[0], evidence.censuses[0])
    return dataclasses.replace(
        evidence,
        censuses=censuses,
        rates=rates,
        shapes=shapes,
        births=births,
        guide=guide,
        totals={},
        boys_per_girl=boys,
    )


def _gain_then(frames: Frames, evidence: Evidence, year: int) -> float:
    table = frames["life_expectancy"]
    known = table[(table["year"] == year) & (table["sex"] == "both")].set_index("area")["e0"]
    if not {evidence.province, evidence.nation} <= set(known.index):
        return 0.0
    return float(known[evidence.province] - known[evidence.nation])


def _launch_then(evidence: Evidence, mortality: FittedMortality, shift: BrassShift, rule: StudentRule) -> Launch:
    census = evidence.censuses[0]
    year = range(census.date.year, census.date.year + 1)
    national = shift.apply(mortality.predict(year)[0])
    boys = float(boys_share(evidence, year)[0])
    return launch(
        evidence, census, census.districts, evidence.areas, evidence.city, national, boys, rule, census.quarters
    )


def _conditions(
    evidence: Evidence,
    mortality: FittedMortality,
    shift: BrassShift,
    start: Launch,
    years: range,
    migration: NetMigration,
) -> Components:
    people = start.stock.people
    students = start.students
    shape = np.repeat(evidence.shapes.at(range(years[0] - 1, years[0])), len(years), axis=0)
    level = start.births / women_exposed(people - students, shape[0])
    return Components(
        years,
        shift.apply(mortality.predict(years)),
        shape,
        boys_share(evidence, years),
        np.ones(len(years)),
        level,
        np.ones(len(years)),
        migration,
        np.repeat(students[None], len(years) + 1, axis=0),
    )


def _register_rates(evidence: Evidence, frames: Frames, people: Floats) -> NetMigration:
    """Yearly net rates log(residents / registered) / ten years, by age as in the model schedule, students not counted.

    An area with fewer residents than registered people has been losing, and goes on at that pace. Areas
    without a count of registered people do not move.
    """
    table = frames["indicators"]
    day = pd.Timestamp(evidence.censuses[0].date)
    known = table[(table["indicator"] == "hukou_pop") & (table["date"] == day)].set_index("area")["value"]
    residents = people.sum(axis=(SEX, AGE))
    registered = np.array([float(known.get(area, residents[i])) for i, area in enumerate(evidence.areas)])
    yearly = np.expm1(np.log(residents / registered) / YEARS_TO_GATHER)
    schedule = model_schedule()
    whole = people.sum(axis=SEX)
    profile = schedule / ((whole * schedule).sum(axis=AGE) / whole.sum(axis=AGE))[:, None]
    rates = np.repeat((yearly[:, None] * profile)[:, None, :], people.shape[1], axis=1)
    parent = (rates * people).sum(axis=0) / people.sum(axis=0)
    return NetMigration(rates, parent, np.ones(people.shape[1:]), 1.0, 1.0, fixed=True)


def _register_flows(
    result: Result, evidence: Evidence, net: NetMigration, mortality: FittedMortality, start: Launch, years: range
) -> OriginDestination | None:
    """The same net as gross moves: arrivals from those registered elsewhere at that one census; None without a count.

    Nothing of later years enters: the pools stay as they were, the past imbalance holds in full.
    """
    place, gravity = evidence.settlement, result.models.movement.gravity
    if place is None or gravity is None:
        return None
    people = start.stock.people - start.students
    students = start.students.sum(axis=(SEX, AGE))
    arrivals = Arrivals.of_one(place.near[0], place.far[0], students, YEARS_TO_GATHER)
    parents = [_parent_then(evidence, mortality, system) for system in ("province", "nation")]
    held = [np.repeat(parent[None], len(years) + 1, axis=0) for parent in parents]
    beyond = Beyond.of(people.sum(axis=0), held[0], held[1], start.stock.year)
    return flow_ground.fitted(net, people, arrivals, place, beyond, gravity)


def _parent_then(evidence: Evidence, mortality: FittedMortality, system: str) -> Floats:
    """People of a parent by sex and single age (sex, age) at the previous census, by what was known then."""
    census, code = evidence.censuses[0], evidence.place(system)
    year = range(census.date.year, census.date.year + 1)
    boys = float(boys_share(evidence, year)[0])
    rates = mortality.predict(year)[0]
    return np.asarray(launch(evidence, census, census.groups(system), (code,), code, rates, boys).stock.people[0])


def _ten_years_before(stock: Population, shift: BrassShift, mortality: FittedMortality) -> Population:
    """The stock that survival alone would have brought to the launch: Hamilton-Perry with the life table's ratios.

    Ratios between two censuses of the districts could not be had at the previous one.
    """
    rates = shift.apply(mortality.predict(range(stock.year - 5, stock.year - 4))[0])
    survival = tables(rates).S
    people = stock.people
    for _ in range(10):
        back = np.zeros_like(people)
        back[..., :-2] = people[..., 1:-1] / survival[:, 1:-1]
        last = people[..., -1] / survival[:, -1]
        share = people[..., -2] / np.maximum(people[..., -2] + people[..., -1], 1e-9)
        back[..., -2], back[..., -1] = last * share, last * (1.0 - share)
        people = back
    return Population(stock.areas, stock.year - 10, people)
