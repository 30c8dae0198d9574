"""Residents and registered people: identities in every cell, and made areas by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.axes import AGE, AGES, FEMALE, SEX, Floats
from forecast.demography.migration import model_schedule
from forecast.demography.quarters import STUDENTS
from forecast.demography.register import ByAge, Register
from forecast.demography.residence import (
    Course,
    Status,
    absent_by_age,
    carried,
    elsewhere_by_age,
    exposure,
    launched,
    moved,
    settled,
    stepped,
)
from forecast.errors import InputError

LAUNCH, SETTLED = 2020, 30
NEVER = 0.0
"""Nobody's registration follows."""


def people(seed: int = 1, areas: int = 2) -> Floats:
    """Somebody at every age."""
    return np.random.default_rng(seed).uniform(5.0, 50.0, (areas, 2, AGES))


def sums(values: Floats) -> Floats:
    return np.asarray(values.sum(axis=(SEX, AGE)))


def register(core: Floats, outside: Floats, registered: Floats, inside: Floats | None = None) -> Register:
    areas = tuple(f"23010{place}" for place in range(len(core)))
    counts = tuple({float(LAUNCH): float(count)} for count in registered)
    same = np.zeros(len(core)) if inside is None else inside
    grouped = np.ones(len(core), dtype=bool)
    return Register(areas, "230100", sums(core), outside, same, counts, {}, grouped, {}, {}, SETTLED)


def course(core: Floats, steps: int = 3, *, seed: int = 2, closed: bool = False) -> Course:
    """People who come and go at random, or none at all."""
    draw = np.random.default_rng(seed)
    survival = np.repeat(np.linspace(0.999, 0.6, AGES)[None, None], 2, axis=1).repeat(steps, axis=0)
    births = np.zeros((steps, len(core), AGES))
    births[:, :, 20:40] = 3.0
    newborn = np.stack([0.52 * births.sum(axis=AGE), 0.48 * births.sum(axis=AGE)], axis=-1)
    path = [core]
    for place in range(steps):
        older = np.concatenate([newborn[place][..., None], path[-1][..., :-1]], axis=AGE)
        older[..., -1] += path[-1][..., -1]
        alive = older * survival[place]
        path.append(alive if closed else alive * draw.uniform(0.7, 1.3, alive.shape))
    return Course(np.stack(path), survival, newborn, births, {})


def test_exposure_by_hand() -> None:
    own = model_schedule()
    found = exposure(2)
    # at 40 the moves of 38, 39 and 40; at birth those of the mother two years and one year before, and the first own
    assert found[40] == pytest.approx(own[38:41].sum())
    assert found[0] == pytest.approx(own[18:38].mean() + own[19:39].mean() + own[0])
    assert len(exposure(SETTLED)) == AGES
    assert int(np.argmax(exposure(10)[18:])) + 18 in range(22, 36)


@given(st.integers(0, 1000), st.floats(0.0, 0.95), st.floats(0.0, 3.0))
@settings(max_examples=30)
def test_sums_are_met_and_nobody_is_counted_twice(seed: int, share: float, away: float) -> None:
    core = people(seed)
    elsewhere = elsewhere_by_age(core, share * sums(core), SETTLED)
    assert sums(elsewhere) == pytest.approx(share * sums(core), rel=1e-9)
    assert (elsewhere >= 0).all()
    assert (elsewhere <= core).all()
    absent = absent_by_age(core - elsewhere, away * sums(core), SETTLED)
    assert sums(absent) == pytest.approx(away * sums(core), rel=1e-9)
    assert (absent >= 0).all()


def test_equal_moves_mean_equal_shares_everywhere() -> None:
    core = people()
    one = elsewhere_by_age(core, 0.3 * sums(core), SETTLED) / core
    assert np.ptp(one[:, :, 30]) < 0.05
    # 1 - share = (1 - share of the most mobile) ** power: the log is proportional to the moves
    logs = np.log1p(-one[0, 0])
    assert logs / exposure(SETTLED) == pytest.approx(np.full(AGES, logs[30] / exposure(SETTLED)[30]))


def test_the_launch_by_sums() -> None:
    core = people()
    size = sums(core)
    status, _, notes = launched(register(core, 0.2 * size, 1.1 * size), core, {}, LAUNCH)
    assert sums(status.elsewhere) == pytest.approx(0.2 * size)
    assert sums(status.absent) == pytest.approx(0.3 * size)
    assert sums(status.registered) == pytest.approx(1.1 * size)
    assert notes == []


