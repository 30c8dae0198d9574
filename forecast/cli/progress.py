"""A bar on stderr while a run is computed, on a terminal only."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from forecast.cli.options import Settings
from forecast.cli.show import texts

Notice = Callable[[str, float, int, int], None]


def _silent(_what: str, _done: float, _steps: int, _courses: int) -> None:
    """Nobody is looking."""


@contextmanager
def progress(settings: Settings) -> Iterator[Notice]:
    """What a run calls to say how far it is."""
    if settings.quiet or not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    words = texts(settings.lang)
    columns = (
        TextColumn("{task.description:<20}"),
        BarColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn(words["step.left"]),
        TimeRemainingColumn(),
    )
    begun = time.monotonic()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, rate="")

        def notice(what: str, done: float, steps: int, courses: int) -> None:
            speed = courses / max(time.monotonic() - begun, 1e-9)
            rate = words["step.rate"].format(speed=f"{speed:,.0f}") if courses else ""
            bar.update(task, description=words.get(f"step.{what}", what), completed=done, total=steps, rate=rate)

        yield notice
