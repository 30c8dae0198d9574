from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result

Call = Callable[..., Result]


def test_list(published: Path, city: Path, forecast: Call) -> None:
    runs = json.loads(forecast("runs", "list", "--project", city, "--json").stdout)
    run = next(item for item in runs if item["run"] == published.name)
    assert run["scenarios"] == ["baseline", "low-fertility"]
    assert run["bytes"] == sum(path.stat().st_size for path in published.iterdir())
    assert run["when"].endswith(" UTC")
    assert published.name in forecast("runs", "list", "--project", city, "--quiet").stdout.split()
    assert "low-fertility" in forecast("runs", "list", "--project", city).stdout


def test_show_ends_with_the_path(published: Path, city: Path, forecast: Call) -> None:
    shown = forecast("runs", "show", published.name, "--project", city).stdout
    assert shown.rstrip("\n").splitlines()[-1] == str(published)
    assert "population" in shown
    assert forecast("runs", "show", published.name, "--project", city, "--quiet").stdout == f"{published}\n"
    found = json.loads(forecast("runs", "show", published.name, "--project", city, "--json").stdout)
    assert found["path"] == str(published)
    rows = {item["table"]: item["rows"] for item in found["outputs"]}
    assert rows["demand"] == len(pd.read_parquet(published / "demand.parquet"))


def test_the_latest_is_the_default(published: Path, city: Path, forecast: Call) -> None:
    found = json.loads(forecast("runs", "show", "--out", city / "out", "--json").stdout)
    assert found["run"] == (city / "out" / "latest").read_text("utf-8").strip().removeprefix("runs/")


CHOSEN = ("--area", "230102", "--area", "南岗区", "--year", "2030", "--service", "primary", "--scenario", "baseline")


def test_table_as_csv_holds_the_chosen_rows_whole(published: Path, city: Path, forecast: Call) -> None:
    done = forecast("runs", "table", "demand", "--project", city, "--run", published.name, *CHOSEN, "--format", "csv")
    got = pd.read_csv(io.StringIO(done.stdout), dtype={"area": str})
    frame = pd.read_parquet(published / "demand.parquet")
    keep = (
        frame["area"].isin(["230102", "230103"])
        & (frame["year"] == 2030)
        & (frame["service"] == "primary")
        & (frame["scenario"] == "baseline")
    )
    assert len(got) == keep.sum() > 0
    assert got["mean"].to_numpy() == pytest.approx(frame[keep]["mean"].to_numpy(), rel=1e-15)
    assert set(got["area"]) == {"230102", "230103"}


def test_table_as_json_and_as_text(published: Path, city: Path, forecast: Call) -> None:
    call = ("runs", "table", "demand", "--project", city, "--run", published.name, *CHOSEN, "--limit", "2")
    rows = json.loads(forecast(*call, "--json").stdout)
    assert len(rows) == 2
    assert rows[0]["area"] == "230102"
    assert rows[0]["p05"] < rows[0]["p50"] < rows[0]["p95"]
    beds = ("runs", "table", "demand", "--project", city, "--run", published.name, "--service", "eldercare", "--json")
    assert json.loads(forecast(*beds, "--limit", "1").stdout)[0]["share_born"] == 1.0
    shown = forecast(*call)
    assert len(shown.stdout.splitlines()) == 4
    assert " 2030 " in shown.stdout
    assert "the first 2 of " in shown.stderr


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("show", "yesterday"), ("run yesterday", "one of: ")),
        (("show", "../../models"), ("no such run",)),
        (("table", "demnd"), ("table demnd", "demand")),
        (("table", "demand", "--area", "道理区"), ("--area", "did you mean 道里区?")),
        (("table", "demand", "--year", "2095"), ("--year", "2095")),
        (("table", "population", "--service", "primary"), ("--service", "leave --service out")),
    ],
)
def test_what_there_is_not_is_named(
    arguments: tuple[str, ...], named: tuple[str, ...], published: Path, city: Path, forecast: Call
) -> None:
    done = forecast("runs", *arguments, "--out", city / "out")
    assert isinstance(done.exception, SystemExit)
    assert (done.exit_code, done.stdout) == (1, "")
    for words in named:
        assert words in done.stderr


def test_no_run_yet(tmp_path: Path, forecast: Call) -> None:
    done = forecast("runs", "list", "--out", tmp_path)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "no run yet" in done.stderr
    assert json.loads(forecast("runs", "list", "--out", tmp_path, "--json").stdout) == []
    assert forecast("runs", "show", "--out", tmp_path).exit_code == 1


@pytest.mark.parametrize("content", ["{", "[]", '{"scenarios": {}}'])
def test_a_damaged_manifest_is_named(content: str, tmp_path: Path, forecast: Call) -> None:
    folder = tmp_path / "runs" / "20260101T000000Z-00000000"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(content)
    for arguments in (("list",), ("show", folder.name)):
        done = forecast("runs", *arguments, "--out", tmp_path)
        assert isinstance(done.exception, SystemExit)
        assert done.exit_code == 1
        assert folder.name in done.stderr
