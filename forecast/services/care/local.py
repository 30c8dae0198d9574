"""Residents of homes as counted below the nation: what use of homes is there, over the nation's by the same need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from forecast.axes import Floats
from forecast.errors import InputError
from forecast.services.care.ground import Ground, last_seen, nearest, not_ahead
from forecast.services.facts import Fact, Facts
from forecast.services.people import People

LEAST, MOST = 1e-15, 1e6
"""Bounds of the factor: nobody, and everybody who may live in a home at all."""
Residents = Callable[[People, list[int], int], Callable[[Floats], float]]
"""For some areas in a year: residents of homes where odds of homes are multiplied by a factor of each area (area,)."""


@dataclass(frozen=True, slots=True)
class LocalUse:
    """The latest count of residents of a place.

    computed  residents that the nation's choice gives
    factor    on the odds of homes of the areas that have no nearer count, so that the count is met
    """

    area: str
    year: int
    fact: Fact
    computed: float
    factor: float

    @property
    def told(self) -> str:
        """In words."""
        return (
            f"{self.fact.value:,.0f} residents counted in {self.area} in {self.year}, where the nation's use of "
            f"homes by people of the same need gives {self.computed:,.0f}; from that year on"
        )


Local = Mapping[str, LocalUse]


def local_use(measure: str, ground: Ground, nation: str, residents: Residents) -> Local:
    """The factor of every place of the run that counts its residents, the lowest first: what is below is kept.

    measure  of ``supply``; ``InputError`` for counts that nobody can have made, or that are more than its people
    """
    facts, found = ground.facts, dict[str, LocalUse]()
    for code in ground.places(nation):
        people, columns = ground.there(code)
        counts = {
            year: fact
            for (area, year, *what), fact in facts.supply.items()
            if area == code and what == ["eldercare", measure]
        }
        where = f"data/**/supply, {measure} of {code}"
        for year in counts:
            not_ahead(year, last_seen(people), where)
        seen = [year for year in counts if year in people.years]
        if seen:
            here = [people.areas[place] for place in columns]
            solved = _solved(code, max(seen), counts[max(seen)], found, (people, columns, here, facts), residents)
            if solved is not None:
                found[code] = solved
    return found


def _solved(
    code: str,
    year: int,
    fact: Fact,
    known: Local,
    there: tuple[People, list[int], list[str], Facts],
    residents: Residents,
) -> LocalUse | None:
    """The factor of the areas below that have no count of their own; None where all have one.

    there  people, which areas lie in the place, their codes, and who is whose parent
    """
    people, columns, codes, facts = there
    nearer = nearest(facts, tuple(codes), known)
    free = np.array([not nearer[area] for area in codes])
    if not free.any():
        return None
    lower = [known.get(nearer[area]) for area in codes]
    held = np.array([1.0 if item is None or item.year > year else item.factor for item in lower])

    under = residents(people, columns, year)

    def at(factor: float) -> float:
        return under(np.where(free, factor, held))

    least, most = at(LEAST), at(MOST)
    if not least - 0.5 <= fact.value < most:
        expected = (
            f"from {least:,.0f} residents, those of its areas with counts, to {most:,.0f}, all who may live there"
        )
        where = f"data/**/supply, residents of homes of {code} in {year}"
        raise InputError.one(where, expected, f"{fact.value:,.0f}", "correct the count")

    def miss(log: float) -> float:
        return at(float(np.exp(log))) - fact.value

    low, high = float(np.log(LEAST)), float(np.log(MOST))
    factor = LEAST if miss(low) >= 0.0 else float(np.exp(brentq(miss, low, high, xtol=1e-12)))
    return LocalUse(code, year, fact, at(1.0), factor)


@dataclass(frozen=True, slots=True, eq=False)
class LocalMix:
    """What counts below the nation make of the use of homes in areas.

    counts   of each area, None where the nation's choice holds (area,)
    factor   on the odds of homes (year, 1 or area), 1 before the count
    since    year from which use strays: that of the last count (1 or area,)
    counted  where and when residents of the area itself were counted (year, 1 or area)
    """

    counts: tuple[LocalUse | None, ...]
    factor: Floats
    since: Floats
    counted: NDArray[np.bool_]


def local_mix(local: Local, facts: Facts, areas: tuple[str, ...], years: range, nation_year: int) -> LocalMix:
    """The nearest counts of areas; one column where all are alike."""
    holders = nearest(facts, areas, local)
    counts = tuple(local.get(holders[area]) for area in areas)
    alike = areas[:1] if len(holders) == 1 else areas
    factor = np.ones((len(years), len(alike)))
    counted = np.zeros(factor.shape, dtype=bool)
    since = np.full(len(alike), float(nation_year))
    for place, area in enumerate(alike):
        known = counts[place]
        if known is not None:
            later = np.array(years) >= known.year
            factor[later, place] = known.factor
            since[place] = max(nation_year, known.year)
            counted[:, place] = later & (known.area == area)
    return LocalMix(counts, factor, since, counted)
