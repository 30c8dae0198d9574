"""A population pyramid as inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats
from forecast.report.svg import BOTTOM, HEIGHT, TOP, WIDTH, Short, figure, label, path, ticks

GAP = 16.0
"""Half the space between men and women, where the ages stand, in pixels."""
REACH = WIDTH / 2 - GAP - 40
"""Length of the longest bar."""


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """One year of a pyramid: people (sex, age); ``filled`` as a surface, else as a line."""

    name: str
    people: Floats
    colour: str
    filled: bool = False


def pyramid(items: Sequence[Outline], sexes: tuple[str, str], short: Short, title: str, about: str) -> str:
    """Men to the left, women to the right, age upwards, several years over one another."""
    foot, middle = HEIGHT - BOTTOM, WIDTH / 2
    most = max(float(item.people.max()) for item in items) or 1.0
    grades = [grade for grade in ticks(most, 4) if grade <= most]
    ages = items[0].people.shape[-1]
    y = foot - (foot - TOP) * np.arange(ages) / (ages - 1)
    body = []
    for sex, side in enumerate((-1, 1)):
        for grade in grades:
            at = middle + side * (GAP + REACH * grade / most)
            body.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{foot}" class="grid"/>')
            body.append(label(at, foot + 18, short(grade), "year"))
        for item in items:
            x = middle + side * (GAP + REACH * item.people[sex] / most)
            base = middle + side * GAP
            if item.filled:
                body.append(path([base, *x, base], [foot, *y, TOP], f'fill="{item.colour}" class="mass"'))
            else:
                body.append(path(x, y, f'stroke="{item.colour}" fill="none" class="demand thin"'))
        body.append(label(middle + side * (GAP + REACH / 2), TOP - 10, sexes[sex], "year"))
    body += [label(middle, float(y[age]) + 4, str(age), "year") for age in range(0, ages, 10)]
    for place, item in enumerate(items):
        body.append(f'<rect x="{WIDTH - 74}" y="{TOP + 18 * place}" width="12" height="12" fill="{item.colour}"/>')
        body.append(label(WIDTH - 56, TOP + 10 + 18 * place, item.name, "end"))
    return figure(HEIGHT, title, about, body)
