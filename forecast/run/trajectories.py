"""Trajectories of a computed scenario: every published figure on every one of them, one area at a time.

The city is the sum of its districts on each trajectory, never a sum of quantiles. Services see the trajectories of one
area as if they stood side by side as areas, so that a nursery and a kindergarten share every shock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from forecast.axes import AGE, FEMALE, FERTILE, PUBLISHED_OPEN_AGE, Floats
from forecast.demography.noise import Draws
from forecast.demography.parity_measures import ORDER_NAMES, measures
from forecast.demography.sampled import Sampled
from forecast.demography.students import moves
from forecast.kernels.paths import Cells, blocks
from forecast.kernels.quantiles import summarise
from forecast.run.care_draws import care_level
from forecast.run.model import Result
from forecast.run.pupil_draws import attending_elsewhere, drawn_people, following
from forecast.services.plan import SERVICES, Place, measured_of, services
from forecast.services.school.view import Wanted
from forecast.services.series import Series

PROBS = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
FLOWS = ("population", "births", "deaths", "migration")
BORDERS = (0, 15, 60, 65, 80, PUBLISHED_OPEN_AGE + 1)
"""Between these ages people are summed once; groups of ages are made of the sums."""
GROUPS = {
    "all": slice(0, 5),
    "0-14": slice(0, 1),
    "15-59": slice(1, 2),
    "60+": slice(2, 5),
    "65+": slice(3, 5),
    "80+": slice(4, 5),
}
KINDS = (*FLOWS, "orders", "women", "fertility", "demand", "totals")
"""Everything that is summed up for each area."""
SCHOOL = ("kindergarten", "primary", "junior", "senior")
"""Services whose places together are the demand of school age."""
TOTALS = (
    *(("residents", group) for group in GROUPS),
    *((name, "all") for name in FLOWS[1:]),
    *(("births", order) for order in ORDER_NAMES),
    ("school-places", "all"),
)
"""Measure and part of the sums over cells; quantiles of a sum are no sum of quantiles."""
GROUP = 5
"""Years of age in a group of women."""
Key = tuple[str, str, str]
"""Service, part, measure."""
NO_SERVICE = ""
"""In the key of births, which belong to no service."""
Pair = tuple[Floats, Floats]
"""Mean and quantiles."""


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """Mean (...) and quantiles (prob, ...) of something by area, the city last."""

    mean: Floats
    quantiles: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """Probabilities for one service by area, the city last.

    peak_after  that the greatest need of all years from now on comes after a year     (year, area)
    above_now   that a year's need exceeds that of the last year on record             (year, area)
    above       that it exceeds a known capacity, by area code                         (year,)
    """

    peak_after: Floats
    above_now: Floats
    above: Mapping[str, Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What the trajectories of one scenario amount to.

    tables   population (year, area, sex, age), births (year, area, age), deaths and migration likewise, without launch;
             orders: births (year, area, order, age); women (year, area, parity, age group); fertility (measure, year,
             area)
    demand   (series, year, area), series in the order of ``Result.demand``
    totals   (total, year, area), in the order of ``TOTALS``; flows of the launch year are nought
    chances  by service
    kept     births by order and the figures of each service that are compared, on every trajectory (year, area, draw),
             the city last; births of the launch year are nought
    """

    draws: Draws
    tables: Mapping[str, Summary]
    demand: Summary
    totals: Summary
    chances: Mapping[str, Chances]
    kept: Mapping[Key, Floats]


@dataclass(slots=True, eq=False)
class _Parts:
    """One area, or the sum of several, on every trajectory; draws last."""

    flows: dict[str, Floats]
    demand: Floats
    totals: Floats
    exposed: Floats

    def plus(self, other: _Parts) -> _Parts:
        """Itself with another area added, in place: a city of a thousand trajectories fills a gigabyte."""
        for name, values in other.flows.items():
            self.flows[name] += values
        self.demand += other.demand
        self.totals += other.totals
        self.exposed += other.exposed
        return self

    def fertility(self, *, moving: bool) -> Floats:
        """Measures of fertility (measure, year, draw): of sums, never sums of measures."""
        return measures(self.flows["orders"], self.exposed, moving=moving)


