from __future__ import annotations

import dataclasses
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from forecast.axes import Floats
from forecast.demography.birth_checks import in_sample, rolling
from forecast.demography.birth_history import BirthHistory
from forecast.demography.birth_pooling import pool
from forecast.demography.birth_regression import LEVEL, TREND, BirthRegression, Family
from forecast.demography.birth_terms import DRAGON, GOAT, Calendar, Level, LunarYear, Marriages, Policy, Prior
from forecast.demography.noise import Draws, Wave
from forecast.errors import TooLittleHistory

YEARS = range(1995, 2026)
WIDE = Prior(0.0, 1.0, "assumed")
ANIMAL = LunarYear("dragon", DRAGON, WIDE)
STRAIGHT = BirthRegression(trend=Prior(0.0, 1.0), walk=0.0)


def made(logs: Floats, years: range = YEARS, exposure: float = 1e6, marriages: Floats | None = None) -> BirthHistory:
    size = np.full((len(years), 1), exposure)
    return BirthHistory(("a",), years, size * np.exp(logs)[:, None], size, marriages)


def test_a_lunar_year_holds_eleven_months_of_its_calendar_year() -> None:
    column = ANIMAL.column(Calendar(range(2011, 2014)))
    assert column == pytest.approx([0.0, 11 / 12, 1 / 12])
    months = ANIMAL.column(Calendar(range(2012 * 12, 2013 * 12 + 2), 12))
    assert list(months) == [0.0, *[1.0] * 12, 0.0]
    moved = LunarYear("goat", GOAT, after=-1.0).column(Calendar(range(2015, 2018)))
    assert moved == pytest.approx([11 / 12, (1 - 11) / 12, -1 / 12])


def test_a_policy_rises_stays_and_halves() -> None:
    policy = Policy("p", 2016.0, 1.0, 2.0, 1.0)
    assert policy.course(np.array([2015.9, 2016.5, 2017.0, 2019.0, 2020.0, 2021.0])) == pytest.approx(
        [0.0, 0.5, 1.0, 1.0, 0.5, 0.25]
    )


@pytest.mark.parametrize("family", ["poisson", "negative-binomial"])
def test_known_coefficients_are_found_again(family: Family) -> None:
    policy = Policy("policy", 2010.0, 1.0, 2.0, 1.0, WIDE)
    calendar = Calendar(YEARS)
    time = np.arange(len(YEARS)) - (len(YEARS) - 1.0)
    noise = np.random.default_rng(5).normal(0.0, 0.005, len(YEARS))
    logs = 0.2 - 0.01 * time + 0.1 * ANIMAL.column(calendar) + 0.2 * policy.column(calendar) + noise
    regression = dataclasses.replace(STRAIGHT, terms=(ANIMAL, policy), family=family)
    fitted = regression.fit(made(logs))
    for name, true in ((LEVEL, 0.2), (TREND, -0.01), ("dragon", 0.1), ("policy", 0.2)):
        found, error = fitted.coefficient(name)
        assert abs(found - true) < 4.0 * error
        assert error < 0.02
    assert in_sample(fitted).freedom == pytest.approx(4.0, abs=0.05)


def test_negative_binomial_takes_numbers_that_spread() -> None:
    draw = np.random.default_rng(2)
    births = draw.negative_binomial(50, 50 / (50 + 2000.0), (40, 1)).astype(np.float64)
    history = BirthHistory(("a",), range(1980, 2020), births, np.full((40, 1), 2000.0))
    fitted = dataclasses.replace(STRAIGHT, family="negative-binomial").fit(history)
    assert fitted.solved.dispersion == pytest.approx(1 / 50, rel=0.5)


@pytest.mark.parametrize("walk", [0.0, 0.03])
def test_a_dragon_year_at_the_end_raises_no_year_after(walk: float) -> None:
    years = range(1995, 2025)
    quiet = np.zeros(len(years))
    dragon = 0.12 * ANIMAL.column(Calendar(years))
    regression = dataclasses.replace(STRAIGHT, terms=(ANIMAL,), walk=walk, trend=Prior(0.0, 0.02))
    ahead, exposure = range(2025, 2030), np.full((5, 1), 1e6)
    raised = regression.fit(made(dragon, years)).predict(ahead, exposure)[1:, 0]
    assert raised == pytest.approx(regression.fit(made(quiet, years)).predict(ahead, exposure)[1:, 0], rel=0.01)
    blind = dataclasses.replace(regression, terms=(), walk=0.03).fit(made(dragon, years)).predict(ahead, exposure)
    assert (blind[1:, 0] > 1.02 * raised).all()


