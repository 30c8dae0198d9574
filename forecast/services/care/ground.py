"""Who lives in a place: the areas of the run below it, or the people of a place above them that the run knows whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from forecast.errors import InputError
from forecast.services.facts import Facts
from forecast.services.people import People


@dataclass(frozen=True, eq=False)
class Ground:
    """The people of a run and of places above its areas.

    people  of the areas;  above  of single places, such as the province
    """

    facts: Facts
    people: People
    above: tuple[People, ...] = ()

    @classmethod
    def of(cls, facts: Facts, people: People, above: Iterable[People] = ()) -> Ground:
        """Of areas and of whole places: those of several areas say nothing of one place."""
        return cls(facts, people, tuple(item for item in above if len(item.areas) == 1))

    def places(self, nation: str) -> tuple[str, ...]:
        """Every area of the run and every place above one, the nation aside, the lowest first."""
        codes = dict.fromkeys(code for area in self.people.areas for code in self.facts.chain(area))
        return tuple(sorted((code for code in codes if code != nation), key=lambda code: -len(self.facts.chain(code))))

    def there(self, code: str) -> tuple[People, list[int]]:
        """People, and which of their areas lie in a place."""
        for item in self.above:
            if item.areas[0] == code:
                return item, [0]
        chains = {area: self.facts.chain(area) for area in dict.fromkeys(self.people.areas)}
        return self.people, [place for place, area in enumerate(self.people.areas) if code in chains[area]]


def nearest(facts: Facts, areas: tuple[str, ...], holders: Iterable[str]) -> dict[str, str]:
    """The nearest place of each area that is among the holders, itself before those above it; "" where none is."""
    known = set(holders)
    return {area: next((code for code in facts.chain(area) if code in known), "") for area in dict.fromkeys(areas)}


def indices(codes: Iterable[str], of: tuple[str, ...]) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
    """Places of codes among others (code,)."""
    return np.array([of.index(code) for code in codes], dtype=np.intp)


def last_seen(people: People) -> int:
    """The last year on record of people or of births, whichever is later: a count may be of it or of the year after."""
    return max(people.nowcast_until, people.born_until)


def not_ahead(year: int | None, last: int, where: str) -> None:
    """``InputError`` for a count of a year that nobody has seen; ``last`` the last year on record."""
    if year is not None and year > last + 1:
        way_out = "correct the year; what is planned or projected is no count"
        raise InputError.one(where, f"a year up to {last + 1}, the year after the last on record", str(year), way_out)
