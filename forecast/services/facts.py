"""What the services rest on beside people: standards, enrolment, supply and care need, each with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forecast.errors import InputError


@dataclass(frozen=True, slots=True)
class Standard:
    """One provision standard; ``minimum`` equals ``maximum`` for a single figure, None where there is none."""

    name: str
    minimum: float | None
    maximum: float | None
    unit: str
    document: str
    number: str
    year: int
    status: str
    source: str

    @property
    def most(self) -> float:
        """The greatest value allowed: the largest class, the most people per worker (the least staffing)."""
        value = self.maximum if self.maximum is not None else self.minimum
        if value is None:
            raise InputError.one(f"data/**/standards, {self.name}", "a figure", "a gap", "fill minimum or maximum")
        return value

    @property
    def least(self) -> float:
        """The least value of a range."""
        value = self.minimum if self.minimum is not None else self.maximum
        return self.most if value is None else value


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure of a table."""

    value: float
    unit: str
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class CareNeed:
    """Share of people of a sex (or both) and age group with a need, in percent."""

    definition: str
    sex: str
    age_start: int
    age_width: int | None
    year: int | None
    percent: float
    status: str
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """All provision facts of a project.

    standards  by slug
    enrolment  by (area, year, stage), persons enrolled
    supply     by (area, year, service, measure)
    care_need  rows of all definitions
    """

    standards: Mapping[str, Standard]
    enrolment: Mapping[tuple[str, int, str], Fact]
    supply: Mapping[tuple[str, int, str, str], Fact]
    care_need: tuple[CareNeed, ...]

    def standard(self, name: str, asked_by: str) -> Standard:
        """A standard by slug; unknown slugs are faults that name the model file."""
        if name not in self.standards:
            raise InputError.one(asked_by, "a standard of data/**/standards", name, "`forecast standards` lists them")
        return self.standards[name]

    def of_nation(self, nation: str, service: str, measure: str, asked_by: str) -> tuple[int, Fact]:
        """The latest year's figure of a measure for the nation."""
        found = [
            (key[1], fact) for key, fact in self.supply.items() if key[0] == nation and key[2:] == (service, measure)
        ]
        if not found:
            raise InputError.one(
                asked_by, f"a row of data/**/supply for {nation}, {service}", measure, "add the row or correct the name"
            )
        return max(found, key=lambda pair: pair[0])
