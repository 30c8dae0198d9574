"""Gross enrolment: pupils of a stage over people of its ages, measured in the nearest parent that counts pupils."""

from __future__ import annotations

from dataclasses import dataclass

from forecast.errors import InputError
from forecast.services.facts import Facts
from forecast.services.people import People


@dataclass(frozen=True, slots=True)
class GrossEnrolment:
    """Pupils / people of the ages on 31 August, with what it was measured on."""

    rate: float
    pupils: float
    people: float
    ages: tuple[int, int]
    year: int
    area: str
    status: str
    source: str

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
        code = parent.areas[0]
        years = [
            year
            for year in parent.years
            if year <= parent.nowcast_until and all((code, year, stage) in facts.enrolment for stage in stages)
        ]
        if years:
            year = max(years)
            rows = [facts.enrolment[(code, year, stage)] for stage in stages]
            people = float(parent.on_31_august[parent.place(year), 0, ages[0] : ages[1] + 1].sum())
            pupils = sum(row.value for row in rows)
            source = "; ".join(sorted({row.source for row in rows}))
            return GrossEnrolment(pupils / people, pupils, people, ages, year, code, "derived", source)
    names = ", ".join(parent.areas[0] for parent in parents)
    raise InputError.one(
        asked_by,
        f"enrolment of {' and '.join(stages)} in {names}",
        "no year that has them all",
        "add rows to data/**/enrolment",
    )
