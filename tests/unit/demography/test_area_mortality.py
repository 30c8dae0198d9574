from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from forecast.axes import AGES, Floats
from forecast.demography.area_mortality import Apart, Bent, Fit, Related, Scaled, apart, area_mortality, fitted, scaled
from forecast.demography.cohort import CohortComponent
from forecast.demography.engine import Forecast, History
from forecast.demography.mortality import e0_of, tables
from forecast.demography.noise import TYPICAL, Draws
from forecast.demography.reconcile import as_one
from forecast.kernels.brass import brass_rates
from forecast.kernels.lee_carter import lee_carter, random_walk_drift
from forecast.kernels.li_lee import li_lee, li_lee_ahead
from forecast.kernels.paths import cells
from forecast.kernels.scoring import in_groups
from forecast.kernels.topals import KNOTS, topals_rates
from forecast.project.ageing import AreaRatesSpec
from forecast.project.load import load_models, load_scenario
from forecast.run.model import Desk, Result, computed

Made = Callable[..., History]
AGE = np.arange(AGES)
STANDARD = np.minimum(0.00005 * np.exp(0.095 * AGE) + 0.0002, 0.9) * np.array([[1.2], [1.0]])
PEOPLE = np.exp(-((AGE / 72.0) ** 4)) * np.ones((2, 1))
PEOPLE = 20_000 * PEOPLE / PEOPLE.sum()
FIVES = np.array([0, 1, *range(5, 90, 5)])


def people(*sizes: float) -> Floats:
    """Areas of so many times ``PEOPLE`` (area, sex, age)."""
    return np.array(sizes)[:, None, None] * PEOPLE


def test_ratios_by_hand() -> None:
    # 100 and 100 expected, 60 and 100 recorded: ratios 0.6 and 1, mean 0.8; variance 0.04 - 0.8 / 100 = 0.032;
    # weights 0.032 / (0.032 + 0.008) = 0.8; shrunk 0.64 and 0.96
    rates = np.full((2, 1), 0.01)
    found = area_mortality(("a", "b"), np.array([60.0, 100.0]), np.full((2, 2, 1), 5000.0), rates, (400.0, 500.0))
    assert found.expected == pytest.approx([100.0, 100.0])
    assert found.ratio == pytest.approx([0.6, 1.0])
    assert found.weight == pytest.approx([0.8, 0.8])
    assert found.shrunk == pytest.approx([0.64, 0.96])
    # the parent's record holds 0.8 too: all of the common gap is the record's
    assert (found.record, found.together) == pytest.approx((0.8, 1.0))
    assert found.own == pytest.approx([0.8, 1.2])


def test_the_parts_multiply_to_the_shrunk_ratio() -> None:
    found = area_mortality(("a", "b", "c"), np.array([200.0, 450.0, 500.0]), people(1, 2, 2), STANDARD, (8e4, 1e5))
    assert found.record * found.together * found.own == pytest.approx(found.shrunk)


def test_what_chance_explains_is_shrunk_away() -> None:
    # 300 sets of 20 areas with one and the same mortality: hardly anything is left of their differences
    sizes = people(*([0.1] * 10 + [1.0] * 10))
    expected = (sizes * STANDARD).sum(axis=(1, 2))
    draws = np.random.default_rng(4).poisson(0.8 * expected, (300, 20)).astype(float)
    names = tuple("abcdefghijklmnopqrst")
    sets = [area_mortality(names, deaths, sizes, STANDARD) for deaths in draws]
    left, raw = (np.array([getattr(item, name) for item in sets]) for name in ("shrunk", "ratio"))
    assert np.sqrt(((left - 0.8) ** 2).mean()) < 0.5 * np.sqrt(((raw - 0.8) ** 2).mean())
    assert left.mean() == pytest.approx(0.8, abs=0.01)


