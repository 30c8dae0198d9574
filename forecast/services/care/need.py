"""Who needs care, by sex, age and level, from one named prevalence table; what it does not have is absent.

Definitions differ several-fold (the census counts 2 %, surveys of daily living 10 to 18 % of people of 60 and over), so
each is a table of its own: a share of it may be split by another, and says so; two are never averaged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats
from forecast.errors import Fault, InputError
from forecast.project.eldercare import LEVELS, Need, NeedTable, NeedTrend, ShareRow
from forecast.services.care.rows import FILE, FROM_AGE, TABLE, gradient, one_row, row_at, rows_of
from forecast.services.facts import CareNeed, Facts
from forecast.services.people import People
from forecast.services.school.counted import weakest
from forecast.tables.near import did_you_mean

__all__ = ["FILE", "FROM_AGE", "NeedRates", "need_rates"]
IN_NEED = LEVELS[1:]
SLACK = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class NeedRates:
    """Shares of people who need care, by level, sex and age.

    levels    those that the table has, least first
    rates     (level, sex, age), 0 below 60, in the year that the table is of
    trend     what rates of a year are multiplied by (year, 1)
    dementia  share with dementia (sex, age), beside the levels and never added to them; None where no table is named
    scale     what a gradient was multiplied by to reach the level; 1 for rows taken as they are
    told      how the rates came about
    severe_share  severe need over all need among the nation's people; NaN where the table has no such level
    """

    table: str
    levels: tuple[str, ...]
    rates: Floats
    trend: Floats
    dementia: Floats | None
    scale: float
    status: str
    source: str
    dementia_source: str
    told: str
    severe_share: float = float("nan")

    @property
    def all(self) -> Floats:
        """Share who need care at any level (sex, age)."""
        return np.asarray(self.rates.sum(axis=0))


def need_rates(spec: Need, facts: Facts, nation: People) -> NeedRates:
    """Rates of the table that the model names; ``InputError`` where it is unknown, has holes or counts too many."""
    _known(spec, facts)
    table = spec.chosen
    if table.total is not None:
        found = _from_total(spec.table, table, table.total, facts, nation)
    else:
        found = _from_rows(spec.table, table, facts, nation)
    levels, rates, scale, sources, told = found
    dementia, dementia_source = _dementia(spec, facts, nation)
    trend = _trend(spec.trend, facts, nation, rates.sum(axis=0))
    not_above_one(rates, trend, f"{FILE}, [need]", f"need.table {spec.table}")
    source = "; ".join(dict.fromkeys(sources))
    status = "derived" if table.gradient is not None else _worst(facts, table.rows)
    return NeedRates(
        spec.table,
        levels,
        rates,
        trend,
        dementia,
        scale,
        status,
        source,
        dementia_source,
        f"{told}{table.why}",
        _severe_share(levels, rates, nation.people[0, 0]),
    )


def not_above_one(rates: Floats, trend: Floats, where: str, under: str) -> None:
    """``InputError`` where more than everybody needs care: rates (level, sex, age), trend (year, 1)."""
    if (rates.sum(axis=0) * trend.max() > 1.0 + SLACK).any():
        age = int(np.argmax(rates.sum(axis=0).max(axis=0)))
        most = 100.0 * float(rates.sum(axis=0).max() * trend.max())
        what = f"at most 100 % in need at any age under {under}"
        raise InputError.one(where, what, f"{most:.1f} % at age {age}", "correct the shares or the trend")


def _severe_share(levels: tuple[str, ...], rates: Floats, people: Floats) -> float:
    """Severe need over all need; rates (level, sex, age), people (sex, age)."""
    if "severe" not in levels:
        return float("nan")
    in_need = (rates * people).sum(axis=(1, 2))
    return float(in_need[levels.index("severe")] / max(in_need.sum(), 1e-300))


def _known(spec: Need, facts: Facts) -> None:
    definitions = {row.definition for row in facts.care_need}
    if spec.table not in spec.tables and spec.table not in definitions:
        known = [*spec.tables, *sorted(definitions)]
        near = did_you_mean(spec.table, known) or f"there are {', '.join(spec.tables)}"
        what = f"a table under need.tables, or a definition of {TABLE}"
        raise InputError.one(f"{FILE}, key need.table", what, spec.table, near)


def _worst(facts: Facts, definition: str | None) -> str:
    """The status of rows that are taken as they are."""
    return weakest(row.status for row in facts.care_need if row.definition == definition)


Found = tuple[tuple[str, ...], Floats, float, list[str], str]


def _from_total(name: str, table: NeedTable, total: ShareRow, facts: Facts, nation: People) -> Found:
    """A gradient scaled so that the nation shows one published share, and perhaps split by others."""
    key = f"need.tables.{name}"
    row = one_row(facts, total, f"{key}.total")
    shape, source = _shape(table, facts, nation, f"{key}.gradient", total.year)
    scale = row.percent / 100.0 / share_in(shape, nation, total.year, total.from_age)
    rates = shape * scale
    whole = f"{table.gradient} gradient x {scale:.3f}: the nation's {total.from_age}+ show {row.percent:g} %"
    told, sources = f"{whole} in {total.year}; ", [source, row.source]
    if table.means == "severe":
        return ("severe",), rates[None], scale, sources, told
    if table.severe is None:
        return ("undivided",), rates[None], scale, sources, told
    severe = one_row(facts, table.severe, f"{key}.severe")
    part = severe.percent / 100.0 / share_in(rates, nation, table.severe.year, table.severe.from_age)
    if part > 1.0:
        what = f"a share below that of all in need ({100 / part * severe.percent / 100:.2f} %)"
        raise InputError.one(f"{FILE}, key {key}.severe", what, f"{severe.percent:g} %", "name another table")
    heavy, flat = rates * part, table.severe_gradient is None
    sources.append(severe.source)
    if not flat:
        heavy, shape_source = _severe_by_age(name, table, facts, nation, severe.percent, rates)
        sources.append(shape_source)
    ages = "the same at every age" if flat else f"by age as {table.severe_gradient}"
    told += f"severe {part:.1%} of them, {ages}, so that {severe.percent:g} % of {severe.age_start}+ are "
    told += f"({severe.year}); "
    rest = rates - heavy
    if table.split is None:
        return ("undivided", "severe"), np.stack([rest, heavy]), scale, sources, told
    moderate, split_source = _moderate(facts, table.split, f"{key}.split")
    levels = np.stack([rest * (1.0 - moderate), rest * moderate, heavy])
    told += f"moderate {moderate:.1%} of the others; "
    return ("mild", "moderate", "severe"), levels, scale, [*sources, split_source], told


def _severe_by_age(
    name: str, table: NeedTable, facts: Facts, nation: People, percent: float, rates: Floats
) -> tuple[Floats, str]:
    """Severe need by sex and age with a shape of its own, at the level of its share, and the source of the shape."""
    asked = table.severe
    if asked is None:
        raise ValueError("severe_gradient stands beside severe")
    key = f"need.tables.{name}.severe_gradient"
    rows = rows_of(facts, str(table.severe_gradient), key)
    shape = gradient(rows, str(table.severe_gradient), nation.people[_place(nation, asked.year), 0])
    heavy = shape * (percent / 100.0 / share_in(shape, nation, asked.year, asked.from_age))
    if (heavy > rates + SLACK).any():
        age = int(np.argmax((heavy - rates).max(axis=0)))
        what = f"severe need within all need, {100 * rates[:, age].min():.1f} % at age {age}"
        way_out = "take a flatter gradient, or leave it out"
        raise InputError.one(f"{FILE}, key {key}", what, f"{100 * heavy[:, age].max():.1f} %", way_out)
    return np.minimum(heavy, rates), rows[0].source


def _moderate(facts: Facts, definition: str, key: str) -> tuple[float, str]:
    """Moderate over mild and moderate together, and its source."""
    shares = {row.level: row for row in rows_of(facts, definition, key) if row.sex == "both" and row.age_width is None}
    if not {"mild", "moderate"} <= set(shares):
        what = f"rows of {TABLE} with the levels mild and moderate, both sexes, {FROM_AGE}+"
        raise InputError.one(f"{FILE}, key {key}", what, ", ".join(sorted(shares)) or "none", "name another table")
    mild, moderate = shares["mild"].percent, shares["moderate"].percent
    return moderate / (mild + moderate), shares["moderate"].source


def _from_rows(name: str, table: NeedTable, facts: Facts, nation: People) -> Found:
    """Rows by level: as they stand where they are by age, else each level laid on a gradient."""
    definition = str(table.rows)
    rows = rows_of(facts, definition, "need.table" if name == definition else f"need.tables.{name}.rows")
    by_level = rows_by_level(rows, definition, by_age=table.gradient is None)
    levels = tuple(by_level)
    sources = [row.source for found in by_level.values() for row in found]
    if table.gradient is None:
        people = nation.people[0, 0]
        rates = np.stack([gradient(found, f"{definition} ({level})", people) for level, found in by_level.items()])
        return levels, rates, 1.0, sources, f"rows of {definition} as they stand; "
    year = next(iter(by_level.values()))[0].year or nation.years[0]
    shape, source = _shape(table, facts, nation, f"need.tables.{name}.gradient", year)
    shares = np.array([_whole(found, definition) for found in by_level.values()])
    scales = shares / 100.0 / share_in(shape, nation, year, FROM_AGE)
    told = f"{table.gradient} gradient, each level scaled to its share of {FROM_AGE}+ in {year}; "
    return levels, scales[:, None, None] * shape, float(scales.sum()), [source, *sources], told


def rows_by_level(rows: Sequence[CareNeed], name: str, *, by_age: bool) -> dict[str, list[CareNeed]]:
    """Rows of the latest year by level, least first; the one level of a definition that has no levels is undivided.

    Where one level is mild, moderate or severe, another word would leave its people out: a fault for each row.
    """
    named = [level for level in IN_NEED if any(row.level == level for row in rows)]
    if named:
        strange = [row for row in rows if row.level not in IN_NEED]
        if strange:
            expected = f"one of {', '.join(IN_NEED)}, as its other rows"
            raise InputError(
                Fault(
                    row_at(row, f"{name}, column level"),
                    expected,
                    row.level,
                    did_you_mean(row.level, IN_NEED)
                    or "correct the level, or give these rows a definition of their own",
                )
                for row in strange
            )
        return {level: _latest([row for row in rows if row.level == level]) for level in named}
    found = sorted({row.level for row in rows if not by_age or row.age_width is not None})
    if len(found) != 1:
        what = f"levels mild, moderate or severe, or rows of one level{' by age' if by_age else ''}"
        way_out = "name them so in the column level, or write a table under need.tables with total and gradient"
        raise InputError.one(f"{TABLE}, {name}", what, ", ".join(found) or "none", way_out)
    return {"undivided": _latest([row for row in rows if row.level == found[0]])}


def _latest(rows: list[CareNeed]) -> list[CareNeed]:
    """Rows of the latest year; those of no year count as the oldest."""
    last = max(row.year or 0 for row in rows)
    return [row for row in rows if (row.year or 0) == last]


def _whole(rows: list[CareNeed], name: str) -> float:
    for row in rows:
        if is_whole(row):
            return row.percent
    what = f"a share of both sexes of {FROM_AGE}+ for level {rows[0].level}"
    raise InputError.one(f"{TABLE}, {name}", what, "none", "add the row, or leave the gradient out")


def is_whole(row: CareNeed) -> bool:
    """One share of all old people."""
    return row.sex == "both" and row.age_width is None and row.age_start == FROM_AGE


def _shape(table: NeedTable, facts: Facts, nation: People, key: str, year: int) -> tuple[Floats, str]:
    definition = str(table.gradient)
    rows = rows_of(facts, definition, key)
    return gradient(rows, definition, nation.people[_place(nation, year), 0]), rows[0].source


def _place(nation: People, year: int) -> int:
    """The forecast's place of a year; people of its first year stand for those before."""
    return nation.place(max(year, nation.years[0]))


