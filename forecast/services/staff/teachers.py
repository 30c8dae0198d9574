"""Stock and flow of teachers: ageing, retirement at rising ages, leaving, moves between stages and areas, recruits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from forecast.axes import Floats, frozen
from forecast.demography.engine import Override
from forecast.errors import BalanceError
from forecast.services.staff.pensions import AGES, FIRST_AGE, LAST_AGE, POSTS
from forecast.services.staff.redeploy import Ways, redeploy

STAGES = ("kindergarten", "primary", "junior", "senior")
"""Services that have teachers, in the order of life."""
FLOWS = ("retired", "left", "recruited", "moved-in", "moved-out")
SLACK = 1e-9
"""Relative gap of the balance above which teachers have appeared or vanished."""
OLD = 55
"""From this age on teachers are near their pension: a published share."""


@dataclass(frozen=True, slots=True, eq=False)
class Staffing:
    """What acts on the stock.

    retiring   share of those of a post and age in one September who retire by the next  (step, post, age)
    leaving    share of the others who leave for another reason                          (stage,)
    recruits   posts and ages of those who are taken on, summing to one                  (stage, post, age)
    filled     share of what is lacking after moves that is recruited
    moves      who may move where
    """

    retiring: Floats
    leaving: Floats
    recruits: Floats
    filled: float
    moves: Ways


@dataclass(frozen=True, slots=True, eq=False)
class TeacherStock:
    """Teachers on 1 September of each year, and the flows of the twelve months before.

    areas, years  codes, and school years from the count on
    stock    persons (year, area, stage, post, age)
    needed   (year, area, stage)
    flows    retired, left, recruited, moved-in, moved-out (year, area, stage); zero in the year of the count
    between  moves of each year from cell to cell (year, cell, cell), a cell being a stage of an area
    counted  whether a stage of an area was counted (area, stage); what was not stays empty
    source   ids of the sources of the count, joined by "; "
    notes    what was put in the place of something that the count does not tell (law 7)
    """

    areas: tuple[str, ...]
    years: range
    stock: Floats
    needed: Floats
    flows: Mapping[str, Floats]
    between: Floats
    counted: Floats
    source: str = ""
    notes: tuple[Override, ...] = field(default=())

    @property
    def total(self) -> Floats:
        """Teachers (year, area, stage)."""
        return np.asarray(self.stock.sum(axis=(-2, -1)))

    @property
    def surplus(self) -> Floats:
        """Teachers beyond what is needed (year, area, stage), after moves."""
        return _beyond(self.total, self.needed)

    @property
    def shortage(self) -> Floats:
        """Teachers lacking (year, area, stage), after moves and recruits; not netted against any surplus (law 10)."""
        return _beyond(self.needed, self.total)


def run_stock(
    areas: tuple[str, ...], years: range, start: Floats, needed: Floats, staffing: Staffing, counted: Floats
) -> TeacherStock:
    """Carry a count of teachers on from September to September.

    start    (area, stage, post, age) in the first year
    needed   (year, area, stage)
    counted  (area, stage): 0 leaves a stage of an area aside

    Within a year: who reaches the pension age retires; of the others a share leaves; all grow a year older; who is too
    many where he is moves to where some are missing, as far as that is allowed; the rest of what is missing is
    recruited in part. Nobody is dismissed: a surplus stays until it retires or leaves.

    Raises ``BalanceError`` where stock(t) is not stock(t-1) - retired - left + recruited + moved in - moved out, moves
    do not sum to zero, or a stock is negative.
    """
    shape = (len(years), *start.shape[:2])
    known = counted > 0
    want = np.where(known, needed, 0.0)
    stock = np.zeros((len(years), *start.shape))
    stock[0] = start * known[..., None, None]
    flows = {name: np.zeros(shape) for name in FLOWS}
    between = np.zeros((len(years), known.size, known.size))
    for at in range(1, len(years)):
        gone = stock[at - 1] * staffing.retiring[at - 1]
        left = (stock[at - 1] - gone) * staffing.leaving[:, None, None]
        here = _older(stock[at - 1] - gone - left)
        # a stage that was not counted has nobody and needs nobody: it neither gives nor takes
        between[at] = redeploy(_total(here).ravel(), want[at].ravel(), staffing.moves)
        here = _moved(here, between[at])
        new = staffing.filled * np.maximum(want[at] - _total(here), 0.0)
        stock[at] = here + new[..., None, None] * staffing.recruits
        flows["retired"][at], flows["left"][at], flows["recruited"][at] = _total(gone), _total(left), new
        flows["moved-in"][at] = between[at].sum(axis=0).reshape(shape[1:])
        flows["moved-out"][at] = between[at].sum(axis=1).reshape(shape[1:])
    found = TeacherStock(areas, years, frozen(stock), frozen(want), flows, between, frozen(counted))
    check_balance(found)
    return found


def check_balance(found: TeacherStock) -> None:
    """``BalanceError`` where teachers appear, vanish or are fewer than none (law 6)."""
    total, flows = found.total, found.flows
    due = total[:-1] - flows["retired"][1:] - flows["left"][1:] + flows["recruited"][1:]
    due += flows["moved-in"][1:] - flows["moved-out"][1:]
    size = max(float(total.max(initial=0.0)), 1.0)
    gap = float(np.abs(total[1:] - due).max(initial=0.0))
    moves = float(np.abs(flows["moved-in"].sum(axis=(1, 2)) - flows["moved-out"].sum(axis=(1, 2))).max(initial=0.0))
    if max(gap, moves) > SLACK * size or (found.stock < -SLACK * size).any():
        raise BalanceError(f"teachers do not balance (law 6): a gap of {gap:g}, moves that sum to {moves:g}")


def spread_ages(first: int, end: int | None, due: Floats, posts: Floats) -> Floats:
    """How one counted group lies over posts and single ages (post, age), summing to one.

    first, end  first age of the group and the age after its last one; None: open
    due         share of each birth cohort that is not due to have retired at the count (post, age)
    posts       share of each post among those who have not retired (post,)

    Even over single ages, in proportion to who is not due to have retired: of women of 55 to 59 nobody is put beyond
    the pension age. Where a whole group is beyond it, all are put at its first age, and retire within a year.
    """
    beyond = LAST_AGE + 1 if end is None else end
    inside = (first <= AGES) & (beyond > AGES)
    weights = posts[:, None] * due * inside
    if not weights.sum() > 0:
        at = min(max(first, FIRST_AGE), LAST_AGE) - FIRST_AGE
        weights[:, at] = posts
    return np.asarray(weights / weights.sum())


def recruits_of(bands: Sequence[tuple[int, int, float]], posts: Floats) -> Floats:
    """Posts and ages of recruits (post, age): shares of bands of ages (first, last, share), even within each."""
    ages = np.zeros(len(AGES))
    for first, last, share in bands:
        inside = (first <= AGES) & (last >= AGES)
        ages += share * inside / inside.sum()
    return np.asarray(posts[:, None] * ages / ages.sum())


def mean_age(stock: Floats) -> Floats:
    """Mean age in years over posts and ages (..., post, age) -> (...); half a year beyond completed years."""
    people = stock.sum(axis=-2)
    total = people.sum(axis=-1)
    return np.asarray(np.where(total > 0, (people * (AGES + 0.5)).sum(axis=-1) / np.where(total > 0, total, 1), np.nan))


def share_old(stock: Floats) -> Floats:
    """Share of teachers of ``OLD`` and over, (..., post, age) -> (...)."""
    total = stock.sum(axis=(-2, -1))
    old = stock[..., AGES >= OLD].sum(axis=(-2, -1))
    return np.asarray(np.where(total > 0, old / np.where(total > 0, total, 1.0), np.nan))


def _beyond(more: Floats, less: Floats) -> Floats:
    """What one has beyond the other, rounding of sums taken off."""
    gap = more - less
    return np.where(gap > SLACK * np.maximum(more, 1.0), gap, 0.0)


def _total(stock: Floats) -> Floats:
    return np.asarray(stock.sum(axis=(-2, -1)))


def _older(stock: Floats) -> Floats:
    """Everyone a year older; the last age is open."""
    out = np.zeros_like(stock)
    out[..., 1:] = stock[..., :-1]
    out[..., -1] += stock[..., -1]
    return out


def _moved(stock: Floats, between: Floats) -> Floats:
    """Teachers after the moves: of every post and age alike."""
    cells = stock.reshape(len(between), len(POSTS) * len(AGES))
    have = cells.sum(axis=1)
    alike = cells / np.where(have > 0, have, 1.0)[:, None]
    going = between.sum(axis=1)
    kept = cells * (1.0 - going / np.where(have > 0, have, 1.0))[:, None]
    return np.asarray((kept + between.T @ alike).reshape(stock.shape))
