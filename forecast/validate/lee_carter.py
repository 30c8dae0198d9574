"""Lee-Carter beside two R packages: French women 1950-2006 (demography), English and Welsh men 1961-2011 (StMoMo).

Inputs and fits are in ``lee-carter`` of the reference folder; the mortality data are the Human Mortality Database's, as
the packages ship them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from forecast.axes import Floats
from forecast.kernels.lee_carter import lee_carter, meet_deaths, meet_deaths_by_age, random_walk_drift
from forecast.kernels.lee_carter_poisson import lee_carter_poisson
from forecast.validate.check import Check, need

FRENCH, ENGLISH = "lc_demography_in_france_female.csv", "lc_stmomo_in_ew_male.csv"
FITS = ("lc_demography_out_age.csv", "lc_demography_out_year.csv", "lc_demography_out_forecast_dt.csv")
POISSON = ("lc_stmomo_out_age.csv", "lc_stmomo_out_year.csv", "lc_stmomo_out_forecast.csv")


def lee_carter_fits(folder: Path) -> list[Check]:
    """Every fit again; ``folder`` holds ``lee-carter``."""
    home = need(folder / "lee-carter", [FRENCH, ENGLISH, *FITS, *POISSON])
    return [*_by_values(home), *_by_counts(home)]


def _by_values(home: Path) -> list[Check]:
    rates, people = (_table(home / FRENCH, column) for column in ("mx", "pop"))
    ages, years, ahead = (pd.read_csv(home / name) for name in FITS)
    a, b, k = lee_carter(rates)
    plain = zip((a, b, k), (ages["ax"], ages["bx_none"], years["kt_none"]), strict=True)
    worst = max(float(np.abs(found - column.to_numpy()).max()) for found, column in plain)
    total = meet_deaths(a, b, k, rates * people, people)
    each = meet_deaths_by_age(a, b, k, rates * people, people)
    drift = random_walk_drift(total) * ahead["h"].to_numpy()
    who = "French women 1950-2006"
    return [
        Check("Lee-Carter: a, b, k", worst, 1e-6, f"{who}, by singular values, against R's demography; largest error"),
        Check(
            "Lee-Carter: k by total deaths", _apart(total, years["kt_dt"]), 1e-3, f"{who}, relative to the largest k"
        ),
        Check("Lee-Carter: k by deaths at each age", _apart(each, years["kt_dxt"]), 1e-3, f"{who}, likewise"),
        Check("Lee-Carter: k 50 years ahead", _apart(drift, ahead["kt_mean"]), 1e-3, f"{who}, random walk with drift"),
    ]


def _by_counts(home: Path) -> list[Check]:
    deaths, exposure = (_table(home / ENGLISH, column) for column in ("deaths", "exposure"))
    ages, years, ahead = (pd.read_csv(home / name) for name in POISSON)
    a, b, k = lee_carter_poisson(deaths, exposure)
    pairs = zip((a, b, k), (ages["ax"], ages["bx"], years["kt"]), strict=True)
    worst = max(_apart(found, column) for found, column in pairs)
    later = k[-1] + random_walk_drift(k) * ahead["h"].to_numpy()
    who = "men of England and Wales 1961-2011"
    return [
        Check("Poisson Lee-Carter: a, b, k", worst, 1e-3, f"{who}, against R's StMoMo, relative to the largest value"),
        Check("Poisson Lee-Carter: k ahead", _apart(later, ahead["kt_mean"]), 1e-3, f"{who}, random walk with drift"),
    ]


def _table(path: Path, column: str) -> Floats:
    return pd.read_csv(path).pivot_table(index="age", columns="year", values=column).to_numpy(np.float64)


def _apart(found: Floats, published: pd.Series) -> float:
    """Largest difference, relative to the largest published value: k passes through nought."""
    values = published.to_numpy(np.float64)
    return float(np.abs(found - values).max() / np.abs(values).max())