def test_shrinking_comes_nearer_to_the_truth_than_the_record() -> None:
    draw = np.random.default_rng(5)
    sizes = people(*([0.1] * 20))
    expected = (sizes * STANDARD).sum(axis=(1, 2))
    names = tuple("abcdefghijklmnopqrst")
    truth = draw.gamma(25.0, 1 / 25.0, (300, 20))  # standard deviation 0.2; chance alone 0.18
    deaths = draw.poisson(truth * expected).astype(float)
    shrunk = np.array([area_mortality(names, row, sizes, STANDARD).shrunk for row in deaths])
    assert ((shrunk - truth) ** 2).mean() < 0.75 * ((deaths / expected - truth) ** 2).mean()


def test_own_deviations_leave_deaths_together_where_they_were() -> None:
    sizes = people(1, 2, 3)
    found = area_mortality(("a", "b", "c"), np.array([200.0, 450.0, 1000.0]), sizes, STANDARD)
    own = scaled(found.own, 1.0, found.expected).apply(np.stack([STANDARD, 0.9 * STANDARD]))
    assert own.shape == (2, 3, 2, AGES)
    assert own[1] == pytest.approx(0.9 * own[0])
    assert (own[0] * sizes).sum() == pytest.approx((STANDARD * sizes).sum(), rel=1e-12)
    half = np.log(scaled(found.own, 0.5, found.expected).factor)
    # half of the log of every difference between two areas
    assert np.diff(half) == pytest.approx(0.5 * np.diff(np.log(scaled(found.own, 1.0, found.expected).factor)))
    assert (scaled(found.own, 0.0, found.expected).factor == 1.0).all()


@pytest.mark.parametrize(("deaths", "size"), [([1.0], 1.0), ([0.0, 0.0], 1.0), ([-1.0, 2.0], 1.0), ([1.0, 2.0], 0.0)])
def test_no_ratio_without_people_and_deaths(deaths: list[float], size: float) -> None:
    with pytest.raises(ValueError, match=r"areas|people everywhere"):
        area_mortality(("a", "b"), np.array(deaths), people(size, size), STANDARD)


@pytest.mark.parametrize("fit", ["topals", "brass"])
def test_tables_of_small_areas_are_those_behind_the_deaths(fit: Fit) -> None:
    life = tables(STANDARD)
    bent = {
        "topals": topals_rates(STANDARD, np.array([0.2, 0.2, 0.1, 0.1, 0.0, -0.1, -0.1])),
        "brass": brass_rates(STANDARD, life.l, life.a, np.array([-0.1, 0.1])),
    }[fit]
    draws = np.random.default_rng(6).poisson(PEOPLE * bent, (400, 2, AGES)).astype(float)
    own = fitted(STANDARD, in_groups(draws, FIVES), np.broadcast_to(PEOPLE, draws.shape), FIVES, fit)
    errors = e0_of(own.apply(STANDARD)) - e0_of(bent)
    # 10,000 people a sex: e0 strays by a good year, and not to one side
    assert np.abs(errors.mean(axis=0)).max() < 0.25
    assert (errors.std(axis=0) < 1.6).all()


@pytest.mark.parametrize(
    "own",
    [
        Scaled(np.ones(2)),
        Bent(np.zeros((2, 2, len(KNOTS)))),
        Related(np.broadcast_to([0.0, 1.0], (2, 2, 2))),
    ],
)
def test_nothing_of_an_areas_own_changes_nothing(own: Apart) -> None:
    years = np.stack([STANDARD, 0.9 * STANDARD])
    assert own.apply(years) == pytest.approx(np.stack([years, years], axis=1), rel=1e-9)


