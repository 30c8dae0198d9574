"""Kindergarten and school: pupils by grade, their places and classes, and staff by two norms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from forecast.axes import Floats
from forecast.services.facts import Facts
from forecast.services.norms import Norm
from forecast.services.people import People
from forecast.services.school.counted import weakest
from forecast.services.school.crossing import Crossing, crossings, refiled
from forecast.services.school.stage_explain import explained
from forecast.services.school.stage_plan import StagePlan, stage_norms
from forecast.services.school.view import SchoolView
from forecast.services.series import Factor, Series, Service, on_people, weighted, whole_up

UNITS = {
    "people": "persons",
    "users": "pupils",
    "pupils-attending": "pupils",
    "pupils-out": "pupils",
    "pupils-in": "pupils",
    "places": "places",
    "classes": "classes",
    "staff": "staff",
    "teachers": "teachers and staff",
    "carers": "carers",
}


class StageDemand:
    """Demand of one stage, all areas and years; or of one area, on every trajectory."""

    def __init__(self, plan: StagePlan, facts: Facts, people: People, view: SchoolView) -> None:
        self.plan, self.people, self.view = plan, people, view
        self.band = view.course.band(plan.spec.service).band
        self.enrolment = view.course.enrolment[plan.spec.service]
        self.standards = stage_norms(plan, facts, people)

    @property
    def _shape(self) -> tuple[int, int]:
        return len(self.people.years), len(self.people.areas)

    @property
    def service(self) -> str:
        """Its name."""
        return self.plan.spec.service

    def children(self, grade: int) -> Floats:
        """Residents of the age of a grade (year, area); zero where an area has no such grade."""
        return self._by_area(self.view.children, grade)

    def users(self, grade: int) -> Floats:
        """Residents who go to school, wherever, in the stage that they attend (year, area)."""
        found = self._by_area(self.view.users, grade)
        mine = [one for one in self._crossings if (self.service, grade) in (one.home, one.there)]
        if not mine:
            return found
        out = found.copy()
        for one in mine:
            moved = refiled(self.view, self.band.name, one)
            if moved is not None:
                column = one.origin if self.view.here is None else slice(None)
                out[:, column] += moved if one.there == (self.service, grade) else -moved
        return np.maximum(out, 0.0)

    @cached_property
    def _crossings(self) -> tuple[Crossing, ...]:
        return tuple(crossings(self.view.course, self.band))

    def pupils(self, grade: int) -> Floats:
        """Pupils who attend here, wherever they live (year, area)."""
        return self._by_area(self.view.pupils, grade)

    def arriving(self, grade: int) -> Floats:
        """Those of them who live beyond the city (year, area)."""
        return self._by_area(self.view.arriving, grade)

    def class_size(self, grade: int) -> Floats:
        """Most pupils in a class (year, area)."""
        return np.broadcast_to(self.standards.sizes[grade].most, self._shape)

    def _by_area(self, seen: Callable[[str, int], Floats], grade: int) -> Floats:
        """What a view has of a grade, where an area has it."""
        groups = self.plan.alike
        if len(groups) == 1:
            span = next(iter(groups))
            if grade < span.years:
                return seen(self.band.name, span.first - self.band.first + grade)
        out = np.zeros(self._shape)
        for span, areas in groups.items():
            if grade < span.years:
                out[:, areas] = seen(self.band.name, span.first - self.band.first + grade)[:, areas]
        return out

    def born(self, grade: int) -> Floats:
        """Share already born (year, area)."""
        out = np.empty(self._shape)
        for span, areas in self.plan.alike.items():
            age = span.first + min(grade, span.years - 1)
            out[:, areas] = self.people.born_on_31_august(age)[:, None]
        return out

    def norms(self) -> Iterator[tuple[str, Norm]]:
        """The standards it follows, by part."""
        return self.standards.parts(self.plan)

    def demand(self) -> Service:
        """People, users, pupils, places, classes, teachers and carers by grade and in all."""
        return self._demand

    @cached_property
    def _demand(self) -> Service:
        rows: list[Series] = []
        totals: dict[str, list[Floats]] = {}
        shares = []
        for grade in range(self.plan.grades):
            # Of trajectories nobody asks who is born.
            born = self.born(grade) if self.view.here is None else None
            shares.append(born)
            for name, value in self._grade(grade).items():
                totals.setdefault(name, []).append(value)
                rows.append(self._row(self.plan.grade_name(grade), name, value, born))
        known = [share for share in shares if share is not None]
        born = weighted(np.stack(known), np.stack(totals["people"])) if known else None
        sums = {name: _summed(parts) for name, parts in totals.items()}
        rows += [self._row("all", name, value, born) for name, value in sums.items()]
        rows += self._apart(sums["users"], born)
        pupils = sums.get("pupils-attending", sums["users"])
        rows += self._staff(pupils, sums["classes"], totals["classes"], born)
        return Service(self.service, tuple(rows), "places")

    def _grade(self, grade: int) -> dict[str, Floats]:
        pupils = self.pupils(grade)
        apart = self.view.attended(self.band.name)
        return {
            "people": self.children(grade),
            "users": self.users(grade),
            **({"pupils-attending": pupils} if apart else {}),
            "places": whole_up(pupils),
            "classes": self._classes(grade, pupils),
        }

    def _classes(self, grade: int, pupils: Floats) -> Floats:
        """Pupils over the class size, rounded up: in each school where schools are on record, else in the area."""
        size = self.standards.sizes[grade].most
        out = whole_up(pupils / size)
        here = self.view.here
        if here is not None:
            schools = self.view.schools(here, self.service)
            known = schools is not None and grade < self.plan.spans[0].years
            return schools.classes(pupils, grade, size) if schools is not None and known else out
        wide = self.class_size(grade)
        for area, span in enumerate(self.plan.spans):
            schools = self.view.schools(area, self.service)
            if schools is not None and grade < span.years:
                out[:, area] = schools.classes(pupils[:, area], grade, wide[:, area])
        return out

    def _apart(self, users: Floats, born: Floats | None) -> list[Series]:
        """Who leaves the city and who comes into it, and general and vocational school, where they are on record."""
        rows = []
        if self.view.attended(self.band.name):
            for name, seen in (("pupils-out", self.view.leaving), ("pupils-in", self.view.arriving)):
                total = _summed([self._by_area(seen, grade) for grade in range(self.plan.grades)])
                rows.append(self._row("all", name, total, born))
        share = self.view.vocational(self.band.name)
        if share is not None and self.service == "senior":
            rows.append(self._row("general", "users", users * (1.0 - share), born))
            rows.append(self._row("vocational", "users", users * share, born))
        return rows

    def _staff(self, pupils: Floats, classes: Floats, by_grade: list[Floats], born: Floats | None) -> list[Series]:
        by_ratio = whole_up(pupils / self.standards.ratio.most)
        per_class = self.standards.staff_per_class
        in_classes = [by_grade[grade] * per_class(grade) for grade in range(self.plan.grades)]
        by_class = whole_up(_summed(in_classes))
        staff = np.maximum(by_ratio, by_class)
        per_room = self.standards.carers
        carers = whole_up(classes * per_room.most) if per_room else np.zeros_like(staff)
        rows = [
            self._row("by-ratio", "staff", by_ratio, born),
            self._row("by-class", "staff", by_class, born),
            self._row("all", "teachers", staff - carers, born),
        ]
        return [*rows, self._row("all", "carers", carers, born)] if per_room else rows

    def _row(self, part: str, measure: str, values: Floats, born: Floats | None) -> Series:
        source = on_people(self._used.get(measure, self._sources))
        counts = self.counted if measure in self._shown else None
        return Series(self.service, part, measure, UNITS[measure], values, born, source, counts)

    @cached_property
    def _shown(self) -> tuple[str, ...]:
        """Measures that show pupils as they were counted: where they go to school."""
        return ("pupils-attending" if self.view.attended(self.band.name) else "users", "places")

    @cached_property
    def counted(self) -> NDArray[np.str_] | None:
        """Status of the pupils on record (year, area), "" where there are none or another number stands in their place.

        None where there are none at all, and on trajectories.
        """
        course, years = self.view.course, self.people.years
        if self.view.here is not None or not course.counted.rolls:
            return None
        kinds, seen = course.kinds[self.service], course.band(self.service).rates.counted
        out = np.full(self._shape, "", dtype="U8")
        for area, code in enumerate(self.people.areas):
            rolls = [course.counted.rolls[code, kind] for kind in kinds if (code, kind) in course.counted.rolls]
            if len(rolls) < len(kinds):
                continue
            cut = self.band.cut(self.service, area)
            wide = cut.stop - cut.start
            counts = np.sum([roll.over(years)[:, :wide] for roll in rolls], axis=0)
            if counts.shape[1] == wide:
                there = np.isclose(counts, seen[:, area, cut], atol=0.5, rtol=0.0).all(axis=1)
                for place in np.flatnonzero(there).tolist():
                    out[place, area] = weakest(roll.status_of(years[place]) for roll in rolls)
        return out if out.any() else None

    @cached_property
    def _used(self) -> Mapping[str, str]:
        """Sources of what does not rest on those of users, by measure."""
        size, ratio = self.standards.sizes[0].source, self.standards.ratio.source
        return {"people": "", "classes": size, "staff": ratio, "teachers": ratio, "carers": ratio}

    @cached_property
    def _sources(self) -> str:
        """What users rest on: gross enrolment, rolls and attendance."""
        course = self.view.course
        kinds = course.kinds[self.service]
        rolls = [roll.source for (_, kind), roll in course.counted.rolls.items() if kind in kinds]
        ways = [] if course.attendance is None else [course.attendance.source(self.band.services)]
        return "; ".join(dict.fromkeys([self.enrolment.source, *rolls, *filter(None, ways)]))

    def explain(self, area: int, year: int) -> tuple[Factor, ...]:
        """From births, or the grade before, to places, classes and staff for one area and year."""
        return explained(self.plan, self.standards, self.view, self.people, self._demand, area, year)


def _summed(parts: Sequence[Floats]) -> Floats:
    """Their sum, one added to the other in place: no copy of all of them is made."""
    if len(parts) == 1:
        return parts[0]
    out = np.asarray(parts[0] + parts[1])
    for part in parts[2:]:
        out += part
    return out
