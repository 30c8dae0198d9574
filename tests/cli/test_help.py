"""Every command explains itself, and the start stays light."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

import click
import pytest
from click.testing import Result

from forecast.cli import main

Call = Callable[..., Result]


def paths(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from paths(inner, (*path, name))


EVERY = list(paths(main))


def test_the_commands_are_there() -> None:
    assert {path[0] for path in EVERY if path} == {
        *("init", "check", "run", "scenario", "validate", "explain", "runs", "standards", "backtest"),
        *("compare", "effects", "moves"),
    }


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_help_ends_with_an_example_of_the_command(path: tuple[str, ...], forecast: Call) -> None:
    short, long = forecast(*path, "-h"), forecast(*path, "--help")
    assert short.exit_code == 0
    assert short.stdout == long.stdout
    _, _, end = short.stdout.partition("\n  Example:\n")
    assert end.strip(), "no example"
    assert all(line.startswith("    ") for line in end.rstrip().splitlines()), "something follows the example"
    assert f"forecast {' '.join(path)}".strip() in end


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_every_command_has_the_common_options(path: tuple[str, ...], forecast: Call) -> None:
    shown = forecast(*path, "-h").stdout
    assert all(f"--{name}" in shown for name in ("project", "out", "lang", "json", "quiet"))


def test_no_heavy_library_is_loaded_for_help() -> None:
    heavy = "{'numpy', 'pandas', 'pyarrow', 'scipy', 'numba', 'pydantic', 'statsmodels', 'rich', 'jinja2', 'openpyxl'}"
    code = f"import sys, forecast.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_wrong_usage_is_exit_2(forecast: Call) -> None:
    for arguments in (("rnu",), ("run", "--scenari"), ("explain", "--year", "soon"), ("--lang", "fr", "check")):
        done = forecast(*arguments)
        assert done.exit_code == 2
        assert "Usage: " in done.stderr
