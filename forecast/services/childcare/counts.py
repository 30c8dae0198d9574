"""Use, wish and inclusive share as counted below the nation: they replace the nation's from their year on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.axes import Floats
from forecast.errors import InputError
from forecast.project.nursery import BANDS, TakeUp
from forecast.services.childcare.months import AGES, months
from forecast.services.facts import Fact, Facts
from forecast.services.people import People

SERVICE = "nursery"
HALVES = 2
PERCENT = 100.0
Counts = Mapping[tuple[str, str], Mapping[int, tuple[Fact, float]]]
"""By measure and place: year -> the figure, and it as a rate per unit of weight (``inclusive`` stays a percentage)."""


def weights_of(spec: TakeUp) -> Floats:
    """Use at each half year of age to that at others (age, half)."""
    return np.array([spec.weights[band].value for band in BANDS]).reshape(AGES, HALVES)


def carried(children: Floats, halves: Floats, weights: Floats) -> float:
    """What a share of all under-threes is per unit of weight: children over weighted children.

    children (age,), halves and weights (age, half)

    >>> carried(np.full(3, 100.0), np.full((3, 2), 0.5), np.array([[0.0, 0.0], [1.0, 1.0], [1.0, 1.0]]))
    1.5
    """
    return float(children.sum() / (children[:, None] * halves * weights).sum())


def counts_of(spec: TakeUp, facts: Facts, people: People, nation: str, above: Iterable[People] = ()) -> Counts:
    """The counts of the areas and of the places above them, the nation aside.

    nation  its code;  above  people of places above the areas, such as the province: others are the sum of the areas
    """
    chains = {code: facts.chain(code) for code in dict.fromkeys(people.areas)}
    homes = dict.fromkeys(home for chain in chains.values() for home in chain if home != nation)
    weights, seen = weights_of(spec), {item.areas[0]: item for item in above if len(item.areas) == 1}
    found: dict[tuple[str, str], dict[int, tuple[Fact, float]]] = {}
    for (home, year, service, measure), fact in sorted(facts.supply.items()):
        if service != SERVICE or home not in homes or year not in people.years:
            continue
        if measure == spec.inclusive:
            found.setdefault((measure, home), {})[year] = fact, fact.value
        elif measure in (spec.use, spec.wish):
            there = seen.get(home, people)
            columns = [place for place, code in enumerate(there.areas) if there is not people or home in chains[code]]
            children = there.both[there.place(year)][columns, :AGES].sum(axis=0)
            halves = months(facts, range(year, year + 1), (home,)).halves()[0, 0]
            rate = fact.value / PERCENT * carried(children, halves, weights)
            found.setdefault((measure, home), {})[year] = fact, rate
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Local:
    """One measure in the areas, over the nation's.

    places  codes of the places whose counts hold, "" for the nation's;  place  which of them each area has (area,)
    own     whether an area was counted itself (area,)
    values  counts by place;  ratio  to the nation's (year, place), one before the first count
    """

    places: tuple[str, ...]
    place: NDArray[np.intp]
    own: NDArray[np.bool_]
    values: tuple[Mapping[int, tuple[Fact, float]], ...]
    ratio: Floats

    def over(self, by_place: Floats) -> Floats:
        """Values by place (.., place) to those of the areas (.., 1 or area)."""
        return by_place if len(self.places) == 1 else by_place[..., self.place]

    @property
    def ratios(self) -> Floats:
        """To the nation's (year, 1 or area)."""
        return self.over(self.ratio)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Every count behind it."""
        return tuple(fact for values in self.values for fact, _ in values.values())

    def counted(self, area: int) -> tuple[str, Mapping[int, Fact]]:
        """The place whose counts an area has, and they; "" where the nation's hold."""
        place = int(self.place[area])
        return self.places[place], {year: fact for year, (fact, _) in self.values[place].items()}

    def since(self, years: range, *, last: bool = False) -> Floats:
        """The first or last counted year by place (place,), far off where the nation's hold."""
        nowhere = years[0] - 1 if last else years[-1] + 1
        return np.array([(max if last else min)(values, default=nowhere) for values in self.values])


def local_of(
    measure: str | None, counts: Counts, facts: Facts, areas: tuple[str, ...], years: range, path: Floats
) -> Local:
    """The nearest place with counts of each area.

    path  the nation's (year,), in the unit of the counts: between two counts its ratio to them is interpolated, and the
          last one stays
    """
    nearest = {}
    for code in dict.fromkeys(areas):
        there = (home for home in facts.chain(code) if measure is not None and (measure, home) in counts)
        nearest[code] = next(there, "")
    places = tuple(dict.fromkeys(nearest.values()))
    values = tuple(counts[measure, home] if home and measure is not None else {} for home in places)
    place = np.array([places.index(nearest[code]) for code in areas] if len(places) > 1 else np.zeros(len(areas)))
    own = np.array([nearest[code] == code for code in areas])
    ratio = np.stack([_ratio(item, years, path) for item in values], axis=-1)
    return Local(places, place.astype(np.intp), own, values, ratio)


def _ratio(values: Mapping[int, tuple[Fact, float]], years: range, path: Floats) -> Floats:
    """Counts over the nation's path (year,), one before the first of them."""
    if not values:
        return np.ones(len(years))
    known = sorted(values)
    nation = [float(path[year - years[0]]) for year in known]
    if not all(nation):
        where = f"data/**/supply, {SERVICE}, of the nation"
        raise InputError.one(where, "a figure above 0 to scale counts below it with", "0", "leave one of them out")
    ratio = np.interp(list(years), known, [values[year][1] / whole for year, whole in zip(known, nation, strict=True)])
    return np.where(np.array(years) >= known[0], ratio, 1.0)
