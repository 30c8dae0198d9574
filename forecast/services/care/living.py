"""With whom the old live: alone, as a couple, or with children and others; areas without rows take their parent's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.axes import AGES, SEXES, Floats
from forecast.errors import Fault, InputError
from forecast.services.care.ground import not_ahead
from forecast.services.care.rows import FROM_AGE, by_group, row_at
from forecast.services.facts import Facts
from forecast.services.facts import Living as Row
from forecast.services.school.counted import weakest

TABLE = "data/**/living"
ARRANGEMENTS = ("alone", "couple", "others")
UNKNOWN = ("any",)
"""The one arrangement of a project whose table says nothing: odds of settings are then the same for all."""
WHOLE = 0.5
"""Percentage points by which shares may miss 100: they are published rounded."""


@dataclass(frozen=True, slots=True, eq=False)
class LivingMix:
    """Shares of old people by arrangement.

    arrangements  in order
    shares        by distinct table: (arrangement, sex, age), 1 in all at each age from 60 on
    place         which of them each area takes (area,)
    from_area     whose rows each table holds, and their year
    sources       of each table, and ``statuses``, that of the least sure of its rows
    """

    arrangements: tuple[str, ...]
    shares: tuple[Floats, ...]
    place: NDArray[np.intp]
    from_area: tuple[tuple[str, int], ...]
    sources: tuple[str, ...]
    statuses: tuple[str, ...]

    def source(self, area: int) -> str:
        """Where the mix of an area is from, "" where none is known."""
        return self.sources[int(self.place[area])]

    def status(self, area: int) -> str:
        """How sure the mix of an area is."""
        return self.statuses[int(self.place[area])]

    def told(self, area: int, sex: int = 1, age: int = 75) -> str:
        """The mix of an area in words, at one age."""
        table, (code, year) = self.shares[self.place[area]], self.from_area[self.place[area]]
        if self.arrangements == UNKNOWN:
            return "living arrangement unknown"
        parts = ", ".join(
            f"{name} {share:.1%}" for name, share in zip(self.arrangements, table[:, sex, age], strict=True)
        )
        return f"{parts} ({code}, {year})"


def living_mix(facts: Facts, areas: tuple[str, ...], last: int) -> LivingMix:
    """The mix of each area: its own rows of the latest year, else the nearest parent's; ``InputError`` for bad rows.

    last  the last year on record: nobody knows how people will live
    """
    if not facts.living:
        nobody = np.zeros((1, len(SEXES), AGES))
        nobody[..., FROM_AGE:] = 1.0
        places = np.zeros(len(areas), dtype=np.intp)
        return LivingMix(UNKNOWN, (nobody,), places, (("", 0),), ("",), ("assumed",))
    rows: dict[str, list[Row]] = {}
    for row in facts.living:
        not_ahead(row.year, last, row_at(row, f"{row.area}, column year", TABLE))
        rows.setdefault(row.area, []).append(row)
    holders = {code: _holder(code, rows, facts.parents) for code in dict.fromkeys(areas)}
    distinct = list(dict.fromkeys(holders.values()))
    tables = [_table(rows[code], code) for code in distinct]
    place = np.array([distinct.index(holders[code]) for code in areas], dtype=np.intp)
    used = [_latest(rows[code]) for code in distinct]
    sources = tuple("; ".join(dict.fromkeys(row.source for row in own)) for own in used)
    statuses = tuple(weakest(row.status for row in own) for own in used)
    years = tuple((code, own[0].year) for code, own in zip(distinct, used, strict=True))
    return LivingMix(ARRANGEMENTS, tuple(tables), place, years, sources, statuses)


def _latest(rows: Sequence[Row]) -> list[Row]:
    last = max(row.year for row in rows)
    return [row for row in rows if row.year == last]


def _holder(code: str, rows: Mapping[str, object], parents: Mapping[str, str]) -> str:
    seen = [code]
    while seen[-1] not in rows:
        above = parents.get(seen[-1])
        if above is None or above in seen:
            way_out = "add rows of the area or of one above it, or take the table away"
            raise InputError.one(TABLE, f"rows for {code} or an area above it", "none", way_out)
        seen.append(above)
    return seen[-1]


def _table(rows: Sequence[Row], code: str) -> Floats:
    """Shares by arrangement, sex and age (arrangement, sex, age), made to sum to 1 exactly."""
    latest = _latest(rows)
    last = latest[0].year
    missing = [name for name in ARRANGEMENTS if not any(row.arrangement == name for row in latest)]
    if missing:
        where = row_at(latest[0], f"{code}, {last}", TABLE)
        raise InputError.one(where, "all three arrangements", f"none of {', '.join(missing)}", "add their rows")
    found = np.stack(
        [
            by_group([row for row in latest if row.arrangement == name], f"{code} {name} {last}", TABLE)
            for name in ARRANGEMENTS
        ]
    )
    sums = found[..., FROM_AGE:].sum(axis=0)
    faults = []
    both = all(row.sex == "both" for row in latest)
    for sex, name in enumerate(("both sexes",) if both else SEXES):
        off = np.flatnonzero(np.abs(sums[sex] - 1.0) > WHOLE / 100.0)
        if len(off):
            age, total = FROM_AGE + int(off[0]), 100.0 * float(sums[sex, off[0]])
            added = [row for row in latest if row.age_start <= age and row.sex in ("both", name)]
            where = row_at(max(added, key=lambda row: row.age_start), f"{code}, {last}, {name} aged {age}", TABLE)
            faults.append(Fault(where, "shares that sum to 100 %", f"{total:.2f} %", "correct them"))
    if faults:
        raise InputError(faults)
    found[..., FROM_AGE:] /= sums
    return found
