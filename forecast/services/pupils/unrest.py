"""How restless the grades of a system have been: its own past sizes the shocks of pupils' trajectories.

Schools differ more than populations do: where families may choose among districts a grade strays by several percent a
year whatever its size, elsewhere by less than one. Sizes carried from one system of schools to another fail. So what
the ratios would have missed in each past year, with the years before it known, is measured, split into what all areas
share, an area's own in all grades, and a grade's own, and mixed with the stated sizes, which count as some years and
cases do.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.axes import Floats
from forecast.demography.noise import Noise, Stream, Wave
from forecast.kernels.spread import by_size
from forecast.services.pupils.progression import FittedProgression
from forecast.services.pupils.ratios import ratio_of_sums, tamed
from forecast.services.pupils.repeat import cohorts

YEARS, CASES = 8.0, 60.0
"""Years, and cases, with whose weight the stated sizes stand beside those of the past (as for people)."""
WIDEST = 3.0
"""No standard deviation is multiplied by more, or divided."""
KEPT = 0.95
"""Share of an area's own news that is left in its ratios a year later, where its past sizes them. From one year ahead
to five the own part of errors grows 5 times in Connecticut's districts and 9 times in England's authorities; this walk
grows 7 times."""
CARRIED = 0.02
"""Least shared news of entrants who carry themselves on because no births are given: in England's authorities, births
left out, all areas together strayed by 1.5 percent after one year and 7.6 after five."""
FEWEST = 3
"""Areas from which on a past can tell what they share from what is their own."""


@dataclass(frozen=True, slots=True, eq=False)
class Unrest:
    """Noise for pupils, and how cohorts stray by luck.

    alpha, beta  a cohort's log size gains a variance of alpha + beta / pupils when it comes into a grade (grade,)
    alike        share of that luck which cohorts that enter one after the other have in common, and those that choose
                 anew: a ratio was measured on few cohorts and is wrong for all that follow
    """

    noise: Noise
    alpha: Floats
    beta: Floats
    alike: float

    def times(self, by: float) -> Unrest:
        """Every standard deviation multiplied."""
        return Unrest(self.noise.times(by), self.alpha * by**2, self.beta * by**2, self.alike)


def stated(noise: Noise, grades: int, anew: Sequence[int]) -> Unrest:
    """As the noise says: chance everywhere, and counting (Poisson) besides where a cohort enters or chooses anew."""
    beta = np.full(grades, noise.chance)
    beta[[0, *anew]] += 1.0 if noise.chance > 0 else 0.0
    return Unrest(noise, np.zeros(grades), beta, 0.0)


def unrest(fitted: FittedProgression, noise: Noise, mobile: float, anew: Sequence[int]) -> Unrest:
    """At the sizes that the years before the launch show; as stated where they are too few, or the areas.

    mobile  mobility of the grades;  anew  those that begin in another school
    """
    grades = len(fitted.history.grades)
    start = stated(noise, grades, anew)
    logs, pupils = misses(fitted)
    if len(logs) < 1 or logs.shape[1] < FEWEST:
        return start
    moving = [grade for grade in range(1, grades) if grade not in anew]
    found, alpha, beta = noise, start.alpha.copy(), start.beta.copy()
    if moving:
        ways = _Parts.of(logs[..., moving], pupils[..., moving])
        unit = mobile**2
        streams = Stream(
            _scaled(noise.moves.shared, ways.shared / unit, _weight(len(logs), YEARS)),
            dataclasses.replace(_scaled(noise.moves.own, ways.own / unit, _weight(ways.areas, CASES)), kept=KEPT),
        )
        found = dataclasses.replace(noise, moves=streams)
        alpha[moving], beta[moving] = _luck(ways, 0.0, noise.chance)
    for grade in (0, *anew):
        ways = _Parts.of(logs[..., [grade]], pupils[..., [grade]])
        alpha[grade], beta[grade] = _luck(ways, 0.0, start.beta[grade])
        if grade == 0 and fitted.history.births is None:
            least = noise.births.shared
            least = dataclasses.replace(least, sd=max(least.sd, CARRIED) if least.sd > 0 else 0.0)
            shared = _scaled(least, ways.shared, _weight(len(logs), YEARS))
            found = dataclasses.replace(found, births=Stream(shared, noise.births.own))
    if noise.chance == 0:
        return dataclasses.replace(start, noise=found)
    return Unrest(found, alpha, beta, _alike(fitted.engine.recent))


def _alike(weights: tuple[float, ...]) -> float:
    """Share of a miss that is the ratio's own error: a weighted mean of cohorts that stray as the next one does."""
    mean = sum(weight**2 for weight in weights) / sum(weights) ** 2
    return mean / (1.0 + mean)


