from __future__ import annotations

import pytest
from pydantic import ValidationError

from forecast.project.controls import ControlsSpec


def test_without_a_section_a_table_is_met_and_nothing_else_happens() -> None:
    assert ControlsSpec() == ControlsSpec(apply=True, between="free", reconcile="none")


def test_two_ways_at_once_are_refused() -> None:
    with pytest.raises(ValidationError, match="the city's forecast sets the way"):
        ControlsSpec.model_validate({"between": "interpolate", "reconcile": "mint"})
