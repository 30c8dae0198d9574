"""Published tables of pupils beside the demand: what is on record, single schools, and who attends where."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pyarrow as pa

from forecast.axes import Floats
from forecast.demography.engine import Override
from forecast.run.inputs import Area
from forecast.run.model import Result
from forecast.services.plan import view_of
from forecast.services.premises import plain
from forecast.services.school.attendance import BEYOND, Attendance
from forecast.services.school.counted import REST, Roll, weakest
from forecast.services.school.doubt import Doubt
from forecast.services.school.doubts import doubts
from forecast.services.school.rates import NONE, SHORT
from forecast.services.school.schools import SchoolShares
from forecast.services.school.stages import StageDemand
from forecast.services.school.view import SchoolView

Row = tuple[object, ...]
HEAD = ("scenario", "area", "area_name", "area_level")
TAIL = ("measure", "unit", "mean", "status", "source")
ENGINE = "cohort-component"
KINDS = {"senior": "general, ", "senior-vocational": "vocational, "}
"""Before the grades of senior schools of two kinds."""


def pupil_tables(result: Result) -> dict[str, Callable[[], pa.Table]]:
    """The tables for which a project has anything on record; none in a project without tables of pupils."""
    course = view_of(result.services).course
    found: dict[str, Callable[[], pa.Table]] = {}
    if any(area in result.people.areas for area, _ in course.counted.rolls):
        found["pupils"] = lambda: _table(_pupils(result), ("year", "service", "part"))
    if course.schools:
        found["schools"] = lambda: _table(_schools(result), ("school", "school_name", "year", "service", "part"))
    if course.attendance is not None:
        found["attendance"] = lambda: _table(_attendance(result), ("origin", "origin_name", "year", "service"))
    return found


def pupil_doubts(result: Result) -> tuple[Doubt, ...]:
    """Counts on registers, rolls and attendance that are taken as they stand though they are unlikely."""
    return doubts(view_of(result.services).course, result.people)


def pupil_notes(result: Result) -> tuple[Override, ...]:
    """What counts on registers, rolls, schools and attendance replaced (law 7), and which of them are in doubt."""
    notes = view_of(result.services).course.notes
    told = {(note.area, note.year, note.measure) for note in notes}
    rest = [one for one in pupil_doubts(result) if (one.area, one.year, f"{one.measure} on record") not in told]
    return (*notes, *(doubt.override for doubt in rest))


def pupil_remarks(result: Result) -> list[str]:
    """The doubts in words, and counts that nothing could be made of."""
    course, name = view_of(result.services).course, result.scenario.head.name
    unused = [
        f"{name}, {note.area}, {note.year}, {note.measure}: {note.why}" for note in course.notes if note.why == SHORT
    ]
    return [*unused, *(f"{doubt}" for doubt in pupil_doubts(result))]


def _table(rows: Iterator[Row], keys: tuple[str, ...]) -> pa.Table:
    frame = pd.DataFrame(list(rows), columns=[*HEAD, *keys, *TAIL])
    frame = frame.astype({"year": np.int16, "mean": np.float64})
    return pa.Table.from_pandas(frame, preserve_index=False)


def _stages(result: Result) -> Iterator[StageDemand]:
    for service in result.services.values():
        stage = plain(service)
        if isinstance(stage, StageDemand):
            yield stage


def _head(result: Result, area: Area) -> Row:
    return (result.scenario.head.name, area.code, area.name_zh, area.level)


def _pupils(result: Result) -> Iterator[Row]:
    """Pupils as counted, pupils per child of the age, and migrant children at their latest share."""
    for stage in _stages(result):
        for place, area in enumerate(result.areas):
            yield from _counted(result, stage, area)
            yield from _rates(result, stage, place, area)
            yield from _migrant(result, stage, place, area)


def _counted(result: Result, stage: StageDemand, area: Area) -> Iterator[Row]:
    course = stage.view.course
    apart = len(course.kinds[stage.service]) > 1
    for kind in course.kinds[stage.service]:
        roll = course.counted.rolls.get((area.code, kind))
        if roll is None:
            continue
        for year, grades in zip(roll.years, roll.pupils, strict=True):
            named = {stage.plan.grade_name(grade): value for grade, value in enumerate(grades[: stage.plan.grades])}
            for part, value in {**named, "all": grades.sum()}.items():
                tail = ("counted", "pupils", float(value), roll.status_of(year), roll.source)
                yield (*_head(result, area), year, stage.service, f"{KINDS[kind]}{part}" if apart else part, *tail)


def _rates(result: Result, stage: StageDemand, place: int, area: Area) -> Iterator[Row]:
    rates, band = stage.view.course.band(stage.service).rates, stage.band
    grades = range(band.grades)[band.cut(stage.service, place)]
    for number, grade in enumerate(grades):
        if rates.launch[place, grade] == NONE:
            continue
        for at, year in enumerate(result.people.years):
            counted = np.isfinite(rates.counted[at, place, grade])
            status = _status(stage, area, year) if counted else "projected"
            value = float(rates.rates[at, place, grade])
            tail = ("rate", "pupils per child", value, status, _source(stage, area))
            yield (*_head(result, area), year, stage.service, stage.plan.grade_name(number), *tail)


def _migrant(result: Result, stage: StageDemand, place: int, area: Area) -> Iterator[Row]:
    """Migrant children among the pupils who attend: as counted, and from then on at the latest share."""
    course = stage.view.course
    rolls = [course.counted.rolls.get((area.code, kind)) for kind in course.kinds[stage.service]]
    known = [roll for roll in rolls if roll is not None and np.isfinite(roll.migrant).any()]
    if not known or len(known) < len(rolls):
        return
    last = min(roll.years[int(np.flatnonzero(np.isfinite(roll.migrant))[-1])] for roll in known)
    migrant = sum(float(roll.over(range(last, last + 1), roll.migrant)[0]) for roll in known)
    pupils = sum(float(roll.over(range(last, last + 1)).sum()) for roll in known)
    if not pupils or np.isnan(migrant) or last not in result.people.years:
        return
    service = result.demand[stage.service]
    there = service.find(_attending(service.series)).values[:, place]
    for at, year in enumerate(result.people.years):
        if year >= last:
            status = weakest(roll.status_of(year) for roll in known) if year == last else "projected"
            tail = ("migrant-pupils", "pupils", float(there[at] * migrant / pupils), status, _source(stage, area))
            yield (*_head(result, area), year, stage.service, "all", *tail)


def _attending(series: tuple[object, ...]) -> str:
    names = {getattr(item, "measure", "") for item in series}
    return "pupils-attending" if "pupils-attending" in names else "users"


def _rolls(stage: StageDemand, area: Area) -> list[Roll]:
    course = stage.view.course
    rolls = [course.counted.rolls.get((area.code, kind)) for kind in course.kinds[stage.service]]
    return [roll for roll in rolls if roll is not None]


def _source(stage: StageDemand, area: Area) -> str:
    return "; ".join(dict.fromkeys(roll.source for roll in _rolls(stage, area)))


def _status(stage: StageDemand, area: Area, year: int) -> str:
    """The status of the rows of a school year."""
    return weakest(roll.status_of(year) for roll in _rolls(stage, area))


def _schools(result: Result) -> Iterator[Row]:
    """Pupils and classes of single schools from their first count on."""
    for stage in _stages(result):
        for (place, service), schools in stage.view.course.schools.items():
            if service == stage.service:
                yield from _of_area(result, stage, place, schools)


def _of_area(result: Result, stage: StageDemand, place: int, schools: SchoolShares) -> Iterator[Row]:
    years, length = result.people.years, stage.plan.spans[place].years
    cells = [stage.pupils(grade)[:, place] for grade in range(length)]
    sizes = [stage.class_size(grade)[:, place] for grade in range(length)]
    for number, code in enumerate(schools.codes):
        pupils = [cells[grade] * schools.shares[:, number, grade] for grade in range(length)]
        one = schools.only(number)
        rooms = [one.classes(cells[grade], grade, sizes[grade]) for grade in range(length)]
        head = (*_head(result, result.areas[place]), code, _name(schools, number))
        for at, year in enumerate(years):
            if year < schools.first:
                continue
            known = schools.counted.get(code, {})
            status = known.get(year, "projected" if year > schools.last else result.people.status(year))
            named = [stage.plan.grade_name(grade) for grade in range(length)]
            for measure, unit, values in (("pupils-attending", "pupils", pupils), ("classes", "classes", rooms)):
                found = [float(value[at]) for value in values]
                for part, value in zip([*named, "all"], [*found, sum(found)], strict=True):
                    yield (*head, year, stage.service, part, measure, unit, value, status, schools.source)


def _name(schools: SchoolShares, number: int) -> str:
    name = schools.names[number]
    return "其他学校" if name == REST else name


def _attendance(result: Result) -> Iterator[Row]:
    """Pupils by area where they attend and origin where they live; the nation's code stands for all beyond the city."""
    for stage in _stages(result):
        if stage.view.attended(stage.band.name):
            yield from _flows(result, stage, stage.view)


