"""A bar on stderr while a run is computed, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from forecast.cli.options import Settings
from forecast.cli.show import texts

Notice = Callable[[str, int, int], None]


def _silent(_what: str, _done: int, _total: int) -> None:
    """Nobody is looking."""


@contextmanager
def progress(settings: Settings) -> Iterator[Notice]:
    """What a run calls to say how far it is."""
    if settings.quiet or not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    words = texts(settings.lang)
    columns = (TextColumn("{task.description:<20}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def notice(what: str, done: int, total: int) -> None:
            bar.update(task, description=words.get(f"step.{what}", what), completed=done, total=total)

        yield notice
