"""With whom the old live: alone, as a couple, or with children and others; areas without rows take their parent's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.axes import AGES, SEXES, Floats
from forecast.errors import Fault, InputError
from forecast.services.care.rows import FROM_AGE, by_group
from forecast.services.facts import Facts
from forecast.services.facts import Living as Row

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
    """

    arrangements: tuple[str, ...]
    shares: tuple[Floats, ...]
    place: NDArray[np.intp]
    from_area: tuple[tuple[str, int], ...]
    source: str
    status: str

    def told(self, area: int, sex: int = 1, age: int = 75) -> str:
        """The mix of an area in words, at one age."""
        table, (code, year) = self.shares[self.place[area]], self.from_area[self.place[area]]
        if self.arrangements == UNKNOWN:
            return "living arrangement unknown"
        parts = ", ".join(
            f"{name} {share:.1%}" for name, share in zip(self.arrangements, table[:, sex, age], strict=True)
        )
        return f"{parts} ({code}, {year})"


def living_mix(facts: Facts, areas: tuple[str, ...]) -> LivingMix:
    """The mix of each area: its own rows of the latest year, else the nearest parent's; ``InputError`` for bad rows."""
    if not facts.living:
        nobody = np.zeros((1, len(SEXES), AGES))
        nobody[..., FROM_AGE:] = 1.0
        places = np.zeros(len(areas), dtype=np.intp)
        return LivingMix(UNKNOWN, (nobody,), places, (("", 0),), "", "assumed")
    rows: dict[str, list[Row]] = {}
    for row in facts.living:
        rows.setdefault(row.area, []).append(row)
    holders = {code: _holder(code, rows, facts.parents) for code in dict.fromkeys(areas)}
    distinct = list(dict.fromkeys(holders.values()))
    tables = [_table(rows[code], code) for code in distinct]
    place = np.array([distinct.index(holders[code]) for code in areas], dtype=np.intp)
    used = [row for code in distinct for row in rows[code]]
    source = "; ".join(dict.fromkeys(row.source for row in used))
    statuses = {row.status for row in used}
    status = next((name for name in ("assumed", "recalled", "derived") if name in statuses), "verified")
    years = tuple((code, max(row.year for row in rows[code])) for code in distinct)
    return LivingMix(ARRANGEMENTS, tuple(tables), place, years, source, status)


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
    last = max(row.year for row in rows)
    latest = [row for row in rows if row.year == last]
    missing = [name for name in ARRANGEMENTS if not any(row.arrangement == name for row in latest)]
    if missing:
        raise InputError.one(f"{TABLE}, {code}, {last}", "all three arrangements", f"none of {', '.join(missing)}")
    found = np.stack(
        [
            by_group([row for row in latest if row.arrangement == name], f"{code} {name} {last}", TABLE)
            for name in ARRANGEMENTS
        ]
    )
    sums = found[..., FROM_AGE:].sum(axis=0)
    faults = []
    for sex, name in enumerate(SEXES):
        off = np.flatnonzero(np.abs(sums[sex] - 1.0) > WHOLE / 100.0)
        if len(off):
            age, total = FROM_AGE + int(off[0]), 100.0 * float(sums[sex, off[0]])
            where = f"{TABLE}, {code}, {last}, {name} aged {age}"
            faults.append(Fault(where, "shares that sum to 100 %", f"{total:.2f} %", "correct them"))
    if faults:
        raise InputError(faults)
    found[..., FROM_AGE:] /= sums
    return found
