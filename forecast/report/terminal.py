"""The summary as tables in a terminal; plain aligned text where the stream is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from forecast.report.summary import Block, Figure, Summary
from forecast.report.texts import Texts, texts

WIDTH = 100
"""Width where the stream is no terminal."""
GAP = "  "
"""Between the columns of two services. Rules and signs are ASCII: a Chinese terminal may draw others two cells wide."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns under one head: cells[row][column], row 0 the columns' own heads; numbers stand to the right."""

    head: str
    cells: Sequence[Sequence[str]]
    left: bool = False

    @property
    def widths(self) -> tuple[int, ...]:
        """Width of each column in terminal cells; the last one gives way to a long head."""
        found = [max(cell_len(cell) for cell in column) for column in zip(*self.cells, strict=True)]
        found[0] += max(0, cell_len(self.head) - sum(found) - len(found) + 1)
        return tuple(found)

    @property
    def width(self) -> int:
        """Width of all columns with a blank between them."""
        return sum(self.widths) + len(self.widths) - 1

    def line(self, row: int) -> str:
        """One row, aligned."""
        return " ".join(padded(cell, width, self.left) for cell, width in zip(self.cells[row], self.widths, strict=True))


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
    """One service: now, its peak year, the years to show."""
    head = f"{words.label('service', block.service)} {measured(block, words)}"
    heads = [str(summary.now_year), words("head.peak"), *(str(year) for year in summary.show)]
    rows = [[counted(item.now), peak(item, words), *(counted(value) for value in item.shown)] for item in block.figures]
    return Columns(head, [heads, *rows])


def city_table(summary: Summary, words: Texts) -> list[Columns]:
    """The city: every measure of every service, with the change to the middle year and the share already born."""
    found = summary.of(summary.places[-1].code)
    middle = summary.show.index(summary.middle)
    names = [[f"{words.label('service', block.service)} {measured(block, words)}"] for block, _ in found]
    heads = [str(summary.now_year), words("head.peak"), *(str(year) for year in summary.show)]
    heads += [f"{summary.now_year}-{summary.middle}", words("head.born", year=summary.show[0]), words("head.born", year=summary.middle)]
    rows = [
        [counted(item.now), peak(item, words), *(counted(value) for value in item.shown), change(item.now, item.shown[middle]), *map(share, item.born)]
        for _, item in found
    ]
    return [Columns("", [[words("head.service")], *names], left=True), Columns("", [heads, *rows])]


def said(summary: Summary, words: Texts) -> list[str]:
    """What the figures say, and what is official, computed and assumed."""
    before, after, born = summary.school
    beds = next((item.city for item in summary.blocks if item.service == "eldercare"), None)
    lines = []
    if before:
        verb = words("said.falls" if after < before else "said.rises")
        part = share(abs(after / before - 1.0))
        lines.append(words("said.school", verb=verb, share=part, year=summary.middle, now=summary.now_year, before=counted(before), after=counted(after), born=share(born)))
    if beds is not None:
        then = beds.shown[summary.show.index(summary.middle)]
        verb = words("said.falls" if then < beds.now else "said.rises")
        lines.append(words("said.beds", verb=verb, share=share(abs(then / beds.now - 1.0)) if beds.now else "-", year=summary.middle, before=counted(beds.now), after=counted(then)))
    lines += [
        words("said.official", first=summary.censuses[0], second=summary.censuses[1], now=summary.now_year, births=summary.born_until),
        words("said.computed", now=summary.now_year),
        words("said.assumed", counts=words.listed([f"{words.label('status', name)} {number}" for name, number in summary.assumptions.items()])),
        words("said.signs", year=summary.places and summary.censuses[1]),
    ]
    return lines


def measured(block: Block, words: Texts) -> str:
    """The word for a measure; a service may have its own."""
    own = f"measure.{block.service}.{block.measure}"
    return words.table.get(own) or words.label("measure", block.measure)


def peak(item: Figure, words: Texts) -> str:
    """The year of the peak; that it is past when the first year of the run is the highest."""
    return words("peak.past") if item.past else str(item.peak_year)


def counted(value: int) -> str:
    """A whole number with separators."""
    return f"{value:,}"


def share(value: float | None) -> str:
    """A share in whole percent; nothing where it has no meaning."""
    return "-" if value is None or value != value else f"{100.0 * value:.0f}%"


def change(before: int, after: int) -> str:
    """Change in whole percent."""
    return f"{100.0 * (after / before - 1.0):+.0f}%" if before else "-"


def padded(text: str, width: int, left: bool = False) -> str:
    """A text filled up to a width in terminal cells."""
    blank = " " * max(0, width - cell_len(text))
    return text + blank if left else blank + text


def wrapped(text: str, room: int) -> list[str]:
    """A text in lines of at most ``room`` cells: broken at blanks, and anywhere between Chinese characters."""
    lines, line = [], ""
    for piece in pieces(text):
        if line and cell_len(line + piece.rstrip()) > room:
            lines.append(line.rstrip())
            line = "  "
        line += piece
    return [*lines, line.rstrip()]


def pieces(text: str) -> list[str]:
    """Where a line may be broken: after a blank and after a wide character that no closing mark follows."""
    found, word = [], ""
    for place, letter in enumerate(text):
        word += letter
        follows = text[place + 1 : place + 2]
        if letter == " " or (follows and (cell_len(letter) == 2 or cell_len(follows) == 2) and follows not in "，。；：、）%"):
            found.append(word)
            word = ""
    return [*found, word] if word else found
