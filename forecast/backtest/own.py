"""The history that a project itself holds: stocks by age year after year, where its tables have them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecast.axes import SEXES
from forecast.backtest.panel import PeoplePanel

FEWEST = 8
"""Years in a row from which on rolling origins say something."""


def project_panel(population: pd.DataFrame, areas: tuple[str, ...], name: str) -> PeoplePanel | None:
    """The longest run of yearly stocks of all areas by single ages or five-year groups; None where there is none.

    population  the project's table; of several days in a year the last one with whole stocks of residents counts
    """
    known = population[(population["concept"] == "resident") & population["area"].isin(areas)]
    found = [
        _panel(here[here["year"].isin(run)], areas, tuple(run), width, name)
        for width in (1, 5)
        for here in (_stocks(known, width, areas),)
        for run in _runs(sorted(set(here["year"])))
        if len(run) >= FEWEST
    ]
    return max(found, key=lambda panel: (len(panel.years), -panel.width), default=None)


def _stocks(known: pd.DataFrame, width: int, areas: tuple[str, ...]) -> pd.DataFrame:
    """Rows of the whole stocks in cells of one width and an open one, with their year; one day a year."""
    cut = known[(known["age_width"] == width) | known["age_width"].isna()]
    days = {}
    for day in sorted(set(cut["date"])):
        if _whole(cut[cut["date"] == day], areas):
            days[pd.Timestamp(day).year] = day
    kept = cut[cut["date"].isin(list(days.values()))]
    return kept.assign(year=pd.to_datetime(kept["date"]).dt.year)


def _whole(part: pd.DataFrame, areas: tuple[str, ...]) -> bool:
    """Whether every area and sex has the same ages, without a gap from 0 on."""
    counts = part.groupby(["area", "sex"], observed=True)["age_start"].nunique()
    ages = np.sort(part["age_start"].unique())
    steps = np.unique(np.diff(ages))
    return (
        len(counts) == 2 * len(areas)
        and counts.min() == counts.max()
        and len(ages) > 10
        and ages[0] == 0
        and len(steps) == 1
    )


def _runs(years: list[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return runs


def _panel(part: pd.DataFrame, areas: tuple[str, ...], years: tuple[int, ...], width: int, name: str) -> PeoplePanel:
    ages = np.sort(part["age_start"].unique())
    wanted = pd.MultiIndex.from_product([years, areas, SEXES, ages])
    cells = part.set_index(["year", "area", "sex", "age_start"])["people"].reindex(wanted)
    people = cells.to_numpy(np.float64).reshape(len(years), len(areas), len(SEXES), len(ages))
    return PeoplePanel(name, areas, years, people, width)
