"""How many people each area has on its register: counts, lines between counts, totals that must be met (law 8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats
from forecast.demography.engine import Override
from forecast.errors import InputError

APART = 0.02
"""Areas that are all counted may differ by such a share from the total published of them."""


@dataclass(frozen=True, slots=True, eq=False)
class ByAge:
    """Registered people of one area by age, as a table gives them: people (sex, group), first ages (group,)."""

    starts: Floats
    people: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Register:
    """What is known of the people registered in some areas, and of residents registered elsewhere.

    areas      codes, in order;  city  code of all together;  place  of the codes in arrays
    residents  of the census                                                         (area,)
    outside    those of them who are registered outside the area                      (area,)
    inside     those who are registered in another street or township "of the same county" (area,)
    counts     registered people of each area by time: 31 December 2020 is 2020.0
    totals     registered people of all areas together on 31 December, by year
    grouped    areas that have a published total of their own (area,);  group_totals  that total by year
    by_age     registered people by age at the launch, by place of the area
    settled    years after which a move has brought the registration along; from the launch on, on average
    """

    areas: tuple[str, ...]
    city: str
    residents: Floats
    outside: Floats
    inside: Floats
    counts: tuple[Mapping[float, float], ...]
    totals: Mapping[int, float]
    grouped: np.ndarray
    group_totals: Mapping[int, float]
    by_age: Mapping[int, ByAge]
    settled: int

    def at_launch(self, year: int) -> tuple[Floats, list[Override]]:
        """Registered people of each area on 31 December of the launch year (area,).

        A table by age, or a count of that day, stands. An area with counts before and after lies on the line of logs
        between them. The rest keep their last count, raked to the known totals: first the group's, then the city's.
        """
        line = np.array([_on_line(count, year) if count else np.nan for count in self.counts])
        counted = np.array([_last(count, year) if count else np.nan for count in self.counts])
        held = np.array([year in count or max(count, default=year) > year for count in self.counts])
        for place, table in self.by_age.items():
            line[place], counted[place], held[place] = table.people.sum(), table.people.sum(), True
        raked = self._raked(line, held, year)
        between = "registered people on the line of logs between the counts before and after"
        why = "registered people of the last count, raked to the registered totals of the year"
        notes = [
            Override(area, year, "registered", float(before), float(after), between if fixed else why)
            for area, before, after, fixed in zip(self.areas, counted, raked, held, strict=True)
            if not np.isclose(before, after, rtol=1e-12, atol=0.0)
        ]
        return raked, notes

    def meeting(self, people: Floats, year: int) -> Floats:
        """Registered people of each area (area,) that meet what is on record for the year; as they are without."""
        line = people.copy()
        held = np.zeros(len(people), dtype=bool)
        for place, count in enumerate(self.counts):
            if year in count:
                line[place], held[place] = count[year], True
        return self._raked(line, held, year)

    def notes(self, before: Floats, after: Floats, year: int) -> list[Override]:
        """What meeting the record of a year changed: of areas with a count, of all districts, of the city."""
        why = "registered people on record for the year are met: the difference is people who moved their registration"
        found = [
            Override(area, year, "registered", float(before[place]), float(after[place]), why)
            for place, area in enumerate(self.areas)
            if year in self.counts[place]
        ]
        if year in self.group_totals:
            was, now = (float(people[self.grouped].sum()) for people in (before, after))
            found.append(Override(self.city, year, "registered in districts", was, now, why))
        if year in self.totals:
            found.append(Override(self.city, year, "registered", float(before.sum()), float(after.sum()), why))
        return found

    def last_known(self, launch: int) -> int:
        """The last year whose registered total is on record; the launch where none is later."""
        return max([launch, *self.totals])

    def _raked(self, people: Floats, held: np.ndarray, year: int) -> Floats:
        """Areas that are not held, scaled so that the published totals of the year are met."""
        out = people.copy()
        whole, group = self.totals.get(year), self.group_totals.get(year)
        every = np.ones(len(people), dtype=bool)
        parts: list[tuple[np.ndarray, float]] = []
        if group is not None:
            parts.append((self.grouped, group))
        if whole is not None:
            parts.append((every, whole) if group is None else (~self.grouped, whole - group))
        for mask, total in parts:
            free = mask & ~held
            rest = total - float(out[mask & held].sum())
            if not free.any():
                if abs(rest) > APART * total:
                    where = f"data/**/population and totals, registered people, {year}"
                    found = f"{out[mask].sum():,.0f} in {int(mask.sum())} areas, {total:,.0f} for all of them"
                    raise InputError.one(
                        where, f"areas that sum to their total within {APART:.0%}", found, "correct one"
                    )
                continue
            if rest <= 0:
                where = f"data/**/totals, registered, {year}"
                found = f"{total:,.0f} for all, {out[mask & held].sum():,.0f} for {int((mask & held).sum())} of them"
                raise InputError.one(where, "a total above the areas counted apart", found, "correct one of them")
            out[free] *= rest / float(out[free].sum())
        return out


def _on_line(count: Mapping[float, float], time: float) -> float:
    """The line of logs between the counts; beyond them the nearest."""
    times = sorted(count)
    if not times[0] < time < times[-1] or time in count:
        return count[min(times, key=lambda other: abs(other - time))]
    return float(np.exp(np.interp(time, times, np.log([count[key] for key in times]))))


def _last(count: Mapping[float, float], time: float) -> float:
    """The last count up to a time; the first one where there is none."""
    return count[max((key for key in count if key <= time), default=min(count))]
