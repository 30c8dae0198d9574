"""Counts that are taken as they stand, though they are unlikely: slips of a figure, and what leaves a step behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from forecast.services.people import People
from forecast.services.school.counted import Attending, Counted, Listed
from forecast.services.school.course import SchoolCourse
from forecast.services.school.doubt import Doubt
from forecast.services.school.steps import steps

FAR = 1.5
"""A register so many times the forecast, or so much smaller, is a slip rather than news."""
APART = 0.10
"""By how much the youngest cohorts on registers may miss the forecast before the step to those after them is told."""
YOUNGEST = 3
"""So many cohorts are the youngest."""


def doubts(course: SchoolCourse, people: People) -> tuple[Doubt, ...]:
    """Everything on record that should be looked at again; nothing is changed by it."""
    counted, areas = course.counted, set(people.areas)
    found = [
        *_far(counted.children, people),
        *_apart(counted.children, people),
        *steps(course),
        *_idle(counted, areas, people.years[0]),
        *_away(course),
    ]
    return tuple(found)


def _modelled(count: Listed, people: People) -> float:
    return float(people.on_31_august[people.place(count.year), people.areas.index(count.area), count.age])


def _mine(counts: Iterable[Listed], people: People) -> list[tuple[Listed, float]]:
    """Counts of the areas of a run with what the forecast has in their place."""
    return [
        (count, _modelled(count, people))
        for count in counts
        if count.area in people.areas and count.year in people.years
    ]


def _far(counts: Iterable[Listed], people: People) -> Iterator[Doubt]:
    """Registers beyond all likeness to the forecast, the first of each area and year."""
    why = f"more than {FAR:g} times the forecast, or less than 1/{FAR:g} of it; taken as counted: is it a slip?"
    wild = [
        (count, there) for count, there in _mine(counts, people) if not there / FAR <= count.children <= there * FAR
    ]
    wild.sort(key=lambda item: (item[0].area, item[0].year, item[0].age))
    for (area, year), group in groupby(wild, key=lambda item: (item[0].area, item[0].year)):
        (count, there), *rest = group
        what = f"children of {count.age} on registers of {area}, {year}"
        measure = f"children of {count.age} on registers"
        doubt = Doubt("far", count.where, area, year, what, measure, there, count.children, why, "", count.age)
        yield doubt.others(len(rest))


def _apart(counts: Iterable[Listed], people: People) -> Iterator[Doubt]:
    """The youngest cohorts on registers where they miss the forecast: those born later follow the forecast in full."""
    latest: dict[str, dict[int, tuple[Listed, float]]] = {}
    for count, there in sorted(_mine(counts, people), key=lambda item: item[0].year):
        latest.setdefault(count.area, {})[count.year - count.age] = (count, there)
    for area, cohorts in latest.items():
        born = sorted(cohorts)[-YOUNGEST:]
        there, known = (
            sum(part) for part in zip(*((cohorts[year][1], cohorts[year][0].children) for year in born), strict=True)
        )
        if not there or abs(known / there - 1.0) <= APART:
            continue
        count = cohorts[born[-1]][0]
        jump = f"{there / known - 1.0:+.0%}" if known else "from nothing"
        why = (
            f"cohorts born later follow the forecast: where they take over, numbers step by {jump}; "
            "count the births since, or look into the forecast of births"
        )
        what = f"the youngest cohorts on registers of {area}, born {born[0]} to {born[-1]}"
        measure = f"children of {count.age} and over on registers"
        yield Doubt("apart", count.where, area, count.year, what, measure, there, known, why, "", born[-1])


def _idle(counted: Counted, areas: set[str], first: int) -> Iterator[Doubt]:
    """Schools of the table of schools that teach in the last year on record, and of which no pupils were counted."""
    with_pupils = {(code, kind) for (_, kind), rolls in counted.schools.items() for code in rolls}
    why = "no rows of it in the table pupils: if it has pupils, they are taken for those of the others"
    for (code, kind), school in counted.known.items():
        area, roll, nothing = school.area, counted.rolls.get((school.area, kind)), float("nan")
        year = first if roll is None else roll.last
        if area in areas and (code, kind) not in with_pupils and school.runs(year):
            what, measure = f"pupils of school {code} ({kind}) of {area}", f"pupils of school {code}"
            yield Doubt("idle", school.where, area, year, what, measure, nothing, nothing, why, f"{code} ({kind})")


def _away(course: SchoolCourse) -> Iterator[Doubt]:
    """Counts of attendance that add up to more pupils than the forecast has children of the ages."""
    groups: dict[tuple[str, str, int], list[Attending]] = {}
    for row in course.counted.attendance:
        if row.pupils is not None and row.origin in course.areas and row.year in course.years:
            groups.setdefault((row.origin, row.service, row.year), []).append(row)
    why = "the rows of the table attendance have more pupils than children of these ages live there; taken as shares"
    for (origin, service, year), rows in groups.items():
        item, place = course.band(service), course.areas.index(origin)
        there = float(item.children[course.years.index(year), place, item.band.cut(service, place)].sum())
        total = sum(row.pupils or 0.0 for row in rows)
        if total > there * (1.0 + APART):
            what, measure = f"pupils of {service} who live in {origin}, {year}", f"pupils of {service} who live there"
            yield Doubt("away", rows[0].where, origin, year, what, measure, there, total, why, service)
