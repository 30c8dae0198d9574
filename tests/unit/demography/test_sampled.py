from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from forecast.demography.cohort import CohortComponent
from forecast.demography.engine import History
from forecast.demography.noise import TYPICAL, Draws, Noise, Onset, Stream, Wave
from forecast.demography.sampled import UNKNOWN, Sampled, Walk, Walked
from forecast.kernels.paths import Course

Made = Callable[..., History]
STILL = Stream(Wave(0.0, 0.0), Wave(0.0, 0.0))
BIRTHS_ALONE = dataclasses.replace(TYPICAL, deaths=STILL, moves=STILL, chance=0.0, pace=0.0)
YEARS = range(2021, 2027)
CELLS = 4


def course(steps: int) -> Course:
    """Two areas of one sex, 100 people a cell and 100 births a step; nobody dies or moves."""
    flat = np.ones((1, 1, 1, CELLS))
    start = np.full((2, 1, CELLS), 100.0)
    return Course(
        start, flat, 0 * flat, flat, flat[0, 0], np.zeros((1, 1, CELLS)), np.full((steps, 2), 100.0), np.ones(1)
    )


def sampled(noise: Noise, born: int = 0) -> Sampled:
    """Three steps, the births of so many of them on record."""
    return Sampled(("a", "b"), range(2020, 2024), course(3), noise, Draws(1, range(8), "all"), Onset(births=born))


# ------------------------------------------------------------------------------------------------------------ cohorts
def test_children_who_are_born_carry_no_noise_of_births() -> None:
    people = sampled(BIRTHS_ALONE, born=2).people(0)
    # born in the first two steps or before: as many in every trajectory; born in the third: not
    spread = np.ptp(people, axis=-1)
    assert (spread[:3] == 0).all()
    assert (spread[3, 0, 1:] == 0).all()
    assert spread[3, 0, 0] > 0.5


def test_births_on_record_of_the_engine_do_not_stray(made: Made) -> None:
    known = made(2, 6, births={2021: 900.0, 2022: 950.0})
    assert known.components is not None
    known = dataclasses.replace(known, components=dataclasses.replace(known.components, born_until=2023))
    people = CohortComponent(noise=BIRTHS_ALONE).fit(known).sample(YEARS, Draws(1, range(16), "all")).people(1)
    spread = np.ptp(people, axis=-1)
    # three years of birth are on record: in 2026 those of three to five, and everybody older
    assert (spread[:4] == 0).all()
    assert (spread[6, :, 3:] == 0).all()
    assert (spread[6, :, :3] > 0).all()


def test_whoever_is_apart_is_added_to_every_trajectory() -> None:
    apart = np.zeros((4, 2, 1, CELLS))
    apart[:, 1, 0, 2] = [1.0, 2.0, 3.0, 4.0]
    alone = sampled(TYPICAL)
    both = dataclasses.replace(alone, apart=apart)
    extra = both.people(1) - alone.people(1)
    assert extra[:, 0, 2] == pytest.approx(np.repeat([[1.0], [2.0], [3.0], [4.0]], 8, axis=1))
    assert both.people(0).tobytes() == alone.people(0).tobytes()
    groups = ((0, 2), (1, CELLS))
    assert both.sums(1, groups)[0] == pytest.approx(alone.sums(1, groups)[0])
    assert both.sums(1, groups)[1] - alone.sums(1, groups)[1] == pytest.approx(extra[:, 0, 2])


def test_events_balance_the_people() -> None:
    found = sampled(TYPICAL).cells(0, events=True)
    before, after = found.people[:-1].sum(axis=(1, 2)), found.people[1:].sum(axis=(1, 2))
    moved = found.births - found.deaths.sum(axis=(1, 2)) + found.migrants.sum(axis=(1, 2))
    assert after - before == pytest.approx(moved)


def test_what_areas_share_is_drawn_once() -> None:
    found = sampled(dataclasses.replace(TYPICAL, births=Stream(Wave(0.1, 0.5), Wave(0.0, 0.0))))
    assert found.shared is found.shared
    assert np.array_equal(found.shocks(0).births, found.shocks(1).births)
    assert not np.array_equal(found.shocks(0).moves, found.shocks(1).moves)


# -------------------------------------------------------------------------------------------------------------- walks
def test_a_walk_by_hand() -> None:
    # two areas of the same size: news of +3 % and +1 %, then -1 % and -3 %: +-2 % in common, +-1 % of their own
    logs = np.array([[0.0, 0.0], [0.03, 0.01], [0.02, -0.02]])
    logs[2] = logs[1] + [-0.01, -0.03]
    walk = Walk.of(100.0 * np.exp(logs), np.array([2018.0, 2019.0, 2020.0]), np.zeros(2))
    assert (walk.shared, walk.own) == pytest.approx((0.02, 0.01), rel=0.02)


def test_news_of_ten_years_are_those_of_one_times_the_root() -> None:
    totals = np.array([[100.0], [100.0 * np.exp(0.2 + 0.05 * np.sqrt(10))]])
    walk = Walk.of(totals, np.array([2010.0, 2020.0]), np.array([0.02]))
    assert (walk.shared, walk.own) == pytest.approx((0.05, 0.0))


def test_areas_without_people_say_nothing() -> None:
    years = np.array([2018.0, 2019.0, 2020.0])
    totals = 100.0 * np.exp(np.array([[0.0], [0.03], [0.02]]))
    alone, beside = (
        Walk.of(cells, years, np.zeros(cells.shape[1])) for cells in (totals, np.hstack([totals, 0 * totals]))
    )
    assert (beside.shared, beside.own) == pytest.approx((alone.shared, alone.own))
    nobody = Walk.of(np.zeros((3, 2)), years, np.zeros(2))
    assert (nobody.shared, nobody.own) == (UNKNOWN, UNKNOWN)


def walked(draws: int, width: int = 1, scale: float = 1.0) -> Walked:
    years = range(2020, 2020 + 4 * width + 1, width)
    expected = np.full((5, 2, 1, CELLS), 100.0)
    return Walked(("a", "b"), years, expected, Walk(0.04, 0.03), Draws(1, range(draws), "all"), scale)


@pytest.mark.parametrize(("width", "scale"), [(1, 1.0), (5, 1.0), (1, 2.0)])
def test_the_variance_of_a_walk_grows_with_the_years(width: int, scale: float) -> None:
    # 0.04^2 + 0.03^2 = 0.05^2 a year
    logs = np.log(walked(20_000, width, scale).people(0)[:, 0, 0] / 100.0)
    years = width * np.arange(5)
    assert logs.std(axis=-1) == pytest.approx(scale * 0.05 * np.sqrt(years), rel=0.03)


def test_walks_leave_the_mean() -> None:
    found = walked(20_000)
    assert found.people(1).mean(axis=-1) == pytest.approx(found.expected[:, 1], rel=0.0005)


def test_walks_of_two_areas_have_a_part_in_common() -> None:
    found = walked(20_000)
    logs = [np.log(found.people(area)[-1, 0, 0]) for area in (0, 1)]
    assert np.corrcoef(*logs)[0, 1] == pytest.approx(0.0016 / 0.0025, abs=0.02)


def test_all_ages_walk_together() -> None:
    people = walked(6).people(0)
    assert np.array_equal(people[:, 0, 0], people[:, 0, CELLS - 1])
