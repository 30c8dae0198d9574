"""Options that every command has, defined once; they may stand before or after the command, and the last one counts."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from forecast.errors import InputError

HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
LANGUAGES = ("zh", "en")
META = "forecast.options"
Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Settings:
    """What the common options say.

    project  folder with models/ and data/
    out      folder that holds runs/
    lang     zh or en
    json     print JSON and nothing else on stdout
    quiet    print results' paths or names only
    """

    project: Path
    out: Path
    lang: str
    json: bool
    quiet: bool

    def home(self) -> Path:
        """The project's folder; ``InputError`` with the way to make one when it is none."""
        missing = [name for name in ("models", "data") if not (self.project / name).is_dir()]
        if missing:
            raise InputError.one(
                str(self.project),
                "a project: a folder with models/ and data/",
                f"no {' and no '.join(f'{name}/' for name in missing)}",
                "name the project with --project DIR, or make one: forecast init DIR --from harbin",
            )
        return self.project

    def say(self, text: str) -> None:
        """A remark on stderr, unless --quiet."""
        if not self.quiet:
            click.echo(text, err=True)


OPTIONS = (
    click.option(
        "--project", type=click.Path(path_type=Path), metavar="DIR", help="Folder with models/ and data/.  [default: .]"
    ),
    click.option(
        "--out", type=click.Path(path_type=Path), metavar="DIR", help="Folder of runs.  [default: PROJECT/out]"
    ),
    click.option("--lang", type=click.Choice(LANGUAGES), help="Language of what is printed.  [default: from LANG]"),
    click.option("--json", is_flag=True, default=None, help="Print JSON on stdout."),
    click.option("--quiet", is_flag=True, default=None, help="Print paths or names of results only."),
)
NAMES = ("project", "out", "lang", "json", "quiet")


def common(function: Command) -> Command:
    """Give a command the common options; it receives them as its first argument, a ``Settings``."""

    @functools.wraps(function)
    def wrapped(*args: Any, **values: Any) -> Any:
        given = click.get_current_context().meta.setdefault(META, {})
        given.update({name: value for name in NAMES if (value := values.pop(name)) is not None})
        return function(settings_of(given), *args, **values)

    for option in reversed(OPTIONS):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[return-value]  # the same function to click, which looks at no signature


def settings_of(given: Mapping[str, Any], environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from what was given, defaults for the rest."""
    project = given.get("project", Path())
    return Settings(
        project,
        given.get("out", project / "out"),
        given.get("lang", language(environ)),
        bool(given.get("json")),
        bool(given.get("quiet")),
    )


def language(environ: Mapping[str, str]) -> str:
    """Chinese (zh) where the system speaks it, else en.

    >>> language({"LANG": "zh_CN.UTF-8"}), language({"LC_ALL": "C", "LANG": "zh_CN"}), language({})
    ('zh', 'en', 'en')
    """
    spoken = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return "zh" if spoken.lower().startswith("zh") else "en"


def example(*lines: str) -> str:
    """The end of a help text; click keeps its lines as they are."""
    return "\n".join(["\b", "Example:", *(f"  {line}" for line in lines)])
