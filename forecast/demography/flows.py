"""Gross moves between the areas of a project and the places beyond them: a multiregional step by probabilities.

Nobody vanishes on the way: what leaves one area arrives in another or in a pool (the rest of the province, the rest of
the country), so moves between areas sum to zero for every sex and age by construction (law 6). Source: Rogers 1975,
1995; Willekens and Rogers 1978.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from forecast.axes import AGE, SEX, Floats
from forecast.demography.migration import Moves, When

MOST = 0.8
"""No more of the people of a cell leave in a year (UN: cap on out-rates)."""
ADULT = 25
"""First age of those whose number draws others: who has work and a home there."""
Note = tuple[str, float, float, str]


class Change(Protocol):
    """Something that a scenario or a table adds to moves: it takes gross moves and gives gross moves."""

    def apply(self, between: Floats, survivors: Floats, when: When) -> tuple[Floats, tuple[Note, ...]]:
        """Moves (sex, age, origin, destination) with the change, and overrides (law 7)."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """Yearly probabilities of moving.

    out   from an area to any place: share of its survivors       (sex, age, area, place); places are areas, then pools
    into  from a pool to an area: share of the pool's people       (sex, age, pool, area)
    """

    out: Floats
    into: Floats

    def mixed(self, other: Rates, share: float) -> Rates:
        """``share`` of these, the rest of the other."""
        return Rates(
            share * self.out + (1.0 - share) * other.out,
            share * self.into + (1.0 - share) * other.into,
        )

    @classmethod
    def of(cls, between: Floats, people: Floats, pools: Floats) -> Rates:
        """Rates of yearly moves (sex, age, place, place) among people (area, sex, age) and pools (pool, sex, age)."""
        areas = len(people)

        def share(moved: Floats, at_risk: Floats) -> Floats:
            there = np.moveaxis(at_risk, 0, -1)[..., None]
            return np.where(there > 0, moved / np.where(there > 0, there, 1.0), 0.0)

        out = share(between[..., :areas, :], people)
        leaving = out.sum(axis=-1, keepdims=True)
        return cls(out * np.minimum(1.0, MOST / np.maximum(leaving, MOST)), share(between[..., areas:, :areas], pools))


@dataclass(frozen=True, slots=True, eq=False)
class OriginDestination:
    """Moves of a system of areas with one another and with pools beyond them.

    seen      rates as they were in the past, gains and losses in them
    even      rates under which every area gains as many as it loses: what is left when imbalances have faded
    pools     people of the pools on 31 December                            (year, pool, sex, age)
    first     the first year of ``pools``
    profile   who moves: positive, one per person on average                (sex, age)
    scale     share of the past imbalance that holds in the first year;  damping  what is kept of it each further year
    mobility  factor on all moves of years without a known total, to which the level is fitted
    changes   what is added to moves, one after the other
    notes     what was overruled in fitting, told in the first year
    sizes     adults of each place to whom the rates were fitted            (place,)
    pull      elasticity of a place's attraction to its adults: 0 leaves the rates as they are (Rogers), 1 sends half as
              many to a place that has halved

    With a pull, who leaves an area is shared out anew among the places; of a pool's people as many fewer come as the
    area has lost more than the pool. So a shrinking place is not refilled by a larger world (gravity; Plane 1993).

    A level of imbalance L between 0 and 1 mixes the two sets of rates, so it acts on gross moves only; net moves of the
    people to whom the rates were fitted are L times the past ones.
    """

    seen: Rates
    even: Rates
    pools: Floats
    first: int
    profile: Floats
    scale: float
    damping: float
    mobility: float = 1.0
    fixed: bool = False
    rest: str = "is taken as net migration"
    changes: tuple[Change, ...] = ()
    sizes: Floats | None = None
    pull: float = 0.0
    notes: tuple[Note, ...] = ()

    def moves(self, survivors: Floats, when: When) -> Moves:
        """Rates times survivors of areas (area, sex, age) and people of the pools."""
        level = self.scale * self.damping ** max(when.after, 0)
        pools = self.pools[when.year - self.first]
        rates = self._drawn(self.seen.mixed(self.even, float(level)), survivors, pools)
        between = gross(rates, survivors, pools)
        notes = self.notes if when.year == self.first else ()
        if self.mobility != 1.0 and when.after > 0:
            between, stayed = within(self.mobility * between, survivors)
            if stayed > 0:
                why = f"no more than {MOST:.0%} of the people of a cell leave in a year, whatever the mobility"
                notes += (("departures", stayed, 0.0, why),)
        for change in self.changes:
            between, more = change.apply(between, survivors, when)
            notes += more
        return Moves(net_of(between, len(survivors)), between, notes)

    def _drawn(self, rates: Rates, survivors: Floats, pools: Floats) -> Rates:
        if self.sizes is None or self.pull == 0:
            return rates
        now = np.concatenate([adults(survivors), adults(pools)])
        index = (now / self.sizes) ** self.pull
        leaving = rates.out.sum(axis=-1, keepdims=True)
        drawn = rates.out * index
        towards = drawn.sum(axis=-1, keepdims=True)
        out = drawn * np.where(towards > 0, leaving / np.where(towards > 0, towards, 1.0), 1.0)
        areas = len(survivors)
        return Rates(out, rates.into * index[:areas] / index[areas:, None])

    def scaled(self, scale: float) -> OriginDestination:
        """The same with another share of the past imbalance."""
        return dataclasses.replace(self, scale=scale)


def adults(people: Floats) -> Floats:
    """People (area,) among whom work and kin are found, from people (area, sex, age)."""
    return np.asarray(people[..., ADULT:].sum(axis=(SEX, AGE)))


def gross(rates: Rates, survivors: Floats, pools: Floats) -> Floats:
    """Moves (sex, age, origin, destination) of survivors (area, sex, age) and of pools (pool, sex, age)."""
    areas, places = rates.out.shape[-2:]
    between = np.zeros((*rates.out.shape[:-2], places, places))
    between[..., :areas, :] = rates.out * np.moveaxis(survivors, 0, -1)[..., None]
    between[..., areas:, :areas] = rates.into * np.moveaxis(pools, 0, -1)[..., None]
    return between


def net_of(between: Floats, areas: int) -> Floats:
    """Arrivals less departures of each area (area, sex, age)."""
    arrivals, departures = streams(between, areas)
    return arrivals - departures


def streams(between: Floats, areas: int) -> tuple[Floats, Floats]:
    """Arrivals and departures of each area (area, sex, age), whatever the other end."""
    arrived, left = between[..., :, :areas].sum(axis=-2), between[..., :areas, :].sum(axis=-1)
    return np.moveaxis(arrived, -1, 0), np.moveaxis(left, -1, 0)


def within(between: Floats, survivors: Floats) -> tuple[Floats, float]:
    """Moves with no cell of an area losing more than ``MOST`` of its people, and the persons who stay for that."""
    areas = len(survivors)
    left = between[..., :areas, :].sum(axis=-1)
    able = MOST * np.moveaxis(survivors, 0, -1)
    kept = np.divide(able, left, out=np.ones_like(left), where=left > able)
    out = between.copy()
    out[..., :areas, :] *= kept[..., None]
    return out, float((left * (1.0 - kept)).sum())


def with_outside(between: Floats, net: Floats) -> Floats:
    """Moves whose net is ``net`` (area, sex, age): what is added or taken is exchanged with the last pool.

    Arrivals stay as they were as far as departures can give way: who is more left less, and only then did more come.
    """
    missing = np.moveaxis(net - net_of(between, len(net)), 0, -1)
    out = between.copy()
    stayed = np.clip(missing, None, out[..., : len(net), -1])
    out[..., : len(net), -1] -= stayed
    out[..., -1, : len(net)] += missing - stayed
    return out
