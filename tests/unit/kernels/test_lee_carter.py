from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.kernels.lee_carter import (
    lee_carter,
    lee_carter_rates,
    meet_deaths,
    meet_deaths_by_age,
    random_walk_drift,
)

Adjust = Callable[[Floats, Floats, Floats, Floats, Floats], Floats]


@pytest.fixture(scope="module")
def published(reference: Path) -> Path:
    folder = reference / "lee-carter"
    if not (folder / "lc_demography_out_age.csv").is_file():
        pytest.skip(f"no fits of other packages in {folder.name}")
    return folder


def french_women(folder: Path, column: str = "mx") -> Floats:
    table = pd.read_csv(folder / "lc_demography_in_france_female.csv")
    return table.pivot_table(index="age", columns="year", values=column).to_numpy(float)


def test_as_the_package_demography_without_adjustment(published: Path) -> None:
    a, b, k = lee_carter(french_women(published))
    ages = pd.read_csv(published / "lc_demography_out_age.csv")
    years = pd.read_csv(published / "lc_demography_out_year.csv")
    assert np.abs(a - ages["ax"].to_numpy()).max() < 1e-6
    assert np.abs(b - ages["bx_none"].to_numpy()).max() < 1e-6
    assert np.abs(k - years["kt_none"].to_numpy()).max() < 1e-6


def test_drift_as_the_package_demography(published: Path) -> None:
    years = pd.read_csv(published / "lc_demography_out_year.csv")["kt_dt"].to_numpy()
    ahead = pd.read_csv(published / "lc_demography_out_forecast_dt.csv")
    drift = random_walk_drift(years)
    assert drift * ahead["h"].to_numpy() == pytest.approx(ahead["kt_mean"].to_numpy(), rel=1e-9)


@pytest.mark.parametrize(("adjust", "column"), [(meet_deaths, "kt_dt"), (meet_deaths_by_age, "kt_dxt")])
def test_second_stages_as_the_package_demography(published: Path, adjust: Adjust, column: str) -> None:
    rates, people = french_women(published), french_women(published, "pop")
    a, b, k = lee_carter(rates)
    adjusted = adjust(a, b, k, rates * people, people)
    years = pd.read_csv(published / "lc_demography_out_year.csv")[column].to_numpy()
    assert adjusted == pytest.approx(years, rel=2e-5)  # how near its root finder comes
    assert np.abs(adjusted - k).max() > 1.0


def test_forecast_as_the_package_demography(published: Path) -> None:
    rates, people = french_women(published), french_women(published, "pop")
    a, b, k = lee_carter(rates)
    drift = random_walk_drift(meet_deaths(a, b, k, rates * people, people))
    ahead = pd.read_csv(published / "lc_demography_out_forecast_dt.csv")
    assert drift * ahead["h"].to_numpy() == pytest.approx(ahead["kt_mean"].to_numpy(), rel=1e-5)


@given(st.integers(0, 10_000))
def test_second_stages_give_the_deaths_back(seed: int) -> None:
    draw = np.random.default_rng(seed)
    a, b = draw.uniform(-6, -1, (2, 5)), draw.uniform(0.1, 0.3, (2, 5))
    exposure, made = draw.uniform(1e3, 1e5, (2, 5, 4)), draw.uniform(-8.0, 8.0, (2, 4))
    deaths = exposure * lee_carter_rates(a, b, made)
    for adjust in (meet_deaths, meet_deaths_by_age):
        assert adjust(a, b, np.zeros((2, 4)), deaths, exposure) == pytest.approx(made, abs=1e-8)


def test_deaths_in_total_by_hand() -> None:
    # rates of 1 in 10 and 1 in 100 at k = 0, b = 1/2 each: a k of 2 ln 2 doubles all deaths, 11 to 22, whatever the age
    a, b = np.log([0.1, 0.01]), np.array([0.5, 0.5])
    deaths, exposure = np.array([[4.0], [18.0]]), np.array([[100.0], [100.0]])
    assert meet_deaths(a, b, np.zeros(1), deaths, exposure) == pytest.approx([2 * np.log(2)])


def test_years_without_deaths_have_no_total_to_meet() -> None:
    with pytest.raises(ValueError, match="deaths in every year"):
        meet_deaths(np.zeros(2), np.ones(2) / 2, np.zeros(1), np.zeros((2, 1)), np.ones((2, 1)))


def test_two_ages_and_two_years_by_hand() -> None:
    # ln m falls from 0 to -2 at age 0 and from 0 to -6 at age 1: a = -1, -3; b = 1/4, 3/4; k = 4, -4
    rates = np.exp(np.array([[0.0, -2.0], [0.0, -6.0]]))
    a, b, k = lee_carter(rates)
    assert a == pytest.approx([-1.0, -3.0])
    assert b == pytest.approx([0.25, 0.75])
    assert k == pytest.approx([4.0, -4.0])
    assert random_walk_drift(k) == pytest.approx(-8.0)


@given(st.integers(0, 10_000), st.integers(2, 12), st.integers(2, 8))
def test_what_the_model_made_is_found_again(seed: int, ages: int, years: int) -> None:
    draw = np.random.default_rng(seed)
    a, b, k = draw.uniform(-9, -1, (2, ages)), draw.uniform(0.5, 1.5, (2, ages)), draw.uniform(-2, 2, (2, years))
    k[:, 0] += 5.0  # the years must differ
    b, k = b / b.sum(axis=-1, keepdims=True), k - k.mean(axis=-1, keepdims=True)
    rates = lee_carter_rates(a, b, k)
    assert rates.shape == (2, ages, years)
    found = lee_carter(rates)
    for got, made in zip(found, (a, b, k), strict=True):
        assert got == pytest.approx(made, abs=1e-9)


@given(st.integers(0, 10_000))
def test_sums_are_one_and_nil(seed: int) -> None:
    rates = np.random.default_rng(seed).uniform(1e-5, 0.5, (7, 5))
    _, b, k = lee_carter(rates)
    assert b.sum() == pytest.approx(1.0)
    assert k.sum() == pytest.approx(0.0, abs=1e-9 * np.abs(k).max())


@pytest.mark.parametrize(
    ("rates", "says"), [(np.full((3, 1), 0.1), "two periods"), (np.array([[0.1, 0.0], [0.1, 0.2]]), "positive")]
)
def test_too_little_is_refused(rates: Floats, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        lee_carter(rates)