def test_twice_the_exposure_twice_the_births() -> None:
    fitted = STRAIGHT.fit(made(-0.01 * np.arange(len(YEARS), dtype=np.float64)))
    ahead = np.array([[1e6], [2e6]])
    one, two = fitted.predict(range(2026, 2028), ahead), fitted.predict(range(2026, 2028), 2.0 * ahead)
    assert two == pytest.approx(2.0 * one)


def test_a_flat_record_goes_on_flat_and_a_trend_fades() -> None:
    flat = dataclasses.replace(STRAIGHT, walk=0.02).fit(made(np.full(len(YEARS), 0.3)))
    assert flat.predict(range(2026, 2031), np.full((5, 1), 1e6)) == pytest.approx(np.full((5, 1), 1e6 * np.exp(0.3)))
    falling = STRAIGHT.fit(made(-0.02 * np.arange(len(YEARS), dtype=np.float64)))
    steps = np.diff(np.log(falling.predict(range(2026, 2031), np.full((5, 1), 1e6))[:, 0]))
    assert steps == pytest.approx(-0.02 * 0.9 ** np.arange(2, 6), rel=1e-3)


def test_births_follow_marriages_and_the_unknown_is_left_blank() -> None:
    couples = np.full(len(YEARS), np.nan)
    couples[15:] = 1e6 * np.exp(-0.05 * np.arange(len(YEARS) - 15))
    logs = np.full(len(YEARS), 0.4)
    logs[16:] = 0.8 * (np.log(couples[15:-1] / 1e6))
    regression = dataclasses.replace(STRAIGHT, marriages=Marriages(WIDE, WIDE), trend=Prior(0.0, 1e-6))
    fitted = regression.fit(made(logs, marriages=couples))
    assert fitted.coefficient("marriages")[0] == pytest.approx(0.8, abs=1e-3)
    told = fitted.predict(range(2026, 2028), np.full((2, 1), 1e6))
    fall = -0.05 * np.array([0.0, 0.9])  # births of 2026 follow the known marriages of 2025
    expected = 1e6 * np.exp(0.8 * (np.log(couples[-1] / 1e6) + fall))
    assert told[:, 0] == pytest.approx(expected, rel=1e-3)
    known = fitted.predict(range(2026, 2028), np.full((2, 1), 1e6), np.array([couples[-1], np.nan]))
    assert known[1, 0] == pytest.approx(told[0, 0], rel=1e-3)


def test_what_was_not_announced_is_not_known() -> None:
    later = Policy("later", 2020.0, 1.0, 1.0, 1.0, Prior(0.5, 0.1), 2019)
    regression = dataclasses.replace(STRAIGHT, terms=(later,))
    history = made(np.zeros(len(YEARS)))
    assert "later" not in regression.fit(history.until(2018)).plan.names
    assert "later" in regression.fit(history.until(2019)).plan.names


def test_a_break_of_basis_takes_its_level_and_no_more() -> None:
    logs = np.where(np.array(YEARS) <= 2009, 0.5, 0.0)
    fitted = dataclasses.replace(STRAIGHT, terms=(Level("basis", 2009, WIDE),)).fit(made(logs))
    assert fitted.coefficient("basis")[0] == pytest.approx(0.5, abs=1e-3)
    assert fitted.predict(range(2026, 2027), np.full((1, 1), 1e6)) == pytest.approx(1e6, rel=1e-3)


def test_years_without_births_are_left_out() -> None:
    history = made(np.full(len(YEARS), 0.1))
    history.births[3:6] = np.nan
    assert len(in_sample(STRAIGHT.fit(history)).periods) == len(YEARS) - 3
    history.births[3:] = np.nan
    with pytest.raises(TooLittleHistory, match="4 periods with births"):
        STRAIGHT.fit(history)


def test_months_have_a_season() -> None:
    months = range(2015 * 12, 2021 * 12)
    season = np.tile(np.where(np.arange(12) == 9, 0.1, -0.1 / 11), 6)
    size = np.full((len(months), 1), 1e5)
    fitted = STRAIGHT.fit(BirthHistory(("a",), months, size * np.exp(season)[:, None], size, None, 12))
    told = fitted.predict(range(2021 * 12, 2022 * 12), size[:12])
    assert told[:, 0] == pytest.approx(1e5 * np.exp(season[:12]), rel=2e-3)


def test_pooling_keeps_everything_or_nothing() -> None:
    expected = np.full((2, 3), 1000.0)
    alike = pool(expected.copy(), expected, np.ones(2))
    assert list(alike.kept) == [0.0] * 3
    assert alike.levels == pytest.approx(np.ones(3))
    large = pool(1e6 * np.array([[0.5, 1.0, 1.5]] * 2), 1e6 * np.ones((2, 3)), np.ones(2))
    assert large.kept == pytest.approx(np.ones(3), abs=1e-4)
    assert large.levels == pytest.approx([0.5, 1.0, 1.5], rel=1e-4)


