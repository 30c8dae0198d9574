"""Repeat the UN's own example of a cohort-component projection: Canada 1950-2020, single ages to 100+, both sexes.

The data are the example that the UN Population Division ships with ccmppWPP, in ``un-canada-1x1`` of the reference
folder: persons, migrants added at the end of the year, births on the mean of start and surviving women.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from forecast.axes import SEXES, Floats
from forecast.kernels.lifetable import period_deaths, period_deaths_by_rate, separation_factors
from forecast.kernels.step import Projection, project
from forecast.validate.check import Check, need

INPUTS = ("life_table", "fertility_rate", "net_migration", "population_base", "sex_ratio_at_birth")
OUTPUTS = ("population", "births_by_age_of_mother", "births", "deaths_cohort", "deaths_period")
RADIX = 100_000.0
"""People at birth in the published life tables."""

Cubes = Mapping[str, Floats]


def canada(folder: Path) -> list[Check]:
    """Project 70 years from the published inputs and compare every cell; ``folder`` holds ``un-canada-1x1``."""
    home = need(folder / "un-canada-1x1", [f"input_{name}.parquet" for name in INPUTS])
    need(home, [f"output_{name}.parquet" for name in OUTPUTS])
    given = {name: cube(home / f"input_{name}.parquet") for name in INPUTS[1:]}
    given |= {name: cube(home / "input_life_table.parquet", f"lt_{name}") for name in ("Sx", "lx", "nLx", "nMx")}
    published = {name: cube(home / f"output_{name}.parquet") for name in OUTPUTS}
    years = run(given)
    deaths = years.deaths[:, 0]
    by_age, cohorts = _period_deaths(years, given)
    cells = "largest relative error over 70 years"
    return [
        Check(
            "Canada: population", _apart(years.people[:, 0], published["population"]), 1e-12, f"{cells}, sex and age"
        ),
        Check("Canada: births by age", _apart(years.births[:, 0], published["births_by_age_of_mother"]), 1e-9, cells),
        Check("Canada: births by sex", _apart(years.newborns[:, 0], published["births"]), 1e-9, cells),
        Check("Canada: cohort deaths", _apart(deaths, published["deaths_cohort"]), 1e-12, f"{cells}, sex and age"),
        Check("Canada: period deaths", _apart(by_age, published["deaths_period"]), 1e-12, f"{cells}, sex and age"),
        Check(
            "Canada: deaths by separation factors",
            _apart(cohorts.sum(axis=-1), published["deaths_period"].sum(axis=-1)),
            1e-12,
            f"{cells}, totals of each sex; by age the UN's example takes rates times exposure instead",
        ),
    ]


def run(given: Cubes) -> Projection:
    """The projection from the published inputs."""
    ratio = given["sex_ratio_at_birth"]
    return project(
        given["population_base"],
        given["Sx"][:, None],
        given["fertility_rate"][:, None],
        (ratio / (1.0 + ratio))[:, None],
        given["net_migration"][:, None],
        years=len(ratio),
        timing="end",
        exposure="survivors",
    )


def _period_deaths(years: Projection, given: Cubes) -> tuple[Floats, Floats]:
    """Deaths by age at death (year, sex, age): as the UN's example has them, and by separation factors."""
    people, deaths = years.people[:, 0], years.deaths[:, 0]
    survivors = people[1:] - given["net_migration"]
    factors = separation_factors(given["lx"] / RADIX, given["nLx"] / RADIX)
    by_rate = period_deaths_by_rate(given["nMx"], people[:-1], survivors, deaths.sum(axis=-1))
    return by_rate, period_deaths(deaths, factors)


def cube(path: Path, indicator: str | None = None) -> Floats:
    """Values of a long table by year, sex (male, female) and age, as far as it has these columns."""
    frame = pd.read_parquet(path)
    if indicator is not None:
        frame = frame[frame["indicator"] == indicator]
    if "sex" in frame:
        frame = frame[frame["sex"] != "both"]
        frame = frame.assign(sex=frame["sex"].map({name: place for place, name in enumerate(SEXES)}))
    keys = [key for key in ("time_start", "sex", "age_start") if key in frame]
    frame = frame.sort_values(keys)
    return frame["value"].to_numpy(dtype=np.float64).reshape([frame[key].nunique() for key in keys])


def _apart(ours: Floats, theirs: Floats) -> float:
    """Largest relative error; where the published value is 0, ours must be 0 too."""
    size = np.where(theirs == 0.0, 1.0, np.abs(theirs))
    return float(np.max(np.abs(ours - theirs) / size))
