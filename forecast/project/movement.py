"""The types behind ``movement.toml``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from forecast.project.controls import ControlsSpec
from forecast.project.parts import AreaCode, Assumption, ModelHead, Spec, Year

ENGINES = ("flows", "residual")


class TimingSpec(Spec):
    """Law 5: when migrants arrive, and which women bear."""

    migrants: Literal["start", "even", "end"]
    exposure: Literal["survivors", "final", "even"]


class MovementRates(Spec):
    """How past net migration is smoothed, shrunk and carried on."""

    smoothing: Literal["bell", "splines"] = "bell"
    spread: Assumption
    prior: Assumption
    damping: Assumption
    scale: Assumption | None = None


class FlowsSpec(Spec):
    """Gross moves: how many, and what scenarios do to all of them."""

    mobility: Assumption
    stay: Assumption

    @model_validator(mode="after")
    def _positive(self) -> FlowsSpec:
        if self.mobility.value < 0:
            raise ValueError("mobility must not be negative")
        if self.stay.value <= 0:
            raise ValueError("stay must be above 0 years")
        return self


class GravitySpec(Spec):
    """Where movers go to, where no table says it: elasticities to size and distance, and the rest of the province.

    terms  what a regression on a table of moves holds beside sizes, distance and the pools
    """

    terms: tuple[Literal["core", "contiguous", "housing"], ...] = ()

    origin: Assumption
    destination: Assumption
    distance: Assumption
    back: Assumption
    province_km: Assumption


class UrbanisationSpec(Spec):
    """The urban share of the city: a path of targets, or a logistic through the last two censuses."""

    by_moves: Assumption
    share: dict[Year, Annotated[float, Field(gt=0, lt=1)]] = Field(default_factory=dict)
    ceiling: Assumption | None = None

    @model_validator(mode="after")
    def _one_path(self) -> UrbanisationSpec:
        if bool(self.share) == (self.ceiling is not None):
            raise ValueError("either share by year, or the ceiling of a logistic")
        if not 0 <= self.by_moves.value <= 1:
            raise ValueError("by_moves must lie between 0 and 1")
        return self


class HousingSpec(Spec):
    """What new dwellings bring, where a table of them is there."""

    household: Assumption
    vacancy: Assumption
    overlap: Assumption
    filling: tuple[Annotated[float, Field(ge=0)], ...]
    families: Assumption
    fading: Assumption
    age: Assumption
    children: Assumption

    @model_validator(mode="after")
    def _shares(self) -> HousingSpec:
        for name in ("vacancy", "overlap", "families", "fading"):
            if not 0 <= getattr(self, name).value <= 1:
                raise ValueError(f"{name} must lie between 0 and 1")
        if not self.filling or abs(sum(self.filling) - 1.0) > 1e-9:
            raise ValueError("filling must sum to 1: shares of the incomers by year since completion")
        return self


class ResidenceSpec(Spec):
    """How residents and registered people part."""

    settled: Assumption = Assumption(
        value=30.0,
        status="assumed",
        source="laoyou-method",
        why="years after which a move has brought the registration along",
    )

    @model_validator(mode="after")
    def _whole(self) -> ResidenceSpec:
        if self.settled.value < 1 or self.settled.value != int(self.settled.value):
            raise ValueError("settled must be a whole number of years, 1 or more")
        return self


class Students(Spec):
    """Where students are held apart, and where ages show without them."""

    campus: tuple[AreaCode, ...] = ()
    plain: tuple[AreaCode, ...] = ()
    source: str


class MovementSpec(Spec):
    """``movement.toml``."""

    model: ModelHead
    timing: TimingSpec
    rates: MovementRates
    students: Students
    residence: ResidenceSpec = ResidenceSpec()
    flows: FlowsSpec | None = None
    gravity: GravitySpec | None = None
    urbanisation: UrbanisationSpec | None = None
    housing: HousingSpec | None = None
    controls: ControlsSpec = ControlsSpec()

    @model_validator(mode="after")
    def _engine(self) -> MovementSpec:
        if self.model.engine not in ENGINES:
            raise ValueError(f"model.engine must be one of {', '.join(ENGINES)}")
        if self.model.engine == "flows" and (self.flows is None or self.gravity is None):
            raise ValueError("the engine flows needs [flows] and [gravity]")
        if self.model.engine == "residual" and self.urbanisation is not None:
            raise ValueError("[urbanisation] needs the engine flows: it shifts gross moves between areas")
        return self
