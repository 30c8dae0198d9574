"""All services of a project under one scenario: built once, asked for demand or for an explanation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from forecast.errors import InputError
from forecast.project.spec import Models, Stage
from forecast.services.eldercare import Eldercare
from forecast.services.facts import Facts
from forecast.services.nursery import Nursery
from forecast.services.people import People
from forecast.services.series import Factor, Service
from forecast.services.stages import Span, StageDemand, StagePlan
from forecast.services.uptake import Taste

SERVICES = ("nursery", "kindergarten", "primary", "junior", "senior", "eldercare")
"""In the order of life; a promise to users."""


class Demand(Protocol):
    """One service that can be computed and explained."""

    def demand(self) -> Service:
        """All series of the service."""
        ...

    def explain(self, area: int, year: int) -> tuple[Factor, ...]:
        """Every factor behind the number of one area and year."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """An area as the school structure needs it."""

    code: str
    level: str


def services(
    models: Models,
    facts: Facts,
    places: tuple[Place, ...],
    people: People,
    province: People,
    nation: People,
    taste: Taste | None = None,
) -> Mapping[str, Demand]:
    """Every service by name, in the order of ``SERVICES``; ``taste`` where the areas are trajectories of one area."""
    parents = (province, nation)
    tastes = {} if taste is None else taste
    found: dict[str, Demand] = {"nursery": Nursery(models.nursery, facts, people, nation, tastes.get("nursery"))}
    for stage in models.kindergarten.stage:
        span = Span(_needed(stage.from_age, stage, "from_age"), len(stage.grades))
        plan = StagePlan(
            stage, (span,) * len(places), (span.first, span.first + span.years - 1), "models/kindergarten.toml"
        )
        found[stage.service] = StageDemand(plan, facts, people, parents, tastes.get(stage.service))
    for stage in models.school.stage:
        found[stage.service] = StageDemand(
            _school(models, stage, places), facts, people, parents, tastes.get(stage.service)
        )
    found["eldercare"] = Eldercare(models.eldercare, facts, people, nation, tastes.get("eldercare"))
    return {name: found[name] for name in SERVICES if name in found}


def _school(models: Models, stage: Stage, places: tuple[Place, ...]) -> StagePlan:
    file = "models/school.toml"
    first = next(item for item in models.school.stage if item.service == "primary").from_age
    entry = _needed(first, stage, "from_age")
    years = [models.school.structure.years(place.code, place.level) for place in places]
    nine = (entry, entry + sum(years[0]) - 1)
    if stage.service == "primary":
        return StagePlan(stage, tuple(Span(entry, primary) for primary, _ in years), nine, file)
    if stage.service == "junior":
        return StagePlan(stage, tuple(Span(entry + primary, junior) for primary, junior in years), nine, file)
    start, length = _needed(stage.from_age, stage, "from_age"), _needed(stage.years, stage, "years")
    return StagePlan(stage, (Span(start, length),) * len(places), (start, start + length - 1), file)


def _needed(value: int | None, stage: Stage, key: str) -> int:
    if value is None:
        raise InputError.one(f"models, stage {stage.service}", f"the key {key}", "nothing", f"add {key}")
    return value
