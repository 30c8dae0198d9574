"""Gross moves of a city's areas where only margins are known: net residuals, people registered elsewhere, and gravity.

Nobody publishes who moved from which district to which. What is known: net migration by age and sex, how many residents
are registered in another place of the province or in another province, and how far places are apart. Arrivals come from
the registered-elsewhere, departures are arrivals less the net, and a gravity seed is fitted to those margins.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.axes import AGE, SEX, Floats
from forecast.demography.flow_seeds import ObservedMoves, age_schedule, seeds
from forecast.demography.flows import Note, OriginDestination, Rates, adults, streams
from forecast.demography.migration import NetMigration, When
from forecast.demography.settlement import Settlement
from forecast.kernels import ipf
from forecast.kernels.gross import split
from forecast.kernels.solve import bisect
from forecast.project.movement import GravitySpec

BETWEEN = 10.0
"""Years between the two counts of people registered elsewhere."""
MOST_TURNOVER = 2.0
"""No age moves more often in a year, in and out together: all leave and as many come."""
MOST_WITHIN = 0.9
"""No more of all departures stay inside the city."""
INSIDE = (1.0, 0.75, 0.5, 0.25, 0.0)
"""Shares tried of the moves inside the city that the seeds ask for."""
CLOSE = 1e-3
"""Distance from the arrivals told, of themselves, that is no more than rounding."""
MISS = 1e-6
"""Largest miss of a margin, of itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Beyond:
    """The pools: the rest of the province, the rest of the country.

    people  on 31 December, the launch year first (year, pool, sex, age)
    first   that year
    """

    people: Floats
    first: int

    @classmethod
    def of(cls, city: Floats, province: Floats, nation: Floats, first: int) -> Beyond:
        """From a city's people at the launch (sex, age) and its parents' (year, sex, age).

        The city keeps its share of the province of the launch year, by sex and age.
        """
        share = np.where(province[0] > 0, np.minimum(city / np.where(province[0] > 0, province[0], 1.0), 1.0), 0.0)
        near = province * (1.0 - share)
        return cls(np.stack([near, np.maximum(nation - province, 0.0)], axis=1), first)


@dataclass(frozen=True, slots=True, eq=False)
class Margins:
    """Yearly moves of the past, by sex and age; places are the areas, then the rest of province and country.

    departures   (sex, age, place); none of the rest of the country, whose moves are known one by one
    arrivals     of those who did not come from there (sex, age, place)
    from_nation  arrivals from the rest of the country (sex, age, area)
    """

    departures: Floats
    arrivals: Floats
    from_nation: Floats


def arrivals_a_year(stocks: Floats, stay: float) -> Floats:
    """Arrivals a year (area,) behind people registered elsewhere at two counts ten years apart (census, area).

    A stock grows by those who come and loses one in ``stay`` a year, who leave or register where they live:
    dS/dt = A - S / stay.
    """
    growth = (stocks[1] - stocks[0]) / BETWEEN
    return np.asarray(np.maximum(growth + stocks.mean(axis=0) / stay, 0.0))


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """Who comes: arrivals a year of all ages, and the share of them from beyond the province (area,)."""

    yearly: Floats
    far: Floats

    @classmethod
    def of(cls, place: Settlement, students: Floats, stay: float) -> Arrivals:
        """From people registered elsewhere at two censuses, those held apart (census, area) left out."""
        everyone = place.near + place.far
        stock = np.maximum(everyone - students, 0.0)
        return cls(arrivals_a_year(stock, stay), place.far.sum(axis=0) / np.maximum(everyone.sum(axis=0), 1.0))

    @classmethod
    def of_one(cls, near: Floats, far: Floats, students: Floats, years: float) -> Arrivals:
        """From one census (area,), the stock taken to have gathered over some years."""
        everyone = near + far
        return cls(np.maximum(everyone - students, 0.0) / years, far / np.maximum(everyone, 1.0))


def told_by(seen: ObservedMoves | None, came: Arrivals, back: float) -> tuple[Arrivals, float]:
    """Arrivals, and moves to the rest of the province for one from it, by a table of moves as far as it tells them.

    The table's arrivals stand for an area where it has a row for every origin, the other areas and both pools; moves
    back where it has every area's with the rest of the province.
    """
    if seen is None:
        return came, back
    areas = len(came.yearly)
    into = np.where(np.eye(areas + 2, areas, dtype=bool), 0.0, seen.pairs[:, :areas])
    whole = into.sum(axis=0)
    known = np.isfinite(whole)
    share = np.divide(into[-1], whole, out=came.far.copy(), where=known & (np.nan_to_num(whole) > 0))
    given = float(seen.pairs[:areas, areas].sum() / into[areas].sum()) if into[areas].any() else np.nan
    return (
        Arrivals(np.where(known, whole, came.yearly), share),
        given if np.isfinite(given) else back,
    )


def streams_of(net: Floats, people: Floats, told: Floats, ages: Floats) -> tuple[Floats, Floats]:
    """Arrivals and departures (area, sex, age) with a net, whose arrivals of all ages are as many as told (area,).

    net     net migrants of the areas (area, sex, age);  people  their people
    ages    relative moves by age (age,)

    The net is split by ``gross.split``, by age as the schedule says, at the level of turnover that gives the arrivals.

    Where fewer are told than the net gains of single ages and their smallest counter-streams ask for, the turnover is
    nought and more come; where more are told than those who may leave, as many as may.
    """

    def parts(level: Floats) -> tuple[Floats, Floats]:
        return split(net, people, np.asarray(np.broadcast_to(level[:, None, None] * ages, people.shape)))

    def arrivals(level: Floats) -> Floats:
        return np.asarray(parts(level)[0].sum(axis=(SEX, AGE)))

    ends = np.full(told.shape, MOST_TURNOVER / float(ages.max()))
    able = np.clip(told, arrivals(np.zeros_like(ends)), arrivals(ends))
    return parts(bisect(arrivals, able, 0.0, float(ends[0])))


