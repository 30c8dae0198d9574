"""Grade progression in a project: pupils on record move up with the children of the forecast.

What the engine carries from grade to grade is pupils over the growth of their cohort in the forecast of people since it
entered the chain: its ratios are net of the moves and deaths that the forecast knows, and these come on top again. So a
scenario that moves families moves pupils of all grades, and no move counts twice.

A single count that cannot be, or a last one that is missing, gives way to what its cohort makes expect; this and all
else that is done to the counts stands in the notes of the chain (law 7).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from forecast.axes import Floats
from forecast.demography.engine import Override
from forecast.errors import InputError
from forecast.services.pupils.progression import GradeProgression
from forecast.services.pupils.pupils import Pupils
from forecast.services.pupils.slips import Kind, Told
from forecast.services.school.counted import Roll

TESTED = 5
"""School years ahead up to which grade progression was held against what came."""
ENGINE = GradeProgression()
"""How pupils on record go on."""
WHY: Mapping[Kind, str] = {
    Kind.SLIP: "cannot be: less than half or more than twice what its cohort, the years and the grades beside it make "
    "expect; that stands in its place, please correct the count",
    Kind.MISSING: "not on record in the last school year: the forecast begins with what its cohort makes "
    "expect, or the last count",
    Kind.TAMED: "further from the usual ratio of its cohorts than chance has it: in ratios it counts as this, "
    "repeaters aside; the count itself stands",
    Kind.OWN: "the grade before it had less than three tenths of its pupils: carried on as an entry grade of its own",
}
"""What was done to counts, and why."""


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Rolls of one area over neighbouring grades of a band.

    area        its place
    grades      which grades of the band
    years       school years, the launch last
    pupils      counted; NaN where not   (year, grade)
    repeaters   likewise
    """

    area: int
    grades: slice
    years: range
    pupils: Floats
    repeaters: Floats

    @property
    def launch(self) -> int:
        """The last school year on record."""
        return self.years[-1]


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """What stands behind the first grade of a chain.

    fed    pupils of the grade before, a year before, grown as their cohort did; else children of the age
    base   (year, area) over the years of the run; NaN where it is not known
    """

    fed: bool
    base: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """Pupils of one area over the years of the run, NaN before the first count and in years without one.

    pupils  (year, grade);  entry  the base of the first grade (year,);  fed  by pupils, not by children of the age
    told    what was done to the counts, in pupils on record; grades are those of the band
    """

    history: History
    pupils: Floats
    entry: Floats
    fed: bool
    told: tuple[Told, ...] = field(default=())

    def notes(self, code: str, names: Sequence[str]) -> list[Override]:
        """The same as rows of the table of overrides; names of the grades of the band, as "primary 3"."""
        return [
            Override(
                code, item.year, f"pupils of {names[item.grade]} on record", item.before, item.after, WHY[item.kind]
            )
            for item in self.told
        ]


def history_of(area: int, parts: Sequence[tuple[slice, Roll]]) -> History:
    """One history out of the rolls of services that follow each other, all of them with the same last year."""
    grades = slice(parts[0][0].start, parts[-1][0].stop)
    years = range(min(roll.years[0] for _, roll in parts), parts[0][1].last + 1)
    pupils = np.concatenate([roll.over(years) for _, roll in parts], axis=1)
    repeaters = np.concatenate([roll.over(years, roll.repeaters) for _, roll in parts], axis=1)
    if not all(np.isfinite(roll.repeaters).any() for _, roll in parts):
        repeaters = np.full_like(pupils, np.nan)  # not told of all services: then ratios are net of repeating
    return History(area, grades, years, pupils, repeaters)


def growth(children: Floats, grades: slice) -> Floats:
    """Growth of the cohort in each grade since it entered the chain, or since the first year (year, area, grade).

    children  of the band by grade of their age, as they attend (year, area, grade)
    """
    there = children[:, :, grades]
    out = np.ones_like(there)
    before, after = there[:-1, :, :-1], there[1:, :, 1:]
    step = np.divide(after, before, out=np.ones_like(after), where=(before > 0) & (after > 0))
    for year in range(1, len(out)):
        out[year, :, 1:] = out[year - 1, :, :-1] * step[year - 1]
    return out


def chains(histories: Sequence[History], children: Floats, years: range, entry: Entry) -> dict[int, Chain]:
    """The chains of areas that are alike, by area: forecast together, so that small ones lean on the rest.

    histories  of the same grades and the same last school year
    children   of the band by grade of their age, as they attend (year, area, grade)
    entry      over all areas of the run
    """
    grades, launch = histories[0].grades, histories[0].launch
    rolls, factor = rolls_of(histories, children, years, entry.base)
    ahead = years[-1] - launch
    forecast, told = _forecast(rolls, ahead, ENGINE) if ahead else (np.empty((0, *rolls.pupils.shape[1:])), ())
    found = {}
    for place, history in enumerate(histories):
        out = np.full((len(years), len(rolls.grades)), np.nan)
        for year in history.years:
            if year in years:
                out[years.index(year)] = history.pupils[year - history.years[0]]
        mine = tuple(_on_record(item, history, factor[:, place], years) for item in told if item.area == place)
        for item in mine:
            if item.kind is Kind.SLIP and item.year in years:
                out[years.index(item.year), item.grade - grades.start] = item.after
        found[history.area] = Chain(history, out, entry.base[:, history.area], entry.fed, mine)
        out[len(years) - ahead :] = forecast[:, place] * factor[len(years) - ahead :, place]
    return found


