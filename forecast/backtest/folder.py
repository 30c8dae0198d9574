"""A folder of a back-test set: its tables are known by their columns, not by the folder's name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from forecast.axes import Floats
from forecast.backtest.panel import PeoplePanel
from forecast.errors import InputError

AREA = ("area", "area_code", "code", "state", "district", "municipality", "county", "town", "township", "region")
AGE = ("age", "age_lo", "age_start", "age_from", "age_group")
COUNT = ("pop", "ERP", "people", "population", "persons", "count", "value")
SEXES = {"m": 0, "M": 0, "male": 0, "Male": 0, "f": 1, "F": 1, "female": 1, "Female": 1}
TOGETHER = ("t", "T", "total", "Total", "both", "Both", "all")
"""Words for both sexes, or all ages: left out where the parts stand beside them."""
YOUNGER = ("<", "under", "less", "y_lt")


def people_panel(folder: Path) -> PeoplePanel | None:
    """The longest run of stocks by age in a folder; None where no table of it has the columns.

    Areas that lack a cell are left out and named in the panel.
    """
    found = [panel for path in sorted(folder.glob("population*.parquet")) if (panel := _read(path)) is not None]
    return max(found, key=lambda panel: (len(panel.years), -panel.width), default=None)


def named(frame: pd.DataFrame, known: Iterable[str]) -> str | None:
    """The first of the known names that is a column."""
    return next((name for name in known if name in frame), None)


def _read(path: Path) -> PeoplePanel | None:
    table = pd.read_parquet(path)
    names = [named(table, known) for known in (AREA, AGE, COUNT)]
    if None in names or "year" not in table:
        return None
    area, age, count = (str(name) for name in names)
    columns = {"year": table["year"], "area": table[area].astype(str)}
    if "sex" in table:
        columns["sex"] = table["sex"].astype(str)
    frame = pd.DataFrame({**columns, "age": _starts(table[age]), "pop": table[count]})
    frame = frame[~table[age].astype(str).isin(TOGETHER)]
    ages = np.sort(frame["age"].unique())
    steps = np.unique(np.diff(ages))
    if len(ages) < 2 or ages[0] != 0 or len(steps) != 1 or steps[0] not in (1, 5):
        return None
    return _panel(path, _sexed(path, frame), int(steps[0]))


def _starts(ages: pd.Series) -> pd.Series:
    """First year of every cell: 0, "0", "0-4", "0_4", "Y0-4", "<5", "85+"; NaN where none can be read."""
    if pd.api.types.is_numeric_dtype(ages):
        return ages
    words = ages.astype(str).str.strip().str.lower()
    starts = words.str.extract(r"^[a-z_ ]*(\d{1,3})(?:\D.*)?$", expand=False).astype(float)
    return starts.mask(words.str.startswith(YOUNGER), 0.0)


def _sexed(path: Path, frame: pd.DataFrame) -> pd.DataFrame:
    """Sexes as numbers, rows of both together left out; ``InputError`` for a word that is none of the known ones."""
    if "sex" not in frame:
        return frame
    words = set(frame["sex"])
    if words <= set(TOGETHER):
        return frame.drop(columns="sex")
    strange = sorted(words - set(SEXES) - set(TOGETHER))
    if strange:
        raise InputError.one(
            f"{path}, column sex", f"one of {', '.join(SEXES)}", ", ".join(strange[:10]), "rename them"
        )
    apart = frame[frame["sex"].isin(list(SEXES))]
    return apart.assign(sex=apart["sex"].map(SEXES))


def _panel(path: Path, frame: pd.DataFrame, width: int) -> PeoplePanel:
    keys = [key for key in ("year", "area", "sex", "age") if key in frame]
    twice = int(frame.duplicated(keys).sum())
    if twice:
        raise InputError.one(
            str(path),
            "one row for every year, area, sex and age",
            f"{twice} rows too many",
            "sum them, or leave some out",
        )
    labels = [np.sort(frame[key].unique()) for key in keys]
    codes = [np.searchsorted(label, frame[key].to_numpy()) for key, label in zip(keys, labels, strict=True)]
    cells = np.full(tuple(map(len, labels)), np.nan)
    cells[tuple(codes)] = frame["pop"].to_numpy(np.float64)
    whole = np.isfinite(cells).all(axis=(0, *range(2, cells.ndim)))
    if not whole.any():
        raise InputError.one(
            str(path),
            "areas with one row for every year, sex and age",
            f"{int(np.isnan(cells).sum())} cells without a row, some in every area",
            "fill the holes, or leave out the years that have some",
        )
    people: Floats = cells[:, whole] if "sex" in frame else cells[:, whole, None]
    kept, left = (tuple(map(str, labels[1][which])) for which in (whole, ~whole))
    return PeoplePanel(path.parent.name, kept, tuple(map(int, labels[0])), people, width, left)
