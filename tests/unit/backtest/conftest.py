"""Made panels and made errors, small enough to follow by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest

from forecast.axes import Floats
from forecast.backtest.panel import PeoplePanel
from forecast.backtest.rolling import Rolled

MadePanel = Callable[..., PeoplePanel]
MadeRolled = Callable[..., Rolled]


@pytest.fixture(scope="session")
def made_panel() -> MadePanel:
    """A few areas of one sex that thin out with age; every cell of every year strays by itself."""

    def make(years: Sequence[int] = range(2000, 2013), areas: int = 3, width: int = 1, seed: int = 1) -> PeoplePanel:
        cells = 100 // width
        age = np.arange(cells) * width
        size = 100.0 * width * 3.0 ** np.arange(areas)[:, None, None]
        rng = np.random.default_rng(seed)
        noise = np.exp(rng.normal(0.0, 0.03, (len(years), areas, 1, cells)))
        people = np.asarray(size * np.exp(-((age / 80.0) ** 4)) * noise, dtype=np.float64)
        return PeoplePanel("made", tuple("abcdef"[:areas]), tuple(years), people, width)

    return make


@pytest.fixture(scope="session")
def made_rolled() -> MadeRolled:
    """Forecasts of 1000 people by several methods, whose log errors are given (origin, horizon, group, area)."""

    def make(
        errors: Mapping[str, Floats],
        origins: Sequence[int],
        horizons: Sequence[int] = (1,),
        groups: Sequence[str] = ("all",),
        forecast: float | Floats = 1000.0,
        sizes: Floats | None = None,
    ) -> Rolled:
        """Outcomes are the forecast of the first method and its errors; the others forecast outcomes less theirs."""
        first = next(iter(errors))
        actual = forecast * np.exp(errors[first])
        forecasts = {name: actual * np.exp(-error) for name, error in errors.items()}
        areas = actual.shape[-1]
        people = np.full((len(origins), areas), 30_000.0) if sizes is None else sizes
        names = tuple(f"a{place}" for place in range(areas))
        return Rolled("made", tuple(origins), tuple(horizons), tuple(groups), names, actual, forecasts, people)

    return make
