"""How far pupils on record stray on trajectories: as their schools' own record shows, cohort by cohort.

Whoever was on record as a pupil strays by the moves and the luck that the past of the schools sizes (as where grade
progression is scored, ``pupils.unrest``), not by those of all people of his age; whoever enters later is a child of the
trajectory, and the ratio of entry has its own luck besides. Moves follow the normals of the run's moves, year by year,
so that districts move together and with their people.

    log pupils on record = sum of moves since the launch + root(V) z      V: alpha + beta / pupils of every step since
    log pupils to enter  =                                 root(V) z      V: the same of the grades that cohorts enter
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.axes import Floats
from forecast.demography.noise import MOVES, Draws, Noise, Wave
from forecast.kernels.philox import STREAMS
from forecast.services.pupils.rolls import mobility
from forecast.services.pupils.unrest import Unrest, unrest
from forecast.services.school.chains import ENGINE, History, alike, rolls_of
from forecast.services.school.course import BandCourse, SchoolCourse
from forecast.services.school.rates import NONE, Ints, histories


@dataclass(frozen=True, slots=True, eq=False)
class Sizes:
    """Of one band and area.

    shared, own  moves of a year, of all areas together and of the area alone
    alpha, beta  variance that a cohort's log gains as it comes into a grade: alpha + beta / pupils   (grade,)
    anew         whether a grade is the first of a school, for all cohorts that enter                 (grade,)
    alike        share of that luck which cohorts that enter one after the other have in common
    """

    shared: Wave
    own: Wave
    alpha: Floats
    beta: Floats
    anew: Floats
    alike: float


@dataclass(frozen=True, slots=True, eq=False)
class _Ages:
    """One area by age, from the youngest pupil on.

    last         last school year on record, ``NONE`` where none is (age,)
    alpha, beta  as in ``Sizes``, 0 where nothing is on record     (age,)
    anew         whether cohorts enter a school on record          (age,)
    pupils       of the course                                     (year, age)
    """

    last: Ints
    alpha: Floats
    beta: Floats
    anew: NDArray[np.bool_]
    pupils: Floats


class Stray:
    """Of all areas of one run; the factors of an area are worked out when they are asked for."""

    def __init__(self, course: SchoolCourse, noise: Noise, draws: Draws, wild: Floats) -> None:
        """Sizes are taken once.

        wild  what the shocks that all areas share are multiplied by on each trajectory (draw,)
        """
        self._course, self._noise, self._draws, self._wild = course, noise, draws, wild
        self.youngest = min(item.band.first for item in course.bands.values())
        found = {name: sizes(course, item, noise) for name, item in course.bands.items()}
        self._sizes: Mapping[str, Mapping[int, Sizes]] = found
        routes = () if course.attendance is None else course.attendance.routes
        self._asked_again = {route.destination for route in routes if route.origin != route.destination}
        self._kept: dict[int, Floats] = {}
        steps = len(course.years) - 1
        self._shared = draws.normals(draws.parent, max(steps, 2))[MOVES, :steps]

    def of(self, area: int) -> Floats:
        """What the children of an age in each year are multiplied by (year, age from the youngest on, draw)."""
        if area not in self._asked_again:
            return self._worked_out(area)
        if area not in self._kept:
            self._kept[area] = self._worked_out(area)
        return self._kept[area]

    def _worked_out(self, area: int) -> Floats:
        course, years = self._course, self._course.years
        taught = course.taught - self.youngest
        ages = self._by_age(area, taught)
        out = np.ones((len(years), taught, len(self._draws.numbers)))
        if not ages.last.any():
            return out
        drifts, band = self._drifts(area, taught)
        z = self._luck(area, ages)
        moved, known = np.zeros((taught, out.shape[2])), np.zeros(taught, dtype=np.bool_)
        variance = np.zeros(taught)
        for place, year in enumerate(years):
            for kept in (moved, known, variance):  # everybody is a year older
                kept[1:] = kept[:-1].copy()
                kept[0] = 0
            sure = (year <= ages.last) & (ages.last > NONE)
            known |= sure
            moved[sure], variance[sure] = 0.0, 0.0
            later = known & ~sure
            if place:
                moved[later] += drifts[band[later], place - 1]
            gained = ages.alpha + ages.beta / np.maximum(ages.pupils[place], 1.0)
            news = later | (~known & ages.anew)
            variance += np.where(news, gained, 0.0)
            fresh, as_before = np.flatnonzero(news), np.flatnonzero(~known & ~ages.anew & (variance > 0))
            out[place, as_before] = out[place - 1, as_before - 1]
            if fresh.size:
                luck = np.sqrt(variance[fresh])[:, None] * z[place - fresh + taught - 1] + moved[fresh]
                luck -= 0.5 * variance[fresh][:, None]
                out[place, fresh] = np.exp(luck, out=luck)
        return out

    def _by_age(self, area: int, taught: int) -> _Ages:
        last, anew = np.zeros(taught, dtype=np.int64), np.zeros(taught, dtype=np.bool_)
        alpha, beta = np.zeros(taught), np.zeros(taught)
        pupils = np.ones((len(self._course.years), taught))
        for name, item in self._course.bands.items():
            start = item.band.first - self.youngest
            ages = slice(start, start + item.band.grades)
            last[ages] = item.rates.launch[area]
            pupils[:, ages] = item.pupils[:, area]
            if area in self._sizes[name]:
                size = self._sizes[name][area]
                alpha[ages], beta[ages], anew[ages] = size.alpha, size.beta, size.anew > 0
        return _Ages(last, alpha, beta, anew, pupils)

    def _drifts(self, area: int, taught: int) -> tuple[Floats, Ints]:
        """What moves add to the log of pupils in a year (band, step, draw), and which band's an age follows (age,).

        Ages of a band without a record follow the band below, or else the one above.
        """
        years, code = self._course.years, self._course.areas[area]
        normals = self._draws.normals(code, len(years) - 1)[MOVES]
        counted = [
            (item, self._sizes[name][area]) for name, item in self._course.bands.items() if area in self._sizes[name]
        ]
        found, band = [], np.zeros(taught, dtype=np.int64)
        for number, (item, size) in enumerate(counted):
            first = int(item.rates.launch[area].max()) - years[0]
            found.append(self._drift(size, normals, first))
            band[item.band.first - self.youngest :] = number
        return np.stack(found), band

    def _drift(self, size: Sizes, normals: Floats, first: int) -> Floats:
        """Of one band (step, draw), so that the mean of pupils stays where it was; nothing up to the launch."""
        path = self._wild * size.shared.path(self._shared, first) + size.own.path(normals, first)
        steps = np.maximum(np.arange(len(path)) - first + 1, 0)
        shared, own = (_walked(wave, len(path))[steps] for wave in (size.shared, size.own))
        variance = shared[:, None] * self._wild**2 + own[:, None]
        return np.asarray(path - 0.5 * np.diff(variance, axis=0, prepend=0.0))

    def _luck(self, area: int, of: _Ages) -> Floats:
        """Standard normals of each cohort, the one that is oldest at first being the first (cohort, draw).

        Cohorts that are yet to enter have a share in common, and so have those that choose anew at the same grade.
        """
        taught, first = len(of.last), self._course.years[0]
        cohorts = len(self._course.years) + taught - 1
        name = f"{self._course.areas[area]}, pupils"
        z = self._draws.normals(f"{name} by chance", -(-cohorts // STREAMS))
        own = z.transpose(1, 0, 2).reshape(-1, z.shape[-1])[:cohorts]
        share = max((found[area].alike for found in self._sizes.values() if area in found), default=0.0)
        if share == 0.0:
            return own
        borders, kinds = np.flatnonzero(of.anew), np.zeros(cohorts, dtype=np.int64)
        recorded = np.flatnonzero(of.last)
        for cohort in range(cohorts):
            born = first + cohort - (taught - 1)  # the year in which it was of the youngest age, or would have been
            seen = recorded[born + recorded <= of.last[recorded]]
            if seen.size:
                ahead = np.flatnonzero(borders > seen.max())
                kinds[cohort] = 1 + int(ahead[0]) if ahead.size else -1
        common = self._draws.normals(f"{name}, one kind", max(len(borders) + 1, 2))[MOVES][kinds]
        mixed = np.sqrt(1.0 - share) * own + np.sqrt(share) * common
        return np.where((kinds < 0)[:, None], own, mixed)


def sizes(course: SchoolCourse, item: BandCourse, noise: Noise) -> Mapping[int, Sizes]:
    """Of a band by area; general and vocational schools at the size of the one with more pupils."""
    band, years = item.band, course.years
    found, _ = histories(band, course.kinds, course.counted.rolls, course.areas, years)
    out: dict[int, tuple[float, Sizes]] = {}
    for by_area in found.values():
        kinds = {
            area: (
                bool(item.rates.fed[area, one.grades.start]),
                tuple(lengths[area] for lengths in band.lengths.values()),
            )
            for area, one in by_area.items()
        }
        for group in alike(by_area, kinds):
            rolls, _ = rolls_of(group, item.base, years, item.rates.entry[:, :, group[0].grades.start])
            size = _size(item, group[0], unrest(ENGINE.fit(rolls), noise, *_moving(item, group[0])))
            for one in group:
                weight = float(np.nansum(one.pupils[-1]))
                if weight >= out.get(one.area, (0.0, size))[0]:
                    out[one.area] = weight, size
    return {area: size for area, (_, size) in out.items()}


def _moving(item: BandCourse, one: History) -> tuple[float, tuple[int, ...]]:
    """Mobility of a chain's grades, and those that begin in another school."""
    grades, band = one.grades, item.band
    starts = (band.start(service, one.area) - grades.start for service in band.services)
    anew = tuple(start for start in starts if 0 < start < grades.stop - grades.start)
    return mobility(band.first + grades.start, grades.stop - grades.start), anew


def _size(item: BandCourse, one: History, found: Unrest) -> Sizes:
    mobile, others = _moving(item, one)
    width, grades = item.band.grades, one.grades
    alpha, beta, anew = np.zeros(width), np.zeros(width), np.zeros(width)
    alpha[grades], beta[grades] = found.alpha, found.beta
    anew[[grades.start, *(grades.start + other for other in others)]] = 1.0
    shared, own = (
        Wave(wave.sd * mobile, wave.kept, wave.run) for wave in (found.noise.moves.shared, found.noise.moves.own)
    )
    return Sizes(shared, own, alpha, beta, anew, found.alike)


def _walked(wave: Wave, steps: int) -> Floats:
    """Variance of the sum of a series after 0, 1 .. steps (step + 1,)."""
    return np.concatenate([np.zeros(1), np.cumsum((wave.sd * np.cumsum(wave.answer(steps))) ** 2)])
