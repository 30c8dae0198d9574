"""The types behind ``movement.toml``."""

from __future__ import annotations

from typing import Literal

from forecast.project.parts import AreaCode, Assumption, ModelHead, Spec


class TimingSpec(Spec):
    """Law 5: when migrants arrive, and which women bear."""

    migrants: Literal["start", "even", "end"]
    exposure: Literal["survivors", "final", "even"]


class MovementRates(Spec):
    """How past net migration is smoothed, shrunk and carried on."""

    spread: Assumption
    prior: Assumption
    damping: Assumption
    scale: Assumption | None = None


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
