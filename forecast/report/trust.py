"""How far the figures can be trusted: what is assumed, how the method did in hindsight, what exists, the sources."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.axes import Floats
from forecast.report import svg_dots
from forecast.report.charts import Chart
from forecast.report.material import Material
from forecast.report.say import Sheet, counted, figure, measure, percent
from forecast.report.texts import Texts

ENGINE = "cohort"
SHADES = ("#0072b2", "#d55e00", "#5f6b76")


@dataclass(frozen=True, slots=True)
class Assumption:
    """A parameter as a reader sees it."""

    name: str
    value: str
    unit: str
    status: str
    label: str
    source: str
    why: str
    file: str


def assumptions(material: Material, words: Texts) -> list[Assumption]:
    """Every parameter: assumed and recalled ones first; areas that share a value in one row."""
    names = {place.code: place.name(words.lang) for place in material.demand.places}
    rows: dict[tuple[str, ...], list[str]] = {}
    frame = material.assumptions
    columns = (frame[name].astype(str) for name in ("key", "file", "unit", "status", "source", "why"))
    for value, key, *rest in zip(frame["value"], *columns, strict=True):
        stem, _, code = key.rpartition(" of ")
        area = names.get(code, "")
        rows.setdefault((stem if area else key, figure(float(value)), *rest), []).append(area)
    found = [_assumption(*row, areas=[area for area in areas if area], words=words) for row, areas in rows.items()]
    return sorted(found, key=lambda row: row.status not in ("assumed", "recalled"))


def _assumption(
    key: str, value: str, file: str, unit: str, status: str, source: str, why: str, *, areas: list[str], words: Texts
) -> Assumption:
    name = words.label("assumption", key)
    label = words("assumption.areas", name=name, areas=words.listed(areas)) if areas else name
    return Assumption(
        label, value, words.label("unit", unit), status, words.label("status", status), source, why, file
    )


def scores(material: Material, words: Texts) -> tuple[Chart, list[str]]:
    """The forecast that could have been made at the previous census: chart, table, and what is to be said about it."""
    frame = material.scores
    methods, groups = [str(name) for name in frame["engine"].unique()], [str(name) for name in frame["group"].unique()]
    mean, bias, worst = measures(frame, methods, groups)
    names = [words.label("engine", name) for name in methods]
    first, last = int(frame["year"].iloc[0]), int(frame["year"].iloc[0] + frame["horizon"].iloc[0])
    title = words("chart.scores", first=first, last=last)
    labels = [words.label("group", group) for group in groups]
    drawn = svg_dots.dots(labels, names, mean, SHADES, title, words("note.scores"))
    heads = (
        words("head.group"),
        words("head.status"),
        *(f"{name} {words(key)}" for name in names for key in ("head.mape", "head.bias", "head.worst")),
    )
    status = words("status.scored", first=first, last=last)
    rows = tuple(
        (
            labels[g],
            status,
            *(
                text
                for m in range(len(methods))
                for text in (f"{mean[m, g]:.1f}%", percent(bias[m, g]), f"{worst[m, g]:.0f}%")
            ),
        )
        for g in range(len(groups))
    )
    sheet = Sheet(heads, rows, title)
    return (
        Chart("scores", title, drawn, words("note.scores"), sheet),
        sheet,
        _told(methods, labels, mean, bias, words, first, last),
    )


def measures(frame: pd.DataFrame, methods: list[str], groups: list[str]) -> tuple[Floats, Floats, Floats]:
    """Mean absolute error over areas, error of their sum, largest error, all in percent: (method, group)."""
    table = frame.assign(size=frame["error"].abs()).astype({"engine": str, "group": str})
    by = table.groupby(["engine", "group"])
    sums = by[["forecast", "actual"]].sum()
    index = pd.MultiIndex.from_product([methods, groups])
    shape = (len(methods), len(groups))
    bias = 100.0 * (sums["forecast"] / sums["actual"] - 1.0)
    found = [
        part.reindex(index).to_numpy(dtype=np.float64).reshape(shape)
        for part in (by["size"].mean(), bias, by["size"].max())
    ]
    return found[0], found[1], found[2]


def _told(
    methods: list[str], labels: list[str], mean: Floats, bias: Floats, words: Texts, first: int, last: int
) -> list[str]:
    ours = methods.index(ENGINE) if ENGINE in methods else 0
    best = mean.argmin(axis=0)
    lost = [
        words(
            "scores.beaten",
            group=labels[g],
            ours=f"{mean[ours, g]:.1f}%",
            other=words.label("engine", methods[best[g]]),
            theirs=f"{mean[best[g], g]:.1f}%",
        )
        for g in range(len(labels))
        if best[g] != ours
    ]
    far = int(mean[ours].argmax())
    lines = [
        words(
            "scores.range",
            first=first,
            last=last,
            group=labels[far],
            error=f"{mean[ours, far]:.0f}%",
            bias=percent(bias[ours, far]),
        )
    ]
    if abs(bias[ours, far]) < mean[ours, far] / 2:
        lines.append(words("scores.between"))
    lines.append(words("scores.lost", cases=words("list.semicolon").join(lost)) if lost else words("scores.won"))
    return [*lines, words("scores.why")]


def supply(material: Material, words: Texts) -> Sheet:
    """What is on record of places and beds that exist; nothing filled in."""
    names = {place.code: place.name(words.lang) for place in material.demand.places}
    rows = tuple(
        (
            names[str(area)],
            str(year),
            words.label("service", str(service)),
            measure(str(service), f"supply.{name}", words)
            if f"measure.supply.{name}" in words.table
            else words.label("supply", str(name)),
            figure(float(value)),
            words.label("status", str(status)),
            words.label("confidence", str(confidence)),
            str(source),
        )
        for area, year, service, name, value, status, confidence, source in material.supply[
            ["area", "year", "service", "measure", "mean", "status", "confidence", "source"]
        ].itertuples(index=False, name=None)
    )
    heads = tuple(
        words(f"head.{name}") for name in ("area", "year", "item", "measure", "value", "status", "confidence", "source")
    )
    return Sheet(heads, rows, words("supply.caption"), prose=True)


def sources(material: Material, words: Texts) -> Sheet:
    """The list of sources."""
    frame = material.sources
    rows = tuple(
        (str(key), str(title), str(publisher), "" if math.isnan(year) else f"{year:.0f}", str(licence))
        for key, title, publisher, year, licence in frame[
            ["source", "title", "publisher", "year", "licence"]
        ].itertuples(index=False, name=None)
    )
    heads = tuple(words(f"head.{name}") for name in ("source", "title", "publisher", "year", "licence"))
    return Sheet(heads, rows, words("sources.caption", number=counted(len(rows))), prose=True)
