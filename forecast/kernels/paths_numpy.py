"""The arithmetic of ``paths`` in numpy: the same operations in the same order as ``paths_numba``, so the same bits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forecast.axes import Floats

Integers = NDArray[np.int64]
Rates = tuple[Floats, Floats, Floats, Floats, Floats]
"""S, Q, G, M and C, each (year or 1, area or 1, sex, age)."""
Given = tuple[Floats, Rates, Floats, Floats, Floats]
"""Start (area, sex, age), rates, fertility (year or 1, area or 1, age), births given, share of boys."""
Noise = tuple[Floats, Floats, Floats, Floats]
"""Factor of births, dying and moves (year, draw), and the luck of each cohort (sex, cohort, draw)."""
Now = tuple[Floats, Floats, Floats, Floats, int]
"""The same of one year (draw,), the luck, and the place in it of those in the first cell at the end of the year."""
Events = tuple[Floats, Floats, Floats]
"""Births by age of mother, cohort deaths, net migrants (year, ..., draw); without years they are left out."""


def sums(
    given: Given,
    area: int,
    noise: Noise,
    fertile: tuple[int, int],
    place: Integers,
    spans: Integers,
    sums: Floats,
    births: Floats,
) -> None:
    """Carry one area through all years and keep sums over groups of cells.

    place   the part that a cell belongs to (age,), ascending from 0
    spans   the first part of a group and the one after its last (group, 2)
    sums    to be written, persons (group, year + 1, draw)
    births  to be written (year, draw)
    """
    people = _begin(given, area, births.shape[1])
    sums[:, 0] = _tally(people, place, spans)
    for year in range(len(births)):
        people, births[year], _ = _grow(given, area, year, noise, fertile, people)
        sums[:, year + 1] = _tally(people, place, spans)


def cells(
    given: Given,
    area: int,
    noise: Noise,
    bearing: Floats,
    fertile: tuple[int, int],
    people: Floats,
    births: Floats,
    events: Events,
) -> None:
    """Carry one area through all years and keep every cell: people (year + 1, sex, age, draw), births (year, draw).

    bearing  births per woman in a cell of ``fertile`` at the start and the end of a year (year, half, cell, draw), or
             no year: those of the rates
    """
    people[0] = _begin(given, area, births.shape[1])
    for year in range(len(births)):
        own = bearing[year] if len(bearing) else None
        people[year + 1], births[year], happened = _grow(given, area, year, noise, fertile, people[year], own)
        for kept, event in zip(events, happened, strict=True):
            if len(kept):
                kept[year] = event


def _begin(given: Given, area: int, draws: int) -> Floats:
    return np.repeat(given[0][area][:, :, None], draws, axis=2)


def _grow(
    given: Given,
    area: int,
    year: int,
    noise: Noise,
    fertile: tuple[int, int],
    people: Floats,
    own: Floats | None = None,
) -> tuple[Floats, Floats, Events]:
    """One year: people at its end, births, and events."""
    _, rates, fertility, outside, boys = given
    S, Q, G, M, C = (_of(rate, year, area)[:, :, None] for rate in rates)
    factor, dying, moving = (part[year] for part in noise[:3])
    first_cell = len(noise[0]) - 1 - year
    luck = noise[3][:, first_cell : first_cell + people.shape[1]]
    kept, grown = np.maximum(S - Q * dying, 0.0), np.maximum(G + M * moving + C * luck, 0.0)

    exposed = np.concatenate([np.empty_like(people[:, :1]), people[:, :-1]], axis=1)
    exposed[:, -1] += people[:, -1]
    alive = exposed * kept
    bearing = slice(*fertile)
    first = np.full((1, len(factor)), _of(outside[:, :, None], year, area)[0])
    if own is None:
        women = 0.5 * (people[-1, bearing] + alive[-1, bearing])
        by_age = _of(fertility, year, area)[bearing, None] * women
        born = np.add.accumulate(np.concatenate([first, by_age[::-1]]), axis=0)[-1] * factor
        by_age = by_age * factor
    else:
        by_age = 0.5 * (own[0] * people[-1, bearing] + own[1] * alive[-1, bearing])
        born = np.add.accumulate(np.concatenate([first * factor, by_age[::-1]]), axis=0)[-1]

    male = born * boys[min(year, len(boys) - 1)]
    exposed[:, 0] = np.stack([male, born - male]) if len(people) == 2 else born
    alive[:, 0] = exposed[:, 0] * kept[:, 0]
    end = alive * grown
    by_mother = np.zeros(people.shape[1:])
    by_mother[bearing] = by_age
    return end, born, (by_mother, exposed - alive, end - alive)


def _of(rates: Floats, year: int, area: int) -> Floats:
    """The rates of one year and area; an axis of size 1 serves all."""
    one: Floats = rates[min(year, rates.shape[0] - 1), min(area, rates.shape[1] - 1)]
    return one


def _tally(people: Floats, place: Integers, spans: Integers) -> Floats:
    """Sums (group, draw): a part sex by sex from the oldest down, the newborn last; a group part by part."""
    parts = []
    for part in range(place[-1] + 1):
        rows = people[:, 1:][:, place[1:] == part][:, ::-1].reshape(-1, people.shape[2])
        if part == 0:
            rows = np.concatenate([rows, people[:, 0]])
        parts.append(np.add.accumulate(rows, axis=0)[-1])
    return np.stack([np.add.accumulate(np.stack(parts[low:high]), axis=0)[-1] for low, high in spans])
