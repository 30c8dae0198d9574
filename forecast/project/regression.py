"""The types behind ``[regression]`` of ``births.toml``: terms of the birth regression, their courses and priors."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from forecast.project.parts import Spec, Status, Year

Moment = Annotated[float, Field(ge=1900, le=2150)]
Positive = Annotated[float, Field(gt=0)]


class PriorSpec(Spec):
    """What is thought of a coefficient before the data are seen: normal, on the log scale."""

    mean: float = 0.0
    sd: Positive
    status: Status = "assumed"
    source: str
    why: str = ""


class CourseSpec(Spec):
    """How a policy's effect on births comes and goes; chosen, not estimated.

    onset      year with decimals of its first births;  second  the same for second births alone
    ramp, hold, half_life   years: until the height, at the height, until half is gone
    announced  year in which it became known: a forecast made before cannot know it
    """

    onset: Moment
    second: Moment | None = None
    ramp: Positive
    hold: Annotated[float, Field(ge=0)]
    half_life: Positive
    announced: Year


class CoursesSpec(Spec):
    """The policies that the record can tell of."""

    selective_two_child: CourseSpec
    two_child: CourseSpec
    three_child: CourseSpec


class SubsidySpec(Spec):
    """The relative change thought possible; the record does not tell it apart from what else came in its year."""

    low: Annotated[float, Field(gt=-1)]
    high: float
    probability: Annotated[float, Field(gt=0, lt=1)] = 0.8
    source: str

    @model_validator(mode="after")
    def _in_order(self) -> SubsidySpec:
        if not self.low < self.high:
            raise ValueError("low below high")
        return self


class OrderPriors(Spec):
    """Regressions of one order: few years, so few terms and wide priors."""

    trend: PriorSpec
    goat: PriorSpec
    marriages: PriorSpec
    selective_two_child: PriorSpec
    third_walk: Positive


class RegressionSpec(Spec):
    """``[regression]``; priors that tables hold (two-child, three-child, marriages of all births) come from there."""

    walk: Positive
    trend: PriorSpec
    dragon: PriorSpec
    goat: PriorSpec
    goat_moved: Annotated[float, Field(ge=0, le=1)]
    marriages_sd: Positive
    unrecorded: PriorSpec
    selective_two_child: PriorSpec
    courses: CoursesSpec
    subsidy: SubsidySpec
    orders: OrderPriors
