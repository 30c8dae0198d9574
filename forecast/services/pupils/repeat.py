"""Pupils who sit in the same grade again: the share held back, and cohorts without them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.axes import Floats
from forecast.services.pupils.entry import Entrants
from forecast.services.pupils.pupils import Pupils
from forecast.services.pupils.ratios import between, ratio_of_sums


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """Share of a grade that is in it again a year later, by recent years and by settled ones (area, grade)."""

    near: Floats
    far: Floats

    def share(self, part: float) -> Floats:
        """The share where the recent years count ``part`` (area, grade)."""
        return between(self.near, self.far, part)


def held(pupils: Pupils, windows: tuple[tuple[float, ...], ...], prior: Floats, kin: float) -> Held | None:
    """Shares held back as weighted ratios of sums, near and far; None where repeaters are not told.

    An area without a known step takes the share of all areas that tell; nobody is held back where no step is known at
    all, and where an area never told how many repeat a grade: its ratios are net of them.
    """
    again = _again(pupils)
    if again is None:
        return None
    before = pupils.pupils[:-1]
    known = np.isfinite(before) & np.isfinite(again)
    there, stayed = (np.where(known, cells, 0.0).sum(axis=(0, 1)) for cells in (before, again))
    whole = np.divide(stayed, there, out=np.zeros_like(there), where=there > 0)
    near, far = (ratio_of_sums(before, again, weights, prior, kin) for weights in windows)
    near = np.where(np.isfinite(near), near, far)
    return Held(*(np.minimum(np.where(np.isfinite(share), share, whole), 1.0) for share in (near, far)))


def left(people: Floats, stay: Held | None, own: NDArray[np.bool_], part: float) -> tuple[Floats, Floats | None]:
    """Pupils of a year who are not held back, and those who are (area, grade); all of them and None if nobody told.

    own  grades whose pupils are forecast as a whole, those held back among them: they count as 0 here
    """
    if stay is None:
        return people, None
    share = stay.share(part)
    return people * (1.0 - share), np.where(own, 0.0, share * people)


def cohorts(pupils: Pupils, entrants: Entrants) -> tuple[Floats, Floats]:
    """Cohorts before and after each step (step, area, grade after it); before the entry grade stands the entry base.

    Those who are held back are in neither.
    """
    after = pupils.pupils[1:].copy()
    leavers, again = pupils.pupils[:-1], _again(pupils)
    if again is not None:
        after = after - again
        leavers = np.maximum(leavers - again, 0.0)
    before = np.full_like(after, np.nan)
    before[:, :, 1:] = leavers[:, :, :-1]
    for step, year in enumerate(pupils.years[1:]):
        if entrants.reaches(year):
            before[step, :, 0] = entrants.base(year)
    return before, after


def _again(pupils: Pupils) -> Floats | None:
    """Repeaters of all years but the first; none where an area never told of a grade."""
    if pupils.repeaters is None:
        return None
    told = np.isfinite(pupils.repeaters).any(axis=0)
    return np.where(told, pupils.repeaters[1:], 0.0)
