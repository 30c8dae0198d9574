"""What ``nursery.toml`` lets through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from forecast.errors import InputError
from forecast.project.load import load_models, load_scenario

Spoil = Callable[[str, str, str], None]


def load(project: Path) -> object:
    return load_models(project, load_scenario(project, "baseline"))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"24-29" =', '"24-30" =', "weights for the months 0-5, 6-11"),
        ("value = 1,", "value = -1,", "a number from 0 to 100"),
        ("value  = 0.5", "value  = 2.5", "a number from 0 to 2"),
        ('wish      = "wish_share_under_3"', "wish      = 3", "valid string"),
        (
            "# [take_up.points.2035]",
            "[take_up.points.2035]\nvalue = 1.5\nstatus = 'assumed'\nsource = 'x'",
            "from 0 to 1",
        ),
        ("# [take_up.target.2035]", "[take_up.target.soon]\nvalue = 0.5\nstatus = 'assumed'\nsource = 'x'", "integer"),
        ("share = { value = 0,", "share = { value = 2,", "a number from 0 to 1"),
        ("[class.2]", "[class.7]", "classes for the ages 0, 1 and 2"),
        ('per = "registered"', 'per = "registerd"', "residents"),
    ],
)
def test_what_makes_no_sense_is_named(project: Path, spoil: Spoil, old: str, new: str, told: str) -> None:
    spoil("nursery", old, new)
    with pytest.raises(InputError, match=told):
        load(project)


def test_some_month_must_carry_the_use(project: Path, spoil: Spoil) -> None:
    for _ in range(4):
        spoil("nursery", "{ value = 1,", "{ value = 0,")
    with pytest.raises(InputError, match="above 0 at some months"):
        load(project)
