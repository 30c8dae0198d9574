from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from forecast.axes import Floats
from forecast.demography.noise import TYPICAL, Draws, Noise, Stream, Wave
from forecast.demography.sampled import Sampled
from forecast.services.pupils.progression import FittedProgression, GradeProgression
from forecast.services.pupils.pupils import Pupils
from forecast.services.pupils.rolls import Rolls, gathered, trajectories

GRADES = ("g0", "g1", "g2", "g3")
STILL = Stream(Wave(0.0, 0.0), Wave(0.0, 0.0))
BIRTHS_ALONE = dataclasses.replace(TYPICAL, deaths=STILL, moves=STILL, chance=0.0, pace=0.0)
CHANCE_ALONE = dataclasses.replace(TYPICAL, births=STILL, deaths=STILL, moves=STILL, pace=0.0)
AHEAD = 6


def fitted(*, births: bool = True) -> FittedProgression:
    """Two areas, six school years, births known for three entries to come; cohorts stray a little."""
    noise = np.exp(np.random.default_rng(1).normal(0.0, 0.03, (6, 2, 4)))
    cells = np.array([100.0, 1000.0])[:, None] * noise
    known = np.array([200.0, 2000.0]) * np.ones((9, 1)) if births else None
    return GradeProgression().fit(Pupils(("a", "b"), GRADES, 2015, cells, known, 2012, 3.0))


def rolls(noise: Noise, draws: int = 8, scale: float = 1.0, transfers: tuple[int, ...] = ()) -> Sampled:
    return trajectories(fitted(), AHEAD, 5, noise, Draws(1, range(draws), "all"), transfers=transfers, scale=scale)


def spread(found: Sampled, area: int = 0) -> Floats:
    """Range over the trajectories (year, grade), the launch left out."""
    return np.asarray(np.ptp(found.people(area)[1:, 0, : len(GRADES)], axis=-1))


def test_axes_and_launch() -> None:
    found = rolls(TYPICAL)
    assert (found.areas, found.years) == (("a", "b"), range(2020, 2027))
    people = found.people(1)
    assert people.shape == (AHEAD + 1, 1, len(GRADES) + 1, 8)
    assert people[0, 0, :4] == pytest.approx(np.repeat(fitted().launch[1][:, None], 8, axis=1))
    assert np.isfinite(people).all()
    assert (people >= 0).all()


def test_without_shocks_every_trajectory_is_the_forecast() -> None:
    wanted = fitted().predict(AHEAD)
    found = rolls(TYPICAL, scale=0.0)
    for area in range(2):
        assert found.people(area)[1:, 0, :4] == pytest.approx(np.repeat(wanted[:, area, :, None], 8, axis=-1))
        stages = found.sums(area, ((0, 2), (2, 4)))[:, 1:]
        assert stages[0] == pytest.approx(np.repeat(wanted[:, area, :2].sum(axis=-1)[:, None], 8, axis=-1))


def test_so_it_is_without_births() -> None:
    engine = fitted(births=False)
    found = trajectories(engine, AHEAD, 5, TYPICAL, Draws(1, range(2), "all"), scale=0.0)
    wanted = np.repeat(engine.predict(AHEAD)[:, 0, :, None], 2, axis=-1)
    assert found.people(0)[1:, 0, :4] == pytest.approx(wanted)


def test_entrants_who_are_born_carry_no_noise_of_births() -> None:
    strayed = spread(rolls(BIRTHS_ALONE))
    # births are known up to 2020: those of 2020 enter in 2023
    assert fitted().course(AHEAD).unborn.tolist() == [False, False, False, True, True, True]
    assert (strayed[:3] == 0).all()
    assert (strayed[3:, 0] > 0).all()
    # and move up: whoever entered in 2023 or before does not stray in any grade
    for year in range(3, AHEAD):
        born = year - np.arange(4) < 3
        assert (strayed[year][born] == 0).all()
        assert (strayed[year][~born] > 0).all()


