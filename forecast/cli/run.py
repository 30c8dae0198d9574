"""``forecast run``: compute a project under its scenarios and publish the run."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from forecast.cli.options import Settings, common, example
from forecast.cli.progress import progress
from forecast.cli.show import as_json, texts


@click.command(
    "run",
    epilog=example(
        "forecast run",
        "forecast run --scenario baseline --scenario low-fertility --lang zh",
        "forecast run --json --no-report",
    ),
)
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    metavar="NAME",
    help="Scenario to compute; again for more.  [default: all]",
)
@click.option("--report/--no-report", default=True, help="Write the HTML report beside the tables.")
@common
def run(settings: Settings, scenarios: tuple[str, ...], report: bool) -> None:
    """Compute the project under its scenarios and publish a run: tables, manifest, report.

    Prints the summary of the first scenario, and the path of the run as the last line.
    """
    project = settings.home()  # before the heavy imports: a wrong folder is said at once
    from forecast.run.project import run as compute_and_publish

    pages: list[str] = []

    def finish(folder: Path) -> None:
        from forecast.report.html import write_report

        pages.append(write_report(folder, settings.lang).name)

    with progress(settings) as notice:
        if report:
            done = compute_and_publish(project, settings.out, scenarios, notice=notice, finish=finish)
        else:
            done = compute_and_publish(project, settings.out, scenarios, notice=notice)
    folder = done.folder.resolve()
    if settings.json:
        as_json(
            {
                "run": str(folder),
                "scenarios": done.scenarios,
                "seconds": done.seconds,
                "report": [str(folder / page) for page in pages],
            }
        )
        return
    if not settings.quiet:
        from forecast.report.summary import summary
        from forecast.report.terminal import print_summary

        print_summary(summary(folder, done.scenarios[0]), settings.lang, sys.stdout)
        words = texts(settings.lang)
        settings.say(words["run.seconds"].format(**{name: f"{value:.1f}" for name, value in done.seconds.items()}))
        for page in pages:
            settings.say(words["run.report"].format(path=folder / page))
    click.echo(folder)
