from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.axes import Floats
from forecast.demography.lee_carter_models import FittedLeeCarter, LeeCarter, LiLee, k_of_e0
from forecast.demography.mortality import DeathRates, e0_of
from forecast.kernels.lee_carter import lee_carter, lee_carter_rates, random_walk_drift
from forecast.kernels.lifetable import life_tables

STARTS = np.array([0.0, 1.0, *range(5, 105, 5)])
YEARS = tuple(range(2008, 2014))
ENGINES = [LeeCarter(), LiLee()]


def groups(level: float) -> Floats:
    """Gompertz rates with a first year of life, men above women (sex, group)."""
    rates = 0.00008 * level * np.exp(0.085 * (STARTS + 2.5))
    rates[0] = 0.008 * level
    return np.asarray(np.minimum(rates, 0.8) * np.array([[1.25], [1.0]]))


@pytest.fixture(scope="module")
def known() -> DeathRates:
    rates = np.stack([groups(level) for level in (1.3, 1.1, 1.0)])
    women = np.array([73.0, 73.9, 74.6, 75.5, 76.1, 77.0])
    e0 = np.column_stack([np.linspace(69.0, 72.0, 6), women])
    return DeathRates(np.array([2002.5, 2007.5, 2012.5]), rates, STARTS, YEARS, e0)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_life_expectancy_given_is_met(known: DeathRates, engine: LeeCarter | LiLee) -> None:
    e0 = e0_of(engine.fit(known).predict(range(2008, 2014)))
    assert np.abs(e0 - known.e0).max() < 1e-9


def test_lee_carter_drifts_on_at_its_mean_pace(known: DeathRates) -> None:
    fitted = LeeCarter().fit(known)
    assert fitted.drift == pytest.approx((fitted.k[:, -1] - fitted.k[:, 0]) / 5)
    later = np.log(fitted.predict(range(2013, 2017)))
    # ln m moves by b x drift every year after the last one
    for ahead in (1, 2, 3):
        assert later[ahead] - later[0] == pytest.approx(ahead * fitted.b * fitted.drift[:, None], abs=1e-9)
    assert (np.diff(e0_of(np.exp(later)), axis=0) > 0).all()


@pytest.mark.parametrize("engine", ENGINES)
def test_no_pace_no_progress(known: DeathRates, engine: LeeCarter | LiLee) -> None:
    rates = engine.fit(known).paced(0.0).predict(range(2013, 2040))
    assert rates == pytest.approx(np.repeat(rates[:1], 27, axis=0))


@pytest.mark.parametrize("engine", ENGINES)
def test_half_the_pace_takes_twice_the_time(known: DeathRates, engine: LeeCarter | LiLee) -> None:
    fitted = engine.fit(known)
    half = fitted.paced(0.5).predict(range(2013, 2034))
    assert half[::2] == pytest.approx(fitted.predict(range(2013, 2024)))


def test_sexes_stay_together(known: DeathRates) -> None:
    fitted = LiLee().fit(known)
    assert fitted.b[0] == pytest.approx(fitted.b[1])
    late = range(2200, 2202)
    distance = np.diff(np.log(fitted.predict(late)), axis=1)
    # far ahead the sexes lie apart by the same at every age, whatever the year
    assert distance[1] == pytest.approx(distance[0], abs=1e-9)
    # by Lee-Carter, whose women gain faster here, they do not
    alone = np.diff(np.log(LeeCarter().fit(known).predict(late)), axis=1)
    assert np.abs(alone[1] - alone[0]).max() > 1e-5


def test_the_distance_returns_as_an_ar1(known: DeathRates) -> None:
    fitted = FittedLeeCarter(
        np.zeros((2, 1)), np.ones((2, 1)), np.array([[3.0], [-3.0]]), np.zeros(2), (2020,), np.array([-2.0, 2.0]),
        np.array([0.5, 0.5]),
    )  # fmt: skip
    # distances of 3 with a mean of 1: 3, 2, 1.5, 1.25
    assert np.log(fitted.predict(range(2020, 2024)))[:, 0, 0] == pytest.approx([3.0, 2.0, 1.5, 1.25])


@pytest.mark.parametrize("engine", ENGINES)
def test_a_path_of_the_mean_is_hit_every_year(known: DeathRates, engine: LeeCarter | LiLee) -> None:
    fitted = engine.fit(known)
    followed = fitted.along({2018: np.array([76.5]), 2020: np.array([77.5])})
    e0 = e0_of(followed.predict(range(2008, 2023)))
    assert e0[:6] == pytest.approx(known.e0, abs=1e-9)
    # from 74.5, the mean of the sexes in 2013, by 0.4 a year, then by 0.5
    assert e0[5:13].mean(axis=1) == pytest.approx([74.5, 74.9, 75.3, 75.7, 76.1, 76.5, 77.0, 77.5], abs=1e-9)
    assert (e0[13:] > e0[12]).all()  # drifts on after it


