"""Headline numbers of the bundled project: ``python tests/golden/make.py`` in the root writes them beside this script.

They pin nothing as right; they show that a change moved numbers, and which. Look at the difference before keeping it.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from forecast.run.model import births_by_year, compute
from forecast.tables.project_tables import read_tables

KEPT = Path(__file__).with_name("headline.csv")
ROOT = Path(__file__).resolve().parents[2]
DISTRICTS = ("230103", "230111", "230123")
"""A core district, a district of suburb and campuses, a county."""
YEARS = (2020, 2025, 2030, 2035, 2050)


def headline(project: Path) -> pd.DataFrame:
    """One row per measure, area and year of the baseline: people, births, places of each service, beds."""
    result = compute(project, read_tables(project), "baseline")
    series = {"people": result.people.people.sum(axis=(2, 3)), "births": births_by_year(result.systems, "districts")}
    for name, service in result.demand.items():
        series[f"{name} {service.main}"] = service.find(service.main).values
    rows = []
    for measure, values in series.items():
        for year in YEARS:
            here = values[result.people.place(year)]
            rows.append((measure, result.parents[0].code, year, float(here.sum())))
            rows += [(measure, code, year, float(here[result.people.areas.index(code)])) for code in DISTRICTS]
    return pd.DataFrame(rows, columns=["measure", "area", "year", "value"])


def keep() -> None:
    """Write the numbers of today."""
    headline(ROOT).to_csv(KEPT, index=False, float_format="%.12g", lineterminator="\n")


if __name__ == "__main__":
    keep()
