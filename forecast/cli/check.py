"""``forecast check``: read everything, and say what is wrong, what is there, and what will be assumed."""

from __future__ import annotations

import click

from forecast.cli.faults import print_faults
from forecast.cli.options import Settings, common, example
from forecast.cli.show import as_json, table, texts

WARNED = 3


@click.command("check", epilog=example("forecast check", "forecast check --strict", "forecast check --json"))
@click.option("--strict", is_flag=True, help="The same as --allow 0.")
@click.option(
    "--allow", type=click.IntRange(min=0), metavar="N", help="Exit 3 with more than N warnings.  [default: any number]"
)
@common
def check(settings: Settings, strict: bool, allow: int | None) -> None:
    """Read all tables and models, compute every scenario, and name all faults at once; nothing is written.

    Without faults: rows, status and years of each table, what will be assumed and whence, and warnings.
    """
    project = settings.home()
    from forecast.cli.inspect import inspect

    found = inspect(project)
    context = click.get_current_context()
    if settings.json:
        as_json({"sound": not found.faults, **found.as_dict(settings.lang)})
    if found.faults:
        print_faults(found.faults, settings.lang)
        click.echo(texts(settings.lang)["check.faults"].format(count=len(found.faults)), err=True)
        context.exit(1)
    warnings = found.warnings(settings.lang)
    if not settings.json:
        _print(settings, found.tables, found.assumptions, found.scenarios)
        for warning in warnings:
            click.echo(f"{texts(settings.lang)['warn.head']}{warning}", err=True)
    limit = 0 if strict else allow
    if limit is not None and len(warnings) > limit:
        context.exit(WARNED)


def _print(
    settings: Settings,
    tables: tuple[dict[str, object], ...],
    assumptions: tuple[dict[str, object], ...],
    scenarios: tuple[str, ...],
) -> None:
    words = texts(settings.lang)
    if not settings.quiet:
        names = ("table", "rows", "verified", "derived", "recalled", "other", "years")
        table(
            [words[f"check.{name}"] for name in names],
            [[row[name] for name in names] for row in tables],
            right=range(1, 6),
        )
        click.echo()
        keys = ("key", "value", "unit", "status", "source", "why")
        table([words[f"head.{key}"] for key in keys], [[row[key] for key in keys] for row in assumptions], right=(1,))
        click.echo()
    rows = sum(int(str(row["rows"])) for row in tables)
    click.echo(words["check.sound"].format(tables=len(tables), rows=f"{rows:,}", scenarios=len(scenarios)))
