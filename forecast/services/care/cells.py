"""Old people by level of need and living arrangement: one product of people by age with their rates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forecast.axes import Floats
from forecast.services.care.living import LivingMix
from forecast.services.care.need import NeedRates
from forecast.services.care.own import NeedMix
from forecast.services.care.rows import FROM_AGE
from forecast.services.people import People

VERY_OLD = 80


@dataclass(frozen=True, eq=False)
class Cells:
    """People of 60 and over.

    levels    no need first
    people    (year, level, arrangement, column)
    old       all of them (year, column)
    eighty    those of 80 and over (year, column)
    dementia  those with dementia, whatever their level (year, column); None where no table is named
    """

    levels: tuple[str, ...]
    people: Floats
    old: Floats
    eighty: Floats
    dementia: Floats | None

    @cached_property
    def by_level(self) -> Floats:
        """By level (year, level, column)."""
        return np.asarray(self.people.sum(axis=2))


def cells(people: People, mix: NeedMix, living: LivingMix) -> Cells:
    """Everybody of 60 and over by level and arrangement; an arrangement's mix is the same at every level of need."""
    old, need = people.people[..., FROM_AGE:].transpose(0, 2, 3, 1), mix.tables[0]
    if len(living.shares) == len(mix.tables) == 1:
        summed = _summed(old, need, living.shares[0])
    else:
        shape = (len(old), len(_weights(need, living.shares[0])[0]), old.shape[-1])
        summed = np.empty(shape)
        for table, shares in set(zip(mix.place.tolist(), living.place.tolist(), strict=True)):
            columns = (living.place == shares) & (mix.place == table)
            summed[..., columns] = _summed(old[..., columns], mix.tables[table], living.shares[shares])
    kinds, levels = len(living.arrangements), len(need.levels)
    last = kinds + levels * kinds
    everybody, in_need = summed[:, :kinds], summed[:, kinds:last]
    found = np.empty((len(old), levels + 1, kinds, old.shape[-1]))
    np.multiply(in_need.reshape(len(old), levels, kinds, -1), need.trend[:, :, None, None], out=found[:, 1:])
    np.subtract(everybody, found[:, 1:].sum(axis=1), out=found[:, 0])
    np.maximum(found[:, 0], 0.0, out=found[:, 0])
    dementia = summed[:, last + 2] if need.dementia is not None else None
    return Cells(("none", *need.levels), found, summed[:, last], summed[:, last + 1], dementia)


def _summed(old: Floats, need: NeedRates, shares: Floats) -> Floats:
    """People (year, sex, age, column) times weights, summed over sex and age (year, weight, column)."""
    weights = _weights(need, shares)
    found = np.matmul(weights[0], old[:, 0])
    found += np.matmul(weights[1], old[:, 1])
    return np.asarray(found)


def _weights(need: NeedRates, shares: Floats) -> Floats:
    """By sex: arrangements of all, arrangements by level, all, 80 and over, dementia (sex, weight, age from 60)."""
    mix = np.moveaxis(shares, 1, 0)[..., FROM_AGE:]
    rates = np.moveaxis(need.rates, 1, 0)[..., FROM_AGE:]
    by_level = (rates[:, :, None] * mix[:, None]).reshape(len(mix), -1, mix.shape[-1])
    counted = np.ones((len(mix), 2, mix.shape[-1]))
    counted[:, 1, : VERY_OLD - FROM_AGE] = 0.0
    rows = [mix, by_level, counted]
    if need.dementia is not None:
        rows.append(need.dementia[:, None, FROM_AGE:])
    return np.concatenate(rows, axis=1)
