from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import Result

from forecast.cli.inspect import Warned

Call = Callable[..., Result]


@pytest.fixture(scope="module")
def sound(city: Path, forecast: Call) -> dict[str, Any]:
    done = forecast("check", "--project", city, "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_row_is_counted_once(sound: dict[str, Any], city: Path) -> None:
    rows = {item["table"]: item for item in sound["tables"]}
    births = pd.concat([pd.read_csv(path) for path in city.glob("data/*/births*.csv")])
    assert rows["births"]["rows"] == len(births)
    assert rows["births"]["recalled"] == (births["status"] == "recalled").sum()
    assert rows["births"]["years"] == f"{births['year'].min()}-{births['year'].max()}"
    assert rows["population"]["years"] == "2010-2020"
    for item in sound["tables"]:
        if item["table"] != "sources":
            assert item["verified"] + item["derived"] + item["recalled"] + item["other"] == item["rows"]


def test_assumptions_are_told_with_their_source(sound: dict[str, Any]) -> None:
    assert sound["sound"]
    assert not sound["faults"]
    drift = next(item for item in sound["assumptions"] if item["key"] == "ageing.national.drift_scale")
    assert drift == {
        **drift,
        "value": 1.0,
        "status": "assumed",
        "source": "laoyou-method",
        "file": "models/ageing.toml",
    }


def test_recalled_figures_are_warned_of(sound: dict[str, Any], city: Path) -> None:
    frame = pd.read_csv(city / "data" / "standards" / "standards.csv")
    count = int((frame["status"] == "recalled").sum())
    assert (
        f"standards: {count} of {len(frame)} rows are recalled, not re-read at their source (law 14)"
        in sound["warnings"]
    )


def test_strict_and_allow_make_exit_3(city: Path, forecast: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    from forecast.cli.inspect import Inspection

    two = Inspection(("baseline",), (), (), (), (Warned("warn.parameter", {"key": "k", "file": "f"}),) * 2)
    monkeypatch.setattr("forecast.cli.inspect.inspect", lambda _: two)
    codes = [
        forecast("check", "--project", city, *limit).exit_code
        for limit in ((), ("--strict",), ("--allow", "1"), ("--allow", "2"), ("--json", "--strict"))
    ]
    assert codes == [0, 3, 3, 0, 3]
    done = forecast("check", "--project", city, "--lang", "zh", "--quiet")
    assert done.stderr == "warning: f 中的参数 k 凭记忆设定\n" * 2


def test_faults_in_json_are_on_stdout_too(project: Path, forecast: Call) -> None:
    (project / "data" / "brths.csv").write_text("a\n1\n")
    done = forecast("check", "--project", project, "--json")
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert not found["sound"]
    assert [fault["where"] for fault in found["faults"]] == ["data/brths.csv"]
    assert "did you mean births?" in done.stderr


def test_check_writes_nothing(city: Path, sound: dict[str, Any]) -> None:
    assert {path.name for path in city.iterdir()} <= {"models", "data", "out"}
