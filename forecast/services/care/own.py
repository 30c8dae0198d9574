"""Areas' own rows of need: they take the nation's place there and below, under the odds that the nation's people show.

The nation is calibrated on its own table, so more need in one area fills more beds there and changes none elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast.axes import Floats
from forecast.errors import InputError
from forecast.project.eldercare import Need
from forecast.services.care.ground import Ground, indices, last_seen, nearest, not_ahead
from forecast.services.care.need import NeedRates, is_whole, not_above_one, rows_by_level
from forecast.services.care.rows import FILE, FROM_AGE, TABLE, gradient, row_at
from forecast.services.facts import CareNeed, Facts
from forecast.services.school.counted import weakest
from forecast.tables.near import did_you_mean

UNDIVIDED = ("undivided",)
TINY = 1e-300


@dataclass(frozen=True, slots=True, eq=False)
class NeedMix:
    """Rates of each area.

    tables  distinct ones, all with the same levels;  place  which of them each area takes (area,)
    """

    tables: tuple[NeedRates, ...]
    place: NDArray[np.intp]

    @classmethod
    def same(cls, table: NeedRates, areas: int) -> NeedMix:
        """One table for all areas."""
        return cls((table,), np.zeros(areas, dtype=np.intp))

    def at(self, area: int) -> NeedRates:
        """The rates of one area."""
        return self.tables[int(self.place[area])]


def need_mix(of_nation: NeedRates, own: Mapping[str, NeedRates], facts: Facts, areas: tuple[str, ...]) -> NeedMix:
    """The rates of the nearest place with rows of its own, else the nation's."""
    if not own:
        return NeedMix.same(of_nation, len(areas))
    holders = nearest(facts, areas, own)
    distinct = tuple(dict.fromkeys(holders.values()))
    return NeedMix(
        tuple(own.get(code, of_nation) for code in distinct), indices((holders[code] for code in areas), distinct)
    )


def of_the_nation(facts: Facts, nation: str) -> Facts:
    """The same with the nation's rows of need alone."""
    return replace(facts, care_need=tuple(row for row in facts.care_need if row.area in ("", nation)))


def own_rates(spec: Need, facts: Facts, of_nation: NeedRates, ground: Ground, nation: str) -> Mapping[str, NeedRates]:
    """Rates of every place of the run that has rows of its own; ``InputError`` for those that cannot serve."""
    mind = {spec.dementia, None if spec.dementia_level is None else spec.dementia_level.definition}
    below = [row for row in facts.care_need if row.area not in ("", nation)]
    rows = [row for row in below if row.definition not in mind]
    _known(spec, rows)
    found = {}
    for code in ground.places(nation):
        named = _chosen(spec, [row for row in rows if row.area == code], code)
        dementia = [row for row in below if row.area == code and row.definition in mind]
        if named:
            found[code] = _rates(named, of_nation, ground, code)
        if dementia:
            found[code] = _with_dementia(found.get(code, of_nation), dementia, ground, code)
    return found


def _known(spec: Need, rows: Sequence[CareNeed]) -> None:
    known = sorted({row.definition for row in rows})
    if spec.local is not None and spec.local not in known:
        near = did_you_mean(spec.local, known) or "leave the key out where one definition has rows of areas"
        raise InputError.one(f"{FILE}, key need.local", f"a definition of {TABLE} with rows of areas", spec.local, near)


def _chosen(spec: Need, rows: Sequence[CareNeed], code: str) -> list[CareNeed]:
    """The rows of the one definition that an area has, or of the one that the model names."""
    definitions = list(dict.fromkeys(row.definition for row in rows))
    if spec.local is not None:
        return [row for row in rows if row.definition == spec.local]
    if len(definitions) > 1:
        way_out = f'write `local = "{definitions[0]}"` under [need], or take the other rows away'
        raise InputError.one(f"{TABLE}, {code}", "rows of one definition", ", ".join(definitions), way_out)
    return list(rows)


