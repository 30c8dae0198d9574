"""``forecast scenario``: list, write and compare scenarios."""

from __future__ import annotations

import click

from forecast.cli.compare import compute, content, drawing, show
from forecast.cli.options import Settings, common, example
from forecast.cli.show import as_json, table, texts


@click.group("scenario", epilog=example("forecast scenario list", "forecast scenario diff baseline low-fertility"))
@common
def scenario(_: Settings) -> None:
    """List, write and compare scenarios: small overlays on a base, each with one sentence why."""


@scenario.command("list", epilog=example("forecast scenario list", "forecast scenario list --json"))
@common
def listing(settings: Settings) -> None:
    """List the scenarios: name, title, base, why."""
    from forecast.project.load import load_scenario, scenario_names

    project = settings.home()
    heads = [load_scenario(project, name).head for name in scenario_names(project)]
    if settings.json:
        as_json([head.model_dump(mode="json") for head in heads])
    elif settings.quiet:
        for head in heads:
            click.echo(head.name)
    else:
        words = texts(settings.lang)
        rows = [[head.name, getattr(head, f"title_{settings.lang}"), head.base or "", head.why] for head in heads]
        table([words[f"head.{name}"] for name in ("name", "title", "base", "why")], rows)


@scenario.command(
    "new", epilog=example('forecast scenario new slow-ageing --base baseline --why "Mortality falls at half its pace."')
)
@click.argument("name")
@click.option(
    "--base", default="baseline", show_default=True, metavar="NAME", help="Scenario that the new one changes."
)
@click.option("--why", required=True, metavar="TEXT", help="One sentence: what it shows.")
@click.option("--title-zh", metavar="TEXT", help="Title in Chinese.  [default: NAME]")
@click.option("--title-en", metavar="TEXT", help="Title in English.  [default: NAME]")
@common
def new(settings: Settings, name: str, base: str, why: str, title_zh: str | None, title_en: str | None) -> None:
    """Write models/scenarios/NAME.toml: head only, ready for the keys that shall differ from the base."""
    from forecast.cli.overlays import write_scenario

    head = {"name": name, "base": base, "title_zh": title_zh or name, "title_en": title_en or name, "why": why}
    path = write_scenario(settings.home(), head)
    if settings.json:
        as_json({"path": str(path.resolve()), **head})
        return
    settings.say(texts(settings.lang)["scenario.next"].format(base=base, name=name))
    click.echo(path)


@scenario.command(
    "diff",
    epilog=example(
        "forecast scenario diff baseline low-fertility", "forecast scenario diff baseline low-fertility --keys"
    ),
)
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option("--keys", is_flag=True, help="Print the keys that differ and compute nothing.")
@drawing
@common
def diff(settings: Settings, first: str, second: str, keys: bool, trajectories: int | None, seed: int | None) -> None:
    """Print every key of the merged models that differs between scenarios A and B, then what that does to the city.

    The outcome is computed now, as `forecast compare A B` does; nothing is computed with --keys or --quiet, or where no
    key differs.
    """
    from forecast.cli.overlays import differences

    rows = differences(settings.home(), first, second)
    if settings.quiet and not settings.json:
        for key, _, _ in rows:
            click.echo(key)
        return
    found = None
    if rows and not keys:
        from forecast.cli.compared import Asked

        found = compute(settings, first, second, Asked(trajectories=trajectories, seed=seed))
    if settings.json:
        listed = [{"key": key, first: one, second: other} for key, one, other in rows]
        as_json(listed if keys else {"keys": listed, "outcome": found and content(found, settings.lang)})
        return
    if not rows:
        settings.say(texts(settings.lang)["scenario.same"].format(first=first, second=second))
        return
    heads = [texts(settings.lang)["head.key"], first, second]
    table(heads, [[key, _cell(one), _cell(other)] for key, one, other in rows])
    if found is not None:
        click.echo()
        show(settings, found)


def _cell(value: object) -> str:
    return "-" if value is None else str(value)
