from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result

Call = Callable[..., Result]
FEW = ("--trajectories", "40")


def test_a_run_is_published_and_its_path_printed(published: Path, city: Path) -> None:
    assert published.parent == city / "out" / "runs"
    assert (city / "out" / "latest").read_text("utf-8").strip() == f"runs/{published.name}"
    says = json.loads((published / "manifest.json").read_text("utf-8"))
    assert list(says["scenarios"]) == ["baseline", "low-fertility"]


@pytest.fixture(scope="module")
def full(city: Path, tmp_path_factory: pytest.TempPathFactory, forecast: Call) -> Result:
    out = tmp_path_factory.mktemp("full")
    done = forecast("run", "--project", city, "--out", out, "--scenario", "baseline", "--lang", "zh", *FEW)
    assert done.exit_code == 0, done.output
    return done


def test_the_summary_comes_first_and_the_path_last(full: Result) -> None:
    lines = full.stdout.rstrip("\n").splitlines()
    assert len(lines) > 20
    assert "道里区" in full.stdout
    assert (Path(lines[-1]) / "manifest.json").is_file()
    assert not full.stderr.count("\r"), "no progress bar where stderr is no terminal"


def test_the_report_stands_beside_the_tables(full: Result) -> None:
    folder = Path(full.stdout.rstrip("\n").splitlines()[-1])
    named = Path(full.stderr.rstrip("\n").rpartition("：")[2])
    assert named.parent == folder
    assert named.is_file()


def test_json_names_run_scenarios_seconds_and_report(city: Path, tmp_path: Path, forecast: Call) -> None:
    done = forecast(
        "run", "--project", city, "--out", tmp_path, "--scenario", "baseline", "--no-report", "--json", *FEW
    )
    found = json.loads(done.stdout)
    assert Path(found["run"]).parent == tmp_path / "runs"
    assert found["scenarios"] == ["baseline"]
    assert set(found["seconds"]) >= {"read", "compute_and_write"}
    assert found["report"] == []


def test_trajectories_and_seed_stand_in_the_manifest(city: Path, tmp_path: Path, forecast: Call) -> None:
    chosen = ("--scenario", "baseline", "--no-report", "--quiet", "--trajectories", "12", "--seed", "7", "--draws")
    done = forecast("run", "--project", city, "--out", tmp_path, *chosen)
    assert done.exit_code == 0, done.output
    folder = Path(done.stdout.strip())
    says = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert (says["scenarios"]["baseline"]["trajectories"], says["scenarios"]["baseline"]["seed"]) == (12, 7)
    assert says["scenarios"]["baseline"]["spec"]["uncertainty"]["draws"] == {"trajectories": 12, "seed": 7}
    kept = pd.read_parquet(folder / "draws.parquet")
    assert {len(values) for values in kept["draws"]} == {12}


def test_no_trajectories_no_intervals(city: Path, tmp_path: Path, forecast: Call) -> None:
    done = forecast("run", "--project", city, "--out", tmp_path, "--scenario", "baseline", "--trajectories", "0")
    assert done.exit_code == 0, done.output
    folder = Path(done.stdout.rstrip("\n").splitlines()[-1])
    assert "80%" not in done.stdout
    assert not (folder / "chances.parquet").exists()
    assert pd.read_parquet(folder / "demand.parquet")["p50"].isna().all()
    assert "No trajectories were run" in (folder / "report.en.html").read_text("utf-8")


def test_a_report_of_policies_needs_no_intervals(city: Path, tmp_path: Path, forecast: Call) -> None:
    asked = ("--scenario", "baseline", "--scenario", "three-child-strong", "--trajectories", "0")
    done = forecast("run", "--project", city, "--out", tmp_path / "out", *asked)
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize(
    "wrong", [("--trajectories", "-1"), ("--trajectories", "100001"), ("--seed", "-1"), ("--seed", str(2**63))]
)
def test_numbers_out_of_range_are_wrong_usage(
    wrong: tuple[str, str], city: Path, tmp_path: Path, forecast: Call
) -> None:
    done = forecast("run", "--project", city, "--out", tmp_path, *wrong)
    assert done.exit_code == 2
    assert wrong[0] in done.stderr
    assert not list(tmp_path.iterdir())
