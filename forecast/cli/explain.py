"""``forecast explain``: every factor between people and places for one number."""

from __future__ import annotations

import click

from forecast.cli.options import Settings, common, example
from forecast.cli.show import as_json, table, texts

SIGNS = {
    "start": "",
    "times": "  x ",
    "divided": "  : ",
    "subtotal": "  = ",
    "result": "= ",
    "norm": "  ~ ",
    "line": "  | ",
}


@click.command(
    "explain",
    epilog=example(
        "forecast explain --area 道里区 --service primary --year 2030",
        "forecast explain --area 230100 --service eldercare --year 2035 --json",
    ),
)
@click.option(
    "--area", required=True, metavar="CODE|NAME", help="A district or the city: code, Chinese or English name."
)
@click.option(
    "--service",
    required=True,
    metavar="S",
    help="nursery, kindergarten, primary, junior, senior or eldercare; or its Chinese name.",
)
@click.option("--year", required=True, type=int, metavar="Y", help="Year of the forecast.")
@click.option("--scenario", metavar="NAME", help="Scenario.  [default: the first, the baseline]")
@common
def explain(settings: Settings, area: str, service: str, year: int, scenario: str | None) -> None:
    """Print every factor behind one number, each with its status and source.

    The numbers are those that a run publishes. The city is the sum of its districts: for it, their results are listed.
    Signs: x times, : divided by, = gives, ~ a norm, | a line for comparison.
    """
    project = settings.home()
    from forecast.cli.factors import explained

    found = explained(project, area, service, year, scenario)
    if settings.json:
        as_json(found)
        return
    words = texts(settings.lang)
    name = found.area.name_zh if settings.lang == "zh" else found.area.name_en
    title = f"{name} ({found.area.code}), {found.service}, {year}, {found.scenario}"
    if not settings.quiet:
        click.echo(title)
    if found.parts:
        settings.say(words["explain.sum"].format(count=len(found.parts)))
        names = [part.area.name_zh if settings.lang == "zh" else part.area.name_en for part in found.parts]
        rows = [[part.area.code, label, *part.results.values()] for part, label in zip(found.parts, names, strict=True)]
        heads = [words["head.area"], words["head.name"], *found.results]
        table(heads, [*rows, [found.area.code, name, *found.results.values()]], right=range(2, len(heads)))
        return
    heads = [words[f"head.{key}"] for key in ("factor", "value", "unit", "status", "source", "note")]
    rows = [
        [SIGNS[item.kind] + item.name, item.value, item.unit, item.status, item.source, item.note]
        for item in found.factors
    ]
    table(heads, rows, right=(1,))
