"""Published tables of residence status and of group quarters: the course without shocks, areas and city."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa

from forecast.axes import AGE, AGES, SEX, Floats
from forecast.demography.engine import Override
from forecast.demography.residence import Residence, Status
from forecast.run.columns import KEYS, Axis, Tidy, joined
from forecast.run.fertility_frames import area_axis, areas_of, with_city
from forecast.run.inputs import Frames, named_sources
from forecast.run.model import Result
from forecast.run.quarter_inputs import TABLE
from forecast.run.register_inputs import GROUP, INDICATORS
from forecast.run.registered import kept_apart

ENGINE = "cohort-component"
PARTS: Mapping[str, tuple[int, int]] = {
    "all": (0, AGES),
    "0-2": (0, 3),
    "3-5": (3, 6),
    "6-11": (6, 12),
    "12-14": (12, 15),
    "15-17": (15, 18),
    "18-59": (18, 60),
    "60+": (60, AGES),
    "65+": (65, AGES),
    "80+": (80, AGES),
}
"""Ages that services ask for. The first six below 60 and 60+ make up all; 65+ and 80+ are among 60+."""
MEASURES: Mapping[str, Callable[[Status], Floats]] = {
    "registered": lambda status: status.registered,
    "resident-not-registered": lambda status: status.elsewhere,
    "registered-absent": lambda status: status.absent,
}
KEPT = (*KEYS, "measure", "unit", "status", "source", "point")


def residence_tables(result: Result, frames: Frames) -> dict[str, Callable[[], pa.Table]]:
    """The tables that a scenario has: of registered people where they are known, of quarters where there are any."""
    found: dict[str, Callable[[], pa.Table]] = {}
    register = result.evidence.register
    if register is not None:
        course, last = status_of(result), register.last_known(result.people.years[0])
        found["residence"] = lambda: residence(result, frames, course, last)
    if any(stock.any() for stock in result.systems.launches["districts"][1].kinds.values()):
        found["quarters"] = lambda: quarters(result, frames)
    return found


def status_of(result: Result) -> Residence:
    """Residents and registered people of a scenario, year by year."""
    if result.residence is None:
        raise ValueError("this project does not know its registered people")
    return result.residence


def registered_notes(result: Result) -> tuple[Override, ...]:
    """What was set to meet the counts of registered people (law 7)."""
    return () if result.evidence.register is None else status_of(result).overrides


def held_apart_rows(result: Result, frames: Frames, census: str) -> list[tuple[str, str, float, str, str, str]]:
    """People held apart at the launch by kind, for the table of assumptions; ``census`` names its sources."""
    inferred = "ages 15-24 of campus districts above the plain districts"
    counted = result.evidence.censuses[1].quarters
    known = {cell.kind for cell in counted.cells} if counted else set()
    told = _counted_sources(result, frames)
    return [
        ("movement", kind, float(stock.sum()), "persons", told, f"counted in {TABLE}; elsewhere {inferred}")
        if kind in known
        else ("movement", kind, float(stock.sum()), "persons", census, inferred)
        for kind, stock in result.systems.launches["districts"][1].kinds.items()
    ]


def _counted_sources(result: Result, frames: Frames) -> str:
    counted = result.evidence.censuses[1].quarters
    return named_sources(frames, TABLE, area=result.evidence.areas) if counted else ""


def residence(result: Result, frames: Frames, course: Residence, last: int) -> pa.Table:
    """Residents and registered people side by side, by ages that services ask for.

    course  what ``status_of`` gives;  last  the last year whose registered total is on record

    Service is for residents, entitlement for the registered. The city is the sum of its areas: who is registered in
    another area of the city counts as registered elsewhere, and as absent there.
    """
    years, areas = result.systems.districts.years, result.evidence.areas
    source = "; ".join(
        (
            ENGINE,
            named_sources(frames, "indicators", indicator=INDICATORS, area=areas),
            named_sources(
                frames,
                "totals",
                area=(*areas, result.evidence.city),
                concept=["registered"],
                basis=["year_end"],
                group=["all", GROUP],
            ),
        )
    )
    status = ["assumed" if year == years[0] else "nowcast" if year <= last else "projected" for year in years]
    parts = [
        _table(
            result,
            "residents",
            _parts(result.systems.districts.people),
            [result.people.status(year) for year in years],
            ENGINE,
        )
    ]
    for measure, pick in MEASURES.items():
        values = np.stack([_parts(pick(item)) for item in course.years], axis=1)
        parts.append(_table(result, measure, values, status, source))
    return joined(parts)


def _parts(people: Floats) -> Floats:
    """Both sexes by the published ages: people (..., sex, age) to (part, ...)."""
    both = people.sum(axis=SEX)
    return np.stack([both[..., low:high].sum(axis=AGE) for low, high in PARTS.values()])


def _table(result: Result, measure: str, values: Floats, status: list[str], source: str) -> pa.Table:
    years, areas = result.systems.districts.years, areas_of(result)
    axes = (Axis("part", tuple(PARTS)), Axis("year", tuple(years)), area_axis(areas))
    tidy = Tidy(with_city(values, 2), axes)
    tidy.along("status", "year", status)
    fixed = {"scenario": result.scenario.head.name, "measure": measure, "unit": "persons", "source": source}
    table = tidy.table(areas, fixed)
    return table.select([name for name in KEPT if name in table.column_names])


def quarters(result: Result, frames: Frames) -> pa.Table:
    """People held apart from cohort logic on 31 December, by kind of quarters."""
    paths, years, areas = _paths(result), result.systems.districts.years, areas_of(result)
    values = np.stack([path.sum(axis=(SEX, AGE)) for path in paths.values()])
    axes = (Axis("part", tuple(paths)), Axis("year", tuple(years)), area_axis(areas))
    tidy = Tidy(with_city(values, 2), axes)
    tidy.along("status", "year", ["assumed" if year == years[0] else result.people.status(year) for year in years])
    told = [name for name in (result.models.movement.students.source, _counted_sources(result, frames)) if name]
    fixed = {"measure": "people-in-quarters", "unit": "persons", "source": "; ".join(told)}
    table = tidy.table(areas, {"scenario": result.scenario.head.name, **fixed})
    return table.select([name for name in KEPT if name in table.column_names])


def _paths(result: Result) -> dict[str, Floats]:
    """Stocks held apart by kind (year, area, sex, age)."""
    return kept_apart(result.systems)
