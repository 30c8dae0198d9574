"""Trajectories of pupils by grade: shocks of births and moves as those of people, on the course of a forecast.

A grade is a cell of age: pupils move from grade to grade, the last grade leaves. Births that are known carry no shock.
Whoever repeats a grade shares the luck of those who come up from the grade below.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from forecast.axes import Floats
from forecast.demography.courses import centred
from forecast.demography.migration import model_schedule
from forecast.demography.noise import SHAPE, Draws, Noise, Onset, Wave
from forecast.demography.sampled import Sampled
from forecast.kernels.paths import Course, Groups, Shocks, cells, sums
from forecast.services.pupils.progression import FittedProgression
from forecast.services.pupils.unrest import Unrest, stated, unrest

LIFE = 85
"""Ages over which mobility is 1 on average: about those of a population."""


@dataclass(frozen=True, eq=False)
class Rolls(Sampled):
    """Trajectories of pupils, whose cohorts have a share of their luck in common (``Unrest.alike``).

    alike  the share
    kinds  by cohort, the last to enter first: cohorts of one kind share it; -1: a cohort has luck of its own alone
    later  courses of those who come to grades of their own, by grade; their cells begin there
    """

    alike: float = 0.0
    kinds: tuple[int, ...] = ()
    later: Mapping[int, Course] = field(default_factory=dict)

    def shocks(self, area: int) -> Shocks:
        """All shocks of one area."""
        found = super().shocks(area)
        if self.alike == 0.0 or not found.luck.size:
            return found
        kind = np.array(self.kinds)
        common = self.draws.normals(f"{self.areas[area]}, one kind", kind.max() + 1)[SHAPE][kind]
        mixed = np.sqrt(1.0 - self.alike) * found.luck + np.sqrt(self.alike) * common
        return replace(found, luck=np.where((kind < 0)[:, None], found.luck, mixed))

    def people(self, area: int) -> Floats:
        """Pupils of one area (year, 1, grade, draw)."""
        found = super().people(area).copy()
        for grade, course in self._later(area):
            found[:, :, grade:] += cells(course, area, _from(self.shocks(area), grade)).people
        return found

    def sums(self, area: int, groups: Groups) -> Floats:
        """Pupils of some groups of grades (group, year, draw)."""
        found = super().sums(area, groups).copy()
        for grade, course in self._later(area):
            there = [place for place, (_, end) in enumerate(groups) if end > grade]
            if there:
                spans = [(max(groups[place][0] - grade, 0), groups[place][1] - grade) for place in there]
                found[there] += sums(course, area, _from(self.shocks(area), grade), spans).groups
        return found

    def _later(self, area: int) -> Iterator[tuple[int, Course]]:
        return ((grade, course) for grade, course in self.later.items() if course.given[:, area].any())


def _from(shocks: Shocks, grade: int) -> Shocks:
    """Shocks of those who come to a grade from outside: those of the cohort that is in it then."""
    births = np.ones_like(shocks.births)
    births[grade:] = shocks.births[: max(len(births) - grade, 0)]
    return replace(shocks, births=births, luck=shocks.luck[:, grade:])


def trajectories(
    fitted: FittedProgression,
    years: int,
    entry_age: int,
    noise: Noise,
    draws: Draws,
    *,
    transfers: Sequence[int] = (),
    scale: float = 1.0,
    adapts: bool = True,
) -> Rolls:
    """Pupils (year, 1, grade, draw) of each area; the cell after the last grade holds nobody.

    entry_age  age of the entry grade
    transfers  grades that begin in another school: families choose anew there, by chance as births come
    scale      multiplies every shock; 0 gives the forecast
    adapts     whether the past of the grades sizes moves and luck (``pupil_unrest``), or the noise alone

    Those who come to a grade of their own have the shocks of the cohort that is in it then. Entrants of year k have had
    k years of moves since the launch, up to those between birth and entry (``gathered``). A base that is given year by
    year (lag 0) has its moves in it.
    """
    course, grades = fitted.course(years), len(fitted.history.grades)
    mobile = mobility(entry_age, grades)
    size = unrest(fitted, noise, mobile, transfers) if adapts else stated(noise, grades, transfers)
    size = size.times(scale)
    moving = np.tile(np.append(np.full(grades, mobile), 0.0), (years, 1))
    moving[:, 0] *= gathered(size.noise.moves.own, years, _before_entry(fitted, entry_age))
    pupils = np.concatenate([fitted.launch[None], course.people])
    pupils = np.concatenate([pupils, np.zeros((*pupils.shape[:-1], 1))], axis=-1)
    before, kept = pupils[:-1, :, :-2], pupils[1:, :, 1:-1] - course.arrivals[..., 1:]
    ratio = np.zeros((years, *pupils.shape[1:]))
    ratio[..., 0] = 1.0
    ratio[..., 1:-1] = np.where(before > 0, kept / np.where(before > 0, before, 1.0), 0.0)
    there = _Way(pupils, ratio, moving, size)
    come = course.arrivals[..., 1:].any(axis=(0, 1))
    later = {int(grade): there.course(int(grade), course.arrivals[..., grade]) for grade in 1 + np.flatnonzero(come)}
    return Rolls(
        fitted.history.areas,
        range(fitted.history.launch, fitted.history.launch + years + 1),
        there.course(0, course.people[..., 0]),
        size.noise,
        draws,
        Onset(int(np.argmax(course.unborn)) if course.unborn.any() else years, years, 0),
        alike=size.alike,
        kinds=_kinds(years, grades, transfers),
        later=later,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """How pupils go on, and stray.

    pupils  expected, the launch first       (year + 1, area, cell)
    ratio   of a cell to the one before it   (year, area, cell)
    moving  mobility                         (year, cell)
    """

    pupils: Floats
    ratio: Floats
    moving: Floats
    size: Unrest

    def course(self, grade: int, given: Floats) -> Course:
        """The course of those who enter at a grade (year, area), and at the first one of those who are there."""
        pupils, ratio = self.pupils[:, :, None, grade:], self.ratio[:, :, None, grade:].copy()
        ratio[..., 0] = 1.0
        luck = _luck(pupils, self.size.alpha[grade:], self.size.beta[grade:])
        growth = _straightened(self.size.noise, self.moving[:, grade:])[:, None, None] * centred(luck, pupils)
        start = pupils[0] if grade == 0 else np.zeros_like(pupils[0])
        still = np.zeros((1, 1, *start.shape[1:]))
        moving = self.moving[:, None, None, grade:]
        return Course(start, ratio, still, growth, moving, still[:, :, 0], given, np.ones(1), luck * growth)


def _kinds(years: int, grades: int, transfers: Sequence[int]) -> tuple[int, ...]:
    """Kind of each cohort, the last to enter first: 0 enters, n chooses anew at the nth transfer, -1 neither."""
    ahead = [next((n for n, grade in enumerate(transfers, 1) if grade > now), -1) for now in range(grades + 1)]
    return (*[0] * years, *ahead)


def mobility(entry_age: int, grades: int) -> float:
    """Mobility at school age, the same in all grades, where it is 1 on average over life.

    The model schedule falls by half from 5 to 15; what ratios of grades miss does not, for it is choice of schools too.
    """
    schedule = model_schedule(LIFE)
    return float(schedule[entry_age : entry_age + grades].mean() / schedule.mean())


def gathered(wave: Wave, years: int, span: int) -> Floats:
    """Standard deviation of the sum of a series over its last ``span`` years beside that of its last year (year,).

    >>> gathered(Wave(1.0, 0.0), 3, 2).round(2)
    array([1.  , 1.41, 1.41])
    """
    answer = wave.answer(years)
    out = np.ones(years)
    for year in range(1, years + 1):
        sums = np.convolve(answer[:year], np.ones(max(min(span, year), 1)))[:year]
        out[year - 1] = np.sqrt((sums**2).sum() / (answer[:year] ** 2).sum())
    return out


def _before_entry(fitted: FittedProgression, entry_age: int) -> int:
    """Years of moves that lie between what is known of entrants and their entry."""
    return entry_age if fitted.history.births is None else round(fitted.history.lag)


def _luck(expected: Floats, alpha: Floats, beta: Floats) -> Floats:
    """Growth for one unit of a cohort's luck (step, area, 1, cell): each step adds what its deviation grows by.

    expected  pupils, the launch first (step + 1, area, 1, cell);  alpha, beta  of each grade, as in ``Unrest``
    """
    alpha, beta = (np.append(part, 0.0) for part in (alpha, beta))
    gains = np.zeros_like(expected[1:])
    variance = np.zeros_like(expected[0])
    for step, pupils in enumerate(expected[1:]):
        carried = np.zeros_like(variance)
        carried[..., 1:] = variance[..., :-1]
        variance = carried + alpha + beta / np.maximum(pupils, 1.0)
        gains[step] = np.sqrt(variance) - np.sqrt(carried)
    return gains


def _straightened(noise: Noise, moving: Floats) -> Floats:
    """What growth is multiplied by so that straying moves leave the mean of a cohort where it was (step, cell).

    moving  mobility of each cell at each step (step, cell). As ``courses.straightened``, for cohorts that leave.
    """
    steps, cells = moving.shape
    wild = noise.freedom / (noise.freedom - 2.0) if np.isfinite(noise.freedom) else 1.0
    variance = np.zeros((steps + 1, cells))
    for wave, size in ((noise.moves.shared, wild), (noise.moves.own, 1.0)):
        answer = wave.answer(steps)
        along = np.zeros((steps, cells))  # how far each step's news has moved each cohort so far
        for step in range(steps):
            along[:, 1:] = along[:, :-1].copy()
            along[:, 0] = 0.0
            along[: step + 1] += answer[step - np.arange(step + 1)][:, None] * moving[step]
            variance[step + 1] += size * wave.sd**2 * (along**2).sum(axis=0)
    grown = variance[1:].copy()
    grown[:, 1:] -= variance[:-1, :-1]
    return np.exp(-0.5 * np.maximum(grown, 0.0))