@dataclass(frozen=True, slots=True, eq=False)
class _Task:
    """What is asked of every area.

    items      series in their order, and the place of each service's main one (``main``)
    elsewhere  children who attend in another area, and how far pupils on record stray
    """

    result: Result
    sampled: Sampled
    items: Sequence[Series]
    main: Mapping[str, int]
    elsewhere: Wanted


@dataclass(slots=True, eq=False)
class _Gathered:
    """Summaries area after area."""

    summed: dict[str, list[Pair]] = field(default_factory=lambda: {name: [] for name in KINDS})
    chances: dict[str, list[tuple[Floats, Floats, Floats | None]]] = field(default_factory=dict)
    kept: list[Mapping[Key, Floats]] = field(default_factory=list)


def drawn(
    result: Result,
    sampled: Sampled,
    capacity: Mapping[tuple[str, str], float],
    *,
    threads: int = 2,
    done: Callable[[int], None] | None = None,
) -> Drawn:
    """Run the trajectories of all areas and sum them up; the same bytes whatever the number of threads (law 12).

    capacity  known capacity by area code and service
    done      is told how many areas are worked out, the city not among them
    """
    items, main = _served(result)
    figures = _compared(result, items)
    task = _task(result, sampled, items, main, threads)
    moving = result.systems.districts.by_order.moving

    def work(area: int) -> tuple[_Parts, dict[str, Pair]]:
        parts = _area(task, area)
        return parts, _summed(parts, moving=moving)

    gathered = _Gathered()
    whole: list[_Parts] = []
    codes = [area.code for area in result.areas]
    for number, (parts, summed) in enumerate(blocks(range(len(codes)), work, threads)):
        gathered.kept.append(_figures(parts, figures))
        _gather(gathered, result, parts, summed, main, codes[number], capacity)
        whole = [whole[0].plus(parts)] if whole else [parts]
        if done is not None:
            done(number + 1)
    city = whole[0]
    _gather(gathered, result, city, _summed(city, threads, moving=moving), main, result.parents[0].code, capacity)
    return _stacked(gathered, sampled.draws, [*codes, result.parents[0].code])


def courses(
    result: Result, sampled: Sampled, *, threads: int = 2, done: Callable[[int], None] | None = None
) -> Mapping[Key, Floats]:
    """What ``Drawn.kept`` holds and nothing else: no other figure is summed up, which takes half the time.

    done  is told how many areas are worked out, the city not among them
    """
    items, main = _served(result)
    figures = _compared(result, items)
    task = _task(result, sampled, items, main, threads)
    found = []
    areas = range(len(result.areas))
    for number, kept in enumerate(blocks(areas, lambda area: _figures(_area(task, area), figures), threads)):
        found.append(kept)
        if done is not None:
            done(number + 1)
    return _with_city(found)


def _figures(parts: _Parts, figures: Mapping[Key, int]) -> Mapping[Key, Floats]:
    """Births by order and figures that are compared of one area (year, draw), copied: what they are cut from is large.

    figures  places of the series to keep
    """
    born = {
        (NO_SERVICE, part, measure): parts.totals[place].copy()
        for place, (measure, part) in enumerate(TOTALS)
        if measure == "births"
    }
    return {**born, **{key: parts.demand[number].copy() for key, number in figures.items()}}


def _with_city(found: Sequence[Mapping[Key, Floats]]) -> Mapping[Key, Floats]:
    """Areas as the axis after the year, the city as their sum on each trajectory."""
    kept = {}
    for key in found[0]:
        areas = np.stack([figures[key] for figures in found], axis=1)
        kept[key] = np.concatenate([areas, areas.sum(axis=1, keepdims=True)], axis=1)
    return kept


def _served(result: Result) -> tuple[list[Series], dict[str, int]]:
    """All series of all services, and the place of each service's main one."""
    items = [item for service in result.demand.values() for item in service.series]
    return items, {name: _main(items, service.name, service.main) for name, service in result.demand.items()}


