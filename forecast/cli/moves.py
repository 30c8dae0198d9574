"""``forecast moves``: who moves where, what two censuses leave unexplained, and who is held apart."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from forecast.cli.options import Settings, common, example
from forecast.cli.show import as_json, in_years, table, texts

if TYPE_CHECKING:  # what computes is imported inside the command, so that `forecast -h` stays quick
    from forecast.report.opened import Opened
    from forecast.run.inputs import Area
    from forecast.run.published_flows import Around, PublishedFlows

METHODS = ("census-ratio", "stock", "time-even", "cohort-even")
TOP = 10
"""Places listed one by one; the others stand in one row."""


@click.command(
    "moves",
    epilog=example(
        "forecast moves --area 230109 --year 2030",
        "forecast moves --scenario new-urbanisation",
        "forecast moves --past --method cohort-even --area 道里区",
        "forecast moves --held-apart --json",
    ),
)
@click.option("--area", metavar="CODE|NAME", help="A district or the city.  [default: a table of all areas]")
@click.option("--year", type=int, metavar="Y", help="Year of the run.  [default: the first one the project shows]")
@click.option("--scenario", metavar="NAME", help="Scenario of the run.  [default: baseline, or the first]")
@click.option("--past", is_flag=True, help="Net migration that the two censuses leave unexplained.")
@click.option(
    "--method", type=click.Choice(METHODS), help="How --past estimates it.  [default: census-ratio, as the model does]"
)
@click.option("--held-apart", is_flag=True, help="What is migration, and what is a campus, barrack or institution.")
@common
def moves(
    settings: Settings,
    area: str | None,
    year: int | None,
    scenario: str | None,
    past: bool,
    method: str | None,
    held_apart: bool,
) -> None:
    """Show where people come from and go to: arrivals, departures and net of each area in the last published run.

    For one area: the places at the other end, and broad ages. With --past or --held-apart everything is computed anew
    from the project's tables. With --quiet: the path of the table of moves, or the areas concerned.
    """
    if past and held_apart:
        raise click.UsageError("give --past or --held-apart, not both")
    if (past or held_apart) and (year is not None or scenario is not None):
        raise click.UsageError("--year and --scenario belong to moves of a run")
    if method is not None and not past:
        raise click.UsageError("--method belongs to --past")
    if held_apart and area is not None:
        raise click.UsageError("--held-apart tells all areas")
    if past:
        from forecast.cli.unexplained import print_past

        print_past(settings, area, method or METHODS[0])
    elif held_apart:
        from forecast.cli.unexplained import print_held_apart

        print_held_apart(settings)
    else:
        _published(settings, area, year, scenario)


def _published(settings: Settings, area: str | None, year: int | None, scenario: str | None) -> None:
    from forecast.cli.factors import find_area
    from forecast.report.opened import first_scenario, opened
    from forecast.run.published_flows import published_flows
    from forecast.run.runs import found

    folder = found(settings.out)
    run = opened(folder, scenario or first_scenario(folder))
    flows = published_flows(folder, run.scenario)
    when = next((item for item in run.time["show"] if item in flows.years), flows.years[-1]) if year is None else year
    if area is None:
        _areas(settings, run, flows, when)
    else:
        _around(settings, run, flows, find_area((*flows.areas, flows.city), area), when)


def _areas(settings: Settings, run: Opened, flows: PublishedFlows, year: int) -> None:
    from forecast.run.published_flows import KINDS

    sides = flows.sides(year)
    if settings.json:
        parts = {"arrivals": sides.arrivals, "departures": sides.departures}
        areas = [
            {"area": place.code, "name_zh": place.name_zh, "name_en": place.name_en, "net": sides.net[at]}
            | {name: dict(zip(KINDS, values[at], strict=True)) for name, values in parts.items()}
            for at, place in enumerate(flows.areas)
        ]
        as_json({"run": run.folder.name, "scenario": run.scenario, "year": year, "areas": areas})
        return
    if settings.quiet:
        click.echo(_path(run))
        return
    words = texts(settings.lang)
    came, went = sides.over_the_border
    settings.say(
        words["moves.city"].format(
            city=_name(flows.city, settings.lang),
            year=year,
            status=words[f"moves.status.{flows.status[flows.years.index(year)]}"],
            scenario=run.scenario,
            came=came.sum(),
            went=went.sum(),
            net=(came - went).sum(),
            inside=sides.arrivals[:, 0].sum(),
        )
    )
    rows = [
        [place.code, _name(place, settings.lang), into.sum(), *into, out.sum(), *out, _signed(net)]
        for place, into, out, net in zip(flows.areas, sides.arrivals, sides.departures, sides.net, strict=True)
    ]
    beyond = [came.sum(), "", *came, went.sum(), "", *went, _signed((came - went).sum())]
    rows.append([flows.city.code, _name(flows.city, settings.lang), *beyond])
    heads = ["area", "name", "arrivals", *(f"from_{kind}" for kind in KINDS)]
    heads += ["departures", *(f"to_{kind}" for kind in KINDS), "net"]
    table([words[f"head.{name}"] for name in heads], rows, right=range(2, len(heads)))
    settings.say(words["moves.without"])


def _around(settings: Settings, run: Opened, flows: PublishedFlows, area: Area, year: int) -> None:
    around = flows.around(area.code, year)
    came, went = around.came, around.went
    if settings.json:
        said = {"run": run.folder.name, "scenario": run.scenario, "year": year, "area": area}
        as_json({**said, **_content(around)})
        return
    if settings.quiet:
        click.echo(_path(run))
        return
    words = texts(settings.lang)
    click.echo(
        words["moves.area"].format(
            area=_name(area, settings.lang),
            code=area.code,
            year=year,
            status=words[f"moves.status.{flows.status[flows.years.index(year)]}"],
            scenario=run.scenario,
            came=came.sum(),
            went=went.sum(),
            net=came.sum() - went.sum(),
        )
    )
    click.echo()
    order = sorted(range(len(came)), key=lambda at: -(came[at] + went[at]))
    rest = [words["moves.rest.province"], words["moves.rest.nation"]]
    names = [*(_name(place, settings.lang) for place in around.places[:-2]), *rest]
    rows = [[names[at], came[at], went[at], _signed(came[at] - went[at])] for at in order[:TOP]]
    if len(order) > TOP:
        others = order[TOP:]
        into, out = came[others].sum(), went[others].sum()
        rows.append([words["moves.others"].format(count=len(others)), into, out, _signed(into - out)])
    whole = [words["moves.all"], came.sum(), went.sum(), _signed(came.sum() - went.sum())]
    heads = [words[f"head.{name}"] for name in ("place", "came", "went", "net")]
    table(heads, [*rows, whole], right=range(1, 4))
    click.echo()
    ages = [
        [in_years(name, settings.lang), into, out, _signed(into - out)]
        for name, into, out in zip(around.ages, around.arrived, around.left, strict=True)
    ]
    heads = [words[f"head.{name}"] for name in ("ages", "arrivals", "departures", "net")]
    table(heads, [*ages, whole], right=range(1, 4))
    settings.say(words["moves.without"])


def _content(around: Around) -> dict[str, object]:
    came, went, pools = around.came, around.went, len(around.places) - 2
    places = [
        {"place": place.code, "name_zh": place.name_zh, "name_en": place.name_en, "rest": at >= pools}
        | {"came": came[at], "went": went[at], "net": came[at] - went[at]}
        for at, place in enumerate(around.places)
    ]
    by_age = zip(around.ages, around.arrived, around.left, strict=True)
    ages = [{"ages": name, "came": into, "went": out, "net": into - out} for name, into, out in by_age]
    whole = {"arrivals": came.sum(), "departures": went.sum(), "net": came.sum() - went.sum()}
    return {**whole, "places": places, "ages": ages}


def _path(run: Opened) -> Path:
    """The file that holds all moves, as --quiet wants results."""
    from forecast.run.published_flows import TABLE

    return run.folder / f"{TABLE}.parquet"


def _name(area: Area, lang: str) -> str:
    return area.name_zh if lang == "zh" else area.name_en


def _signed(value: float) -> str:
    return f"{value:+,.0f}"
