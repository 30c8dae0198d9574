"""``standards.toml``: provision standards stand in the tables; a scenario changes them here, from a year on."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from forecast.project.parts import AreaCode, ModelHead, Spec, Status, Year

Figure = Annotated[float, Field(gt=0)]


class StandardChange(Spec):
    """A standard from a year on: several steps phase something in or out.

    area  where it holds, and in all places below; left out: everywhere
    """

    first: Annotated[Year, Field(alias="from")]
    minimum: Figure | None = None
    maximum: Figure | None = None
    area: AreaCode | None = None
    status: Status
    source: str
    why: Annotated[str, Field(min_length=1)]

    @model_validator(mode="after")
    def _a_figure(self) -> StandardChange:
        if self.minimum is None and self.maximum is None:
            raise ValueError("minimum or maximum, or both")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError("a minimum that is not above the maximum")
        return self


class StandardsSpec(Spec):
    """Changes by the name of the standard that they change."""

    model: ModelHead
    change: dict[str, tuple[StandardChange, ...]] = Field(default_factory=dict)