def test_what_is_own_is_kept_through_the_years() -> None:
    years = np.stack([STANDARD, 0.9 * STANDARD])
    bent = Bent(np.array([[[0.3] * len(KNOTS)] * 2, [[-0.1] * len(KNOTS)] * 2]))
    logs = np.log(bent.apply(years) / years[:, None])
    assert logs[:, 0] == pytest.approx(np.full((2, 2, AGES), 0.3))
    assert logs[:, 1] == pytest.approx(np.full((2, 2, AGES), -0.1))
    related = Related(np.array([[[0.2, 1.0]] * 2, [[-0.2, 1.0]] * 2])).apply(years)

    def logit(rates: Floats) -> Floats:
        alive = tables(rates).l[..., 1:100]
        return np.asarray(0.5 * np.log((1.0 - alive) / alive))

    moved = logit(related) - logit(years)[:, None]
    assert moved[:, 0] == pytest.approx(np.full((2, 2, 99), 0.2), abs=1e-6)
    assert moved[:, 1] == pytest.approx(np.full((2, 2, 99), -0.2), abs=1e-6)


# ------------------------------------------------------------------------------------------------------------- engines
YEARS = range(2021, 2026)
DRAWS = Draws(3, range(12), "all")


def by_area(history: History, factor: Floats | None = None) -> History:
    """The same with death rates of each area: copies of the shared ones, or copies times a factor (area,)."""
    components = history.components
    assert components is not None
    areas = len(history.launch.areas)
    rates = np.repeat(components.rates[:, None], areas, axis=1)
    rates = rates if factor is None else rates * factor[:, None, None]
    return dataclasses.replace(history, components=dataclasses.replace(components, rates=rates))


def bits(found: Forecast) -> tuple[bytes, ...]:
    flows = found.accounts
    return tuple(part.tobytes() for part in (found.people, flows.births, flows.deaths, flows.migration))


@pytest.mark.parametrize("timing", ["start", "even", "end"])
def test_areas_with_the_same_rates_have_the_bits_of_shared_ones(made: Made, timing: Any) -> None:
    known = made(3, 5, rate=0.01, births={2021: 900.0}, totals={2021: 200_000.0}, fixed=False)
    engine = CohortComponent(timing=timing)
    shared, own = engine.fit(known), engine.fit(by_area(known))
    assert bits(shared.predict(YEARS)) == bits(own.predict(YEARS))
    for area in range(3):
        assert shared.sample(YEARS, DRAWS).people(area).tobytes() == own.sample(YEARS, DRAWS).people(area).tobytes()


def test_without_noise_trajectories_are_the_forecast_by_area(made: Made) -> None:
    own = CohortComponent().fit(by_area(made(3, 5, rate=0.01), np.array([0.8, 1.0, 1.5])))
    expected, sampled = own.predict(YEARS), own.sample(YEARS, DRAWS, scale=0.0)
    for area in range(3):
        path = sampled.people(area)
        assert path[..., 0] == pytest.approx(expected.people[:, area], rel=1e-10)
        assert np.ptp(path, axis=-1).max() < 1e-9


@pytest.mark.parametrize("area", [0, 2])
def test_numpy_and_compiled_code_agree_by_area(made: Made, area: int) -> None:
    own = CohortComponent(noise=TYPICAL).fit(by_area(made(3, 5, rate=0.01), np.array([0.8, 1.0, 1.5])))
    sampled = own.sample(YEARS, DRAWS)
    assert sampled.course.survival.shape[1] == 3
    shocks = sampled.shocks(area)
    numpy, numba = (cells(sampled.course, area, shocks, True, engine) for engine in ("numpy", "numba"))
    for name in numpy.__slots__:
        assert getattr(numpy, name).tobytes() == getattr(numba, name).tobytes(), name


def test_higher_rates_are_more_deaths_and_the_account_holds(made: Made) -> None:
    known = made(3, 5)
    shared = CohortComponent().fit(known).predict(YEARS)
    own = CohortComponent().fit(by_area(known, np.array([0.8, 1.0, 1.5]))).predict(YEARS)
    flows = own.accounts
    change = np.diff(own.people.sum(axis=(2, 3)), axis=0)
    balance = flows.births.sum(axis=2) - flows.deaths.sum(axis=(2, 3)) + flows.migration.sum(axis=(2, 3))
    assert change == pytest.approx(balance, abs=1e-6)
    ratio = flows.deaths[0].sum(axis=(1, 2)) / shared.accounts.deaths[0].sum(axis=(1, 2))
    assert ratio[0] < 0.85
    assert ratio[1] == pytest.approx(1.0)
    assert ratio[2] > 1.4


