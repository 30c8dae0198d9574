"""Children on the registers in place of those that the forecast gives: a cohort keeps to its latest count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.axes import Floats
from forecast.demography.engine import Override
from forecast.errors import Fault, InputError
from forecast.services.people import People
from forecast.services.school.ahead import RULE, latest
from forecast.services.school.counted import Listed


@dataclass(frozen=True, slots=True, eq=False)
class Registered:
    """Children by completed age on 31 August (year, area, age), counts in force, and what was replaced (law 7)."""

    children: Floats
    notes: tuple[Override, ...] = ()


def registered(people: People, counts: Iterable[Listed]) -> Registered:
    """The children of a forecast, or of trajectories of one area, with counted cohorts brought to their counts.

    All years of a counted cohort are multiplied by its latest count over what the forecast gives at that date; years
    before the first count by that of the first. So a cohort grows and shrinks as it did, from a number that is known;
    on trajectories nothing is unsure of it at the count. Areas that are not of ``people`` are left aside.
    """
    found = [count for count in counts if count.area in people.areas]
    if not found:
        return Registered(people.on_31_august)
    _within(people, found)
    modelled, codes = people.on_31_august, np.array(people.areas)
    out = modelled.copy(order="K")
    cohorts: dict[tuple[str, int], list[Listed]] = {}
    for count in sorted(found, key=lambda item: (item.area, item.year, item.age)):
        cohorts.setdefault((count.area, count.year - count.age), []).append(count)
    notes, faults = [], []
    for (area, born), known in cohorts.items():
        columns = np.flatnonzero(codes == area)
        for count in known:
            before = modelled[people.place(count.year), columns, count.age]
            if (before <= 0).all() and count.children:
                faults.append(Fault(count.where, "an age of which the forecast has children", f"none of {count.age}"))
            notes.append(_note(count, float(before[0])))
        if not faults:
            _scale(out, modelled, people, columns, born, known)
    if faults:
        raise InputError(faults)
    return Registered(out, tuple(notes))


def _within(people: People, counts: Sequence[Listed]) -> None:
    first, last = people.years[0], min(people.years[-1], latest(people.born_until))
    why = f"a year of the run that may have been counted, {first} to {last} ({RULE})"
    faults = [
        Fault(count.where, why, str(count.year), "leave the row out")
        for count in counts
        if not first <= count.year <= last
    ]
    if faults:
        raise InputError(faults)


def _scale(
    out: Floats, modelled: Floats, people: People, columns: NDArray[np.intp], born: int, known: Sequence[Listed]
) -> None:
    for place, year in enumerate(people.years):
        age = year - born
        if 0 <= age < out.shape[-1]:
            count = next((item for item in reversed(known) if item.year <= year), known[0])
            there = modelled[people.place(count.year), columns, count.age]
            factor = np.divide(count.children, there, out=np.ones_like(there), where=there > 0)
            out[place, columns, age] = modelled[place, columns, age] * factor


def _note(count: Listed, before: float) -> Override:
    why = f"counted on 31 August ({count.source}): replaces the modelled cohort, which keeps this factor; a nowcast"
    if count.status not in ("observed", "verified"):
        why = f"{why}; the row is {count.status}"
    return Override(count.area, count.year, f"children of {count.age} on registers", before, count.children, why)
