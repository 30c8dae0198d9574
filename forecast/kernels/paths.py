"""Many trajectories of one area: the cohort-component step with noise on births, deaths and moves.

Notation: P people at the start of a year, S survival ratio, Q what the noise on dying works on, G growth by net
migration, M mobility, f fertility, x cell of age, d trajectory. Of a year and a trajectory, zf multiplies the births,
1 + zd the probabilities of dying, and w is added to the net migration rate; each cohort has its luck e, which C turns
into growth:

    kept[x] = max(S[x] - Q[x] zd, 0)                E[x] = P[x - 1] kept[x], the last cell from the two oldest together
    births  = (given + sum of f[x] (P[x] + E[x]) / 2 over the women) zf            E[0] = newborn kept[0]
              with a bearing of its own: given zf + sum of (b0[x] P[x] + b1[x] E[x]) / 2
    people at the end = E[x] max(G[x] + M[x] w + C[x] e, 0)

Source: the step of ``forecast.kernels.step`` with migration as rates at the end and births by the survivors (Preston,
Heuveline and Guillot 2001, chapter 6), which it equals without noise.

A trajectory never looks at another and nothing is drawn here, so any part of the trajectories gives the same bytes.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from types import ModuleType
from typing import TypeVar

import numpy as np

from forecast.axes import Floats
from forecast.kernels import paths_numpy
from forecast.kernels.paths_numpy import Given, Integers
from forecast.kernels.twins import Engine, read_only

Groups = Sequence[tuple[int, int]]
J = TypeVar("J")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What the trajectories of several areas have in common. Axes marked * may have size 1: one for all, never copied.

    start      persons on 31 December                                        (area, sex, age), one sex or two
    survival   S: [0] birth to the first cell, [x] cell x - 1 to x, last: the
               two oldest together                                           (year*, area*, sex, age)
    dying      Q = (1 - S) times the share of it that the noise moves        (year*, area*, sex, age)
    growth     G = 1 + net migrants per survivor                             (year*, area*, sex, age)
    mobile     M: mobility of an age beside the others                       (year*, area*, sex, age), or without
                                                                             area, or without both
    fertility  births per woman and year; never of the first or last cell    (year*, area*, age)
    given      births from outside, beside those of ``fertility``            (year, area*)
    boys       share of boys among births, not read for one sex              (year*,)
    chance     C: growth of a cell for one unit of its cohort's luck           (year*, area*, sex, age); 0 by default
    """

    start: Floats
    survival: Floats
    dying: Floats
    growth: Floats
    mobile: Floats
    fertility: Floats
    given: Floats
    boys: Floats
    chance: Floats = field(default_factory=lambda: np.zeros(()))

    def __post_init__(self) -> None:
        if np.ndim(self.chance) == 0:
            object.__setattr__(self, "chance", np.full((1, 1, *np.shape(self.start)[1:]), float(self.chance)))
        lead = {2: (None, None), 3: (slice(None), None)}.get(np.ndim(self.mobile), ())
        object.__setattr__(self, "mobile", np.asarray(self.mobile)[lead])
        for name in self.__slots__:
            object.__setattr__(self, name, read_only(getattr(self, name)))
        if self.start.ndim != 3 or self.start.shape[1] not in (1, 2) or self.start.shape[2] < 2:
            raise ValueError(f"start of shape {self.start.shape} is not (areas, 1 or 2 sexes, 2 or more ages)")
        if self.given.ndim != 2:
            raise ValueError(f"given of shape {self.given.shape} is not (years, areas)")
        faults = [fault for name in self.__slots__[1:] for fault in self._faults(name)]
        if faults:
            raise ValueError("; ".join(faults))

    def _faults(self, name: str) -> Iterator[str]:
        """What is wrong with the shape of one array."""
        areas, sexes, ages = self.start.shape
        cells = {"fertility": (ages,), "given": (), "boys": ()}.get(name, (sexes, ages))
        lead = (self.years,) if name == "boys" else (self.years, areas)
        shape = getattr(self, name).shape
        fits = all(have in (1, want) for have, want in zip(shape, lead, strict=False))
        if len(shape) != len(lead + cells) or shape[len(lead) :] != cells or not fits:
            wanted = ", ".join([*(f"{size} or 1" for size in lead), *map(str, cells)])
            yield f"{name} of shape {shape} is not ({wanted})"

    @property
    def years(self) -> int:
        """Years that are projected."""
        return len(self.given)

    @property
    def cohorts(self) -> int:
        """Cohorts that are alive in any year: those of the start and one a year more."""
        return int(self.start.shape[2]) + self.years

    @property
    def arrays(self) -> Given:
        """The arrays for the kernels."""
        rates = (self.survival, self.dying, self.growth, self.mobile, self.chance)
        return self.start, rates, self.fertility, self.given, self.boys

    def fertile(self, area: int) -> tuple[int, int]:
        """First cell and end of the cells in which women of an area bear in any year."""
        rates = self.fertility[:, min(area, self.fertility.shape[1] - 1), 1:-1]
        cells = np.flatnonzero(np.any(rates != 0.0, axis=0)) + 1
        return (int(cells[0]), int(cells[-1]) + 1) if len(cells) else (1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Shocks:
    """Noise of one area, (year, draw) each but for the luck.

    births  factor of the births, above 0; 1 without noise
    dying   factor of the probabilities of dying less 1, from -1; 0 without noise
    moves   added to the net migration rate of an age of mobility 1; 0 without noise
    luck    of each cohort, the last born first; 0 without noise     (sex, cohort, draw), or empty for none
    bearing b0 and b1: births per woman in a cell at the start and at the end, from cell ``first`` on, in place of the
            course's fertility and of ``births``, which then multiplies births given alone   (year, half, cell, draw)
    first   the first cell of ``bearing``
    """

    births: Floats
    dying: Floats
    moves: Floats
    luck: Floats = field(default_factory=lambda: np.zeros((0, 0, 0)))
    bearing: Floats = field(default_factory=lambda: np.zeros((0, 2, 0, 0)))
    first: int = 1

    def __post_init__(self) -> None:
        for name in self.__slots__[:5]:
            object.__setattr__(self, name, read_only(getattr(self, name)))
        shapes = {getattr(self, name).shape for name in self.__slots__[:3]}
        if len(shapes) != 1 or self.births.ndim != 2:
            raise ValueError(f"shocks of shapes {sorted(shapes)} are not of one shape (years, draws)")
        if not (self.births > 0.0).all() or not (self.dying >= -1.0).all() or not np.isfinite(self.moves).all():
            raise ValueError("shocks: births must be above 0, dying from -1, moves finite")
        years, draws = self.births.shape
        if self.bearing.size and (self.bearing.shape[:2], self.bearing.shape[3:]) != ((years, 2), (draws,)):
            raise ValueError(f"bearing of shape {self.bearing.shape} is not ({years}, 2, cells, {draws})")
        if not (self.bearing >= 0.0).all() or not np.isfinite(self.bearing).all():
            raise ValueError("bearing: births per woman must be finite and not negative")


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """All trajectories of one area, cell by cell. Events hold no year where they were not asked for.

    people     persons on 31 December; ``people[0]`` is the start      (year + 1, sex, age, draw)
    births     births of a year                                        (year, draw)
    by_mother  births by cell of the mother, those given left out      (year, age, draw)
    deaths     cohort deaths by cell at the end                        (year, sex, age, draw)
    migrants   net migrants by cell at the end                         (year, sex, age, draw)
    """

    people: Floats
    births: Floats
    by_mother: Floats
    deaths: Floats
    migrants: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Sums over cells and both sexes of one area, trajectory by trajectory.

    groups  persons on 31 December, the first year the start    (group, year + 1, draw)
    births  births of a year                                    (year, draw)
    """

    groups: Floats
    births: Floats


def cells(course: Course, area: int, shocks: Shocks, events: bool = False, engine: Engine = "numba") -> Cells:
    """Every cell of one area (its position in ``course``); ``events``: births by mother, deaths and migrants too."""
    noise = _noise(course, area, shocks)
    years, draws = shocks.births.shape
    _, sexes, ages = course.start.shape
    kept = years if events else 0
    out = Cells(
        people=np.empty((years + 1, sexes, ages, draws)),
        births=np.empty((years, draws)),
        by_mother=np.empty((kept, ages, draws)),
        deaths=np.empty((kept, sexes, ages, draws)),
        migrants=np.empty((kept, sexes, ages, draws)),
    )
    written = (out.by_mother, out.deaths, out.migrants)
    fertile = _fertile(course, area, shocks)
    _kernel(engine).cells(course.arrays, area, noise, shocks.bearing, fertile, out.people, out.births, written)
    return out


def sums(course: Course, area: int, shocks: Shocks, groups: Groups, engine: Engine = "numba") -> Sums:
    """Sums of one area over ``groups``, each a first cell and the one after its last; cells are not stored."""
    noise = _noise(course, area, shocks)
    years, draws = shocks.births.shape
    place, spans = _parts(groups, course.start.shape[2])
    if shocks.bearing.size:
        whole = cells(course, area, shocks, engine=engine)
        return Sums(np.stack([whole.people[:, :, low:high].sum(axis=(1, 2)) for low, high in groups]), whole.births)
    out = Sums(np.empty((len(groups), years + 1, draws)), np.empty((years, draws)))
    _kernel(engine).sums(course.arrays, area, noise, course.fertile(area), place, spans, out.groups, out.births)
    return out


def blocks(jobs: Iterable[J], work: Callable[[J], R], threads: int | None = None) -> Iterator[R]:
    """Results of ``work`` in the order of the jobs; no more than two jobs a thread are begun ahead of the reader."""
    workers = threads or os.cpu_count() or 1
    if workers < 2:
        yield from map(work, jobs)
        return
    waiting: deque[Future[R]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        for job in jobs:
            waiting.append(pool.submit(work, job))
            if len(waiting) >= 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _kernel(engine: Engine) -> ModuleType:
    if engine == "numpy":
        return paths_numpy
    from forecast.kernels import paths_numba

    return paths_numba


def _fertile(course: Course, area: int, shocks: Shocks) -> tuple[int, int]:
    """First cell and end of those whose women bear."""
    if not shocks.bearing.size:
        return course.fertile(area)
    end = shocks.first + shocks.bearing.shape[2]
    if not 1 <= shocks.first < end < course.start.shape[2]:
        raise ValueError(f"cells {shocks.first} to {end} hold the first or the last cell: nobody bears there")
    return shocks.first, end


def _noise(course: Course, area: int, shocks: Shocks) -> paths_numpy.Noise:
    """The shocks for the kernel, which checks nothing itself."""
    areas = len(course.start)
    if not 0 <= area < areas:
        raise ValueError(f"area {area} is not one of {areas}")
    if len(shocks.births) != course.years or not shocks.births.shape[1]:
        raise ValueError(f"shocks of shape {shocks.births.shape} are not ({course.years}, 1 or more draws)")
    wanted = (course.start.shape[1], course.cohorts, shocks.births.shape[1])
    luck = shocks.luck if shocks.luck.size else np.zeros(wanted)
    if luck.shape != wanted:
        raise ValueError(f"luck of shape {luck.shape} is not {wanted}")
    return shocks.births, shocks.dying, shocks.moves, read_only(luck)


def _parts(groups: Groups, ages: int) -> tuple[Integers, Integers]:
    """Cut the cells where any group begins or ends, so that a cell is added once however many groups hold it."""
    wrong = [group for group in groups if not 0 <= group[0] < group[1] <= ages]
    if wrong or not groups:
        raise ValueError(f"groups {wrong} are not ranges of {ages} cells" if wrong else "no groups to sum over")
    borders = sorted({0, ages, *(border for group in groups for border in group)})
    place = np.repeat(np.arange(len(borders) - 1), np.diff(borders))
    return place, np.array([[borders.index(border) for border in group] for group in groups])