def test_moves_inside_the_county_that_must_have_left_the_register() -> None:
    core = people()
    size = sums(core)
    known = register(core, 0.2 * size, 0.7 * size, inside=0.15 * size)
    status, _, notes = launched(known, core, {}, LAUNCH)
    assert sums(status.elsewhere) == pytest.approx(0.3 * size)
    assert sums(status.absent) == pytest.approx(0 * size, abs=1e-9)
    assert [note.measure for note in notes] == ["resident-not-registered"] * 2
    with pytest.raises(InputError, match="registered people of 230100, 2020: expected at least the"):
        launched(register(core, 0.2 * size, 0.7 * size, inside=0.05 * size), core, {}, LAUNCH)


def test_students_are_registered_elsewhere_first() -> None:
    core = people()
    size = sums(core)
    students = np.zeros_like(core)
    students[:, :, 18:23] = 0.01 * size[:, None, None]
    everybody = size + sums(students)
    known = dataclasses.replace(register(core, 0.05 * size, everybody), residents=everybody)
    status, share, _ = launched(known, core, {STUDENTS: students}, LAUNCH)
    assert share == pytest.approx([0.5, 0.5])  # a tenth of the people are students, half of them by the count
    assert sums(status.elsewhere) == pytest.approx(0 * size, abs=1e-9)
    free = dataclasses.replace(known, outside=0.2 * size)
    status, share, _ = launched(free, core, {STUDENTS: students}, LAUNCH)
    assert share == pytest.approx([1, 1])
    assert sums(status.elsewhere) == pytest.approx(0.1 * size)


def test_a_table_by_age_is_met_group_by_group() -> None:
    core = people()
    size = sums(core)
    table = ByAge(np.array([0.0, 20.0, 60.0]), np.array([[100.0, 900.0, 2000.0], [90.0, 1900.0, 10.0]]))
    known = dataclasses.replace(register(core, 0.2 * size, size), by_age={1: table})
    status, _, _ = launched(known, core, {}, LAUNCH)
    groups = np.add.reduceat(status.registered[1], [0, 20, 60], axis=-1)
    assert groups == pytest.approx(table.people)
    assert (status.elsewhere >= 0).all()
    assert (status.elsewhere <= core + 1e-9).all()
    assert (status.absent >= 0).all()


@given(st.integers(0, 1000))
@settings(max_examples=20)
def test_identities_hold_in_every_cell_and_year(seed: int) -> None:
    core = people(seed)
    size, path = sums(core), course(core, seed=seed + 1)
    known = dataclasses.replace(register(core, 0.3 * size, 1.2 * size), totals={2022: 0.9 * float(size.sum())})
    found = carried(known, path, LAUNCH)
    for place, status in enumerate(found.years):
        assert np.array_equal(status.resident, path.core[place])
        assert status.registered == pytest.approx(status.resident - status.elsewhere + status.absent)
        for part in (status.elsewhere, status.absent, status.registered, status.resident - status.elsewhere):
            assert (part >= -1e-9).all()
    assert found.years[2].registered.sum() == pytest.approx(0.9 * size.sum())


def test_moves_of_residents_change_no_register() -> None:
    core = people()
    size = sums(core)
    known = register(core, 0.3 * size, 1.2 * size)
    quiet, busy = (carried(known, course(core, 1, closed=closed), LAUNCH) for closed in (True, False))
    grown = slice(1, AGES)
    one, other = (found.years[1].registered[..., grown] for found in (quiet, busy))
    assert one == pytest.approx(other)
    status, path = carried(known, course(core, 1), LAUNCH).years[0], course(core, 1)
    followed = status.registered + (status.elsewhere - status.absent) / SETTLED
    assert busy.years[1].registered[..., 1:-1] == pytest.approx(followed[..., :-2] * path.survival[0, :, 1:-1])


def test_one_year_by_hand() -> None:
    """100 residents of 30, 20 registered elsewhere, 10 absent; nobody dies; 10 leave."""
    resident = np.zeros((1, 2, AGES))
    resident[0, FEMALE, 30] = 100.0
    elsewhere, absent = 0.2 * resident, 0.1 * resident
    after = np.zeros((1, 2, AGES))
    after[0, FEMALE, 31], after[0, :, 0] = 90.0, 4.0
    births = np.zeros((1, 1, AGES))
    births[0, 0, 30] = 8.0
    path = Course(np.stack([resident, after]), np.ones((1, 2, AGES)), np.full((1, 1, 2), 4.0), births, {})
    found = stepped(Status(resident, elsewhere, absent), path, 0, NEVER)
    # of ten leavers two were registered elsewhere, eight join the absent
    assert found.elsewhere[0, FEMALE, 31] == pytest.approx(18)
    assert found.absent[0, FEMALE, 31] == pytest.approx(18)
    assert found.registered[0, FEMALE, 31] == pytest.approx(90)
    # of four children a fifth are as their mothers, and the absent have a tenth as many as the residents
    assert found.elsewhere[0, :, 0] == pytest.approx([0.8, 0.8])
    assert found.absent[0, :, 0] == pytest.approx([0.4, 0.4])
    gained = dataclasses.replace(path, core=np.stack([resident, after + resident]))
    more = stepped(Status(resident, elsewhere, absent), gained, 0, NEVER)
    assert more.elsewhere[0, FEMALE, 30] == pytest.approx(100)


