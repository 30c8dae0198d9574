"""One contract for every population engine: whatever stands in ``ENGINES`` is held to it, without a new test."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from forecast.axes import AGES, FEMALE, FERTILE, Floats, Population
from forecast.demography.engine import Components, Engine, Fitted, Forecast, History
from forecast.demography.engines import ENGINES
from forecast.demography.migration import NetMigration
from forecast.demography.noise import Draws
from forecast.demography.parity import CELLS, Parity
from forecast.demography.parity_engine import ParityProgression
from forecast.demography.parity_start import WINDOW
from forecast.demography.sampled import Trajectories
from forecast.errors import TooLittleHistory
from forecast.kernels.parity import END, ORDERS, START, progress
from forecast.kernels.solve import bisect

LAUNCH, LEAVING = 2020, 0.02
YEARS = range(LAUNCH + 1, LAUNCH + 9)
SHAPE = np.where((np.arange(AGES) >= 20) & (np.arange(AGES) < 40), 1.0 / 20.0, 0.0)
STAY = 1.0 - LEAVING
NEUTRAL: Mapping[str, Mapping[str, Any]] = {"cohort-ratio": {"progress": 0.0}}
"""Engines without what they expect of the world beyond the history: survival that goes on improving."""
POOLING = {"cohort-ratio", "hamilton-perry-synthetic"}
"""Engines that pull what an area shows to what all areas show, by design."""
SEED, FEW, MANY = 7, 24, 400


def steady(sizes: Floats) -> Floats:
    """A stock that replaces itself: every cohort loses 2 % a year, the open group keeps its geometric tail."""
    shares = STAY ** np.arange(AGES)
    shares[-1] /= LEAVING
    return np.asarray(sizes[:, None, None] * shares * np.ones((len(sizes), 2, 1)))


def conditions(areas: int, years: range) -> Components:
    """Nobody dies, 2 % of every age leave, and women bear what refills age 0 (men and women alike)."""
    shares = steady(np.ones(1))[0, FEMALE]
    # births lose 2 % before they are counted; women bear on the mean of both ends before anybody leaves
    exposed = 0.5 * (shares[1:-1] + shares[:-2]) @ SHAPE[1:-1]
    replacement = (2.0 / STAY) / exposed
    leaving = np.full((areas, 2, AGES), -LEAVING)
    return Components(
        years,
        np.full((len(years), 2, AGES), 1e-12),
        np.repeat(SHAPE[None], len(years), axis=0),
        np.full(len(years), 0.5),
        np.full(len(years), replacement),
        np.ones(areas),
        np.ones(len(years)),
        NetMigration(leaving, leaving[0], np.ones((2, AGES)), 1.0, 1.0, fixed=True),
        np.zeros((len(years) + 1, areas, 2, AGES)),
    )


def history(areas: int = 3, *, flat: bool = False) -> History:
    """Two stocks ten years apart, the conditions, and codes 230100 ..; grown by half in all but the last area."""
    sizes = np.linspace(100.0, 300.0, 3)[:areas] if areas <= 3 else np.append(np.linspace(100.0, 300.0, 3), 50.0)
    codes = tuple(f"2301{place:02}" for place in range(areas))
    now = steady(sizes)
    growth = np.linspace(1.5, 0.8, 4)[:areas, None, None]
    then = now if flat else now / growth * np.linspace(0.9, 1.1, AGES)
    stocks = (Population(codes, LAUNCH - 10, then), Population(codes, LAUNCH, now))
    return History(stocks, components=conditions(areas, YEARS))


def with_nobody(known: History) -> History:
    """The same with one more area in which nobody lives."""
    stocks = tuple(
        Population((*stock.areas, "230199"), stock.year, np.append(stock.people, np.zeros((1, 2, AGES)), axis=0))
        for stock in known.stocks
    )
    return History(stocks, components=conditions(len(known.launch.areas) + 1, YEARS))


def hazards() -> Floats:
    """Births of an order at 20-39 to women who could bear it: many, for half of the women leave before they are 35."""
    age = np.array(WINDOW)
    return np.asarray(np.where((age >= 20) & (age < 40), 1.0, 0.0) * np.array([[0.3], [0.25], [0.2]]))


def settled(rates: Floats) -> Floats:
    """Women who have lived at the same rates (order, cell) all their life, as shares (parity, cell)."""
    cells = rates.shape[1]
    start = np.zeros((4, cells, 1))
    start[0] = 1.0
    years = np.repeat(rates[None, ..., None], cells, axis=0)
    return np.asarray(progress(start, years, np.ones((cells, ORDERS, 1))).shares[-1, ..., 0])


def born(rates: Floats) -> float:
    """Births of a year where women have lived at these rates; one woman is born, and nobody dies before the births."""
    women = steady(np.ones(1))[0, FEMALE, CELLS]
    found = progress(settled(rates)[..., None], rates[None, ..., None], np.ones((1, ORDERS, 1))).bearing[0, ..., 0]
    return float(0.5 * (found[:, START] @ women + found[:, END, 1:] @ women[:-1]).sum())


def parity(areas: int, years: int) -> Parity:
    """Women by number of children who stay as they are, and bear what refills age 0 (men and women alike)."""
    level = bisect(lambda at: np.array([born(hazards() * at[0])]), np.array([2.0 / STAY]), 0.01, 3.0)[0]
    rates = hazards() * level
    return Parity(
        np.repeat(settled(rates)[None], areas, axis=0),
        np.repeat(hazards()[None, ..., None], years, axis=0),
        np.ones((areas, ORDERS)),
        np.full((years, ORDERS), level),
    )


def suited(engine: Engine, known: History) -> History:
    """The history with women by number of children, for the one engine that asks for them.

    Their rates are all the fertility there is: the level of the others becomes one.
    """
    if not isinstance(engine, ParityProgression) or known.components is None:
        return known
    components = known.components
    knowing = dataclasses.replace(
        components,
        reference=np.ones(len(components.years)),
        parity=parity(len(known.launch.areas), len(components.years)),
    )
    return dataclasses.replace(known, components=knowing)


def fit(engine: Engine, known: History) -> Fitted:
    return engine.fit(suited(engine, known))


def predict(engine: Engine, known: History) -> Forecast:
    return fit(engine, known).predict(YEARS)


@pytest.fixture(params=sorted(ENGINES))
def engine(request: pytest.FixtureRequest) -> Engine:
    name = str(request.param)
    return ENGINES[name](**NEUTRAL.get(name, {}))


@pytest.fixture(params=sorted(set(ENGINES) - POOLING))
def apart(request: pytest.FixtureRequest) -> Engine:
    """An engine to which areas are no evidence of each other."""
    return ENGINES[str(request.param)]()


def test_axes_are_kept_and_the_launch_stands_first(engine: Engine) -> None:
    known = history()
    forecast = predict(engine, known)
    assert forecast.areas == known.launch.areas
    assert forecast.years == range(LAUNCH, YEARS[-1] + 1)
    assert forecast.people.shape == (len(YEARS) + 1, 3, 2, AGES)
    assert np.array_equal(forecast.people[0], known.launch.people)
    assert np.array_equal(forecast.at(LAUNCH), known.launch.people)


def test_people_are_finite_and_not_negative(engine: Engine) -> None:
    people = predict(engine, history()).people
    assert np.isfinite(people).all()
    assert (people >= 0).all()


def test_flows_have_the_axes_of_the_people(engine: Engine) -> None:
    forecast = predict(engine, history())
    if forecast.flows is not None:
        assert forecast.flows.births.shape == (len(YEARS), 3, AGES)
        assert forecast.flows.by_sex.shape == (len(YEARS), 3, 2)
        assert forecast.flows.fertility.shape == (len(YEARS), 3)
        for moved in (forecast.flows.deaths, forecast.flows.migration):
            assert moved.shape == (len(YEARS), 3, 2, AGES)
            assert np.isfinite(moved).all()


def test_same_input_same_result(engine: Engine) -> None:
    known = history()
    fitted = fit(engine, known)
    first = fitted.predict(YEARS)
    for again in (fitted.predict(YEARS), predict(engine, known), predict(engine, history())):
        assert np.array_equal(again.people, first.people)


def test_the_input_stays_as_it_was(engine: Engine) -> None:
    known, kept = (suited(engine, history()) for _ in range(2))
    engine.fit(known).predict(YEARS)
    for now, before in zip(known.stocks, kept.stocks, strict=True):
        assert np.array_equal(now.people, before.people)
        assert now.areas == before.areas
    assert known.components is not None
    assert kept.components is not None
    for name in ("rates", "shapes", "boys", "reference", "relative", "factor", "students"):
        assert np.array_equal(getattr(known.components, name), getattr(kept.components, name)), name
    for name in ("rates", "parent", "profile"):
        assert np.array_equal(getattr(known.components.migration, name), getattr(kept.components.migration, name))
    if known.components.parity is not None:
        for name in ("start", "rates", "tilt", "levels", "spread"):
            now, before = (getattr(item.components.parity, name) for item in (known, kept))  # type: ignore[union-attr]  # both have one
            assert np.array_equal(now, before), name


def test_the_forecast_does_not_share_memory_with_the_input(engine: Engine) -> None:
    known = history()
    forecast = predict(engine, known)
    for stock in known.stocks:
        assert not np.shares_memory(forecast.people[1:], stock.people)


def test_a_flat_history_gives_a_flat_forecast(engine: Engine) -> None:
    known = history(flat=True)
    people = predict(engine, known).people
    assert people == pytest.approx(np.repeat(known.launch.people[None], len(YEARS) + 1, axis=0), rel=1e-9)


def test_one_more_area_without_people_changes_nothing_elsewhere(engine: Engine) -> None:
    three, four = predict(engine, history()).people, predict(engine, with_nobody(history())).people
    assert four[:, :3] == pytest.approx(three, rel=1e-12)
    assert (four[:, 3] == 0).all()


def test_one_more_area_changes_nothing_elsewhere(apart: Engine) -> None:
    three, four = predict(apart, history(3)).people, predict(apart, history(4)).people
    assert four[:, :3] == pytest.approx(three, rel=1e-12)


def test_a_shorter_forecast_is_the_beginning_of_a_longer_one(engine: Engine) -> None:
    fitted = fit(engine, history())
    assert np.array_equal(fitted.predict(YEARS[:3]).people, fitted.predict(YEARS).people[:4])


def test_nothing_known_is_too_little_history(engine: Engine) -> None:
    with pytest.raises(TooLittleHistory):
        engine.fit(History(()))


def test_women_by_number_of_children_are_asked_for_where_births_hang_on_them() -> None:
    with pytest.raises(TooLittleHistory, match="women by number of children"):
        ENGINES["parity"]().fit(history())
    ENGINES["cohort"]().fit(history())


def test_women_by_number_of_children_bear_within_the_ages_of_all_mothers() -> None:
    assert (WINDOW.start, WINDOW.stop) == (FERTILE.start - 1, FERTILE.stop)
    forecast = predict(ENGINES["parity"](), history())
    assert forecast.by_order.births.sum(axis=2) == pytest.approx(
        forecast.accounts.births[..., FERTILE.start : FERTILE.stop]
    )


@pytest.mark.parametrize("years", [range(2022, 2025), range(2020, 2025), range(2021, 2021)])
def test_years_that_do_not_follow_the_launch_are_refused(engine: Engine, years: range) -> None:
    with pytest.raises(ValueError, match="do not follow the launch 2020"):
        fit(engine, history()).predict(years)


def test_years_with_gaps_are_refused(engine: Engine) -> None:
    with pytest.raises(ValueError, match="2020"):
        fit(engine, history()).predict(range(LAUNCH + 1, LAUNCH + 8, 2))


def test_engines_are_frozen(engine: Engine) -> None:
    for field in dataclasses.fields(type(engine)):  # type: ignore[arg-type]  # the protocol does not say dataclass
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(engine, field.name, None)
    assert dataclasses.replace(engine) == engine  # type: ignore[type-var]  # the protocol does not say dataclass


# ------------------------------------------------------------------------------------------------------- trajectories
def sample(engine: Engine, known: History, numbers: range, scale: float = 1.0) -> Trajectories:
    return fit(engine, known).sample(YEARS, Draws(SEED, numbers, "parent"), scale)


def logs_of_totals(engine: Engine, scale: float) -> Floats:
    """Log of the people of the first area in the last year (draw,)."""
    return np.asarray(np.log(sample(engine, history(), range(MANY), scale).people(0)[-1].sum(axis=(0, 1))))


def test_trajectories_have_axes_and_start_at_the_launch(engine: Engine) -> None:
    known = history()
    found = sample(engine, known, range(FEW))
    assert found.areas == known.launch.areas
    assert found.years == range(LAUNCH, YEARS[-1] + 1)
    for area in range(3):
        people = found.people(area)
        assert people.shape == (len(YEARS) + 1, 2, AGES, FEW)
        assert people[0] == pytest.approx(np.repeat(known.launch.people[area][..., None], FEW, axis=-1), rel=1e-12)
        assert np.isfinite(people).all()
        assert (people >= 0).all()


def test_same_seed_same_trajectories(engine: Engine) -> None:
    known = history()
    first = sample(engine, known, range(FEW))
    again, other = (
        sample(engine, history(), range(FEW)),
        fit(engine, known).sample(YEARS, Draws(8, range(FEW), "parent")),
    )
    # whichever area is asked for first
    assert [again.people(area).tobytes() for area in (2, 0)] == [first.people(area).tobytes() for area in (2, 0)]
    assert not np.allclose(other.people(0)[1:], first.people(0)[1:], rtol=1e-6)


@pytest.mark.parametrize("cut", [1, 10, 23])
def test_any_part_of_the_trajectories_gives_the_same_bytes(engine: Engine, cut: int) -> None:
    whole = sample(engine, history(), range(FEW)).people(1)
    parts = [sample(engine, history(), numbers).people(1) for numbers in (range(cut), range(cut, FEW))]
    assert np.concatenate(parts, axis=-1).tobytes() == whole.tobytes()


def test_sums_are_those_of_the_people(engine: Engine) -> None:
    found, groups = sample(engine, history(), range(FEW)), ((0, 3), (2, 65), (65, AGES), (0, AGES))
    both = found.people(2).sum(axis=1)
    wanted = np.stack([both[:, low:high].sum(axis=1) for low, high in groups])
    assert found.sums(2, groups) == pytest.approx(wanted, rel=1e-9)


def test_without_shocks_every_trajectory_is_the_forecast(engine: Engine) -> None:
    known = history()
    found, forecast = sample(engine, known, range(2), 0.0), predict(engine, known).people
    for area in range(3):
        assert found.people(area) == pytest.approx(np.repeat(forecast[:, area, :, :, None], 2, axis=-1), rel=1e-12)


def test_shocks_twice_as_large_spread_totals_twice_as_far(engine: Engine) -> None:
    once, twice = (logs_of_totals(engine, scale).std() for scale in (1.0, 2.0))
    assert once > 0.005
    assert twice / once == pytest.approx(2.0, rel=0.1)


def test_trajectories_lie_around_the_forecast(engine: Engine) -> None:
    known = history()
    forecast, found = predict(engine, known).people, sample(engine, known, range(MANY))
    for area in range(3):
        mean = found.people(area)[-1].mean(axis=-1)
        assert mean[:, :60] == pytest.approx(forecast[-1, area, :, :60], rel=0.01)


def test_trajectories_come_in_opposite_pairs(engine: Engine) -> None:
    logs = logs_of_totals(engine, 1.0)
    assert np.corrcoef(logs[0::2], logs[1::2])[0, 1] < -0.99


def test_areas_stray_together_and_by_themselves(engine: Engine) -> None:
    found = sample(engine, history(), range(MANY))
    first, second = (np.log(found.people(area)[-1].sum(axis=(0, 1))) for area in (0, 1))
    assert 0.1 < np.corrcoef(first, second)[0, 1] < 0.95


def test_one_more_area_without_people_leaves_the_trajectories_elsewhere(engine: Engine) -> None:
    three, four = (sample(engine, known, range(FEW)) for known in (history(), with_nobody(history())))
    for area in range(3):
        np.testing.assert_allclose(four.people(area), three.people(area), rtol=1e-9)
    assert (four.people(3) == 0).all()


def test_one_more_area_draws_no_other_shocks_elsewhere(engine: Engine) -> None:
    # how wide they are may be learnt from all areas; which trajectory is high and which low may not
    three, four = (sample(engine, known, range(MANY)) for known in (history(3), history(4)))
    for area in range(3):
        logs = [np.log(found.people(area)[-1].sum(axis=(0, 1))) for found in (three, four)]
        assert np.corrcoef(*logs)[0, 1] > 0.9