def _compared(result: Result, items: Sequence[Series]) -> dict[Key, int]:
    """The places of the series by which scenarios are compared."""
    return {
        (name, part, measure): _main(items, name, measure, part)
        for name, service in result.demand.items()
        for part, measure in service.compared
    }


def _main(items: Sequence[Series], service: str, measure: str, part: str = "all") -> int:
    return next(
        number
        for number, item in enumerate(items)
        if (item.service, item.part, item.measure) == (service, part, measure)
    )


def _task(result: Result, sampled: Sampled, items: Sequence[Series], main: Mapping[str, int], threads: int) -> _Task:
    draws = sampled.draws
    elsewhere = attending_elsewhere(result, sampled, lambda code: tastes(result, draws, code), threads)
    return _Task(result, sampled, items, main, elsewhere)


def _area(task: _Task, area: int) -> _Parts:
    result, main = task.result, task.main
    cells, orders = task.sampled.whole(area)
    if orders is None:
        raise ValueError("trajectories of a project know births by order")
    apart = result.systems.students[:, area]
    people, migrants = cells.people, cells.migrants
    young = slice(0, int(np.flatnonzero(apart.any(axis=(0, 1))).max(initial=0)) + 2)
    people[:, :, young] += apart[:, :, young, None]
    migrants[:, :, young] += moves(apart[:-1], apart[1:])[:, :, young, None]
    demand = _demand(task, cells, people, apart, area)
    flows = {
        "population": _published(people),
        "births": cells.by_mother[:, FERTILE.start : FERTILE.stop],
        "deaths": _published(cells.deaths),
        "migration": _published(migrants),
        "orders": orders.births,
        "women": in_groups_of_five(orders.women, apart[:, FEMALE, :, None]),
    }
    school = sum((demand[main[name]] for name in SCHOOL if name in main), np.zeros(demand.shape[1:]))
    return _Parts(flows, demand, totals(flows, school), orders.exposed)


def in_groups_of_five(women: Floats, apart: Floats) -> Floats:
    """Women by number of children and five-year age group, all ages first (year, parity, group, ...).

    women (year, parity, age, ...), ages those of ``FERTILE``;  apart  students, without a child (year, age, ...)
    """
    held = apart[:, FERTILE.start : FERTILE.stop]
    groups = women.reshape(*women.shape[:2], -1, GROUP, *women.shape[3:]).sum(axis=3)
    groups[:, 0] += held.reshape(len(held), -1, GROUP, *held.shape[2:]).sum(axis=2)
    return np.concatenate([groups.sum(axis=2, keepdims=True), groups], axis=2)


def totals(flows: Mapping[str, Floats], school: Floats) -> Floats:
    """Sums over cells (total, year, column), in the order of ``TOTALS``.

    flows   by name of ``FLOWS`` and births by order, cells between years and columns: trajectories, or areas
                                                                                     (year, .., age, column)
    school  places of all school ages                                                        (year, column)
    """
    people = flows["population"]
    cuts = [people[:, :, low:high].sum(axis=(1, 2)) for low, high in pairwise(BORDERS)]
    found = np.zeros((len(TOTALS), *school.shape))
    for place, between in enumerate(GROUPS.values()):
        found[place] = sum(cuts[between])
    for place, name in enumerate(FLOWS[1:], len(GROUPS)):
        found[place, 1:] = flows[name].sum(axis=tuple(range(1, flows[name].ndim - 1)))
    for order in range(len(ORDER_NAMES)):
        found[order - len(ORDER_NAMES) - 1, 1:] = flows["orders"][:, order].sum(axis=1)
    found[-1] = school
    return found


def _published(values: Floats) -> Floats:
    """Ages 0..99 and 100+ of (year, sex, age, draw): a view of the same memory; age 100 takes in the older."""
    values[:, :, PUBLISHED_OPEN_AGE] = values[:, :, PUBLISHED_OPEN_AGE:].sum(axis=2)
    return values[:, :, : PUBLISHED_OPEN_AGE + 1]


