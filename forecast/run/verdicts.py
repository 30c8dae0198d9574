"""What a scenario does to the gap of a service: the facts behind the sentence that a planner quotes.

Where a capacity is on record, need is measured against it. Where none is, the gap is unknown, and need is measured
against what is needed in the last year whose births are on record. All years and figures are those of the course
without shocks, which every report shows; intervals and shares are those of paired trajectories.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats
from forecast.kernels.quantiles import summarise
from forecast.run.differences import Pair
from forecast.run.trajectories import Key

BETWEEN = (0.1, 0.9)
"""Ends of the 80 % interval."""
Ends = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Capacity:
    """Places or beds on record in an area: of the year, with the status of the figure (law 14)."""

    value: float
    year: int
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class Passage:
    """How need goes by a level after a year: exactly one of the three holds.

    never       it is never below
    below_from  from this year on it is below, until the last year of the forecast at least
    back        it has been below, and from this year on it is not again
    """

    never: bool
    below_from: int | None
    back: int | None


@dataclass(frozen=True, slots=True)
class Crossing:
    """A district that the scenario moves to the other side of its level, from a year on; None: from the start."""

    area: str
    name_zh: str
    name_en: str
    year: int | None


@dataclass(frozen=True, slots=True)
class Districts:
    """Districts by what becomes of their need against their own level of the last year on record.

    count    all of them
    back     where the scenario brings it back, or keeps it, and the base does not
    without  how many are at their level for good under the base already, and under the scenario too
    lost     where the base would be at the level for good, and the scenario is not
    never    how many do not come back under the scenario, ``lost`` among them
    """

    count: int
    back: tuple[Crossing, ...]
    without: int
    lost: tuple[Crossing, ...]
    never: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """One service in one area: the scenario against its base.

    effect_from  first year in which any trajectory or the course without shocks differs; None: no effect at all
    raises       whether the scenario's need is higher over all years together
    now, need_now        last year whose births are on record, and the base's need in it
    middle, base, other  a year in between, and both needs in it
    gain, between        other - base in that year, and its 80 % interval; None where no common trajectory was run
    peak, peak_gain, base_peak, peak_between  the year in which the scenario changes most, by how much, the base's need
                 then, and the interval of the change
    horizon      last year of the forecast
    level        what need is measured against: a capacity on record, else the base's need now
    capacity     None where none is on record: the gap is unknown then, which is not nought (law 9)
    base_passage, other_passage  how need goes by the level
    base_above, other_above      first year from now on in which need exceeds the level; None: it never does
    base_below, other_below      share of the trajectories that are below the level in the last year, each below its own
                                 need of now where no capacity is on record; None without trajectories
    districts    of the city, measured against their own need now; None for a district, or against a capacity
    """

    service: str
    measure: str
    effect_from: int | None
    raises: bool
    now: int
    need_now: float
    middle: int
    base: float
    other: float
    gain: float
    between: Ends | None
    peak: int
    peak_gain: float
    base_peak: float
    peak_between: Ends | None
    horizon: int
    level: float
    capacity: Capacity | None
    base_passage: Passage
    other_passage: Passage
    base_above: int | None
    other_above: int | None
    base_below: float | None
    other_below: float | None
    districts: Districts | None


def verdict(pair: Pair, key: Key, area: int, middle: int, capacity: Capacity | None) -> Verdict:
    """What the scenario of a pair does for one service in one area, the city being the last one."""
    people = pair.base.result.people
    years, now = people.years, people.place(pair.base.result.born_until)
    base, other = (side.points[key][:, area] for side in (pair.base, pair.other))
    gain, at = pair.point(key)[:, area], years.index(middle)
    changes = pair.changes(key, area) if pair.drawn else None
    level = float(base[now]) if capacity is None else capacity.value
    peak = int(np.argmax(np.abs(gain)))
    city = area == len(pair.base.result.areas)
    return Verdict(
        service=key[0],
        measure=key[2],
        effect_from=_first(years, (gain != 0) | (False if changes is None else (changes != 0).any(axis=-1))),
        raises=float(gain.sum()) > 0,
        now=years[now],
        need_now=float(base[now]),
        middle=middle,
        base=float(base[at]),
        other=float(other[at]),
        gain=float(gain[at]),
        between=_between(changes, at),
        peak=years[peak],
        peak_gain=float(gain[peak]),
        base_peak=float(base[peak]),
        peak_between=_between(changes, peak),
        horizon=years[-1],
        level=level,
        capacity=capacity,
        base_passage=passage(base, level, years, now),
        other_passage=passage(other, level, years, now),
        base_above=_first(years[now:], base[now:] > level),
        other_above=_first(years[now:], other[now:] > level),
        base_below=_below(pair.base.kept[key][:, area], now, capacity) if pair.drawn else None,
        other_below=_below(pair.other.kept[key][:, area], now, capacity) if pair.drawn else None,
        districts=_districts(pair, key, now) if city and capacity is None else None,
    )


def passage(need: Floats, level: float, years: range, now: int) -> Passage:
    """How need (year,) goes by a level in the years after the one at place ``now``.

    >>> passage(np.array([9.0, 8.0, 9.0, 7.0]), 9.0, range(2025, 2029), 0)
    Passage(never=False, below_from=2028, back=None)
    >>> passage(np.array([9.0, 8.0, 9.0, 9.5]), 9.0, range(2025, 2029), 0)
    Passage(never=False, below_from=None, back=2027)
    """
    below = need[now + 1 :] < level
    if not below.any():
        return Passage(never=True, below_from=None, back=None)
    # The last stretch of years on one side of the level: a return of a year or two is none.
    turn = int(np.flatnonzero(below != below[-1]).max(initial=-1)) + 1
    year = years[now + 1 + turn]
    return Passage(never=False, below_from=year, back=None) if below[-1] else Passage(False, None, year)


def _first(years: range, where: np.ndarray) -> int | None:
    """The first year in which something holds (year,)."""
    return years[int(np.argmax(where))] if where.any() else None


def _between(changes: Floats | None, year: int) -> Ends | None:
    if changes is None:
        return None
    _, cuts = summarise(changes[year], BETWEEN)
    return float(cuts[0]), float(cuts[1])


def _below(need: Floats, now: int, capacity: Capacity | None) -> float:
    """Share of trajectories (year, draw) below the level in the last year."""
    return float((need[-1] < (need[now] if capacity is None else capacity.value)).mean())


def _districts(pair: Pair, key: Key, now: int) -> Districts:
    years, areas = pair.base.result.people.years, pair.base.result.areas
    back, lost, without, never = [], [], 0, 0
    for place, area in enumerate(areas):
        base, other = (side.points[key][:, place] for side in (pair.base, pair.other))
        one, two = (passage(need, float(base[now]), years, now) for need in (base, other))
        never += two.below_from is not None
        without += one.below_from is None and two.below_from is None
        if two.below_from is None and one.below_from is not None:
            back.append(Crossing(area.code, area.name_zh, area.name_en, two.back))
        if one.below_from is None and two.below_from is not None:
            lost.append(Crossing(area.code, area.name_zh, area.name_en, two.below_from))
    return Districts(len(areas), tuple(back), without, tuple(lost), never)
