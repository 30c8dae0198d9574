"""One contract for every population engine: whatever stands in ``ENGINES`` is held to it, without a new test."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from forecast.axes import AGES, FEMALE, Floats, Population
from forecast.demography.baselines import ENGINES
from forecast.demography.engine import Components, Engine, Forecast, History
from forecast.demography.migration import NetMigration
from forecast.errors import TooLittleHistory

LAUNCH, LEAVING = 2020, 0.02
YEARS = range(LAUNCH + 1, LAUNCH + 9)
SHAPE = np.where((np.arange(AGES) >= 20) & (np.arange(AGES) < 40), 1.0 / 20.0, 0.0)
STAY = 1.0 - LEAVING


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


def predict(engine: Engine, known: History) -> Forecast:
    return engine.fit(known).predict(YEARS)


@pytest.fixture(params=sorted(ENGINES))
def engine(request: pytest.FixtureRequest) -> Engine:
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
    fitted = engine.fit(known)
    first = fitted.predict(YEARS)
    for again in (fitted.predict(YEARS), predict(engine, known), predict(engine, history())):
        assert np.array_equal(again.people, first.people)


def test_the_input_stays_as_it_was(engine: Engine) -> None:
    known, kept = history(), history()
    predict(engine, known)
    for now, before in zip(known.stocks, kept.stocks, strict=True):
        assert np.array_equal(now.people, before.people)
        assert now.areas == before.areas
    assert known.components is not None
    assert kept.components is not None
    for name in ("rates", "shapes", "boys", "reference", "relative", "factor", "students"):
        assert np.array_equal(getattr(known.components, name), getattr(kept.components, name)), name
    for name in ("rates", "parent", "profile"):
        assert np.array_equal(getattr(known.components.migration, name), getattr(kept.components.migration, name))


def test_the_forecast_does_not_share_memory_with_the_input(engine: Engine) -> None:
    known = history()
    forecast = predict(engine, known)
    for stock in known.stocks:
        assert not np.shares_memory(forecast.people[1:], stock.people)


def test_a_flat_history_gives_a_flat_forecast(engine: Engine) -> None:
    known = history(flat=True)
    people = predict(engine, known).people
    assert people == pytest.approx(np.repeat(known.launch.people[None], len(YEARS) + 1, axis=0), rel=1e-9)


def test_one_more_area_changes_nothing_elsewhere(engine: Engine) -> None:
    three, four = predict(engine, history(3)).people, predict(engine, history(4)).people
    assert four[:, :3] == pytest.approx(three, rel=1e-12)


def test_a_shorter_forecast_is_the_beginning_of_a_longer_one(engine: Engine) -> None:
    fitted = engine.fit(history())
    assert np.array_equal(fitted.predict(YEARS[:3]).people, fitted.predict(YEARS).people[:4])


def test_nothing_known_is_too_little_history(engine: Engine) -> None:
    with pytest.raises(TooLittleHistory):
        engine.fit(History(()))


@pytest.mark.parametrize("years", [range(2022, 2025), range(2020, 2025), range(2021, 2021)])
def test_years_that_do_not_follow_the_launch_are_refused(engine: Engine, years: range) -> None:
    with pytest.raises(ValueError, match="do not follow the launch 2020"):
        engine.fit(history()).predict(years)


def test_years_with_gaps_are_refused(engine: Engine) -> None:
    with pytest.raises(ValueError, match="2020"):
        engine.fit(history()).predict(range(LAUNCH + 1, LAUNCH + 8, 2))


def test_engines_are_frozen(engine: Engine) -> None:
    for field in dataclasses.fields(type(engine)):  # type: ignore[arg-type]  # the protocol does not say dataclass
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(engine, field.name, None)
    assert type(engine)() == engine
