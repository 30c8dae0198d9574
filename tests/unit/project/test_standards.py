"""Standards that a scenario changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from forecast.errors import InputError
from forecast.project.load import load_models, load_scenario

Write = Callable[[str, str, str], None]
STEP = (
    '[[standards.change.primary-class-size]]\nfrom = 2030\nstatus = "assumed"\nsource = "laoyou-method"\nwhy = "made"\n'
)


def test_steps_follow_one_another(project: Path, scenario: Write) -> None:
    scenario("smaller", "baseline", f"{STEP}maximum = 40\n{STEP.replace('2030', '2035')}maximum = 35\n")
    steps = load_models(project, load_scenario(project, "smaller")).standards.change["primary-class-size"]
    assert [(step.first, step.maximum, step.minimum, step.area) for step in steps] == [
        (2030, 40.0, None, None),
        (2035, 35.0, None, None),
    ]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("", "minimum or maximum, or both"),
        ("maximum = 30\nminimum = 35", "a minimum that is not above the maximum"),
        ("maximum = 0", "greater than 0"),
        ('maximum = 40\narea = "Daoli"', "match pattern"),
        ("maximum = 40\nmax = 30", "did you mean maximum"),
    ],
)
def test_what_makes_no_sense_is_told(project: Path, scenario: Write, more: str, says: str) -> None:
    scenario("bad", "baseline", STEP + more)
    with pytest.raises(InputError, match=says):
        load_models(project, load_scenario(project, "bad"))


def test_a_change_says_why(project: Path, scenario: Write) -> None:
    scenario("bad", "baseline", f"{STEP}maximum = 40".replace('why = "made"\n', ""))
    with pytest.raises(InputError, match=r"scenarios/bad\.toml, key standards\.change\.primary-class-size\.0\.why"):
        load_models(project, load_scenario(project, "bad"))
