"""``forecast standards``: the provision standards that the project knows."""

from __future__ import annotations

import click

from forecast.cli.options import Settings, common, example
from forecast.cli.show import as_json, table, texts


@click.group(
    "standards", epilog=example("forecast standards list --service nursery", "forecast standards diff 2013 2020")
)
@common
def standards(_: Settings) -> None:
    """List provision standards, show one, compare two years."""


@standards.command(
    "list",
    epilog=example(
        "forecast standards list --service kindergarten", "forecast standards list --area 道里区 --year 2030 --lang zh"
    ),
)
@click.option("--service", metavar="S", help="Only those of one service.")
@click.option("--year", metavar="Y", type=click.IntRange(1900, 2150), help="Only those in force in a year.")
@click.option("--area", metavar="CODE|NAME", help="Only those that hold in an area: the most local of each kind.")
@common
def listing(settings: Settings, service: str | None, year: int | None, area: str | None) -> None:
    """List the standards: name, service, figure, unit, document, number, year, status."""
    from forecast.cli.norms import listed

    _print(settings, listed(settings.home(), service, year, area))


@standards.command("show", epilog=example("forecast standards show primary-class-size"))
@click.argument("name", metavar="SLUG")
@common
def show(settings: Settings, name: str) -> None:
    """Show everything on record about one standard."""
    from forecast.cli.norms import shown

    facts = shown(settings.home(), name)
    if settings.json:
        as_json(facts)
        return
    words = texts(settings.lang)
    table(
        [words["head.column"], words["head.value"]],
        [
            [key, f"{value:g}" if isinstance(value, float) else str(value)]
            for key, value in facts.items()
            if value is not None
        ],
    )


@standards.command("diff", epilog=example("forecast standards diff 2013 2020"))
@click.argument("first", metavar="YEAR1", type=click.IntRange(1900, 2150))
@click.argument("second", metavar="YEAR2", type=click.IntRange(1900, 2150))
@common
def diff(settings: Settings, first: int, second: int) -> None:
    """Print the standards in force in one of two years and not in the other.

    A standard whose first year is not on record counts from the year of its document.
    """
    from forecast.cli.norms import changed

    gone, come = changed(settings.home(), first, second)
    if settings.json:
        as_json({f"only_{first}": gone, f"only_{second}": come})
        return
    for year, rows in ((first, gone), (second, come)):
        if not settings.quiet:
            click.echo(texts(settings.lang)["standards.only"].format(year=year, count=len(rows)))
        _print(settings, rows)


def _print(settings: Settings, rows: list[dict[str, object]]) -> None:
    if settings.json:
        as_json(rows)
    elif settings.quiet:
        for row in rows:
            click.echo(row["standard"])
    elif rows:
        words = texts(settings.lang)
        names = ("standard", "service", "figure", "unit", "document", "document_number", "year", "status")
        cells = [[str(row[name]) if name == "year" else row[name] for name in names] for row in rows]
        table([words[f"head.{name}"] for name in names], cells, right=(2,))
