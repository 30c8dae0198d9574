"""What concerns all areas at once: the headline figures, the map of change by area and service, the scenarios."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from forecast.report import svg
from forecast.report.charts import Chart
from forecast.report.material import Material
from forecast.report.say import Sheet, change, counted, dashed, measured, percent, share, short, span
from forecast.report.summary import within
from forecast.report.texts import Texts

STEPS = (5.0, 20.0, 40.0, 60.0)
"""Where the shades of change begin, in percent."""
INKS = ("#111111", "#0072b2", "#d55e00", "#117733", "#882255", "#8c6d00", "#332288", "#3d94c4")


@dataclass(frozen=True, slots=True)
class Card:
    """A headline figure: what, how it changes, from and to."""

    name: str
    change: str
    rises: bool
    span: str
    note: str
    between: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the map of change: the change, its shade, the two numbers behind it."""

    change: str
    shade: str
    span: str


@dataclass(frozen=True, slots=True)
class Heat:
    """Change by area (rows) and service (columns)."""

    heads: tuple[str, ...]
    born: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[Cell, ...]], ...]


def cards(material: Material, words: Texts) -> list[Card]:
    """School age together, then kindergarten, people of 80 and over, beds."""
    summary, people = material.summary, material.people
    before, after, born = summary.school
    at = summary.show.index(summary.middle)
    between = summary.school_between
    found = [_card(words("card.school"), before, after, _users(born, summary.middle, words), words, between)]
    city = {item.service: item for item in summary.blocks}
    if "kindergarten" in city:
        item = city["kindergarten"].city
        found.append(
            _card(
                words("card.kindergarten"),
                item.now,
                item.shown[at],
                _users(item.born[1], summary.middle, words),
                words,
                item.between[at] if item.between else None,
            )
        )
    eighty, cuts = people.over(80)[:, -1], material.fan(("residents", "80+"), -1)
    between = None if cuts is None else within(cuts[:, material.demand.years.index(summary.middle)])
    found.append(
        _card(
            words("card.eighty"),
            eighty[people.at(summary.now_year)],
            eighty[people.at(summary.middle)],
            words("card.alive"),
            words,
            between,
        )
    )
    if "eldercare" in city:
        item = city["eldercare"].city
        between = item.between[at] if item.between else None
        found.append(_card(words("card.beds"), item.now, item.shown[at], words("card.beds.note"), words, between))
    return found


def _users(born: float | None, year: int, words: Texts) -> str:
    return words("card.unborn", year=year) if born == 0.0 else words("card.born", year=year, share=share(born))


def _card(name: str, before: float, after: float, note: str, words: Texts, between: tuple[float, float] | None) -> Card:
    return Card(
        name,
        change(before, after),
        after > before,
        words("card.span", before=counted(before), after=counted(after)),
        note,
        words("card.between", span=dashed(span(*between, words.lang))) if between else "",
    )


def shade(before: float, after: float) -> str:
    """The class of a change: f for a fall, r for a rise, 0 to 4 by its size.

    >>> shade(100, 30), shade(100, 104), shade(100, 125)
    ('f4', 'r0', 'r2')
    """
    if not before:
        return "none"
    moved = round(100.0 * (after / before - 1.0), 9)
    return ("f" if moved < 0 else "r") + str(sum(abs(moved) >= step for step in STEPS))


def heat(material: Material, words: Texts) -> Heat:
    """Change of each service's main number from now to the middle year."""
    summary = material.summary
    at = summary.show.index(summary.middle)
    rows = []
    for row, place in enumerate(summary.places):
        figures = [block.figures[row] for block in summary.blocks]
        cells = tuple(
            Cell(
                change(one.now, one.shown[at]),
                shade(one.now, one.shown[at]),
                f"{counted(one.now)} → {counted(one.shown[at])}",
            )
            for one in figures
        )
        rows.append((place.code, place.name(words.lang), cells))
    heads = tuple(f"{words.label('service', block.service)} {measured(block, words)}" for block in summary.blocks)
    return Heat(heads, tuple(share(block.city.born[1]) for block in summary.blocks), tuple(rows))


def scenarios(material: Material, words: Texts) -> Chart:
    """Kindergarten places of the city under every scenario of the run."""
    known, run = material.demand, material.run
    names, first = list(material.scenarios), known.years.index(run.now)
    born = known.born["kindergarten", "all", "places"][:, -1]
    colours = dict(
        zip([run.scenario, *(name for name in names if name != run.scenario)], INKS * len(names), strict=False)
    )
    titles = [run.title(words.lang, name) for name in names]
    items = [
        svg.Line(title, material.scenarios[name][first:], colours[name], heavy=name == run.scenario)
        for name, title in zip(names, titles, strict=True)
    ]
    city = known.places[-1].name(words.lang)
    title = words("chart.scenarios", city=city)
    eras = (words("status.nowcast"), words("status.projected"))
    about = words("chart.about", area=city, first=run.now, last=known.years[-1])
    drawn = svg.lines(known.years[first:], items, run.now, eras, partial(short, lang=words.lang), title, about)
    heads = (words("head.year"), words("head.status"), words("head.share"), *titles)
    rows = tuple(
        (
            str(year),
            words(f"status.{known.status[place]}"),
            share(float(born[place])),
            *(counted(material.scenarios[name][place]) for name in names),
        )
        for place, year in enumerate(known.years)
    )
    return Chart("scenarios", title, drawn, words("note.scenarios"), Sheet(heads, rows, title))


def whys(material: Material, words: Texts) -> Sheet:
    """Every scenario and what it is for, with its kindergarten places in the middle and the last year to show."""
    years = material.summary.show
    known = material.demand.years
    base = material.scenarios[material.run.scenario]
    rows = []
    for name, values in material.scenarios.items():
        shown = [
            _beside(values[known.index(year)], base[known.index(year)], name == material.run.scenario) for year in years
        ]
        rows.append((material.run.title(words.lang, name), *shown, material.run.why(words.lang, name)))
    heads = (words("head.scenario"), *(f"{year} {words('status.projected')}" for year in years), words("head.why"))
    return Sheet(heads, tuple(rows), words("scenarios.caption", born=_born(material, words)), prose=True)


def _beside(value: float, base: float, same: bool) -> str:
    return counted(value) if same or not base else f"{counted(value)} ({percent(100.0 * (value / base - 1.0))})"


def _born(material: Material, words: Texts) -> str:
    values = material.demand.born["kindergarten", "all", "places"][:, -1]
    parts = [f"{year} {share(float(values[material.demand.years.index(year)]))}" for year in material.summary.show]
    return words.listed(parts)
