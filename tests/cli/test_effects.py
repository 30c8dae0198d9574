from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Call = Callable[..., Result]


def test_effects_print_prior_data_and_posterior(city: Path, forecast: Call) -> None:
    done = forecast("effects", "--project", city, "--lang", "en")
    assert done.exit_code == 0, done.output
    for words in ("two-child 2016", "bmj-2019", "not identified", "constant rates", "fell in number"):
        assert words in done.stdout
    shown = forecast("effects", "--project", city, "--lang", "zh").stdout
    assert "全面二孩2016" in shown
    assert "三孩" in shown


def test_effects_as_json(city: Path, forecast: Call) -> None:
    found = json.loads(forecast("effects", "--project", city, "--json").stdout)
    assert {row["births"] for row in found["effects"]} == {"all", "1", "2", "3+", "230000"}
    assert len(found["years"]) == 26
    assert found["rolling"][-1]["model"] < found["rolling"][-1]["constant"]
    assert next(row for row in found["effects"] if row["term"] == "subsidy-2025")["data"] is None


def test_effects_by_name_only(city: Path, forecast: Call) -> None:
    lines = forecast("effects", "--project", city, "--quiet").stdout.splitlines()
    assert "all two-child" in lines


def test_without_its_table_the_regression_is_asked_for(project: Path, refuse: Callable[..., str]) -> None:
    path = project / "models" / "births.toml"
    text = path.read_text("utf-8")
    path.write_text(text[: text.index("[regression]")], "utf-8")
    refuse(("effects",), "models/births.toml, key regression", "forecast init")