def test_the_last_grade_leaves() -> None:
    people = rolls(TYPICAL).people(0)
    assert (people[1:, 0, -1] == 0).all()
    assert people[:, 0].sum(axis=1) == pytest.approx(people[:, 0, :4].sum(axis=1))


def test_more_luck_where_families_choose_anew() -> None:
    plain, chosen = (rolls(CHANCE_ALONE, 4000, transfers=grades).people(0)[1, 0] for grades in ((), (2,)))
    sd = [np.log(people[:4]).std(axis=-1) for people in (plain, chosen)]
    # a year of chance, and for those who choose one over the pupils of their grade besides
    pupils = fitted().predict(1)[0, 0]
    assert sd[0][1:] == pytest.approx(np.sqrt(TYPICAL.chance / pupils[1:]), rel=0.05)
    assert sd[1][2] == pytest.approx(np.sqrt((TYPICAL.chance + 1.0) / pupils[2]), rel=0.05)
    assert sd[1][[1, 3]] == pytest.approx(sd[0][[1, 3]])


def test_trajectories_lie_around_the_forecast() -> None:
    mean = rolls(TYPICAL, 2000).people(1)[1:, 0, :4].mean(axis=-1)
    assert mean == pytest.approx(fitted().predict(AHEAD)[:, 1], rel=0.01)


def test_so_they_do_where_few_pupils_are() -> None:
    # ten pupils a grade: a cohort strays by a third and more
    engine = GradeProgression().fit(Pupils(("a",), GRADES, 2015, np.full((6, 1, 4), 10.0)))
    found = trajectories(engine, AHEAD, 5, CHANCE_ALONE, Draws(1, range(8000), "all")).people(0)
    assert found[1:, 0, :4].mean(axis=-1) == pytest.approx(np.full((AHEAD, 4), 10.0), rel=0.02)


def test_any_part_of_the_trajectories_gives_the_same_bytes() -> None:
    whole = rolls(TYPICAL).people(0)
    part = trajectories(fitted(), AHEAD, 5, TYPICAL, Draws(1, range(3, 8), "all")).people(0)
    assert part.tobytes() == np.ascontiguousarray(whole[..., 3:]).tobytes()


def test_shocks_of_a_shorter_forecast_are_the_first_of_a_longer_one() -> None:
    shared = dataclasses.replace(TYPICAL, chance=0.0)
    shorter = trajectories(fitted(), 3, 5, shared, Draws(1, range(8), "all")).people(1)
    assert shorter == pytest.approx(rolls(shared).people(1)[:4])


# ------------------------------------------------------------------------------- grades of their own, and a known past
MANY = ("a", "b", "c", "d", "e")


def several() -> FittedProgression:
    """Five areas; the first has the last two grades only, the last one a little of the others. Cohorts stray."""
    noise = np.exp(np.random.default_rng(2).normal(0.0, 0.02, (8, 5, 4)))
    cells = np.array([3000.0, 2000.0, 500.0, 1000.0, 800.0])[:, None] * noise
    cells[:, 0, :2] = 0.0
    cells[:, 4, :2] *= 0.1
    births = 2.0 * np.array([0.0, 2000.0, 500.0, 1000.0, 80.0]) * np.ones((12, 1))
    return GradeProgression().fit(Pupils(MANY, GRADES, 2013, cells, births, 2010, 3.0))


def drawn(noise: Noise = TYPICAL, numbers: range = range(8), scale: float = 1.0, *, adapts: bool = True) -> Rolls:
    draws = Draws(1, numbers, "all")
    return trajectories(several(), AHEAD, 5, noise, draws, transfers=(2,), scale=scale, adapts=adapts)


def test_who_comes_to_a_grade_of_its_own_is_there_without_shocks() -> None:
    wanted, found = several().predict(AHEAD), drawn(scale=0.0)
    for area in range(5):
        every = np.repeat(wanted[:, area, :, None], 8, axis=-1)
        assert found.people(area)[1:, 0, :4] == pytest.approx(every)
        groups = found.sums(area, ((0, 4), (2, 3), (0, 2), (1, 4)))[:, 1:]
        assert groups[0] == pytest.approx(every.sum(axis=1))
        assert groups[1] == pytest.approx(every[:, 2])
        assert groups[2] == pytest.approx(every[:, :2].sum(axis=1))
        assert groups[3] == pytest.approx(every[:, 1:].sum(axis=1))


