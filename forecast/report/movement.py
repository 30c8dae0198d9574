"""Who moves where: arrivals and departures of the city, moves between areas, and the net of each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from forecast.axes import Floats
from forecast.errors import InputError
from forecast.report import svg
from forecast.report.charts import Chart
from forecast.report.material import Material
from forecast.report.opened import Place, frame
from forecast.report.say import NOTHING, Sheet, counted, share, short
from forecast.report.texts import Texts
from forecast.run.published_flows import PublishedFlows, published_flows

DECADE = 10
CAME, WENT = "#0072b2", "#d55e00"
SHADES = 4
"""Shades above the lightest."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Moves between places: origins down, destinations across, each cell with its shade; sums at the ends."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Movement:
    """The section of movement."""

    year: int
    told: tuple[str, ...]
    chart: Chart
    grid: Grid
    sides: Sheet
    scenarios: Sheet | None


@dataclass(frozen=True, slots=True, eq=False)
class _Net:
    """Net migration as published, people held apart among them: by scenario (year, area), the city last."""

    years: tuple[int, ...]
    values: dict[str, Floats]


def moved(material: Material, words: Texts) -> Movement | None:
    """The section; None where the run knows net migration only."""
    run = material.run
    try:
        flows = published_flows(run.folder, run.scenario)
    except InputError:
        return None
    year = next((item for item in material.summary.show if item in flows.years), flows.years[-1])
    net = _net(material)
    return Movement(
        year,
        _told(material, flows, net, year, words),
        _chart(material, flows, words),
        _grid(material, flows, year, words),
        _sides(material, flows, net, year, words),
        _scenarios(material, net, words),
    )


def _net(material: Material) -> _Net:
    table = frame(material.run, "balance", ["scenario", "area", "year", "migration"], every=True)
    table = table.astype({"scenario": str, "area": str})
    years = tuple(int(year) for year in np.unique(table["year"]))
    codes = [place.code for place in material.summary.places]
    values = {
        str(name): rows.pivot_table(index="year", columns="area", values="migration")
        .reindex(index=list(years), columns=codes)
        .to_numpy(np.float64)
        for name, rows in table.groupby("scenario")
    }
    return _Net(years, values)


def decades(years: tuple[int, ...], now: int) -> tuple[tuple[int, int], ...]:
    """First and last ten years after the record, as first and last year; one span where they would meet.

    >>> decades(tuple(range(2021, 2051)), 2022), decades((2021, 2022, 2023), 2021)
    (((2023, 2032), (2041, 2050)), ((2022, 2023),))
    """
    later = [year for year in years if year > now] or list(years)
    if len(later) < 2 * DECADE:
        return ((later[0], later[-1]),)
    return (later[0], later[DECADE - 1]), (later[-DECADE], later[-1])


def _told(material: Material, flows: PublishedFlows, net: _Net, year: int, words: Texts) -> tuple[str, ...]:
    """How many come and leave, from where and where to; then the net of the first and of the last ten years."""
    sides = flows.sides(year)
    came, went = sides.over_the_border
    city = material.summary.places[-1].name(words.lang)
    first = words(
        "movement.told",
        year=year,
        city=city,
        came=counted(came.sum()),
        went=counted(went.sum()),
        inside=counted(sides.arrivals[:, 0].sum()),
        near=share(came[0] / came.sum() if came.sum() else None),
        far=share(went[1] / went.sum() if went.sum() else None),
    )
    whole = net.values[material.run.scenario][:, -1]
    mobile = flows.net().sum(axis=-1)
    parts = [
        words(
            "movement.decade",
            first=low,
            last=high,
            net=_signed(_mean(whole, net.years, low, high)),
            moves=_signed(_mean(mobile, flows.years, low, high)),
        )
        for low, high in decades(flows.years, material.run.now)
    ]
    second = words("movement.net", city=city, decades=words("list.semicolon").join(parts))
    return first, second, words("movement.how.told") if flows.told else words("movement.how")


def _mean(values: Floats, years: tuple[int, ...], first: int, last: int) -> float:
    return float(values[years.index(first) : years.index(last) + 1].mean())


def _chart(material: Material, flows: PublishedFlows, words: Texts) -> Chart:
    """Arrivals and departures of the city by year."""
    came, went = zip(*(flows.sides(year).over_the_border for year in flows.years), strict=True)
    items = [
        svg.Line(words("head.arrivals"), np.sum(came, axis=-1), CAME),
        svg.Line(words("head.departures"), np.sum(went, axis=-1), WENT),
    ]
    city = material.summary.places[-1].name(words.lang)
    title = words("chart.movement", city=city)
    eras = (words("status.nowcast"), words("status.projected"))
    about = words("chart.about", area=city, first=flows.years[0], last=flows.years[-1])
    drawn = svg.lines(flows.years, items, material.run.now, eras, partial(short, lang=words.lang), title, about)
    heads = ["year", "status", "arrivals", "from.province", "from.nation"]
    heads += ["departures", "to.province", "to.nation", "net.moves"]
    rows = tuple(
        (
            str(year),
            words(f"status.{status}"),
            *map(counted, (into.sum(), *into, out.sum(), *out)),
            _signed(into.sum() - out.sum()),
        )
        for year, status, into, out in zip(flows.years, flows.status, came, went, strict=True)
    )
    sheet = Sheet(tuple(words(f"head.{name}") for name in heads), rows, title)
    return Chart("movement", title, drawn, words("note.movement"), sheet)


