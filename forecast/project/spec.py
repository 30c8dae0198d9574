"""The types behind ``models/*.toml``: closed (an unknown key is a fault) and frozen."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, model_validator

from forecast.project.ageing import AgeingSpec
from forecast.project.births import BirthsSpec
from forecast.project.eldercare import EldercareSpec
from forecast.project.movement import MovementSpec
from forecast.project.nursery import NurserySpec
from forecast.project.parts import AreaCode, Spec, Year, refused
from forecast.project.premises import PremisesSpec
from forecast.project.school import KindergartenSpec, SchoolSpec
from forecast.project.staff import TeachersSpec
from forecast.project.standards import StandardsSpec
from forecast.project.uncertainty import UncertaintySpec

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
    premises: PremisesSpec
    standards: StandardsSpec
    teachers: TeachersSpec
    uncertainty: UncertaintySpec


class ScenarioHead(Spec):
    """What a scenario says of itself."""

    name: Name
    base: Name | None = None
    title_zh: str
    title_en: str
    why: Annotated[str, Field(min_length=1)]
    why_zh: str = ""
