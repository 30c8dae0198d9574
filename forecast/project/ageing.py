"""The types behind ``ageing.toml``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from forecast.project.parts import Assumption, ModelHead, Share, Spec, Year, between

Years = Annotated[float, Field(ge=40, le=105)]
LifePathYears = dict[Year, Years]


class AgeingHead(ModelHead):
    """Lee-Carter for each sex by itself, or Li-Lee, which keeps the sexes together."""

    engine: Literal["lee-carter", "li-lee"]


class NationalMortality(Spec):
    """The nation's death rates and life expectancies."""

    rates: str
    last_period: Year
    e0_first: Year
    e0_last: Year
    drift_scale: Annotated[Assumption, between(0.0, 5.0)]

    @model_validator(mode="after")
    def _in_order(self) -> NationalMortality:
        if self.e0_first >= self.e0_last:
            raise ValueError("e0_first must lie before e0_last")
        return self


class LifePath(Spec):
    """A stated path of the nation's life expectancy: the mean of the sexes, or each sex; none by default."""

    e0: LifePathYears = Field(default_factory=dict)
    male: LifePathYears = Field(default_factory=dict)
    female: LifePathYears = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_way(self) -> LifePath:
        if self.e0 and (self.male or self.female):
            raise ValueError("e0 for the mean of the sexes, or male and female, not both")
        if set(self.male) != set(self.female):
            raise ValueError("male and female for the same years")
        return self

    @property
    def nodes(self) -> tuple[tuple[int, tuple[float, ...]], ...]:
        """Years in order, each with the life expectancies stated: of the mean, or of male and female."""
        if self.e0:
            return tuple((year, (value,)) for year, value in sorted(self.e0.items()))
        return tuple((year, (value, self.female[year])) for year, value in sorted(self.male.items()))


class MortalityShift(Spec):
    """What sets the level of the province against the nation."""

    year: Year


class AreaRatesSpec(Spec):
    """Whether areas have a mortality of their own: by deaths on record, or fitted to deaths by sex and age.

    weight  share of the log of an area's recorded deviation that is believed; only ``recorded`` asks for it
    """

    engine: Literal["shared", "recorded", "brass", "topals"] = "shared"
    weight: Share | None = None

    @model_validator(mode="after")
    def _believed(self) -> AreaRatesSpec:
        if self.engine == "recorded" and self.weight is None:
            raise ValueError('engine "recorded" with a weight: how much of what is recorded is believed')
        return self


class AgeingSpec(Spec):
    """``ageing.toml``."""

    model: AgeingHead
    national: NationalMortality
    path: LifePath = LifePath()
    shift: MortalityShift
    areas: AreaRatesSpec = AreaRatesSpec()

    @model_validator(mode="after")
    def _path_after_record(self) -> AgeingSpec:
        if self.path.nodes and self.path.nodes[0][0] <= self.national.e0_last:
            raise ValueError(f"a path of life expectancy with years after e0_last, {self.national.e0_last}")
        return self
