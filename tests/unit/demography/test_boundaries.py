from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.demography.boundaries import Change, checked, dissolved, dissolving, into_today
from forecast.errors import InputError

STARTS = (0, 1, 5, 60)
CENSUS = dt.date(2010, 11, 1)
CODES = ("A", "B", "C", "D")


def stock(*groups: float) -> Floats:
    """The same groups for both sexes."""
    return np.array([groups, groups], dtype=np.float64)


def day(year: int) -> dt.date:
    return dt.date(year, 1, 1)


def test_a_transfer_by_hand() -> None:
    people = {"A": stock(10, 20, 100, 40), "B": stock(1, 2, 3, 4), "C": stock(5, 5, 5, 5)}
    change = Change(day(2014), "A", "B", 0.25)
    moved = into_today(people, STARTS, CENSUS, checked([change], CODES), "people")
    assert moved.people["A"] == pytest.approx(stock(7.5, 15, 75, 30))
    assert moved.people["B"] == pytest.approx(stock(3.5, 7, 28, 14))
    assert moved.people["C"] == pytest.approx(people["C"])
    assert [(n.area, n.year, n.before, n.after) for n in moved.notes] == [
        ("A", 2010, 340.0, 255.0),
        ("B", 2010, 20.0, 105.0),
    ]
    assert "transfer of 2014-01-01: 25.00% of A went to B" in moved.notes[0].why
    assert moved.shares[change] == pytest.approx(0.25)


def test_sex_and_ages_that_are_concerned_move_alone() -> None:
    people = {"A": stock(10, 20, 100, 40), "B": stock(0, 0, 0, 0)}
    change = Change(day(2014), "A", "B", 0.5, sexes=(1,), first=5, end=60)
    moved = into_today(people, STARTS, CENSUS, [change], "people")
    assert moved.people["B"].tolist() == [[0, 0, 0, 0], [0, 0, 50, 0]]
    assert moved.shares[change] == pytest.approx(50 / 340)
    assert "50.00% of females of 5-59 of A went to B" in moved.notes[0].why
    twins = [change, Change(day(2014), "A", "B", 0.5, sexes=(0,), first=5, end=60)]
    notes = into_today(people, STARTS, CENSUS, twins, "people").notes
    assert len({(note.area, note.measure, note.why) for note in notes}) == len(notes) == 4


def test_chains_run_in_the_order_of_their_days() -> None:
    people = {"A": stock(8, 0, 0, 0), "B": stock(0, 0, 0, 0), "C": stock(0, 0, 0, 0)}
    later, earlier = Change(day(2016), "B", "C", 0.5), Change(day(2014), "A", "B", 0.5)
    moved = into_today(people, STARTS, CENSUS, checked([later, earlier], CODES), "people")
    assert [moved.people[code][0, 0] for code in "ABC"] == [4.0, 2.0, 2.0]
    # on one day both act on what they find, and B has nobody yet
    same = checked([Change(day(2014), "B", "C", 0.5), earlier], CODES)
    at_once = into_today(people, STARTS, CENSUS, same, "people")
    assert [at_once.people[code][0, 0] for code in "ABC"] == [4.0, 4.0, 0.0]


def test_changes_before_the_day_are_over() -> None:
    people = {"A": stock(1, 2, 3, 4), "B": stock(1, 2, 3, 4)}
    moved = into_today(people, STARTS, CENSUS, [Change(CENSUS, "A", "B", 1.0)], "people")
    assert moved.people == people
    assert moved.notes == ()


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_merging_and_splitting_by_age_gives_the_start_and_keeps_everybody(seed: int) -> None:
    draw = np.random.default_rng(seed)
    people = {code: draw.uniform(0, 1000, (2, 4)) for code in "AB"}
    ends = (1, 5, 60, None)
    whole = people["A"] + people["B"]
    split = [
        Change(day(2016), "B", "A", float(people["A"][sex, group] / whole[sex, group]), "split", (sex,), first, end)
        for sex in (0, 1)
        for group, (first, end) in enumerate(zip(STARTS, ends, strict=True))
    ]
    changes = checked([Change(day(2014), "A", "B", 1.0, "merge"), *split], CODES)
    moved = into_today(people, STARTS, CENSUS, changes, "people")
    for code in "AB":
        assert moved.people[code] == pytest.approx(people[code], rel=1e-12, abs=1e-9)
    assert sum(moved.people.values()) == pytest.approx(whole, rel=1e-14)


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_nobody_is_lost_nor_owed(seed: int) -> None:
    draw = np.random.default_rng(seed)
    people = {code: draw.uniform(0, 1000, (2, 4)) for code in CODES}
    changes = [
        Change(day(2011 + step), CODES[giver], CODES[taker], float(draw.random()))
        for step in range(6)
        for giver, taker in [draw.choice(len(CODES), 2, replace=False)]
    ]
    moved = into_today(people, STARTS, CENSUS, checked(changes, CODES), "people").people
    assert sum(moved.values()) == pytest.approx(sum(people.values()), rel=1e-13)
    assert all((value >= 0).all() for value in moved.values())