def test_registration_follows_by_hand() -> None:
    """100 residents of 30, 20 registered elsewhere, 10 absent, nobody dies or moves: a tenth of the surplus of 10."""
    resident = np.zeros((1, 2, AGES))
    resident[0, FEMALE, 30] = 100.0
    after = np.roll(resident, 1, axis=AGE)
    nobody = np.zeros((1, 1, AGES)), np.zeros((1, 1, 2))
    path = Course(np.stack([resident, after]), np.ones((1, 2, AGES)), nobody[1], nobody[0], {})
    found = stepped(Status(resident, 0.2 * resident, 0.1 * resident), path, 0, 0.1)
    assert found.elsewhere[0, FEMALE, 31] == pytest.approx(19)
    assert found.absent[0, FEMALE, 31] == pytest.approx(10)
    assert found.registered[0, FEMALE, 31] == pytest.approx(91)
    mirrored = stepped(Status(resident, 0.1 * resident, 0.2 * resident), path, 0, 0.1)
    assert mirrored.elsewhere[0, FEMALE, 31] == pytest.approx(10)
    assert mirrored.registered[0, FEMALE, 31] == pytest.approx(109)


@given(st.integers(0, 1000), st.floats(0.0, 1.0))
@settings(max_examples=30)
def test_what_one_area_gains_by_registration_those_it_came_from_lose(seed: int, share: float) -> None:
    draw = np.random.default_rng(seed)
    core = people(seed)
    whole = Status(core, 0.5 * core * draw.uniform(size=core.shape), core * draw.uniform(size=core.shape))
    # as many registered elsewhere as absent, over both areas: the register of all of them stays
    both = Status(core, whole.elsewhere, whole.elsewhere[::-1])
    found = settled(both, share)
    assert found.registered.sum() == pytest.approx(both.registered.sum())
    after = settled(whole, share)
    assert after.registered - whole.registered == pytest.approx(share * (whole.elsewhere - whole.absent), abs=1e-9)
    for part in (after.elsewhere, after.absent, after.registered):
        assert (part >= 0).all()


def test_where_nobody_moves_any_more_a_register_tends_to_its_residents() -> None:
    core = people()
    size, steps = sums(core), 60
    known = register(core, np.array([0.4, 0.1]) * size, np.array([0.7, 1.5]) * size)
    years = carried(known, course(core, steps, closed=True), LAUNCH).years
    apart = np.stack([sums(status.registered - status.resident) / sums(status.resident) for status in years])
    assert apart[0] == pytest.approx([-0.3, 0.5])
    assert (np.diff(np.abs(apart[10:]), axis=0) < 0).all()
    # (29/30)^60 is an eighth; children are born into it as well
    assert (np.abs(apart[-1]) < 0.25 * np.abs(apart[0])).all()


def test_conversions_come_before_the_record_is_met() -> None:
    core = people()
    size = sums(core)
    known = register(core, 0.3 * size, 0.8 * size)
    free = carried(known, course(core, 1), LAUNCH)
    counted = dataclasses.replace(known, totals={LAUNCH + 1: float(size.sum())})
    met = carried(counted, course(core, 1), LAUNCH)
    assert met.overrides[-1].before == pytest.approx(free.years[1].registered.sum())
    assert met.years[1].registered.sum() == pytest.approx(size.sum())


def test_who_moves_a_registration() -> None:
    resident = np.full((2, 2, AGES), 1.0)
    status = Status(resident, 0.1 * resident, 0.2 * resident)
    size = 2.0 * AGES
    found = moved(status, np.array([0.05 * size, -0.05 * size]))
    assert found.elsewhere[0] == pytest.approx(0.05 * resident[0])
    assert found.absent[1] == pytest.approx(0.15 * resident[1])
    assert sums(found.registered - status.registered) == pytest.approx([0.05 * size, -0.05 * size])
    found = moved(status, np.array([0.3 * size, -0.3 * size]))
    assert sums(found.registered - status.registered) == pytest.approx([0.3 * size, -0.3 * size])
    assert sums(found.elsewhere) == pytest.approx([0, 0.2 * size])
    assert sums(found.absent) == pytest.approx([0.4 * size, 0])


def test_the_years_to_settle_are_an_assumption_that_matters() -> None:
    young, old = exposure(10), exposure(SETTLED)
    assert young[65] / young[30] < old[65] / old[30]
