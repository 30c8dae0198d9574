"""The command line in this process, on copies of the bundled project."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forecast.cli import main

Call = Callable[..., Result]
Refuse = Callable[..., str]


@pytest.fixture(scope="session")
def forecast() -> Call:
    """Run ``forecast`` with arguments; stdout and stderr apart."""

    def call(*arguments: object, lang: str = "C.UTF-8") -> Result:
        env = {"LC_ALL": None, "LC_MESSAGES": None, "LANG": lang}
        return CliRunner().invoke(main, [str(argument) for argument in arguments], env=env)

    return call


def copied(source: Path, target: Path) -> Path:
    for name in ("models", "data"):
        shutil.copytree(source / name, target / name)
    return target


@pytest.fixture
def project(harbin: Path, tmp_path: Path) -> Path:
    """A copy of the bundled project, to be spoiled."""
    return copied(harbin, tmp_path / "city")


@pytest.fixture(scope="session")
def city(harbin: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the bundled project that nobody changes."""
    return copied(harbin, tmp_path_factory.mktemp("projects") / "city")


@pytest.fixture(scope="session")
def published(city: Path, forecast: Call) -> Path:
    """A run of two scenarios of ``city``, few trajectories each, in its own out/."""
    chosen = ("--scenario", "baseline", "--scenario", "low-fertility")
    done = forecast("run", "--project", city, *chosen, "--trajectories", "40", "--no-report", "--quiet")
    assert done.exit_code == 0, done.output
    return Path(done.stdout.strip())


@pytest.fixture
def refuse(forecast: Call, project: Path) -> Refuse:
    """Run a command on the spoiled project; it must refuse, say where and why, and leave nothing behind."""

    def check(command: tuple[object, ...], *named: str, code: int = 1) -> str:
        before = sorted(path for path in project.rglob("*") if "out" not in path.relative_to(project).parts[:1])
        done = forecast(*command, "--project", project)
        assert isinstance(done.exception, SystemExit), f"not refused: {done.exception!r}"
        assert done.exit_code == code, done.output
        assert not done.stdout, "a refusal speaks on stderr"
        for words in named:
            assert words in done.stderr
        assert not list(project.glob("out/runs/*")), "something was published"
        assert before == sorted(path for path in project.rglob("*") if "out" not in path.relative_to(project).parts[:1])
        return done.stderr

    return check
