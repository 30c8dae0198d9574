"""``forecast runs``: what has been published."""

from __future__ import annotations

import click

from forecast.cli.options import Settings, common, example
from forecast.cli.show import as_json, table, texts

TABLE_ROWS = 40


@click.group("runs", epilog=example("forecast runs list", "forecast runs table demand --area 230102 --year 2030"))
@common
def runs(_: Settings) -> None:
    """List published runs, show one, print its tables."""


@runs.command("list", epilog=example("forecast runs list", "forecast runs list --quiet"))
@common
def listing(settings: Settings) -> None:
    """List the runs, oldest first: id, when, size, scenarios."""
    from forecast.cli.published import described
    from forecast.run.runs import listed

    found = [described(folder) for folder in listed(settings.out)]
    if settings.json:
        as_json(found)
    elif settings.quiet:
        for run in found:
            click.echo(run.run)
    else:
        words = texts(settings.lang)
        if not found:
            settings.say(words["runs.none"].format(out=settings.out))
            return
        rows = [[run.run, run.when, f"{run.bytes / 1e6:.1f} MB", ", ".join(run.scenarios)] for run in found]
        table([words[f"head.{name}"] for name in ("run", "when", "size", "scenarios")], rows, right=(2,))


@runs.command("show", epilog=example("forecast runs show", "forecast runs show --json"))
@click.argument("run", metavar="[ID]", default="latest")
@common
def show(settings: Settings, run: str) -> None:
    """Show one run, the latest by default: what it rests on, its tables and their rows; the path is the last line."""
    from forecast.cli.published import described
    from forecast.run.runs import found

    facts = described(found(settings.out, run))
    if settings.json:
        as_json(facts)
        return
    if not settings.quiet:
        words = texts(settings.lang)
        for name in ("run", "when", "scenarios", "inputs", "versions", "seconds"):
            click.echo(f"{words[f'head.{name}']}: {_line(getattr(facts, name))}")
        click.echo()
        table(
            [words["head.table"], words["head.rows"], words["head.columns"]],
            [[item.table, item.rows, item.columns] for item in facts.outputs],
            right=(1, 2),
        )
    click.echo(facts.path)


def _line(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {part}" for key, part in value.items())
    return ", ".join(value) if isinstance(value, tuple) else str(value)


@runs.command(
    "table",
    epilog=example(
        "forecast runs table demand --area 道里区 --service primary --year 2030",
        "forecast runs table population --scenario baseline --format csv > population.csv",
    ),
)
@click.argument("name")
@click.option("--run", default="latest", metavar="ID", show_default=True, help="Run to read.")
@click.option("--area", multiple=True, metavar="CODE|NAME", help="Code, or name as in the run; again for more.")
@click.option("--year", multiple=True, type=int, metavar="Y", help="Year; again for more.")
@click.option("--service", multiple=True, metavar="S", help="Service; again for more.")
@click.option("--scenario", multiple=True, metavar="N", help="Scenario; again for more.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "table", "json"]),
    default="table",
    show_default=True,
    help="How to print.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    metavar="N",
    help=f"Rows to print, 0 for all.  [default: {TABLE_ROWS} of a table, else all]",
)
@common
def show_table(
    settings: Settings,
    name: str,
    run: str,
    area: tuple[str, ...],
    year: tuple[int, ...],
    service: tuple[str, ...],
    scenario: tuple[str, ...],
    form: str,
    limit: int | None,
) -> None:
    """Print a table of a run, or the rows of some areas, years, services and scenarios."""
    from forecast.cli.published import chosen
    from forecast.run.runs import found

    frame = chosen(
        found(settings.out, run), name, {"area": area, "year": year, "service": service, "scenario": scenario}
    )
    form = "json" if settings.json else form
    most = (TABLE_ROWS if form == "table" else 0) if limit is None else limit
    if most and len(frame) > most:
        settings.say(texts(settings.lang)["runs.cut"].format(shown=most, rows=f"{len(frame):,}"))
        frame = frame.head(most)
    if form == "csv":
        click.echo(frame.to_csv(index=False, lineterminator="\n"), nl=False)
    elif form == "json":
        as_json(frame.astype(object).to_dict(orient="records"))
    else:
        shown = frame.loc[:, frame.notna().any()] if len(frame) else frame
        figures = [place for place, kind in enumerate(shown.dtypes) if kind.kind in "if"]
        years = [place for place, column in enumerate(shown.columns) if column in ("year", "age")]
        rows = [
            [str(cell) if place in years else cell for place, cell in enumerate(row)]
            for row in shown.astype(object).to_numpy().tolist()
        ]
        table([str(column) for column in shown.columns], rows, right=figures)