def rolls_of(histories: Sequence[History], children: Floats, years: range, base: Floats) -> tuple[Pupils, Floats]:
    """Pupils of areas that are alike as the engine takes them, over the growth of their cohorts, and that growth.

    base  what stands behind the first grade, over all areas of the run (year, area);  the rest as for ``chains``
    """
    grades, launch = histories[0].grades, histories[0].launch
    areas = [history.area for history in histories]
    past = range(min(history.years[0] for history in histories), launch + 1)
    factor = growth(children, grades)[:, areas]
    known = _known(base[:, areas], years, launch)
    pupils, repeaters = (_net(histories, cells, past, factor, years) for cells in ("pupils", "repeaters"))
    rolls = Pupils(
        areas=tuple(str(area) for area in areas),
        grades=tuple(f"{grade}" for grade in range(grades.start, grades.stop)),
        first=past[0],
        pupils=pupils,
        births=base[known:, areas],
        births_first=years[known],
        lag=0.0,
        repeaters=repeaters if np.isfinite(repeaters).any() else None,
    )
    return rolls, factor


def _on_record(item: Told, history: History, factor: Floats, years: range) -> Told:
    """What was done, in pupils on record and grades of the band; the engine knows them over their cohorts' growth."""
    grown = float(factor[years.index(item.year), item.grade]) if item.year in years else 1.0
    counts, place = history.pupils, item.year - history.years[0]
    before = item.before * grown
    if item.kind is Kind.SLIP:
        before = float(counts[place, item.grade])
    elif item.kind is Kind.OWN:
        before = float(counts[place - 1, item.grade - 1]) if item.grade and place else item.before
    return replace(
        item, area=history.area, grade=item.grade + history.grades.start, before=before, after=item.after * grown
    )


def progressed(rolls: Pupils, ahead: int, engine: GradeProgression | None = None) -> Floats:
    """Pupils of the school years after the launch (year, area, grade).

    The engine lets a cohort larger than usual fall short, as its size was found to do ``TESTED`` years ahead. What is
    usual is measured at the launch: where births halve in a generation it would add to every grade in turn for ever.
    So beyond those years a cohort goes on by the ratios without it.

    engine  by default one that takes all counts as true, for nobody is told here what it does to them
    """
    return _forecast(rolls, ahead, replace(ENGINE, wild=np.inf) if engine is None else engine)[0]


def _forecast(rolls: Pupils, ahead: int, engine: GradeProgression) -> tuple[Floats, tuple[Told, ...]]:
    """The same, and what was done to the counts."""
    steady = replace(engine, give=0.0).fit(rolls).predict(ahead)
    fitted = engine.fit(rolls)
    found = steady.copy()
    found[:TESTED] = fitted.predict(min(ahead, TESTED))
    for year in range(TESTED, ahead):
        before, after = steady[year - 1, :, :-1], steady[year, :, 1:]
        ratio = np.divide(after, before, out=np.zeros_like(after), where=before > 0)
        found[year, :, 1:] = np.where(before > 0, found[year - 1, :, :-1] * ratio, after)
    return found, fitted.told


def _known(base: Floats, years: range, launch: int) -> int:
    """The place of the first year from which on the entry base of every area is known."""
    gaps = np.flatnonzero(~np.isfinite(base).all(axis=1))
    first = int(gaps[-1]) + 1 if gaps.size else 0
    if first > years.index(launch):
        raise InputError.one(
            "data/**/pupils",
            f"pupils of the grade that feeds the first one of {launch}, a year before",
            "none",
            "add the earlier school year, or leave out the stage that feeds it",
        )
    return first


def _net(histories: Sequence[History], cells: str, past: range, factor: Floats, years: range) -> Floats:
    """Counts over the growth of their cohorts since entry (year, area, grade); before the run there is none to take."""
    width = histories[0].pupils.shape[1]
    out = np.full((len(past), len(histories), width), np.nan)
    for place, history in enumerate(histories):
        start = history.years[0] - past[0]
        out[start:, place] = getattr(history, cells)
    for place, year in enumerate(past):
        if year in years:
            out[place] /= factor[years.index(year)]
    return out


def alike(histories: Mapping[int, History], kinds: Mapping[int, object]) -> list[list[History]]:
    """Histories in groups of the same grades, the same last year and the same kind, repeaters told or not."""
    groups: dict[tuple[object, ...], list[History]] = {}
    for area, history in histories.items():
        told = bool(np.isfinite(history.repeaters).any())
        key = (history.grades.start, history.grades.stop, history.launch, told, kinds[area])
        groups.setdefault(key, []).append(history)
    return list(groups.values())
