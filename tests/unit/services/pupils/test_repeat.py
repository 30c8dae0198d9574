from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecast.axes import Floats
from forecast.services.pupils.progression import GradeProgression
from forecast.services.pupils.pupils import Pupils

PLAIN = GradeProgression(
    recent=(1.0,), settled=(1.0,), give=0.0, prior=0.0, tolerance=np.inf, noise=0.0, trend=0.0, share=1, drift=0.0
)
GRADES = ("g0", "g1", "g2")


def made(pupils: Floats, repeaters: Floats | None, births: Floats | None = None) -> Pupils:
    areas = tuple(f"a{place}" for place in range(pupils.shape[1]))
    return Pupils(areas, GRADES, 2020, pupils, births, 2020, 0.0, repeaters)


def by_hand() -> Pupils:
    """100, 90, 80 pupils; 10, 9 and 0 of them repeat; 95 % of those who go on arrive."""
    before = np.array([[[100.0, 90.0, 80.0]]])
    again = np.array([[[10.0, 9.0, 0.0]]])
    # 120 children of entry age, half of whom come; 0.95 x 90 and 0.95 x 81 move up
    after = again + np.array([[[60.0, 85.5, 76.95]]])
    repeaters = np.concatenate([np.full_like(again, np.nan), again])
    return made(np.concatenate([before, after]), repeaters, np.array([[100.0], [120.0], [100.0]]))


def test_who_repeats_is_in_one_grade_only() -> None:
    people = PLAIN.fit(by_hand()).predict(1)[0, 0]
    now = np.array([70.0, 94.5, 76.95])
    wanted = [
        0.1 * now[0] + 0.5 * 100.0,
        0.1 * now[1] + 0.95 * 0.9 * now[0],
        0.0 * now[2] + 0.95 * 0.9 * now[1],
    ]
    assert people == pytest.approx(wanted)


def test_the_course_says_who_is_held_back() -> None:
    course = PLAIN.fit(by_hand()).course(2)
    assert course.held is not None
    assert course.held[:, 0] == pytest.approx(np.array([[0.1, 0.1, 0.0]] * 2))
    before, share = course.people[0, 0], course.held[1, 0]
    came = np.append(course.entry[1, 0], (before * (1.0 - share))[:-1]) * course.ratios[1, 0]
    assert course.people[1, 0] == pytest.approx(came + share * before + course.arrivals[1, 0])


def test_repeaters_leave_the_last_grade_later() -> None:
    years = np.full((3, 1, 3), 100.0)
    again = np.zeros_like(years)
    again[..., 2] = 20.0
    people = PLAIN.fit(made(years, again, np.full((5, 1), 100.0))).predict(2)
    assert people[:, 0, 2] == pytest.approx(100.0)  # 80 of 100 come up, 20 stay


@given(
    pupils=arrays(np.float64, (4, 2, 3), elements=st.floats(50.0, 150.0)),
    part=arrays(np.float64, (4, 2, 3), elements=st.floats(0.0, 0.3)),
)
def test_nobody_is_lost_or_doubled(pupils: Floats, part: Floats) -> None:
    """With ratios of 1, pupils of a year are those of the year before, less who leave the last grade, and entrants."""
    fitted = PLAIN.fit(made(pupils, part * pupils))
    assert fitted.held is not None
    still = dataclasses.replace(fitted, near=np.ones((2, 3)), far=np.ones((2, 3)), own=np.zeros((2, 3), dtype=bool))
    course = still.course(4)
    before = np.concatenate([fitted.launch[None], course.people[:-1]])
    assert course.held is not None
    leave = before[..., -1] * (1.0 - course.held[..., -1])
    wanted = before.sum(axis=-1) - leave + course.entry
    assert course.people.sum(axis=-1) == pytest.approx(wanted)


@given(pupils=arrays(np.float64, (5, 2, 3), elements=st.one_of(st.just(np.nan), st.floats(5.0, 500.0))))
def test_none_and_nobody_repeating_are_the_same_to_the_bit(pupils: Floats) -> None:
    births = np.full((9, 2), 300.0)
    without, nobody = (
        GradeProgression().fit(made(pupils, repeaters, births)).predict(5)
        for repeaters in (None, np.zeros_like(pupils))
    )
    assert without.tobytes() == nobody.tobytes()


@given(
    pupils=arrays(np.float64, (4, 2, 3), elements=st.one_of(st.just(np.nan), st.just(0.0), st.floats(5.0, 500.0))),
    part=arrays(np.float64, (4, 2, 3), elements=st.one_of(st.just(np.nan), st.floats(0.0, 1.0))),
)
def test_gaps_and_entry_grades_of_their_own_are_borne(pupils: Floats, part: Floats) -> None:
    people = GradeProgression().fit(made(pupils, part * pupils)).predict(4)
    assert np.isfinite(people).all()
    assert (people >= 0).all()


def test_an_area_that_never_told_has_ratios_net_of_repeating() -> None:
    years = np.full((3, 2, 3), 100.0)
    again = np.full_like(years, 10.0)
    again[:, 1] = np.nan
    fitted = PLAIN.fit(made(years, again, np.full((5, 2), 100.0)))
    assert fitted.held is not None
    assert fitted.held.near.tolist() == [[0.1] * 3, [0.0] * 3]
    assert fitted.near[:, 1:] == pytest.approx(1.0)
    assert fitted.predict(2) == pytest.approx(100.0)


def test_a_missing_launch_is_told_with_who_was_held_back() -> None:
    pupils = by_hand()
    cells, again = pupils.pupils.copy(), np.array(pupils.repeaters)
    cells = np.concatenate([cells, cells[-1:]])
    again = np.concatenate([again, again[-1:]])
    again[2] = [[7.0, 9.0, 0.0]]
    cells[2, 0, 1], again[2, 0, 1] = np.nan, np.nan
    engine = dataclasses.replace(PLAIN, settled=(1.0, 1.0))
    launch = engine.fit(made(cells, again, np.full((6, 1), 120.0))).launch
    # 94.5 a year before, a tenth of whom stay; 70 before, of whom a tenth stay and 95 % of the others come
    assert launch[0, 1] == pytest.approx(0.1 * 94.5 + 0.95 * 0.9 * 70.0)


def test_an_entry_grade_of_its_own_keeps_who_repeats_once() -> None:
    year = np.array([[0.0, 0.0, 90.0], [110.0, 110.0, 100.0]])
    again = np.array([[0.0, 0.0, 9.0], [0.0, 0.0, 0.0]])
    engine = dataclasses.replace(PLAIN, feeder=0.3)
    people = engine.fit(made(np.stack([year] * 3), np.stack([again] * 3))).predict(1)
    whole = engine.fit(
        made(np.stack([year] * 3).sum(axis=1, keepdims=True), np.stack([again] * 3).sum(axis=1)[:, None])
    )
    assert people[0, 0, 2] == pytest.approx(90.0 * whole.predict(1)[0, 0, 2] / 190.0)
