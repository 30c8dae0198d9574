"""Grade progression in a project: pupils on record move up with the children of the forecast.

What the engine carries from grade to grade is pupils over the growth of their cohort in the forecast of people since it
entered the chain: its ratios are net of the moves and deaths that the forecast knows, and these come on top again. So a
scenario that moves families moves pupils of all grades, and no move counts twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast.axes import Floats
from forecast.errors import InputError
from forecast.services.pupils.progression import GradeProgression
from forecast.services.pupils.pupils import Pupils
from forecast.services.school.counted import Roll

TESTED = 5
"""School years ahead up to which grade progression was held against what came."""


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
    """

    history: History
    pupils: Floats
    entry: Floats
    fed: bool


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
    areas = [history.area for history in histories]
    past = range(min(history.years[0] for history in histories), launch + 1)
    factor = growth(children, grades)[:, areas]
    known = _known(entry.base[:, areas], years, launch)
    names = tuple(f"{grade}" for grade in range(grades.start, grades.stop))
    pupils, repeaters = (_net(histories, cells, past, factor, years) for cells in ("pupils", "repeaters"))
    rolls = Pupils(
        areas=tuple(str(area) for area in areas),
        grades=names,
        first=past[0],
        pupils=pupils,
        births=entry.base[known:, areas],
        births_first=years[known],
        lag=0.0,
        repeaters=repeaters if np.isfinite(repeaters).any() else None,
    )
    ahead = years[-1] - launch
    forecast = progressed(rolls, ahead) if ahead else np.empty((0, *pupils.shape[1:]))
    found = {}
    for place, history in enumerate(histories):
        out = np.full((len(years), len(names)), np.nan)
        for year in history.years:
            if year in years:
                out[years.index(year)] = history.pupils[year - history.years[0]]
        found[history.area] = Chain(history, out, entry.base[:, history.area], entry.fed)
        out[len(years) - ahead :] = forecast[:, place] * factor[len(years) - ahead :, place]
    return found


def progressed(rolls: Pupils, ahead: int) -> Floats:
    """Pupils of the school years after the launch (year, area, grade).

    The engine lets a cohort larger than usual fall short, as its size was found to do ``TESTED`` years ahead. What is
    usual is measured at the launch: where births halve in a generation it would add to every grade in turn for ever.
    So beyond those years a cohort goes on by the ratios without it.
    """
    engine = GradeProgression()
    steady = replace(engine, give=0.0).fit(rolls).predict(ahead)
    found = steady.copy()
    found[:TESTED] = engine.fit(rolls).predict(min(ahead, TESTED))
    for year in range(TESTED, ahead):
        before, after = steady[year - 1, :, :-1], steady[year, :, 1:]
        ratio = np.divide(after, before, out=np.zeros_like(after), where=before > 0)
        found[year, :, 1:] = np.where(before > 0, found[year - 1, :, :-1] * ratio, after)
    return found


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
