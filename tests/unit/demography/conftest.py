"""A made system of areas for the engines, and the bundled project computed once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from forecast.axes import AGES, FERTILE, Floats, Population
from forecast.demography.engine import Components, History
from forecast.demography.migration import NetMigration
from forecast.run.model import Desk, Result, compute
from forecast.tables.project_tables import read_tables

LAUNCH = 2020
Made = Callable[..., History]


@pytest.fixture(scope="session")
def backtest(harbin: Path) -> Path:
    """The folder of areas with known outcomes; not part of the repository."""
    folder = Path(os.environ.get("LAOYOU_BACKTEST", harbin.parent / "shared" / "backtest"))
    if not folder.is_dir():
        pytest.skip("no back-test data: set LAOYOU_BACKTEST, or lay it at ../shared/backtest beside the checkout")
    return folder


@pytest.fixture(scope="session")
def desk(harbin: Path) -> Desk:
    """The tables of the bundled project; what scenarios share is worked out once."""
    return Desk(read_tables(harbin))


@pytest.fixture(scope="session")
def baseline(harbin: Path, desk: Desk) -> Result:
    return compute(harbin, desk, "baseline")


@pytest.fixture(scope="session")
def made() -> Made:
    """A history of a few areas over some years: people who thin out with age, Gompertz deaths, births at 20-39."""

    def make(
        areas: int = 2,
        years: int = 5,
        *,
        fertility: float = 1.5,
        rate: float = 0.0,
        scale: float = 1.0,
        damping: float = 1.0,
        fixed: bool = True,
        students: Floats | None = None,
        births: dict[int, float] | None = None,
        totals: dict[int, float] | None = None,
    ) -> History:
        codes = tuple(f"23010{place}" for place in range(areas))
        age = np.arange(AGES)
        size = np.arange(1.0, areas + 1.0)[:, None, None]
        people = size * (1000.0 * np.exp(-((age / 70.0) ** 4)) + 0.01) * np.ones((areas, 2, 1))
        span = range(LAUNCH + 1, LAUNCH + 1 + years)
        deaths = np.minimum(0.00005 * np.exp(0.095 * age), 0.9) * np.array([[1.2], [1.0]])
        shape = np.where((age >= 20) & (age < 40), 1.0 / 20.0, 0.0)
        assert shape[: FERTILE.start].sum() == 0
        turn = np.where(np.arange(areas) % 2 == 0, -1.0, 1.0)[:, None, None]
        rates = turn * rate * np.ones((areas, 2, AGES))
        parent = (rates * people).sum(axis=0) / people.sum(axis=0)
        components = Components(
            span,
            np.repeat(deaths[None], years, axis=0),
            np.repeat(shape[None], years, axis=0),
            np.full(years, 0.51),
            np.full(years, fertility),
            np.linspace(0.8, 1.2, areas),
            np.ones(years),
            NetMigration(rates, parent, np.ones((2, AGES)), scale, damping, fixed),
            np.zeros((years + 1, areas, 2, AGES)) if students is None else students,
        )
        stocks = (Population(codes, LAUNCH - 10, 1.1 * people), Population(codes, LAUNCH, people))
        return History(stocks, births or {}, totals or {}, components)

    return make
