"""Counts of years that are still to come are no counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from forecast.errors import Fault
from forecast.services.school.counted import Roll

RULE = "no count is later than a year after models.project.time.born_until"


def latest(born_until: int) -> int:
    """The last year that a count may be of: the one after the last with births on record."""
    return born_until + 1


def ahead(rolls: Mapping[tuple[str, str], Roll], areas: Sequence[str], born_until: int) -> list[Fault]:
    """A fault for each roll of these areas with school years that nobody can have counted."""
    last, faults = latest(born_until), []
    for (area, kind), roll in rolls.items():
        early = [year for year in roll.years if year > last]
        if area in areas and early:
            grade = min((grade for year, grade in roll.rows if year == early[0]), default=1)
            what = f"{kind} pupils of {area} of school years up to {last}: {RULE}"
            found = ", ".join(map(str, early[:10]))
            faults.append(Fault(roll.at(early[0], grade), what, found, "leave the rows out, or correct the year"))
    return faults
