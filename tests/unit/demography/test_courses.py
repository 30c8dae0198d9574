from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.axes import AGES, Floats, Population
from forecast.demography.courses import MORTAL, by_ratios, centred, chance, mobile, slower, straightened
from forecast.demography.noise import Draws, Noise, Onset, Stream, Wave
from forecast.demography.sampled import Sampled

STILL = Stream(Wave(0.0, 0.0), Wave(0.0, 0.0))
QUIET = Noise(STILL, STILL, STILL, 0.0, np.inf, 0.0)
CELLS = 6


def luck(per_person: float) -> Noise:
    return dataclasses.replace(QUIET, chance=per_person)


def even(ratio: float, steps: int, size: float = 100.0, cells: int = CELLS) -> tuple[Population, Floats, Floats]:
    """One area of one sex: launch, expected people and ratios, each cohort keeping the same share a step."""
    launch = Population(("a",), 2020, np.full((1, 1, cells), size))
    ratios = np.full((steps, 1, 1, cells), ratio)
    people = [launch.people]
    for _ in range(steps):
        after = np.full_like(people[-1], size)
        after[..., 1:] = people[-1][..., :-1] * ratio
        after[..., -1] += people[-1][..., -1] * ratio
        people.append(after)
    return launch, np.stack(people), ratios


def sampled(noise: Noise, draws: int = 2000, steps: int = 5, ratio: float = 0.9, cells: int = CELLS) -> Sampled:
    launch, expected, ratios = even(ratio, steps, cells=cells)
    return by_ratios(launch, expected, ratios, ratios[0, 0], noise, Draws(5, range(draws), "all"), 1.0)


# ---------------------------------------------------------------------------------------------- who moves, how fast
def test_mobility_is_one_on_average() -> None:
    people = np.linspace(200.0, 1.0, 2 * AGES).reshape(1, 2, AGES)
    moving = mobile(Population(("a",), 2020, people))
    assert (moving * people[0]).sum() / people.sum() == pytest.approx(1.0)
    assert np.array_equal(moving[0], moving[1])
    assert moving[0].argmax() in range(20, 26)
    groups = mobile(Population(("a",), 2020, np.ones((1, 1, 20)), 5))
    assert groups.shape == (1, 20)
    assert groups[0].argmax() == 4  # 20-24
    assert groups[0].mean() == pytest.approx(1.0)


def test_the_end_of_life_improves_slowly() -> None:
    pace = slower(Population(("a",), 2020, np.ones((1, 1, AGES))))
    assert pace[:96].tolist() == [1.0] * 96
    assert pace[96:101].tolist() == [0.7] * 5
    assert pace[101:].tolist() == [0.35] * 10
    # an open group, whatever it begins with, holds people of that end
    assert slower(Population(("a",), 2020, np.ones((1, 1, 18)), 5)).tolist() == [1.0] * 17 + [0.7]


# ------------------------------------------------------------------------------------------------------------- chance
def test_the_variance_of_luck_by_hand() -> None:
    # 100 people a cell, 0.2 a person and year: 0.002 a year; those born on the way 1 / 50 besides
    expected = np.full((4, 1, 1, CELLS), 100.0)
    gains = chance(expected, np.full((3, 1, 1), 50.0), luck(0.2), (0, 0))[:, 0, 0]
    # the cohort in cell 1 at the launch: 2, 3, 4
    assert np.cumsum([gains[0, 2], gains[1, 3], gains[2, 4]]) ** 2 == pytest.approx([0.002, 0.004, 0.006])
    # born in the first step: 0, 1, 2
    assert np.cumsum([gains[0, 0], gains[1, 1], gains[2, 2]]) ** 2 == pytest.approx([0.022, 0.024, 0.026])


def test_fewer_people_more_luck() -> None:
    expected = np.full((2, 2, 1, CELLS), 100.0)
    expected[:, 1] = 25.0
    gains = chance(expected, np.full((1, 2, 1), 1e9), luck(0.2), (0, 0))
    assert gains[0, 1] == pytest.approx(2.0 * gains[0, 0])
    # nobody counts as one person
    nobody = chance(np.zeros((2, 1, 1, CELLS)), np.zeros((1, 1, 1)), luck(0.2), (0, 0))
    assert nobody[0, 0, 0, 1:] == pytest.approx(np.full(CELLS - 1, np.sqrt(0.2)))


