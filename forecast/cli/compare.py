"""``forecast compare``: what one scenario changes against another, on common trajectories."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from forecast.cli.options import Settings, common, example
from forecast.cli.progress import progress
from forecast.cli.show import as_json, plain, table, texts

if TYPE_CHECKING:
    from forecast.cli.compared import Asked, Compared, Line

Command = TypeVar("Command", bound=Callable[..., Any])


def drawing(function: Command) -> Command:
    """The options that say which trajectories are run."""
    for option in (
        click.option(
            "--seed",
            type=click.IntRange(0, 2**63 - 1),
            metavar="N",
            help="Seed of the trajectories.  [default: as A states]",
        ),
        click.option(
            "--trajectories",
            type=click.IntRange(0, 100_000),
            metavar="N",
            help="Trajectories of each scenario; 0 for none, and so no intervals.  [default: as A states]",
        ),
    ):
        function = option(function)
    return function


@click.command(
    "compare",
    epilog=example(
        "forecast compare baseline three-child-strong",
        "forecast compare baseline three-child-strong --area 道里区 --service kindergarten --lang zh",
        "forecast compare baseline low-fertility --years 2030,2040 --trajectories 200 --json",
    ),
)
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option(
    "--area", metavar="CODE|NAME", help="A district or the city: code, Chinese or English name.  [default: the city]"
)
@click.option("--service", metavar="S", help="One service: its name, or its Chinese one.  [default: all]")
@click.option("--years", metavar="Y,Y", help="Years to show.  [default: as models/project.toml says]")
@drawing
@common
def compare(
    settings: Settings,
    first: str,
    second: str,
    area: str | None,
    service: str | None,
    years: str | None,
    trajectories: int | None,
    seed: int | None,
) -> None:
    """Print what scenario B changes against scenario A: births by order, places by service, and what becomes of gaps.

    Both are computed now, on the same trajectories, so that a difference's interval holds what is unsure about the
    difference alone. Figures are those of the course without shocks, as in a report; the interval is 80 % (p10 to p90).
    """
    settings.home()
    from forecast.cli.compared import Asked

    found = compute(settings, first, second, Asked(area, service, years, trajectories, seed))
    if settings.json:
        as_json(content(found, settings.lang))
    else:
        show(settings, found)


def compute(settings: Settings, first: str, second: str, asked: Asked) -> Compared:
    """Compare two scenarios of the project, with a bar on a terminal."""
    from forecast.cli.compared import compared

    with progress(settings) as notice:
        return compared(settings.home(), first, second, asked, notice)


def content(found: Compared, lang: str) -> dict[str, Any]:
    """Everything as data, and the sentences in words."""
    from forecast.cli.sentences import sentences

    return {**plain(found), "sentences": sentences(found, lang)}


def show(settings: Settings, found: Compared) -> None:
    """Print the table and the sentences; the sentences alone with --quiet."""
    from forecast.cli.sentences import sentences

    words = texts(settings.lang)
    if not settings.quiet:
        area = found.area.name_zh if settings.lang == "zh" else found.area.name_en
        base, other = (title[settings.lang] for title in found.titles)
        names = {"base": found.base, "base_title": base, "other": found.other, "other_title": other}
        click.echo(words["compare.title"].format(area=area, code=found.area.code, **names))
        key = "compare.trajectories" if found.trajectories else "compare.no_trajectories"
        click.echo(words[key].format(count=f"{found.trajectories:,}", seed=found.seed))
        click.echo()
        heads = [words["head.item"], words["head.year"], found.base, found.other]
        heads += [words[f"head.{name}"] for name in ("difference", "between", "percent")]
        table(heads, _rows(found, settings.lang), right=range(1, len(heads)))
        click.echo()
    for line in sentences(found, settings.lang):
        click.echo(line)


def _rows(found: Compared, lang: str) -> list[list[object]]:
    """Figures as text; what they count stands in the first of its years alone."""
    from forecast.cli.sentences import counted, signed

    rows: list[list[object]] = []
    for line in found.lines:
        # Places are whole; between two trajectories a quantile need not be.
        ends = line.between and (line.between if line.service is None else tuple(map(round, line.between)))
        between = f"{signed(ends[0])} .. {signed(ends[1])}" if ends else ""
        more = signed(line.difference)
        percent = "-" if line.percent is None else "0" if more == "0" else f"{line.percent:+.1f}"
        label = _label(line, lang) if line.year == found.years[0] else ""
        figures = [counted(line.base), counted(line.other), more]
        rows.append([label, str(line.year), *figures, between, percent])
    return rows


def _label(line: Line, lang: str) -> str:
    from forecast.cli.sentences import named

    if line.service is None:
        return texts(lang)[f"compare.births.{line.part}"]
    label = named(line.service, line.measure, lang)
    return label if line.part == "all" else texts(lang)["compare.policy"].format(label=label)
