from __future__ import annotations

import tomllib
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from forecast.project.uncertainty import UncertaintySpec

BUNDLED = Path(__file__).resolve().parents[3] / "models" / "uncertainty.toml"


@pytest.fixture
def bundled() -> dict[str, Any]:
    return tomllib.loads(BUNDLED.read_text("utf-8"))


def test_the_bundled_sizes_are_read(bundled: dict[str, Any]) -> None:
    spec = UncertaintySpec.model_validate(bundled)
    assert spec.draws.trajectories == 1000
    assert spec.births.shared.run == 0.5
    assert spec.deaths.shared.run == 0.0
    assert spec.births.own.run == 0.5


def _size(spec: dict[str, Any]) -> None:
    spec["births"]["own"]["sd"]["value"] = -0.01


def _run(spec: dict[str, Any]) -> None:
    spec["moves"]["own"]["run"] = 0.5


def _forever(spec: dict[str, Any]) -> None:
    spec["moves"]["own"]["kept"] = 1.0


def _freedom(spec: dict[str, Any]) -> None:
    spec["freedom"]["value"] = 2.0


def _pace(spec: dict[str, Any]) -> None:
    spec["pace"]["value"] = -0.001


def _unknown(spec: dict[str, Any]) -> None:
    spec["births"]["province"] = deepcopy(spec["births"]["own"])


def _fewer(spec: dict[str, Any]) -> None:
    spec["draws"]["trajectories"] = -1


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_size, "births.own.sd.value\n  a number from 0 to 0.5"),
        (_run, "no own.run"),
        (_forever, "own.kept below 1"),
        (_freedom, "freedom.value\n  a number from 2.5 to"),
        (_pace, "pace.value\n  a number from 0 to 0.1"),
        (_unknown, "province"),
        (_fewer, "greater than or equal to 0"),
    ],
)
def test_sizes_out_of_range_are_said(
    bundled: dict[str, Any], spoil: Callable[[dict[str, Any]], None], said: str
) -> None:
    spoil(bundled)
    with pytest.raises(ValidationError, match=said):
        UncertaintySpec.model_validate(bundled)
