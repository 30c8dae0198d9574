"""The charts of one area, each with the table behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from forecast.axes import Floats
from forecast.demography.parity_measures import ORDER_NAMES
from forecast.report import svg, svg_pyramid
from forecast.report.fan import ENDS, LEVEL, ends
from forecast.report.material import GROUP, Material
from forecast.report.say import NOTHING, Sheet, counted, share, short
from forecast.report.summary import MAIN, SCHOOL
from forecast.report.svg_pyramid import Outline
from forecast.report.texts import Texts

COLOURS = {
    "nursery": "#8c6d00",
    "kindergarten": "#d55e00",
    "primary": "#0072b2",
    "junior": "#117733",
    "senior": "#882255",
    "eldercare": "#332288",
}
"""Told apart without red against green, and dark enough for words (after Okabe and Ito 2008; Tol 2021)."""
NORM = "#5f6b76"
PAST, MIDDLE, LAST = "#c3ccd5", "#0072b2", "#d55e00"
STANDARDS = "standard"
"""Parts whose name begins so are lines to compare with."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, what to know when reading it, and the table behind it."""

    kind: str
    title: str
    svg: str
    note: str
    sheet: Sheet


def charts(material: Material, column: int, words: Texts) -> list[Chart]:
    """All charts of the area in a column of the arrays."""
    makers = (wave, beds, nursery, old, births, pyramid)
    return [make(material, column, words) for make in makers]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart in the making: its lines, and the columns of the table behind it."""

    kind: str
    items: list[svg.Line]
    heads: list[str]
    cells: list[list[str]]

    def add(self, item: svg.Line, cells: list[str]) -> None:
        """Draw a line and show its numbers."""
        self.items.append(item)
        self.show(item.name, cells)

    def fan(self, item: svg.Line, cells: list[str], cuts: Floats | None, levels: Sequence[int] = tuple(ENDS)) -> None:
        """Draw a line with its bands, and show its numbers with the ends of the 80 % interval: cuts (cut, year)."""
        if cuts is None:
            self.add(item, cells)
            return
        self.add(replace(item, bands=[ends(cuts, level) for level in levels]), cells)
        for name, values in zip(("P10", "P90"), ends(cuts), strict=True):
            self.show(f"{item.name} {name}", [NOTHING if np.isnan(value) else counted(value) for value in values])

    def show(self, head: str, cells: list[str]) -> None:
        """A column of the table."""
        self.heads.append(head)
        self.cells.append(cells)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The years of a chart, their status, and the last one on record."""

    years: Sequence[int]
    status: Sequence[str]
    now: int


def wave(material: Material, column: int, words: Texts) -> Chart:
    """Places of kindergarten, primary, junior and senior school by year."""
    known, drawing = material.demand, Drawing("wave", [], [], [])
    for service in SCHOOL:
        key = (service, "all", MAIN[service])
        born = known.born[key][:, column]
        item = svg.Line(words.label("service", service), known.values[key][:, column], COLOURS[service], born)
        drawing.fan(item, _counts(known.whole(service, MAIN[service])[:, column]), known.fan(key, column), (LEVEL,))
        drawing.show(words("head.share"), _shares(born))
    return _by_year(drawing, material, column, words)


def beds(material: Material, column: int, words: Texts) -> Chart:
    """Beds of elder care as demand, beside the policy pattern and the norms."""
    beside = [("institution-policy", "beds"), *_norms(material, "eldercare", "beds")]
    return _demand("beds", "eldercare", beside, material, column, words)


def nursery(material: Material, column: int, words: Texts) -> Chart:
    """Nursery places as demand, beside the wish and the norm."""
    beside = [("all", "wish"), *_norms(material, "nursery", "places")]
    return _demand("nursery", "nursery", beside, material, column, words)


def _norms(material: Material, service: str, measure: str) -> list[tuple[str, str]]:
    keys = material.demand.values
    return [(part, name) for of, part, name in keys if (of, name) == (service, measure) and part.startswith(STANDARDS)]


def _demand(
    kind: str, service: str, beside: Sequence[tuple[str, str]], material: Material, column: int, words: Texts
) -> Chart:
    """A service's main number, and lines (part, measure) to compare it with."""
    known, drawing, main = material.demand, Drawing(kind, [], [], []), MAIN[service]
    key = (service, "all", main)
    born = known.born[key][:, column]
    some = None if np.isnan(born).any() else born
    item = svg.Line(words("chart.demand"), known.values[key][:, column], COLOURS[service], some)
    drawing.fan(item, _counts(known.whole(service, main)[:, column]), known.fan(key, column))
    drawing.show(words("head.share"), _shares(born))
    for part, measure in beside:
        name = words.label("norm", f"{service}.{part if measure == main else measure}")
        line = svg.Line(words("norm.head", name=name), known.values[service, part, measure][:, column], NORM, norm=True)
        drawing.add(line, _counts(known.whole(service, measure, part)[:, column]))
    return _by_year(drawing, material, column, words)


