from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from filelock import FileLock

from forecast.errors import BalanceError, Fault, InputError

Call = Callable[..., Result]
TARGET = "forecast.run.project.run"


def failing(error: BaseException) -> Callable[..., None]:
    def fail(*arguments: object, **options: object) -> None:
        raise error

    return fail


def test_people_who_appear_from_nowhere_are_exit_1(city: Path, forecast: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TARGET, failing(BalanceError("230102, 2031: 3 people too many (law 6)")))
    done = forecast("run", "--project", city)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "error: 230102, 2031: 3 people too many (law 6)\n"


def test_ctrl_c_is_exit_130_with_a_short_message(city: Path, forecast: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TARGET, failing(KeyboardInterrupt()))
    done = forecast("run", "--project", city)
    assert (done.exit_code, done.stdout) == (130, "")
    assert done.stderr.startswith("stopped; ")


@pytest.mark.parametrize(("lang", "head"), [("zh", "错误："), ("en", "error: ")])
def test_every_fault_is_told_with_its_own_head(
    lang: str, head: str, city: Path, forecast: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = [Fault(f"data/x.csv, row {row}", "a value", "none", "add the rows") for row in range(12)]
    monkeypatch.setattr(TARGET, failing(InputError(faults)))
    done = forecast("run", "--project", city, "--lang", lang)
    assert (done.exit_code, done.stdout) == (1, "")
    lines = done.stderr.splitlines()
    assert len(lines) == 24
    assert all(line.startswith(head) for line in lines[::2])
    assert all(line.startswith("  办法：" if lang == "zh" else "  add") for line in lines[1::2])


def test_what_is_no_fault_of_a_table_has_a_chinese_head_too(
    city: Path, forecast: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TARGET, failing(BalanceError("3 people too many")))
    assert forecast("run", "--project", city, "--lang", "zh").stderr == "错误：3 people too many\n"
    monkeypatch.setattr(TARGET, failing(KeyboardInterrupt()))
    assert forecast("run", "--project", city, "--lang", "zh").stderr.startswith("已停止")


def test_a_bug_shows_its_traceback(city: Path, forecast: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TARGET, failing(ZeroDivisionError("our mistake")))
    assert isinstance(forecast("run", "--project", city).exception, ZeroDivisionError)


def test_a_locked_output_folder_is_exit_5(project: Path, refuse: Callable[..., str]) -> None:
    (project / "out").mkdir()
    with FileLock(project / "out" / ".lock"):
        refuse(("run", "--scenario", "baseline", "--no-report", "--quiet"), "is writing there", "--out", code=5)


def test_an_output_folder_that_is_a_file(project: Path, refuse: Callable[..., str]) -> None:
    (project / "out").write_text("not a folder")
    refuse(("run", "--scenario", "baseline", "--no-report", "--quiet"), "out", "a folder that can be written")
    assert (project / "out").read_text() == "not a folder"


@pytest.mark.parametrize(
    "command",
    [
        ("run",),
        ("check",),
        ("validate",),
        ("scenario", "list"),
        ("scenario", "new", "x", "--why", "y"),
        ("scenario", "diff", "a", "b"),
        ("explain", "--area", "a", "--service", "s", "--year", "2030"),
        ("standards", "list"),
    ],
    ids=" ".join,
)
def test_a_folder_that_is_no_project(command: tuple[str, ...], forecast: Call, tmp_path: Path) -> None:
    done = forecast(*command, "--project", tmp_path)
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"{tmp_path}: expected a project: a folder with models/ and data/" in done.stderr
    assert "forecast init DIR --from harbin" in done.stderr
    assert not list(tmp_path.iterdir())


def test_half_a_project_names_the_missing_half(forecast: Call, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    assert "found no data/\n" in forecast("check", "--project", tmp_path).stderr


def test_a_terminal_without_chinese_shows_question_marks(city: Path) -> None:
    command = [sys.executable, "-m", "forecast", "scenario", "list", "--lang", "zh", "--project", str(city)]
    done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "PYTHONIOENCODING": "latin-1"})
    assert done.returncode == 0, done.stderr
    assert b"?" in done.stdout
    assert b"baseline" in done.stdout


def test_python_m_forecast_refuses_with_one_message_and_exit_1(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "forecast", "run", "--project", str(tmp_path / "nowhere")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
