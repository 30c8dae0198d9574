"""A folder of a back-test set: its tables are known by their columns, not by the folder's name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from forecast.axes import Floats
from forecast.backtest.panel import PeoplePanel
from forecast.errors import InputError

AREA = ("area", "state", "district", "area_code", "code")
AGE = ("age", "age_lo", "age_start")
COUNT = ("pop", "ERP", "people", "population", "persons")
SEXES = {"m": 0, "M": 0, "male": 0, "f": 1, "F": 1, "female": 1}
LAYOUT = "columns year, area, age, optionally sex, and pop"


def people_panel(folder: Path) -> PeoplePanel | None:
    """The longest run of stocks by age in a folder; None where no table of it has the columns."""
    found = [panel for path in sorted(folder.glob("population*.parquet")) if (panel := _read(path)) is not None]
    return max(found, key=lambda panel: (len(panel.years), -panel.width), default=None)


def _read(path: Path) -> PeoplePanel | None:
    frame = pd.read_parquet(path)
    names = [next((name for name in known if name in frame), None) for known in (AREA, AGE, COUNT)]
    if None in names or "year" not in frame:
        return None
    area, age, count = (str(name) for name in names)
    ages = np.sort(frame[age].unique())
    steps = np.unique(np.diff(ages))
    if ages[0] != 0 or len(steps) != 1 or steps[0] not in (1, 5):
        return None
    _strangers(path, frame)
    keys = ["year", area, *(["sex"] if "sex" in frame else []), age]
    return _panel(path, frame.assign(**_plain(frame, area)), keys, count, int(steps[0]))


def _plain(frame: pd.DataFrame, area: str) -> dict[str, pd.Series]:
    """Area codes as text and sexes as numbers."""
    found: dict[str, pd.Series] = {area: frame[area].astype(str)}
    if "sex" in frame:
        found["sex"] = frame["sex"].astype(str).map(SEXES)
    return found


def _strangers(path: Path, frame: pd.DataFrame) -> None:
    """``InputError`` for a word in the column sex that is none of the known ones."""
    strange = sorted(set(frame["sex"].astype(str)) - set(SEXES)) if "sex" in frame else []
    if strange:
        raise InputError.one(
            f"{path}, column sex", f"one of {', '.join(SEXES)}", ", ".join(strange[:10]), "rename them"
        )


def _panel(path: Path, frame: pd.DataFrame, keys: list[str], count: str, width: int) -> PeoplePanel:
    labels = [np.sort(frame[key].unique()) for key in keys]
    codes = [np.searchsorted(label, frame[key].to_numpy()) for key, label in zip(keys, labels, strict=True)]
    cells = np.full(tuple(map(len, labels)), np.nan)
    cells[tuple(codes)] = frame[count].to_numpy(np.float64)
    holes = int(np.isnan(cells).sum())
    if holes or len(frame) != cells.size:
        raise InputError.one(
            str(path),
            "one row for every year, area, sex and age",
            f"{holes} cells without a row, {len(frame) - cells.size + holes} rows too many",
            "fill the holes, or leave out the areas that have some",
        )
    people: Floats = cells if len(keys) == 4 else cells[:, :, None, :]
    return PeoplePanel(path.parent.name, tuple(labels[1]), tuple(map(int, labels[0])), people, width)
