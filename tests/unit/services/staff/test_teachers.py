from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecast.axes import Floats
from forecast.errors import BalanceError
from forecast.kernels.pension import month
from forecast.services.staff.pensions import AGES, FIRST_AGE, MEN, POSTS, PROFESSIONAL, Early, PensionAge, retirements
from forecast.services.staff.redeploy import ways
from forecast.services.staff.teachers import (
    STAGES,
    Staffing,
    TeacherStock,
    check_balance,
    mean_age,
    recruits_of,
    run_stock,
    share_old,
    spread_ages,
)

RISE = month(2025, 1)
RULES = (
    PensionAge(POSTS[0], 720, 756, RISE, 4),
    PensionAge(POSTS[1], 660, 696, RISE, 4),
    PensionAge(POSTS[2], 600, 660, RISE, 2),
)
BEFORE = tuple(rule.unraised() for rule in RULES)
AREAS = ("A", "B")
YEARS = range(2024, 2046)
BANDS = [(22, 24, 0.6), (25, 29, 0.3), (30, 34, 0.1)]
PRIMARY = STAGES.index("primary")
SHAPE = (len(AREAS), len(STAGES), len(POSTS), len(AGES))


def staffing(
    rules: tuple[PensionAge, ...] = RULES,
    leaving: float = 0.0,
    filled: float = 1.0,
    most: float = 0.0,
    years: range = YEARS,
    early: Early | None = None,
) -> Staffing:
    recruits = np.stack([recruits_of(BANDS, np.array([0.3, 0.7, 0.0]))] * len(STAGES))
    may = {"senior": ("junior", "primary"), "junior": ("primary",)}
    moves = ways(STAGES, may, np.ones((2, 2)), np.array([[0.0, 9.0], [9.0, 0.0]]), most)
    return Staffing(
        retirements(rules, years[1:], early or Early()), np.full(len(STAGES), leaving), recruits, filled, moves
    )


def carried(start: Floats, needed: Floats, of: Staffing, years: range = YEARS) -> TeacherStock:
    return run_stock(AREAS, years, start, needed, of, np.ones(SHAPE[:2]))


def only(post: int, ages: range, each: float) -> Floats:
    """Teachers of one post in the primary schools of the first area."""
    start = np.zeros(SHAPE)
    start[0, PRIMARY, post, ages.start - FIRST_AGE : ages.stop - FIRST_AGE] = each
    return start


def none(years: range = YEARS) -> Floats:
    return np.zeros((len(years), *SHAPE[:2]))


