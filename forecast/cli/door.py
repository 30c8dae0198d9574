"""The outermost group: what we say to the user becomes a message and an exit code; a bug stays a traceback."""

from __future__ import annotations

import sys
from typing import Any

import click

from forecast.cli.faults import print_faults
from forecast.cli.options import META, settings_of
from forecast.cli.show import texts
from forecast.errors import ForecastError, InputError

STOPPED = 130
"""128 + SIGINT, as shells count it."""


class Door(click.Group):
    """Runs a command; turns ``ForecastError`` into its exit code (1, 5) and Ctrl-C into 130."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        _never_fail_to_print()
        try:
            return super().invoke(ctx)
        except InputError as error:
            print_faults(error.faults, _language(ctx))
            raise click.exceptions.Exit(error.exit_code) from error
        except ForecastError as error:
            click.echo(f"{texts(_language(ctx))['fault.head']}{error}", err=True)
            raise click.exceptions.Exit(error.exit_code) from error
        except KeyboardInterrupt:
            click.echo(texts(_language(ctx))["door.stopped"], err=True)
            raise click.exceptions.Exit(STOPPED) from None


def _language(ctx: click.Context) -> str:
    """The language asked for before or after the command; all contexts of a call share what was given."""
    return settings_of(ctx.meta.get(META, {})).lang


def _never_fail_to_print() -> None:
    """A terminal that cannot show Chinese shows question marks, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