def _rates(rows: Sequence[CareNeed], of_nation: NeedRates, ground: Ground, code: str) -> NeedRates:
    """Rates of a place with the levels of the nation's table."""
    name = f"{rows[0].definition} of {code}"
    people, columns = ground.there(code)
    for row in rows:
        not_ahead(row.year, last_seen(people), row_at(row, f"{name}, column year"))
    by_age = any(row.age_width is not None for row in rows)
    by_level = rows_by_level(rows, name, by_age=by_age)
    used = [row for found in by_level.values() for row in found]
    own = _Own(people.people[:, columns].sum(axis=1), people.years, by_level, name)
    rates, told = own.as_levels(of_nation)
    not_above_one(rates, of_nation.trend, row_at(used[0], name), name)
    split = tuple(by_level) != of_nation.levels
    statuses = [row.status for row in used] + (["derived"] if split or not by_age else [])
    years = ", ".join(str(year) for year in dict.fromkeys(row.year for row in used) if year is not None)
    return replace(
        of_nation,
        table=rows[0].definition,
        rates=rates,
        scale=1.0,
        status=weakest(statuses),
        source="; ".join(dict.fromkeys(row.source for row in used)),
        told=f"own rows of {code}{', ' + years if years else ''}: {told}; odds of the settings as the nation's",
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Own:
    """Rows of one place by level, and its people (year, sex, age)."""

    people: Floats
    years: range
    rows: Mapping[str, list[CareNeed]]
    name: str

    def as_levels(self, of_nation: NeedRates) -> tuple[Floats, str]:
        """Rates with the levels of the nation's table (level, sex, age), and how they came about."""
        levels = tuple(self.rows)
        if levels == of_nation.levels:
            return np.stack([self._of(level, of_nation) for level in levels]), "by level"
        if of_nation.levels == UNDIVIDED:
            return sum((self._of(level, of_nation) for level in levels), np.zeros(1))[None], "all levels together"
        if levels == UNDIVIDED and len(of_nation.levels) > 1:
            part = of_nation.rates / np.maximum(of_nation.all, TINY)
            return self._of("undivided", of_nation) * part, "split into levels as the nation's need is"
        first = next(iter(self.rows.values()))[0]
        expected = f"the levels of the nation's table {of_nation.table}, {', '.join(of_nation.levels)}"
        way_out = "give rows for each of them, or one share of all who need care"
        raise InputError.one(row_at(first, f"{self.name}, column level"), expected, ", ".join(levels), way_out)

    def _of(self, level: str, of_nation: NeedRates) -> Floats:
        """One level by sex and age: rows by age as they stand, one share of all on the nation's shape by age."""
        rows = self.rows[level]
        whole = next((row for row in rows if is_whole(row)), None)
        if whole is None or any(row.age_width is not None for row in rows):
            return gradient(rows, f"{self.name} ({level})", self._people(rows[0].year))
        known = level in of_nation.levels
        shape = of_nation.rates[of_nation.levels.index(level)] if known else of_nation.all
        people = self._people(whole.year)
        share = float((shape * people)[:, FROM_AGE:].sum() / max(people[:, FROM_AGE:].sum(), TINY))
        return np.asarray(shape * (whole.percent / 100.0 / max(share, TINY)))

    def _people(self, year: int | None) -> Floats:
        """People (sex, age) of a year, the first or last of the run for those outside it."""
        when = self.years[0] if year is None else min(max(year, self.years[0]), self.years[-1])
        return np.asarray(self.people[self.years.index(when)])


def _with_dementia(rates: NeedRates, rows: Sequence[CareNeed], ground: Ground, code: str) -> NeedRates:
    """The same with a place's own dementia, by age as it stands."""
    people, columns = ground.there(code)
    shape = gradient(rows, f"{rows[0].definition} of {code}", people.people[0, columns].sum(axis=0))
    return replace(rates, dementia=shape, dementia_source="; ".join(dict.fromkeys(row.source for row in rows)))
