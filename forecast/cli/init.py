"""``forecast init``: lay out a project."""

from __future__ import annotations

from pathlib import Path

import click

from forecast.cli.options import Settings, common, example
from forecast.cli.show import as_json, texts


@click.command("init", epilog=example("forecast init city --from harbin", "cd city && forecast run"))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--from", "source", type=click.Choice(["harbin"]), default="harbin", show_default=True, help="Project to copy."
)
@common
def init(settings: Settings, folder: Path, source: str) -> None:
    """Make DIR a project: models/ and data/ of the bundled one, to be run or changed.

    DIR must be new or empty.
    """
    from forecast.bundled import harbin
    from forecast.run.scaffold import scaffold

    scaffold(folder, {"harbin": harbin}[source]())
    if settings.json:
        as_json({"path": str(folder.resolve())})
        return
    settings.say(texts(settings.lang)["init.next"].format(folder=folder))
    click.echo(folder)
