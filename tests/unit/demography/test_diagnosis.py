from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.axes import FEMALE, Floats
from forecast.demography.diagnosis import IN_QUARTERS, OLD, WORK, YOUTH, Finding, diagnose, excess, lone_men
from forecast.demography.residual import TwoCensuses, five
from forecast.run.model import Desk, Result

GROUPS = 18
AREAS = ("a", "b", "c")
SIZE = np.array([0.001, 0.002, 0.004])
"""Of the nation: some 55, 110 and 220 thousand people."""


def nation(census: int) -> Floats:
    """A nation with a small cohort that grows ten years older, a campus share of its own, and more old women."""
    group = np.arange(GROUPS)
    people = np.array([[1.0], [0.97]]) * 2e6 * np.exp(-((group / 15.0) ** 4))
    people[:, 3 + 2 * census] *= 0.6
    people[FEMALE, 13:] *= 1.2
    people[:, -1] += 1e5
    return people


def flat(noise: float = 0.0, seed: int = 0) -> TwoCensuses:
    """Three areas that are the nation in small, up to noise."""
    draw = np.random.default_rng(seed)

    def area(census: int) -> Floats:
        return np.asarray(SIZE[:, None, None] * nation(census) * np.exp(draw.normal(0.0, noise, (3, 2, GROUPS))))

    return TwoCensuses(area(0), area(1), nation(0), nation(1))


def planted(
    *, first: tuple[Floats, int, int] | None = None, second: tuple[Floats, int, int] | None = None, noise: float = 0.0
) -> TwoCensuses:
    """More people in the middle area: (men and women a group, first group, group before which it ends) by census."""
    made = flat(noise, 1)
    for people, more in ((made.first, first), (made.second, second)):
        if more is not None:
            people[1, :, more[1] : more[2]] += more[0][:, None]
    return made


def outside(first: float, second: float) -> Floats:
    """Shares outside family households: two in a hundred elsewhere, as told in the middle area."""
    return np.array([[0.02, first, 0.02], [0.02, second, 0.02]])


def kinds(found: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(one.area, one.kind) for one in found]


BOTH, ONLY_MEN, FEW = np.array([1500.0, 1300.0]), np.array([1500.0, 0.0]), np.array([400.0, 500.0])


@given(st.integers(0, 10_000))
@settings(max_examples=30)
def test_in_flat_areas_nothing_is_found(seed: int) -> None:
    assert diagnose(AREAS, flat(0.02, seed)) == ()
    assert diagnose(AREAS, flat(0.02, seed), outside(0.3, 0.3)) == ()


@pytest.mark.parametrize("shares", [None, outside(0.06, 0.06)])
def test_a_campus(shares: Floats | None) -> None:
    found = diagnose(AREAS, planted(first=(BOTH, 3, 5), second=(BOTH, 3, 5), noise=0.01), shares)
    assert kinds(found) == [("b", "campus")]
    assert found[0].ages == (15, 25)
    # two groups of 1500 men and 1300 women
    assert found[0].persons == pytest.approx(5600.0, rel=0.06)
    assert (found[0].men, found[0].women) == pytest.approx((3000.0, 2600.0), rel=0.08)
    assert found[0].evidence["persons_first"] == pytest.approx(5600.0, rel=0.06)


def test_a_campus_by_hand() -> None:
    made = excess(planted(first=(BOTH, 3, 5)), YOUTH, ((2, 3), (5, 6)))
    people = SIZE[1] * nation(0)[:, 3:5]
    # flanks at the nation's level: the expected people are the nation's, and the excess what was planted
    assert made.persons[0, 1] == pytest.approx(np.full((2, 2), BOTH[:, None]))
    assert made.share[0, 1] == pytest.approx(2 * BOTH / people.sum(axis=1))
    assert made.persons[1] == pytest.approx(np.zeros((3, 2, 2)), abs=1e-9)


def test_students_in_family_homes_are_no_campus() -> None:
    """Many young people at both censuses, hardly anybody outside family households."""
    found = diagnose(AREAS, planted(first=(BOTH, 3, 5), second=(BOTH, 3, 5)), outside(0.001, 0.001))
    assert "campus" not in [one.kind for one in found]


def test_a_new_campus_needs_people_in_quarters() -> None:
    new = planted(second=(BOTH, 3, 5), noise=0.01)
    found = diagnose(AREAS, new, outside(0.02, 0.07))
    assert kinds(found) == [("b", "campus")]
    assert found[0].evidence["persons_first"] == 0.0
    # without a word on quarters, or without more people in them, they have come to stay
    for shares in (None, outside(0.02, 0.02)):
        assert set(kinds(diagnose(AREAS, new, shares))) == {("b", "migration")}


def test_a_barrack() -> None:
    found = diagnose(AREAS, planted(first=(ONLY_MEN, 3, 5), second=(ONLY_MEN, 3, 5), noise=0.01))
    assert kinds(found) == [("b", "barrack")]
    assert (found[0].men, found[0].women) == pytest.approx((3000.0, 0.0), rel=0.08)


