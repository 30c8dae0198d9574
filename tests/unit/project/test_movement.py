from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from forecast.project.movement import MovementSpec, UrbanisationSpec


@pytest.fixture
def tree(harbin: Path) -> dict[str, Any]:
    return tomllib.loads((harbin / "models" / "movement.toml").read_text("utf-8"))


def assumed(value: float) -> dict[str, Any]:
    return {"value": value, "status": "assumed", "source": "laoyou-method"}


def test_the_bundled_spec_holds_gross_moves(tree: dict[str, Any]) -> None:
    spec = MovementSpec.model_validate(tree)
    assert spec.model.engine == "flows"
    assert spec.housing is not None
    assert sum(spec.housing.filling) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"model": {"engine": "magic"}}, "one of flows, residual"),
        ({"gravity": None}, r"needs \[flows\] and \[gravity\]"),
        ({"flows": {"stay": assumed(0)}}, "flows.stay.value\n  a number from 1 to 100"),
        ({"flows": {"mobility": assumed(-1)}}, "flows.mobility.value\n  a number from 0 to 5"),
        ({"housing": {"filling": [0.5, 0.4]}}, "sum to 1"),
        ({"housing": {"vacancy": assumed(1.5)}}, "housing.vacancy.value\n  a number from 0 to 1"),
        ({"rates": {"smoothing": "spline"}}, "bell"),
    ],
)
def test_what_makes_no_sense_is_refused(tree: dict[str, Any], change: dict[str, Any], says: str) -> None:
    for key, value in change.items():
        tree[key] = tree[key] | value if isinstance(value, dict) else value
    with pytest.raises(ValidationError, match=says):
        MovementSpec.model_validate(tree)


def test_urbanisation_needs_gross_moves(tree: dict[str, Any]) -> None:
    tree["urbanisation"] = {"by_moves": assumed(0.5), "share": {2035: 0.8}}
    assert MovementSpec.model_validate(tree).urbanisation is not None
    tree["model"]["engine"] = "residual"
    with pytest.raises(ValidationError, match="needs the engine flows"):
        MovementSpec.model_validate(tree)


@pytest.mark.parametrize(
    "given",
    [
        {"by_moves": assumed(0.5)},
        {"by_moves": assumed(0.5), "share": {2035: 0.8}, "ceiling": assumed(0.9)},
        {"by_moves": assumed(1.2), "ceiling": assumed(0.9)},
        {"by_moves": assumed(0.5), "share": {2035: 1.0}},
    ],
)
def test_one_path_of_the_urban_share(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        UrbanisationSpec.model_validate(given)