def share_in(rates: Floats, nation: People, year: int, from_age: int) -> float:
    """Share of the nation's people from an age on whom rates (sex, age) count."""
    people = nation.people[_place(nation, year), 0]
    return float((rates * people)[:, from_age:].sum() / people[:, from_age:].sum())


def _dementia(spec: Need, facts: Facts, nation: People) -> tuple[Floats | None, str]:
    """Dementia by sex and age: rows by age, scaled where a level is named."""
    if spec.dementia is None:
        return None, ""
    rows = rows_of(facts, spec.dementia, "need.dementia")
    shape = gradient(rows, spec.dementia, nation.people[0, 0])
    if spec.dementia_level is None:
        return shape, rows[0].source
    asked = spec.dementia_level
    level = one_row(facts, asked, "need.dementia_level")
    scale = level.percent / 100.0 / share_in(shape, nation, asked.year, asked.from_age)
    return np.minimum(shape * scale, 1.0), level.source


def _trend(spec: NeedTrend, facts: Facts, nation: People, rates: Floats) -> Floats:
    """What rates are multiplied by in each year (year, 1).

    To a level: what is left of the rise of the nation's share after the ageing that the forecast has already, as a
    constant yearly change from the table's year on; after the level's year rates stay.
    """
    years = np.array(nation.years)
    if spec.how == "yearly" and spec.yearly is not None:
        ahead = np.maximum(years - nation.nowcast_until, 0)
        return np.asarray((1.0 + spec.yearly.value / 100.0) ** ahead[:, None])
    if spec.how == "none" or spec.to is None:
        return np.ones((len(years), 1))
    row = one_row(facts, spec.to, "need.trend.to")
    left = row.percent / 100.0 / share_in(rates, nation, spec.to.year, spec.to.from_age)
    start = nation.nowcast_until
    if spec.to.year <= start:
        what = f"a year after {start}, the last on record"
        raise InputError.one(f"{FILE}, key need.trend.to.year", what, str(spec.to.year), "name a later level")
    gone = np.clip((years - start) / (spec.to.year - start), 0.0, 1.0)
    return np.asarray(left ** gone[:, None])
