"""Trajectories of a computed scenario: every published figure on every one of them, one area at a time.

The city is the sum of its districts on each trajectory, never a sum of quantiles. Services see the trajectories of one
area as if they stood side by side as areas, so that a nursery and a kindergarten share every shock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from forecast.axes import AGE, FERTILE, PUBLISHED_OPEN_AGE, Floats
from forecast.demography.noise import Draws
from forecast.demography.sampled import Sampled
from forecast.demography.students import moves
from forecast.kernels.paths import Cells, blocks
from forecast.kernels.quantiles import summarise
from forecast.run.model import Result
from forecast.services.people import People
from forecast.services.plan import Place, services
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
SCHOOL = ("kindergarten", "primary", "junior", "senior")
"""Services whose places together are the demand of school age."""
TOTALS = (*(("residents", group) for group in GROUPS), *((name, "all") for name in FLOWS[1:]), ("school-places", "all"))
"""Measure and part of the sums over cells; quantiles of a sum are no sum of quantiles."""
Key = tuple[str, str, str]
"""Service, part, measure."""
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

    tables   population (year, area, sex, age), births (year, area, age), deaths and migration likewise, without launch
    demand   (series, year, area), series in the order of ``Result.demand``
    totals   (total, year, area), in the order of ``TOTALS``; flows of the launch year are nought
    chances  by service
    kept     main figures of each service on every trajectory (year, area, draw), where asked for
    """

    draws: Draws
    tables: Mapping[str, Summary]
    demand: Summary
    totals: Summary
    chances: Mapping[str, Chances]
    kept: Mapping[str, Floats]


@dataclass(slots=True, eq=False)
class _Parts:
    """One area, or the sum of several, on every trajectory; draws last."""

    flows: dict[str, Floats]
    demand: Floats
    totals: Floats

    def plus(self, other: _Parts) -> _Parts:
        """Itself with another area added, in place: a city of a thousand trajectories fills a gigabyte."""
        for name, values in other.flows.items():
            self.flows[name] += values
        self.demand += other.demand
        self.totals += other.totals
        return self


@dataclass(slots=True, eq=False)
class _Gathered:
    """Summaries area after area."""

    summed: dict[str, list[Pair]] = field(default_factory=lambda: {name: [] for name in (*FLOWS, "demand", "totals")})
    chances: dict[str, list[tuple[Floats, Floats, Floats | None]]] = field(default_factory=dict)
    kept: dict[str, list[Floats]] = field(default_factory=dict)


def drawn(
    result: Result,
    sampled: Sampled,
    capacity: Mapping[tuple[str, str], float],
    *,
    keep: bool = False,
    threads: int = 2,
    done: Callable[[int], None] | None = None,
) -> Drawn:
    """Run the trajectories of all areas and sum them up; the same bytes whatever the number of threads (law 12).

    capacity  known capacity by area code and service
    keep      keep the main figures of each service on every trajectory
    done      is told how many areas are worked out, the city not among them
    """
    items = [item for service in result.demand.values() for item in service.series]
    main = {name: _main(items, service.name, service.main) for name, service in result.demand.items()}

    def work(area: int) -> tuple[_Parts, dict[str, Pair]]:
        parts = _area(result, sampled, area, items, main)
        return parts, _summed(parts)

    gathered = _Gathered()
    whole: list[_Parts] = []
    codes = [area.code for area in result.areas]
    for number, (parts, summed) in enumerate(blocks(range(len(codes)), work, threads)):
        _gather(gathered, result, parts, summed, main, codes[number], capacity, keep)
        whole = [whole[0].plus(parts)] if whole else [parts]
        if done is not None:
            done(number + 1)
    city = whole[0]
    _gather(gathered, result, city, _summed(city, threads), main, result.parents[0].code, capacity, keep)
    return _stacked(gathered, sampled.draws, [*codes, result.parents[0].code])


def _main(items: Sequence[Series], service: str, measure: str) -> int:
    return next(
        number
        for number, item in enumerate(items)
        if (item.service, item.part, item.measure) == (service, "all", measure)
    )


def _area(result: Result, sampled: Sampled, area: int, items: Sequence[Series], main: Mapping[str, int]) -> _Parts:
    cells = sampled.cells(area, events=True)
    apart = result.systems.students[:, area]
    people, migrants = cells.people, cells.migrants
    young = slice(0, int(np.flatnonzero(apart.any(axis=(0, 1))).max(initial=0)) + 2)
    people[:, :, young] += apart[:, :, young, None]
    migrants[:, :, young] += moves(apart[:-1], apart[1:])[:, :, young, None]
    demand = _demand(result, cells, people, apart, area, items)
    flows = {
        "population": _published(people),
        "births": cells.by_mother[:, FERTILE.start : FERTILE.stop],
        "deaths": _published(cells.deaths),
        "migration": _published(migrants),
    }
    school = sum((demand[main[name]] for name in SCHOOL if name in main), np.zeros(demand.shape[1:]))
    return _Parts(flows, demand, totals(flows, school))


