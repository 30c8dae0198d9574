"""Stages as the model files state them, their bands of grades, and the course of pupils that they give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from forecast.errors import InputError
from forecast.project.school import EnrolmentPath, Stage
from forecast.project.spec import Models
from forecast.services.facts import Facts
from forecast.services.people import People
from forecast.services.school.bands import BANDS, Band
from forecast.services.school.counted import Counted
from forecast.services.school.course import SchoolCourse, school_course
from forecast.services.school.enrolment import GrossEnrolment, followed, measured
from forecast.services.school.stage_plan import Span, StagePlan
from forecast.services.uptake import Uptake

VOCATIONAL = "senior-vocational"


def stage_plans(models: Models, years: Sequence[tuple[int, int]]) -> dict[str, StagePlan]:
    """Every stage with its ages by area, by service.

    years  of primary and of junior school in each area
    """
    found: dict[str, StagePlan] = {}
    for stage in models.kindergarten.stage:
        span = Span(_needed(stage.from_age, stage, "from_age"), len(stage.grades))
        ages = (span.first, span.first + span.years - 1)
        found[stage.service] = StagePlan(stage, (span,) * len(years), ages, "models/kindergarten.toml")
    for stage in models.school.stage:
        found[stage.service] = _school(models, stage, years)
    return found


def _school(models: Models, stage: Stage, years: Sequence[tuple[int, int]]) -> StagePlan:
    file = "models/school.toml"
    first = next(item for item in models.school.stage if item.service == "primary").from_age
    entry = _needed(first, stage, "from_age")
    nine = (entry, entry + sum(years[0]) - 1)
    if stage.service == "primary":
        return StagePlan(stage, tuple(Span(entry, primary) for primary, _ in years), nine, file)
    if stage.service == "junior":
        return StagePlan(stage, tuple(Span(entry + primary, junior) for primary, junior in years), nine, file)
    start, length = _needed(stage.from_age, stage, "from_age"), _needed(stage.years, stage, "years")
    return StagePlan(stage, (Span(start, length),) * len(years), (start, start + length - 1), file)


def _needed(value: int | None, stage: Stage, key: str) -> int:
    if value is None:
        raise InputError.one(f"models, stage {stage.service}", f"the key {key}", "nothing", f"add {key}")
    return value


def bands_of(plans: Mapping[str, StagePlan]) -> dict[str, Band]:
    """The bands of grades that the stages make."""
    found = {}
    for name, services in BANDS.items():
        lengths = {service: tuple(span.years for span in plans[service].spans) for service in services}
        found[name] = Band(name, plans[services[0]].spans[0].first, lengths)
    return found


def course_of(
    models: Models,
    plans: Mapping[str, StagePlan],
    facts: Facts,
    people: People,
    parents: tuple[People, ...],
    counted: Counted,
) -> SchoolCourse:
    """Pupils of all stages over the years of a run without shocks."""
    paths: dict[str, EnrolmentPath] = {"kindergarten": models.kindergarten.take_up}
    paths |= {name: getattr(models.school.take_up, name) for name in ("primary", "junior", "senior")}
    enrolment = {}
    for name, plan in plans.items():
        rate = measured(facts, plan.spec.enrolment, plan.measured_ages, parents, plan.where)
        follows = paths[name].follow == "nation"
        enrolment[name] = followed(rate, facts, plan.spec.enrolment, parents[-1]) if follows else rate
    uptakes = {name: uptake(paths[name], enrolment[name], plan) for name, plan in plans.items()}
    return school_course(
        bands_of(plans), kinds_of(plans), uptakes, enrolment, counted, people, _split(facts, enrolment["senior"])
    )


def kinds_of(plans: Mapping[str, StagePlan]) -> dict[str, tuple[str, ...]]:
    """Kinds of school that are counted apart, by service: general and vocational where senior school is both."""
    return {name: plan.spec.enrolment if name == "senior" else (name,) for name, plan in plans.items()}


def uptake(path: EnrolmentPath, rate: GrossEnrolment, plan: StagePlan) -> Uptake:
    """The path of gross enrolment from the year it was measured in; never above one unless it was measured so."""
    last = max(rate.since, default=rate.year)
    early = sorted(year for year in path.points if year <= last)
    if early:
        where = f"{plan.file}, take_up of {plan.spec.service}, key points"
        what = f"years after {last}, up to which enrolment is on record"
        raise InputError.one(where, what, ", ".join(map(str, early)), "leave them out")
    carried = {year: rate.rate * change for year, change in rate.since.items()}
    points = {rate.year: rate.rate, **carried, **{year: item.value for year, item in path.points.items()}}
    return Uptake(points, path.spread.value, max(1.0, rate.rate, *carried.values()))


def _split(facts: Facts, rate: GrossEnrolment) -> float | None:
    """Share of vocational pupils where senior enrolment was measured; None where they were not counted apart."""
    fact = facts.enrolment.get((rate.area, rate.year, VOCATIONAL))
    return None if fact is None or not rate.pupils else fact.value / rate.pupils
