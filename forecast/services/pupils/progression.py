"""Grade progression: pupils of a grade a year on, from ratios of recent cohorts; entrants from births."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast.axes import Floats
from forecast.errors import TooLittleHistory
from forecast.services.pupils.entry import Entrants, moves
from forecast.services.pupils.pupils import PupilEngine, Pupils, PupilsGrowth, PupilsNoChange
from forecast.services.pupils.ratios import between, excess, ratio_of_sums, tamed
from forecast.services.pupils.repeat import Held, cohorts, held, left
from forecast.services.pupils.slips import Told, slips, told

Flags = NDArray[np.bool_]

USUAL = 3
"""School years whose mean is the usual size of a cohort, and in most of which a feeder is too small for its grade."""


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What a forecast is made of; a simulation may follow it step by step with its own noise.

    people    pupils                                                                     (year, area, grade)
    ratios    pupils of a grade to those of the grade before a year earlier; grade 0: to the entry base
    entry     the entry base: births ``lag`` years earlier, or entrants carried on       (year, area)
    arrivals  pupils of grades that have no feeder, zero elsewhere                       (year, area, grade)
    unborn    most of the births behind the entry were not known at the launch           (year,)
    held      share of a grade that is in it again a year later; None where nobody told  (year, area, grade)

    In year t:  people(t, 0) = entry(t) ratios(t, 0) + arrivals(t, 0)
                people(t, g) = people(t - 1, g - 1) ratios(t, g) + arrivals(t, g)

    and with repeaters  + people(t - 1, g) held(t, g), of which the share held(t, g - 1) does not move up; a grade that
    is an entry grade of its own has them among its arrivals.
    """

    people: Floats
    ratios: Floats
    entry: Floats
    arrivals: Floats
    unborn: Flags
    held: Floats | None = None


