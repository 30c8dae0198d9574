"""Lines by year as inline SVG, and the strokes of every chart. Plain numbers in, text out; every label escaped."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from forecast.axes import Floats

WIDTH, HEIGHT = 640, 330
TOP, BOTTOM, LEFT = 26, 30, 58
LETTER = 6.6
"""Width of half a Chinese character, in pixels at the size of labels; Latin letters are about as wide."""
STEP = 15.0
"""Least distance between two labels at the end of lines, in pixels."""
LEAD = 14.0
"""From the end of a line to its name, in pixels."""
ALL_BORN = 0.9995
"""Share from which on all are taken as born."""
Short = Callable[[float], str]


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line of a chart.

    values  (year,)
    born    share already born (year,): drawn through while all are born, in dots after; None: drawn through
    norm    a line to compare with, never demand: thin, dashed, grey
    bands   low and high ends of intervals (year,), the widest first; laid over one another they make a fan
    """

    name: str
    values: Floats
    colour: str
    born: Floats | None = None
    norm: bool = False
    heavy: bool = False
    bands: Sequence[tuple[Floats, Floats]] = ()

    @property
    def top(self) -> float:
        """The highest point of the line and its bands."""
        return max(float(self.values.max()), *(float(np.nanmax(high)) for _, high in self.bands), 0.0)


def ticks(top: float, wanted: int = 5) -> list[float]:
    """Round steps from nought to the first one at or above ``top``.

    >>> ticks(23.0)
    [0.0, 5.0, 10.0, 15.0, 20.0, 25.0]
    """
    if top <= 0:
        return [0.0, 1.0]
    rough = top / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * size for size in (1, 2, 2.5, 5, 10) if power * size >= rough * (1 - 1e-9))
    return [step * place for place in range(math.ceil(top / step - 1e-9) + 1)]


def wide(text: str) -> float:
    """About how many pixels a label takes."""
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in text) * LETTER


def spread(heights: Sequence[float], step: float, low: float, high: float) -> list[float]:
    """Labels moved apart to at least ``step``, in their order, within ``low`` and ``high`` as far as there is room."""
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    placed: list[float] = []
    for i in order:
        placed.append(max(heights[i], placed[-1] + step if placed else low))
    ceiling = high
    for back in range(len(placed) - 1, -1, -1):
        placed[back] = min(placed[back], ceiling)
        ceiling = placed[back] - step
    found = [0.0] * len(heights)
    for place, i in enumerate(order):
        found[i] = placed[place]
    return found


def label(x: float, y: float, text: str, kind: str = "", fill: str = "") -> str:
    """A text at a point; ``kind`` is its class."""
    paint = f' style="fill:{fill}"' if fill else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}"{paint}>{escape(text)}</text>'


def path(xs: Sequence[float] | Floats, ys: Sequence[float] | Floats, extra: str) -> str:
    """A line through points."""
    steps = "L".join(f"{x:.1f} {y:.1f}" for x, y in zip(xs, ys, strict=True))
    return f'<path d="M{steps}" {extra}/>'


def figure(height: int, title: str, about: str, body: Sequence[str], ends: tuple[float, float] | None = None) -> str:
    """The frame of a chart, titled and described for those who cannot see it; ``ends`` of the axis of years."""
    data = f' data-ends="{ends[0]:.0f} {ends[1]:.0f}"' if ends else ""
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}" class="chart"{data}>'
        f"<title>{escape(title)}</title><desc>{escape(about)}</desc>{''.join(body)}</svg>"
    )


