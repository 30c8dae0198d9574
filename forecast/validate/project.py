"""A project held against what was published about it: base, totals, shares, deaths, and hindsight."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd

from forecast.axes import AGE, FEMALE, FERTILE, SEX, Floats
from forecast.demography.conditions import build, student_rule
from forecast.demography.engine import Forecast
from forecast.demography.ground import lay
from forecast.project.load import some_scenarios
from forecast.run.hindsight import hindsight
from forecast.run.inputs import Frames
from forecast.run.model import Result, compute
from forecast.tables.project_tables import read_tables
from forecast.validate.check import Check

Known = tuple[Result, Frames]


def baseline(project: Path) -> Known:
    """The first scenario of a project (the baseline) and the tables it was computed from."""
    frames = read_tables(project)
    return compute(project, frames, some_scenarios(project)[0]), frames


def project_checks(known: Known) -> list[Check]:
    """Hold a computed project against its own published figures."""
    result, frames = known
    return [
        *_base(result),
        *_accounts(result),
        *_orders(result),
        *_free_totals(result),
        *_register(result, frames),
        *_shares(result, frames),
        *_deaths(result, frames),
        *_old(result, frames),
    ]


def hindsight_table(known: Known) -> pd.DataFrame:
    """Errors of a forecast from the previous census to this one, beside Hamilton-Perry and no change, in percent."""
    return hindsight(*known).summary()


def _base(result: Result) -> list[Check]:
    checks = []
    for place, census in enumerate(result.evidence.censuses):
        for system, groups in (
            ("districts", census.districts),
            ("province", census.province[None]),
            ("nation", census.nation[None]),
        ):
            single = result.systems.launches[system][place].at_census
            again = np.add.reduceat(single, census.starts.astype(int), axis=AGE)
            worst = float(np.max(np.abs(again / groups - 1.0)))
            what = f"single years of age on {census.date}, summed back to every published group"
            checks.append(Check(f"base {census.date.year}, {system}", worst, 1e-12, what))
    return checks


def _accounts(result: Result) -> list[Check]:
    worst = 0.0
    for system in ("nation", "province", "districts"):
        forecast: Forecast = getattr(result.systems, system)
        people = forecast.people.sum(axis=(SEX, AGE))
        flows = forecast.accounts
        gap = (
            people[1:]
            - people[:-1]
            - flows.births.sum(axis=AGE)
            + flows.deaths.sum(axis=(SEX, AGE))
            - flows.migration.sum(axis=(SEX, AGE))
        )
        worst = max(worst, float(np.max(np.abs(gap) / people[1:])))
    totals = result.evidence.totals.get(result.evidence.city, {})
    city = _totals(result.systems.districts)
    met = max((abs(city[year] / known - 1.0) for year, known in totals.items() if year in city), default=0.0)
    return [
        Check("balance", worst, 1e-9, "P(t+1) = P(t) + B - D + M, every area and year (law 6)"),
        Check(
            "known totals of the city met",
            met,
            1e-9,
            f"districts sum to the published totals of {', '.join(map(str, sorted(totals)))}",
        ),
    ]


def _orders(result: Result) -> list[Check]:
    """Births by order and women by number of children, against the births, the women and the children counted."""
    forecast, students = result.systems.districts, result.systems.students
    mothers = forecast.by_order
    born = forecast.accounts.births[..., FERTILE.start : FERTILE.stop]
    apart = float(np.max(np.abs(mothers.births.sum(axis=2) - born) / np.maximum(born, 1.0)))
    checks = [Check("births by order", apart, 1e-9, "they sum to the births of every area, year and age of mother")]
    if not mothers.moving or result.evidence.orders is None:
        return checks
    women = (forecast.people - students)[:, :, FEMALE, FERTILE.start : FERTILE.stop]
    missing = float(np.max(np.abs(mothers.women.sum(axis=2) - women) / np.maximum(women, 1.0)))
    ever, counted = result.systems.orders.ever_born["districts"], result.evidence.orders.children
    far = max(abs(mean / counted[code] - 1.0) for code, mean in zip(result.evidence.areas, ever, strict=True))
    return [
        *checks,
        Check("women by number of children", missing, 1e-9, "they sum to the women of every area, year and age"),
        Check(
            "children ever born",
            far,
            1e-6,
            "mean of women of 15-64 at the launch against the census, district by district",
        ),
    ]


def _totals(forecast: Forecast) -> dict[int, float]:
    return {year: float(people.sum()) for year, people in zip(forecast.years, forecast.people, strict=True)}


def _free_totals(result: Result) -> list[Check]:
    """What the projection would have said of the years after the census without being told their totals."""
    city = result.evidence.city
    launch = result.people.years[0]
    known = result.evidence.totals.get(city, {})
    later = {year: value for year, value in known.items() if year > launch}
    told = {
        place: series if place != city else {y: v for y, v in series.items() if y <= launch}
        for place, series in result.evidence.totals.items()
    }
    rule = student_rule(result.evidence.areas, result.models.movement)
    free = _totals(build(lay(dataclasses.replace(result.evidence, totals=told), rule), result.models).districts)
    return [
        Check(
            f"total {year} without being told",
            abs(free[year] / value - 1.0),
            0.01,
            "projected from the census alone against the published total",
        )
        for year, value in sorted(later.items())
    ]


def _register(result: Result, frames: Frames) -> list[Check]:
    table = frames["births"]
    chosen = table[
        (table["area"] == result.evidence.city) & (table["concept"] == "registered") & (table["order"] == "all")
    ]
    births = dict(zip(result.people.years, result.people.births.sum(axis=1), strict=True))
    return [
        Check(
            f"births {year} beside the register",
            abs(births[year] / value - 1.0),
            0.15,
            f"{births[year]:,.0f} resident births against {value:,.0f} registered: two concepts, not to be met (law 8)",
        )
        for year, value in zip(chosen["year"].astype(int), chosen["births"].astype(float), strict=True)
        if year in births
    ]


def _shares(result: Result, frames: Frames) -> list[Check]:
    table = frames["indicators"]
    forecast, code = result.systems.province, result.evidence.province
    bounds = {"share_0_14": (0, 15), "share_65plus": (65, None)}
    chosen = table[(table["area"] == code) & table["indicator"].isin(list(bounds)) & (table["concept"] == "resident")]
    checks = []
    for day, name, value in zip(chosen["date"], chosen["indicator"], chosen["value"].astype(float), strict=True):
        if day.year not in forecast.years[1:]:
            continue
        people = forecast.at(day.year).sum(axis=(0, SEX))
        share = 100.0 * float(people[slice(*bounds[name])].sum() / people.sum())
        checks.append(
            Check(
                f"province {name} {day.year}",
                abs(share - value),
                0.3,
                f"{share:.2f} % against {value:g} % published; percentage points",
            )
        )
    return checks


def _deaths(result: Result, frames: Frames) -> list[Check]:
    table = frames["rates"]
    forecast, code = result.systems.province, result.evidence.province
    chosen = table[
        (table["area"] == code) & (table["measure"] == "crude_death_rate") & (table["concept"] == "resident")
    ]
    rates = {int(year): float(rate) for year, rate in zip(chosen["year"], chosen["per_1000"], strict=True)}
    totals = _totals(forecast)
    checks = []
    if forecast.flows is not None:
        for place, year in enumerate(forecast.years[1:]):
            if year in rates:
                crude = 1000.0 * float(forecast.flows.deaths[place].sum()) / (0.5 * (totals[year - 1] + totals[year]))
                checks.append(
                    Check(
                        f"province deaths {year}",
                        abs(crude / rates[year] - 1.0),
                        0.03,
                        f"{crude:.2f} per 1000 against {rates[year]:g} published; not fitted to it",
                    )
                )
    return checks


def _old(result: Result, frames: Frames) -> list[Check]:
    table = frames["totals"]
    forecast, code = result.systems.nation, result.evidence.nation
    bounds = {"age_60_plus": 60, "age_65_plus": 65}
    chosen = table[(table["area"] == code) & table["group"].isin(list(bounds)) & (table["basis"] == "year_end")]
    checks = []
    for day, group, value in zip(chosen["date"], chosen["group"], chosen["people"].astype(float), strict=True):
        if day.year in forecast.years[1:]:
            people = float(_from(forecast.at(day.year), bounds[group]))
            checks.append(
                Check(
                    f"nation {group} {day.year}",
                    abs(people / value - 1.0),
                    0.01,
                    f"{people / 1e6:.1f} million against {value / 1e6:.1f} published",
                )
            )
    return checks


def _from(people: Floats, age: int) -> float:
    return float(people[..., age:].sum())