def test_and_strays_around_the_forecast_with_them() -> None:
    found, wanted = drawn(numbers=range(4000)), several().predict(AHEAD)
    for area in (0, 1, 4):
        people = found.people(area)[1:, 0, :4]
        assert people.mean(axis=-1) == pytest.approx(wanted[:, area], rel=0.01)
        there = wanted[:, area] > 0
        assert (people.std(axis=-1)[there] > 0).all()
        assert found.sums(area, ((0, 4),))[0, 1:] == pytest.approx(people.sum(axis=1))


def test_who_comes_has_the_births_of_the_cohort_that_is_in_the_grade() -> None:
    """Births are known up to 2021 and enter up to 2024, so that no grade 2 before 2027 holds anyone else."""
    strayed = np.ptp(drawn(BIRTHS_ALONE).people(0)[1:, 0, 2:4], axis=-1)
    assert several().course(AHEAD).unborn.tolist() == [False, False, False, False, True, True]
    assert strayed[:, 0] == pytest.approx(np.zeros(AHEAD))
    longer = trajectories(several(), 9, 5, BIRTHS_ALONE, Draws(1, range(8), "all")).people(0)[1:, 0, 2]
    assert (np.ptp(longer, axis=-1) > 0).tolist() == [False] * 6 + [True] * 3


def test_cohorts_that_enter_share_the_error_of_the_ratio() -> None:
    found = drawn(CHANCE_ALONE, range(4000))
    entered = np.log(found.people(1)[1:4, 0, 0])
    assert np.corrcoef(entered)[np.triu_indices(3, 1)] == pytest.approx(np.full(3, found.alike), abs=0.05)
    assert found.alike == pytest.approx((5.0 / 9.0) / (14.0 / 9.0))
    # those who are in the last school already share nothing, and areas do not either
    others = np.log(found.people(1)[1, 0, [1, 3]])
    assert np.corrcoef(others)[0, 1] == pytest.approx(0.0, abs=0.05)
    assert np.corrcoef(entered[0], np.log(found.people(2)[1, 0, 0]))[0, 1] == pytest.approx(0.0, abs=0.05)


def test_a_past_is_left_alone_where_nobody_asks() -> None:
    plain = drawn(adapts=False)
    assert plain.noise == TYPICAL
    assert plain.alike == 0.0
    assert drawn().noise.moves.own != TYPICAL.moves.own


def test_parts_and_order_change_nothing_where_a_past_is_known() -> None:
    whole = drawn(numbers=range(8)).people(4)
    assert drawn(numbers=range(3, 8)).people(4).tobytes() == np.ascontiguousarray(whole[..., 3:]).tobytes()


def test_entrants_gather_moves_until_they_enter() -> None:
    wave = Wave(1.0, 0.5)
    # two years: news of the first counts 1.5, of the second 1; beside 0.5 and 1
    assert gathered(wave, 3, 2)[:2] == pytest.approx([1.0, np.sqrt((1.5**2 + 1.0) / (0.5**2 + 1.0))])
    assert gathered(wave, 3, 0).tolist() == [1.0, 1.0, 1.0]
    assert (np.diff(gathered(Wave(1.0, 0.95), 6, 4))[:3] > 0).all()


def test_a_base_that_is_given_carries_no_shock_of_births() -> None:
    cells = np.full((6, 1, 4), 100.0)
    children = np.linspace(100.0, 50.0, 12)[:, None]
    given = GradeProgression().fit(Pupils(("a",), GRADES, 2015, cells, children, 2015, 0.0))
    found = trajectories(given, AHEAD, 5, BIRTHS_ALONE, Draws(1, range(8), "all")).people(0)
    assert np.ptp(found, axis=-1).max() == pytest.approx(0.0)
