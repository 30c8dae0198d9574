"""Pupils on record stray on trajectories as their schools' own record shows."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from forecast.axes import Floats
from forecast.demography.noise import TYPICAL, Draws, Noise, Stream, Wave
from forecast.services.pupils.rolls import mobility
from forecast.services.school.counted import Counted
from forecast.services.school.course import SchoolCourse
from forecast.services.school.stray import Stray, sizes
from forecast.services.school.view import SchoolView, Wanted
from tests.unit.services.school.test_view import BANDS, LAST, YEARS, by_grade, course, people, rolls, walks

COUNT = 4000
STILL = Stream(Wave(0.0, 0.0), Wave(0.0, 0.0))
SILENT = dataclasses.replace(TYPICAL, births=STILL, deaths=STILL, moves=STILL, chance=0.0, pace=0.0)
FIRST = YEARS.index(LAST) + 1


def stray(found: SchoolCourse, noise: Noise = TYPICAL, draws: int = COUNT, first: int = 0) -> Stray:
    return Stray(found, noise, Draws(1, range(first, first + draws), "city"), np.ones(draws))


@pytest.fixture(scope="module")
def counted() -> SchoolCourse:
    return course(Counted({**rolls("a"), **rolls("c", pupils=60.0)}))


@pytest.fixture(scope="module")
def strays(counted: SchoolCourse) -> Floats:
    return stray(counted).of(0)


def test_nothing_strays_on_record_nor_where_nobody_is(counted: SchoolCourse, strays: Floats) -> None:
    assert (strays[:FIRST] == 1.0).all()
    assert (stray(counted, draws=8).of(1) == 1.0).all()
    assert (stray(counted, SILENT, 8).of(0) == 1.0).all()


def test_a_cohort_strays_by_moves_and_luck_by_hand(counted: SchoolCourse, strays: Floats) -> None:
    """Two areas are too few to measure: moves and chance are those that are stated."""
    size = sizes(counted, counted.bands["compulsory"], TYPICAL)[0]
    mobile = mobility(6, 9)
    moves = mobile**2 * (TYPICAL.moves.shared.sd**2 + TYPICAL.moves.own.sd**2)
    chance = TYPICAL.chance / 90.0
    assert (size.beta[3], size.alpha[3]) == (TYPICAL.chance, 0.0)
    assert (size.beta[0], size.beta[6]) == (TYPICAL.chance + 1.0, TYPICAL.chance + 1.0)
    third, first_of_junior = 6 + 2 - 3, 6 + 6 - 3
    assert np.log(strays[FIRST, third]).var() == pytest.approx(moves + chance, rel=0.1)
    assert np.log(strays[FIRST, first_of_junior]).var() == pytest.approx(moves + chance + 1.0 / 90.0, rel=0.1)
    # two years ahead a cohort has the news of the first year in both
    answers = [1.0 + wave.kept for wave in (TYPICAL.moves.shared, TYPICAL.moves.own)]
    sds = (TYPICAL.moves.shared.sd, TYPICAL.moves.own.sd)
    twice = mobile**2 * sum((1.0 + both**2) * sd**2 for both, sd in zip(answers, sds, strict=True))
    assert np.log(strays[FIRST + 1, third + 1]).var() == pytest.approx(twice + 2.0 * chance, rel=0.1)


def test_who_enters_later_has_the_luck_of_the_entry_alone(strays: Floats) -> None:
    late = np.log(strays[FIRST + 4, :3])  # nobody in kindergarten then was on record
    assert late.var(axis=1) == pytest.approx(np.full(3, (1.0 + TYPICAL.chance) / 90.0), rel=0.12)
    assert np.array_equal(late[1], np.log(strays[FIRST + 3, 0])), "a cohort keeps it"


def test_the_mean_stays_where_it_was(strays: Floats) -> None:
    assert strays.mean(axis=2) == pytest.approx(np.ones(strays.shape[:2]), abs=0.012)


def test_areas_move_together_as_far_as_moves_are_shared(counted: SchoolCourse, strays: Floats) -> None:
    quiet = dataclasses.replace(TYPICAL, moves=Stream(TYPICAL.moves.shared, Wave(0.0, 0.0)), chance=0.0)
    one, other = (np.log(stray(counted, quiet).of(area)[FIRST + 2, 6]) for area in (0, 2))
    assert np.corrcoef(one, other)[0, 1] == pytest.approx(1.0)
    own = dataclasses.replace(TYPICAL, moves=Stream(Wave(0.0, 0.0), TYPICAL.moves.own))
    one, other = (np.log(stray(counted, own).of(area)[FIRST + 2, 6]) for area in (0, 2))
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.06


def test_a_trajectory_is_the_same_whichever_are_drawn_beside_it(counted: SchoolCourse, strays: Floats) -> None:
    assert np.array_equal(stray(counted, draws=6, first=10).of(0), strays[:, :, 10:16])


def test_a_restless_record_widens_and_a_calm_one_narrows() -> None:
    """Three districts are enough to tell; counts that stray by 0.1 and 3 % a year."""
    widths = []
    for sd in (0.001, 0.03):
        tables = {}
        for number, code in enumerate("abc"):
            draw = np.random.default_rng(number)
            for key, item in rolls(code, primary=5 if code == "b" else 6, pupils=4000.0).items():
                cells = item.pupils * np.exp(draw.normal(0.0, sd, item.pupils.shape))
                tables[key] = dataclasses.replace(item, pupils=cells)
        widths.append(np.log(stray(course(Counted(tables))).of(0)[FIRST, 1]).std())
    assert widths[1] > 1.15 * widths[0]


def test_views_follow(counted: SchoolCourse) -> None:
    """On record: the course times what the record shows, whatever people do; later: children of the trajectory too."""
    found = stray(counted, draws=6)
    draws = walks(1)
    view = SchoolView(counted, people(draws, ("a",) * 6), 0, {}, Wanted(stray=found))
    whole, factors = SchoolView(counted, people()), found.of(0)
    for band, item in BANDS.items():
        pupils, expected = (by_grade(one, "pupils", band) for one in (view, whole))
        assert pupils[:FIRST] == pytest.approx(np.repeat(expected[:FIRST, :, :1], 6, axis=2))
        for ahead in range(2):
            grade = item.first + item.grades - 1
            at = FIRST + ahead
            wanted = expected[at, item.grades - 1, 0] * factors[at, grade - 3]
            assert pupils[at, item.grades - 1] == pytest.approx(wanted)
    last = view.pupils("kindergarten", 0)[-1]
    assert last == pytest.approx(
        whole.pupils("kindergarten", 0)[-1, 0] * view.children("kindergarten", 0)[-1] / 100.0 * factors[-1, 0]
    )
