"""What ``forecast explain`` tells: factors of a district, or results of all districts of the city."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from forecast.errors import InputError
from forecast.project.load import some_scenarios
from forecast.run.birth_factors import BirthsExplained, explain_births
from forecast.run.inputs import Area
from forecast.run.model import Desk, Result, compute
from forecast.services.series import Factor
from forecast.tables.near import did_you_mean, in_words
from forecast.tables.project_tables import read_tables

CHINESE = {
    "托育": "nursery",
    "幼儿园": "kindergarten",
    "小学": "primary",
    "初中": "junior",
    "高中": "senior",
    "养老": "eldercare",
}


@dataclass(frozen=True, slots=True)
class Explained:
    """One number explained.

    results  the factors of kind result by name: places, classes, beds ..
    factors  of a district;  parts  the districts, where the area is the city
    """

    scenario: str
    area: Area
    service: str
    year: int
    results: dict[str, float]
    factors: tuple[Factor, ...] = ()
    parts: tuple[Explained, ...] = field(default=())


def explained(project: Path, area: str, service: str, year: int, scenario: str | None) -> Explained:
    """Compute the scenario and explain one number; ``InputError`` names what there is instead of what was asked for."""
    names = some_scenarios(project)
    result = compute(project, read_tables(project), scenario or names[0])
    wanted = find_service(result, service)
    city = result.parents[0]
    chosen = find_area((*result.areas, city), area)
    if chosen.code != city.code:
        return _of_district(result, result.areas.index(chosen), wanted, year)
    parts = tuple(_of_district(result, place, wanted, year) for place in range(len(result.areas)))
    sums = {name: sum(part.results[name] for part in parts) for name in parts[0].results}
    return Explained(result.scenario.head.name, city, wanted, year, sums, parts=parts)


def births_explained(project: Path, area: str, year: int, scenario: str | None) -> BirthsExplained:
    """Compute the scenario and take the births of an area and year apart."""
    desk = Desk(read_tables(project))
    result = compute(project, desk, scenario or some_scenarios(project)[0])
    chosen = find_area((*result.areas, result.parents[0]), area)
    years = result.systems.districts.years[1:]
    if year not in years:
        raise InputError.one("--year", f"a year from {years[0]} to {years[-1]}", str(year), "births follow the launch")
    return explain_births(desk, result, chosen, year)


def _of_district(result: Result, place: int, service: str, year: int) -> Explained:
    factors = result.services[service].explain(place, year)
    results = {item.name: item.value for item in factors if item.kind == "result"}
    return Explained(result.scenario.head.name, result.areas[place], service, year, results, factors)


def find_service(result: Result, service: str) -> str:
    """The service by its name or its Chinese one."""
    name = CHINESE.get(service, service)
    if name not in result.services:
        raise InputError.one(
            "--service",
            f"one of {', '.join(result.services)}",
            service,
            did_you_mean(service, [*result.services, *CHINESE]),
        )
    return name


def find_area(areas: tuple[Area, ...], asked: str) -> Area:
    """The area of that code, Chinese name or English name."""
    known = {word.casefold(): area for area in areas for word in (area.code, area.name_zh, area.name_en)}
    found = known.get(asked.strip().casefold())
    if found is None:
        words = [word for area in areas for word in (area.name_zh, area.name_en, area.code)]
        there = in_words([f"{area.name_zh} {area.name_en} {area.code}" for area in areas], 30)
        raise InputError.one(
            "--area",
            f"one of {there}",
            asked,
            did_you_mean(asked, words) or "the city and its districts can be explained",
        )
    return found
