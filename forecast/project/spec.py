"""The types behind ``models/*.toml``: closed (an unknown key is a fault) and frozen."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from forecast.project.ageing import AgeingSpec
from forecast.project.births import BirthsSpec
from forecast.project.movement import MovementSpec
from forecast.project.parts import AreaCode, Assumption, ModelHead, Spec, Status, Year, refused
from forecast.project.standards import StandardsSpec
from forecast.project.uncertainty import UncertaintySpec

COMPULSORY_YEARS = 9
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]


class ProjectHead(Spec):
    """The city, its parents and its names."""

    name: Name
    title_zh: str
    title_en: str
    city: AreaCode
    province: AreaCode
    nation: AreaCode
    concept: Literal["resident"] = "resident"


class Times(Spec):
    """Census days, horizon and the last year of births on record."""

    census: dt.date
    previous_census: dt.date
    horizon: Year
    born_until: Year
    show: tuple[Year, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Times:
        if not self.previous_census < self.census:
            raise ValueError("previous_census must lie before census")
        if self.census.year - self.previous_census.year != 10:
            raise ValueError("the two censuses must lie ten years apart")
        if not self.census.year < self.horizon:
            raise refused("horizon", f"a year after the census, {self.census.year + 1} or later", self.horizon)
        if not self.census.year <= self.born_until <= self.horizon:
            what = f"a year from that of the census, {self.census.year}, to the horizon, {self.horizon}"
            raise refused("born_until", what, self.born_until)
        return self


class RunSpec(Spec):
    """Which scenarios a run computes where none is asked for; none named: all there are."""

    scenarios: tuple[Name, ...] = ()


class ProjectSpec(Spec):
    """``project.toml``: which city, which years, which counts."""

    project: ProjectHead
    time: Times
    run: RunSpec = RunSpec()


class Line(Spec):
    """A provision standard shown beside the demand, never as demand."""

    standard: str
    per: Literal["residents", "people_60plus"]


class TakeUp(Spec):
    """Use and wish of nursery care."""

    use: str
    wish: str
    from_age: Assumption


class NurseryClass(Spec):
    """Standards of one age."""

    size: str
    carer: str


class NurserySpec(Spec):
    """``nursery.toml``."""

    model: ModelHead
    take_up: TakeUp
    class_: dict[int, NurseryClass] = Field(alias="class")
    lines: dict[str, Line] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _every_age(self) -> NurserySpec:
        if set(self.class_) != {0, 1, 2}:
            raise ValueError("classes for the ages 0, 1 and 2, [class.0] to [class.2]")
        if self.take_up.from_age.value not in (0, 1, 2):
            raise ValueError("take_up.from_age must be 0, 1 or 2")
        return self


class Stage(Spec):
    """One stage of kindergarten or school; years and first age of primary and junior come from the structure."""

    service: Literal["kindergarten", "primary", "junior", "senior"]
    from_age: Annotated[int, Field(ge=0, le=20)] | None = None
    years: Annotated[int, Field(ge=1, le=12)] | None = None
    grades: tuple[str, ...] = ()
    enrolment: Annotated[tuple[str, ...], Field(min_length=1)]
    class_size: Annotated[tuple[str, ...], Field(min_length=1)]
    pupils_per_staff: str
    staff_per_class: str | None = None
    carers_per_class: str | None = None


class KindergartenSpec(Spec):
    """``kindergarten.toml``."""

    model: ModelHead
    stage: tuple[Stage, ...]

    @model_validator(mode="after")
    def _one_stage(self) -> KindergartenSpec:
        if [stage.service for stage in self.stage] != ["kindergarten"] or not self.stage[0].grades:
            raise ValueError("one stage, kindergarten, with its grades")
        return self


def _nine_years(text: str) -> str:
    primary, junior = (int(years) for years in text.split("+"))
    if primary + junior != COMPULSORY_YEARS or 0 in (primary, junior):
        raise ValueError(f"years of primary and junior school that sum to {COMPULSORY_YEARS}, such as 6+3 or 5+4")
    return text


SchoolYears = Annotated[str, Field(pattern=r"^\d\+\d$"), AfterValidator(_nine_years)]


class Structure(Spec):
    """Years of primary and junior school by area, by level, or for all."""

    default: SchoolYears
    by_level: dict[str, SchoolYears] = Field(default_factory=dict)
    by_area: dict[AreaCode, SchoolYears] = Field(default_factory=dict)
    status: Status
    source: str

    def years(self, area: str, level: str) -> tuple[int, int]:
        """Years of primary and of junior school in one area."""
        text = self.by_area.get(area, self.by_level.get(level, self.default))
        primary, junior = text.split("+")
        return int(primary), int(junior)


class SchoolSpec(Spec):
    """``school.toml``."""

    model: ModelHead
    structure: Structure
    stage: tuple[Stage, ...]

    @model_validator(mode="after")
    def _three_stages(self) -> SchoolSpec:
        if sorted(stage.service for stage in self.stage) != ["junior", "primary", "senior"]:
            raise ValueError("the stages primary, junior and senior, each once")
        return self


class Need(Spec):
    """The tables that say who needs care."""

    gradient: str
    level: str
    severe: str
    year: Year
    severe_year: Year


class Institution(Spec):
    """Who lives in institutions, and how full they are planned."""

    residents: str
    year: Year
    occupancy: Assumption
    nursing_share: str

    @model_validator(mode="after")
    def _occupied(self) -> Institution:
        if not 0 < self.occupancy.value <= 1:
            raise ValueError("occupancy above 0 and at most 1")
        return self


class Carers(Spec):
    """Residents per carer."""

    severe: str
    other: str


class Pattern(Spec):
    """The policy pattern of settings."""

    institution: str
    community: str


class EldercareSpec(Spec):
    """``eldercare.toml``."""

    model: ModelHead
    need: Need
    institution: Institution
    carers: Carers
    pattern: Pattern
    lines: dict[str, Line] = Field(default_factory=dict)


class Models(Spec):
    """All model files of a project under one scenario."""

    project: ProjectSpec
    births: BirthsSpec
    ageing: AgeingSpec
    movement: MovementSpec
    nursery: NurserySpec
    kindergarten: KindergartenSpec
    school: SchoolSpec
    eldercare: EldercareSpec
    standards: StandardsSpec
    uncertainty: UncertaintySpec


class ScenarioHead(Spec):
    """What a scenario says of itself."""

    name: Name
    base: Name | None = None
    title_zh: str
    title_en: str
    why: Annotated[str, Field(min_length=1)]
    why_zh: str = ""
