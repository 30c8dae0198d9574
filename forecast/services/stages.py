"""Kindergarten and school: people of the ages on 31 August x gross enrolment; classes by grade, staff by two norms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from forecast.axes import Floats
from forecast.project.spec import Stage
from forecast.services.enrolment import GrossEnrolment, measured
from forecast.services.facts import Facts
from forecast.services.norms import Norm
from forecast.services.people import People
from forecast.services.series import Factor, Series, Service, on_people, weighted, whole_up


@dataclass(frozen=True, slots=True)
class Span:
    """Ages of a stage in one area: completed years on 31 August when a grade begins."""

    first: int
    years: int


@dataclass(frozen=True, eq=False)
class StagePlan:
    """One stage with its ages by area.

    spans          one for each area
    measured_ages  first and last age over which enrolment was measured
    """

    spec: Stage
    spans: tuple[Span, ...]
    measured_ages: tuple[int, int]
    file: str

    @cached_property
    def alike(self) -> Mapping[Span, NDArray[np.intp]]:
        """Areas of the same ages, by those ages."""
        found: dict[Span, list[int]] = {}
        for area, span in enumerate(self.spans):
            found.setdefault(span, []).append(area)
        return {span: np.array(areas) for span, areas in found.items()}

    @property
    def grades(self) -> int:
        """Grades of the area that has most."""
        return max(span.years for span in self.alike)

    def grade_name(self, grade: int) -> str:
        """small, middle, top, or grade-1, grade-2 .."""
        return self.spec.grades[grade] if self.spec.grades else f"grade-{grade + 1}"


class StageDemand:
    """Demand of one stage, all areas and years."""

    def __init__(
        self, plan: StagePlan, facts: Facts, people: People, parents: tuple[People, ...], taste: Floats | None = None
    ) -> None:
        self.plan, self.people, self.taste = plan, people, taste
        spec = plan.spec
        where = f"{plan.file}, stage {spec.service}"
        self.enrolment: GrossEnrolment = measured(facts, spec.enrolment, plan.measured_ages, parents, where)

        def norm(name: str, key: str) -> Norm:
            return facts.norm(name, f"{where}, key {key}", people.years, people.areas)

        named = [norm(name, "class_size") for name in spec.class_size]
        self.sizes: list[Norm] = [named[min(grade, len(named) - 1)] for grade in range(plan.grades)]
        self.ratio = norm(spec.pupils_per_staff, "pupils_per_staff")
        self.norm = norm(spec.staff_per_class, "staff_per_class") if spec.staff_per_class else None
        self.carers = norm(spec.carers_per_class, "carers_per_class") if spec.carers_per_class else None
        self.august = people.on_31_august

    def children(self, grade: int) -> Floats:
        """People of the age of a grade (year, area); zero where an area has no such grade."""
        out = np.zeros(self.august.shape[:2])
        for span, areas in self.plan.alike.items():
            if grade < span.years:
                out[:, areas] = self.august[:, areas, span.first + grade]
        return out

    def born(self, grade: int) -> Floats:
        """Share already born (year, area)."""
        out = np.empty(self.august.shape[:2])
        for span, areas in self.plan.alike.items():
            age = span.first + min(grade, span.years - 1)
            out[:, areas] = self.people.born_on_31_august(age)[:, None]
        return out

    def staff_per_class(self, grade: int) -> Floats:
        """The class norm (year, area); where none is set, a full class divided by the pupils-per-staff norm."""
        return self.norm.most if self.norm else self.sizes[grade].most / self.ratio.most

    def demand(self) -> Service:
        """People, users, places, classes, teachers and carers by grade and in all."""
        return self._demand

    @cached_property
    def _demand(self) -> Service:
        rows: list[Series] = []
        totals: dict[str, list[Floats]] = {}
        shares = []
        for grade in range(self.plan.grades):
            children, born = self.children(grade), self.born(grade)
            shares.append(born)
            for name, value in self._grade(grade, children).items():
                totals.setdefault(name, []).append(value)
                rows.append(self._row(self.plan.grade_name(grade), name, value, born))
        born = weighted(np.stack(shares), np.stack(totals["people"]))
        users, classes = np.sum(totals["users"], axis=0), np.sum(totals["classes"], axis=0)
        for name, parts in totals.items():
            rows.append(self._row("all", name, np.sum(parts, axis=0), born))
        rows += self._staff(users, classes, np.stack(totals["classes"]), born)
        return Service(self.plan.spec.service, tuple(rows), "places")

    def _grade(self, grade: int, children: Floats) -> dict[str, Floats]:
        users = children * self.enrolment.rate
        return {
            "people": children,
            "users": users,
            "places": whole_up(users),
            "classes": whole_up(users / self.sizes[grade].most),
        }

    def _staff(self, users: Floats, classes: Floats, by_grade: Floats, born: Floats) -> list[Series]:
        by_ratio = whole_up(users / self.ratio.most)
        by_class = whole_up(sum(by_grade[grade] * self.staff_per_class(grade) for grade in range(self.plan.grades)))
        staff = np.maximum(by_ratio, by_class)
        carers = whole_up(classes * self.carers.most) if self.carers else np.zeros_like(staff)
        rows = [
            self._row("by-ratio", "staff", by_ratio, born),
            self._row("by-class", "staff", by_class, born),
            self._row("all", "teachers", staff - carers, born),
        ]
        return [*rows, self._row("all", "carers", carers, born)] if self.carers else rows

    def _row(self, part: str, measure: str, values: Floats, born: Floats) -> Series:
        units = {
            "people": "persons",
            "users": "pupils",
            "places": "places",
            "classes": "classes",
            "staff": "staff",
            "teachers": "teachers and staff",
            "carers": "carers",
        }
        used = {
            "people": "",
            "classes": self.sizes[0].source,
            "staff": self.ratio.source,
            "teachers": self.ratio.source,
            "carers": self.ratio.source,
        }
        source = on_people(used.get(measure, self.enrolment.source))
        return Series(self.plan.spec.service, part, measure, units[measure], values, born, source)

    def explain(self, area: int, year: int) -> tuple[Factor, ...]:
        """From children of the ages to places, classes and staff for one area and year."""
        place, status = self.people.place(year), self.people.status(year)
        rate = self.enrolment
        note = rate.told
        out: list[Factor] = []
        places = classes = 0.0
        for grade in range(self.plan.spans[area].years):
            age = self.plan.spans[area].first + grade
            children = float(self.children(grade)[place, area])
            born = float(self.born(grade)[place, area])
            users = children * rate.rate
            size = self.sizes[grade].at(place, area)
            seats, rooms = float(whole_up(np.array(users))), float(whole_up(np.array(users / size.most)))
            places, classes = places + seats, classes + rooms
            origin, came, known = self.people.origin(area, year, age)
            out += [
                Factor(f"{self.plan.grade_name(grade)}: {origin}", "start", came, "persons", known, "cohort-component"),
                Factor(
                    "survival and net move since",
                    "times",
                    children / came if came else 0.0,
                    "ratio",
                    status,
                    "cohort-component",
                ),
                Factor(
                    f"people aged {age} on 31 August {year}",
                    "subtotal",
                    children,
                    "persons",
                    status,
                    "cohort-component",
                    f"born September {year - age - 1} to August {year - age}; {born:.0%} already born",
                ),
                Factor("gross enrolment", "times", rate.rate, "share", rate.status, rate.source, note),
                Factor("places, rounded up", "subtotal", seats, "places", status, "computed"),
                Factor(
                    "class size",
                    "divided",
                    size.most,
                    size.unit,
                    size.status,
                    size.source,
                    f"{size.document} {size.number}".strip(),
                ),
                Factor("classes, rounded up", "subtotal", rooms, "classes", status, "computed"),
            ]
        service = self._demand
        teachers = float(service.find("teachers").values[place, area])
        by_ratio, by_class = (
            float(service.find("staff", part).values[place, area]) for part in ("by-ratio", "by-class")
        )
        ratio = self.ratio.at(place, area)
        per_class = np.broadcast_to(self.staff_per_class(0), service.find("places").values.shape)[place, area]
        norm = self.norm.at(place, area) if self.norm else None
        out += [
            Factor("places", "result", places, "places", status, "computed"),
            Factor("classes", "result", classes, "classes", status, "computed"),
            Factor(
                "pupils per staff",
                "norm",
                ratio.most,
                ratio.unit,
                ratio.status,
                ratio.source,
                f"staff by ratio {by_ratio:.0f}",
            ),
            Factor(
                "staff per class",
                "norm",
                float(per_class),
                "staff per class",
                norm.status if norm else "derived",
                norm.source if norm else ratio.source,
                f"staff by class {by_class:.0f}; the larger one binds",
            ),
            Factor("teachers and staff", "result", teachers, "staff", status, "computed"),
        ]
        return tuple(out)