# ------------------------------------------------------------------------------------------------------- a run's areas
WEIGHT = {"value": 1.0, "status": "assumed", "source": "laoyou-method"}


def recorded(harbin: Path, desk: Desk) -> Result:
    """Harbin with recorded deaths believed in full."""
    overlay = load_scenario(harbin, "baseline")
    models = load_models(harbin, overlay)
    areas = AreaRatesSpec.model_validate({"engine": "recorded", "weight": WEIGHT})
    ageing = models.ageing.model_copy(update={"areas": areas})
    return computed(desk, overlay, models.model_copy(update={"ageing": ageing}))


def test_recorded_deaths_move_the_districts_and_not_their_city(harbin: Path, desk: Desk, baseline: Result) -> None:
    found = recorded(harbin, desk)
    rates = found.systems.fitted.components.rates
    shared = baseline.systems.fitted.components.rates
    factor = (rates / shared[:, None])[0, :, 0, 60]
    assert rates == pytest.approx(shared[:, None] * factor[:, None, None])
    names = baseline.evidence.areas
    # of 18 areas the record has the fewest deaths for its people in Daoli, the most in Fangzheng
    assert names[int(factor.argmin())] == "230102"
    assert names[int(factor.argmax())] == "230124"
    died = [item.systems.districts.accounts.deaths[0].sum(axis=(-2, -1)) for item in (found, baseline)]
    assert ((died[0] > died[1]) == (factor > 1.0)).all()
    assert died[0].sum() == pytest.approx(died[1].sum(), rel=0.002)
    nation = (found.systems.nation.people, baseline.systems.nation.people)
    assert nation[0].tobytes() == nation[1].tobytes()


def test_trajectories_of_women_by_children_follow_their_areas_mortality(harbin: Path, desk: Desk) -> None:
    systems = recorded(harbin, desk).systems
    years = systems.districts.years[1:]
    still = systems.fitted.sample(years, Draws(1, range(2), "230100"), scale=0.0)
    for area in (0, 10):
        path = still.people(area)[..., 0]
        assert path == pytest.approx(systems.districts.people[:, area], rel=1e-8, abs=1e-8)
        cells_found, orders = still.whole(area)
        assert orders is not None
        assert orders.births.sum(axis=(1, 2)) == pytest.approx(cells_found.births, rel=1e-8)


def test_areas_as_one_die_by_their_mean(harbin: Path, desk: Desk) -> None:
    areas = recorded(harbin, desk).systems.fitted
    one, every = as_one(areas).components.rates, areas.components.rates
    assert one.ndim == 3
    assert (one <= every.max(axis=1) + 1e-15).all()
    assert (one >= every.min(axis=1) - 1e-15).all()


def test_what_is_not_on_record_cannot_be_taken(desk: Desk, harbin: Path) -> None:
    ground = desk.ground(load_models(harbin, load_scenario(harbin, "baseline")))
    assert apart(ground, AreaRatesSpec()) is None
    with pytest.raises(ValueError, match="no record of deaths"):
        apart(ground, AreaRatesSpec(engine="topals"))


# -------------------------------------------------------------------------------------------------------------- Finland
RECORD = 3
"""Years up to the launch whose deaths are known by region."""


