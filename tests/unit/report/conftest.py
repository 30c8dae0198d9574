"""A finished run small enough to check in the head: two areas, five years, numbers one can add up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.axes import SEXES
from forecast.report.summary import MAIN, STAFF
from forecast.tables.write import ParquetFile

YEARS = (2020, 2021, 2022, 2023, 2024)
STATUS = ("nowcast", "nowcast", "projected", "projected", "projected")
BAD = '<script>alert("x")</script>&乙'
AREAS = (("A1", "甲区", "district"), ("A2", BAD, "county"), ("C", "丙市", "city"))
BORN = (1.0, 1.0, 1.0, 0.5, 0.0)
FIRST = (10.0, 12.0, 9.0, 8.0, 6.0)
SECOND = (5.0, 5.0, 6.0, 7.0, 4.0)
BEDS = ((1.0, 2.0, 3.0, 4.0, 5.0), (2.0, 2.0, 2.0, 3.0, 3.0))
SCENARIOS = ("baseline", "low")
FACTORS = {"p05": 0.5, "p10": 0.75, "p25": 0.875, "p50": 1.0, "p75": 1.125, "p90": 1.25, "p95": 2.0}
"""Quantiles beside the point."""


def _rows(
    measure: str, first: Sequence[float], second: Sequence[float], born: Sequence[float], **fixed: str
) -> pd.DataFrame:
    values = np.array([first, second, np.add(first, second)]).T
    frame = pd.DataFrame(
        {
            "area": [area[0] for _ in YEARS for area in AREAS],
            "area_name": [area[1] for _ in YEARS for area in AREAS],
            "area_level": [area[2] for _ in YEARS for area in AREAS],
            "year": np.repeat(YEARS, len(AREAS)),
            "point": values.reshape(-1),
            "share_born": np.repeat(born, len(AREAS)),
            "status": np.repeat(STATUS, len(AREAS)),
        }
    )
    return spread(frame).assign(measure=measure, unit=measure, **fixed)


def spread(frame: pd.DataFrame) -> pd.DataFrame:
    """Quantiles from 2022 on, and a mean that is not the point: what shows the mean by mistake is seen."""
    for name, factor in (("mean", 3.0), *FACTORS.items()):
        frame[name] = frame["point"] * np.where(frame["year"] < 2022, 1.0, factor)
    return frame


def _demand(scenario: str) -> pd.DataFrame:
    scale = 1.0 if scenario == "baseline" else 0.5
    parts = []
    for service, main in MAIN.items():
        old = service == "eldercare"
        first, second = BEDS if old else (FIRST, SECOND)
        born = (np.nan,) * 5 if old else BORN
        low, high = ([value * scale for value in values] for values in (first, second))
        parts += [_rows(measure, low, high, born, service=service, part="all") for measure in (main, *STAFF[service])]
    parts.append(_rows("wish", FIRST, SECOND, BORN, service="nursery", part="all"))
    parts.append(_rows("places", FIRST, SECOND, (np.nan,) * 5, service="nursery", part="standard"))
    parts.append(_rows("beds", FIRST, SECOND, (np.nan,) * 5, service="eldercare", part="institution-policy"))
    parts.append(_rows("beds", FIRST, SECOND, (np.nan,) * 5, service="eldercare", part="standard-least"))
    return pd.concat(parts, ignore_index=True).assign(scenario=scenario)


def _population(scenario: str) -> pd.DataFrame:
    """Of each sex and age 1.5 people in A1 and 0.25 in A2, in every year; a province that the report must pass over."""
    rows = []
    for year, status in zip(YEARS, ("observed", *STATUS[1:]), strict=True):
        for (code, name, level), people in zip((*AREAS, ("P", "省", "province")), (1.5, 0.25, 1.75, 99.0), strict=True):
            rows += [
                (scenario, code, name, level, year, sex, age, people, status) for sex in SEXES for age in range(101)
            ]
    return pd.DataFrame(
        rows, columns=["scenario", "area", "area_name", "area_level", "year", "sex", "age", "point", "status"]
    ).assign(mean=7.0)


def _births(scenario: str) -> pd.DataFrame:
    """Two ages of mothers with 1.2 births each in A1 and 0.8 each in A2, three quarters of them first ones."""
    rows = [
        (scenario, code, year, age, part, share * births, *(("nowcast", 1.0) if year <= 2022 else ("projected", 0.0)))
        for year in YEARS[1:]
        for code, births in (("A1", 1.2), ("A2", 0.8), ("C", 2.0))
        for age in (20, 21)
        for part, share in (("all", 1.0), ("1", 0.75), ("2", 0.25), ("3+", 0.0))
    ]
    heads = ["scenario", "area", "year", "age", "part", "point", "status", "share_born"]
    return pd.DataFrame(rows, columns=heads).assign(mean=7.0)


def _totals(scenario: str) -> pd.DataFrame:
    """The sums of the other tables: 202 cells of people, 82 of them at 60 and over, two ages of mothers."""
    rows = []
    for code, each, births, school in (("A1", 1.5, 2.4, FIRST), ("A2", 0.25, 1.6, SECOND)):
        for place, year in enumerate(YEARS):
            sums = [("residents", "all", 202 * each), ("residents", "60+", 82 * each), ("residents", "80+", 42 * each)]
            sums += [("births", "all", births)] * (place > 0) + [("school-places", "all", 4 * school[place])]
            rows += [(scenario, code, year, *item) for item in sums]
    frame = pd.DataFrame(rows, columns=["scenario", "area", "year", "measure", "part", "point"])
    keys = ["scenario", "year", "measure", "part"]
    city = frame.groupby(keys, sort=False, as_index=False)["point"].sum().assign(area="C")
    return spread(pd.concat([frame, city], ignore_index=True))


def _chances(scenario: str) -> pd.DataFrame:
    """Beds may peak late, places hardly; what exists is known for nurseries alone; of A1 nothing is to be shown."""
    rows = [
        (scenario, "C", year, service, measure, chance)
        for service in MAIN
        for year in YEARS
        for measure, chance in (
            ("peak-after", 0.75 if service == "eldercare" and year < 2024 else 0.0),
            ("above-now", 1.0),
        )
    ]
    rows += [(scenario, "C", year, "nursery", "above-capacity", 0.25) for year in YEARS]
    rows += [(scenario, "A1", year, "nursery", "peak-after", 0.5) for year in YEARS]
    return pd.DataFrame(rows, columns=["scenario", "area", "year", "service", "measure", "probability"])


def _coverage() -> pd.DataFrame:
    """Two sets that had no part in the widths, one that had, and the project itself."""
    rows = [
        ("finland-regions", "norway-municipalities + taiwan-townships", "all", "all", 80.0, 83.2, 1000),
        ("finland-regions", "norway-municipalities + taiwan-townships", "all", "1-3", 80.0, 90.0, 400),
        ("finland-regions", "norway-municipalities + taiwan-townships", "65+", "all", 80.0, 12.0, 400),
        ("finland-regions", "norway-municipalities + taiwan-townships", "all", "all", 50.0, 47.0, 1000),
        ("england-pupils", "norway-municipalities + taiwan-townships", "all", "all", 80.0, 78.4, 500),
        ("norway-municipalities", "norway-municipalities", "all", "all", 80.0, 99.0, 500),
        ("third", "", "0-4", "10", 80.0, 50.0, 2),
        ("third", "", "60+", "10", 80.0, 100.0, 2),
    ]
    heads = ["set", "calibrated_on", "group", "horizons", "nominal", "covered", "cases"]
    return pd.DataFrame(rows, columns=heads).assign(status="derived", source="s1")


def _balance(scenario: str) -> pd.DataFrame:
    """202 ages and sexes: 303 people in A1, 50.5 in A2."""
    rows = [
        (scenario, code, year, people, people, "persons")
        for year in YEARS[1:]
        for code, people in (("A1", 303.0), ("A2", 50.5), ("C", 353.5))
    ]
    return pd.DataFrame(rows, columns=["scenario", "area", "year", "start", "end", "unit"])


def _scores() -> pd.DataFrame:
    """The program errs by +50 and -50 %, Hamilton-Perry by +10 and -30 % at 60+; elsewhere the program wins."""
    rows = []
    for engine, young, aged in (
        ("cohort", (150.0, 50.0), (150.0, 50.0)),
        ("hamilton-perry", (200.0, 40.0), (110.0, 70.0)),
        ("no-change", (200.0, 200.0), (200.0, 200.0)),
    ):
        for group, forecasts in (("0-4", young), ("60+", aged)):
            rows += [
                (engine, area, 2010, 10, group, got, 100.0, got - 100.0)
                for area, got in zip(("A1", "A2"), forecasts, strict=True)
            ]
    return pd.DataFrame(rows, columns=["engine", "area", "year", "horizon", "group", "forecast", "actual", "error"])


def _assumptions(scenario: str) -> pd.DataFrame:
    rows = [
        ("models/ageing.toml", "shift", -0.02139, "logit of survivors", "derived", "s1", "why one"),
        ("models/school.toml", "structure of A1", 5.0, "primary years", "recalled", "s1", "ask <b>them</b>"),
        ("models/school.toml", "structure of A2", 5.0, "primary years", "recalled", "s1", "ask <b>them</b>"),
        ("models/movement.toml", "a key of nobody", 2000.0, "", "assumed", "s1", "why two"),
    ]
    frame = pd.DataFrame(rows, columns=["file", "key", "value", "unit", "status", "source", "why"])
    return frame.assign(scenario=scenario)


def _manifest() -> dict[str, object]:
    spec = {
        "project": {
            "project": {"name": "third", "city": "C", "title_zh": "丙市", "title_en": "Third City"},
            "time": {"census": "2020-11-01", "previous_census": "2010-11-01", "show": [2022, 2024], "born_until": 2022},
        }
    }
    titles = {"baseline": ("基准", "Baseline"), "low": ("低", "Low")}
    return {
        "run": "20240101T000000Z-abc",
        "scenarios": {
            name: {
                "title_zh": titles[name][0],
                "title_en": titles[name][1],
                "why": f"why {name}",
                "seed": 1,
                "trajectories": 500,
                "spec": spec,
            }
            for name in SCENARIOS
        },
        "areas": [{"area": "A2", "name_en": "Second"}],
        "status": {"observed": 2020, "nowcast_until": 2021, "born_until": 2022},
        "versions": {"laoyou": "0.0"},
    }


def write(folder: Path) -> Path:
    """The tiny run, written into a folder."""
    tables = {
        "demand": pd.concat([_demand(name) for name in SCENARIOS], ignore_index=True),
        "population": pd.concat([_population(name) for name in SCENARIOS], ignore_index=True),
        "births": pd.concat([_births(name) for name in SCENARIOS], ignore_index=True),
        "balance": pd.concat([_balance(name) for name in SCENARIOS], ignore_index=True),
        "totals": pd.concat([_totals(name) for name in SCENARIOS], ignore_index=True),
        "chances": pd.concat([_chances(name) for name in SCENARIOS], ignore_index=True),
        "coverage": _coverage(),
        "assumptions": pd.concat([_assumptions(name) for name in SCENARIOS], ignore_index=True),
        "scores": _scores(),
        "supply": pd.DataFrame(
            [("C", 2024, "nursery", "places", "places", 7.0, "verified", "high", "s1")],
            columns=["area", "year", "service", "measure", "unit", "mean", "status", "confidence", "source"],
        ),
        "sources": pd.DataFrame(
            [("s1", "Title <i>one</i>", "Office", np.nan, "free")],
            columns=["source", "title", "publisher", "year", "licence"],
        ),
    }
    for name, table in tables.items():
        with ParquetFile(folder / f"{name}.parquet", {"table": name}) as file:
            file.append(table)
    (folder / "manifest.json").write_text(json.dumps(_manifest(), ensure_ascii=False), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the tiny run; not to be written to."""
    return write(tmp_path_factory.mktemp("tiny"))


def without_trajectories(folder: Path) -> Path:
    """A tiny run in which no trajectory was run, and nobody said how often intervals hold."""
    for name in ("chances", "coverage"):
        (folder / f"{name}.parquet").unlink()
    for name in ("demand", "totals"):
        table = pd.read_parquet(folder / f"{name}.parquet")
        table[list(FACTORS)] = np.nan
        with ParquetFile(folder / f"{name}.parquet", {"table": name}) as file:
            file.append(table.assign(mean=table["point"]))
    says = json.loads((folder / "manifest.json").read_text("utf-8"))
    for scenario in says["scenarios"].values():
        scenario["trajectories"] = 0
    (folder / "manifest.json").write_text(json.dumps(says, ensure_ascii=False), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny run without trajectories; not to be written to."""
    return without_trajectories(write(tmp_path_factory.mktemp("plain")))


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A tiny run of one's own, to write into or to break."""
    return write(tmp_path)
