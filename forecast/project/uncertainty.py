"""The types behind ``models/uncertainty.toml``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from forecast.project.parts import Assumption, ModelHead, Spec


class TrajectorySpec(Spec):
    """How many trajectories are drawn, from which seed; 0 leaves every interval blank."""

    trajectories: Annotated[int, Field(ge=0, le=100_000)]
    seed: Annotated[int, Field(ge=0, lt=2**63)]


class WaveSpec(Spec):
    """Shocks that last: the standard deviation of a year's news, and how much is left a year later."""

    sd: Assumption
    kept: Annotated[float, Field(ge=0, le=1)]
    run: Annotated[float, Field(ge=0, lt=1)] = 0.0

    @model_validator(mode="after")
    def _not_negative(self) -> WaveSpec:
        if self.sd.value < 0:
            raise ValueError("a standard deviation of 0 or more")
        return self


class StreamSpec(Spec):
    """What all areas share, and what is an area's own."""

    shared: WaveSpec
    own: WaveSpec


class MovesSpec(StreamSpec):
    """The same for moves, whose own part runs on from before the launch."""

    @model_validator(mode="after")
    def _settled(self) -> MovesSpec:
        if self.own.kept >= 1 or self.own.run > 0:
            raise ValueError("own.kept below 1 and no own.run: an area's moves stray around their course")
        return self


class UncertaintySpec(Spec):
    """``uncertainty.toml``."""

    model: ModelHead
    draws: TrajectorySpec
    births: StreamSpec
    deaths: StreamSpec
    moves: MovesSpec
    chance: Assumption
    freedom: Assumption
    pace: Assumption

    @model_validator(mode="after")
    def _in_range(self) -> UncertaintySpec:
        if self.chance.value < 0 or self.pace.value < 0 or self.freedom.value <= 2:
            raise ValueError("chance and pace of 0 or more, freedom above 2")
        return self