def test_men_of_55_to_59_retire_as_the_law_says() -> None:
    """The example of the docs: twelve men a year of age, one a month of birth, in September 2024."""
    found = carried(only(MEN, range(55, 60), 12.0), none(), staffing())
    # month k of the rise (born January 1965 is k = 0) retires k + k // 4 + 1 months after January 2025;
    # those born September to December 1964 retire at 60, before the new year
    gone = dict.fromkeys(YEARS[1:], 0)
    gone[2025] += 4
    for k in range(56):
        done = 2025 * 12 + k + k // 4 + 1
        gone[done // 12 + (done % 12 > 7)] += 1
    assert sum(gone.values()) == 60
    assert found.flows["retired"][1:, 0, PRIMARY].tolist() == pytest.approx(list(gone.values()))
    assert [gone[year] for year in range(2025, 2032)] == [10, 10, 9, 10, 9, 10, 2]


def test_without_the_rise_each_year_of_age_retires_at_once() -> None:
    found = carried(only(MEN, range(55, 60), 12.0), none(), staffing(BEFORE))
    assert found.flows["retired"][1:7, 0, PRIMARY].tolist() == pytest.approx([12, 12, 12, 12, 12, 0])


def test_leavers_go_before_they_could_retire() -> None:
    years = range(2024, 2026)
    found = carried(only(PROFESSIONAL, range(30, 31), 100.0), none(years), staffing(leaving=0.02, years=years), years)
    assert found.flows["left"][1, 0, PRIMARY] == pytest.approx(2.0)
    assert found.total[1, 0, PRIMARY] == pytest.approx(98.0)
    assert found.stock[1, 0, PRIMARY, PROFESSIONAL, 31 - FIRST_AGE] == pytest.approx(98.0)


def test_recruits_fill_what_is_missing_or_a_share_of_it() -> None:
    years = range(2024, 2026)
    need = none(years)
    need[:, 0, PRIMARY] = 110.0
    start = only(MEN, range(30, 31), 100.0)
    for filled, taken in ((1.0, 10.0), (0.4, 4.0), (0.0, 0.0)):
        found = carried(start, need, staffing(filled=filled, years=years), years)
        assert found.flows["recruited"][1, 0, PRIMARY] == pytest.approx(taken)
        assert found.shortage[1, 0, PRIMARY] == pytest.approx(10.0 - taken)
        assert found.surplus.max() == 0.0
    young = carried(start, need, staffing(years=years), years).stock[1, 0, PRIMARY]
    assert young[:, 22 - FIRST_AGE : 25 - FIRST_AGE].sum() == pytest.approx(6.0)
    assert young[PROFESSIONAL].sum() == pytest.approx(7.0)


def test_moves_come_before_recruits_and_take_all_ages_alike() -> None:
    years = range(2024, 2026)
    start = np.zeros(SHAPE)
    junior = STAGES.index("junior")
    start[0, junior, MEN, 29 - FIRST_AGE], start[0, junior, PROFESSIONAL, 39 - FIRST_AGE] = 60.0, 40.0
    need = none(years)
    need[:, 0, junior], need[:, 0, PRIMARY] = 80.0, 8.0
    found = carried(start, need, staffing(most=0.05, years=years), years)
    assert found.flows["moved-out"][1, 0, junior] == pytest.approx(5.0)
    assert found.flows["moved-in"][1, 0, PRIMARY] == pytest.approx(5.0)
    assert found.flows["recruited"][1, 0, PRIMARY] == pytest.approx(3.0)
    assert found.stock[1, 0, PRIMARY, MEN, 30 - FIRST_AGE] == pytest.approx(3.0 + 3.0 * 0.3 * 0.1 / 5)
    assert found.surplus[1, 0, junior] == pytest.approx(15.0)


def test_one_year_of_two_areas_by_hand() -> None:
    """The other example of the docs: nobody is near a pension, two in a hundred leave, five in a hundred may move."""
    years, junior = range(2024, 2026), STAGES.index("junior")
    start = np.zeros(SHAPE)
    start[0, junior, PROFESSIONAL, 40 - FIRST_AGE] = 200.0
    start[:, PRIMARY, PROFESSIONAL, 40 - FIRST_AGE] = 300.0, 100.0
    need = none(years)
    need[:, 0, junior], need[:, 0, PRIMARY], need[:, 1, PRIMARY] = 180.0, 310.0, 95.0
    found = carried(start, need, staffing(leaving=0.02, most=0.05, years=years), years)
    assert found.flows["left"][1, :, [PRIMARY, junior]].tolist() == [pytest.approx([6, 2]), pytest.approx([4, 0])]
    assert found.flows["moved-out"][1, 0, junior] == pytest.approx(9.8)
    assert found.flows["moved-out"][1, 1, PRIMARY] == pytest.approx(3.0)
    assert found.flows["moved-in"][1, 0, PRIMARY] == pytest.approx(12.8)
    assert found.flows["recruited"][1, 0, PRIMARY] == pytest.approx(3.2)
    assert found.total[1, :, PRIMARY].tolist() == pytest.approx([310.0, 95.0])
    assert found.surplus[1].sum() == found.surplus[1, 0, junior] == pytest.approx(6.2)
    assert found.shortage[1].sum() == 0.0


def test_what_was_not_counted_stays_empty() -> None:
    years = range(2024, 2026)
    need = none(years) + 10.0
    known = np.zeros(SHAPE[:2])
    known[0, PRIMARY] = 1.0
    found = run_stock(AREAS, years, np.ones(SHAPE), need, staffing(most=1.0, years=years), known)
    assert found.total[:, known == 0].max() == 0.0
    assert found.between.max() == 0.0


def test_a_breach_of_the_balance_fails() -> None:
    found = carried(only(MEN, range(40, 60), 1.0), none(), staffing())
    flows = {**found.flows, "retired": found.flows["retired"] * 1.001}
    with pytest.raises(BalanceError, match="teachers do not balance"):
        check_balance(dataclasses.replace(found, flows=flows))


def test_a_group_lies_evenly_over_those_who_have_not_retired() -> None:
    due = np.ones((len(POSTS), len(AGES)))
    due[PROFESSIONAL, 55 - FIRST_AGE :] = 0.0
    due[MEN, 60 - FIRST_AGE :] = 0.0
    both = spread_ages(53, 58, due, np.array([0.5, 0.5, 0.0]))
    # men at five ages, women at two: a seventh each
    assert both[MEN, 53 - FIRST_AGE : 58 - FIRST_AGE].tolist() == pytest.approx([1 / 7] * 5)
    assert both[PROFESSIONAL, 53 - FIRST_AGE : 55 - FIRST_AGE].tolist() == pytest.approx([1 / 7] * 2)
    assert both.sum() == pytest.approx(1.0)
    open_group = spread_ages(58, None, due, np.array([1.0, 0.0, 0.0]))
    assert open_group[MEN, 58 - FIRST_AGE : 61 - FIRST_AGE].tolist() == pytest.approx([0.5, 0.5, 0.0])


@pytest.mark.parametrize(("first", "age"), [(66, 66), (80, 74), (10, 15)])
def test_a_group_beyond_the_pension_stays_at_its_first_age(first: int, age: int) -> None:
    due = np.ones((len(POSTS), len(AGES)))
    due[:, 63 - FIRST_AGE :] = 0.0
    found = spread_ages(first, first + 5, due if first > 60 else np.zeros_like(due), np.array([0.4, 0.6, 0.0]))
    assert found[:, age - FIRST_AGE].tolist() == [0.4, 0.6, 0.0]


def test_mean_age_and_share_of_the_old() -> None:
    stock = np.zeros((2, len(POSTS), len(AGES)))
    stock[0, MEN, 40 - FIRST_AGE], stock[0, PROFESSIONAL, 56 - FIRST_AGE] = 3.0, 1.0
    assert mean_age(stock)[0] == pytest.approx(44.5)
    assert share_old(stock)[0] == pytest.approx(0.25)
    assert np.isnan(mean_age(stock)[1])
    assert np.isnan(share_old(stock)[1])


STOCK = arrays(np.float64, SHAPE, elements=st.floats(0.0, 40.0), fill=st.just(0.0))
NEED = arrays(np.float64, (len(YEARS), *SHAPE[:2]), elements=st.floats(0.0, 3000.0), fill=st.just(300.0))
RATES = st.sampled_from([0.0, 0.02, 0.3])


@given(STOCK, NEED, RATES, st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from([0.0, 0.05, 1.0]))
def test_nobody_is_lost_or_doubled(start: Floats, needed: Floats, leaving: float, filled: float, most: float) -> None:
    found = carried(start, needed, staffing(leaving=leaving, filled=filled, most=most))
    flows = {name: values.sum() for name, values in found.flows.items()}
    whole = found.total[0].sum() + flows["recruited"] - flows["retired"] - flows["left"]
    assert found.total[-1].sum() == pytest.approx(whole, rel=1e-9, abs=1e-6)
    assert flows["moved-in"] == pytest.approx(flows["moved-out"])
    assert (found.stock >= 0).all()
    assert (np.minimum(found.surplus, found.shortage) == 0).all()


@given(STOCK, NEED, st.floats(0.0, 500.0), RATES)
def test_more_need_never_gives_fewer_teachers(start: Floats, needed: Floats, more: float, leaving: float) -> None:
    """In every place and year where nobody moves; with moves in all places together, the year after."""
    still = staffing(leaving=leaving, filled=0.7)
    raised = needed + more
    assert (carried(start, raised, still).total >= carried(start, needed, still).total - 1e-6).all()
    years = YEARS[:2]
    moving = staffing(leaving=leaving, filled=0.7, most=0.4, years=years)
    one, two = (carried(start, need[:2], moving, years).total[1].sum() for need in (needed, raised))
    assert two >= one - 1e-6


@given(STOCK, NEED, RATES, st.sampled_from([0.0, 0.4]))
def test_raised_ages_never_mean_more_retirements_up_to_any_year(
    start: Floats, needed: Floats, leaving: float, most: float
) -> None:
    """Whatever is needed, where as many leave from each stage: recruits reach no pension within the years."""
    raised, plain = (carried(start, needed, staffing(rules, leaving, most=most)) for rules in (RULES, BEFORE))
    gone = [found.flows["retired"].sum(axis=(1, 2)).cumsum() for found in (raised, plain)]
    assert (gone[0] <= gone[1] * (1 + 1e-9) + 1e-6).all()


@given(STOCK)
def test_with_no_need_and_no_leavers_all_retire(start: Floats) -> None:
    years = range(2024, 2074)
    found = carried(start, none(years), staffing(most=1.0, years=years), years)
    assert found.total[-1].max() == 0.0
    assert found.flows["retired"].sum() == pytest.approx(start.sum())
    assert (np.diff(found.total.sum(axis=(1, 2))) <= 1e-9).all()