def test_two_areas_add_up_to_their_sum() -> None:
    rates = np.array([0.8, 1.2])
    exposure = np.full((len(YEARS), 2), 1e6)
    history = BirthHistory(("a", "b"), YEARS, exposure * rates, exposure)
    told = STRAIGHT.fit(history).predict(range(2026, 2028), exposure[:2])
    assert told == pytest.approx(exposure[:2] * rates, rel=1e-3)


def sampled(scale: float, draws: range = range(2000), seed: int = 7) -> tuple[Floats, Floats]:
    history = made(np.zeros(len(YEARS)))
    fitted = dataclasses.replace(STRAIGHT, shared=Wave(0.05, 0.98)).fit(history)
    exposure = np.full((3, 1), 1e6)
    return fitted.sample(range(2026, 2029), exposure, Draws(seed, draws, "p"), scale), fitted.predict(
        range(2026, 2029), exposure
    )


def test_trajectories_are_the_same_for_the_same_seed_and_the_forecast_without_shocks() -> None:
    one, middle = sampled(1.0)
    assert one.tobytes() == sampled(1.0)[0].tobytes()
    assert one[40:60].tobytes() == sampled(1.0, range(40, 60))[0].tobytes()
    assert not np.array_equal(one, sampled(1.0, seed=8)[0])
    assert sampled(0.0)[0] == pytest.approx(np.repeat(middle[None], 2000, axis=0))
    assert one.mean(axis=0) == pytest.approx(middle, rel=0.005)
    assert (np.diff(one.std(axis=0)[:, 0]) > 0.0).all()


def test_a_wrong_shape_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="not \\(period, area\\)"):
        BirthHistory(("a",), YEARS, np.ones((3, 1)), np.ones((3, 1)))
    fitted = STRAIGHT.fit(made(np.zeros(len(YEARS))))
    with pytest.raises(ValueError, match="do not follow the record"):
        fitted.predict(range(2025, 2027), np.ones((2, 1)))
    with pytest.raises(KeyError):
        fitted.coefficient("dragon")


def test_rolling_origins_know_nothing_of_what_came() -> None:
    history = made(-0.02 * np.arange(len(YEARS), dtype=np.float64))
    other = dataclasses.replace(history, births=history.births.copy())
    other.births[20:] *= 3.0
    one, two = (rolling(STRAIGHT, item, range(2012, 2014), 3) for item in (history, other))
    assert one.model == pytest.approx(two.model)
    assert one.mape("model", 3) < one.mape("constant", 3) == pytest.approx(one.mape("naive", 3))
    late = rolling(STRAIGHT, history, range(2024, 2026), 2)
    assert np.isnan(late.actual[1]).all()
    assert late.errors("model", 1).shape == (1,)


@pytest.fixture(scope="module")
def sets(harbin: Path) -> ModuleType:
    """The benchmark's readers; they are a script, not part of the package."""
    path = harbin / "benchmarks" / "births_sets.py"
    spec = importlib.util.spec_from_file_location("births_sets", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["births_sets"] = module
    spec.loader.exec_module(module)
    return module


def test_taiwan_is_told_better_than_by_constant_rates_and_no_change(backtest: Path, sets: ModuleType) -> None:
    if not (backtest / "taiwan-townships").is_dir():
        pytest.skip("no taiwan-townships among the back-test data")
    found = sets.taiwan(backtest / "taiwan-townships")
    animals = (LunarYear("dragon", DRAGON, Prior(0.0, 0.2), after=-0.5), LunarYear("tiger", 1998, Prior(0.0, 0.2)))
    regression = BirthRegression(terms=animals)
    trials = rolling(regression, found.whole(), range(2003, 2021), 5)
    assert trials.mape("model", 5) < 0.13
    assert trials.mape("model", 5) < 0.8 * trials.mape("constant", 5)
    assert trials.mape("model", 5) < 0.65 * trials.mape("naive", 5)
    chosen = found.people >= 20_000
    towns = rolling(regression, found.towns(chosen), range(2015, 2021), 5, found.ahead(chosen))
    for method in ("constant", "naive"):
        assert towns.mape("model", 5, together=False) < towns.mape(method, 5, together=False)
    monthly = dataclasses.replace(regression, lags=1).fit(found.by_month())
    mean, error = monthly.coefficient("dragon")
    assert mean > 2.0 * error
    after = regression.fit(found.whole().until(2024)).predict(range(2025, 2026), found.whole().exposure[-1:])
    assert after[0, 0] < 0.9 * found.whole().births[-2, 0]
