from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Call = Callable[..., Result]


def test_init_prints_the_folder_and_what_comes_next(tmp_path: Path, forecast: Call) -> None:
    target = tmp_path / "city"
    done = forecast("init", target, "--from", "harbin")
    assert (done.exit_code, done.stdout) == (0, f"{target}\n")
    assert done.stderr == f"next: forecast run --project {target}\n"
    assert forecast("scenario", "list", "--project", target, "--quiet").stdout.startswith("baseline\n")


def test_init_in_json(tmp_path: Path, forecast: Call) -> None:
    assert json.loads(forecast("init", tmp_path / "city", "--json").stdout) == {"path": str(tmp_path / "city")}


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path, forecast: Call) -> None:
    (tmp_path / "thesis.docx").write_text("years of work")
    done = forecast("init", tmp_path)
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"{tmp_path}: expected a new or an empty folder, found thesis.docx" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


def test_an_unknown_source_is_wrong_usage(tmp_path: Path, forecast: Call) -> None:
    assert forecast("init", tmp_path / "city", "--from", "atlantis").exit_code == 2
