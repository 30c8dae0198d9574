"""The table ``teachers``: a count by area, stage, sex and age group, made single ages; faults with their place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import isnan

import numpy as np
import pandas as pd

from forecast.axes import SEXES, Floats
from forecast.demography.engine import Override
from forecast.errors import Fault, InputError
from forecast.project.staff import TeachersSpec
from forecast.services.staff.pensions import AGES, MEN, POSTS
from forecast.services.staff.teachers import STAGES, spread_ages
from forecast.tables.checks import overlapping
from forecast.tables.places import places

TABLE = "teachers"
BOTH = "both"
NONE = float("nan")
SLACK = 0.5
"""Persons by which age groups may miss the row of all ages: parts are rounded one by one."""
Assumed = tuple[str, float, float, str]
"""What, before, after, why."""
Due = Callable[[int], Floats]
"""Share of each birth cohort that is not due to have retired in September of a year (post, age)."""


@dataclass(frozen=True, slots=True)
class Group:
    """One row: its place in the table, first age and width (not-a-number where blank), and teachers."""

    label: int
    start: float
    width: float
    people: float


@dataclass(frozen=True, slots=True, eq=False)
class Count:
    """Teachers of the latest year that was counted.

    stock   persons (area, stage, post, age)
    known   1 where a stage of an area was counted (area, stage)
    source  ids, joined by "; "
    notes   what stands in the place of something that was not counted (law 7)
    """

    year: int
    stock: Floats
    known: Floats
    source: str
    notes: tuple[Override, ...]


def counted(frame: pd.DataFrame, spec: TeachersSpec, areas: tuple[str, ...], years: range, due: Due) -> Count | None:
    """The latest count within the years; None where the table has no row of the areas.

    Raises ``InputError`` for years that the demand does not reach, for a sex without the other or beside ``both``, and
    for ages that overlap, leave a hole or do not sum to the row of all ages.
    """
    own = frame[frame["area"].isin(areas) & (frame["status"] != "gap")]
    if own.empty:
        return None
    inside = own[own["year"].isin(list(years))]
    if inside.empty:
        what = f"a count of {years[0]} to {years[-1]}, the years for which a need is known"
        found = ", ".join(str(year) for year in sorted(set(own["year"]))[-10:])
        raise InputError.one(f"data/**/{TABLE}, column year", what, found, "add a later count")
    year = int(inside["year"].max())
    rows = inside[inside["year"] == year]
    cells = _cells(rows)
    _check(frame, cells)
    still = due(year)
    stock = np.zeros((len(areas), len(STAGES), len(POSTS), len(AGES)))
    known = np.zeros(stock.shape[:2])
    notes: list[Override] = []
    for (area, stage), cell in sorted(cells.items()):
        at = areas.index(area), STAGES.index(stage)
        stock[at], assumed = _spread(cell, spec, at[1], still)
        known[at] = 1.0
        beyond = float(stock[at][still <= 0].sum())
        if beyond > 0:
            why = "counted beyond their pension age: they retire within the first year"
            assumed.append(("beyond the pension age", beyond, 0.0, why))
        notes += [
            Override(area, year, f"teachers of {stage}, {what}", before, after, why)
            for what, before, after, why in assumed
        ]
    return Count(year, stock, known, "; ".join(sorted(set(rows["source"].astype(str)))), tuple(notes))


def left_aside(frame: pd.DataFrame, areas: tuple[str, ...], years: range) -> dict[str, int]:
    """Rows that are not carried on, by reason: ``elsewhere`` (another city), ``earlier`` (not the last count)."""
    own = frame["area"].isin(areas)
    inside = own & frame["year"].isin(list(years)) & (frame["status"] != "gap")
    last = frame.loc[inside, "year"].max() if inside.any() else NONE
    found = {"elsewhere": int((~own).sum()), "earlier": int((own & ~(inside & (frame["year"] == last))).sum())}
    return {why: rows for why, rows in found.items() if rows}


def _cells(rows: pd.DataFrame) -> Mapping[tuple[str, str], Mapping[str, list[Group]]]:
    """Groups by area and stage, and then by sex, in the order of their first age; a row of all ages last."""
    columns = ("area", "service", "sex", "age_start", "age_width", "teachers")
    out: dict[tuple[str, str], dict[str, list[Group]]] = {}
    for label, (area, stage, sex, *numbers) in zip(
        rows.index, rows[list(columns)].itertuples(index=False), strict=True
    ):
        start, width, people = (float(number) for number in numbers)
        out.setdefault((str(area), str(stage)), {}).setdefault(str(sex), []).append(
            Group(int(label), start, width, people)
        )
    for cell in out.values():
        for groups in cell.values():
            groups.sort(key=lambda group: (isnan(group.start), group.start))
    return out


def _spread(
    cell: Mapping[str, list[Group]], spec: TeachersSpec, stage: int, still: Floats
) -> tuple[Floats, list[Assumed]]:
    """Teachers of one stage of one area by post and age, and what was assumed for it."""
    out = np.zeros((len(POSTS), len(AGES)))
    assumed: list[Assumed] = []
    theirs = np.array([post != MEN for post in range(len(POSTS))])
    first_age = int(spec.count.first_age.value)
    for sex, groups in sorted(cell.items()):
        women = {"male": 0.0, "female": 1.0}.get(sex)
        posts = np.array(spec.women.posts(stage, women))
        by_age = [group for group in groups if not isnan(group.start)]
        before = float(out[theirs].sum())
        for group in by_age or groups:
            first = int(group.start) if by_age else first_age
            end = None if isnan(group.width) else first + int(group.width)
            out += group.people * spread_ages(first, end, still, posts)
        total = sum(group.people for group in by_age or groups)
        if not by_age:
            why = f"ages are not counted: even from {first_age} to the pension age"
            assumed.append((f"ages ({sex})", NONE, total, why))
        if women is None:
            share = spec.women.share.values[stage]
            why = f"sexes are not counted: a share of {share:g} is assumed, of a group fewer where women retire earlier"
            assumed.append(("women", NONE, float(out[theirs].sum()) - before, why))
    return out, assumed


def _check(frame: pd.DataFrame, cells: Mapping[tuple[str, str], Mapping[str, list[Group]]]) -> None:
    """``InputError`` with every fault of the rows that are carried on."""
    faults: list[Fault] = []
    at = places(frame).at
    for cell in cells.values():
        first = min(group.label for groups in cell.values() for group in groups)
        where = f"{at(first)}, column sex"
        if BOTH in cell and len(cell) > 1:
            found = f"{', '.join(sorted(cell))} of one stage in one area"
            faults.append(Fault(where, "male and female, or both", found, "leave one of them out"))
        elif BOTH not in cell and len(cell) == 1:
            expected = f"rows for both sexes ({', '.join(SEXES)}), or the sex {BOTH}"
            faults.append(
                Fault(where, expected, f"{next(iter(cell))} only", "add the rows of the other; 0 where there are none")
            )
        for groups in cell.values():
            faults += _of_ages(at, groups)
    if faults:
        raise InputError(faults)


def _of_ages(at: Callable[[int], str], groups: list[Group]) -> Iterator[Fault]:
    """Faults of the age groups of one sex, stage and area."""
    by_age = [group for group in groups if not isnan(group.start)]
    whole = [group for group in groups if isnan(group.start)]
    for group in whole:
        if not isnan(group.width):
            found = "a width alone"
            yield Fault(f"{at(group.label)}, column age_start", "the first age of a group", found, "fill the cell")
    start, width = (np.array([getattr(group, name) for group in by_age]) for name in ("start", "width"))
    over = overlapping(start, width)
    for place in over:
        found = f"an overlap: age {start[place + 1]:g} stands in two groups"
        way_out = "remove one of the rows, or correct their widths"
        yield Fault(at(by_age[place + 1].label), "ages that stand in one group", found, way_out)
    for place in np.flatnonzero(start[1:] > (start + width)[:-1]).tolist():
        found = f"a hole: ages {start[place] + width[place]:g} to {start[place + 1] - 1:g} have no row"
        yield Fault(at(by_age[place + 1].label), "ages that run on", found, "add the row; 0 where there are none")
    if whole and by_age and not over:
        total, parts = whole[0].people, sum(group.people for group in by_age)
        if abs(total - parts) > SLACK:
            found = f"{total:g}, and {parts:g} in the groups"
            where = f"{at(whole[0].label)}, column teachers"
            yield Fault(where, "a row of all ages that its groups sum to", found, "correct one of them")