def lines(
    years: Sequence[int], items: Sequence[Line], now: int, words: tuple[str, str], short: Short, title: str, about: str
) -> str:
    """Lines by year from nought up; the years on record shaded, each line named at its end.

    now    last year on record
    words  what stands over the years on record and over those after
    """
    right = WIDTH - LEAD - 4 - max(wide(item.name) for item in items)
    grades = ticks(max(item.top for item in items))
    x = np.interp(years, (years[0], years[-1]), (LEFT, right))
    foot = HEIGHT - BOTTOM

    def high(values: Floats) -> Floats:
        return np.asarray(foot - (foot - TOP) * values / grades[-1])

    body = [*_grid(grades, high, right, short), *_years(years, x, now, words, foot, right)]
    for item in items:
        body += [_band(item.colour, x, high(low), high(top)) for low, top in item.bands]
    for item in sorted(items, key=lambda one: (not one.norm, one.heavy)):
        body += _line(item, x, high(item.values))
    ends = [float(high(item.values)[-1]) for item in items]
    for item, end, place in zip(items, ends, spread(ends, STEP, TOP, foot), strict=True):
        if abs(place - end) > STEP / 2:
            joint = (right + 2, right + LEAD - 3), (end, place)
            body.append(path(*joint, f'class="lead-in" stroke="{item.colour}"'))
        body.append(label(right + LEAD, place + 4, item.name, "end norm" if item.norm else "end", item.colour))
    return figure(HEIGHT, title, about, body, (LEFT, right))


def _grid(grades: Sequence[float], high: Callable[[Floats], Floats], right: float, short: Short) -> list[str]:
    heights = high(np.asarray(grades))
    rules = [f'<line x1="{LEFT}" x2="{right:.1f}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>' for y in heights]
    return [*rules, *(label(LEFT - 8, y + 4, short(grade), "tick") for y, grade in zip(heights, grades, strict=True))]


def _years(years: Sequence[int], x: Floats, now: int, words: tuple[str, str], foot: float, right: float) -> list[str]:
    line = float(np.interp(now, years, x))
    body = (
        [f'<rect x="{LEFT}" y="{TOP}" width="{line - LEFT:.1f}" height="{foot - TOP:.1f}" class="known"/>']
        if line > LEFT
        else []
    )
    body.append(f'<line x1="{line:.1f}" x2="{line:.1f}" y1="{TOP - 4}" y2="{foot:.1f}" class="now"/>')
    body.append(label(LEFT, TOP - 10, f"≤{now} {words[0]}", "era"))
    body.append(label(max(line, LEFT + wide(f"≤{now} {words[0]}") + 8), TOP - 10, f"→ {words[1]}", "era"))
    body += [label(float(at), foot + 18, str(year), "year") for year, at in zip(years, x, strict=True) if year % 5 == 0]
    return [*body, f'<line x1="{LEFT}" x2="{right:.1f}" y1="{foot}" y2="{foot}" class="axis"/>']


def _band(colour: str, x: Floats, low: Floats, high: Floats) -> str:
    """A band from the last year in which it has no width: low and high ends in pixels, years without any left out."""
    wide = np.flatnonzero(low - high > 0.05)
    if not len(wide):
        return ""
    here = slice(max(int(wide[0]) - 1, int(np.isfinite(low).argmax())), int(wide[-1]) + 1)
    xs, ys = np.concatenate([x[here], x[here][::-1]]), np.concatenate([high[here], low[here][::-1]])
    return path(xs, ys, f'fill="{colour}" class="band"').replace('" fill', 'Z" fill', 1)


def _line(item: Line, x: Floats, y: Floats) -> list[str]:
    stroke = f'stroke="{item.colour}" fill="none"'
    if item.norm:
        return [path(x, y, f'{stroke} class="normline"')]
    weight = "demand heavy" if item.heavy else "demand"
    if item.born is None or (item.born >= ALL_BORN).all():
        return [path(x, y, f'{stroke} class="{weight}"')]
    unborn = int(np.argmax(item.born < ALL_BORN))
    last = max(unborn - 1, 0)
    body = [path(x[: last + 1], y[: last + 1], f'{stroke} class="{weight}"')] if last else []
    body.append(path(x[last:], y[last:], f'{stroke} class="{weight} unborn"'))
    return [*body, f'<circle cx="{x[last]:.1f}" cy="{y[last]:.1f}" r="4" class="born" stroke="{item.colour}"/>']
