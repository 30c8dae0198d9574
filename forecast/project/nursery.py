"""The types behind ``models/nursery.toml``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from forecast.project.lines import Line
from forecast.project.parts import AreaCode, Assumption, ModelHead, Share, Spec, Year, between

BANDS = ("0-5", "6-11", "12-17", "18-23", "24-29", "30-35")
"""Completed months of age by which use is told, two to a year of age."""
CLASSES = (0, 1, 2)
"""Ages that have classes of their own."""
Weight = Annotated[Assumption, between(0.0, 100.0)]


class TakeUp(Spec):
    """Use and wish of nursery care.

    use, wish  measures of the nation in the table ``supply``, in percent of all under-threes; of use every year counts
    inclusive  likewise, the percent of services that are inclusive; left out: not told
    weights    use at some months of age to that at others, by ``BANDS``: only their ratios matter
    spread     standard deviation of the logarithm of use ten years after the last measured year
    local      likewise of the use of an area over the nation's, in every year: it is known only where it was counted
    most       no more than this share of all under-threes on any trajectory; left out: the wish
    points     further use by year, a share of all under-threes; between two years it is interpolated, then it stays
    target     the part of the wish that a policy means to meet by year: a column beside the natural one
    """

    use: str
    wish: str
    inclusive: str | None = None
    weights: dict[str, Weight]
    spread: Annotated[Assumption, between(0.0, 2.0)]
    local: Annotated[Assumption, between(0.0, 2.0)] | None = None
    most: Share | None = None
    points: dict[Year, Share] = Field(default_factory=dict)
    target: dict[Year, Share] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _every_month(self) -> TakeUp:
        if tuple(sorted(self.weights)) != tuple(sorted(BANDS)):
            raise ValueError(f"take_up.weights for the months {', '.join(BANDS)}, each once")
        if not any(item.value for item in self.weights.values()):
            raise ValueError("take_up.weights above 0 at some months")
        return self


class NurseryClass(Spec):
    """Standards of one age: children in a class, children to a carer."""

    size: str
    carer: str


class MixedClass(Spec):
    """Classes of 18 to 35 months together.

    share    of the users of these months who sit in them;  by_area  the same in some areas
    carer    standard of children to a carer; left out: each month as in a class of its age
    """

    size: str
    carer: str | None = None
    share: Share
    by_area: dict[AreaCode, Share] = Field(default_factory=dict)


class NurserySpec(Spec):
    """``nursery.toml``."""

    model: ModelHead
    take_up: TakeUp
    class_: dict[int, NurseryClass] = Field(alias="class")
    mixed: MixedClass | None = None
    lines: dict[str, Line] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _every_age(self) -> NurserySpec:
        if set(self.class_) != set(CLASSES):
            raise ValueError("classes for the ages 0, 1 and 2, [class.0] to [class.2]")
        return self
