"""The command ``forecast``: its group and its commands."""

from __future__ import annotations

import click

import forecast
from forecast.cli.backtest import backtest
from forecast.cli.check import check
from forecast.cli.compare import compare
from forecast.cli.door import Door
from forecast.cli.effects import effects
from forecast.cli.explain import explain
from forecast.cli.init import init
from forecast.cli.moves import moves
from forecast.cli.options import HELP, Settings, common, example
from forecast.cli.run import run
from forecast.cli.runs import runs
from forecast.cli.scenario import scenario
from forecast.cli.standards import standards
from forecast.cli.validate import validate


@click.group(
    "forecast",
    cls=Door,
    context_settings=HELP,
    epilog=example(
        "forecast init city --from harbin",
        "forecast run --project city",
        "forecast explain --area 道里区 --service primary --year 2030",
    ),
)
@click.version_option(forecast.__version__, prog_name="forecast")
@common
def main(_: Settings) -> None:
    """Forecast district populations, and the nursery, school and elder-care places they will need.

    Exit codes: 0 done; 1 the input is wrong; 2 wrong usage; 3 done, with more warnings than allowed; 5 another process
    is writing to the same folder; 130 stopped by Ctrl-C.
    """


for command in (init, check, run, scenario, compare, explain, effects, moves, runs, standards, validate, backtest):
    main.add_command(command)
