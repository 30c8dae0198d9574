"""How results look on stdout: aligned tables in which Chinese takes two columns, and JSON without NaN."""

from __future__ import annotations

import math
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from functools import cache
from typing import Any

import click

GAP = "  "
NARROWEST = 24
"""The last column is not wrapped into less than this."""


@cache
def texts(lang: str) -> Mapping[str, str]:
    """Every text of the command line by its key, in one language."""
    import csv  # here and below: what only printing needs stays out of `forecast -h`
    from importlib.resources import files

    content = (files("forecast.cli") / "texts.csv").read_text("utf-8")
    return {row["key"]: row[lang] for row in csv.DictReader(content.splitlines())}


def width(text: str) -> int:
    """Columns that a text takes on a terminal.

    >>> width("道里 Daoli")
    10
    """
    return sum(
        0 if unicodedata.combining(mark) else 2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in text
    )


def in_years(ages: str, lang: str) -> str:
    """An age group as a language says it.

    >>> in_years("60+", "zh"), in_years("15-24", "zh"), in_years("60+", "en")
    ('60岁及以上', '15-24岁', '60+')
    """
    if lang != "zh" or not ages:
        return ages
    return f"{ages[:-1]}岁及以上" if ages.endswith("+") else f"{ages}岁"


def figure(value: object) -> str:
    """A figure for reading: thousands apart, small ones with four digits, blank for none.

    >>> figure(12345.6), figure(0.93243), figure(7.0), figure(float("nan")), figure("text")
    ('12,346', '0.9324', '7', '', 'text')
    """
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "" if math.isnan(value) else str(value)
    whole = abs(value) >= 1000 or float(value).is_integer()
    return f"{value:,.0f}" if whole else f"{value:.4g}"


def table(headings: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[int] = ()) -> None:
    """Print rows under headings; ``right`` names the columns that hold figures. On a terminal the last column wraps."""
    import shutil

    cells = [[figure(cell).replace("\n", " ") for cell in row] for row in rows]
    widths = [max(width(row[place]) for row in [list(headings), *cells]) for place in range(len(headings))]
    before = sum(widths[:-1]) + len(GAP) * (len(widths) - 1)
    room = shutil.get_terminal_size().columns - before if sys.stdout.isatty() else widths[-1]
    for row in [list(headings), ["-" * size for size in [*widths[:-1], min(widths[-1], max(room, NARROWEST))]], *cells]:
        first, *more = _wrapped(row[-1], max(room, NARROWEST))
        parts = [*row[:-1], first]
        line = GAP.join(_padded(part, widths[place], place in right) for place, part in enumerate(parts))
        click.echo(line.rstrip())
        for rest in more:
            click.echo(" " * before + rest)


def _padded(text: str, size: int, right: bool) -> str:
    blank = " " * (size - width(text))
    return blank + text if right else text + blank


def _wrapped(text: str, room: int) -> list[str]:
    if width(text) <= room:
        return [text]
    import textwrap

    return textwrap.wrap(text, max(room * len(text) // width(text), 8)) or [""]


def as_json(content: object) -> None:
    """Print as JSON: UTF-8, no NaN (null stands for a blank)."""
    import json

    click.echo(json.dumps(plain(content), ensure_ascii=False, indent=1))


def plain(content: object) -> Any:
    """Dataclasses, tuples, NumPy scalars and NaN as JSON knows them."""
    if is_dataclass(content) and not isinstance(content, type):
        return plain(asdict(content))
    if isinstance(content, Mapping):
        return {str(key): plain(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [plain(value) for value in content]
    if isinstance(content, float):
        return float(content) if math.isfinite(content) else None
    if content is None or isinstance(content, (str, bool, int)):
        return content
    item = getattr(content, "item", None)
    return plain(item()) if item is not None else str(content)
