"""Boundary changes: earlier stocks carried into today's areas, so that a series compares like with like."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np

from forecast.axes import SEXES, Floats
from forecast.demography.engine import Override
from forecast.errors import Fault, InputError

WHOLE = 1.0 - 1e-12
"""A sum of shares from which nobody is left."""


@dataclass(frozen=True, slots=True)
class Change:
    """A part of one area that became a part of another on a day.

    share       of the people concerned
    sexes       positions of the sexes concerned
    first, end  completed ages from ``first`` to before ``end``; None: open upwards
    kind        merge: the whole area; transfer: a part of it; split: a part, or all, becomes an area of its own. Only
                the taker of a split needs no figures of its own before the day
    where       the row, for messages
    """

    day: dt.date
    giver: str
    taker: str
    share: float
    kind: str = "transfer"
    sexes: tuple[int, ...] = (0, 1)
    first: int = 0
    end: int | None = None
    where: str = "data/**/boundary_changes"

    @property
    def plain(self) -> bool:
        """Concerns people of every sex and age."""
        return len(self.sexes) == len(SEXES) and self.first == 0 and self.end is None

    @property
    def whom(self) -> str:
        """People concerned, in words: no two changes of one day between the same areas say the same."""
        sex = "people" if len(self.sexes) == len(SEXES) else f"{SEXES[self.sexes[0]]}s"
        return f"{sex} of {self.first}{'+' if self.end is None else f'-{self.end - 1}'}"

    def overlaps(self, other: Change) -> bool:
        """Whether somebody is concerned by both."""
        ends = [np.inf if item.end is None else item.end for item in (self, other)]
        return bool(set(self.sexes) & set(other.sexes)) and self.first < ends[1] and other.first < ends[0]


def checked(changes: Iterable[Change], known: Iterable[str]) -> tuple[Change, ...]:
    """The changes in the order of their days; ``InputError`` with all that is wrong with them.

    known  codes of the areas there are
    """
    ordered, codes = tuple(sorted(changes, key=lambda change: change.day)), set(known)
    faults = [fault for change in ordered for fault in _own_faults(change, codes)]
    for _, group in groupby(ordered, key=lambda change: change.day):
        same_day = tuple(group)
        faults += [*_over(same_day), *_circles(same_day)]
    if faults:
        raise InputError(faults)
    return ordered


def dissolved(changes: Sequence[Change]) -> set[str]:
    """Areas that gave everybody away and took nobody in since: they are none of today's areas."""
    return set(dissolving(changes))


def dissolving(changes: Sequence[Change]) -> dict[str, Change]:
    """The areas that are gone, each with the change by which it went; of several of one day the last."""
    gone: dict[str, Change] = {}
    for _, group in groupby(changes, key=lambda change: change.day):
        same_day = tuple(group)
        given: dict[str, float] = {}
        for change in same_day:
            given[change.giver] = given.get(change.giver, 0.0) + (change.share if change.plain else 0.0)
        gone |= {change.giver: change for change in same_day if given[change.giver] >= WHOLE}
        gone = {area: change for area, change in gone.items() if area not in {item.taker for item in same_day}}
    return gone


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """Stocks in today's areas.

    people  persons by area (sex, group)
    notes   an override for each area and change (law 7)
    shares  of everybody in the giver who went with each change
    """

    people: Mapping[str, Floats]
    notes: tuple[Override, ...] = ()
    shares: Mapping[Change, float] = field(default_factory=dict)


def into_today(
    people: Mapping[str, Floats], starts: Sequence[int], day: dt.date, changes: Sequence[Change], measure: str
) -> Moved:
    """Carry the stocks of one day through all later changes: P'(to) += share x P(from), what is left stays.

    people   persons by area (sex, group), of both sexes in order
    starts   first completed age of each group, the last one open
    changes  as ``checked`` gives them; those of one day act at once, on the stocks that they find
    measure  what the stocks are called in the overrides
    """
    now, notes, shares = dict(people), list[Override](), dict[Change, float]()
    later = [change for change in changes if change.day > day]
    for _, group in groupby(later, key=lambda change: change.day):
        found = dict(now)
        for change in group:
            if _nothing_to_move(found, change, day):
                continue
            before, taken = found[change.giver], np.zeros_like(found[change.giver])
            taken[list(change.sexes), _groups(change, starts)] = 1.0
            taken *= change.share * before
            shares[change] = float(taken.sum() / before.sum()) if before.any() else change.share
            gave, took = now[change.giver], now.get(change.taker, np.zeros_like(before))
            now[change.giver], now[change.taker] = gave - taken, took + taken
            notes += _rows(change, day, measure, (gave, now[change.giver]), (took, now[change.taker]))
        now = {code: _without_dust(stock, found.get(code, stock)) for code, stock in now.items()}
    return Moved(now, tuple(notes), shares)