def _flows(result: Result, stage: StageDemand, view: SchoolView) -> Iterator[Row]:
    beyond, count = result.parents[2], len(result.areas)
    # (year, origin, destination), all beyond the city last
    flows = np.zeros((len(result.people.years), count + 1, count + 1))
    for origin in range(count):
        for grade in range(stage.band.grades):
            for end, values in view.flows(stage.band.name, grade, origin):
                # By the stage that they attend: six years of primary school may send to five.
                if stage.band.service(origin if end == BEYOND else end, grade) == stage.service:
                    flows[:, origin, count if end == BEYOND else end] += values
    for grade in range(stage.plan.grades):
        flows[:, count, :count] += stage.arriving(grade)
    yield from _told(result, stage, flows, (*result.areas, beyond))


def _told(result: Result, stage: StageDemand, flows: Floats, ends: tuple[Area, ...]) -> Iterator[Row]:
    attendance = stage.view.course.attendance
    source = ENGINE if attendance is None else attendance.source(stage.band.services) or ENGINE
    told = {} if attendance is None else _by_rows(attendance, stage, len(ends) - 1)
    for origin, destination in np.argwhere(flows.any(axis=0)).tolist():
        head = (*_head(result, ends[destination]), ends[origin].code, ends[origin].name_zh)
        for at, year in enumerate(result.people.years):
            value, status = float(flows[at, origin, destination]), told.get((origin, destination, year))
            modelled = "nowcast" if year <= result.people.nowcast_until else "projected"
            tail = ("pupils", "pupils", value, status or modelled, source)
            yield (*head, year, stage.service, *tail)


def _by_rows(attendance: Attendance, stage: StageDemand, beyond: int) -> dict[tuple[int, int, int], str]:
    """Status of the rows of the table by place of origin and destination, and year; ``beyond`` the city last."""
    found: dict[tuple[int, int, int], str] = {}
    for route in attendance.routes:
        if route.service in stage.band.services:
            end = beyond if route.destination == BEYOND else route.destination
            for year, status in route.status.items():
                key = (route.origin, end, year)
                found[key] = weakest((found.get(key, ""), status))
    for arrival in attendance.arrivals:
        if arrival.service == stage.service:
            found[beyond, arrival.destination, arrival.year] = arrival.status
    return found
