"""The bundled project run once, under two scenarios, into a temporary folder; and a copy that a test may spoil."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.run.inputs import Frames
from forecast.run.model import Desk, Result, compute
from forecast.run.project import Drawing, Run, run
from forecast.tables.project_tables import read_tables

SCENARIOS = ("baseline", "no-migration")
FEW = Drawing(count=40)
"""Trajectories enough to see that everything fits."""
Tables = Callable[[str], pd.DataFrame]


@pytest.fixture(scope="session")
def frames(harbin: Path) -> Frames:
    return read_tables(harbin)


@pytest.fixture(scope="session")
def baseline(harbin: Path, frames: Frames) -> Result:
    return compute(harbin, Desk(frames), "baseline")


@pytest.fixture(scope="session")
def planned(frames: Frames) -> Desk:
    """A desk with a plan for the city and the women of 60-79 of one district."""
    table = pd.DataFrame(
        {
            "area": ["230100", "230102"],
            "year": [2035, 2035],
            "concept": "resident",
            "sex": ["both", "female"],
            "age_start": [np.nan, 60.0],
            "age_width": [np.nan, 20.0],
            "people": [9_500_000, 150_000],
            "source": "laoyou-method",
            "status": "assumed",
            "confidence": "low",
        }
    )
    return Desk({**frames, "controls": table})


@pytest.fixture(scope="session")
def met(harbin: Path, planned: Desk) -> Result:
    return compute(harbin, planned, "baseline")


def moment() -> dt.datetime:
    """One second, for every run."""
    return dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def published(harbin: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run(harbin, tmp_path_factory.mktemp("run") / "out", SCENARIOS, drawing=FEW, clock=moment)


@pytest.fixture(scope="session")
def table(published: Run) -> Tables:
    """A published table by name; read once."""
    kept: dict[str, pd.DataFrame] = {}

    def read(name: str) -> pd.DataFrame:
        if name not in kept:
            kept[name] = pd.read_parquet(published.folder / f"{name}.parquet")
        return kept[name]

    return read


@pytest.fixture
def copy(harbin: Path, tmp_path: Path) -> Path:
    """The bundled project's models and data, to be spoilt."""
    for name in ("models", "data"):
        shutil.copytree(harbin / name, tmp_path / "project" / name)
    return tmp_path / "project"