@dataclass(frozen=True, slots=True)
class _Parts:
    """Variances of what some grades missed.

    shared      what all areas missed together
    own         an area's, all its grades together, whatever its size;  areas  cases behind it
    cell, chance  a grade's own beyond that, and the part that shrinks, times pupils;  cells  cases behind them
    """

    shared: float
    own: float
    areas: int
    cell: float
    chance: float
    cells: int

    @classmethod
    def of(cls, logs: Floats, pupils: Floats) -> _Parts:
        """From log misses of expected pupils (step, area, grade), NaN where not known."""
        known = np.isfinite(logs) & (pupils > 0)
        logs, pupils = np.where(known, logs, 0.0), np.where(known, pupils, 0.0)
        weight = np.sqrt(pupils)
        shared = (weight * logs).sum(axis=(1, 2)) / np.maximum(weight.sum(axis=(1, 2)), 1e-9)
        rest = np.where(known, logs - shared[:, None, None], 0.0)
        whole = pupils.sum(axis=2)
        mean = (pupils * rest).sum(axis=2) / np.maximum(whole, 1e-9)
        grades = known.sum(axis=2)
        several = grades > 1
        if not several.any():
            cell, chance = by_size(rest[known], pupils[known]) if known.any() else (0.0, 0.0)
            return cls(float(np.mean(shared**2)), 0.0, 0, cell, chance, int(known.sum()))
        own, lumped = by_size(mean[several], whole[several])
        left = (rest - mean[..., None]) * np.sqrt(grades / np.maximum(grades - 1, 1))[..., None]
        inside = known & several[..., None]
        cell, chance = by_size(left[inside], pupils[inside])
        return cls(float(np.mean(shared**2)), own, int(several.sum()), cell, max(chance, lumped), int(inside.sum()))


def misses(fitted: FittedProgression) -> tuple[Floats, Floats]:
    """Logs of cohorts beside what the ratios of the years before had said, and what they said (step, area, grade).

    NaN where either is not known, in grades of their own, and where nothing went before. Steps from the second on.
    """
    engine, history, entrants = fitted.engine, fitted.history, fitted.entrants
    before, after = cohorts(history, entrants)
    prior = np.full(len(history.grades), engine.prior)
    prior[0] = 0.0
    expected = np.full_like(after[1:], np.nan)
    for step in range(1, len(after)):
        past = tamed(before[:step], after[:step], engine.tolerance, engine.noise)
        expected[step - 1] = before[step] * ratio_of_sums(before[:step], past, engine.recent, prior, engine.kin)
        if history.births is None:  # the entry base of a year is then the entrants of that year themselves
            known = dataclasses.replace(entrants, counts=entrants.counts[: step + 1])
            expected[step - 1, :, 0] = known.base(history.first + step + 1)
    fine: NDArray[np.bool_] = (expected > 0) & (after[1:] > 0) & ~fitted.own
    logs = np.log(np.where(fine, after[1:], 1.0) / np.where(fine, expected, 1.0))
    return np.where(fine, logs, np.nan), np.where(fine, expected, 0.0)


def _luck(ways: _Parts, alpha: float, beta: float) -> tuple[float, float]:
    """Alpha and beta of a grade's luck, the past against what is stated."""
    share = _weight(ways.cells, CASES)
    mixed = share * ways.chance + (1.0 - share) * beta
    return share * ways.cell + (1.0 - share) * alpha, float(np.clip(mixed, beta / WIDEST**2, beta * WIDEST**2))


def _scaled(wave: Wave, seen: float, share: float) -> Wave:
    """The wave with the size that the past shows of a year's news, ``share`` of the way."""
    if wave.sd <= 0:
        return wave
    ratio = share * seen / wave.sd**2 + 1.0 - share
    return dataclasses.replace(wave, sd=wave.sd * float(np.clip(np.sqrt(ratio), 1.0 / WIDEST, WIDEST)))


def _weight(cases: float, against: float) -> float:
    return cases / (cases + against)
