"""How many of the pupils of a service board: counted on the rolls, or stated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.axes import Floats
from forecast.project.parts import Assumption
from forecast.services.school.counted import Roll, weakest
from forecast.services.series import Factor


@dataclass(frozen=True, slots=True)
class Known:
    """The share who board among those who go to school in one area, and where it comes from."""

    share: float
    status: str
    source: str
    told: str


@dataclass(frozen=True, slots=True, eq=False)
class Boarding:
    """The share who board (1, area).

    known  by place;  place  of each area (area,)
    """

    known: tuple[Known, ...]
    place: NDArray[np.intp]

    @property
    def share(self) -> Floats:
        """Of the pupils who go to school in each area (1, area)."""
        return np.array([item.share for item in self.known])[self.place][None]

    @property
    def source(self) -> str:
        """Every source behind it, joined by "; "."""
        return "; ".join(dict.fromkeys(item.source for item in self.known))

    def factor(self, area: int) -> Factor:
        """The share of one area as a factor."""
        item = self.known[int(self.place[area])]
        return Factor("share who board", "times", item.share, "share", item.status, item.source, item.told)


@dataclass(frozen=True, slots=True)
class _Count:
    """Boarders and pupils of one area in its last school year with boarders told."""

    year: int
    boarders: float
    pupils: float
    status: str
    source: str
    told: str


def boarding(
    stated: Assumption | None, rolls: Mapping[tuple[str, str], Roll], kinds: Sequence[str], areas: tuple[str, ...]
) -> Boarding | None:
    """The last count of an area; else the stated share; else that of all areas counted. None where nothing is known.

    kinds  kinds of school that make the service, counted apart: general and vocational for senior
    """
    codes = {code: place for place, code in enumerate(dict.fromkeys(areas))}
    rows: dict[str, dict[str, Roll]] = {}
    for (area, kind), roll in rolls.items():
        if kind in kinds:
            rows.setdefault(area, {})[kind] = roll
    counted = {area: count for area, known in rows.items() if (count := _last(known)) is not None}
    found: dict[str, Known] = {}
    for code in codes:
        if code in counted:
            one = counted[code]
            found[code] = Known(one.boarders / one.pupils, one.status, one.source, one.told)
        elif stated is not None:
            found[code] = Known(stated.value, stated.status, stated.source, stated.why)
        elif counted:
            found[code] = _all(counted)
    if not found:
        return None
    return Boarding(tuple(found.values()), np.array([codes[code] for code in areas], dtype=np.intp))


def _last(known: Mapping[str, Roll]) -> _Count | None:
    """The last school year in which the boarders of all kinds were told, else of those that ever told them."""
    told = {kind: roll for kind, roll in known.items() if _years(roll)}
    if not told:
        return None
    both = set.intersection(*(_years(roll) for roll in told.values()))
    # where no year has all of them, the kind with the latest count stands for the service
    chosen = told if both else dict([max(told.items(), key=lambda item: max(_years(item[1])))])
    year = max(both or _years(next(iter(chosen.values()))))
    boarders = sum(float(roll.boarders[roll.years.index(year)]) for roll in chosen.values())
    pupils = sum(float(np.nansum(roll.pupils[roll.years.index(year)])) for roll in chosen.values())
    note = f"{boarders:,.0f} of {pupils:,.0f} pupils in {year}"
    missing = [kind for kind, roll in known.items() if kind not in chosen and np.nansum(roll.pupils)]
    status = weakest(roll.status_of(year) for roll in chosen.values())
    if missing:
        status, note = "assumed", f"{note}; of {' and '.join(missing)} not told: taken for alike"
    source = "; ".join(dict.fromkeys(roll.source for roll in chosen.values()))
    return _Count(year, boarders, pupils, status, source, note)


def _years(roll: Roll) -> set[int]:
    """School years with pupils whose boarders were told."""
    whole = np.nansum(roll.pupils, axis=1)
    return {year for at, year in enumerate(roll.years) if np.isfinite(roll.boarders[at]) and whole[at] > 0}


def _all(counted: Mapping[str, _Count]) -> Known:
    boarders = sum(item.boarders for item in counted.values())
    pupils = sum(item.pupils for item in counted.values())
    source = "; ".join(dict.fromkeys(item.source for item in counted.values()))
    told = f"not counted here: the share of all {len(counted)} areas counted"
    return Known(boarders / pupils, "assumed", source, told)
