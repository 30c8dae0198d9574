from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from forecast.cli.overlays import _quoted, flat

Call = Callable[..., Result]


def test_list_names_title_base_and_why(city: Path, forecast: Call) -> None:
    heads = {
        head["name"]: head for head in json.loads(forecast("scenario", "list", "--project", city, "--json").stdout)
    }
    assert next(iter(heads)) == "baseline"
    assert heads["low-fertility"]["base"] == "baseline"
    shown = forecast("scenario", "list", "--project", city, "--lang", "zh").stdout
    assert "低生育方案" in shown


def test_diff_is_the_overlay_and_nothing_else(city: Path, forecast: Call) -> None:
    asked = ("scenario", "diff", "baseline", "no-migration", "--project", city, "--json", "--keys")
    rows = json.loads(forecast(*asked).stdout)
    overlay = tomllib.loads((city / "models" / "scenarios" / "no-migration.toml").read_text("utf-8"))
    scale, mobility = overlay["movement"]["rates"]["scale"], overlay["movement"]["flows"]["mobility"]
    changed = {f"movement.rates.scale.{key}": value for key, value in scale.items()}
    # mobility stands in the base as well, where its status and its source are the same
    changed |= {f"movement.flows.mobility.{key}": mobility[key] for key in ("value", "why")}
    assert {row["key"]: row["no-migration"] for row in rows} == changed
    assert {row["baseline"] for row in rows if "scale" in row["key"]} == {None}


def test_diff_names_a_policy_by_its_name(city: Path, forecast: Call) -> None:
    keys = forecast("scenario", "diff", "baseline", "three-child-strong", "--project", city, "--quiet").stdout.split()
    assert "policy.three_child.effect.value" in keys
    assert all(key.startswith("policy.three_child.") for key in keys)


def test_diff_tells_the_outcome_for_the_city_after_the_keys(city: Path, forecast: Call) -> None:
    asked = ("scenario", "diff", "baseline", "three-child-strong", "--project", city)
    done = forecast(*asked, "--trajectories", 10)
    assert done.exit_code == 0, done.output
    keys, _, outcome = done.stdout.partition("\n\n")
    assert keys == forecast(*asked, "--keys").stdout.rstrip()
    assert outcome.startswith("Harbin (230100): three-child-strong (")
    assert "Third and later births" in outcome
    assert outcome == forecast("compare", *asked[2:], "--trajectories", 10).stdout
    found = json.loads(forecast(*asked, "--trajectories", 10, "--json").stdout)
    assert {row["key"] for row in found["keys"]} == set(forecast(*asked, "--quiet").stdout.split())
    assert found["outcome"]["other"] == "three-child-strong"


def test_a_scenario_does_not_differ_from_itself(city: Path, forecast: Call) -> None:
    done = forecast("scenario", "diff", "baseline", "baseline", "--project", city)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "no key differs" in done.stderr


def test_new_writes_a_scenario_that_differs_in_nothing(project: Path, forecast: Call) -> None:
    done = forecast(
        "scenario", "new", "trial", "--base", "low-fertility", "--why", 'A "try" \\ 试。', "--project", project
    )
    path = project / "models" / "scenarios" / "trial.toml"
    assert (done.exit_code, done.stdout) == (0, f"{path}\n")
    assert tomllib.loads(path.read_text("utf-8"))["scenario"] == {
        "name": "trial",
        "base": "low-fertility",
        "title_zh": "trial",
        "title_en": "trial",
        "why": 'A "try" \\ 试。',
    }
    assert json.loads(
        forecast("scenario", "diff", "trial", "low-fertility", "--project", project, "--json").stdout
    ) == {"keys": [], "outcome": None}


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("baseline", "--why", "w"), ("models/scenarios/baseline.toml", "a scenario of that name")),
        (("Bad Name", "--why", "w"), ("scenario Bad Name, name", "small letters")),
        (("../escape", "--why", "w"), ("scenario ../escape, name",)),
        (("trial", "--why", ""), ("scenario trial, why",)),
        (("trial", "--why", "w", "--base", "base-line"), ("scenario base-line", "did you mean baseline?")),
    ],
)
def test_new_refuses(arguments: tuple[str, ...], named: tuple[str, ...], refuse: Callable[..., str]) -> None:
    refuse(("scenario", "new", *arguments), *named)


def test_why_must_be_given(project: Path, forecast: Call) -> None:
    assert forecast("scenario", "new", "trial", "--project", project).exit_code == 2


@given(st.text(st.characters(codec="utf-8")))
def test_quoted_text_is_toml(text: str) -> None:
    assert tomllib.loads(f"a = {_quoted(text)}") == {"a": text}


def test_flat_keeps_lists_and_leaves_out_what_is_empty() -> None:
    assert flat({"a": {}, "b": [], "c": {"d": [1]}, "e": [{"x": 1}]}) == {"c.d": [1], "e.0.x": 1}


def test_the_policy_hinted_at_in_a_new_scenario_works(forecast: Call, project: Path) -> None:
    done = forecast("scenario", "new", "mine", "--why", "What if.", "--project", project)
    assert done.exit_code == 0, done.output
    path = project / "models" / "scenarios" / "mine.toml"
    lines = path.read_text("utf-8").splitlines()
    begin = next(place for place, line in enumerate(lines) if line.startswith("# [policy."))
    hinted = [line.removeprefix("# ") for line in lines[begin:]]
    path.write_text("\n".join([*lines[:begin], *hinted, ""]), "utf-8")
    keys = forecast("scenario", "diff", "baseline", "mine", "--keys", "--project", project, "--json")
    assert keys.exit_code == 0, keys.output
    assert "policy.my_policy.effect.low" in keys.stdout
