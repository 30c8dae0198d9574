from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from forecast.project.births import BirthsPath, Policy
from forecast.project.parts import Assumption
from forecast.project.school import Structure
from forecast.project.spec import Times

TIMES: dict[str, Any] = {
    "census": "2020-11-01", "previous_census": "2010-11-01", "horizon": 2050, "born_until": 2025,
}  # fmt: skip
POLICY: dict[str, Any] = {
    "orders": "3+", "effect": {"value": 0.1, "low": 0.0, "high": 0.2}, "onset": 2026, "status": "assumed",
    "source": "s", "why": "w",
}  # fmt: skip


def test_years_of_school_by_area_then_level_then_for_all() -> None:
    structure = Structure(
        default="6+3", by_level={"district": "5+4"}, by_area={"230102": "6+3"}, status="recalled", source="s"
    )
    assert structure.years("230102", "district") == (6, 3)
    assert structure.years("230103", "district") == (5, 4)
    assert structure.years("230123", "county") == (6, 3)


@pytest.mark.parametrize("text", ["9", "6-3", "6+33", "a+b", ""])
def test_a_structure_is_two_numbers(text: str) -> None:
    with pytest.raises(ValidationError):
        Structure(default=text, status="recalled", source="s")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"previous_census": "2020-12-01"}, "must lie before"),
        ({"previous_census": "2012-11-01"}, "ten years apart"),
        ({"horizon": 2020}, "after the census"),
        ({"horizon": 3000}, "less than or equal to 2150"),
    ],
)
def test_times_in_order(change: dict[str, Any], says: str) -> None:
    assert Times.model_validate(TIMES).census.year == 2020
    with pytest.raises(ValidationError, match=says):
        Times.model_validate(TIMES | change)


@pytest.mark.parametrize(
    "change",
    [
        {"effect": {"value": -1.1, "low": -1.2, "high": 0.0}},
        {"effect": {"value": 0.1, "low": 0.2, "high": 0.3}},
        {"effect": 0.1},
        {"ramp": 0},
        {"half_life": 0},
        {"orders": "4"},
        {"status": "guessed"},
        {"onset": 26},
        {"stock": "waiting"},
        {"share": 0.1},
    ],
)
def test_policies_within_reason(change: dict[str, Any]) -> None:
    assert Policy.model_validate(POLICY).ramp == 1
    with pytest.raises(ValidationError):
        Policy.model_validate(POLICY | change)


def test_multipliers_are_by_year_and_positive() -> None:
    assert BirthsPath.model_validate({"fitted_on": "x", "multiplier": {"2030": 0.8}}).multiplier == {2030: 0.8}
    for bad in ({"2030": 0.0}, {"soon": 1.0}, {"2030": -1}):
        with pytest.raises(ValidationError):
            BirthsPath.model_validate({"fitted_on": "x", "multiplier": bad})


def test_specs_are_closed_and_frozen() -> None:
    one = Assumption(value=1.0, status="assumed", source="s")
    with pytest.raises(ValidationError, match="frozen"):
        one.value = 2.0  # type: ignore[misc]  # that it cannot be set is the point
    with pytest.raises(ValidationError, match="Extra inputs"):
        Assumption.model_validate({"value": 1.0, "status": "assumed", "source": "s", "sorce": "s"})