def tastes(result: Result, draws: Draws, code: str) -> Mapping[str, Floats]:
    """How much one area's people take to each service on each trajectory: in part as all of the city do (draw,)."""
    shared = result.models.uncertainty.take_up.shared.value
    city, own = (draws.normals(f"{name} take-up", len(SERVICES))[0] for name in (draws.parent, code))
    both = np.sqrt(shared) * city + np.sqrt(1.0 - shared) * own
    found = dict(zip(SERVICES, both, strict=True))
    found["eldercare local"] = care_level(result, draws, code)
    found["nursery local"] = draws.normals(f"{code} nursery level", 1)[0, 0]
    return found


def _demand(task: _Task, cells: Cells, people: Floats, apart: Floats, area: int) -> Floats:
    """All series of all services on every trajectory (series, year, draw)."""
    result = task.result
    seen = drawn_people(result, cells, people, area, apart)
    place = result.areas[area]
    places = (Place(place.code, place.level),) * len(seen.areas)
    taste = tastes(result, task.sampled.draws, place.code)
    school = following(result, area, task.elsewhere)
    known = measured_of(result.services)
    plan = services(result.models, result.facts, places, seen, result.province, result.nation, taste, school, known)
    found: dict[Key, Floats] = {
        (item.service, item.part, item.measure): item.values
        for service in plan.values()
        for item in service.demand().series
    }
    nothing = np.zeros((len(seen.years), len(seen.areas)))
    # An area without a grade that others have needs no place in it.
    return np.stack([found.get((item.service, item.part, item.measure), nothing) for item in task.items])


def _summed(parts: _Parts, threads: int = 1, *, moving: bool) -> dict[str, Pair]:
    every = {**parts.flows, "demand": parts.demand, "totals": parts.totals, "fertility": parts.fertility(moving=moving)}
    return {name: summarise(values, PROBS, threads) for name, values in every.items()}


def _gather(
    gathered: _Gathered,
    result: Result,
    parts: _Parts,
    summed: Mapping[str, Pair],
    main: Mapping[str, int],
    code: str,
    capacity: Mapping[tuple[str, str], float],
) -> None:
    for name, summary in summed.items():
        gathered.summed[name].append(summary)
    now = result.people.place(result.people.nowcast_until)
    for name, number in main.items():
        need = parts.demand[number]
        known = capacity.get((code, name))
        above = None if known is None else (need > known).mean(axis=-1)
        gathered.chances.setdefault(name, []).append((_peak_after(need, now), (need > need[now]).mean(axis=-1), above))


def _peak_after(need: Floats, now: int) -> Floats:
    """Share of trajectories whose first greatest need from ``now`` on comes after each year (year,)."""
    peak = now + need[now:].argmax(axis=0)
    return np.asarray((peak[None] > np.arange(len(need))[:, None]).mean(axis=-1))


def _stacked(gathered: _Gathered, draws: Draws, codes: Sequence[str]) -> Drawn:
    """Areas as the axis after the year."""
    tables = {name: _along(gathered.summed[name], 1) for name in (*FLOWS, "orders", "women")}
    tables["fertility"] = _along(gathered.summed["fertility"], 2)
    demand, totals = (_along(gathered.summed[name], 2) for name in ("demand", "totals"))
    chances = {}
    for name, items in gathered.chances.items():
        above = {code: item[2] for code, item in zip(codes, items, strict=True) if item[2] is not None}
        after, more = np.stack([item[0] for item in items], axis=AGE), np.stack([item[1] for item in items], axis=AGE)
        chances[name] = Chances(after, more, above)
    return Drawn(draws, tables, demand, totals, chances, _with_city(gathered.kept))


def _along(items: Sequence[Pair], axis: int) -> Summary:
    mean, cuts = zip(*items, strict=True)
    return Summary(np.stack(mean, axis=axis), np.stack(cuts, axis=axis + 1))
