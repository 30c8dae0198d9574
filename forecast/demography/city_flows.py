"""Moves of a system of areas as those of one: what crosses the common border stays, what stays inside vanishes."""

from __future__ import annotations

import dataclasses

import numpy as np

from forecast.axes import Floats
from forecast.demography.flows import Change, OriginDestination, Rates, gross
from forecast.demography.housing import Housing, HousingAsOne
from forecast.demography.migration import Migration, NetMigration
from forecast.demography.urbanisation import Urbanisation


def moving_as_one(migration: Migration, people: Floats) -> Migration:
    """How all areas together move, by the engine that moves them one by one.

    people  of the areas at the launch, without those held apart (area, sex, age)
    """
    if isinstance(migration, OriginDestination):
        return summed(migration, people)
    if isinstance(migration, NetMigration):
        return dataclasses.replace(migration, rates=migration.parent[None])
    raise TypeError(f"{type(migration).__name__} cannot be forecast as one area")


def summed(flows: OriginDestination, people: Floats) -> OriginDestination:
    """One area whose moves, among the people of the launch, are the sums of the areas' moves to and from the pools.

    people  as in ``moving_as_one``

    Net migration of the launch is that of the areas together, at any level of the imbalance. Later the two part: all
    leave at the mean rate, and the whole draws as one place.
    """
    areas, pools = len(people), flows.pools[0]

    def one(rates: Rates) -> Rates:
        return Rates.of(outside(gross(rates, people, pools), areas), people.sum(axis=0)[None], pools)

    sizes = flows.sizes
    if sizes is not None:
        sizes = np.append(sizes[:areas].sum(), sizes[areas:])
    coming = gross(flows.seen.mixed(flows.even, flows.scale), people, pools)[..., :areas]
    changes = tuple(found for change in flows.changes for found in _as_one(change, coming))
    return dataclasses.replace(flows, seen=one(flows.seen), even=one(flows.even), sizes=sizes, changes=changes)


def outside(between: Floats, areas: int) -> Floats:
    """Moves (sex, age, place, place) with the first places as one; those between them are left out."""
    pools = between.shape[-1] - areas
    out = np.zeros((*between.shape[:-2], 1 + pools, 1 + pools))
    out[..., 0, 1:] = between[..., :areas, areas:].sum(axis=-2)
    out[..., 1:, 0] = between[..., areas:, :areas].sum(axis=-1)
    return out


def _as_one(change: Change, coming: Floats) -> tuple[Change, ...]:
    """What is left of a change for all areas together; coming: moves to them at the launch (sex, age, place, area)."""
    if isinstance(change, Housing):
        return (HousingAsOne(change, coming),)
    if isinstance(change, Urbanisation):
        return ()  # it shifts moves between the areas only
    raise TypeError(f"{type(change).__name__} is not known of all areas together")
