"""Counts on record beside what the services give for the same place and year, and why the two differ.

Every count of pupils, and every capacity, of the city, its districts, its province and the nation is set beside the
run's own figure: a reader sees at once what a rate was measured on, what it says elsewhere and how full places are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forecast.run.inputs import Area
from forecast.run.model import Result
from forecast.run.provision import BEDS, CAPACITY
from forecast.services.facts import Fact
from forecast.services.people import People
from forecast.services.plan import Place, services
from forecast.services.premises import plain
from forecast.services.school.stages import StageDemand
from forecast.services.series import Service

COLUMNS = ("scenario", "area", "area_name", "area_level", "year", "service", "measure", "unit")
FIGURES = ("counted", "computed", "ratio", "reason", "status", "source", "note")
TOGETHER = {"senior": ("senior", "senior-vocational")}
"""Stages of the records that make one service."""
NEAR = 0.005
"""A rate measured on a count gives that count back to within so much."""


@dataclass(frozen=True, slots=True)
class _Counted:
    """One count on record; measure: users, or places and beds."""

    area: str
    year: int
    service: str
    measure: str
    fact: Fact


def known(result: Result) -> pd.DataFrame:
    """All counts on record within the run's years, beside the run."""
    seen = _every(result)
    rows = []
    for item in _counts(result):
        area, people, demand = seen[item.area]
        if item.year not in people.years or item.service not in demand:
            continue
        values = demand[item.service].find(item.measure).values
        computed = float(values[people.place(item.year)].sum())
        ratio = item.fact.value / computed if computed else np.nan
        head = (result.scenario.head.name, area.code, area.name_zh, area.level, item.year, item.service, item.measure)
        reason, note = _reason(result, item, ratio)
        figures = (item.fact.value, computed, ratio, reason, item.fact.status, item.fact.source, note)
        rows.append((*head, item.fact.unit, *figures))
    return pd.DataFrame(rows, columns=[*COLUMNS, *FIGURES])


def _every(result: Result) -> Mapping[str, tuple[Area, People, Mapping[str, Service]]]:
    """Districts, their city, and the parents served as if each were one district."""
    city, province, nation = result.parents
    found: dict[str, tuple[Area, People, Mapping[str, Service]]] = {city.code: (city, result.people, result.demand)}
    for area, people in ((province, result.province), (nation, result.nation)):
        plan = services(
            result.models, result.facts, (Place(area.code, area.level),), people, result.province, result.nation
        )
        found[area.code] = (area, people, {name: service.demand() for name, service in plan.items()})
    for place, area in enumerate(result.areas):
        found[area.code] = (area, result.people, {name: _of(item, place) for name, item in result.demand.items()})
    return found


def _of(service: Service, place: int) -> Service:
    """The main figures of one district alone."""
    kept = [item for item in service.series if item.part == "all"]
    return replace(service, series=tuple(replace(item, values=item.values[:, place : place + 1]) for item in kept))


def _counts(result: Result) -> Iterator[_Counted]:
    facts, codes = result.facts, {area.code for area in (*result.areas, *result.parents)}
    for service in ("kindergarten", "primary", "junior", "senior"):
        stages = TOGETHER.get(service, (service,))
        for (area, year, stage), first in sorted(facts.enrolment.items()):
            rows = [facts.enrolment.get((area, year, name)) for name in stages]
            there = [row for row in rows if row is not None]
            if area in codes and stage == stages[0] and len(there) == len(stages):
                source = "; ".join(dict.fromkeys(row.source for row in there))
                value = sum(row.value for row in there)
                yield _Counted(area, year, service, "users", Fact(value, first.unit, first.status, source))
    for (area, year, service, measure), fact in sorted(facts.supply.items()):
        if area in codes and measure == CAPACITY.get(service, BEDS):
            yield _Counted(area, year, service, "beds" if measure == BEDS else "places", fact)


def _reason(result: Result, item: _Counted, ratio: float) -> tuple[str, str]:
    """Why a count and the run's figure are what they are to one another: a word, and what there is to say."""
    if item.measure != "users":
        full = "at today's use they would be full" if ratio <= 1 else "today's use leaves a part of them empty"
        return "capacity", f"on record, used or not, beside what users need at the planned occupancy: {full}"
    service = plain(result.services[item.service])
    if not isinstance(service, StageDemand):
        return "counted", ""
    rate = service.enrolment
    told = f"{rate.rate:.3f}: {rate.told}"
    if (rate.area, rate.year) != (item.area, item.year):
        return ("another-place" if rate.area != item.area else "another-year"), told
    if abs(ratio - 1.0) > NEAR:
        return "border", f"primary and junior school were measured together, {told}"
    return "measured-here", told
