from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.demography.noise import BIRTHS, DEATHS, MOVES, TYPICAL, Draws, Noise, Onset, Shared, Stream, Wave

STILL = Stream(Wave(0.0, 0.0), Wave(0.0, 0.0))
MANY = 20_000
KEPT, RUN = st.floats(0.0, 0.98), st.floats(0.0, 0.8)


def news(steps: int, draws: int = MANY) -> Floats:
    return np.asarray(Draws(3, range(draws), "all").normals("a", steps)[BIRTHS])


def only(**streams: Stream) -> Noise:
    """No noise but that of the streams named."""
    return dataclasses.replace(Noise(STILL, STILL, STILL, 0.0, np.inf, 0.0), **streams)  # type: ignore[arg-type]  # streams by name


# -------------------------------------------------------------------------------------------------------------- waves
def test_an_answer_by_hand() -> None:
    # a unit of news: 1; then kept + run; then kept (kept + run) + run^2
    assert Wave(9.0, 0.5, 0.2).answer(3) == pytest.approx([1.0, 0.7, 0.5 * 0.7 + 0.04])
    assert Wave(9.0, 0.5).answer(3) == pytest.approx([1.0, 0.5, 0.25])
    assert Wave(9.0, 0.5).answer(0).tolist() == []


def test_a_path_by_hand() -> None:
    # n = 2, 2 x 0.5 + 2; u = 2, 0.9 x 2 + 3: nothing before the first step
    path = Wave(2.0, 0.9, 0.5).path(np.ones((3, 1)), 1)
    assert path.ravel() == pytest.approx([0.0, 2.0, 4.8])


@given(KEPT, RUN, st.integers(0, 4))
def test_a_path_is_the_sum_of_its_answers(kept: float, run: float, first: int) -> None:
    wave, given_news = Wave(0.3, kept, run), news(6, 3)
    answer = wave.answer(6)
    wanted = [
        sum(0.3 * given_news[then] * answer[now - then] for then in range(first, now + 1)) * np.ones(3)
        for now in range(6)
    ]
    assert wave.path(given_news, first) == pytest.approx(np.array(wanted))


