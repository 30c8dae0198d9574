"""Gross enrolment: pupils of a stage over people of its ages, measured in the nearest parent that counts pupils."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from forecast.errors import InputError
from forecast.services.facts import Facts
from forecast.services.people import People


@dataclass(frozen=True, slots=True)
class GrossEnrolment:
    """Pupils / people of the ages on 31 August, with what it was measured on.

    since  what became of the nation's rate in later years, 1 in the year measured; empty where nobody followed it
    """

    rate: float
    pupils: float
    people: float
    ages: tuple[int, int]
    year: int
    area: str
    status: str
    source: str
    since: Mapping[int, float] = field(default_factory=dict)

    @property
    def told(self) -> str:
        """What the rate was measured on, in words."""
        first, last = self.ages
        return (
            f"{self.pupils:,.0f} pupils of {self.people:,.0f} aged {first}-{last} on 31 August, {self.area} {self.year}"
        )


def measured(
    facts: Facts, stages: tuple[str, ...], ages: tuple[int, int], parents: tuple[People, ...], asked_by: str
) -> GrossEnrolment:
    """The latest year in which all stages were counted, in the nearest parent (province before nation).

    ages  first and last completed age on 31 August. The rate is derived: counted pupils over a nowcast of people.
    """
    for parent in parents:
        years = _counted(facts, stages, parent)
        if years:
            year = max(years)
            rows = [facts.enrolment[(parent.areas[0], year, stage)] for stage in stages]
            pupils, people = sum(row.value for row in rows), _people(parent, year, ages)
            source = "; ".join(sorted({row.source for row in rows}))
            return GrossEnrolment(pupils / people, pupils, people, ages, year, parent.areas[0], "derived", source)
    names = ", ".join(parent.areas[0] for parent in parents)
    raise InputError.one(
        asked_by,
        f"enrolment of {' and '.join(stages)} in {names}",
        "no year that has them all",
        "add rows to data/**/enrolment",
    )


def followed(rate: GrossEnrolment, facts: Facts, stages: tuple[str, ...], nation: People) -> GrossEnrolment:
    """The same with what became of the nation's rate since: a province counted long ago goes on as the nation did.

    As it is where the nation itself was measured, or did not count the stages in the same year.
    """
    years = [year for year in _counted(facts, stages, nation) if year >= rate.year]
    if rate.area == nation.areas[0] or rate.year not in years or len(years) == 1:
        return rate

    def level(year: int) -> float:
        pupils = sum(facts.enrolment[(nation.areas[0], year, stage)].value for stage in stages)
        return pupils / _people(nation, year, rate.ages)

    since = {year: level(year) / level(rate.year) for year in years if year > rate.year}
    used = {facts.enrolment[(nation.areas[0], year, stage)].source for year in years for stage in stages}
    sources = dict.fromkeys([*rate.source.split("; "), *sorted(used)])
    return replace(rate, since=since, source="; ".join(sources))


def _counted(facts: Facts, stages: tuple[str, ...], place: People) -> list[int]:
    """Years on record in which all stages were counted."""
    return [
        year
        for year in place.years
        if year <= place.nowcast_until and all((place.areas[0], year, stage) in facts.enrolment for stage in stages)
    ]


def _people(place: People, year: int, ages: tuple[int, int]) -> float:
    return float(place.on_31_august[place.place(year), 0, ages[0] : ages[1] + 1].sum())
