"""What ``premises.toml`` lets through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from forecast.errors import InputError
from forecast.project.load import load_models, load_scenario

Spoil = Callable[[str, str, str], None]
TYPICAL = 'classes = { value = 9, status = "assumed", source = "laoyou-method"'


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('of_range = "most"', 'of_range = "mean"', "'least' or 'most'"),
        (TYPICAL, TYPICAL.replace("classes", "# classes"), "classes of the typical facility"),
        ("value = 9,", "value = 9.5,", "a whole number from 1 to 200"),
        ("value = 9,", "value = 0,", "a whole number from 1 to 200"),
        ("[nursery]", "[nursry]", "did you mean nursery"),
        (
            'dormitory = "primary-dormitory-floor"',
            "boarders = { value = 2, status = 'assumed', source = 'x' }",
            "0 to 1",
        ),
    ],
)
def test_what_makes_no_sense_is_named(project: Path, spoil: Spoil, old: str, new: str, told: str) -> None:
    spoil("premises", old, new)
    with pytest.raises(InputError, match=told):
        load_models(project, load_scenario(project, "baseline"))
