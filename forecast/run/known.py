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
from forecast.services.care.rows import FROM_AGE
from forecast.services.facts import Fact
from forecast.services.people import People
from forecast.services.plan import Place, care_of, services
from forecast.services.premises import plain
from forecast.services.school.stages import StageDemand
from forecast.services.series import Service

COLUMNS = ("scenario", "area", "area_name", "area_level", "year", "service", "measure", "unit")
FIGURES = ("counted", "computed", "ratio", "reason", "status", "source", "note")
TOGETHER = {"senior": ("senior", "senior-vocational")}
"""Stages of the records that make one service."""
RESIDENTS, IN_HOMES = "residents", "care_in_institution_share"
FIGURE = {RESIDENTS: ("users", "institution")}
"""Measure and part of the run's figure beside a count that has another name."""
NEAR = 0.005
"""A rate measured on a count gives that count back to within so much."""


@dataclass(frozen=True, slots=True)
class _Counted:
    """One count on record; measure: users, residents, or places and beds; note: what it is made of."""

    area: str
    year: int
    service: str
    measure: str
    fact: Fact
    note: str = ""


def known(result: Result) -> pd.DataFrame:
    """All counts on record within the run's years, beside the run."""
    seen = _every(result)
    rows = []
    for item in _counts(result):
        area, people, demand = seen[item.area]
        if item.year not in people.years or item.service not in demand:
            continue
        values = demand[item.service].find(*FIGURE.get(item.measure, (item.measure, "all"))).values
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
    kept = [item for item in service.series if item.part == "all" or (item.measure, item.part) in FIGURE.values()]
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
        elif area in codes and (service, measure) == ("eldercare", result.models.eldercare.institution.residents):
            yield _Counted(area, year, service, RESIDENTS, fact)
    yield from _shares(result)


def _shares(result: Result) -> Iterator[_Counted]:
    """Shares of people of 60+ in homes on record, as persons among those of the first year of the run."""
    seen = {area.code: place for place, area in enumerate(result.areas)}
    old = result.people.from_age(FROM_AGE)[0]
    for (area, year, _, measure), fact in sorted(result.facts.supply.items()):
        if measure == IN_HOMES and area in (*seen, result.parents[0].code):
            people = float(old[seen[area]] if area in seen else old.sum())
            note = f"{fact.value:g} % of people of 60+ about {year}, on those of {result.people.years[0]}"
            told = Fact(fact.value / 100.0 * people, "persons", fact.status, fact.source)
            yield _Counted(area, result.people.years[0], "eldercare", RESIDENTS, told, note)


def _use(result: Result, item: _Counted) -> str:
    """Whose use a need for places rests on."""
    if item.measure != "beds" or item.area == result.parents[-1].code:
        return "at today's use"
    fit = care_of(result.services)
    counted = fit is not None and any(code in fit.local for code in result.facts.chain(item.area))
    return "at the use of homes counted here" if counted else "if people here used homes as the nation does,"


def _of_residents(result: Result, item: _Counted) -> tuple[str, str]:
    if item.note:
        return "survey", f"{item.note}; the model rests on residents counted, and nothing tells how the survey asked"
    fit = care_of(result.services)
    local = None if fit is None else fit.local.get(item.area)
    if local is not None and local.year == item.year:
        return "measured-residents", local.told
    return "residents", "the model rests on the latest count, and goes along the path of use"


def _reason(result: Result, item: _Counted, ratio: float) -> tuple[str, str]:
    """Why a count and the run's figure are what they are to one another: a word, and what there is to say."""
    if item.measure in ("places", "beds"):
        full = f"{_use(result, item)} {'they would be full' if ratio <= 1 else 'a part of them would stay empty'}"
        return "capacity", f"on record, used or not, beside what users need at the planned occupancy: {full}"
    if item.measure == RESIDENTS:
        return _of_residents(result, item)
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