def _grid(material: Material, flows: PublishedFlows, year: int, words: Texts) -> Grid:
    whole, areas = flows.whole(year), len(flows.areas)
    steps = grades(float(whole.max()))
    names = (*_names(material, flows, words), words("movement.province"), words("movement.nation"))

    def cell(row: int, column: int) -> tuple[str, str]:
        if row == column or min(row, column) >= areas:
            return NOTHING, "none"
        value = whole[row, column]
        return counted(value), f"f{sum(value >= step for step in steps)}"

    rows = [
        (name, (*(cell(row, column) for column in range(len(names))), (counted(whole[row].sum()), "total")))
        for row, name in enumerate(names)
    ]
    sums = (*((counted(value), "total") for value in whole.sum(axis=0)), (counted(whole.sum()), "total"))
    marks = (f"<{counted(steps[0])}", *(f"≥{counted(step)}" for step in steps))
    return Grid((*names, words("movement.out")), (*rows, (words("movement.in"), sums)), marks)


def grades(top: float) -> tuple[float, ...]:
    """Where the shades begin, in persons: up to four rungs of 1, 3, 10, 30 .., the last at half of the top or below.

    >>> grades(9000.0), grades(7.0), grades(0.0)
    ((100.0, 300.0, 1000.0, 3000.0), (1.0, 3.0), (1.0,))
    """
    ladder = [unit * 10.0**power for power in range(9) for unit in (1.0, 3.0)]
    return tuple(rung for rung in ladder if rung <= top / 2.0)[-SHADES:] or (1.0,)


def _names(material: Material, flows: PublishedFlows, words: Texts) -> list[str]:
    known: dict[str, Place] = {place.code: place for place in material.summary.places}
    return [known[area.code].name(words.lang) for area in flows.areas]


def _sides(material: Material, flows: PublishedFlows, net: _Net, year: int, words: Texts) -> Sheet:
    """Arrivals, departures and net of the areas, people held apart beside them, the net of both last."""
    sides, at = flows.sides(year), flows.years.index(year)
    codes = [place.code for place in material.summary.places]
    order = [codes.index(area.code) for area in flows.areas]
    published = net.values[material.run.scenario][net.years.index(year)][order]
    apart = np.rint(published - flows.net()[at])
    parts = zip(_names(material, flows, words), sides.arrivals, sides.departures, sides.net, apart, strict=True)
    rows = [
        (
            name,
            *map(counted, (into.sum(), *into, out.sum(), *out)),
            *map(_signed, (moves, held, moves + held)),
        )
        for name, into, out, moves, held in parts
    ]
    into, out = sides.over_the_border
    moves, held = into.sum() - out.sum(), apart.sum()
    rows.append(
        (
            material.summary.places[-1].name(words.lang),
            *(counted(into.sum()), NOTHING, *map(counted, into)),
            *(counted(out.sum()), NOTHING, *map(counted, out)),
            *map(_signed, (moves, held, moves + held)),
        )
    )
    heads = ["area", "arrivals", "from.inside", "from.province", "from.nation"]
    heads += ["departures", "to.inside", "to.province", "to.nation", "net.moves", "net.apart", "net.all"]
    caption = words("movement.sides.caption", year=year)
    return Sheet(
        tuple(words(f"head.{name}") for name in heads), tuple(rows), caption, strong=frozenset({len(rows) - 1})
    )


def _scenarios(material: Material, net: _Net, words: Texts) -> Sheet | None:
    """Net migration of the city by scenario: a year in the first and last ten years, and of all years."""
    names = [str(name) for name in material.run.manifest["scenarios"] if name in net.values]
    if len(names) < 2:
        return None
    spans = decades(net.years, material.run.now)
    first, last = spans[0][0], spans[-1][1]
    rows = []
    for name in names:
        city = net.values[name][:, -1]
        means = [_signed(_mean(city, net.years, *span)) for span in spans]
        whole = city[net.years.index(first) : net.years.index(last) + 1].sum()
        rows.append((material.run.title(words.lang, name), *means, _signed(whole)))
    heads = [words("head.scenario"), *(words("head.net.year", first=low, last=high) for low, high in spans)]
    heads.append(words("head.net.whole", first=first, last=last))
    return Sheet(tuple(heads), tuple(rows), words("movement.scenarios.caption"))


def _signed(value: float) -> str:
    """A whole number with its sign, nought without.

    >>> _signed(1234.4), _signed(-3.0), _signed(0.2)
    ('+1,234', '−3', '0')
    """
    whole = round(value)
    return f"{whole:+,d}".replace("-", "\u2212") if whole else "0"
