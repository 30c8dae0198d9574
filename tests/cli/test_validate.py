from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result

from forecast.validate.check import Check

Call = Callable[..., Result]
KEPT = Check("kept", 0.5, 1.0, "an error")
BROKEN = Check("broken", 0.5, 1.0, "a ratio", at_least=True)
ERRORS = pd.DataFrame({"engine": ["cohort"], "group": ["0-4"], "mape": [1.5], "bias": [-2.0], "worst": [3.0]})


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Put known checks in place of the project's own and of the program's."""

    def put(*project: Check) -> None:
        monkeypatch.setattr("forecast.validate.invariants.invariants", lambda: [KEPT])
        monkeypatch.setattr("forecast.validate.project.baseline", lambda _: None)
        monkeypatch.setattr("forecast.validate.project.project_checks", lambda _: list(project))
        monkeypatch.setattr("forecast.validate.project.hindsight_table", lambda _: ERRORS)

    return put


def test_all_kept_is_exit_0_and_a_missing_reference_is_said(
    city: Path, forecast: Call, checks: Callable[..., None]
) -> None:
    checks(KEPT)
    done = forecast("validate", "--project", city)
    assert done.exit_code == 0
    assert "2 of 2 checks passed" in done.stdout
    assert "cohort" in done.stdout
    assert f"there is no folder {city.parent / 'shared' / 'reference'} of reference data" in done.stderr


def test_a_broken_check_is_exit_1_and_named(city: Path, forecast: Call, checks: Callable[..., None]) -> None:
    checks(KEPT, BROKEN)
    done = forecast("validate", "--project", city, "--quiet")
    assert done.exit_code == 1
    assert "FAILED" in done.stdout
    assert ">= 1" in done.stdout
    assert "checks failed: 1 (broken)" in done.stderr


def test_json(city: Path, forecast: Call, checks: Callable[..., None]) -> None:
    checks(BROKEN)
    done = forecast("validate", "--project", city, "--json")
    found = json.loads(done.stdout)
    assert (done.exit_code, found["failed"]) == (1, 1)
    assert [(check["group"], check["passed"]) for check in found["checks"]] == [("program", True), ("project", False)]
    assert "reference" in found["skipped"]
    assert found["hindsight"][0]["bias"] == -2.0


def test_a_named_reference_must_be_there(
    refuse: Callable[..., str], tmp_path: Path, checks: Callable[..., None]
) -> None:
    checks(KEPT)
    refuse(("validate", "--reference", tmp_path / "none"), "un-canada-1x1", "a file of the reference data")


def test_the_published_projections_are_met(
    city: Path, forecast: Call, checks: Callable[..., None], reference: Path
) -> None:
    checks()
    done = forecast("validate", "--project", city, "--reference", reference, "--json")
    groups = [check["group"] for check in json.loads(done.stdout)["checks"]]
    assert done.exit_code == 0, done.output
    assert groups.count("reference") >= 8


def test_the_bundled_project_keeps_its_own_checks(city: Path, forecast: Call) -> None:
    done = forecast("validate", "--project", city, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert {check["group"] for check in found["checks"]} == {"program", "project"}
    assert {row["engine"] for row in found["hindsight"]} >= {"cohort", "hamilton-perry", "no-change"}