def _nothing_to_move(found: Mapping[str, Floats], change: Change, day: dt.date) -> bool:
    """Neither side has figures of the day; ``InputError`` where one side has and the other should (law 9)."""
    sides = (change.giver in found, change.taker in found)
    if not any(sides):
        return True
    if not sides[0] or (not sides[1] and change.kind != "split"):
        missing = change.taker if sides[0] else change.giver
        way_out = "add its rows, or correct the change (kind split: a new area, which needs none)"
        raise InputError.one(change.where, f"figures of {missing} on {day} to move people with", "none", way_out)
    return False


def _groups(change: Change, starts: Sequence[int]) -> slice:
    """The groups concerned; ``InputError`` where the ages of a change cut one."""
    ends = [*starts, None]
    if change.first not in starts or change.end not in ends:
        shown = f"ages {change.first} to {'open' if change.end is None else change.end - 1}"
        borders = ", ".join(map(str, starts))
        raise InputError.one(change.where, f"ages at the borders of the groups there are ({borders})", shown)
    return slice(ends.index(change.first), ends.index(change.end))


def _without_dust(stock: Floats, before: Floats) -> Floats:
    """Cells from which everybody went are empty, not a rounding error."""
    return np.where(np.abs(stock) <= (1.0 - WHOLE) * before, 0.0, stock)


def _rows(
    change: Change, day: dt.date, measure: str, gave: tuple[Floats, Floats], took: tuple[Floats, Floats]
) -> list[Override]:
    part = "" if change.plain else f" of {change.whom}"
    why = (
        f"{change.kind} of {change.day}: {change.share:.2%}{part} of {change.giver} went to {change.taker}; "
        "history is counted in today's areas"
    )
    sides = ((change.giver, gave), (change.taker, took))
    return [
        Override(code, day.year, measure, float(before.sum()), float(after.sum()), why)
        for code, (before, after) in sides
    ]


def _own_faults(change: Change, codes: set[str]) -> list[Fault]:
    faults = [
        Fault(change.where, "the code of a known area", code, "add it to the areas, or correct the code")
        for code in (change.giver, change.taker)
        if code not in codes
    ]
    if change.giver == change.taker:
        faults.append(Fault(change.where, "two areas", f"{change.giver} twice", "correct one of the two"))
    if not 0.0 <= change.share <= 1.0:
        faults.append(Fault(change.where, "a share from 0 to 1", f"{change.share:g}", "correct the share"))
    if change.kind == "merge" and (change.share < WHOLE or not change.plain):
        faults.append(Fault(change.where, "the whole area in a merge", f"a share of {change.share:g}", "use transfer"))
    if change.kind == "transfer" and WHOLE <= change.share <= 1.0 and change.plain:
        found = f"a share of {change.share:g}: the whole of {change.giver}, which is a merge"
        way_out = f"write merge if {change.giver} is no more, or the share that really went"
        faults.append(Fault(change.where, "a part of an area in a transfer", found, way_out))
    return faults


def _over(same_day: Sequence[Change]) -> list[Fault]:
    """Shares out of one area that sum to more than 1 for somebody."""
    faults = []
    for change in same_day:
        others = [item for item in same_day if item.giver == change.giver and item.overlaps(change)]
        # Somebody of the first sex and age of this change is concerned by those of the others that begin before it.
        together = max(
            sum(item.share for item in others if sex in item.sexes and item.first <= change.first)
            for sex in change.sexes
        )
        if together > 2.0 - WHOLE:
            found, way_out = f"{together:g} on {change.day}", "correct the shares"
            faults.append(Fault(change.where, f"shares out of {change.giver} that sum to at most 1", found, way_out))
    return faults


def _circles(same_day: Sequence[Change]) -> list[Fault]:
    """Changes of one day by which people would come back to where they left."""
    takers: dict[str, set[str]] = {}
    for change in same_day:
        if change.giver != change.taker:  # told already
            takers.setdefault(change.giver, set()).add(change.taker)
    faults = []
    for start in sorted(takers):
        seen, ahead = set[str](), [start]
        while ahead:
            new = takers.get(ahead.pop(), set()) - seen
            seen |= new
            ahead += sorted(new)
        if start in seen:
            where = next(change.where for change in same_day if change.giver == start)
            found, way_out = f"a circle through {start} on {same_day[0].day}", "give the changes their own days"
            faults.append(Fault(where, "changes of one day without a circle", found, way_out))
    return faults