def test_steps_on_record_have_no_luck() -> None:
    expected = np.full((4, 1, 1, CELLS), 100.0)
    gains = chance(expected, np.full((3, 1, 1), 50.0), luck(0.2), (1, 2))[:, 0, 0]
    assert (gains[0] == 0).all()
    assert gains[1, 0] ** 2 == pytest.approx(1 / 50)
    assert (gains[1, 1:] == 0).all()
    assert gains[2, 3] ** 2 == pytest.approx(0.002)
    assert not chance(expected, np.full((3, 1, 1), 50.0), QUIET, (0, 0)).any()


def test_some_cells_are_drawn_anew() -> None:
    expected = np.full((2, 1, 1, CELLS), 100.0)
    gains = chance(expected, np.full((1, 1, 1), 50.0), luck(0.2), (0, 0), (3,))[0, 0, 0] ** 2
    assert gains[2:5] == pytest.approx([0.002, 0.002 + 1 / 100, 0.002])


@pytest.mark.parametrize("size", [1.0, 10.0, 100.0])
def test_luck_leaves_the_mean_however_few_there_are(size: float) -> None:
    # a cohort of ten people strays by 0.4 in eight years: without centring its mean would lie 7 % above
    launch, expected, ratios = even(0.9, 8, size, cells=20)
    found = by_ratios(launch, expected, ratios, ratios[0, 0], luck(0.124), Draws(5, range(20_000), "all"), 1.0)
    people = found.people(0)[:, 0]
    assert people.mean(axis=-1) == pytest.approx(expected[:, 0, 0], rel=0.04 if size == 1.0 else 0.01)
    crooked = dataclasses.replace(found.course, growth=np.ones_like(found.course.growth))
    assert dataclasses.replace(found, course=crooked).people(0)[8, 0, 12].mean() > people[8, 12].mean()
    # as wide as chance has it
    if size == 100.0:
        gains = chance(expected, np.full((8, 1, 1), size), luck(0.124), (0, 0))[:, 0, 0]
        wanted = sum(gains[step, 5 + step] for step in range(8))
        assert np.log(people[8, 12]).std() == pytest.approx(wanted, rel=0.05)


def test_luck_is_centred_by_hand() -> None:
    # 1 + 0.1 e twice: the mean of the product is 1.01; what is born in the second step has strayed once
    gains = np.full((2, 1, 1, CELLS), 0.1)
    expected = np.full((3, 1, 1, CELLS), 100.0)
    found = centred(gains, expected)[:, 0, 0]
    assert found[0] == pytest.approx(np.ones(CELLS))
    assert found[1] == pytest.approx([1.0, *[1 / 1.01] * 4, 1 / 1.005])  # half of the open cell comes into it
    assert centred(0 * gains, expected) == pytest.approx(np.ones((2, 1, 1, CELLS)))


# -------------------------------------------------------------------------------------------------------------- moves
def restless(shared: Wave, own: Wave, freedom: float = np.inf) -> Noise:
    return dataclasses.replace(QUIET, moves=Stream(shared, own), freedom=freedom)


@pytest.mark.parametrize(
    "noise",
    [
        restless(Wave(0.015, 0.8), Wave(0.0, 0.0)),
        restless(Wave(0.0, 0.0), Wave(0.015, 0.9)),
        restless(Wave(0.01, 0.6), Wave(0.01, 0.8), 12.0),
    ],
)
def test_moves_that_stray_leave_the_mean_of_a_cohort(noise: Noise) -> None:
    found = sampled(noise, steps=8, cells=AGES)
    people, expected = found.people(0)[-1, 0], even(0.9, 8, cells=AGES)[1][-1, 0, 0]
    logs = np.log(people[10:-1])
    # they do stray: by four tenths and more at the ages that move most
    assert logs.std(axis=-1).max() > 0.4
    assert people[:-1].mean(axis=-1) == pytest.approx(expected[:-1], rel=0.03)
    # and without what takes the growth of the mean back they would not
    course = dataclasses.replace(found.course, growth=np.ones_like(found.course.growth))
    crooked = dataclasses.replace(found, course=course).people(0)[-1, 0]
    assert (crooked[:-1].mean(axis=-1) / expected[:-1]).max() > 1.05


