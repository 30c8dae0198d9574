"""Pupils of an area divided among its schools: grade progression school by school, brought to the area's pupils."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from forecast.axes import Floats
from forecast.demography.engine import Override
from forecast.errors import InputError
from forecast.services.pupils.pupils import Pupils
from forecast.services.school.chains import progressed
from forecast.services.school.counted import REST, Roll, School, by_year, weakest
from forecast.services.series import whole_up


@dataclass(frozen=True, slots=True, eq=False)
class SchoolShares:
    """Part of an area's pupils of a service that each school has.

    shares  (year, school, grade); the schools of a year and grade have all of the area's pupils
    last    the last school year on record
    status  of the counts, that of the least sure;  counted  by school and year
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    shares: Floats
    first: int
    last: int
    status: str
    source: str
    notes: tuple[Override, ...] = ()
    counted: Mapping[str, Mapping[int, str]] = field(default_factory=dict)

    def only(self, school: int) -> SchoolShares:
        """One of them alone."""
        one = slice(school, school + 1)
        return replace(self, codes=self.codes[one], names=self.names[one], shares=self.shares[:, one])

    def classes(self, pupils: Floats, grade: int, size: Floats) -> Floats:
        """Classes of a grade, each school's own rounded up and summed (year, ..).

        pupils  of the area (year, ..);  size  of a class, broadcast over them
        """
        rooms = pupils / size
        out = np.zeros_like(rooms)
        for school in range(len(self.codes)):
            share = self.shares[:, school, grade]
            if share.any():
                out += whole_up(rooms * share.reshape(-1, *(1,) * (rooms.ndim - 1)))
        return out


def school_shares(
    area: str, rolls: Mapping[str, Roll], known: Mapping[str, School], years: range, pupils: Floats
) -> SchoolShares:
    """Shares of the schools of one area and service over the years of a run.

    rolls   by code, ``REST`` for all that are not listed one by one
    known   what the table of schools has of them
    pupils  of the area, all schools together (year, grade)

    In counted years the shares are as counted; before the first one they are those of the first. Pupils of a school
    that has closed go to the others of the area, grade by grade in proportion to their pupils; a school of whose pupils
    nobody has counted any has none: how many it takes depends on its places. Both are told.
    """
    codes = tuple(sorted(rolls, key=lambda code: (code == REST, code)))
    past = range(min(roll.years[0] for roll in rolls.values()), max(roll.last for roll in rolls.values()) + 1)
    counts = np.stack([np.nan_to_num(rolls[code].over(past)) for code in codes], axis=1)[:, :, : pupils.shape[1]]
    ahead = max(years[-1] - past[-1], 0)
    course = _course(codes, past, counts, ahead)
    open_ = np.array(
        [[_runs(known.get(code), year) for code in codes] for year in range(past[0], past[-1] + ahead + 1)]
    )
    places = np.clip(np.array(years) - past[0], 0, len(course) - 1)
    notes = _closed(area, codes, course, open_, past, dict(zip(years, pupils, strict=True)))
    notes += [
        Override(area, school.opened.year, f"pupils of school {code}", float("nan"), float("nan"), _NEW)
        for code, school in known.items()
        if code not in codes and school.opened is not None and school.opened.year >= past[-1]
    ]
    shares = _shares(area, codes, np.where(open_[:, :, None], course, 0.0), open_, past[0], known)
    names = tuple(known[code].name if code in known else code for code in codes)
    source = "; ".join(dict.fromkeys(roll.source for roll in rolls.values()))
    status = weakest(roll.status for roll in rolls.values())
    told = {code: dict(by_year([roll])) for code, roll in rolls.items()}
    return SchoolShares(codes, names, shares[places], past[0], past[-1], status, source, tuple(notes), told)


_NEW = "opens after the last count: none of its pupils were counted, and its places are not known here"


def _course(codes: tuple[str, ...], past: range, counts: Floats, ahead: int) -> Floats:
    """Pupils of all schools from the first count to the last year (year, school, grade)."""
    if not ahead:
        return counts
    if len(past) < 2:
        return np.concatenate([counts, np.repeat(counts[-1:], ahead, axis=0)])
    grades = tuple(f"{grade}" for grade in range(counts.shape[2]))
    return np.concatenate([counts, progressed(Pupils(codes, grades, past[0], counts), ahead)])


def _runs(school: School | None, year: int) -> bool:
    return school is None or school.runs(year)


def _closed(
    area: str,
    codes: tuple[str, ...],
    course: Floats,
    open_: np.ndarray,
    past: range,
    pupils: Mapping[int, Floats],
) -> list[Override]:
    """Schools that close after the last count, each with the pupils it would have had in its first year without.

    These are its part of the area's pupils (by year), with the schools that shut in that year still open.
    """
    notes = []
    for place, code in enumerate(codes):
        shut = [year for year in range(len(past), len(course)) if open_[year - 1, place] and not open_[year, place]]
        for year in shut:
            why = "closed: its pupils go to the other schools of the area, grade by grade in proportion to theirs"
            here = np.where((open_[year] | open_[year - 1])[:, None], course[year], 0.0)
            whole = here.sum(axis=0)
            part = np.divide(here[place], whole, out=np.zeros_like(whole), where=whole > 0)
            lost = float((part * pupils.get(past[0] + year, whole)).sum())
            notes.append(Override(area, past[0] + year, f"pupils of school {code}", lost, 0.0, why))
    return notes


def _shares(
    area: str,
    codes: tuple[str, ...],
    pupils: Floats,
    open_: np.ndarray,
    first: int,
    known: Mapping[str, School],
) -> Floats:
    """Pupils as parts of one; a grade that nobody has is divided by the size of the schools that are open."""
    shut = np.flatnonzero(~open_.any(axis=1))
    if shut.size:
        year = first + int(shut[0])
        # the one that closed last
        days = {code: known[code].closed for code in codes if code in known}
        last = max((code for code, day in days.items() if day), key=lambda code: str(days[code]), default="")
        where = f"{known[last].where}, column closed" if last else "data/**/schools, column closed"
        named = ", ".join(codes[:10]) + (", ..." if len(codes) > 10 else "")
        way_out = "correct the days, or write partial = yes beside the pupils of the schools, and the area's own rows"
        raise InputError.one(where, f"a school of {area} that is open in {year}", f"all of {named} closed", way_out)
    size = pupils.sum(axis=2, keepdims=True)
    size = np.where(size.sum(axis=1, keepdims=True) > 0, size, open_[:, :, None].astype(np.float64))
    there = pupils.sum(axis=1, keepdims=True)
    cells = np.where(there > 0, pupils, np.broadcast_to(size, pupils.shape))
    return np.asarray(cells / cells.sum(axis=1, keepdims=True))