@dataclass(frozen=True, slots=True)
class GradeProgression:
    """Cohorts move up a grade a year by ratios of recent years; the entry grade follows births.

    recent       weights of the last cohorts in a ratio of sums, newest first
    settled      the same for years far ahead
    fade         year k ahead: recent ^ fade^(k-1) x settled ^ (1 - fade^(k-1))
    give         how far a cohort larger than usual falls short of its ratio: ratio x exp(-give x log excess)
    shared       how much of an excess that all areas have in common counts as one
    entry_give   the same for births in excess of the usual, beyond the excess that all areas have in common, for each
                 year between birth and entry
    drift        how much of what an area's youngest grades gain a year beyond all areas' (``moves``) its entry ratio
                 gains a year too, for each year between birth and entry; year k ahead counts damping^(k-1)
    prior        pupils of weight that pull a ratio towards all areas' ratio
    kin          ... unless the log of their quotient is more than this: then the area is of another kind
    tolerance    a single cohort's log ratio counts at most this far from the median of the area's last five ...
    noise        ... plus this many over the root of its pupils
    wild         a single count is wrong where the log of its cohort's ratio is further than this from the area's median
                 (``slips``; twice or half, assumed: a slip of the pen is mostly a digit), infinite for never
    feeder       a grade is an entry grade of its own if the grade before it has less than this share of its pupils, in
                 the sum and in most of the last three years
    trend        weight of the trend in births, or entrants, beyond the last year known
    damping      the trend of year k counts damping^k
    births_span  years over which the trend in births is taken
    entry_span   the same where no births are known and entrants carry on themselves
    share        years of births, or entrants, that give an area's share in all areas beyond the last year known

    Pupils count at the start of the year (or in its January), and births up to the launch year are known: with a lag of
    four years the entrants of the next four school years are born. A missing count drops out of the ratios it would be
    part of; at the launch, the cohort's earlier count times its ratio stands in, or else the last known count. A single
    count that cannot be is taken as missing (``slips``); what was done is told (``FittedProgression.told``).
    A grade of its own keeps its mean of ``recent`` years times the change of that grade in all areas together; so do
    entrants of an area without births. Nobody is lost between grades and the last grade leaves.

    A ratio is net: of those who drop out, come back, move in or out, or go to school in another area. With repeaters

        N(g, t + 1) = h(g) N(g, t) + r(g) (1 - h(g - 1)) N(g - 1, t)

    where h, the share held back, is a weighted ratio of sums like r, and r is of those who were not held back; so that
    nobody is counted in two grades. Without them h is 0 and the ratio is net of repeating too.

    Births tell nothing of who moves in or out before school starts; the grades above the entry do. Where they gain more
    than those of other areas the entry ratio is on its way up, for it was measured on children born longer ago.
    """

    recent: tuple[float, ...] = (2.0, 1.0)
    settled: tuple[float, ...] = (5.0, 4.0, 3.0, 2.0, 1.0)
    fade: float = 0.8
    give: float = 0.05
    shared: float = 0.5
    entry_give: float = 0.1
    drift: float = 0.15
    prior: float = 100.0
    kin: float = 0.2
    tolerance: float = 0.05
    noise: float = 2.0
    wild: float = 0.7
    feeder: float = 0.3
    trend: float = 0.5
    damping: float = 0.8
    births_span: int = 5
    entry_span: int = 2
    share: int = 3

    def fit(self, pupils: Pupils) -> FittedProgression:
        """Two school years are needed and, where births are given, those behind the last entrants."""
        pupils.need(2, "grade progression")
        given = pupils
        entrants = self._entrants(pupils)
        wrong, expected = slips(pupils, *_followed(pupils, entrants), self.wild)
        if wrong.any():
            pupils = replace(pupils, pupils=np.where(wrong, np.nan, pupils.pupils))
            entrants = self._entrants(pupils)
        before, after = cohorts(pupils, entrants)
        usable = tamed(before, after, self.tolerance, self.noise)
        prior = np.full(len(pupils.grades), self.prior)
        prior[0] = 0.0  # areas differ in kind: in some, half of the children born go to school elsewhere
        near, far = (ratio_of_sums(before, usable, weights, prior, self.kin) for weights in (self.recent, self.settled))
        near = np.where(np.isfinite(near), near, far)
        stay = held(pupils, (self.recent, self.settled), prior, self.kin)
        launch = _launch(pupils, before, near, stay)
        near, far = (np.where(np.isfinite(ratio), ratio, _unseen(before, usable)) for ratio in (near, far))
        own = _unfed(before, after, self.feeder)
        done = tuple(told(given, wrong, expected, launch, (before, after, usable), own, len(self.settled)))
        return FittedProgression(self, pupils, entrants, launch, near, far, own, moves(before[-1], near), stay, done)

    def _entrants(self, pupils: Pupils) -> Entrants:
        if pupils.births is None:
            return self._carried(pupils.filled()[:, :, 0], pupils.first, 0.0, self.entry_span)
        needed = int(np.floor(pupils.launch - pupils.lag))
        last = pupils.births_first + len(pupils.births) - 1
        if not pupils.births_first <= needed <= last:
            found = f"births of {pupils.births_first} to {last}" if len(pupils.births) else "none"
            raise TooLittleHistory.one(
                "births",
                f"births of {needed}, behind the entrants of {pupils.launch}",
                found,
                "add births, or leave them out altogether",
            )
        return self._carried(pupils.births, pupils.births_first, pupils.lag, self.births_span)

    def _carried(self, counts: Floats, first: int, lag: float, span: int) -> Entrants:
        return Entrants(counts, first, lag, span, self.share, self.trend, self.damping)


