"""``forecast explain``: every factor between people and places for one number."""

from __future__ import annotations

from pathlib import Path

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
PARITIES, ORDERS = ("0", "1", "2", "3+"), ("1", "2", "3+")


@click.command(
    "explain",
    epilog=example(
        "forecast explain --area 道里区 --service primary --year 2030",
        "forecast explain --area 道里区 --births --year 2030 --scenario three-child-strong",
        "forecast explain --area 230100 --service eldercare --year 2035 --json",
    ),
)
@click.option(
    "--area", required=True, metavar="CODE|NAME", help="A district or the city: code, Chinese or English name."
)
@click.option(
    "--service",
    metavar="S",
    help="nursery, kindergarten, primary, junior, senior or eldercare; or its Chinese name.",
)
@click.option(
    "--births", is_flag=True, help="Explain births: women by number of children x rates by order, policies, zodiac."
)
@click.option("--year", required=True, type=int, metavar="Y", help="Year of the forecast.")
@click.option("--scenario", metavar="NAME", help="Scenario.  [default: the first, the baseline]")
@common
def explain(settings: Settings, area: str, service: str | None, births: bool, year: int, scenario: str | None) -> None:
    """Print every factor behind one number, each with its status and source.

    The numbers are those that a run publishes. The city is the sum of its districts: for it, their results are listed.
    Signs: x times, : divided by, = gives, ~ a norm, | a line for comparison.
    """
    if births == (service is not None):
        raise click.UsageError("give --service S for places, or --births")
    project = settings.home()
    if service is None:
        _births(settings, project, area, year, scenario)
        return
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


def _births(settings: Settings, project: Path, area: str, year: int, scenario: str | None) -> None:
    from forecast.cli.factors import births_explained

    found = births_explained(project, area, year, scenario)
    if settings.json:
        as_json(found)
        return
    words = texts(settings.lang)
    name = found.area.name_zh if settings.lang == "zh" else found.area.name_en
    if not settings.quiet:
        title = words["explain.births"].format(births=round(found.births), status=found.status)
        click.echo(f"{name} ({found.area.code}), {year}, {found.scenario}: {title}")
    heads = [words[f"head.{key}"] for key in ("order", "able", "per_1000", "births", "policies", "dragon")]
    lines = [[item.order, item.women, item.per_1000, item.births, item.policies, item.dragon] for item in found.orders]
    table(heads, [[line[0], *(_round(value) for value in line[1:])] for line in lines], right=range(1, 6))
    if settings.quiet:
        return
    click.echo()
    split = len(found.ages[0].women) == len(PARITIES)
    women = [words["head.women"].format(children=n) for n in PARITIES] if split else [words["head.all_women"]]
    heads = [words["head.ages"], *women]
    heads += [words["head.born"].format(order=n) for n in ORDERS]
    rows = [[item.ages, *map(round, item.women), *(_round(value) for value in item.births)] for item in found.ages]
    table(heads, rows, right=range(1, len(heads)))
    if not found.factors:
        return
    click.echo()
    heads = [words[f"head.{key}"] for key in ("factor", "value", "unit", "status", "note")]
    factors = [[SIGNS[item.kind] + item.name, item.value, item.unit, item.status, item.note] for item in found.factors]
    table(heads, factors, right=(1,))


def _round(value: object) -> object:
    """Figures with one digit where they are small."""
    return round(value, 1) if isinstance(value, float) else value
