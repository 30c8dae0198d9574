"""Numbers and measures as words of the report."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from forecast.report.summary import MAIN, Block, Figure
from forecast.report.texts import Texts

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as text: the first column stands to the left, the others to the right unless ``prose``.

    strong  rows that begin a group
    What follows a line break in a cell stands under it in small print.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    prose: bool = False
    strong: frozenset[int] = frozenset()


def counted(value: float) -> str:
    """A whole number with separators."""
    return f"{value:,.0f}".replace("-", "\u2212")


def share(value: float | None) -> str:
    """A share in whole percent; a dash where it has no meaning (law 9: blank is not zero)."""
    return NOTHING if value is None or math.isnan(value) else f"{100.0 * value:.0f}%"


def percent(value: float) -> str:
    """A signed percentage, one digit behind the point."""
    return f"{value:+.1f}%".replace("-", "\u2212")


def change(before: float, after: float) -> str:
    """Change in whole percent, signed."""
    return f"{100.0 * (after / before - 1.0):+.0f}%".replace("-", "\u2212") if before else NOTHING


def figure(value: float) -> str:
    """Any number, as many digits as it needs: 4 significant ones below a thousand."""
    return counted(value) if abs(value) >= 1000 else f"{value:.4g}".replace("-", "\u2212")


def short(value: float, lang: str) -> str:
    """A number for an axis: 12万, 120k or 3M."""
    if lang == "en" and value >= 1_000_000.0:
        return f"{value / 1_000_000.0:g}M"
    size, sign = (10_000.0, "万") if lang == "zh" else (1_000.0, "k")
    return f"{value / size:g}{sign}" if value >= size else f"{value:g}"


def span(low: float, high: float, lang: str) -> str:
    """Two ends of an interval, three digits each, in thousands or millions (zh: ten thousands) where they are large.

    >>> span(46_613, 61_540, "en"), span(46_613, 61_540, "zh"), span(412, 735, "en")
    ('46.6-61.5k', '4.66-6.15万', '412-735')
    """
    units = ((1e8, "亿"), (1e4, "万")) if lang == "zh" else ((1e6, "M"), (1e3, "k"))
    size, sign = next((unit for unit in units if high >= unit[0]), (1.0, ""))
    digits = max(0, 2 - math.floor(math.log10(high / size))) if sign else 0
    return f"{low / size:,.{digits}f}-{high / size:,.{digits}f}{sign}"


def dashed(text: str) -> str:
    """With the dash of printed ranges; a terminal may draw it two cells wide."""
    return text.replace("-", "\u2013")


def measured(block: Block, words: Texts) -> str:
    """The word for a measure; a service may have its own."""
    return measure(block.service, block.measure, words)


def measure(service: str, name: str, words: Texts) -> str:
    """The word for a measure of a service."""
    return words.table.get(f"measure.{service}.{name}") or words.label("measure", name)


def peak(item: Figure, words: Texts) -> str:
    """Year and height of the peak, or that it is past."""
    return words("peak.past") if item.past else f"{item.peak_year} ({counted(item.peak)})"


def shown(item: Figure, lang: str) -> list[str]:
    """The figures of the years to show, the 80 % interval under each."""
    figures = [counted(value) for value in item.shown]
    if not item.between:
        return figures
    return [f"{one}\n{dashed(span(*ends, lang))}" for one, ends in zip(figures, item.between, strict=True)]


def key_sheet(
    found: Sequence[tuple[Block, Figure]], years: tuple[int, Sequence[int], int], words: Texts, caption: str
) -> Sheet:
    """Every number of one area; years: now, those to show, the middle one."""
    now, show, middle = years
    at = list(show).index(middle)
    heads = (
        words("head.item"),
        f"{now} {words('status.nowcast')}",
        words("head.peak"),
        *(f"{year} {words('status.projected')}" for year in show),
        f"{now}–{middle}",
        words("head.born", year=show[0]),
        words("head.born", year=middle),
    )
    rows = tuple(
        (
            f"{words.label('service', block.service)} · {measured(block, words)}",
            counted(item.now),
            peak(item, words),
            *shown(item, words.lang),
            change(item.now, item.shown[at]),
            *map(share, item.born),
        )
        for block, item in found
    )
    strong = frozenset(
        place for place, (block, _) in enumerate(found) if MAIN.get(block.service, block.measure) == block.measure
    )
    return Sheet(heads, rows, caption, strong=strong)
