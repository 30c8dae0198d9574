"""The summary as tables in a terminal; plain aligned text where the stream is none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TextIO

from rich.console import Console
from rich.text import Text

from forecast.report import coverage
from forecast.report.aligned import Columns, padded, wrapped
from forecast.report.say import measured, span
from forecast.report.summary import MAIN, Block, Figure, Summary
from forecast.report.texts import Texts, texts

WIDTH = 100
"""Width where the stream is no terminal."""
GAP = "  "
"""Between the columns of two services. Rules and signs are ASCII: a Chinese terminal may draw others two cells wide."""


def print_summary(summary: Summary, lang: str, stream: TextIO, width: int | None = None) -> None:
    """Print a summary: districts first, then the city, then what it says and how far it can be trusted.

    lang   zh or en
    width  cells a line may take; the terminal's own by default, 100 where there is none
    """
    terminal = Console(file=stream, highlight=False, markup=False, soft_wrap=True)
    words = texts(lang)
    room = width or (terminal.width if terminal.is_terminal else WIDTH)
    names = {"city": summary.places[-1].name(lang), "scenario": summary.title[lang]}
    terminal.print(Text(words("terminal.title", **names), style="bold"))
    for group in packed(summary, words, room):
        terminal.print()
        _print(terminal, group)
    terminal.print()
    terminal.print(Text(words("terminal.staff", city=names["city"]), style="bold"))
    _print(terminal, city_table(summary, words))
    terminal.print()
    for line in said(summary, words):
        for piece in wrapped(line, room):
            terminal.print(Text(piece))


def _print(terminal: Console, columns: Sequence[Columns]) -> None:
    heads = [padded(item.head, item.width, left=True) for item in columns]
    lines = [GAP.join(item.line(row) for item in columns).rstrip() for row in range(len(columns[0].cells))]
    if any(item.head for item in columns):
        terminal.print(Text(GAP.join(heads).rstrip(), style="bold cyan"))
    terminal.print(Text(lines[0], style="dim"))
    terminal.print(Text(GAP.join("-" * item.width for item in columns), style="dim"))
    for line in lines[1:-1]:
        terminal.print(Text(line))
    terminal.print(Text(lines[-1], style="bold"))


def packed(summary: Summary, words: Texts, room: int) -> list[list[Columns]]:
    """The districts' tables: as many services side by side, evenly, as the width holds."""
    names = Columns("", [[words("head.area")], *([place.name(words.lang)] for place in summary.places)], left=True)
    services = [service_columns(block, summary, words) for block in summary.blocks]
    for beside in range(len(services), 0, -1):
        if len(services) % beside:
            continue
        groups = [[names, *services[i : i + beside]] for i in range(0, len(services), beside)]
        if all(sum(item.width for item in group) + len(GAP) * beside <= room for group in groups):
            return groups
    return [[names, item] for item in services]


def service_columns(block: Block, summary: Summary, words: Texts) -> Columns:
    """One service: now, its peak year, the years to show, how wide the interval is in the middle one."""
    head = f"{words.label('service', block.service)} {measured(block, words)}"
    heads = [str(summary.now_year), words("head.peak.short"), *(str(year) for year in summary.show)]
    rows = [[counted(item.now), peak(item, words), *(counted(value) for value in item.shown)] for item in block.figures]
    if summary.trajectories:
        heads.append(words("head.half"))
        for row, item in zip(rows, block.figures, strict=True):
            row.append(half(item, summary.show.index(summary.middle)))
    return Columns(head, [heads, *rows])


def half(item: Figure, place: int) -> str:
    """Half the width of the 80 % interval in whole percent of the figure."""
    low, high = item.between[place]
    return share((high - low) / 2.0 / item.shown[place]) if item.shown[place] else "-"


def city_table(summary: Summary, words: Texts) -> list[Columns]:
    """The city: every measure of every service, with the change to the middle year and the share already born.

    Under the people and the main number of each service stands the 80 % interval.
    """
    found = summary.of(summary.places[-1].code)
    middle, born = summary.show.index(summary.middle), (summary.show[0], summary.middle)
    heads = [str(summary.now_year), words("head.peak.short"), *(str(year) for year in summary.show)]
    heads += [f"{summary.now_year}-{summary.middle}", *(words("head.born.short", year=year) for year in born)]
    names, rows = [[words("head.service")]], [heads]
    for block, item in found:
        names.append([f"{words.label('service', block.service)} {measured(block, words)}"])
        moved = change(item.now, item.shown[middle])
        rows.append([counted(item.now), peak(item, words), *map(counted, item.shown), moved, *map(share, item.born)])
        if item.between and MAIN.get(block.service, block.measure) == block.measure:
            names.append([words("head.between")])
            rows.append(["", "", *(span(*one, words.lang) for one in item.between), "", "", ""])
    return [Columns("", names, left=True), Columns("", rows)]


def said(summary: Summary, words: Texts) -> list[str]:
    """What the figures say, and what is official, computed and assumed."""
    first, second = summary.censuses
    status = [f"{number} {words.label('status', name)}" for name, number in summary.assumptions.items()]
    return [
        *_school(summary, words),
        *_beds(summary, words),
        *_sure(summary, words),
        words("said.official", first=first, second=second, now=summary.now_year, births=summary.born_until),
        words("said.computed", now=summary.now_year),
        words("said.assumed", counts=words.listed(status)),
        words("said.signs", now=summary.now_year),
    ]


def _school(summary: Summary, words: Texts) -> list[str]:
    before, after, born = summary.school
    if not before:
        return []
    moved = {"verb": words("said.falls" if after < before else "said.rises"), "share": share(abs(after / before - 1.0))}
    years = {"now": summary.now_year, "year": summary.middle}
    figures = {"before": counted(before), "after": counted(after), "born": share(born)}
    return [words("said.school", **moved, **years, **figures, between=_between(summary.school_between, words))]


def _between(found: tuple[float, float] | None, words: Texts) -> str:
    return words("said.between", span=span(*found, words.lang)) if found else ""


def _sure(summary: Summary, words: Texts) -> list[str]:
    """What the intervals are, and how often such intervals held."""
    if not summary.trajectories:
        return []
    told = words("said.interval", count=counted(summary.trajectories), year=summary.middle)
    return [told, coverage.said(summary.coverage, words)]


def _beds(summary: Summary, words: Texts) -> list[str]:
    beds = next((item.city for item in summary.blocks if item.service == "eldercare"), None)
    if beds is None or not beds.now:
        return []
    middle = summary.show.index(summary.middle)
    after, between = beds.shown[middle], beds.between[middle] if beds.between else None
    verb = words("said.beds.fall" if after < beds.now else "said.beds.rise")
    moved = {"verb": verb, "share": share(abs(after / beds.now - 1.0))}
    years = {"now": summary.now_year, "year": summary.middle}
    figures = {"before": counted(beds.now), "after": counted(after), "between": _between(between, words)}
    return [words("said.beds", **moved, **years, **figures)]


def peak(item: Figure, words: Texts) -> str:
    """The year of the peak, or that it is past."""
    return words("peak.past") if item.past else str(item.peak_year)


def counted(value: int) -> str:
    """A whole number with separators."""
    return f"{value:,}"


def share(value: float | None) -> str:
    """A share in whole percent; a hyphen where it has no meaning (law 9)."""
    return "-" if value is None or math.isnan(value) else f"{100.0 * value:.0f}%"


def change(before: int, after: int) -> str:
    """Change in whole percent."""
    return f"{100.0 * (after / before - 1.0):+.0f}%" if before else "-"