def test_an_area_split_in_three_leaves_nothing() -> None:
    people = {"A": stock(1, 1 / 3, 1e5, 7)}
    shares = {"B": 0.7, "C": 0.2, "D": 0.1}
    changes = checked([Change(day(2014), "A", to, share, "split") for to, share in shares.items()], CODES)
    moved = into_today(people, STARTS, CENSUS, changes, "people").people
    assert (moved["A"] == 0).all()
    assert moved["C"] == pytest.approx(0.2 * people["A"])
    assert dissolved(changes) == {"A"}
    assert dissolving(changes) == {"A": changes[-1]}


def test_an_area_that_came_again_is_one_of_todays() -> None:
    merged = Change(day(2014), "A", "B", 1.0, "merge")
    assert dissolved(checked([merged], CODES)) == {"A"}
    assert dissolved(checked([merged, Change(day(2018), "B", "A", 0.3, "split")], CODES)) == set()
    assert dissolved([Change(day(2014), "A", "B", 1.0, first=60)]) == set()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ([Change(day(2014), "A", "X", 0.5)], "known area, found X"),
        ([Change(day(2014), "A", "A", 0.5)], "two areas, found A twice"),
        ([Change(day(2014), "A", "B", 1.5)], "share from 0 to 1, found 1.5"),
        ([Change(day(2014), "A", "B", 0.5, "merge")], "the whole area in a merge"),
        ([Change(day(2014), "A", "B", 1.0)], "a share of 1: the whole of A, which is a merge"),
        ([Change(day(2014), "A", "B", 0.6), Change(day(2014), "A", "C", 0.5)], "sum to at most 1, found 1.1"),
        (
            [Change(day(2014), "A", "B", 0.6, first=60), Change(day(2014), "A", "C", 0.6, sexes=(1,))],
            "sum to at most 1, found 1.2",
        ),
        (
            [Change(day(2014), a, b, 0.1) for a, b in ("AB", "BC", "CA")],
            "without a circle, found a circle through A",
        ),
    ],
)
def test_faults_of_the_table(changes: list[Change], message: str) -> None:
    with pytest.raises(InputError, match=message):
        checked(changes, CODES)


def test_each_thing_is_told_once() -> None:
    for change in (Change(day(2014), "A", "A", 0.5), Change(day(2014), "A", "B", 1.5)):
        with pytest.raises(InputError) as refused:
            checked([change], CODES)
        kinds = {(fault.expected, fault.found) for fault in refused.value.faults}
        assert len(refused.value.faults) == len(kinds) == (1 if change.giver == change.taker else 2)


def test_all_of_some_ages_or_of_a_renamed_area_may_go() -> None:
    old = Change(day(2014), "A", "B", 1.0, first=60)
    assert checked([old, Change(day(2015), "A", "C", 1.0, "split")], CODES)


def test_shares_of_different_people_may_sum_to_more() -> None:
    parts = [
        Change(day(2014), "A", "B", 0.9, first=0, end=60),
        Change(day(2014), "A", "C", 0.9, first=60),
        Change(day(2015), "A", "D", 0.9),
    ]
    assert len(checked(parts, CODES)) == 3


def test_figures_that_are_missing() -> None:
    people = {"A": stock(1, 2, 3, 4)}
    with pytest.raises(InputError, match="figures of B on 2010-11-01"):
        into_today(people, STARTS, CENSUS, [Change(day(2014), "A", "B", 0.5)], "people")
    with pytest.raises(InputError, match="figures of C on 2010-11-01"):
        into_today(people, STARTS, CENSUS, [Change(day(2014), "C", "A", 0.5, "split")], "people")
    with pytest.raises(InputError, match="borders of the groups"):
        into_today(people, STARTS, CENSUS, [Change(day(2014), "A", "B", 0.5, "split", first=15)], "people")
    # neither side is counted: nothing to do
    assert into_today(people, STARTS, CENSUS, [Change(day(2014), "C", "D", 0.5)], "people").people[
        "A"
    ] == pytest.approx(people["A"])
