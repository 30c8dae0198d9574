"""What ``forecast compare`` tells: two scenarios computed on common trajectories, and what becomes of the gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from forecast.cli.factors import find_area, find_service
from forecast.errors import InputError
from forecast.kernels.quantiles import summarise
from forecast.project.load import load_models, load_scenario
from forecast.run.differences import Pair, Side, of, unit_of
from forecast.run.fertility_frames import areas_of
from forecast.run.inputs import Area
from forecast.run.model import Desk, Result, computed
from forecast.run.project import Drawing, Notice, draws_of
from forecast.run.provision import BEDS, CAPACITY
from forecast.run.trajectories import NO_SERVICE, Key, courses
from forecast.run.verdicts import BETWEEN, Capacity, Ends, Verdict, verdict
from forecast.services.facts import Facts
from forecast.tables.project_tables import read_tables

CHILDREN = ("nursery", "kindergarten", "primary", "junior", "senior")
"""Services whose need follows births; one sentence is told for each."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to compare; None: the city, every service, the years that the project shows, trajectories as stated."""

    area: str | None = None
    service: str | None = None
    years: str | None = None
    trajectories: int | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of one year: both scenarios without shocks, what the second has more, the 80 % interval of that."""

    service: str | None
    part: str
    measure: str
    unit: str
    year: int
    base: float
    other: float
    difference: float
    between: Ends | None
    percent: float | None


@dataclass(frozen=True, slots=True)
class Compared:
    """Two scenarios beside one another in one area.

    trajectories  0: none were run, and nothing has an interval
    lines     births by order, then places of the services (classes and staff of one service, or where they alone
              change), year by year
    verdicts  what becomes of need, service by service
    same      whether no figure of the area differs, in any year, on any trajectory
    unknown   services of ``verdicts`` without a capacity on record in the area: their gap is unknown
    """

    base: str
    other: str
    titles: tuple[dict[str, str], dict[str, str]]
    area: Area
    trajectories: int
    seed: int | None
    years: tuple[int, ...]
    lines: tuple[Line, ...]
    verdicts: tuple[Verdict, ...]
    same: bool
    unknown: tuple[str, ...]


def compared(project: Path, first: str, second: str, asked: Asked, notice: Notice) -> Compared:
    """Compute both scenarios and compare them; ``InputError`` names what there is instead of what was asked for."""
    overlays = [load_scenario(project, name) for name in (first, second)]
    models = [load_models(project, overlay) for overlay in overlays]
    # Both are drawn alike, even where one of them states other trajectories than the other.
    stated = models[0].uncertainty.draws
    count = stated.trajectories if asked.trajectories is None else asked.trajectories
    drawing = Drawing(count, stated.seed if asked.seed is None else asked.seed)
    notice("reading", 0.0, 2, 0)
    desk = Desk(read_tables(project))
    results = [computed(desk, overlay, drawing.into(model)) for overlay, model in zip(overlays, models, strict=True)]
    # Whatever was asked for in vain is said before the trajectories are run.
    areas = areas_of(results[0])
    area = find_area(areas, asked.area) if asked.area else areas[-1]
    service = find_service(results[0], asked.service) if asked.service else None
    years = _years(asked.years, results[0])
    pair = Pair(*_sides(results, notice))
    return _told(pair, desk.provision(), area, service, years)


def _sides(results: Sequence[Result], notice: Notice) -> tuple[Side, Side]:
    """Both scenarios on the same trajectories; a scenario beside itself is computed once."""
    first, second = results
    base = _side(first, 0, notice)
    return base, base if first.scenario.head.name == second.scenario.head.name else _side(second, 1, notice)


def _side(result: Result, before: int, notice: Notice) -> Side:
    """One scenario on its trajectories; ``before`` of the two are done already."""
    draws = draws_of(result)
    if draws is None:
        return Side(result, None, {})
    areas, count = len(result.areas), len(draws.numbers)

    def done(here: int) -> None:
        notice(result.scenario.head.name, before + here / areas, 2, (before * areas + here) * count)

    return Side(result, draws, courses(result, result.systems.sample(draws), done=done))


def _years(text: str | None, result: Result) -> tuple[int, ...]:
    """The years asked for, or those that the project shows; births begin after the launch."""
    there = result.people.years[1:]
    if text is None:
        shown = tuple(year for year in result.models.project.time.show if year in there)
        return shown or (there[-1],)
    words = [word.strip() for word in text.replace("，", ",").split(",") if word.strip()]
    wrong = [word for word in words if not word.isdecimal() or int(word) not in there]
    if wrong or not words:
        raise InputError.one(
            "--years",
            f"years from {there[0]} to {there[-1]}, separated by commas",
            wrong[0] if wrong else repr(text),
            f"for example --years {there[-1] - 15},{there[-1]}",
        )
    return tuple(sorted({int(word) for word in words}))


def _told(pair: Pair, facts: Facts, area: Area, service: str | None, years: tuple[int, ...]) -> Compared:
    base, draws = pair.base.result, pair.base.draws
    place = areas_of(base).index(area)
    keys = [key for key in pair.keys if service is None or key[0] in (NO_SERVICE, service)]
    needs = [key for key in keys if key[0] != NO_SERVICE and key[1:] == ("all", base.demand[key[0]].main)]
    capacities = {key[0]: capacity(facts, area.code, key[0]) for key in needs}
    middle = _middle(years, base)
    verdicts = tuple(
        verdict(pair, key, place, middle, capacities[key[0]])
        for key in needs
        if key[0] in (CHILDREN if service is None else (service,)) or capacities.get(key[0]) is not None
    )
    heads = [side.result.scenario.head for side in (pair.base, pair.other)]
    titles = [{"zh": head.title_zh, "en": head.title_en} for head in heads]
    return Compared(
        pair.base.name,
        pair.other.name,
        (titles[0], titles[1]),
        area,
        len(draws.numbers) if draws is not None else 0,
        draws.seed if draws is not None else None,
        years,
        tuple(line for key in keys if _tells(pair, key, place, service) for line in _lines(pair, key, place, years)),
        verdicts,
        all(pair.same(key, place) for key in pair.keys),
        tuple(item.service for item in verdicts if item.capacity is None),
    )


def _tells(pair: Pair, key: Key, area: int, asked: str | None) -> bool:
    """Whether a figure says more than places do: classes and staff do for one service, or where they alone change."""
    if key[0] == NO_SERVICE or asked is not None:
        return True
    main = ("all", pair.base.result.demand[key[0]].main)
    return key[1:] == main or (pair.same((key[0], *main), area) and not pair.same(key, area))


def _middle(years: Sequence[int], result: Result) -> int:
    """The year that changes are told for: the middle one of those shown that lie ahead."""
    ahead = [year for year in years if year > result.born_until] or [result.people.years[-1]]
    return ahead[len(ahead) // 2]


def _lines(pair: Pair, key: Key, area: int, years: Sequence[int]) -> list[Line]:
    service, part, measure = key
    unit, found = unit_of(pair.other.result, key), []
    places = [pair.base.result.people.place(year) for year in years]
    base, other, gain = (
        values[:, area] for values in (of(pair.base.points, key), of(pair.other.points, key), pair.point(key))
    )
    cuts = summarise(pair.changes(key, area)[places], BETWEEN)[1] if pair.drawn else None
    for row, (year, at) in enumerate(zip(years, places, strict=True)):
        between = None if cuts is None else (float(cuts[0, row]), float(cuts[1, row]))
        one, two, more = float(base[at]), float(other[at]), float(gain[at])
        percent = 100.0 * more / one if one else None
        found.append(Line(service or None, part, measure, unit, year, one, two, more, between, percent))
    return found


def capacity(facts: Facts, area: str, service: str) -> Capacity | None:
    """The latest capacity on record of a service in an area; None where there is none."""
    measure = CAPACITY.get(service, BEDS)
    known = {
        year: fact
        for (code, year, name, what), fact in facts.supply.items()
        if (code, name, what) == (area, service, measure)
    }
    if not known:
        return None
    year = max(known)
    return Capacity(known[year].value, year, known[year].status, known[year].source)