def old(material: Material, column: int, words: Texts) -> Chart:
    """People of 60 and over and of 80 and over."""
    people, drawing = material.people, Drawing("old", [], [], [])
    keep = [place for place, year in enumerate(people.years) if year in material.demand.years]
    everyone = people.over(0)[keep, column]
    drawing.show(words("head.residents"), _counts(everyone))
    for age, colour in ((60, COLOURS["eldercare"]), (80, COLOURS["senior"])):
        values = people.over(age)[keep, column]
        cuts = material.fan(("residents", f"{age}+"), column)
        drawing.fan(svg.Line(words("chart.over", age=age), values, colour), _counts(values), cuts)
    drawing.show(words("head.share60"), _shares(people.over(60)[keep, column] / np.maximum(everyone, 1.0)))
    born = [people.years[place] - 60 <= material.summary.born_until for place in keep]
    drawing.show(words("head.share"), _shares(np.array(born, dtype=np.float64)))
    status = [people.status[place] for place in keep]
    return _by_year(drawing, material, column, words, Timeline(material.demand.years, status, material.run.now))


def births(material: Material, column: int, words: Texts) -> Chart:
    """Births of the calendar year."""
    found, drawing = material.births, Drawing("births", [], [], [])
    values = found.counts[:, column]
    cuts = material.fan(("births", "all"), column)
    since = None if cuts is None else cuts[:, material.demand.years.index(found.years[0]) :]
    item = svg.Line(words("chart.births"), values, COLOURS["kindergarten"], found.born)
    drawing.fan(item, _counts(values), since)
    for name, every in zip(ORDER_NAMES, found.by_order, strict=True):
        drawing.show(words(f"head.order.{name}"), _counts(np.round(every[:, column])))
    drawing.show(words("head.share"), _shares(found.born))
    line = Timeline(found.years, found.status, material.summary.born_until)
    return _by_year(drawing, material, column, words, line)


def _by_year(drawing: Drawing, material: Material, column: int, words: Texts, line: Timeline | None = None) -> Chart:
    line = line or Timeline(material.demand.years, material.demand.status, material.run.now)
    area = material.demand.places[column].name(words.lang)
    title = f"{area} · {words(f'chart.{drawing.kind}')}"
    about = words("chart.about", area=area, first=line.years[0], last=line.years[-1])
    note = words(f"note.{drawing.kind}")
    levels = max((len(item.bands) for item in drawing.items), default=0)
    if levels:
        bands = words("chart.bands" if levels > 1 else "chart.band")
        about, note = words("chart.more", text=about, more=bands), words("chart.more", text=note, more=bands)
    eras = (words("status.nowcast"), words("status.projected"))
    drawn = svg.lines(line.years, drawing.items, line.now, eras, partial(short, lang=words.lang), title, about)
    labels = [words(f"status.{name}") for name in line.status]
    rows = zip(map(str, line.years), labels, *drawing.cells, strict=True)
    sheet = Sheet((words("head.year"), words("head.status"), *drawing.heads), tuple(rows), title)
    return Chart(drawing.kind, words(f"chart.{drawing.kind}"), drawn, note, sheet)


def pyramid(material: Material, column: int, words: Texts) -> Chart:
    """Men and women by age at the census, in the middle and in the last year to show."""
    people, run = material.people, material.summary
    years = tuple(dict.fromkeys((run.censuses[1], run.middle, run.show[-1])))
    items = [
        Outline(str(year), people.single[people.at(year), column], colour, filled=place == 0)
        for place, (year, colour) in enumerate(zip(years, (PAST, MIDDLE, LAST), strict=False))
    ]
    area = material.demand.places[column].name(words.lang)
    title = f"{area} · {words('chart.pyramid')}"
    about = words("chart.about", area=area, first=years[0], last=years[-1])
    sexes = (words("sex.male"), words("sex.female"))
    drawn = svg_pyramid.pyramid(items, sexes, partial(short, lang=words.lang), title, about)
    return Chart(
        "pyramid", words("chart.pyramid"), drawn, words("note.pyramid"), _ages(material, column, years, words, title)
    )


def _ages(material: Material, column: int, years: Sequence[int], words: Texts, title: str) -> Sheet:
    """People by five years of age and sex, with the share of all people who are born already."""
    people, sexes = material.people, (words("sex.male"), words("sex.female"))
    at = [people.at(year) for year in years]
    heads = [
        f"{year} {words('status.' + people.status[place])} {sex}"
        for year, place in zip(years, at, strict=True)
        for sex in sexes
    ]
    table = np.concatenate([people.grouped[place, column] for place in at])
    last = table.shape[1] - 1
    names = [
        f"{GROUP * group}–{GROUP * group + GROUP - 1}" if group < last else words("ages.open", age=GROUP * group)
        for group in range(last + 1)
    ]
    rows = [(name, *_counts(table[:, group])) for group, name in enumerate(names)]
    rows.append((words("head.total"), *_counts(table.sum(axis=1))))
    alive = [
        _alive(people.single[place, column], year - material.summary.born_until)
        for year, place in zip(years, at, strict=True)
    ]
    rows.append((words("head.share"), *(share(value) for value in alive for _ in sexes)))
    return Sheet((words("head.age"), *heads), tuple(rows), title)


def _alive(people: Floats, first: int) -> float:
    """Share of people (sex, age) of an age of ``first`` and over: those born until the last year on record."""
    return float(people[:, max(0, first) :].sum() / people.sum())


def _counts(values: Floats) -> list[str]:
    return [counted(value) for value in values]


def _shares(values: Floats) -> list[str]:
    return [share(float(value)) for value in values]