def test_where_the_women_have_left_is_no_barrack() -> None:
    gone = np.array([0.0, -800.0])
    found = diagnose(AREAS, planted(first=(gone, 3, 5), second=(gone, 3, 5)))
    assert "barrack" not in [one.kind for one in found]
    assert (lone_men(planted(first=(gone, 3, 5)), YOUTH, ((2, 3), (5, 6))).share[0, 1] > 0.1).all()


def test_a_prison() -> None:
    found = diagnose(AREAS, planted(first=(ONLY_MEN, *WORK), second=(ONLY_MEN, *WORK), noise=0.01))
    assert kinds(found) == [("b", "institution")]
    assert found[0].ages == (25, 60)
    assert found[0].men == pytest.approx(7 * 1500.0, rel=0.1)


def test_care_homes() -> None:
    found = diagnose(AREAS, planted(first=(FEW, *OLD), second=(FEW, *OLD), noise=0.01))
    assert ("b", "institution") in kinds(found)
    home = next(one for one in found if one.kind == "institution")
    assert home.ages == (80, 111)
    assert home.persons == pytest.approx(1800.0, rel=0.15)


def test_a_wave_moves_on_with_its_cohort() -> None:
    """Young at the first census, ten years older at the second: nobody came in between, and no campus stands there."""
    found = diagnose(AREAS, planted(first=(BOTH, 3, 5), second=(0.98 * BOTH, 5, 7), noise=0.01))
    assert kinds(found) == [("b", "migration")]
    assert found[0].ages == (25, 35)
    assert found[0].evidence["persons_ten_years_older"] == pytest.approx(0.98 * 5600.0, rel=0.1)


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_who_came_and_who_left(sign: float) -> None:
    found = diagnose(AREAS, planted(second=(sign * BOTH, 5, 8)))
    assert kinds(found) == [("b", "migration")]
    # net migrants are told by cohorts aged 20-34 and 35-59 at the second census: two groups and one
    assert [one.ages for one in found] == [(20, 35)]
    assert found[0].persons == pytest.approx(sign * 2 * 2800.0, rel=1e-6)


def test_a_campus_is_left_out_of_migration() -> None:
    """The same campus at both censuses: its students came and went, nobody else did."""
    grown = planted(first=(BOTH, 3, 5), second=(2.0 * BOTH, 3, 5))
    assert kinds(diagnose(AREAS, grown)) == [("b", "campus")]


def test_areas_are_told_one_by_one() -> None:
    made = planted(first=(BOTH, 3, 5), second=(BOTH, 3, 5))
    alone = replace(made, first=made.first[1:2], second=made.second[1:2])
    assert diagnose(("b",), alone) == diagnose(AREAS, made)


def test_areas_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="2 areas"):
        diagnose(("a", "b"), flat())
    with pytest.raises(ValueError, match="outside"):
        diagnose(AREAS, flat(), np.zeros(3))


@pytest.fixture(scope="module")
def harbins(baseline: Result, desk: Desk) -> tuple[tuple[str, ...], TwoCensuses, Floats]:
    """The areas, both censuses, and the shares outside family households."""
    evidence = baseline.evidence
    first, second = evidence.censuses
    counted = [five(census) for census in (first.districts, second.districts, first.nation, second.nation)]
    frame: pd.DataFrame = desk.frames["indicators"]
    homes = frame[frame["indicator"] == "family_household_pop"].set_index(["area", "date"])["value"]
    shares = [
        1.0 - np.array([homes[area, pd.Timestamp(census.date)] for area in evidence.areas]) / people.sum(axis=(1, 2))
        for census, people in zip((first, second), counted, strict=False)
    ]
    return evidence.areas, TwoCensuses(*counted), np.stack(shares)


CAMPUSES = {"230103", "230108", "230109", "230110", "230111"}


def test_harbins_campuses(harbins: tuple[tuple[str, ...], TwoCensuses, Floats]) -> None:
    """The five university districts, and one county where colleges opened in the 2010s; no barrack, no prison."""
    found = diagnose(*harbins)
    campus = {one.area: one for one in found if one.kind == "campus"}
    assert set(campus) == CAMPUSES | {"230125"}
    assert {one.kind for one in found} == {"campus", "migration"}
    new = {area for area, one in campus.items() if one.evidence["persons_first"] == 0.0}
    assert new == {"230108", "230125"}
    for one in campus.values():
        assert one.persons <= one.evidence["outside_households_second"] / IN_QUARTERS
        assert min(one.men, one.women) > 0.3 * max(one.men, one.women)


def test_without_households_only_old_campuses_are_told(
    harbins: tuple[tuple[str, ...], TwoCensuses, Floats],
) -> None:
    areas, censuses, _ = harbins
    found = diagnose(areas, censuses)
    assert {one.area for one in found if one.kind == "campus"} == CAMPUSES - {"230108"}


def test_the_model_holds_apart_what_is_found(baseline: Result) -> None:
    assert set(baseline.models.movement.students.campus) == CAMPUSES
