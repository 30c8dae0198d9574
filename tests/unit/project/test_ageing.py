from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from forecast.project.ageing import AgeingSpec, AreaRatesSpec, LifePath

AGEING: dict[str, Any] = {
    "model": {"name": "ageing", "engine": "lee-carter", "unit": "u", "why": "w"},
    "national": {
        "rates": "r", "last_period": 2025, "e0_first": 2000, "e0_last": 2023,
        "drift_scale": {"value": 1.0, "status": "assumed", "source": "s"},
    },
    "shift": {"year": 2020},
}  # fmt: skip


def test_no_path_by_default() -> None:
    spec = AgeingSpec.model_validate(AGEING)
    assert spec.path.nodes == ()


def test_a_path_of_the_mean_or_of_each_sex_in_order() -> None:
    assert LifePath.model_validate({"e0": {"2050": 84.0, "2035": 81.0}}).nodes == ((2035, (81.0,)), (2050, (84.0,)))
    assert LifePath.model_validate({"male": {"2035": 78.0}, "female": {"2035": 83.0}}).nodes == ((2035, (78.0, 83.0)),)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ({"e0": {"2035": 81.0}, "male": {"2035": 78.0}, "female": {"2035": 83.0}}, "not both"),
        ({"male": {"2035": 78.0}}, "same years"),
        ({"male": {"2035": 78.0}, "female": {"2036": 83.0}}, "same years"),
        ({"e0": {"2035": 39.0}}, "greater than or equal to 40"),
        ({"e0": {"2023": 79.0}}, "after e0_last, 2023"),
    ],
)
def test_a_path_that_is_none(path: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        AgeingSpec.model_validate(AGEING | {"path": path})


def test_engines_are_two() -> None:
    with pytest.raises(ValidationError, match="'lee-carter' or 'li-lee'"):
        AgeingSpec.model_validate(AGEING | {"model": AGEING["model"] | {"engine": "gompertz"}})


def test_areas_share_their_mortality_by_default() -> None:
    assert AgeingSpec.model_validate(AGEING).areas == AreaRatesSpec(engine="shared", weight=None)


@pytest.mark.parametrize(
    ("areas", "says"),
    [
        ({"engine": "recorded"}, "with a weight"),
        (
            {"engine": "recorded", "weight": {"value": 1.5, "status": "assumed", "source": "s"}},
            "areas.weight.value\n  a number from 0 to 1",
        ),
        ({"engine": "gompertz"}, "'shared', 'recorded', 'brass' or 'topals'"),
    ],
)
def test_areas_rates_that_are_none(areas: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        AgeingSpec.model_validate(AGEING | {"areas": areas})