@dataclass(frozen=True, slots=True, eq=False)
class FittedProgression:
    """A launch, ratios near and far ahead (area, grade), and which grades are fed from outside (area, grade).

    history  as it is used: counts that are taken to be wrong are not known in it
    moving   what an area's youngest grades gain a year beyond all areas' (area,);  held  who is held back, if told
    told     what was done to the counts (law 7)
    """

    engine: GradeProgression
    history: Pupils
    entrants: Entrants
    launch: Floats
    near: Floats
    far: Floats
    own: Flags
    moving: Floats
    held: Held | None = None
    told: tuple[Told, ...] = ()

    def predict(self, years: int) -> Floats:
        """Pupils (year, area, grade) of the school years after the launch."""
        return self.course(years).people

    def course(self, years: int) -> Course:
        """The forecast and what it is made of."""
        launch = self.history.launch
        usual = self._usual()
        base = np.mean([self.entrants.base(launch - back) for back in range(USUAL)], axis=0)
        arrivals = self._arrivals(years)
        people, ratios, entry = [self.launch], [], []
        for ahead in range(1, years + 1):
            births = self.entrants.base(launch + ahead)
            ratio = self._ratio(ahead)
            ratio[:, 0] *= np.exp(self._drift(ahead) - self._entry_give() * excess(births, base, 0.0))
            ratio[:, 1:] *= np.exp(-self.engine.give * excess(people[-1], usual, self.engine.shared)[:, :-1])
            ratio[self.own] = 0.0
            there, again = left(people[-1], self.held, self.own, self._part(ahead))
            moved = np.concatenate([births[:, None], there[:, :-1]], axis=1)
            come = moved * ratio + arrivals[ahead - 1]
            people.append(come if again is None else come + again)
            ratios.append(ratio)
            entry.append(births)
        unborn = np.array([self.entrants.unborn(launch + ahead) for ahead in range(1, years + 1)], dtype=np.bool_)
        held = None if self.held is None else np.stack([self.held.share(self._part(k)) for k in range(1, years + 1)])
        return Course(np.stack(people[1:]), np.stack(ratios), np.stack(entry), arrivals, unborn, held)

    def _part(self, ahead: int) -> float:
        """How much the recent cohorts count in a ratio, so many years ahead."""
        return self.engine.fade ** (ahead - 1)

    def _entry_give(self) -> float:
        return self.engine.entry_give * self.entrants.lag

    def _drift(self, ahead: int) -> Floats:
        steps = sum(self.engine.damping**step for step in range(ahead))
        return np.asarray(self.engine.drift * self.entrants.lag * steps * self.moving)

    def _ratio(self, ahead: int) -> Floats:
        return between(self.near, self.far, self._part(ahead))

    def _usual(self) -> Floats:
        return _mean(self.history.pupils, (1.0,) * USUAL)

    def _arrivals(self, years: int) -> Floats:
        """Grades of their own: the mean of recent years times the change of the grade in all areas together."""
        out = np.zeros((years, *self.launch.shape))
        if not self.own.any():
            return out
        kept = np.where(self.own & (self.launch > 0), _mean(self.history.pupils, self.engine.recent), 0.0)
        if len(kept) == 1:
            return out + kept
        whole = _whole(self.history)
        before = _mean(whole.pupils, self.engine.recent)
        plain = replace(self.engine, wild=np.inf)  # what is wrong is left out of the whole already
        return np.asarray(kept * plain.fit(whole).predict(years) / np.where(before > 0, before, 1.0))


def _mean(cells: Floats, weights: tuple[float, ...]) -> Floats:
    """Mean of the last years (area, grade), weights newest first, over those that are known; 0 where none is."""
    cells = cells[-len(weights) :]
    weight = np.array(weights[: len(cells)])[::-1, None, None] * np.isfinite(cells)
    total = weight.sum(axis=0)
    return np.asarray((weight * np.nan_to_num(cells)).sum(axis=0) / np.where(total > 0, total, 1.0))


