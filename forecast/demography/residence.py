"""Resident and registered people: one turned into the other by area, sex and age, along cohorts (law 8).

Registered = residents - residents registered elsewhere + registered people who live elsewhere, exact in every cell.

At the launch only sums are known. Their ages are assumed: people move by the model schedule (Rogers and Castro 1981), a
move leaves registration behind for some thirty years, and a child has the status that its mother had at birth. So the
share of a cell that is registered elsewhere is 1 - exp(-k E(x)), E the moves of the last years, where k meets the sum.

Later the register is an account of its own: it ages, dies and is born along cohorts, and moves of residents leave it
as it is. Net gains of a cell are residents registered elsewhere; net losses leave in proportion to status, the
registered among them as registered people who are absent. Registration follows the movers: a share 1 / settled of
residents registered elsewhere less absent people is registered where it lives in a year, so the mean time is the years
of the launch, and a register tends to its residents (``settled``). Ratios by age are not held: a district that loses a
third of its residents would lose a third of its register the same year.

Net moves alone are known, so residents registered elsewhere and the absent are lower bounds of what gross moves would
give. The register does not depend on it: it hangs on their difference, which is residents less the register.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecast.axes import AGE, AGES, FEMALE, FERTILE, SEX, Floats
from forecast.demography.engine import Override
from forecast.demography.migration import model_schedule
from forecast.demography.quarters import KINDS, STUDENTS
from forecast.demography.register import ByAge, Register
from forecast.errors import InputError
from forecast.kernels.solve import bisect
from forecast.kernels.step import aged

MOTHERS = (20, 40)
"""Ages between which mothers stand, for the status that a child is born with."""
AWAY = (STUDENTS, "barracks")
"""Quarters whose people are taken to be registered elsewhere; those of homes and other quarters where they live."""
CEILING = 1e6


@dataclass(frozen=True, slots=True, eq=False)
class Status:
    """People of one 31 December (area, sex, age).

    resident   who live here
    elsewhere  those of them who are registered elsewhere
    absent     who are registered here and live elsewhere
    """

    resident: Floats
    elsewhere: Floats
    absent: Floats

    @property
    def registered(self) -> Floats:
        """Who are registered here."""
        return np.asarray(self.resident - self.elsewhere + self.absent)

    def plus(self, apart: Floats, beside: Floats) -> Status:
        """With the people of quarters, and those of them who are registered elsewhere."""
        return Status(self.resident + apart, self.elsewhere + beside, self.absent)


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What a projection says of residents without those held apart.

    core      people, launch first            (year + 1, area, sex, age)
    survival  to the year's end by age there   (year, area or 1, sex, age)
    newborn   births by sex                    (year, area, sex)
    births    births by age of mother          (year, area, age)
    quarters  stocks held apart by kind        (year + 1, area, sex, age)
    """

    core: Floats
    survival: Floats
    newborn: Floats
    births: Floats
    quarters: Mapping[str, Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Residence:
    """Residents and registered people year by year, launch first, and what was set."""

    years: tuple[Status, ...]
    overrides: tuple[Override, ...]


def exposure(settled: int, ages: int = AGES) -> Floats:
    """Moves of the last ``settled`` years that a person of each age has behind him, in units of the schedule (age,).

    Before birth they are those of the mother: mean of the schedule over the women who bear.
    """
    own = model_schedule(ages)
    low, high = MOTHERS
    mothers = [float(own[max(low - back, 0) : max(high - back, 1)].mean()) for back in range(settled, 0, -1)]
    sums = np.concatenate([[0.0], np.cumsum(np.concatenate([mothers, own]))])
    return np.asarray(sums[settled + 1 :] - sums[:ages])


def elsewhere_by_age(people: Floats, total: Floats, settled: int) -> Floats:
    """Residents registered elsewhere (area, sex, age) that sum to a total (area,) below the people."""
    reach = exposure(settled, people.shape[-1])
    power = reach / reach.max()

    def found(share: Floats) -> Floats:
        return np.asarray(people * (1.0 - _cells(1.0 - share) ** power))

    return np.asarray(found(bisect(lambda share: found(share).sum(axis=(SEX, AGE)), total, 0.0, 1.0)))


def absent_by_age(at_home: Floats, total: Floats, settled: int) -> Floats:
    """Registered people who are absent (area, sex, age), from those at home, that sum to a total (area,).

    Registered times exp(-k E) are at home, so the absent are those at home times exp(k E) - 1.
    """
    reach = exposure(settled, at_home.shape[-1])
    power = reach / reach.max()

    def found(odds: Floats) -> Floats:
        return np.asarray(at_home * (_cells(odds) ** power - 1.0))

    return np.asarray(found(bisect(lambda odds: found(odds).sum(axis=(SEX, AGE)), total, 1.0, CEILING)))


def launched(
    register: Register, core: Floats, quarters: Mapping[str, Floats], year: int
) -> tuple[Status, Floats, list[Override]]:
    """Status of the core on 31 December of the launch, the share of students registered elsewhere, what was set.

    core, quarters  residents (area, sex, age): those of the core, and by kind those held apart

    Shares of the census day are carried to 31 December. Where more residents are registered elsewhere than left their
    county, because residents less the register say so, some of those who moved "inside the county" are counted too: in
    a city with districts that count holds moves between its districts.
    """
    apart, away = _sum(quarters, core), _sum(quarters, core, AWAY)
    everybody, students = (part.sum(axis=(SEX, AGE)) for part in (core + apart, away))
    registered, notes = register.at_launch(year)
    outside, inside = (count * everybody / register.residents for count in (register.outside, register.inside))
    total = np.maximum(outside, everybody - registered)
    _check(register, total, outside + inside, everybody - (apart - away).sum(axis=(SEX, AGE)), year)
    why = "residents less the register: part of the moves inside the county leave the area's register"
    notes += [
        Override(area, year, "resident-not-registered", float(before), float(after), why)
        for area, before, after in zip(register.areas, outside, total, strict=True)
        if after > before
    ]
    # students beyond the count of people from elsewhere are registered here
    share = np.minimum(1.0, total / np.where(students > 0, students, 1.0))
    elsewhere = elsewhere_by_age(core, total - share * students, register.settled)
    aside = apart - _cells(share) * away
    missing = registered - everybody + total
    absent = absent_by_age(core - elsewhere + aside, np.maximum(missing, 0.0), register.settled)
    status = Status(core, elsewhere, absent)
    for place, table in register.by_age.items():
        status = _tabled(status, aside[place], place, table)
    return status, share, notes


def _sum(quarters: Mapping[str, Floats], like: Floats, kinds: tuple[str, ...] = KINDS) -> Floats:
    """People of some kinds of quarters together."""
    return np.asarray(sum((quarters[kind] for kind in kinds if kind in quarters), np.zeros_like(like)))


def _check(register: Register, total: Floats, most: Floats, everybody: Floats, year: int) -> None:
    """Residents registered elsewhere must be some of the residents, and no more than have moved at all."""
    wrong = (total > most + 0.5) | (total >= everybody)
    if wrong.any():
        area = int(np.argmax(wrong))
        where = f"data/**/indicators and totals, registered people of {register.areas[area]}, {year}"
        limit = max(everybody[area] - most[area], 0.0)
        expected = f"at least the {limit:,.0f} residents who never moved, and somebody registered where he lives"
        found = f"{everybody[area] - total[area]:,.0f}"
        raise InputError.one(where, expected, found, "correct the registered count, or that of people from elsewhere")


def _tabled(status: Status, aside: Floats, place: int, table: ByAge) -> Status:
    """Registered people of one area as a table gives them by age: single ages inside a group stay as they were.

    aside  people of quarters who are registered here (sex, age)
    """
    starts = table.starts.astype(int)
    assumed = status.registered[place] + aside
    widths = np.diff([*starts, assumed.shape[-1]])
    groups = np.repeat(np.add.reduceat(assumed, starts, axis=-1), widths, axis=-1)
    given, even = np.repeat(table.people, widths, axis=-1), 1.0 / np.repeat(widths, widths)
    wanted = given * np.where(groups > 0, assumed / np.where(groups > 0, groups, 1.0), even)
    core = np.maximum(wanted - aside, 0.0)
    elsewhere, absent = status.elsewhere.copy(), status.absent.copy()
    elsewhere[place] = np.maximum(elsewhere[place], status.resident[place] - core)
    absent[place] = core - status.resident[place] + elsewhere[place]
    return Status(status.resident, elsewhere, np.maximum(absent, 0.0))


def carried(register: Register, course: Course, launch: int) -> Residence:
    """Residents and registered people from the launch to the horizon; registered totals on record are met."""
    kinds = [{kind: path[place] for kind, path in course.quarters.items()} for place in range(len(course.core))]
    status, share, notes = launched(register, course.core[0], kinds[0], launch)
    years: list[Status] = []
    for place, quarters in enumerate(kinds):
        apart, away = (_sum(quarters, course.core[0], names) for names in (KINDS, AWAY))
        beside = _cells(share) * away
        if place:
            status = stepped(status, course, place - 1, 1.0 / register.settled)
            aside = (apart - beside).sum(axis=(SEX, AGE))
            status, found = _met(register, status, aside, launch + place)
            notes += found
        years.append(status.plus(apart, beside))
    return Residence(tuple(years), tuple(notes))


def stepped(status: Status, course: Course, place: int, settling: float) -> Status:
    """One year on: all age and die alike, children are as their mothers, moves of residents change no register.

    settling  share of those who live apart from their registration that it follows in a year, before the year's moves
    """
    survival, newborn = course.survival[place], course.newborn[place]
    women = _women(status.resident, survival)
    bearing = course.births[place, :, FERTILE.start : FERTILE.stop] / np.where(women > 0, women, 1.0)
    born = (bearing * women).sum(axis=AGE)

    def followed(part: Floats) -> Floats:
        """Survivors of a part of the people, with the children of its women."""
        share = (bearing * _women(part, survival)).sum(axis=AGE) / np.where(born > 0, born, 1.0)
        return np.asarray(aged(part, newborn * share[:, None]) * survival)

    alive, after = aged(status.resident, newborn) * survival, course.core[place + 1]
    here = settled(Status(alive, followed(status.elsewhere), followed(status.absent)), settling)
    kept = np.minimum(1.0, after / np.where(alive > 0, alive, 1.0))
    kept = np.where(alive > 0, kept, 1.0)
    absent = here.absent + (alive - here.elsewhere) * (1.0 - kept)
    return Status(after, here.elsewhere * kept + np.maximum(after - alive, 0.0), absent)


def settled(status: Status, share: float) -> Status:
    """Registration follows a share of those who live apart from it: they register where they live, or are struck off.

    Cell by cell the register gains ``share`` of residents registered elsewhere and loses ``share`` of the absent. Of
    both, as many as cancel are taken to be replaced by the gross moves that net moves do not show, so the larger stock
    loses and the smaller stays; the register is the same without that.
    """
    change = share * (status.elsewhere - status.absent)
    elsewhere, absent = status.elsewhere - np.maximum(change, 0.0), status.absent - np.maximum(-change, 0.0)
    return Status(status.resident, elsewhere, absent)


def _women(people: Floats, survival: Floats) -> Floats:
    """Mean of women at the start and of survivors, at the ages at which they bear (area, age)."""
    mean = 0.5 * (people + aged(people) * survival)
    return np.asarray(mean[:, FEMALE, FERTILE.start : FERTILE.stop])


def _met(register: Register, status: Status, aside: Floats, year: int) -> tuple[Status, list[Override]]:
    """The register as it is on record for a year; what is missing moved its registration, not its home.

    aside  people of quarters who are registered here (area,)
    """
    now = status.registered.sum(axis=(SEX, AGE)) + aside
    wanted = register.meeting(now, year)
    notes = register.notes(now, wanted, year)
    return moved(status, wanted - now), notes


def moved(status: Status, change: Floats) -> Status:
    """Registered people of each area changed by a number (area,), residents as they are.

    A gain: residents registered elsewhere bring their registration; beyond them, more people are absent. A loss: absent
    people take theirs to where they live; beyond them, residents are registered elsewhere.
    """
    at_home = status.resident - status.elsewhere
    elsewhere, more = _taken(status.elsewhere, np.maximum(change, 0.0))
    absent, less = _taken(status.absent, np.maximum(-change, 0.0))
    share = at_home / np.maximum(at_home.sum(axis=(SEX, AGE), keepdims=True), 1e-9)
    return Status(status.resident, elsewhere + share * _cells(less), absent + share * _cells(more))


def _taken(people: Floats, number: Floats) -> tuple[Floats, Floats]:
    """People less a number of each area (area,), as far as there are any, and the number that was left over."""
    there = people.sum(axis=(SEX, AGE))
    taken = np.minimum(number, there)
    return people * _cells(1.0 - taken / np.where(there > 0, there, 1.0)), number - taken


def _cells(values: Floats) -> Floats:
    """One value an area for all its cells."""
    return np.asarray(values[:, None, None])