def margins(arrivals: Floats, departures: Floats, far: Floats, seeds: Floats, back: float, inside: float) -> Margins:
    """Arrivals and departures of areas and pools that agree in every sex and age.

    arrivals, departures  of the areas                                   (sex, age, area)
    far      share of the arrivals from beyond the province              (area,)
    seeds    who goes where: areas, rest of province, rest of country    (origin, destination)
    back     moves to the rest of the province for one from it

    Of those who come from inside the province the seeds, times ``inside``, say how many come from the other areas. What
    is then left of the departures goes to the rest of the country.
    """
    areas = arrivals.shape[-1]
    near, from_nation = arrivals * (1.0 - far), arrivals * far
    local, province = seeds[:areas, :areas].sum(axis=0), seeds[areas, :areas]
    left = departures.sum(axis=-1)
    within = np.minimum((near * (inside * local / (local + province))).sum(axis=-1), MOST_WITHIN * left)
    from_province = near.sum(axis=-1) - within
    to_province = np.minimum(back * from_province, left - within)
    to_nation = left - within - to_province
    return Margins(
        np.concatenate([departures, from_province[..., None]], axis=-1),
        np.concatenate([near, to_province[..., None], to_nation[..., None]], axis=-1),
        from_nation,
    )


def between(found: Margins, seeds: Floats) -> tuple[Floats, float]:
    """Yearly moves (sex, age, origin, destination) that keep the seeds' odds, and by how much they miss a margin."""
    areas = len(seeds) - 2
    table = np.zeros((*found.departures.shape[:-1], *seeds.shape))
    known, gap = ipf.fit(seeds[: areas + 1], found.departures, found.arrivals, tolerance=1e-9)
    table[..., : areas + 1, :], table[..., -1, :areas] = known, found.from_nation
    return table, gap


def past_moves(net: Floats, people: Floats, came: Arrivals, seeds: Floats, ages: Floats, back: float) -> Floats:
    """Yearly moves (sex, age, origin, destination) of the past.

    Where so many stay inside the city as the seeds say and no table can hold them (an area that takes in more than the
    others let go), fewer do, until one can; with nobody inside there always is one.
    """
    areas = len(people)
    arrivals, departures = (np.moveaxis(part, 0, -1) for part in streams_of(net, people, came.yearly, ages))
    outside = seeds.copy()
    outside[:areas, :areas] = 0.0
    for inside in INSIDE:
        allowed = seeds if inside else outside
        table, gap = between(margins(arrivals, departures, came.far, seeds, back, inside), allowed)
        if gap <= MISS:
            return table
    raise ValueError(f"moves miss their margins by {gap:.3g}")


def balanced(seen: Floats, areas: int) -> Floats:
    """The moves at which no place gains from another (sex, age, place, place).

    As many leave an area for a pool as come from it: a stock of strangers that no longer grows loses what it takes in,
    and an area that has been left keeps the arrivals that were counted. Any two areas exchange the smaller of their
    streams. So no arrivals grow because an imbalance fades.
    """
    even = np.minimum(seen, np.swapaxes(seen, -1, -2))
    come = seen[..., areas:, :areas]
    even[..., areas:, :areas], even[..., :areas, areas:] = come, np.swapaxes(come, -1, -2)
    return even


def fitted(
    net: NetMigration,
    people: Floats,
    arrivals: Arrivals,
    place: Settlement,
    beyond: Beyond,
    gravity: GravitySpec,
    seen: ObservedMoves | None = None,
) -> OriginDestination:
    """Gross moves whose net, among the people of the launch, is that of the net rates at their full level.

    people  of the areas without those held apart (area, sex, age)
    seen    a table of moves, where there is one: how many come, who goes where, and at which ages
    """
    residuals = net.scaled(1.0).moves(people, When(beyond.first, 0)).net
    whole, pools = people.sum(axis=(SEX, AGE)), beyond.people[0].sum(axis=(SEX, AGE))
    who = seeds(place, whole, pools, gravity, seen)
    ages = age_schedule(people.shape[-1], seen, people.sum(axis=(0, 1)))
    came, back = told_by(seen, arrivals, gravity.back.value)
    past = past_moves(residuals, people, came, who, ages, back)
    rates = [Rates.of(table, people, beyond.people[0]) for table in (past, balanced(past, len(people)))]
    return OriginDestination(
        rates[0],
        rates[1],
        beyond.people,
        beyond.first + 1,
        net.profile,
        net.scale,
        net.damping,
        fixed=net.fixed,
        rest=net.rest,
        sizes=np.concatenate([adults(people), adults(beyond.people[0])]),
        pull=gravity.destination.value,
        notes=_overruled(came, past, len(people)),
    )


def _overruled(told: Arrivals, past: Floats, areas: int) -> tuple[Note, ...]:
    """Arrivals of the areas that could not be as many as told (law 7)."""
    found = streams(past, areas)[0].sum(axis=(SEX, AGE))
    other = np.abs(found - told.yearly) > CLOSE * np.maximum(told.yearly, 1.0)
    if not other.any():
        return ()
    count = int(other.sum())
    why = f"arrivals a year of {count} areas as told, and as net gains by age and those who may leave make them"
    return (("arrivals", float(told.yearly[other].sum()), float(found[other].sum()), why),)
