"""What the services rest on beside people: standards, enrolment, supply and care need, each with its source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from forecast.errors import InputError
from forecast.services.norms import SCENARIO, Norm, Standard, chain, norm
from forecast.services.school.counted import Counted
from forecast.tables.near import did_you_mean


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure of a table."""

    value: float
    unit: str
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class MonthlyBirths:
    """Births of one year by month of the calendar, January first."""

    births: tuple[float, ...]
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class CareNeed:
    """Share of people of a sex (or both) and age group with a need, in percent.

    area    code of the place whose people were asked, "" for the nation
    origin  file and row, "" where nobody knows
    """

    definition: str
    sex: str
    age_start: int
    age_width: int | None
    year: int | None
    percent: float
    status: str
    source: str
    level: str = "adl"
    area: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Living:
    """Share of old people of an area, sex (or both) and age group who live alone, as a couple, or with others."""

    area: str
    sex: str
    age_start: int
    age_width: int | None
    year: int
    arrangement: str
    percent: float
    status: str
    source: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What a scenario makes of a standard from a year on, in one place or, with the nation's code, in all."""

    first: int
    minimum: float | None
    maximum: float | None
    area: str
    status: str
    source: str


@dataclass(frozen=True, eq=False)
class Facts:
    """All provision facts of a project.

    standards  by slug
    enrolment  by (area, year, stage), persons enrolled
    supply     by (area, year, service, measure)
    care_need  rows of all definitions
    births_by_month  by (area, year), where they are known
    changes    standards as a scenario changes them: they hold before all others
    parents    parent of each area code
    living     with whom the old live
    households persons per household by area code
    counted    children and pupils on record, schools and attendance
    """

    standards: Mapping[str, Standard]
    enrolment: Mapping[tuple[str, int, str], Fact]
    supply: Mapping[tuple[str, int, str, str], Fact]
    care_need: tuple[CareNeed, ...]
    changes: tuple[Standard, ...] = ()
    parents: Mapping[str, str] = field(default_factory=dict)
    living: tuple[Living, ...] = ()
    households: Mapping[str, Fact] = field(default_factory=dict)
    births_by_month: Mapping[tuple[str, int], MonthlyBirths] = field(default_factory=dict)
    counted: Counted = field(default_factory=Counted)

    def norm(self, name: str, asked_by: str, years: range, areas: tuple[str, ...], *, exactly: bool = False) -> Norm:
        """What holds in place of a standard by year and area; unknown slugs are faults that name the model file.

        exactly  the named row itself, whatever more local row is in force; a scenario may change it
        """
        named = self._standard(name, asked_by)
        rivals = [row for row in self._by_subject[named.subject] if row.told or row is named]
        if exactly:
            rivals = [row for row in rivals if row.name == name]
        return norm(rivals, named, years, areas, self.parents)

    def chain(self, area: str) -> tuple[str, ...]:
        """An area and those above it, the nearest first."""
        return chain(area, self.parents)

    @cached_property
    def _by_subject(self) -> Mapping[tuple[str, str, str], list[Standard]]:
        found: dict[tuple[str, str, str], list[Standard]] = {}
        for row in (*self.standards.values(), *self.changes):
            found.setdefault(row.subject, []).append(row)
        return found

    def _standard(self, name: str, asked_by: str) -> Standard:
        if name not in self.standards:
            near = did_you_mean(name, self.standards) or "`forecast standards list` lists them"
            raise InputError.one(asked_by, "a standard of data/**/standards", name, near)
        return self.standards[name]

    def under(self, changes: Iterable[tuple[str, Change]]) -> Facts:
        """The same under changes of a scenario, by the slug of the standard that each changes."""
        found = []
        for name, change in changes:
            old = self._standard(name, f"standards.change.{name}")
            found.append(
                replace(
                    old,
                    minimum=change.minimum,
                    maximum=change.maximum,
                    document=SCENARIO,
                    number="",
                    year=change.first,
                    status=change.status,
                    source=change.source,
                    area=change.area,
                    first=change.first,
                    last=None,
                )
            )
        return replace(self, changes=tuple(found))

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
