"""Charts as inline SVG: lines by year, a population pyramid, dots in rows. Plain numbers in, text out; every label escaped."""

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
ALL_BORN = 0.9995
Short = Callable[[float], str]


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line of a chart.

    values  (year,)
    born    share already born (year,): drawn through while all are born, in dots after; None: drawn through
    norm    a line to compare with, never demand: thin, dashed, grey
    """

    name: str
    values: Floats
    colour: str
    born: Floats | None = None
    norm: bool = False
    heavy: bool = False


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
    """Labels moved apart to at least ``step``, in their order, kept within ``low`` and ``high`` as far as there is room."""
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
    paint = f' fill="{fill}"' if fill else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}"{paint}>{escape(text)}</text>'


def path(xs: Sequence[float] | Floats, ys: Sequence[float] | Floats, extra: str) -> str:
    """A line through points."""
    steps = "L".join(f"{x:.1f} {y:.1f}" for x, y in zip(xs, ys, strict=True))
    return f'<path d="M{steps}" {extra}/>'


def figure(height: int, title: str, about: str, body: Sequence[str]) -> str:
    """The frame of a chart, with a title and a description for those who cannot see it."""
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}" class="chart">'
        f"<title>{escape(title)}</title><desc>{escape(about)}</desc>{''.join(body)}</svg>"
    )


def lines(years: Sequence[int], items: Sequence[Line], now: int, words: tuple[str, str], short: Short, title: str, about: str) -> str:
    """Lines by year from nought up; the years on record shaded, each line named at its end.

    now    last year on record
    words  what stands over the years on record and over those after
    """
    right = WIDTH - 12 - max(wide(item.name) for item in items)
    grades = ticks(max(float(item.values.max()) for item in items))
    x = np.interp(years, (years[0], years[-1]), (LEFT, right))
    foot = HEIGHT - BOTTOM

    def high(values: Floats) -> Floats:
        return np.asarray(foot - (foot - TOP) * values / grades[-1])

    body = [*_grid(grades, high, right, short), *_years(years, x, now, words, foot, right)]
    for item in sorted(items, key=lambda one: not one.norm):
        body += _line(item, x, high(item.values))
    ends = spread([float(high(item.values)[-1]) for item in items], STEP, TOP, foot)
    for item, end in zip(items, ends, strict=True):
        body.append(label(right + 8, end + 4, item.name, "end norm" if item.norm else "end", item.colour))
    return figure(HEIGHT, title, about, body)


def _grid(grades: Sequence[float], high: Callable[[Floats], Floats], right: float, short: Short) -> list[str]:
    heights = high(np.asarray(grades))
    rules = [f'<line x1="{LEFT}" x2="{right:.1f}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>' for y in heights]
    return rules + [label(LEFT - 8, y + 4, short(grade), "tick") for y, grade in zip(heights, grades, strict=True)]


def _years(years: Sequence[int], x: Floats, now: int, words: tuple[str, str], foot: float, right: float) -> list[str]:
    line = float(np.interp(now, years, x))
    body = [f'<rect x="{LEFT}" y="{TOP}" width="{line - LEFT:.1f}" height="{foot - TOP:.1f}" class="known"/>'] if line > LEFT else []
    body.append(f'<line x1="{line:.1f}" x2="{line:.1f}" y1="{TOP - 4}" y2="{foot:.1f}" class="now"/>')
    body.append(label(LEFT, TOP - 10, f"≤{now} {words[0]}", "era"))
    body.append(label(max(line, LEFT + wide(f"≤{now} {words[0]}") + 8), TOP - 10, f"→ {words[1]}", "era"))
    body += [label(float(at), foot + 18, str(year), "year") for year, at in zip(years, x, strict=True) if year % 5 == 0]
    return body + [f'<line x1="{LEFT}" x2="{right:.1f}" y1="{foot}" y2="{foot}" class="axis"/>']


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


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """One year of a pyramid: people (sex, age); ``filled`` as a surface, else as a line."""

    name: str
    people: Floats
    colour: str
    filled: bool = False


def pyramid(items: Sequence[Outline], sexes: tuple[str, str], short: Short, title: str, about: str) -> str:
    """Men to the left, women to the right, age upwards, several years over one another."""
    foot, middle, gap = HEIGHT - BOTTOM, WIDTH / 2, 16.0
    reach = middle - gap - 40
    grades = ticks(max(float(item.people.max()) for item in items), 3)
    ages = items[0].people.shape[-1]
    y = foot - (foot - TOP) * np.arange(ages) / (ages - 1)
    body = []
    for sex, side in enumerate((-1, 1)):
        for grade in grades:
            at = middle + side * (gap + reach * grade / grades[-1])
            body.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{foot}" class="grid"/>')
            body.append(label(at, foot + 18, short(grade), "year"))
        for item in items:
            x = middle + side * (gap + reach * item.people[sex] / grades[-1])
            stroke = f'fill="{item.colour}" class="mass"' if item.filled else f'stroke="{item.colour}" fill="none" class="demand thin"'
            base = middle + side * gap
            xs, ys = ([base, *x, base], [foot, *y, TOP]) if item.filled else (x, y)
            body.append(path(xs, ys, stroke))
        body.append(label(middle + side * (gap + reach / 2), TOP - 10, sexes[sex], "year"))
    body += [label(middle, float(y[age]) + 4, str(age), "year") for age in range(0, ages, 10)]
    for place, item in enumerate(items):
        body.append(f'<rect x="{WIDTH - 74}" y="{TOP + 18 * place}" width="12" height="12" fill="{item.colour}"/>')
        body.append(label(WIDTH - 56, TOP + 10 + 18 * place, item.name, "end"))
    return figure(HEIGHT, title, about, body)


MARKS = ("circle", "square", "triangle")


def dots(rows: Sequence[str], names: Sequence[str], values: Floats, colours: Sequence[str], title: str, about: str) -> str:
    """One row a group, one mark a method: values (method, row) in percent from nought to the right."""
    step, left, right = 30.0, 70.0, WIDTH - 30.0
    top, foot = 44.0, 44.0 + step * len(rows)
    grades = ticks(float(values.max()))

    def across(value: float) -> float:
        return left + (right - left) * value / grades[-1]

    body = []
    for grade in grades:
        body.append(f'<line x1="{across(grade):.1f}" x2="{across(grade):.1f}" y1="{top - 8}" y2="{foot - 8}" class="grid"/>')
        body.append(label(across(grade), foot + 10, f"{grade:g}%", "year"))
    for place, row in enumerate(rows):
        y = top + step * place + 6
        ends = across(float(values[:, place].min())), across(float(values[:, place].max()))
        body.append(label(left - 10, y + 4, row, "tick"))
        body.append(f'<line x1="{ends[0]:.1f}" x2="{ends[1]:.1f}" y1="{y}" y2="{y}" class="span"/>')
        body += [mark(MARKS[m], across(float(values[m, place])), y, colours[m]) for m in range(len(names))]
    at = left
    for shape, name, colour in zip(MARKS, names, colours, strict=False):
        body += [mark(shape, at + 6, 14, colour), label(at + 18, 18, name, "end")]
        at += 40 + wide(name)
    return figure(int(foot + 22), title, about, body)


def mark(shape: str, x: float, y: float, colour: str) -> str:
    """A small mark; methods differ in shape as well as in colour."""
    if shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="{colour}"/>'
    if shape == "square":
        return f'<rect x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10" fill="{colour}"/>'
    return f'<path d="M{x:.1f} {y - 7:.1f}L{x + 7:.1f} {y + 5:.1f}L{x - 7:.1f} {y + 5:.1f}Z" fill="{colour}"/>'