@pytest.mark.parametrize("wave", [Wave(0.02, 0.98), Wave(0.3, 0.6), Wave(0.02, 0.95, 0.5), Wave(0.1, 0.0)])
def test_the_variance_is_that_of_the_paths(wave: Wave) -> None:
    seen = wave.path(news(8), 2).var(axis=1)
    since = np.array([0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    assert wave.variance(since, settled=False) == pytest.approx(seen, rel=0.04)


def test_a_settled_wave_strays_as_far_from_the_first_step_on() -> None:
    wave = Wave(0.3, 0.8)
    seen = wave.path(news(5), 1, settled=True).var(axis=1)
    wanted = wave.variance(np.arange(5.0), settled=True)
    assert wanted == pytest.approx([0.0, *[0.09 / 0.36] * 4])
    assert wanted == pytest.approx(seen, rel=0.04)


@pytest.mark.parametrize("summed", [True, False])
@pytest.mark.parametrize("wave", [Wave(0.025, 0.98), Wave(0.016, 0.95, 0.5), Wave(0.0026, 0.6), Wave(0.03, 0.5, 0.4)])
def test_five_years_in_one_step_keep_the_variance_of_the_first_two(wave: Wave, summed: bool) -> None:
    yearly = wave.path(news(10), 0)
    stepped = yearly.reshape(2, 5, -1).sum(axis=1) * (1.0 if summed else 0.2)
    over = wave.over(5, summed=summed)
    assert over.variance(np.array([1.0, 2.0]), settled=False) == pytest.approx(stepped.var(axis=1), rel=0.05)
    assert over.kept == pytest.approx(wave.kept**5)


@given(KEPT, RUN, st.integers(2, 5))
def test_a_sum_over_years_is_their_mean_times_the_years(kept: float, run: float, width: int) -> None:
    wave = Wave(0.1, kept, run)
    summed, mean = (wave.over(width, summed=way) for way in (True, False))
    assert summed.sd == pytest.approx(width * mean.sd)
    assert (summed.kept, summed.run) == pytest.approx((mean.kept, mean.run))
    assert wave.over(1, summed=True) == wave


# -------------------------------------------------------------------------------------------------------------- draws
@given(st.integers(0, 7), st.integers(1, 9))
def test_opposite_pairs_whatever_part_is_drawn(start: int, draws: int) -> None:
    whole = Draws(1, range(16), "all").normals("a", 3)
    assert np.array_equal(whole[..., 1::2], -whole[..., 0::2])
    part = Draws(1, range(start, start + draws), "all").normals("a", 3)
    assert part.tobytes() == np.ascontiguousarray(whole[..., start : start + draws]).tobytes()


def test_names_and_seeds_draw_other_numbers() -> None:
    first, second = (Draws(1, range(MANY), "all").normals(name, 1)[0, 0] for name in ("a", "b"))
    other = Draws(2, range(MANY), "all").normals("a", 1)[0, 0]
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.03
    assert abs(np.corrcoef(first, other)[0, 1]) < 0.03


# --------------------------------------------------------------------------------------------------------------- noise
@given(st.floats(0.0, 3.0))
def test_every_standard_deviation_is_multiplied(by: float) -> None:
    scaled = TYPICAL.times(by)
    assert scaled.births.own == Wave(TYPICAL.births.own.sd * by, 0.95, 0.5)
    assert scaled.pace == pytest.approx(TYPICAL.pace * by)
    assert scaled.chance == pytest.approx(TYPICAL.chance * by**2)
    assert scaled.freedom == TYPICAL.freedom


def test_steps_of_five_years() -> None:
    stepped = TYPICAL.over(5)
    assert stepped.moves.shared == TYPICAL.moves.shared.over(5, summed=True)
    assert stepped.births.shared == TYPICAL.births.shared.over(5, summed=False)
    assert (stepped.chance, stepped.pace) == pytest.approx((5 * TYPICAL.chance, 5 * TYPICAL.pace))


@pytest.mark.parametrize("freedom", [5.0, 12.0])
def test_shared_shocks_follow_students_t(freedom: float) -> None:
    # the variance of Student's t is freedom / (freedom - 2); opposite trajectories are equally wild
    shared = Shared(only(moves=Stream(Wave(1.0, 0.0), Wave(0.0, 0.0))), Draws(1, range(MANY), "all"), Onset(), 1)
    assert shared.moves.var() == pytest.approx(1.0, rel=0.03)
    noise = dataclasses.replace(shared.noise, freedom=freedom)
    wild = Shared(noise, Draws(1, range(MANY), "all"), Onset(), 1)
    assert np.mean(wild.wild**2) == pytest.approx(freedom / (freedom - 2), rel=0.03)
    assert wild.moves.var() == pytest.approx(freedom / (freedom - 2), rel=0.05)
    assert np.array_equal(wild.moves[:, 1::2], -wild.moves[:, 0::2])


@pytest.mark.parametrize("freedom", [np.inf, 12.0])
def test_births_and_deaths_have_a_mean_factor_of_one(freedom: float) -> None:
    lively = Stream(Wave(0.2, 0.9), Wave(0.1, 0.8, 0.5))
    noise = dataclasses.replace(only(births=lively, deaths=lively), freedom=freedom, pace=0.02)
    found = Shared(noise, Draws(4, range(MANY), "all"), Onset(births=2), 6).of("a", 2, 9)
    assert found.births[:2] == pytest.approx(np.ones((2, MANY)), abs=1e-15)
    assert found.births.mean(axis=1) == pytest.approx(np.ones(6), abs=0.008)
    assert 1.0 + found.dying.mean(axis=1) == pytest.approx(np.ones(6), abs=0.008)
    assert (found.births[2:].std(axis=1) > 0.1).all()


def test_what_is_on_record_carries_no_shock() -> None:
    shared = Shared(TYPICAL, Draws(1, range(8), "all"), Onset(births=1, deaths=2, moves=3, settled=True), 5)
    found = shared.of("a", 2, 116)
    for series, still, first in ((found.births, 1.0, 1), (found.dying, 0.0, 2), (found.moves, 0.0, 3)):
        assert (series[:first] == still).all()
        assert (series[first:] != still).all()


def test_areas_share_a_part_and_have_a_part_of_their_own() -> None:
    # three quarters of the variance are shared
    noise = only(moves=Stream(Wave(np.sqrt(3.0), 0.0), Wave(1.0, 0.0)))
    shared = Shared(noise, Draws(1, range(MANY), "all"), Onset(), 2)
    first, second = (shared.of(name, 1, 3).moves[1] for name in ("a", "b"))
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(0.75, abs=0.02)
    assert first.var() == pytest.approx(4.0, rel=0.03)


def test_a_trajectory_keeps_its_pace_of_survival() -> None:
    shared = Shared(dataclasses.replace(only(), pace=0.01), Draws(1, range(MANY), "all"), Onset(deaths=1), 4)
    assert shared.deaths[0] == pytest.approx(np.zeros(MANY))
    assert shared.deaths[3] == pytest.approx(3.0 * shared.deaths[1])
    assert shared.deaths[1].std() == pytest.approx(0.01, rel=0.02)


def test_luck_is_drawn_for_each_cohort_under_a_name_of_its_own() -> None:
    shared = Shared(dataclasses.replace(only(), chance=0.1), Draws(1, range(MANY), "all"), Onset(), 2)
    luck = shared.of("a", 2, 5).luck
    assert luck.shape == (2, 5, MANY)
    alike = np.corrcoef(luck.reshape(10, MANY))
    assert alike == pytest.approx(np.eye(10), abs=0.04)
    # the shocks of moves of the same area are other numbers
    assert abs(np.corrcoef(luck[0, 0], shared.draws.normals("a", 2)[MOVES, 0])[0, 1]) < 0.03
    assert Shared(only(), Draws(1, range(4), "all"), Onset(), 2).of("a", 2, 5).luck.size == 0


def test_what_areas_share_of_dying_is_an_areas_without_its_own() -> None:
    draws, onset = Draws(1, range(16), "all"), Onset(deaths=2)
    alone = dataclasses.replace(TYPICAL, deaths=Stream(TYPICAL.deaths.shared, Wave(0.0, 0.0)))
    together = Shared(TYPICAL, draws, onset, 5).dying()
    assert together.tobytes() == Shared(alone, draws, onset, 5).of("a", 2, 9).dying.tobytes()
    assert (together[:2] == 0).all()
    assert (np.ptp(together[2:], axis=-1) > 0).all()
    area = Shared(TYPICAL, draws, onset, 5)
    own = draws.normals("a", 5)[DEATHS]
    assert area.dying(own).tobytes() == area.of("a", 2, 9).dying.tobytes()
