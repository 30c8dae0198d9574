"""The types behind ``movement.toml``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from forecast.project.controls import ControlsSpec
from forecast.project.parts import AreaCode, Assumption, ModelHead, Share, Spec, Year, between

ENGINES = ("flows", "residual")


class TimingSpec(Spec):
    """Law 5: when migrants arrive, and which women bear."""

    migrants: Literal["start", "even", "end"]
    exposure: Literal["survivors", "final", "even"]


class MovementRates(Spec):
    """How past net migration is smoothed, shrunk and carried on."""

    smoothing: Literal["bell", "splines"] = "bell"
    spread: Annotated[Assumption, between(0.0, 20.0)]
    prior: Annotated[Assumption, between(0.0, 1e7)]
    damping: Share
    scale: Share | None = None


class FlowsSpec(Spec):
    """Gross moves: how many, and what scenarios do to all of them."""

    mobility: Annotated[Assumption, between(0.0, 5.0)]
    stay: Annotated[Assumption, between(1.0, 100.0)]


class GravitySpec(Spec):
    """Where movers go to, where no table says it: elasticities to size and distance, and the rest of the province.

    terms  what a regression on a table of moves holds beside sizes, distance and the pools
    """

    terms: tuple[Literal["core", "contiguous", "housing"], ...] = ()

    origin: Annotated[Assumption, between(0.0, 2.0)]
    destination: Annotated[Assumption, between(0.0, 2.0)]
    distance: Annotated[Assumption, between(-5.0, 0.0)]
    back: Annotated[Assumption, between(0.0, 2.0)]
    province_km: Annotated[Assumption, between(1.0, 5000.0)]


class UrbanisationSpec(Spec):
    """The urban share of the city: a path of targets, or a logistic through the last two censuses."""

    by_moves: Share
    share: dict[Year, Annotated[float, Field(gt=0, lt=1)]] = Field(default_factory=dict)
    ceiling: Share | None = None

    @model_validator(mode="after")
    def _one_path(self) -> UrbanisationSpec:
        if bool(self.share) == (self.ceiling is not None):
            raise ValueError("either share by year, or the ceiling of a logistic")
        return self


class HousingSpec(Spec):
    """What new dwellings bring, where a table of them is there."""

    household: Annotated[Assumption, between(1.0, 20.0)]
    vacancy: Share
    overlap: Share
    filling: tuple[Annotated[float, Field(ge=0)], ...]
    families: Share
    fading: Share
    age: Annotated[Assumption, between(18.0, 70.0)]
    children: Annotated[Assumption, between(0.0, 5.0)]

    @model_validator(mode="after")
    def _whole(self) -> HousingSpec:
        if not self.filling or abs(sum(self.filling) - 1.0) > 1e-9:
            raise ValueError("filling must sum to 1: shares of the incomers by year since completion")
        return self


class ResidenceSpec(Spec):
    """How residents and registered people part, and how registration follows: years it takes, on average."""

    settled: Annotated[Assumption, between(1.0, 100.0, whole=True)] = Assumption(
        value=30.0,
        status="assumed",
        source="laoyou-method",
        why="years after which, on average, a move has brought the registration along",
    )


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
