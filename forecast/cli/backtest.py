"""``forecast backtest``: forecasts that could have been made, against what came."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from forecast.cli.options import Settings, common, example
from forecast.cli.progress import progress
from forecast.cli.show import as_json, table, texts

if TYPE_CHECKING:
    import pandas as pd

SHOWN = (1, 3, 5, 7, 10, 15)
"""Horizons that are printed; the tables hold all."""
NAMED = 5
"""Areas left out that are named; the JSON answer names all."""


@click.command(
    "backtest",
    epilog=example("forecast backtest", "forecast backtest --set regions --set schools --origin 2005 --origin 2010"),
)
@click.option(
    "--set",
    "sets",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder with yearly stocks by age, or pupils by grade; again for more.  [default: the project's own history]",
)
@click.option(
    "--origin", "origins", multiple=True, type=int, metavar="Y", help="Origin; again for more.  [default: all]"
)
@common
def backtest(settings: Settings, sets: tuple[Path, ...], origins: tuple[int, ...]) -> None:
    """Forecast from past years with what was known then, and score every method against what came.

    Methods: the engine, no change, repeated growth, Hamilton-Perry plain and shrunk (pupils: progression), an ensemble,
    and the method that did best before each origin. A project with two censuses only is scored once, from the first to
    the second. Writes scores, forecasts, choices and coverage as Parquet, and a page with the errors by horizon.
    """
    project = settings.home()
    from forecast.cli.rolled import backtested

    with progress(settings) as notice:
        found = backtested(project, settings.out, sets, origins, lambda what, done, of: notice(what, done, of, 0))
    if settings.json:
        told = {"sets": found.names, "left_out": found.left_out, "verdicts": _rows(found.verdicts)}
        as_json({"path": str(found.folder.resolve()), **told, "small_areas": _rows(found.small)})
        return
    if not settings.quiet:
        _print(settings, found.verdicts, found.coverage)
        _print_small(settings, found.small)
        _print_left_out(settings, found.left_out)
    click.echo(found.folder.resolve())


def _print(settings: Settings, verdicts: pd.DataFrame, coverage: pd.DataFrame) -> None:
    words = texts(settings.lang)
    few = verdicts[verdicts["horizon"].isin(SHOWN)]
    heads = ("set", "group", "horizon", "measure", "error", "best_plain", "best_plain_error", "use")
    table([words[f"head.{name}"] for name in heads], few[list(heads)].to_numpy().tolist(), right=(2, 4, 6))
    click.echo()
    better = verdicts[verdicts["use"] == verdicts["best_plain"]]
    click.echo(words["backtest.plain"].format(plain=len(better), count=len(verdicts)))
    for row in _rows(coverage):
        click.echo(words["backtest.covered"].format(**row))


def _print_small(settings: Settings, small: pd.DataFrame) -> None:
    words = texts(settings.lang)
    for row in _rows(small):
        pull = words["small.pull" if row["prior"] else "small.no_pull"].format(prior=row["prior"])
        line = words["small.use" if row["chosen"] else "small.default"]
        click.echo(line.format(**row | {"engine": words[f"engine.{row['engine']}"], "pull": pull}))


def _print_left_out(settings: Settings, left_out: dict[str, tuple[str, ...]]) -> None:
    line = texts(settings.lang)["backtest.left_out"]
    for name, areas in left_out.items():
        few = ", ".join(areas[:NAMED]) + (" …" if len(areas) > NAMED else "")
        click.echo(line.format(set=name, count=len(areas), areas=few))


def _rows(frame: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict(orient="records")]
