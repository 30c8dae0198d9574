"""All services of a project under one scenario: built once, asked for demand or for an explanation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from forecast.project.spec import Models
from forecast.services.care.eldercare import Eldercare
from forecast.services.care.fit import CareFit
from forecast.services.care.use import CareTaste
from forecast.services.childcare.counts import Counts, counts_of
from forecast.services.childcare.nursery import Nursery
from forecast.services.childcare.use import Tastes
from forecast.services.facts import Facts
from forecast.services.norms import Norm
from forecast.services.people import People
from forecast.services.premises import housed, plain
from forecast.services.school.counted import Counted
from forecast.services.school.course import SchoolCourse
from forecast.services.school.plan import course_of, stage_plans
from forecast.services.school.stages import StageDemand
from forecast.services.school.view import SchoolView, Wanted
from forecast.services.series import Factor, Service
from forecast.services.uptake import Taste

SERVICES = ("nursery", "kindergarten", "primary", "junior", "senior", "eldercare")
"""In the order of life; a promise to users."""


ABOVE = ("province", "nation")
"""Levels of the places in which rates are measured."""


class Demand(Protocol):
    """One service that can be computed and explained."""

    def demand(self) -> Service:
        """All series of the service."""
        ...

    def explain(self, area: int, year: int) -> tuple[Factor, ...]:
        """Every factor behind the number of one area and year."""
        ...

    def norms(self) -> Iterator[tuple[str, Norm]]:
        """The standards used, by part."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """An area as the school structure needs it."""

    code: str
    level: str


@dataclass(frozen=True, slots=True, eq=False)
class Following:
    """The course of pupils that trajectories of one area follow, as ``SchoolView`` takes it."""

    course: SchoolCourse
    here: int
    elsewhere: Wanted | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What counts say of take-up, the same on all trajectories.

    care  of old people, by the nation's;  childcare  of nurseries below the nation
    """

    care: CareFit | None = None
    childcare: Counts | None = None


def services(
    models: Models,
    facts: Facts,
    places: tuple[Place, ...],
    people: People,
    province: People,
    nation: People,
    taste: Taste | None = None,
    school: Following | None = None,
    measured: Measured | None = None,
) -> Mapping[str, Demand]:
    """Every service by name, in the order of ``SERVICES``.

    taste, school  where the areas are trajectories of one area; without ``school`` each column is an area of its own
    measured       what counts say of take-up, where it was worked out before
    """
    tastes = {} if taste is None else taste
    structure = models.school.structure
    distinct = places if school is None else places[:1]
    plans = stage_plans(models, [structure.years(place.code, place.level) for place in distinct])
    if school is None:
        # Tables of pupils are of districts: a province or a nation is served by its rates.
        counted = Counted() if all(place.level in ABOVE for place in places) else facts.counted
        view = SchoolView(course_of(models, plans, facts, people, (province, nation), counted), people)
    else:
        view = SchoolView(school.course, people, school.here, tastes, school.elsewhere)
    known = Measured() if measured is None else measured
    childcare = known.childcare
    if childcare is None:
        childcare = counts_of(models.nursery.take_up, facts, people, nation.areas[0], (province,))
    nursery = Nursery(models.nursery, facts, people, nation, Tastes.of(taste), childcare)
    found: dict[str, Demand] = {"nursery": nursery}
    found |= {name: StageDemand(plan, facts, people, view) for name, plan in plans.items()}
    care_taste = CareTaste.of(taste)
    found["eldercare"] = Eldercare(models.eldercare, facts, people, nation, care_taste, known.care, (province,))
    there = {name: found[name] for name in SERVICES if name in found}
    kinds = view.course.kinds
    return {
        name: housed(name, service, models.premises, facts, people, kinds.get(name, ()))
        for name, service in there.items()
    }


def view_of(found: Mapping[str, Demand]) -> SchoolView:
    """The view of pupils that the stages of a plan share."""
    return next(stage.view for stage in map(plain, found.values()) if isinstance(stage, StageDemand))


def measured_of(found: Mapping[str, Demand]) -> Measured:
    """What counts say of take-up, from services that were built."""
    nursery = next((service for service in map(plain, found.values()) if isinstance(service, Nursery)), None)
    return Measured(care_of(found), None if nursery is None else nursery.counts)


def care_of(found: Mapping[str, Demand]) -> CareFit | None:
    """What the nation's counts of old people say."""
    return next((service.fit for service in map(plain, found.values()) if isinstance(service, Eldercare)), None)