def test_a_path_by_sex_is_hit_by_sex(known: DeathRates) -> None:
    followed = LeeCarter().fit(known).along({2015: np.array([71.0, 79.0])})
    assert e0_of(followed.predict(range(2014, 2016))) == pytest.approx(np.array([[71.5, 78.0], [71.0, 79.0]]), abs=1e-9)


def test_without_progress_no_path_of_the_mean(known: DeathRates) -> None:
    with pytest.raises(ValueError, match="follows no path"):
        LeeCarter().fit(known).paced(0.0).along({2015: np.array([76.0])})


def test_a_fan_of_paths_is_hit_path_by_path(known: DeathRates) -> None:
    fitted = LeeCarter().fit(known)
    news = 0.3 * np.random.default_rng(3).standard_normal((4, 5, 2))
    e0 = known.e0[-1] + np.arange(1.0, 6.0)[:, None] * np.array([0.6, 0.8]) + np.cumsum(news, axis=1)
    k = k_of_e0(fitted.a, fitted.b, e0)
    assert k.shape == (4, 2, 5)
    rates = np.moveaxis(lee_carter_rates(fitted.a, fitted.b, k), -1, -3)
    assert np.abs(e0_of(rates) - e0).max() < 1e-9


def test_too_little_history_is_refused(known: DeathRates) -> None:
    short = DeathRates(known.periods, known.rates, STARTS, (2012, 2013), known.e0[-2:])
    assert LeeCarter().fit(short).years == (2012, 2013)
    with pytest.raises(ValueError, match="three years"):
        LiLee().fit(short)


@pytest.mark.parametrize("launch", [1997, 2002])
def test_the_oldest_of_finland_die_as_forecast(backtest: Path, launch: int) -> None:
    # Rates up to the launch alone; ten years later deaths at 80 and over are within 2 %, where rates held as they
    # were would be 15 % or more too high.
    rates, exposure = finland(backtest)
    seen, ahead = rates[..., : launch - 1989], np.arange(1.0, 11.0)
    a, b, _ = lee_carter(seen)
    widths = np.append(np.ones(100), np.inf)
    k = k_of_e0_to_100(a, b, seen, widths)
    later = seen[..., -1:] * np.exp(b[..., None] * (random_walk_drift(k)[:, None] * ahead)[:, None])
    came, lived = rates[:, 80:, launch - 1989 :][..., :10], exposure[:, 80:, launch - 1989 :][..., :10]
    errors = (later[:, 80:] * lived).sum(axis=(0, 1)) / (came * lived).sum(axis=(0, 1)) - 1.0
    held = (seen[:, 80:, -1:] * lived).sum(axis=(0, 1)) / (came * lived).sum(axis=(0, 1)) - 1.0
    assert abs(errors[-1]) < 0.02
    assert held[-1] > 0.15


def finland(backtest: Path) -> tuple[Floats, Floats]:
    """Death rates and person-years (sex, age, year) of all regions together, 1990-2012."""
    folder = backtest / "finland-regions"
    keys = ["area", "sex", "age", "year"]
    deaths = pd.read_parquet(folder / "death_rates_model.parquet").set_index(keys)["death_rate"]
    stock = pd.read_parquet(folder / "population.parquet").set_index(keys)["pop"]
    areas = sorted(deaths.index.unique("area"))

    def cells(values: pd.Series, years: range) -> Floats:
        wanted = pd.MultiIndex.from_product([areas, ["m", "f"], range(101), years])
        return values.reindex(wanted).to_numpy(float).reshape(len(areas), 2, 101, len(years))

    people = cells(stock, range(1989, 2013))
    lived = (people[..., 1:] + people[..., :-1]) / 2.0
    return (cells(deaths, range(1990, 2013)) * lived).sum(axis=0) / lived.sum(axis=0), lived.sum(axis=0)


def k_of_e0_to_100(a: Floats, b: Floats, rates: Floats, widths: Floats) -> Floats:
    """The second stage on tables that end at 100+, as Finland's do."""
    from forecast.kernels.solve import bisect

    def e0(table: Floats) -> Floats:
        return np.asarray(life_tables(np.moveaxis(table, -1, 0), widths).e[..., 0].T)

    return bisect(lambda k: e0(lee_carter_rates(a, b, k)), e0(rates), -400.0, 400.0)
