"""How far the figures can be trusted: what is assumed, what is on record of supply, and the sources."""

from __future__ import annotations

import math
from dataclasses import dataclass

from forecast.report.material import Material
from forecast.report.say import Sheet, counted, figure
from forecast.report.texts import Texts


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
    return Assumption(label, value, words.label("unit", unit), status, words.label("status", status), source, why, file)


def supply(material: Material, words: Texts) -> Sheet:
    """What is on record of places and beds that exist; nothing filled in."""
    names = {place.code: place.name(words.lang) for place in material.demand.places}
    columns = ["area", "year", "service", "measure", "mean", "status", "confidence", "source"]
    rows = tuple(
        (
            names[str(area)],
            str(year),
            words.label("service", str(service)),
            words.label("supply", str(measure)),
            figure(float(value)),
            words.label("status", str(status)),
            words.label("confidence", str(confidence)),
            str(source),
        )
        for area, year, service, measure, value, status, confidence, source in material.supply[columns].to_numpy()
    )
    heads = ("area", "year", "item", "measure", "value", "status", "confidence", "source")
    return Sheet(tuple(words(f"head.{name}") for name in heads), rows, words("supply.caption"), prose=True)


def sources(material: Material, words: Texts) -> Sheet:
    """The list of sources."""
    columns = ["source", "title", "publisher", "year", "licence"]
    rows = tuple(
        (str(key), str(title), str(publisher), "" if math.isnan(year) else f"{year:.0f}", str(licence))
        for key, title, publisher, year, licence in material.sources[columns].to_numpy()
    )
    caption = words("sources.caption", number=counted(len(rows)))
    return Sheet(tuple(words(f"head.{name}") for name in columns), rows, caption, prose=True)
