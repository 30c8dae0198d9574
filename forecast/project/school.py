"""The types behind ``models/kindergarten.toml`` and ``models/school.toml``: stages, structure, and who enrols."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from forecast.project.parts import AreaCode, Assumption, ModelHead, Share, Spec, Status, Year, between

COMPULSORY_YEARS = 9


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


class EnrolmentPath(Spec):
    """How enrolment of a stage may go on from what was measured.

    spread  standard deviation of the logarithm of the rate ten years after it was measured
    points  rates aimed at by year, for scenarios: between two years the rate is interpolated, then it stays
    follow  nation: a province's rate goes on from the year of its count as the nation's did, as far as that is counted
    """

    spread: Annotated[Assumption, between(0.0, 1.0)]
    follow: Literal["none", "nation"] = "none"
    points: dict[Year, Share] = Field(default_factory=dict)


class KindergartenSpec(Spec):
    """``kindergarten.toml``."""

    model: ModelHead
    take_up: EnrolmentPath
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


class SchoolPaths(Spec):
    """Enrolment of each stage of school."""

    primary: EnrolmentPath
    junior: EnrolmentPath
    senior: EnrolmentPath


class SchoolSpec(Spec):
    """``school.toml``."""

    model: ModelHead
    structure: Structure
    take_up: SchoolPaths
    stage: tuple[Stage, ...]

    @model_validator(mode="after")
    def _three_stages(self) -> SchoolSpec:
        if sorted(stage.service for stage in self.stage) != ["junior", "primary", "senior"]:
            raise ValueError("the stages primary, junior and senior, each once")
        return self
