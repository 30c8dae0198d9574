"""Children by completed month of age: those of 0, 1 and 2 years split by the births of the months they were born in."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.axes import Floats
from forecast.errors import InputError
from forecast.services.facts import Facts, MonthlyBirths

AGES, MONTHS = 3, 12
EVENLY = "births are spread evenly over the year: no table births_by_month"
"""Where no births by month are known, of the area or of those above it."""
NOBODY = "births are spread evenly over the year: births_by_month has years without any birth only"
"""Where the only years on record are years without a birth: they say nothing of a season."""
Known = Mapping[tuple[str, int], MonthlyBirths]


@dataclass(frozen=True, slots=True, eq=False)
class Months:
    """How children of a year of age split by completed month on 31 December.

    shares  (year, place, age, month), summing to one over the months 0 to 11 beyond the birthday
    place   which place each area is (area,)
    told    by place: where the shares come from, in words;  source  the ids of their sources, "" where there are none
    """

    shares: Floats
    place: NDArray[np.intp]
    told: tuple[str, ...]
    source: str

    @property
    def even(self) -> bool:
        """Whether some area has no births by month to go by."""
        return not {EVENLY, NOBODY}.isdisjoint(self.told)

    def told_of(self, area: int) -> str:
        """Where the shares of an area come from."""
        return self.told[int(self.place[area])]

    def halves(self) -> Floats:
        """Shares of the two half years of each age (year, 1 or area, age, half), those below the half first."""
        found = self.shares.reshape(*self.shares.shape[:3], 2, MONTHS // 2).sum(axis=-1)
        return np.asarray(found if len(self.told) == 1 else found[:, self.place])


def months(facts: Facts, years: range, areas: tuple[str, ...]) -> Months:
    """The split of every year and area.

    Who is aged x on 31 December of t was born in t - x, and has 12 x + 12 - k completed months if born in month k. So
    the share of a month of age is that of a month of birth: deaths and moves are taken to fall evenly on the children
    of one year. Births of the year count where they are known by month, of the area or of the nearest place above it
    that has any; else those of all years known there together, as the season; else a twelfth each. A year without any
    birth has no season: it counts as not known.
    """
    known = {key: item for key, item in facts.births_by_month.items() if any(item.births)}
    nobody = frozenset(code for code, _ in facts.births_by_month.keys() - known.keys())
    codes = list(dict.fromkeys(areas))
    nearest = {code: _nearest(code, facts, {area for area, _ in known}) for code in codes}
    homes = list(dict.fromkeys(nearest.values()))
    shares = np.stack([_shares(known, home, years) for home in homes], axis=1)
    places = {code: homes.index(home) for code, home in nearest.items()}
    used = [item for (code, _), item in known.items() if code in homes]
    empty = any(nobody.intersection(facts.chain(code)) for code in codes)
    return Months(
        shares,
        np.array([places[code] for code in areas] if len(homes) > 1 else np.zeros(len(areas)), dtype=np.intp),
        tuple(_told(known, home, empty=empty) for home in homes),
        "; ".join(dict.fromkeys(item.source for item in used)),
    )


def twelve(area: str, year: int, births: Mapping[int, float]) -> tuple[float, ...]:
    """Births of the twelve months of a year, January first; ``InputError`` where one is missing (law 9)."""
    missing = [month for month in range(1, MONTHS + 1) if month not in births]
    if missing:
        where = f"data/**/births_by_month, area {area}, {year}"
        found = f"none for {', '.join(map(str, missing))}"
        raise InputError.one(where, "births of all twelve months", found, "add the months, or leave the year out")
    return tuple(births[month] for month in range(1, MONTHS + 1))


def _nearest(code: str, facts: Facts, known: AbstractSet[str]) -> str:
    """The area, or the nearest place above it, that has births by month; "" where none has."""
    return next((area for area in facts.chain(code) if area in known), "")


def _shares(known: Known, home: str, years: range) -> Floats:
    """Shares of one place (year, age, month)."""
    even = np.full(MONTHS, 1.0 / MONTHS)
    own = {year: np.array(item.births) for (code, year), item in known.items() if code == home}
    together = np.sum(list(own.values()), axis=0) if own else even
    season = together / together.sum()
    born = {year: births / births.sum() for year, births in own.items()}
    # Born in December: no month of age completed beyond the birthday; in January: eleven.
    return np.array([[born.get(year - age, season)[::-1] for age in range(AGES)] for year in years])


def _told(known: Known, home: str, *, empty: bool) -> str:
    if not home:
        return NOBODY if empty else EVENLY
    years = sorted(year for code, year in known if code == home)
    spell = str(years[0]) if len(years) == 1 else f"{years[0]}-{years[-1]}"
    return f"births by month of {home}, {spell}; in other years all of these together, as the season"
