"""Tables of pupils, schools, children on registers and attendance to what the services take for on record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast

import numpy as np
import pandas as pd

from forecast.axes import Floats
from forecast.errors import Fault, InputError
from forecast.run.school_rolls import school_rolls
from forecast.services.school.counted import Attending, Counted, Listed, Roll, School, weakest
from forecast.tables.near import did_you_mean
from forecast.tables.places import places

Frames = Mapping[str, pd.DataFrame]
Rows = list[Any]
TOLD = ("repeaters", "migrant", "boarders")
FROM_ONE = (
    "grades count from 1 in each stage: 七年级 (in 5+4 schools 六年级) is grade 1 of junior, 高一 grade 1 of senior"
)
RESIDENT = "resident: children who live there, for they go to school there (law 8)"
CONVERT = "count those who live there, whatever their household register (户籍), or leave the rows out"


def counted_of(frames: Frames) -> Counted:
    """Everything on record; empty where a project has none of the tables. All faults of all tables at once."""
    faults: list[Fault] = []

    def read(name: str, work: Callable[[pd.DataFrame], Any], empty: Any) -> Any:
        if name not in frames:
            return empty
        try:
            return work(frames[name])
        except InputError as error:
            faults.extend(error.faults)
            return empty

    known = read("schools", _schools, {})
    # Against a table of schools that has faults of its own nothing is held: it would tell of faults that are none.
    sound = not faults
    rolls, schools = read("pupils", lambda frame: _pupils(frame, known, "schools" in frames, sound), ({}, {}))
    children, attendance = read("children", _children, ()), read("attendance", _attendance, ())
    if faults:
        raise InputError(faults)
    return Counted(rolls, schools, known, children, attendance)


def _schools(frame: pd.DataFrame) -> dict[tuple[str, str], School]:
    faults, found = [], {}
    for row, where in _rows(frame):
        grades = (_whole(row.first_grade, 1), _whole(row.last_grade, 0))
        opened, closed = _day(row.opened), _day(row.closed)
        if grades[1] and grades[1] < grades[0]:
            faults.append(Fault(f"{where}, column last_grade", f"{grades[0]} or more", str(grades[1])))
        if opened and closed and closed <= opened:
            faults.append(Fault(f"{where}, column closed", f"a day after {opened}", str(closed)))
        stated = grades if grades != (1, 0) else None
        school = School(str(row.school), str(row.name), str(row.area), str(row.service), stated, opened, closed, where)
        found[str(row.school), str(row.service)] = school
    if faults:
        raise InputError(faults)
    return found


def _pupils(
    frame: pd.DataFrame, known: Mapping[tuple[str, str], School], listed: bool, sound: bool
) -> tuple[dict[tuple[str, str], Roll], dict[tuple[str, str], dict[str, Roll]]]:
    """Rolls of areas, and of their schools; an area without rows of its own is the sum of its schools.

    listed  whether there is a table of schools;  sound  whether it has no faults
    """
    groups: dict[tuple[str, str, str], list[tuple[Any, str]]] = {}
    faults: list[Fault] = []
    for row, where in _rows(frame):
        faults += _odd(row, where)
        groups.setdefault((str(row.area), str(row.service), str(row.school)), []).append((row, where))
    if listed and sound:
        faults += _strange(groups, known)
    if faults:
        raise InputError(faults)
    areas: dict[tuple[str, str], Roll] = {}
    schools: dict[tuple[str, str], dict[str, Roll]] = {}
    partial: set[tuple[str, str]] = set()
    for (area, kind, code), rows in groups.items():
        try:
            if code:
                schools.setdefault((area, kind), {})[code] = _roll(rows, known.get((code, kind)))
                partial |= {(area, kind) for row, _ in rows if row.partial == "yes"}
            else:
                areas[area, kind] = _roll(rows, None)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return school_rolls(areas, schools, partial, known) if sound else (areas, {})


def _odd(row: Any, where: str) -> Iterator[Fault]:
    """Parts of the pupils that are more than all of them."""
    for name in TOLD:
        part = getattr(row, name)
        if part > row.pupils:
            yield Fault(f"{where}, column {name}", f"at most the pupils, {row.pupils:g}", f"{part:g}", "correct one")


def _strange(groups: Mapping[tuple[str, str, str], Rows], known: Mapping[tuple[str, str], School]) -> Iterator[Fault]:
    """Schools that the table of schools does not have, or has elsewhere."""
    for (area, kind, code), rows in groups.items():
        if not code:
            continue
        where = f"{rows[0][1]}, column school"
        school = known.get((code, kind))
        if school is None:
            near = did_you_mean(code, [name for name, _ in known]) or "add it there, with this stage, or correct it"
            yield Fault(where, f"a school of the table schools that runs {kind}", code, near)
        elif school.area != area:
            yield Fault(
                where, f"the area of the school, {school.area} ({school.where})", area, "correct one of the two"
            )


def _roll(rows: Rows, school: School | None) -> Roll:
    """One roll; every year has every grade that any year, or the table of schools, has."""
    counts: dict[tuple[int, int], Any] = {}
    for row, _ in rows:
        counts[int(row.year), int(row.grade)] = row
    years = tuple(sorted({year for year, _ in counts}))
    last = max(grade for _, grade in counts)
    first = 1
    if school is not None and school.grades is not None:
        first, last = school.grades[0], max(last, school.grades[1])
    wanted = [(year, grade) for year in years for grade in range(first, last + 1)]
    missing = [(year, grade) for year, grade in wanted if (year, grade) not in counts]
    places = {(int(row.year), int(row.grade)): where for row, where in rows}
    if missing:
        raise InputError([_missing(rows, missing, (first, last), school)])

    def cells(name: str) -> Floats:
        out = np.full((len(years), last), 0.0 if name == "pupils" else np.nan)
        for (year, grade), row in counts.items():
            out[years.index(year), grade - 1] = getattr(row, name)
        return out

    pupils, migrant, boarders = cells("pupils"), cells("migrant"), cells("boarders")
    for part in (migrant, boarders):
        part[:, : first - 1] = 0.0
    by_year = {year: weakest(str(row.status) for row, _ in rows if int(row.year) == year) for year in years}
    source = "; ".join(sorted({str(row.source) for row, _ in rows}))
    sums = (migrant.sum(axis=1), boarders.sum(axis=1))  # unknown where one grade is
    status = weakest(by_year.values())
    return Roll(years, pupils, cells("repeaters"), *sums, status, source, rows[0][1], by_year, places)


def _missing(rows: Rows, missing: list[tuple[int, int]], grades: tuple[int, int], school: School | None) -> Fault:
    """Grades without a row, beside the rows of their year; of a stage that is numbered on from the one before, so."""
    year = missing[0][0]
    row, where = next(item for item in rows if int(item[0].year) == year)
    of = f"school {row.school} of {row.area}" if row.school else str(row.area)
    what = f"{row.service} pupils of {of} in all grades {grades[0]} to {grades[1]} of every school year given"
    named = "; ".join(f"{year} grade {grade}" for year, grade in missing[:10])
    lowest = min(int(item.grade) for item, _ in rows)
    numbered_on = lowest > 3 and row.service in ("junior", "senior", "senior-vocational")
    way_out = "add the rows, 0 where a grade is empty, or leave the year out"
    if numbered_on and (school is None or school.grades is None):
        way_out = FROM_ONE
    return Fault(where, what, f"{len(missing)} without a row: {named}", way_out)


def _children(frame: pd.DataFrame) -> tuple[Listed, ...]:
    found = []
    others = [(where, str(row.concept)) for row, where in _rows(frame) if row.concept != "resident"]
    if others:
        (where, concept), *rest = others
        more = f" (and in {len(rest)} more rows)" if rest else ""
        raise InputError.one(f"{where}, column concept", RESIDENT, f"{concept}{more}", CONVERT)
    for row, where in _rows(frame):
        cells = (str(row.area), int(row.year), int(row.age), float(row.children))
        found.append(Listed(*cells, str(row.source), where, str(row.status)))
    return tuple(found)


def _attendance(frame: pd.DataFrame) -> tuple[Attending, ...]:
    found, faults = [], []
    for row, where in _rows(frame):
        share, pupils = _number(row.share), _number(row.pupils)
        if (share is None) == (pupils is None):
            both = "neither" if share is None else "both"
            faults.append(Fault(f"{where}, columns share and pupils", "one of the two", both, "fill one of them"))
        if not row.from_area and not row.to_area:
            way_out = "name the area at one end"
            faults.append(Fault(f"{where}, columns from_area and to_area", "an area", "both blank", way_out))
        ends = (str(row.from_area), str(row.to_area))
        service, source, status = str(row.service), str(row.source), str(row.status)
        found.append(Attending(*ends, service, int(row.year), share, pupils, source, where, status))
    if faults:
        raise InputError(faults)
    return tuple(found)


def _rows(frame: pd.DataFrame) -> Iterator[tuple[Any, str]]:
    """Rows with a figure, each with its place in a file."""
    at = places(frame)
    for row in cast("Iterable[Any]", frame.itertuples()):
        if row.status != "gap":
            yield row, at.at(int(row.Index))


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _whole(value: float, blank: int) -> int:
    return blank if np.isnan(value) else int(value)


def _day(value: Any) -> dt.date | None:
    return None if pd.isna(value) else cast("pd.Timestamp", value).date()
