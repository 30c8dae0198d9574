"""The outermost group: what this program says to its user becomes a message and an exit code; a bug stays a traceback."""

from __future__ import annotations

import sys
from typing import IO, Any

import click

from forecast.errors import ForecastError

STOPPED = 130
"""128 + SIGINT, as shells count it."""


class Told(click.ClickException):
    """A message for the user, on stderr, with its exit code."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message."""
        click.echo(f"error: {self.message}", file=file, err=file is None)


class Door(click.Group):
    """Runs a command; turns ``ForecastError`` into its exit code (1, 5) and Ctrl-C into 130."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        _never_fail_to_print()
        try:
            return super().invoke(ctx)
        except ForecastError as error:
            raise Told(str(error), error.exit_code) from error
        except KeyboardInterrupt:
            raise Told("stopped; whatever was not finished has not been published", STOPPED) from None


def _never_fail_to_print() -> None:
    """A terminal that cannot show Chinese shows question marks, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
