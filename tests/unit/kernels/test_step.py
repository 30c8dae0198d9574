from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.kernels import step as kernel
from forecast.kernels import step_numpy
from forecast.kernels.step import Exposure, Projection, Timing, balance, project, step

TIMINGS: tuple[Timing, ...] = ("start", "even", "end")
EXPOSURES: tuple[Exposure, ...] = ("survivors", "final", "even")
PERSONS = [(timing, exposure, False) for timing in TIMINGS for exposure in EXPOSURES]
RULES: list[tuple[Timing, Exposure, bool]] = [*PERSONS, ("end", "survivors", True), ("end", "final", True)]
EVENTS = ("people", "births", "newborns", "deaths")


def case(seed: int, areas: int, ages: int, shared: int) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Made people and rates; bit k of ``shared`` leaves rate k with a single area."""
    draw = np.random.default_rng(seed)
    rows = [1 if shared >> bit & 1 else areas for bit in range(4)]
    fertility = draw.uniform(0, 0.3, (rows[1], ages)) * (draw.random((rows[1], ages)) < 0.6)
    return (
        draw.uniform(0, 100, (areas, 2, ages)),
        draw.uniform(0, 1, (rows[0], 2, ages)),
        fertility,
        draw.uniform(0.4, 0.6, rows[2]),
        draw.uniform(-1, 1, (rows[3], 2, ages)),
    )


# 100, 80, 60 men and women; 0.8 of the newborn live, 0.9 to age 1, 0.5 of the two oldest together; fertility 0.2 at 1.
START = np.array([[[100.0, 80.0, 60.0], [100.0, 80.0, 60.0]]])
SURVIVAL = np.array([[[0.8, 0.9, 0.5], [0.8, 0.9, 0.5]]])
FERTILITY = np.array([[9.0, 0.2, 9.0]])
MIGRANTS = np.array([[[4.0, 10.0, 6.0], [4.0, 10.0, 6.0]]])


@pytest.mark.parametrize(
    ("timing", "exposure", "women"),
    [
        ("end", "survivors", (80 + 90) / 2),
        ("end", "final", (80 + 100) / 2),  # 90 survivors and 10 migrants
        ("even", "survivors", (85 + 96.8) / 2),  # 80 + 5 at the start; (100 + 2) x 0.9 + 5 at the end
        ("even", "final", (80 + 96.8) / 2),
        ("end", "even", (85 + 96.8) / 2),  # as "survivors" under "even"
        ("even", "even", (85 + 96.8) / 2),
        ("start", "survivors", (90 + 93.6) / 2),  # 80 + 10; (100 + 4) x 0.9
        ("start", "final", (80 + 93.6) / 2),
        ("start", "even", (85 + 96.8) / 2),
    ],
)
def test_women_who_bear_by_hand(timing: Timing, exposure: Exposure, women: float) -> None:
    year = step(START, SURVIVAL, FERTILITY, 0.5, MIGRANTS, timing=timing, exposure=exposure)
    assert year.births == pytest.approx(np.array([[0, 0.2 * women, 0]]))


@pytest.mark.parametrize(
    ("timing", "ones", "oldest"),
    [("end", 90 + 10, 70 + 6), ("even", 102 * 0.9 + 5, 148 * 0.5 + 3), ("start", 104 * 0.9, 156 * 0.5)],
)
def test_migrants_join_in_time(timing: Timing, ones: float, oldest: float) -> None:
    year = step(START, SURVIVAL, FERTILITY, 0.25, MIGRANTS, timing=timing, exposure="final")
    born = year.births.sum()
    infants = {"end": 4.0, "even": 2.0, "start": 0.0}[timing]
    assert year.people[0, :, 1:] == pytest.approx(np.array([[ones, oldest]] * 2))
    assert year.newborns == pytest.approx(np.array([[0.25 * born, 0.75 * born]]))
    assert year.people[0, :, 0] == pytest.approx(0.8 * np.array([0.25, 0.75]) * born + infants)
    assert year.deaths[0, :, 0] == pytest.approx(0.2 * np.array([0.25, 0.75]) * born)


def test_rates_apply_to_the_survivors_and_the_newborn() -> None:
    year = step(START, SURVIVAL, FERTILITY, 0.5, np.full((1, 2, 3), 0.1), rates=True)
    assert year.people == pytest.approx(np.array([[[6.8 * 1.1, 99, 77], [6.8 * 1.1, 99, 77]]]))


@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(2, 9), st.integers(0, 15), st.sampled_from(RULES))
def test_both_implementations_give_the_same_bits(
    seed: int, areas: int, ages: int, shared: int, rules: tuple[Timing, Exposure, bool]
) -> None:
    timing, exposure, rates = rules
    how: dict[str, Any] = {"timing": timing, "exposure": exposure, "rates": rates}
    given_ = case(seed, areas, ages, shared)
    one, other = step(*given_, **how, engine="numpy"), step(*given_, **how, engine="numba")
    for name in EVENTS:
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes()


def test_threads_do_not_change_a_bit() -> None:
    given_ = case(5, 3 * kernel.BLOCK + 1, 7, 2)
    one = step(*given_, engine="numba", threads=1)
    for threads in (2, 3, 5):
        other = step(*given_, engine="numba", threads=threads)
        assert all(getattr(one, name).tobytes() == getattr(other, name).tobytes() for name in EVENTS)


def test_a_large_run_takes_the_compiled_kernel_and_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    given_ = case(7, 10, 6, 0)
    small = step(*given_)
    monkeypatch.setattr(kernel, "LARGE", 1)
    monkeypatch.setattr(step_numpy, "advance", None)  # calling it would fail
    assert step(*given_).people.tobytes() == small.people.tobytes()


@pytest.mark.parametrize("engine", ["numpy", "numba"])
@pytest.mark.parametrize("yearly", [False, True])
def test_a_projection_is_step_after_step(engine: kernel.Engine, yearly: bool) -> None:
    years = 4
    start, *rates = case(11, 3, 6, 4)
    scale = np.linspace(1, 0.9, years) if yearly else np.ones(1)
    by_year = [np.stack([factor * rate for factor in scale]) for rate in rates]
    run = project(start, *by_year, years=years, engine=engine)
    people = start
    for year in range(years):
        one = step(people, *[rate[min(year, len(rate) - 1)] for rate in by_year])
        assert (run.people[year + 1] == one.people).all()
        assert (run.births[year] == one.births).all()
        assert (run.newborns[year] == one.newborns).all()
        assert (run.deaths[year] == one.deaths).all()
        people = one.people


@pytest.mark.parametrize("engine", ["numpy", "numba"])
def test_people_alone_are_the_same_people(engine: kernel.Engine) -> None:
    start, *rates = case(13, 3, 6, 0)
    by_year = [rate[None] for rate in rates]
    full = project(start, *by_year, years=3, engine=engine)
    kept = kernel.room(3, 3, 6, events=False)
    bare = project(start, *by_year, years=3, engine=engine, into=kept)
    assert bare is kept
    assert (bare.people == full.people).all()
    assert bare.births.shape == (0, 3, 6)


@given(st.integers(0, 10_000), st.sampled_from(PERSONS))
def test_nobody_appears_or_vanishes(seed: int, rules: tuple[Timing, Exposure, bool]) -> None:
    timing, exposure, _ = rules
    start, survival, fertility, boys, migrants = case(seed, 3, 5, 0)
    year = step(start, survival, fertility, boys, migrants, timing=timing, exposure=exposure)
    left = balance(start, year.people, year.newborns, year.deaths, migrants, timing=timing)
    assert left == pytest.approx(0, abs=1e-9)
    total = start.sum() + year.births.sum() - year.deaths.sum() + migrants.sum()
    assert year.people.sum() == pytest.approx(total)


def test_the_balance_sees_a_single_person() -> None:
    year = step(START, SURVIVAL, FERTILITY, 0.5, MIGRANTS)
    year.people[0, 1, 2] += 1
    left = balance(START, year.people, year.newborns, year.deaths, MIGRANTS)
    assert left == pytest.approx(np.array([[[0, 0, 0], [0, 0, 1]]]))


@given(st.integers(0, 10_000))
def test_another_area_changes_nothing_elsewhere(seed: int) -> None:
    start, *rates = case(seed, 3, 5, 0)
    three, two = step(start, *rates), step(start[:2], *[rate[:2] for rate in rates])
    assert (three.people[:2] == two.people).all()


def test_inputs_stay_untouched_and_may_be_frozen() -> None:
    given_ = case(17, 3, 5, 0)
    before = [array.copy() for array in given_]
    for array in given_:
        array.flags.writeable = False
    step(*given_, timing="even", engine="numpy")
    step(*given_, timing="even", engine="numba")
    assert all((array == kept).all() for array, kept in zip(given_, before, strict=True))


def test_wrong_shapes_are_all_named() -> None:
    with pytest.raises(ValueError, match=r"survival of shape .* is not .*; fertility of shape"):
        step(START, SURVIVAL[..., :2], FERTILITY[..., :2], 0.5)
    with pytest.raises(ValueError, match="is not"):
        step(START[0], SURVIVAL, FERTILITY, 0.5)


def test_rules_that_contradict_are_refused() -> None:
    with pytest.raises(ValueError, match="timing must be 'end'"):
        step(START, SURVIVAL, FERTILITY, 0.5, MIGRANTS, rates=True, timing="even")
    with pytest.raises(ValueError, match="cannot be 'even'"):
        step(START, SURVIVAL, FERTILITY, 0.5, MIGRANTS, rates=True, exposure="even")
    with pytest.raises(ValueError, match="the known ones are"):
        step(START, SURVIVAL, FERTILITY, 0.5, MIGRANTS, timing="middle")  # type: ignore[arg-type]  # that is the test


def test_a_room_too_small_is_refused() -> None:
    small: Projection = kernel.room(2, 1, 3)
    with pytest.raises(ValueError, match="room"):
        project(START, SURVIVAL[None], FERTILITY[None], 0.5, years=3, into=small)
