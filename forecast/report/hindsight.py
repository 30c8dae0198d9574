"""How the method did in hindsight: forecasts made at the previous census against the census that came."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.axes import Floats
from forecast.report import svg_dots
from forecast.report.charts import Chart
from forecast.report.say import Sheet, percent
from forecast.report.texts import Texts

ENGINE = "cohort"
"""The method of this program in the table of scores; the others are there to be beaten."""
SHADES = {"cohort": "#0072b2", "net-rates": "#009e73", "hamilton-perry": "#d55e00", "no-change": "#5f6b76"}


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """Errors in percent by method and age group.

    mean   mean absolute error over areas   (method, group)
    bias   error of the sum of the areas    (method, group)
    worst  largest absolute error           (method, group)
    """

    methods: tuple[str, ...]
    groups: tuple[str, ...]
    years: tuple[int, int]
    mean: Floats
    bias: Floats
    worst: Floats


def errors(scores: pd.DataFrame) -> Errors:
    """The errors of a run's table ``scores``."""
    table = scores.assign(size=scores["error"].abs()).astype({"engine": str, "group": str})
    methods, groups = tuple(table["engine"].unique()), tuple(table["group"].unique())
    index = pd.MultiIndex.from_product([methods, groups])
    by = table.groupby(["engine", "group"])
    sums = by[["forecast", "actual"]].sum()
    series = (by["size"].mean(), 100.0 * (sums["forecast"] / sums["actual"] - 1.0), by["size"].max())
    shape = (len(methods), len(groups))
    mean, bias, worst = (part.reindex(index).to_numpy(dtype=np.float64).reshape(shape) for part in series)
    first, ahead = int(table["year"].iloc[0]), int(table["horizon"].iloc[0])
    return Errors(methods, groups, (first, first + ahead), mean, bias, worst)


def chart(found: Errors, words: Texts) -> Chart:
    """The mean errors as dots, all errors in the table behind it."""
    first, last = found.years
    names = [words.label("engine", name) for name in found.methods]
    groups = [words.label("group", name) for name in found.groups]
    title = words("chart.scores", first=first, last=last)
    shades = [SHADES[name] for name in found.methods]
    drawn = svg_dots.dots(groups, names, found.mean, shades, title, words("note.scores"))
    kinds = [words(f"head.{kind}") for kind in ("mape", "bias", "worst")]
    heads = (words("head.group"), words("head.status"), *(f"{name} {kind}" for name in names for kind in kinds))
    status = words("status.scored", first=first, last=last)
    rows = tuple((group, status, *_row(found, place)) for place, group in enumerate(groups))
    return Chart("scores", title, drawn, words("note.scores"), Sheet(heads, rows, title))


def _row(found: Errors, group: int) -> list[str]:
    cells = []
    for method in range(len(found.methods)):
        mean, bias, worst = (float(part[method, group]) for part in (found.mean, found.bias, found.worst))
        cells += [f"{mean:.1f}%", percent(bias), f"{worst:.0f}%"]
    return cells


def told(found: Errors, words: Texts) -> list[str]:
    """What is to be said of the errors, also where a simple method was closer."""
    ours, (first, last) = found.methods.index(ENGINE), found.years
    groups = [words.label("group", name) for name in found.groups]
    far = int(found.mean[ours].argmax())
    mean, bias = float(found.mean[ours, far]), float(found.bias[ours, far])
    lines = [words("scores.range", first=first, last=last, group=groups[far], error=f"{mean:.0f}%", bias=percent(bias))]
    if abs(bias) < mean / 2:
        lines.append(words("scores.between"))
    lost = [_beaten(found, place, ours, name, words) for place, name in enumerate(groups)]
    cases = words("list.semicolon").join(case for case in lost if case)
    return [*lines, words("scores.lost", cases=cases) if cases else words("scores.won"), words("scores.why")]


def _beaten(found: Errors, group: int, ours: int, name: str, words: Texts) -> str:
    best = int(found.mean[:, group].argmin())
    if best == ours:
        return ""
    mine, theirs = (f"{found.mean[method, group]:.1f}%" for method in (ours, best))
    other = words.label("engine", found.methods[best])
    return words("scores.beaten", group=name, ours=mine, other=other, theirs=theirs)