def test_what_is_taken_back_by_hand() -> None:
    # news of sd 0.1 a year that do not last, mobility 1: the variance of a cohort grows by 0.01 a step
    moving = np.ones((1, CELLS))
    factor = straightened(restless(Wave(0.1, 0.0), Wave(0.0, 0.0)), Onset(), moving, 3)[:, 0]
    assert factor[:, 3] == pytest.approx(np.full(3, np.exp(-0.005)))
    # nothing in the years on record, and nothing without moves
    late = straightened(restless(Wave(0.1, 0.0), Wave(0.0, 0.0)), Onset(moves=2), moving, 3)[:, 0]
    assert late[:, 3] == pytest.approx([1.0, 1.0, np.exp(-0.005)])
    assert straightened(QUIET, Onset(), moving, 3) == pytest.approx(np.ones((3, 1, CELLS)))


def test_shared_moves_are_wilder_and_settled_ones_begin_at_their_size() -> None:
    moving = np.ones((1, CELLS))
    wild = straightened(restless(Wave(0.1, 0.0), Wave(0.0, 0.0), 4.0), Onset(), moving, 1)[0, 0]
    assert wild[3] == pytest.approx(np.exp(-0.5 * 0.01 * 4 / 2))
    settled = straightened(restless(Wave(0.0, 0.0), Wave(0.1, 0.6)), Onset(settled=True), moving, 1)[0, 0]
    assert settled[3] == pytest.approx(np.exp(-0.5 * 0.01 / 0.64))


# ------------------------------------------------------------------------------------------------------------- ratios
@given(st.floats(0.5, 1.3), st.integers(1, 4))
def test_without_noise_the_course_is_the_forecast(ratio: float, steps: int) -> None:
    launch, expected, ratios = even(ratio, steps)
    found = by_ratios(launch, expected, ratios, ratios[0, 0], QUIET, Draws(1, range(2), "all"), 1.0)
    assert list(found.years) == list(range(2020, 2021 + steps))
    assert found.people(0) == pytest.approx(np.repeat(expected[:, 0, :, :, None], 2, axis=-1))


def test_the_old_alone_die_by_chance() -> None:
    noise = dataclasses.replace(QUIET, deaths=Stream(Wave(0.2, 0.0), Wave(0.0, 0.0)))
    found = sampled(noise, steps=1, cells=AGES, draws=4000)
    after = found.people(0)[1, 0]
    assert after[:MORTAL].std(axis=-1) == pytest.approx(np.zeros(MORTAL), abs=1e-9)
    # 100 people, a hazard of -log 0.9 that strays by a fifth, and so 90 survivors by 90 x 0.2 x 0.105
    assert after[MORTAL : AGES - 20].std(axis=-1) == pytest.approx(90 * 0.2 * -np.log(0.9), rel=0.05)
    assert after.mean(axis=-1) == pytest.approx(even(0.9, 1, cells=AGES)[1][1, 0, 0], rel=0.002)


def test_children_stray_with_births() -> None:
    noise = dataclasses.replace(QUIET, births=Stream(Wave(0.1, 0.0), Wave(0.0, 0.0)))
    after = sampled(noise, steps=2, draws=4000).people(0)[2, 0]
    assert np.log(after[0]).std() == pytest.approx(0.1, rel=0.05)
    assert np.log(after[1]).std() == pytest.approx(0.1, rel=0.05)
    assert after[2:].std(axis=-1) == pytest.approx(np.zeros(CELLS - 2), abs=1e-9)


def test_steps_of_five_years_stray_as_five_years_do() -> None:
    launch, expected, ratios = even(0.9, 2)
    groups = Population(launch.areas, 2020, launch.people, 5)
    noise = restless(Wave(0.01, 0.6), Wave(0.0, 0.0))
    found = by_ratios(groups, expected, ratios, ratios[0, 0], noise, Draws(1, range(4), "all"), 2.0)
    assert list(found.years) == [2020, 2025, 2030]
    assert found.noise.moves.shared == Wave(0.02, 0.6).over(5, summed=True)
