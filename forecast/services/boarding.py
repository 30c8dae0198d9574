"""How many of the users of a service board: counted on the rolls, or stated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.axes import Floats
from forecast.project.parts import Assumption
from forecast.services.school.counted import Roll
from forecast.services.series import Factor


@dataclass(frozen=True, slots=True)
class Known:
    """The share who board in one area, and where it comes from."""

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
        """Of the users of each area (1, area)."""
        return np.array([item.share for item in self.known])[self.place][None]

    @property
    def source(self) -> str:
        """Every source behind it, joined by "; "."""
        return "; ".join(dict.fromkeys(item.source for item in self.known))

    def factor(self, area: int) -> Factor:
        """The share of one area as a factor."""
        item = self.known[int(self.place[area])]
        return Factor("share who board", "times", item.share, "share", item.status, item.source, item.told)


def boarding(
    stated: Assumption | None, rolls: Mapping[tuple[str, str], Roll], service: str, areas: tuple[str, ...]
) -> Boarding | None:
    """The last count of an area; else the stated share; else that of all areas counted. None where nothing is known."""
    counted = {
        area: (year, *cells) for (area, kind), roll in rolls.items() if kind == service for year, cells in _last(roll)
    }
    codes = list(dict.fromkeys(areas))
    found: dict[str, Known] = {}
    for code in codes:
        if code in counted:
            year, boarders, pupils, source = counted[code]
            found[code] = Known(
                boarders / pupils, "observed", source, f"{boarders:,.0f} of {pupils:,.0f} pupils in {year}"
            )
        elif stated is not None:
            found[code] = Known(stated.value, stated.status, stated.source, stated.why)
        elif counted:
            found[code] = _all(counted)
    if not found:
        return None
    return Boarding(
        tuple(found[code] for code in codes), np.array([codes.index(code) for code in areas], dtype=np.intp)
    )


def _last(roll: Roll) -> list[tuple[int, tuple[float, float, str]]]:
    """The last school year whose boarders were counted: boarders, pupils, source; empty where none was."""
    whole = np.nansum(roll.pupils, axis=1)
    places = [place for place in range(len(roll.years)) if not np.isnan(roll.boarders[place]) and whole[place] > 0]
    if not places:
        return []
    last = places[-1]
    return [(roll.years[last], (float(roll.boarders[last]), float(whole[last]), roll.source))]


def _all(counted: Mapping[str, tuple[int, float, float, str]]) -> Known:
    boarders = sum(item[1] for item in counted.values())
    pupils = sum(item[2] for item in counted.values())
    source = "; ".join(dict.fromkeys(item[3] for item in counted.values()))
    told = f"not counted here: the share of all {len(counted)} areas counted"
    return Known(boarders / pupils, "assumed", source, told)
