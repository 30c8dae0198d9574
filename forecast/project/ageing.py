"""The types behind ``ageing.toml``."""

from __future__ import annotations

from pydantic import model_validator

from forecast.project.parts import Assumption, ModelHead, Spec, Year


class NationalMortality(Spec):
    """The nation's death rates and life expectancies."""

    rates: str
    last_period: Year
    e0_first: Year
    e0_last: Year
    drift_scale: Assumption

    @model_validator(mode="after")
    def _in_order(self) -> NationalMortality:
        if self.e0_first >= self.e0_last:
            raise ValueError("e0_first must lie before e0_last")
        return self


class MortalityShift(Spec):
    """What sets the level of the province against the nation."""

    year: Year


class AgeingSpec(Spec):
    """``ageing.toml``."""

    model: ModelHead
    national: NationalMortality
    shift: MortalityShift
