"""Single counts that cannot be: a digit too many or too few, a grade left empty. What a forecast did to its counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from forecast.axes import Floats
from forecast.services.pupils.pupils import Pupils

CHANCE = 4.0
"""A log strays wildly where it is beyond the limit and this over the root of the larger number."""
GIVEN = 3
"""Cohorts that must have taken a step before it can be said what is usual."""
SMALLEST = 30.0
"""Of fewer pupils, counted and expected, any number can be true."""

Flags = NDArray[np.bool_]


class Kind(StrEnum):
    """What was done."""

    SLIP = "slip"
    """A count is taken to be wrong: what its cohort makes expect stands in its place."""
    MISSING = "missing"
    """A last count that is not there: what its cohort makes expect stands in its place."""
    TAMED = "tamed"
    """A cohort's step counts, in ratios alone, as the nearest that chance allows."""
    OWN = "own"
    """A grade is not fed by the grade before it: it is carried on as an entry grade of its own."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a forecast did to its counts (law 7): school year, places of area and grade, pupils.

    before, after  the count and what stands for it; of ``OWN`` pupils of the grade before, a year before, and its own
    """

    kind: Kind
    year: int
    area: int
    grade: int
    before: float
    after: float


def slips(pupils: Pupils, before: Floats, after: Floats, limit: float) -> tuple[Flags, Floats]:
    """Which counts are taken to be wrong, and what their cohorts make expect (year, area, grade); NaN where not known.

    before, after  cohorts of each step (step, area, grade after it)
    limit          how far from the median of an area's cohorts the log of a ratio is wild, but for chance

    A count is wrong where every known step of its cohort, into the grade and out of it, is wild and turns back, where
    it is as far from the same grade a year earlier and a year later, and where no grade beside it strays the same way:
    a stage that closes, opens or changes its length does all of this in more than one grade, or for more than one year.
    """
    counts = pupils.pupils
    both = (before > 0) & (after > 0)
    steps = _logs(after, before)
    enough = both.sum(axis=0) >= GIVEN
    usual = np.where(
        enough, np.nanmedian(np.where(both & enough, steps, np.where(enough, np.nan, 0.0)), axis=0), np.nan
    )
    into, out = np.full_like(counts, np.nan), np.full_like(counts, np.nan)
    into[1:] = _wild(steps - usual, np.maximum(before, after), limit)
    out[:-1, :, :-1] = -into[1:, :, 1:]
    expected, back = np.full_like(counts, np.nan), np.full_like(counts, np.nan)
    expected[1:], back[:-1, :, :-1] = before * np.exp(usual), (after / np.exp(usual))[:, :, 1:]
    expected = np.where(np.isfinite(expected), expected, back)
    earlier, later = np.full_like(counts, np.nan), np.full_like(counts, np.nan)
    years = _wild(_logs(counts[1:], counts[:-1]), np.maximum(counts[1:], counts[:-1]), limit)
    earlier[1:], later[:-1] = years, -years
    ways = _agreed(into, out) * (_agreed(into, out) == _agreed(earlier, later))
    ways *= np.fmax(counts, expected) >= SMALLEST
    beside = np.zeros_like(ways, dtype=np.bool_)
    same = (ways[:, :, 1:] == ways[:, :, :-1]) & (ways[:, :, 1:] != 0)
    beside[:, :, 1:] |= same
    beside[:, :, :-1] |= same
    return (ways != 0) & ~beside, expected


def told(
    counts: Pupils,
    wrong: Flags,
    expected: Floats,
    launch: Floats,
    cohorts: tuple[Floats, Floats, Floats],
    own: Flags,
    window: int,
) -> Iterator[Told]:
    """All that was done, in the order of the kinds.

    counts   as they were given;  launch  as the forecast begins (area, grade)
    cohorts  before and after each step, and after it as they count in ratios (step, area, grade)
    window   the last steps, of which ratios are made
    own      grades that are carried on by themselves (area, grade)
    """
    last = len(counts.pupils) - 1
    for year, area, grade in np.argwhere(wrong).tolist():
        found = launch[area, grade] if year == last else expected[year, area, grade]
        yield Told(Kind.SLIP, counts.first + year, area, grade, float(counts.pupils[year, area, grade]), float(found))
    ever = np.isfinite(counts.pupils).any(axis=0)
    for area, grade in np.argwhere(np.isnan(counts.pupils[-1]) & ever).tolist():
        yield Told(Kind.MISSING, counts.launch, area, grade, float("nan"), float(launch[area, grade]))
    before, after, counted = cohorts
    bent = np.isfinite(before) & np.isfinite(after) & (np.abs(counted - after) > 1e-9 * np.maximum(after, 1.0)) & ~own
    bent[:-window] = False
    for step, area, grade in np.argwhere(bent).tolist():
        place = step, area, grade
        yield Told(Kind.TAMED, counts.first + step + 1, area, grade, float(after[place]), float(counted[place]))
    for area, grade in np.argwhere(own & (launch > 0)).tolist():
        yield Told(Kind.OWN, counts.launch, area, grade, float(before[-1, area, grade]), float(launch[area, grade]))


def _logs(after: Floats, before: Floats) -> Floats:
    """Log of one count to another; nobody counts as half a person, and nobody twice says nothing."""
    known = np.isfinite(after) & np.isfinite(before) & ((after > 0) | (before > 0))
    top, base = (np.maximum(np.where(known, cells, 1.0), 0.5) for cells in (after, before))
    return np.where(known, np.log(top / base), np.nan)


def _wild(logs: Floats, size: Floats, limit: float) -> Floats:
    """Sign of what strays wildly, 0 of what does not, NaN where not known."""
    most = limit + CHANCE / np.sqrt(np.maximum(np.nan_to_num(size), 1.0))
    return np.where(np.isnan(logs), np.nan, np.where(np.abs(np.nan_to_num(logs)) > most, np.sign(logs), 0.0))


def _agreed(one: Floats, other: Floats) -> Floats:
    """The sign on which both agree, or the only one that is known; 0 otherwise."""
    first, second = (np.where(np.isnan(cells), rest, cells) for cells, rest in ((one, other), (other, one)))
    return np.where(first == second, np.nan_to_num(first), 0.0)