def _whole(pupils: Pupils) -> Pupils:
    """All areas without a gap as one; all of them where each has one, a missing count as none."""
    full = np.isfinite(pupils.pupils).all(axis=(0, 2))
    full = full if full.any() else np.ones_like(full)
    births = None if pupils.births is None else pupils.births[:, full].sum(axis=1, keepdims=True)
    cells = np.nansum(pupils.pupils[:, full], axis=1, keepdims=True)
    again = None if pupils.repeaters is None else np.nansum(pupils.repeaters[:, full], axis=1, keepdims=True)
    return replace(pupils, areas=("all",), pupils=cells, births=births, repeaters=again)


def _followed(pupils: Pupils, entrants: Entrants) -> tuple[Floats, Floats]:
    """``cohorts``; entrants without births are no cohort: a school may take in more from one year to the next."""
    before, after = cohorts(pupils, entrants)
    if pupils.births is None:
        before[:, :, 0] = np.nan
    return before, after


def _unfed(before: Floats, after: Floats, share: float) -> Flags:
    """Grades whose feeder has less than a share of their pupils, in sum and in most of the last years (area, grade)."""
    before, after = before[-USUAL:], after[-USUAL:]
    known = np.isfinite(before) & np.isfinite(after)
    fed, come = (np.where(known, cells, 0.0) for cells in (before, after))
    often = (fed < share * come).sum(axis=0) * 2 > (known & (come > 0)).sum(axis=0)
    return np.asarray(often & (fed.sum(axis=0) < share * come.sum(axis=0)))


def _unseen(before: Floats, after: Floats) -> Floats:
    """Ratios of steps that no cohort is known to have taken: all areas', but 0 where it was there and not counted."""
    known = np.isfinite(before) & np.isfinite(after)
    start, end = (np.where(known, cells, 0.0).sum(axis=(0, 1)) for cells in (before, after))
    whole = np.divide(end, start, out=np.ones_like(start), where=start > 0)
    return np.asarray(np.where(((before > 0) & np.isnan(after)).any(axis=0), 0.0, whole))


def _launch(pupils: Pupils, before: Floats, ratio: Floats, stay: Held | None) -> Floats:
    """The launch counts; a missing one is its cohort's count a year earlier times the ratio, or else the last known."""
    last = pupils.pupils[-1]
    guess = before[-1] * ratio
    if stay is not None:  # who was held back is not known where the count is not
        share = stay.share(1.0)
        guess[:, 1:] = (pupils.pupils[-2] * (1.0 - share))[:, :-1] * ratio[:, 1:]
        guess += share * pupils.filled()[-2]
    if pupils.births is None:
        guess[:, 0] = np.nan
    guess = np.where(np.isfinite(guess), guess, pupils.filled()[-1])
    return np.asarray(np.where(np.isfinite(last), last, guess))


_PLAIN = GradeProgression(
    recent=(1.0, 1.0, 1.0),
    settled=(1.0, 1.0, 1.0),
    give=0.0,
    entry_give=0.0,
    drift=0.0,
    prior=0.0,
    tolerance=np.inf,
    wild=np.inf,
    feeder=0.0,
    trend=0.0,
    share=1,
)


@dataclass(frozen=True, slots=True)
class ProgressionBirths:
    """Three-year-mean ratios; entrants from births a whole number of years earlier, the last ones repeated."""

    def fit(self, pupils: Pupils) -> FittedProgression:
        """See ``GradeProgression``."""
        return _PLAIN.fit(replace(pupils, lag=float(round(pupils.lag))))


@dataclass(frozen=True, slots=True)
class ProgressionFlat:
    """Three-year-mean ratios; the last entrants repeated."""

    def fit(self, pupils: Pupils) -> FittedProgression:
        """See ``GradeProgression``; births are not looked at."""
        return _PLAIN.fit(replace(pupils, births=None))


PUPIL_ENGINES: Mapping[str, type[PupilEngine]] = {
    "progression": GradeProgression,
    "progression-births": ProgressionBirths,
    "progression-flat": ProgressionFlat,
    "pupils-nochange": PupilsNoChange,
    "pupils-growth": PupilsGrowth,
}
"""Every way of forecasting pupils by its name."""
