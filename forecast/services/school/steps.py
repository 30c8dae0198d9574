"""Cohorts on record that gain or lose beyond the usual when they move up a grade, and grades that empty all at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import sqrt
from statistics import median

from forecast.services.school.counted import Roll
from forecast.services.school.course import BandCourse, SchoolCourse
from forecast.services.school.doubt import Doubt

STEP = 0.25
"""By how much a cohort may gain or lose on what is usual when it moves up a grade."""
CHANCE = 4.0
"""... and by how many roots of the expected pupils: in small grades chance alone does more."""
ENOUGH = 3
"""Other years of an area from which its usual step is told; with fewer the other areas help."""
MANY = 20.0
"""Pupils of a grade that do not vanish within a year."""
Key = tuple[str, int, bool]
"""Kind of school, grade in it, and whether it is fed by the grade before."""


@dataclass(frozen=True, slots=True, eq=False)
class _Column:
    """One grade of one kind of school of an area.

    at       its chain of grades, and its place there
    counted  pupils by school year
    before   pupils of the grade before, a year before, or children of the age who attend there, by school year
    fed      whether it is pupils
    """

    area: str
    kind: str
    grade: int
    at: tuple[str, int]
    roll: Roll
    counted: Mapping[int, float]
    before: Mapping[int, float]
    fed: bool

    @property
    def key(self) -> Key:
        return self.kind, self.grade, self.fed

    @property
    def ratios(self) -> dict[int, float]:
        """Pupils over those before, by school year, where there were any."""
        known = ((year, self.before.get(year, 0.0)) for year in self.counted)
        return {year: self.counted[year] / before for year, before in known if before > 0}


def steps(course: SchoolCourse) -> Iterator[Doubt]:
    """What is unlikely, the first grade of each area, kind of school and year."""
    for item in course.bands.values():
        columns = [column for place in range(len(course.areas)) for column in _columns(course, item, place)]
        medians: dict[Key, dict[str, float]] = {}
        for column in columns:
            if known := list(column.ratios.values()):
                medians.setdefault(column.key, {})[column.area] = median(known)
        found: list[tuple[int, Doubt]] = []
        flagged: set[tuple[str, str, int, int]] = set()  # area, chain, place in it, year
        for column in columns:
            for doubt in _wild(column, medians.get(column.key, {})):
                # who comes from a count that is wild itself is not wild for that
                chain, grade = column.at
                if (column.area, chain, grade - 1, doubt.year - 1) not in flagged:
                    found.append((grade, doubt))
                    flagged.add((column.area, chain, grade, doubt.year))
        yield from _firsts(found)


def _firsts(found: Sequence[tuple[int, Doubt]]) -> Iterator[Doubt]:
    def alike(item: tuple[int, Doubt]) -> tuple[str, int, str, str]:
        return item[1].area, item[1].year, item[1].kind, item[1].service

    for _, group in groupby(sorted(found, key=lambda item: (*alike(item), item[0])), key=alike):
        (_, doubt), *rest = group
        yield doubt.others(len(rest))


def _columns(course: SchoolCourse, item: BandCourse, place: int) -> Iterator[_Column]:
    """The grades of an area in their order; general and vocational one after the other."""
    band, code = item.band, course.areas[place]
    last: _Column | None = None
    for service in band.services:
        cut, kinds = band.cut(service, place), course.kinds[service]
        for kind in kinds:
            roll = course.counted.rolls.get((code, kind))
            if roll is None or len(kinds) > 1:
                last = None
            if roll is None:
                continue
            for grade in range(min(roll.grades, cut.stop - cut.start)):
                counted = dict(zip(roll.years, roll.pupils[:, grade].tolist(), strict=True))
                if last is None:
                    base = item.base[:, place, cut.start + grade].tolist()
                    before = dict(zip(course.years, base, strict=True))
                else:
                    before = {year + 1: pupils for year, pupils in last.counted.items()}
                at = (kind if len(kinds) > 1 else band.name, cut.start + grade)
                last = _Column(code, kind, grade + 1, at, roll, counted, before, last is not None)
                yield last


def _wild(column: _Column, medians: Mapping[str, float]) -> Iterator[Doubt]:
    ratios = column.ratios
    elsewhere = [value for area, value in medians.items() if area != column.area] if column.fed else []
    for year, counted in column.counted.items():
        before = column.counted.get(year - 1, 0.0)
        if counted == 0 and before >= MANY:
            yield _doubt("zero", column, year, before, "nobody, where many were a year before: is it a gap?")
            continue
        others = [value for other, value in ratios.items() if other != year]
        if len(others) < ENOUGH:
            others += [*elsewhere, 1.0] if column.fed else []
        if year not in ratios or len(others) < (1 if column.fed else 2):
            continue
        usual = median(others)
        expected = usual * column.before[year]
        if abs(counted - expected) > max(STEP * expected, CHANCE * sqrt(max(expected, 1.0))):
            whence = "from the grade before" if column.fed else "for each child of the age"
            why = f"more than {STEP:.0%} off what is usual {whence} (x{usual:.2f}); is it a slip?"
            yield _doubt("step", column, year, expected, why)


def _doubt(kind: str, column: _Column, year: int, usual: float, why: str) -> Doubt:
    what = f"{column.kind} pupils of {column.area}, {year} grade {column.grade}"
    measure, where = f"pupils of {column.kind} {column.grade}", column.roll.at(year, column.grade)
    counted = column.counted[year]
    return Doubt(kind, where, column.area, year, what, measure, usual, counted, why, column.kind, column.grade)