def totals(flows: Mapping[str, Floats], school: Floats) -> Floats:
    """Sums over cells (total, year, column), in the order of ``TOTALS``.

    flows   by name of ``FLOWS``, cells between years and columns: trajectories, or areas     (year, .., age, column)
    school  places of all school ages                                                        (year, column)
    """
    people = flows["population"]
    cuts = [people[:, :, low:high].sum(axis=(1, 2)) for low, high in pairwise(BORDERS)]
    found = np.zeros((len(TOTALS), *school.shape))
    for place, between in enumerate(GROUPS.values()):
        found[place] = sum(cuts[between])
    for place, name in enumerate(FLOWS[1:], len(GROUPS)):
        found[place, 1:] = flows[name].sum(axis=tuple(range(1, flows[name].ndim - 1)))
    found[-1] = school
    return found


def _published(values: Floats) -> Floats:
    """Ages 0..99 and 100+ of (year, sex, age, draw): a view of the same memory; age 100 takes in the older."""
    values[:, :, PUBLISHED_OPEN_AGE] = values[:, :, PUBLISHED_OPEN_AGE:].sum(axis=2)
    return values[:, :, : PUBLISHED_OPEN_AGE + 1]


def _demand(result: Result, cells: Cells, people: Floats, apart: Floats, area: int, items: Sequence[Series]) -> Floats:
    """All series of all services on every trajectory (series, year, draw)."""
    count = people.shape[-1]
    known = result.people
    launch = np.full((1, count), known.births[0, area])
    seen = People(
        (known.areas[area],) * count,
        known.years,
        people.transpose(0, 3, 1, 2),
        np.concatenate([launch, cells.births]),
        known.born_until,
        known.nowcast_until,
        apart[:, None],
    )
    place = result.areas[area]
    plan = services(
        result.models, result.facts, (Place(place.code, place.level),) * count, seen, result.province, result.nation
    )
    found: dict[Key, Floats] = {
        (item.service, item.part, item.measure): item.values
        for service in plan.values()
        for item in service.demand().series
    }
    nothing = np.zeros((len(known.years), count))
    # An area without a grade that others have needs no place in it.
    return np.stack([found.get((item.service, item.part, item.measure), nothing) for item in items])


def _summed(parts: _Parts, threads: int = 1) -> dict[str, Pair]:
    every = {**parts.flows, "demand": parts.demand, "totals": parts.totals}
    return {name: summarise(values, PROBS, threads) for name, values in every.items()}


def _gather(
    gathered: _Gathered,
    result: Result,
    parts: _Parts,
    summed: Mapping[str, Pair],
    main: Mapping[str, int],
    code: str,
    capacity: Mapping[tuple[str, str], float],
    keep: bool,
) -> None:
    for name, summary in summed.items():
        gathered.summed[name].append(summary)
    now = result.people.place(result.people.nowcast_until)
    for name, number in main.items():
        need = parts.demand[number]
        known = capacity.get((code, name))
        above = None if known is None else (need > known).mean(axis=-1)
        gathered.chances.setdefault(name, []).append((_peak_after(need, now), (need > need[now]).mean(axis=-1), above))
        if keep:
            gathered.kept.setdefault(name, []).append(need.copy())


def _peak_after(need: Floats, now: int) -> Floats:
    """Share of trajectories whose first greatest need from ``now`` on comes after each year (year,)."""
    peak = now + need[now:].argmax(axis=0)
    return np.asarray((peak[None] > np.arange(len(need))[:, None]).mean(axis=-1))


def _stacked(gathered: _Gathered, draws: Draws, codes: Sequence[str]) -> Drawn:
    """Areas as the axis after the year."""
    tables = {name: _along(gathered.summed[name], 1) for name in FLOWS}
    demand, totals = (_along(gathered.summed[name], 2) for name in ("demand", "totals"))
    chances = {}
    for name, items in gathered.chances.items():
        above = {code: item[2] for code, item in zip(codes, items, strict=True) if item[2] is not None}
        after, more = np.stack([item[0] for item in items], axis=AGE), np.stack([item[1] for item in items], axis=AGE)
        chances[name] = Chances(after, more, above)
    kept = {name: np.stack(items, axis=1) for name, items in gathered.kept.items()}
    return Drawn(draws, tables, demand, totals, chances, kept)


def _along(items: Sequence[Pair], axis: int) -> Summary:
    mean, cuts = zip(*items, strict=True)
    return Summary(np.stack(mean, axis=axis), np.stack(cuts, axis=axis + 1))