@pytest.fixture(scope="module")
def regions(backtest: Path) -> tuple[Floats, Floats]:
    """Death rates and person-years (area, sex, age, year) of Finland's 19 regions, 1990-2012, ages to 100+."""
    folder = backtest / "finland-regions"
    keys = ["area", "sex", "age", "year"]
    rates = pd.read_parquet(folder / "death_rates_model.parquet").set_index(keys)["death_rate"]
    stock = pd.read_parquet(folder / "population.parquet").set_index(keys)["pop"]
    areas = sorted(rates.index.unique("area"))

    def by_cell(values: pd.Series, years: range) -> Floats:
        wanted = pd.MultiIndex.from_product([areas, ["m", "f"], range(101), years])
        return values.reindex(wanted).to_numpy(float).reshape(len(areas), 2, 101, len(years))

    counted = by_cell(stock, range(1989, 2013))
    return by_cell(rates, range(1990, 2013)), (counted[..., 1:] + counted[..., :-1]) / 2.0


def missed(forecast: Floats, rates: Floats, exposure: Floats) -> float:
    """Mean absolute error of deaths at 65 and over, regions alike, in percent; all (area, sex, age)."""
    got, came = ((part * exposure)[..., 65:].sum(axis=(1, 2)) for part in (forecast, rates))
    return float(100.0 * np.abs(got / came - 1.0).mean())


@pytest.mark.parametrize(
    ("launch", "ahead", "shared"), [(1997, 5, 7.1), (1997, 10, 6.6), (2002, 5, 6.6), (2002, 10, 5.8)]
)
def test_regions_of_finland_keep_what_is_their_own(
    regions: tuple[Floats, Floats], launch: int, ahead: int, shared: float
) -> None:
    # The nation's Lee-Carter to all regions alike, or bent to each region's deaths of the three years up to the launch
    rates, exposure = regions
    deaths, seen = rates * exposure, slice(launch - 1989 - RECORD, launch - 1989)
    pooled = deaths.sum(axis=0) / exposure.sum(axis=0)
    _, b, k = lee_carter(pooled[..., : launch - 1989])
    later = pooled[..., launch - 1990] * np.exp(b * (random_walk_drift(k) * ahead)[:, None])
    standard = deaths[..., seen].sum(axis=(0, 3)) / exposure[..., seen].sum(axis=(0, 3))
    known, lived = in_groups(deaths[..., seen].sum(axis=-1), FIVES), exposure[..., seen].sum(axis=-1)
    at = launch - 1990 + ahead
    came = (rates[..., at], exposure[..., at])
    names = tuple(str(region) for region in range(len(rates)))
    by_ratio = area_mortality(names, deaths[..., seen].sum(axis=(1, 2, 3)), lived, standard)
    ways: dict[str, Apart] = {fit: fitted(standard, known, lived, FIVES, fit) for fit in ("topals", "brass")}
    ways |= {
        "half": scaled(by_ratio.own, 0.5, by_ratio.expected),
        "whole": scaled(by_ratio.own, 1.0, by_ratio.expected),
    }
    errors = {name: missed(own.apply(later), *came) for name, own in ways.items()}
    assert missed(np.broadcast_to(later, came[0].shape), *came) == pytest.approx(shared, abs=0.1)
    assert max(errors.values()) < 0.8 * shared
    assert max(errors["topals"], errors["brass"]) < errors["half"] + 0.2


@pytest.mark.parametrize("launch", [1997, 2002])
def test_regions_of_finland_stay_together(regions: tuple[Floats, Floats], launch: int) -> None:
    # Li-Lee with the regions' own factors against a Lee-Carter of each region: deaths at 65+ after ten years
    rates, exposure = regions
    at = launch - 1990 + 10
    together, alone = [], []
    for sex in range(2):
        seen = np.maximum(rates[:, sex, :, : launch - 1989], 1e-6)
        fit = li_lee(seen, exposure[:, sex, :, : launch - 1989].sum(axis=(1, 2)))
        together.append(li_lee_ahead(fit, np.array([10.0]), seen[..., -1])[..., 0])
        _, b, k = lee_carter(seen)
        alone.append(seen[..., -1] * np.exp(b * (random_walk_drift(k) * 10.0)[:, None]))
    came = (rates[..., at], exposure[..., at])
    coherent, apart_from_others = (missed(np.stack(part, axis=1), *came) for part in (together, alone))
    assert coherent < 0.8 * apart_from_others
