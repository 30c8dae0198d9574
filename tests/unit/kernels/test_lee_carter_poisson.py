from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.kernels.lee_carter import lee_carter, lee_carter_rates, random_walk_drift
from forecast.kernels.lee_carter_poisson import lee_carter_poisson, poisson_deviance


@pytest.fixture(scope="module")
def published(reference: Path) -> Path:
    folder = reference / "lee-carter"
    if not (folder / "lc_stmomo_out_age.csv").is_file():
        pytest.skip(f"no fits of other packages in {folder.name}")
    return folder


def test_as_the_package_stmomo(published: Path) -> None:
    table = pd.read_csv(published / "lc_stmomo_in_ew_male.csv")
    deaths, exposure = (
        table.pivot_table(index="age", columns="year", values=column).to_numpy(float)
        for column in ("deaths", "exposure")
    )
    a, b, k = lee_carter_poisson(deaths, exposure)
    ages, years = pd.read_csv(published / "lc_stmomo_out_age.csv"), pd.read_csv(published / "lc_stmomo_out_year.csv")
    assert a == pytest.approx(ages["ax"].to_numpy(), rel=1e-6)
    assert b == pytest.approx(ages["bx"].to_numpy(), rel=1e-6)
    assert k == pytest.approx(years["kt"].to_numpy(), rel=1e-6)
    ahead = pd.read_csv(published / "lc_stmomo_out_forecast.csv")
    found = k[-1] + random_walk_drift(k) * ahead["h"].to_numpy()
    assert found == pytest.approx(ahead["kt_mean"].to_numpy(), rel=1e-6)


def made(seed: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Expected deaths, exposure, and the b and k behind them, two populations."""
    draw = np.random.default_rng(seed)
    a, b, k = draw.uniform(-6, -1, (2, 8)), draw.uniform(0.05, 0.2, (2, 8)), np.linspace(6, -6, 7) * np.ones((2, 1))
    k = k + draw.normal(0.0, 0.5, k.shape)
    b, k = b / b.sum(axis=-1, keepdims=True), k - k.mean(axis=-1, keepdims=True)
    exposure = draw.uniform(2e3, 1e5, (2, 8, 7))
    return exposure * lee_carter_rates(a, b, k), exposure, b, k


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_what_the_model_made_is_found_again(seed: int) -> None:
    deaths, exposure, b, k = made(seed)
    _, found_b, found_k = lee_carter_poisson(deaths, exposure)
    assert found_b == pytest.approx(b, abs=1e-7)
    assert found_k == pytest.approx(k, abs=1e-7)


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_margins_are_those_recorded_and_no_fit_is_nearer(seed: int) -> None:
    expected, exposure, _, _ = made(seed)
    deaths = np.random.default_rng(seed).poisson(expected).astype(float)
    deaths[..., 0] += 1.0  # some at every age
    a, b, k = lee_carter_poisson(deaths, exposure)
    fitted = exposure * lee_carter_rates(a, b, k)
    # the likelihood's equations: deaths by age, and deaths weighted with b by year
    assert fitted.sum(axis=-1) == pytest.approx(deaths.sum(axis=-1), rel=1e-8)
    assert (b[..., None] * fitted).sum(axis=-2) == pytest.approx((b[..., None] * deaths).sum(axis=-2), rel=1e-8)
    least_squares = exposure * lee_carter_rates(*lee_carter(np.maximum(deaths, 0.5) / exposure))
    assert (poisson_deviance(deaths, fitted) <= poisson_deviance(deaths, least_squares) + 1e-9).all()


def test_deviance_by_hand() -> None:
    # 2 (2 ln 2 - 1) where 2 died and 1 was expected; 2 x 1 where none died and 1 was expected
    deviance = poisson_deviance(np.array([[2.0], [0.0]]), np.ones((2, 1)))
    assert float(deviance) == pytest.approx(2 * (2 * np.log(2) - 1) + 2)


@pytest.mark.parametrize(
    ("deaths", "exposure", "says"),
    [
        (np.ones((2, 2)), np.zeros((2, 2)), "people in every cell"),
        (np.array([[1.0, 1.0], [0.0, 0.0]]), np.ones((2, 2)), "at every age"),
        (np.array([[1.0, 0.0], [1.0, 0.0]]), np.ones((2, 2)), "in every year"),
    ],
)
def test_too_little_is_refused(deaths: Floats, exposure: Floats, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        lee_carter_poisson(deaths, exposure)
