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
        "forecast run --trajectories 5000 --seed 7 --draws",
    ),
)
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    metavar="NAME",
    help="Scenario to compute; again for more; all for every one.  [default: as models/project.toml says]",
)
@click.option(
    "--trajectories",
    type=click.IntRange(0, 100_000),
    metavar="N",
    help="Trajectories of each scenario; 0 for none, and so no intervals.  [default: as models/uncertainty.toml says]",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    metavar="N",
    help="Seed of the trajectories.  [default: as models/uncertainty.toml says]",
)
@click.option("--draws", is_flag=True, help="Publish the main figures on every trajectory: the table draws.")
@click.option("--report/--no-report", default=True, help="Write the HTML report beside the tables.")
@common
def run(
    settings: Settings,
    scenarios: tuple[str, ...],
    trajectories: int | None,
    seed: int | None,
    draws: bool,
    report: bool,
) -> None:
    """Compute the project under its scenarios and publish a run: tables, manifest, report.

    Intervals come from trajectories: courses that births, deaths and moves may take around the figures shown.
    Prints the summary of the first scenario, and the path of the run as the last line.
    """
    project = settings.home()  # before the heavy imports: a wrong folder is said at once
    from forecast.cli.jumps import published_jumps
    from forecast.run.project import Drawing
    from forecast.run.project import run as compute_and_publish

    pages: list[str] = []

    def finish(folder: Path) -> None:
        from forecast.report.html import write_report

        pages.append(write_report(folder, settings.lang).name)

    drawing = Drawing(trajectories, seed, draws)
    with progress(settings) as notice:
        done = compute_and_publish(
            project, settings.out, scenarios, drawing=drawing, notice=notice, finish=finish if report else None
        )
    folder = done.folder.resolve()
    for remark in (*done.remarks, *published_jumps(folder, done.scenarios[0], settings.lang)):
        settings.say(remark)
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
