"""Rows of care need as shares by sex and age: groups that tile the old ages, or one share laid on a gradient."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from forecast.axes import AGES, FEMALE, MALE, SEXES, Floats
from forecast.errors import Fault, InputError
from forecast.project.eldercare import ShareRow
from forecast.services.facts import CareNeed, Facts, Living
from forecast.tables.near import did_you_mean

FILE = "models/eldercare.toml"
TABLE = "data/**/care_need"
FROM_AGE = 60


def rows_of(facts: Facts, definition: str, key: str) -> tuple[CareNeed, ...]:
    """All rows of a definition; an unknown one is a fault that names the key of the model file."""
    found = tuple(row for row in facts.care_need if row.definition == definition)
    if not found:
        known = sorted({row.definition for row in facts.care_need})
        way_out = did_you_mean(definition, known) or f"there are {', '.join(known)}"
        raise InputError.one(f"{FILE}, key {key}", f"a definition of {TABLE}", definition, way_out)
    return found


def one_row(facts: Facts, asked: ShareRow, key: str) -> CareNeed:
    """The share of both sexes from an age on in a year."""
    rows = rows_of(facts, asked.definition, f"{key}.definition")
    for row in rows:
        same = row.sex == "both" and row.age_width is None and row.level == asked.level
        if same and row.age_start == asked.from_age and row.year == asked.year:
            return row
    there = "; ".join(f"{row.level}, {row.sex}, {row.age_start}+, {row.year}" for row in rows if row.age_width is None)
    what = f"{asked.definition}: {asked.level}, both sexes, {asked.from_age}+, {asked.year}"
    raise InputError.one(f"{FILE}, key {key}", f"a row of {TABLE}, {what}", "none", f"there are {there or 'none'}")


def gradient(rows: Sequence[CareNeed], name: str, people: Floats) -> Floats:
    """The shape of a definition by sex and age (sex, age).

    people  the nation's people of a year (sex, age)

    Where its ages are of both sexes and its sexes of all ages, the published shares of men and women mix the sex
    difference with women's greater age: the difference net of age is the published ratio over the ratio that the ages
    alone would give (indirect standardisation).
    """
    grouped = [row for row in rows if row.age_width is not None or row.age_start > FROM_AGE]
    levels = {row.level for row in grouped}
    if len(levels) != 1:
        found = ", ".join(sorted(levels)) or "no row by age"
        raise InputError.one(TABLE, f"shares by age from {FROM_AGE} on for {name}, of one level", found, "add them")
    by_age = by_group(grouped, name)
    whole = {
        row.sex: row.percent
        for row in rows
        if row.sex in SEXES and row.age_width is None and row.age_start == FROM_AGE and row.level in levels
    }
    if not whole or any(row.sex in SEXES for row in grouped):
        return by_age
    if set(whole) != set(SEXES):
        missing = ", ".join(sorted(set(SEXES) - set(whole)))
        what = f"shares of men and women of {FROM_AGE}+ for {name}, or of neither"
        raise InputError.one(TABLE, what, f"none of {missing}", "add the row")
    ratio = whole["female"] / whole["male"] / _age_effect(by_age, people)
    women = people[FEMALE] / np.maximum(people.sum(axis=0), 1e-9)
    men = by_age[MALE] / (1.0 - women + women * ratio)
    return np.stack([men, men * ratio])


def _age_effect(by_age: Floats, people: Floats) -> float:
    """Women's over men's share in need if only age mattered."""
    old = people[:, FROM_AGE:]
    shares = (old * by_age[:, FROM_AGE:]).sum(axis=-1) / old.sum(axis=-1)
    return float(shares[FEMALE] / shares[MALE])


def by_group(rows: Sequence[CareNeed | Living], name: str, table: str = TABLE) -> Floats:
    """Shares by sex and age (sex, age), 0 below 60; rows of one sex go before those of both.

    The groups of each sex tile the ages from 60 on without a hole, the last one open; ``InputError`` names all that do
    not, and shares that are no percentage.
    """
    out = np.zeros((len(SEXES), AGES))
    faults = [*_wrong(rows, name, table)]
    for place, sex in enumerate(SEXES):
        own = [row for row in rows if row.sex == sex]
        both = [] if own else [row for row in rows if row.sex == "both"]
        faults += _untiled(own or both, f"{name}, {'both sexes' if both else sex}", table)
        for row in own or both:
            end = AGES if row.age_width is None else row.age_start + row.age_width
            out[place, row.age_start : end] = row.percent / 100.0
    if faults:
        raise InputError(dict.fromkeys(faults))
    return out


def _wrong(rows: Iterable[CareNeed | Living], name: str, table: str) -> Iterable[Fault]:
    for row in rows:
        if not 0.0 <= row.percent <= 100.0:
            where = row_at(row, f"{name}, {row.sex} from {row.age_start}", table)
            yield Fault(where, "a percentage from 0 to 100", f"{row.percent:g}", "correct the share")


def row_at(row: CareNeed | Living, what: str, table: str = TABLE) -> str:
    """File and row, and what stands there; the table where nobody knows the row."""
    return f"{row.origin} ({what})" if row.origin else f"{table}, {what}"


def _untiled(rows: Iterable[CareNeed | Living], what: str, table: str) -> Iterable[Fault]:
    """What keeps groups from tiling the ages from 60 on."""
    ordered = sorted(rows, key=lambda row: row.age_start)
    after, where = FROM_AGE, f"{table}, {what}"
    for row in ordered:
        where = row_at(row, what, table)
        if row.age_start != after:
            kind = "a hole" if row.age_start > after else "groups that overlap"
            found = f"{kind}: the next group begins at {row.age_start}"
            yield Fault(where, f"a group from age {after} on", found, "make the groups follow each other")
        after = AGES if row.age_width is None else row.age_start + row.age_width
    if after < AGES:
        yield Fault(where, f"groups up to an open one, from age {after} on", "none", "add the open group, width blank")
