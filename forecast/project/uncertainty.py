"""The types behind ``models/uncertainty.toml``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from forecast.project.parts import Assumption, ModelHead, Share, Spec, between


class TrajectorySpec(Spec):
    """How many trajectories are drawn, from which seed; 0 leaves every interval blank."""

    trajectories: Annotated[int, Field(ge=0, le=100_000)]
    seed: Annotated[int, Field(ge=0, lt=2**63)]


class WaveSpec(Spec):
    """Shocks that last: the standard deviation of a year's news, and how much is left a year later."""

    sd: Annotated[Assumption, between(0.0, 0.5)]
    kept: Annotated[float, Field(ge=0, le=1)]
    run: Annotated[float, Field(ge=0, lt=1)] = 0.0


class MovesWave(WaveSpec):
    """The same in net migrants per person: a twentieth of all people in a year's news is as much as can be meant."""

    sd: Annotated[Assumption, between(0.0, 0.05)]


class StreamSpec(Spec):
    """What all areas share, and what is an area's own."""

    shared: WaveSpec
    own: WaveSpec


class MovesSpec(StreamSpec):
    """The same for moves, whose own part runs on from before the launch."""

    shared: MovesWave
    own: MovesWave

    @model_validator(mode="after")
    def _settled(self) -> MovesSpec:
        if self.own.kept >= 1 or self.own.run > 0:
            raise ValueError("own.kept below 1 and no own.run: an area's moves stray around their course")
        return self


class TakeUpNoise(Spec):
    """Take-up of services: how much of its spread (stated with each service) all districts share."""

    shared: Share


class UncertaintySpec(Spec):
    """``uncertainty.toml``."""

    model: ModelHead
    draws: TrajectorySpec
    births: StreamSpec
    deaths: StreamSpec
    moves: MovesSpec
    chance: Annotated[Assumption, between(0.0, 10.0)]
    freedom: Annotated[Assumption, between(2.5, 1e6)]
    pace: Annotated[Assumption, between(0.0, 0.1)]
    take_up: TakeUpNoise
