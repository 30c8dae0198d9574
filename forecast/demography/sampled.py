"""Trajectories: many courses that a forecast may take, worked out one area at a time when they are asked for.

Law 3 orders the axes of what is kept: (draw, year, area, sex, age). Inside, draws stand last, because they are carried
side by side and sorted for quantiles; names of axes tell which is which.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from forecast.axes import AGE, SEX, Floats
from forecast.demography.noise import BIRTHS, DEATHS, Draws, Noise, Onset, Shared
from forecast.demography.parity_sampled import Bearing
from forecast.demography.policy import Acting
from forecast.kernels.parity import Apart, Progress
from forecast.kernels.paths import Cells, Course, Groups, Shocks, cells, sums


class Trajectories(Protocol):
    """What ``Fitted.sample`` gives: nothing is computed before an area is asked for."""

    @property
    def areas(self) -> tuple[str, ...]:
        """Codes, in order."""
        ...

    @property
    def years(self) -> range:
        """The launch year first."""
        ...

    def people(self, area: int) -> Floats:
        """People of one area (year, sex, age, draw)."""
        ...

    def sums(self, area: int, groups: Groups) -> Floats:
        """People of some groups of cells, both sexes (group, year, draw), without keeping the cells."""
        ...


@dataclass(frozen=True, eq=False)
class Sampled:
    """Trajectories of an engine that carries cohorts.

    course  the expected course of all areas; its kernel works on one area at a time
    noise   by step of the course, not by year
    apart   a stock that no trajectory changes, added to the people (year, area, sex, age); None: nobody
    record  births on record by age of mother (step, area, age), the same on every trajectory; None: none
    bearing women by number of children; None: the course's fertility serves all
    """

    areas: tuple[str, ...]
    years: range
    course: Course
    noise: Noise
    draws: Draws
    onset: Onset
    apart: Floats | None = None
    record: Floats | None = None
    bearing: Bearing | None = None

    @cached_property
    def shared(self) -> Shared:
        """The shocks that all areas share, drawn once."""
        return Shared(self.noise, self.draws, self.onset, len(self.years) - 1)

    @cached_property
    def acts(self) -> Acting | None:
        """Policies on each trajectory, drawn once."""
        return None if self.bearing is None else self.bearing.acts(self.draws)

    def shocks(self, area: int) -> Shocks:
        """All shocks of one area."""
        return self._progressed(area)[0]

    def _progressed(self, area: int) -> tuple[Shocks, Progress | None]:
        plain = self.shared.of(self.areas[area], self.course.start.shape[1], self.course.cohorts)
        if self.bearing is None or self.acts is None:
            return plain, None
        found = self.bearing.progress(area, plain.births, self.draws, self.acts)
        return self.bearing.shocks(plain, found, area), found

    def whole(self, area: int) -> tuple[Cells, Apart | None]:
        """Cells with all events, and births and women by order where the engine knows them."""
        shocks, found = self._progressed(area)
        kept = self._kept(area, shocks, events=True)
        if self.bearing is None or found is None:
            return kept, None
        return kept, self.bearing.orders(self.course, shocks, kept, found, area)

    def cells(self, area: int, *, events: bool = False) -> Cells:
        """People and births of one area, and with ``events`` deaths and migrants too; ``apart`` is not among them."""
        return self._kept(area, self.shocks(area), events=events)

    def _kept(self, area: int, shocks: Shocks, *, events: bool) -> Cells:
        found = cells(self.course, area, shocks, events=events)
        if events and self.record is not None:
            steps = min(len(self.record), len(found.by_mother))
            found.by_mother[:steps] = self.record[:steps, area, :, None]
        return found

    def people(self, area: int) -> Floats:
        """People of one area (year, sex, age, draw)."""
        found = self.cells(area).people
        return found if self.apart is None else found + self.apart[:, area, :, :, None]

    def sums(self, area: int, groups: Groups) -> Floats:
        """People of some groups of cells (group, year, draw), without keeping the cells."""
        found = sums(self.course, area, self.shocks(area), groups).groups
        return found if self.apart is None else found + _summed(self.apart[:, area], groups)[..., None]


@dataclass(frozen=True, eq=False)
class Walk:
    """How the size of areas strays where no cohorts are known: random walks of its log.

    shared, own  standard deviation of a year's news that all areas share, and of an area's own
    """

    shared: float
    own: float

    @classmethod
    def of(cls, totals: Floats, years: Floats, drift: Floats) -> Walk:
        """From totals (year, area) and the yearly log growth that a method expects (area,)."""
        gaps = np.diff(years)
        safe = np.where(totals > 0, totals, np.nan)
        news = (np.diff(np.log(safe), axis=0) - drift * gaps[:, None]) / np.sqrt(gaps)[:, None]
        if not np.isfinite(news).any():
            return cls(UNKNOWN, UNKNOWN)
        weight = np.where(np.isfinite(news), np.sqrt(np.nan_to_num(safe[1:])), 0.0)
        common = (np.nan_to_num(news) * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-9)
        rest = (news - common[:, None])[np.isfinite(news)]
        return cls(float(np.sqrt(np.mean(common**2))), float(np.sqrt(np.mean(rest**2))))


UNKNOWN = 0.02
"""Yearly news of a size of which only one stock is known."""


@dataclass(frozen=True, eq=False)
class Walked:
    """Trajectories of a method that knows no cohorts: its forecast times a random walk.

    expected  people (year, area, sex, age), the launch first
    """

    areas: tuple[str, ...]
    years: range
    expected: Floats
    walk: Walk
    draws: Draws
    scale: float = 1.0

    @cached_property
    def _shared(self) -> Floats:
        """The walk that all areas share (step, draw), drawn once."""
        return self._walked(self.draws.parent, BIRTHS, self.walk.shared)

    def _factor(self, area: int) -> Floats:
        steps, width = len(self.years) - 1, self.years.step
        strayed = self._shared + self._walked(self.areas[area], DEATHS, self.walk.own)
        variance = self.scale**2 * (self.walk.shared**2 + self.walk.own**2) * width * np.arange(1, steps + 1)
        factor = np.exp(strayed - 0.5 * variance[:, None])
        return np.concatenate([np.ones((1, factor.shape[1])), factor])

    def _walked(self, name: str, stream: int, sd: float) -> Floats:
        news = self.draws.normals(name, len(self.years) - 1)[stream]
        return np.asarray(np.cumsum(self.scale * sd * np.sqrt(self.years.step) * news, axis=0))

    def people(self, area: int) -> Floats:
        """People of one area (year, sex, age, draw)."""
        return np.asarray(self.expected[:, area, :, :, None] * self._factor(area)[:, None, None, :])

    def sums(self, area: int, groups: Groups) -> Floats:
        """People of some groups of cells (group, year, draw)."""
        return np.asarray(_summed(self.expected[:, area], groups)[..., None] * self._factor(area))


def _summed(people: Floats, groups: Groups) -> Floats:
    """People (year, sex, age) of groups of cells, both sexes (group, year)."""
    both = people.sum(axis=SEX)
    return np.stack([both[:, low:high].sum(axis=AGE) for low, high in groups])
