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
from forecast.demography.flows import OriginDestination, Rates, adults
from forecast.demography.migration import NetMigration, When
from forecast.demography.settlement import Settlement
from forecast.kernels import ipf
from forecast.kernels.gross import split
from forecast.project.movement import GravitySpec

BETWEEN = 10.0
"""Years between the two counts of people registered elsewhere."""
MOST_WITHIN = 0.9
"""No more of all departures stay inside the city."""
INSIDE = (1.0, 0.75, 0.5, 0.25, 0.0)
"""Shares tried of the moves inside the city that the seeds ask for."""
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


def margins(
    net: Floats, people: Floats, came: Arrivals, seeds: Floats, ages: Floats, back: float, inside: float = 1.0
) -> Margins:
    """Arrivals and departures of areas and pools that agree in every sex and age.

    net      net migrants of the areas                                   (area, sex, age)
    people   their people                                                (area, sex, age)
    seeds    who goes where: areas, rest of province, rest of country    (origin, destination)
    ages     relative moves by age                                       (age,)
    back     moves to the rest of the province for one from it

    An area's gross moves are twice its arrivals less its net, by age as the schedule says; the net is split by
    ``gross.split``. Of those who come from inside the province the seeds, times ``inside``, say how many come from the
    other areas. What is then left of the departures goes to the rest of the country.
    """
    areas = len(people)
    exposed = (people * ages).sum(axis=(SEX, AGE))
    level = np.maximum(2.0 * came.yearly - net.sum(axis=(SEX, AGE)), 0.0) / np.where(exposed > 0, exposed, 1.0)
    turnover = np.broadcast_to(level[:, None, None] * ages, people.shape)
    arrivals, departures = (np.moveaxis(part, 0, -1) for part in split(net, people, np.asarray(turnover)))
    near, from_nation = arrivals * (1.0 - came.far), arrivals * came.far
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
    outside = seeds.copy()
    outside[:areas, :areas] = 0.0
    for inside in INSIDE:
        allowed = seeds if inside else outside
        table, gap = between(margins(net, people, came, seeds, ages, back, inside), allowed)
        if gap <= MISS:
            return table
    raise ValueError(f"moves miss their margins by {gap:.3g}")


def balanced(seen: Floats) -> Floats:
    """The moves at which any two places exchange as many as they did, and neither gains (sex, age, place, place)."""
    return 0.5 * (seen + np.swapaxes(seen, -1, -2))


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
    seen    a table of moves, where there is one: who goes where, and at which ages
    """
    residuals = net.scaled(1.0).moves(people, When(beyond.first, 0)).net
    whole, pools = people.sum(axis=(SEX, AGE)), beyond.people[0].sum(axis=(SEX, AGE))
    who = seeds(place, whole, pools, gravity, seen)
    ages = age_schedule(people.shape[-1], seen, people.sum(axis=(0, 1)))
    past = past_moves(residuals, people, arrivals, who, ages, gravity.back.value)
    rates = [Rates.of(table, people, beyond.people[0]) for table in (past, balanced(past))]
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
    )
