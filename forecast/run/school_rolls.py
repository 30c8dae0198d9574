"""Rolls of single schools beside those of their area: what is left for the rest, and where the two disagree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from forecast.axes import Floats
from forecast.errors import Fault, InputError
from forecast.services.school.counted import REST, Roll, School, by_year, weakest

Key = tuple[str, str]
"""Area and kind of school."""


def school_rolls(
    areas: Mapping[Key, Roll],
    schools: Mapping[Key, Mapping[str, Roll]],
    partial: set[Key],
    known: Mapping[tuple[str, str], School],
) -> tuple[dict[Key, Roll], dict[Key, dict[str, Roll]]]:
    """Rolls of all areas and of their schools, the schools of an area and year with all of its pupils.

    partial  areas whose schools are not all listed: ``REST`` has what the area's own rows leave over
    """
    out, single = dict(areas), dict[Key, dict[str, Roll]]()
    faults: list[Fault] = []
    for key, rolls in schools.items():
        try:
            single[key], out[key] = _of(key, rolls, areas.get(key), key in partial, known)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return out, single


def _of(
    key: Key, rolls: Mapping[str, Roll], area: Roll | None, partial: bool, known: Mapping[tuple[str, str], School]
) -> tuple[dict[str, Roll], Roll]:
    code, kind = key
    one = next(iter(rolls.values()))
    years = sorted({year for roll in rolls.values() for year in roll.years})
    _all_years(code, kind, rolls, years, known)
    width = max(roll.grades for roll in (*rolls.values(), *([area] if area else [])))
    wide = {name: _widened(roll, width) for name, roll in rolls.items()}
    span = range(years[0], years[-1] + 1)
    total = np.sum([np.nan_to_num(roll.over(span)) for roll in wide.values()], axis=0)
    whole = _sum(tuple(wide.values()), years, total[[year - years[0] for year in years]])
    if area is None:
        if partial:
            what = f"{kind} pupils of all of {code} beside those of some of its schools (partial)"
            raise InputError.one(one.where, what, "none", "add rows with a blank school, or write partial = no")
        return wide, whole
    area = _widened(area, width)
    both = [year for year in years if year in area.years]
    rest = area.over(span) - total
    wrong = [
        f"{year} grade {grade + 1}: {area.over(span)[year - years[0], grade]:,.0f} in the area, "
        f"{total[year - years[0], grade]:,.0f} in its {len(rolls)} schools"
        for year in both
        for grade in range(width)
        if (rest[year - years[0], grade] < 0 if partial else rest[year - years[0], grade] != 0)
    ]
    if wrong:
        what = f"{kind} pupils of the schools of {code} that {'are no more than' if partial else 'sum to'} the area's"
        way_out = "correct one of them" if partial else "correct one of them, or write partial = yes beside the schools"
        raise InputError.one(f"{area.where}; {one.where}", what, "; ".join(wrong[:10]), way_out)
    alone = [str(year) for year in years if year not in area.years]
    if partial and alone:
        what = f"{kind} pupils of all of {code} for every school year of its schools (partial)"
        raise InputError.one(one.where, what, f"none for {', '.join(alone)}", "add them")
    if partial:
        left = rest[[year - years[0] for year in years]]
        nothing = np.full(len(years), np.nan)
        told = by_year((area, whole))
        untold = np.full_like(left, np.nan)
        status = weakest(told[year] for year in years)
        wide[REST] = Roll(tuple(years), left, untold, nothing, nothing, status, area.source, area.where, told)
    return wide, _joined(area, whole)


def _all_years(
    code: str, kind: str, rolls: Mapping[str, Roll], years: list[int], known: Mapping[tuple[str, str], School]
) -> None:
    """``InputError`` for a year in which a school is neither counted nor, by the table of schools, closed."""
    faults = []
    for name, roll in rolls.items():
        school = known.get((name, kind))
        missing = [year for year in years if year not in roll.years and (school is None or school.runs(year))]
        if missing:
            what = f"{kind} pupils of school {name} of {code} in every school year of the other schools"
            way_out = "add them, or the days on which it opened and closed to the table schools"
            faults.append(Fault(roll.where, what, f"none for {', '.join(map(str, missing[:10]))}", way_out))
        after = [year for year in roll.years if school is not None and not school.runs(year)]
        there = [year for year in after if roll.over(range(year, year + 1)).sum() > 0]
        if there and school is not None:
            what = f"no pupils of school {name} while it is not open ({school.where})"
            faults.append(Fault(roll.where, what, f"some in {', '.join(map(str, there))}", "correct the days"))
    if faults:
        raise InputError(faults)


def _widened(roll: Roll, width: int) -> Roll:
    """The roll with empty grades up to the last one of the area."""
    more = width - roll.grades
    if not more:
        return roll

    def wide(cells: Floats, value: float) -> Floats:
        return np.concatenate([cells, np.full((len(cells), more), value)], axis=1)

    return replace(roll, pupils=wide(roll.pupils, 0.0), repeaters=wide(roll.repeaters, np.nan))


def _sum(rolls: tuple[Roll, ...], years: list[int], pupils: Floats) -> Roll:
    """The roll of an area that is known by its schools alone."""
    span = range(years[0], years[-1] + 1)
    here = [year - years[0] for year in years]

    def summed(name: str) -> Floats:
        parts = []
        for roll in rolls:
            cells = roll.over(span, getattr(roll, name))
            gone = np.array([year not in roll.years for year in span])
            cells[gone] = 0.0
            parts.append(cells)
        return np.asarray(np.sum(parts, axis=0)[here])

    source = "; ".join(dict.fromkeys(roll.source for roll in rolls))
    told = (summed("repeaters"), summed("migrant"), summed("boarders"))
    status = weakest(roll.status for roll in rolls)
    return Roll(tuple(years), pupils, *told, status, source, rolls[0].where, by_year(rolls))


def _joined(area: Roll, schools: Roll) -> Roll:
    """The area's own rows, and the sums of its schools in years that it has none of."""
    more = [place for place, year in enumerate(schools.years) if year not in area.years]
    if not more:
        return area
    years = (*area.years, *(schools.years[place] for place in more))
    order = np.argsort(years)

    def both(name: str) -> Floats:
        return np.concatenate([getattr(area, name), getattr(schools, name)[more]])[order]

    source = "; ".join(dict.fromkeys((area.source, schools.source)))
    cells = (both("pupils"), both("repeaters"), both("migrant"), both("boarders"))
    status, mine = weakest((area.status, schools.status)), {year: area.status_of(year) for year in area.years}
    every = tuple(np.array(years)[order].tolist())
    return Roll(every, *cells, status, source, area.where, {**by_year((schools,)), **mine}, area.rows)
