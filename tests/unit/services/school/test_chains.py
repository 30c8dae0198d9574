"""Pupils on record move up with the children of the forecast."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.errors import InputError
from forecast.services.pupils.pupils import Pupils
from forecast.services.school.chains import (
    ENGINE,
    TESTED,
    Entry,
    History,
    alike,
    chains,
    growth,
    history_of,
    progressed,
)
from forecast.services.school.counted import Roll

YEARS = range(2020, 2041)
GRADES = slice(0, 3)


def history(area: int, pupils: Floats, first: int = 2021) -> History:
    return History(area, GRADES, range(first, first + len(pupils)), pupils, np.full_like(pupils, np.nan))


def falling(areas: int, seed: int = 1) -> Floats:
    """Children that fall by 4 % a year at entry and move a little at each age (year, area, grade)."""
    draw = np.random.default_rng(seed)
    out = np.zeros((len(YEARS), areas, 3))
    for place in range(len(YEARS)):
        out[place, :, 0] = 1000.0 * 0.96**place * draw.uniform(0.98, 1.02, areas)
        if place:
            out[place, :, 1:] = out[place - 1, :, :-1] * draw.uniform(0.97, 1.03, (areas, 2))
        else:
            out[place, :, 1:] = 1000.0
    return out


def entry(children: Floats) -> Entry:
    return Entry(False, children[:, :, 0])


def test_growth_is_that_of_a_cohort_since_it_entered() -> None:
    children = np.ones((3, 1, 3)) * 100.0
    children[1, 0, 1], children[2, 0, 2] = 110.0, 99.0
    found = growth(children, GRADES)
    assert found[0, 0].tolist() == [1.0, 1.0, 1.0]
    assert found[1, 0].tolist() == pytest.approx([1.0, 1.1, 1.0])
    assert found[2, 0].tolist() == pytest.approx([1.0, 1.0, 1.1 * 0.9])


@given(st.integers(0, 200))
def test_a_rate_that_never_changed_goes_on(seed: int) -> None:
    # pupils are nine tenths of the children of each age: whatever moves there were, they are so in every year ahead
    children = falling(2, seed)
    past = [history(area, 0.9 * children[1:5, area]) for area in (0, 1)]
    found = chains(past, children, YEARS, entry(children))
    for area in (0, 1):
        late = found[area].pupils[5 + TESTED + 3 :] / children[5 + TESTED + 3 :, area]
        assert late == pytest.approx(np.full_like(late, 0.9), rel=0.002)
        near = found[area].pupils[5 : 5 + TESTED] / children[5 : 5 + TESTED, area]
        assert near == pytest.approx(np.full_like(near, 0.9), rel=0.03)


def test_by_hand() -> None:
    # 100 enter each year, 90 of them go on, 81 go on again; the children stay as many as they are
    children = np.full((len(YEARS), 1, 3), 200.0)
    pupils = np.tile([100.0, 90.0, 81.0], (3, 1))
    found = chains([history(0, pupils)], children, YEARS, entry(children))[0].pupils
    assert np.isnan(found[0]).all()
    assert found[1:4] == pytest.approx(pupils)
    assert found[4:] == pytest.approx(np.tile([100.0, 90.0, 81.0], (len(YEARS) - 4, 1)), rel=1e-9)


def test_families_that_move_move_pupils_of_all_grades_and_once() -> None:
    children = np.full((len(YEARS), 1, 3), 200.0)
    pupils = np.tile([100.0, 90.0, 81.0], (3, 1))
    moved = children.copy()
    moved[5:] *= 1.1  # a tenth more families from 2025 on
    plain, more = (chains([history(0, pupils)], cells, YEARS, entry(cells))[0].pupils for cells in (children, moved))
    assert more[4] == pytest.approx(plain[4])
    assert more[5] / plain[5] == pytest.approx(np.full(3, 1.1), rel=0.01)
    assert more[-1] / plain[-1] == pytest.approx(np.full(3, 1.1), rel=0.01)


def test_moves_of_the_past_are_taken_out_of_ratios() -> None:
    # cohorts grow by a tenth a year in the past and not at all from 2024 on: neither do pupils
    children = np.full((len(YEARS), 1, 3), 100.0)
    for place in range(1, 5):
        children[place, 0, 1:] = children[place - 1, 0, :-1] * 1.1
    for place in range(5, len(YEARS)):
        children[place, 0, 1:] = children[place - 1, 0, :-1]
    found = chains([history(0, children[1:5, 0])], children, YEARS, entry(children))[0].pupils
    assert found[-1] == pytest.approx([100.0, 100.0, 100.0], rel=1e-6)


def test_size_gives_in_the_years_that_were_tested_and_no_longer() -> None:
    # births halve: what a small cohort gains must not add up from grade to grade for ever
    births = np.full((40, 2), 1000.0)
    births[4:] = 500.0
    births[:, 1] = 1000.0
    rolls = Pupils(("a", "b"), ("1", "2", "3"), 2020, np.full((4, 2, 3), 1000.0), births, 2020, 0.0)
    found = progressed(rolls, 30)
    assert found[3, 0, 1] > 500.0
    assert found[TESTED + 3 :, 0] == pytest.approx(np.full_like(found[TESTED + 3 :, 0], 500.0))


def test_a_forecast_shorter_than_the_tested_years() -> None:
    births = np.full((10, 1), 100.0)
    rolls = Pupils(("a",), ("1", "2"), 2020, np.full((2, 1, 2), 100.0), births, 2020, 0.0)
    assert progressed(rolls, 2) == pytest.approx(np.full((2, 1, 2), 100.0))
    assert progressed(rolls, 8)[:2] == pytest.approx(progressed(rolls, 2))


def test_pupils_of_the_grade_before_may_stand_behind_the_entry() -> None:
    children = np.full((len(YEARS), 1, 3), 200.0)
    fed = np.full((len(YEARS), 1), np.nan)
    fed[1:, 0] = 80.0
    pupils = np.tile([100.0, 100.0, 100.0], (3, 1))
    chain = chains([history(0, pupils)], children, YEARS, Entry(True, fed))[0]
    assert chain.fed
    assert chain.pupils[4:] == pytest.approx(np.full((len(YEARS) - 4, 3), 100.0))
    fed[6:] = 40.0
    half = chains([history(0, pupils)], children, YEARS, Entry(True, fed))[0].pupils
    assert half[6, 0] == pytest.approx(50.0)


def test_an_entry_that_is_not_known_at_the_last_count_is_named() -> None:
    children = np.full((len(YEARS), 1, 3), 200.0)
    fed = np.full((len(YEARS), 1), np.nan)
    fed[5:] = 80.0
    with pytest.raises(InputError, match="the grade that feeds the first one of 2023, a year before"):
        chains([history(0, np.full((3, 3), 100.0))], children, YEARS, Entry(True, fed))


def test_school_years_before_the_run_count() -> None:
    children = np.full((len(YEARS), 1, 3), 100.0)
    # in 2017 to 2021 three in four go on each year
    pupils = np.tile([80.0, 60.0, 45.0], (5, 1))
    found = chains([history(0, pupils, first=2017)], children, YEARS, entry(children))[0].pupils
    assert found[2:] == pytest.approx(np.tile([80.0, 60.0, 45.0], (len(YEARS) - 2, 1)), rel=1e-6)
    assert found[:2] == pytest.approx(pupils[3:])


def test_repeaters_stay_and_nobody_is_counted_twice() -> None:
    # a tenth of each grade sits again; all others go on and the last grade leaves: 90 enter anew each year
    children = np.full((len(YEARS), 1, 3), 100.0)
    pupils = np.tile([100.0, 100.0, 100.0], (4, 1))
    one = history(0, pupils)
    held = History(0, GRADES, one.years, pupils, np.full_like(pupils, 10.0))
    found = chains([held], children, YEARS, entry(children))[0].pupils
    assert found[5:] == pytest.approx(np.full((len(YEARS) - 5, 3), 100.0), rel=1e-6)


def test_services_that_follow_each_other_make_one_history() -> None:
    nothing = np.full(2, np.nan)

    def roll(first: int, width: int) -> Roll:
        cells = np.full((2, width), 10.0)
        return Roll((first, first + 1), cells, np.full_like(cells, np.nan), nothing, nothing, "observed", "made")

    found = history_of(4, [(slice(0, 6), roll(2022, 6)), (slice(6, 9), roll(2022, 3))])
    assert (found.area, found.grades, found.launch) == (4, slice(0, 9), 2023)
    assert found.pupils.shape == (2, 9)


def test_areas_alike_are_forecast_together() -> None:
    pupils = np.ones((2, 3))
    past = {0: history(0, pupils), 1: history(1, pupils), 2: history(2, pupils, first=2022)}
    groups = alike(past, dict.fromkeys(past, False))
    assert [[one.area for one in group] for group in groups] == [[0, 1], [2]]
    assert len(alike(past, {0: True, 1: False, 2: False})) == 3


def test_repeaters_count_where_every_service_tells_them() -> None:
    nothing = np.full(2, np.nan)

    def roll(width: int, repeaters: float) -> Roll:
        cells = np.full((2, width), 10.0)
        return Roll((2022, 2023), cells, np.full_like(cells, repeaters), nothing, nothing, "observed", "made")

    both = history_of(0, [(slice(0, 6), roll(6, 1.0)), (slice(6, 9), roll(3, 0.0))])
    assert np.isfinite(both.repeaters).all()
    half = history_of(1, [(slice(0, 6), roll(6, 1.0)), (slice(6, 9), roll(3, np.nan))])
    assert np.isnan(half.repeaters).all()
    assert len(alike({0: both, 1: half}, {0: False, 1: False})) == 2


def test_the_worked_example_of_the_docs() -> None:
    """Three grades of one area, worked with a calculator step by step."""
    children = np.array(
        [[1200, 1150, 1100], [1100, 1212, 1150], [1000, 1111, 1212], [900, 1010, 1111], [800, 900, 1010]], np.float64
    )
    pupils = np.array([[1080, 1040, 1000], [1001, 1080, 1035], [920, 1005, 1070], [837, 925, 1000]], np.float64)
    cells, years = children[:, None], range(2021, 2026)
    past = History(0, GRADES, range(2021, 2025), pupils, np.full_like(pupils, np.nan))
    found = chains([past], cells, years, Entry(False, cells[:, :, 0]))[0].pupils[-1]
    # entry: (2 x 837 + 920) / (2 x 900 + 1000) of the 800 children of six
    first = 800.0 * (2 * 837 + 920) / (2 * 900 + 1000)
    # 925 of 920 and 1005 of 1001 went on, while their cohorts grew by 1 %: that growth comes off the ratio
    ratio = (2 * 925 / 1.01 + 1005 / 1.01) / (2 * 920 + 1001)
    # a grade smaller than usual, (1001 + 920 + 837) / 3, keeps a little more of its pupils
    gives = np.exp(-0.05 * 0.5 * np.log(837 / ((1001 + 920 + 837) / 3)))
    second = 837.0 * (900 / 900) * ratio * gives
    assert found[:2] == pytest.approx([first, second])
    assert found == pytest.approx([741.14, 834.75, 920.88], abs=0.01)
    classes = np.ceil(found / 45)
    assert classes.tolist() == [17, 19, 21]
    assert (np.ceil(found.sum() / 19), np.ceil(classes.sum() * 45 / 19 - 1e-9)) == (132, 135)


def test_a_count_that_cannot_be_is_replaced_and_told() -> None:
    """The children of the third age grew by a tenth as they came into it; 800 stands where 81 pupils were meant."""
    children = np.full((len(YEARS), 1, 3), 200.0)
    children[:, :, 2] = 220.0
    pupils = np.tile([100.0, 90.0, 81.0], (5, 1))
    odd = pupils.copy()
    odd[-1, 2] = 800.0
    plain, found = (chains([history(0, cells)], children, YEARS, entry(children))[0] for cells in (pupils, odd))
    assert found.pupils[5:] == pytest.approx(plain.pupils[5:], rel=0.001)
    assert not plain.told
    (note,) = found.notes("230102", ("primary 1", "primary 2", "primary 3"))
    assert (note.area, note.year, note.measure) == ("230102", 2025, "pupils of primary 3 on record")
    assert note.before == 800.0
    assert note.after == pytest.approx(81.0)


def test_what_is_done_to_counts_is_told_in_grades_of_the_band() -> None:
    children = np.full((len(YEARS), 1, 9), 1000.0)
    pupils = np.full((5, 3), 900.0)
    pupils[-1] = [np.nan, 1100.0, 900.0]
    one = History(0, slice(6, 9), range(2021, 2026), pupils, np.full_like(pupils, np.nan))
    chain = chains([one], children, YEARS, entry(children))[0]
    names = tuple(f"grade {number}" for number in range(1, 10))
    missing, tamed = chain.notes("a", names)
    assert (missing.measure, tamed.measure) == ("pupils of grade 7 on record", "pupils of grade 8 on record")
    assert np.isnan(missing.before)
    assert tamed.before == pytest.approx(1100.0)
    assert np.isnan(chain.pupils[5, 0]), "a count that is missing is not made up"


def test_of_schools_every_count_is_taken_as_true() -> None:
    cells = np.full((5, 2, 3), 500.0)
    cells[-1, 0, 1] = 0.0
    rolls = Pupils(("a", "b"), ("1", "2", "3"), 2021, cells)
    assert progressed(rolls, 1)[0, 0, 2] == 0.0
    assert progressed(rolls, 1, ENGINE)[0, 0, 2] == pytest.approx(500.0)
