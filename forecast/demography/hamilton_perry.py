"""Hamilton-Perry: cohort-change ratios of the last years, children per woman (Hamilton and Perry 1962)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.axes import FEMALE, Floats, Population
from forecast.demography.courses import by_ratios
from forecast.demography.engine import Forecast, History, following
from forecast.demography.noise import TYPICAL, Draws, Noise
from forecast.demography.sampled import Sampled
from forecast.kernels.step import aged

MOTHERS = (20, 40)
"""Ages of the women, or of both sexes where they are not told apart, to whom children are related."""
RECENT = {1: 5, 5: 3}
"""Intervals that a ratio rests on, by width of a cell: five years of single ages, three overlapping ones of groups."""


def windows(width: int) -> int:
    """Intervals that a ratio of recent years rests on."""
    return RECENT.get(width, 3)


def ratios(
    history: History, most: int, prior: float, limit: float = 5.0, target: Floats | None = None
) -> tuple[Floats, Floats]:
    """Cohort-change ratios by age at the end of a step: of each area (area, sex, age), of all together (sex, age).

    most   pairs of stocks a cell's width apart that are summed: ratios of sums
    prior  persons with whose weight an area is pulled to all areas
    target what areas are pulled to in place of that (area, sex, age)

    Index 0 is 1; the last one carries the two oldest cells to the open one. Without such a pair the last two stocks
    serve, however far apart: the ratio of a cohort over n years becomes its n-th root a year. A ratio without people to
    start from is 1, none exceeds ``limit``.
    """
    pairs = history.pairs(most)
    if not pairs:
        first, last = history.last(2, "cohort ratios")
        apart = _yearly_ratios(first.people, last.people, last.year - first.year, limit)
        whole = [stock.people.sum(axis=0, keepdims=True) for stock in (first, last)]
        return apart, _yearly_ratios(whole[0], whole[1], last.year - first.year, limit)[0]
    end = np.sum([after.people for _, after in pairs], axis=0)
    before = np.sum([earlier.people for earlier, _ in pairs], axis=0)
    start = aged(before)
    parent = _divided(end.sum(axis=0), start.sum(axis=0))
    own = _divided(end + prior * (parent if target is None else target), start + prior)
    found = [np.clip(ratio, 1e-6, limit) for ratio in (own, parent)]
    for ratio in found:
        ratio[..., 0] = 1.0
    return found[0], found[1]


def _divided(end: Floats, start: Floats) -> Floats:
    return np.where(start > 0, end / np.where(start > 0, start, 1.0), 1.0)


def mothers(stock: Population, people: Floats) -> Floats:
    """Potential mothers (..., area) among people (..., area, sex, age) cut like a stock."""
    chosen = people[..., FEMALE, :] if people.shape[-2] == 2 else people[..., 0, :]
    return np.asarray(chosen[..., stock.cells(*MOTHERS)].sum(axis=-1))


@dataclass(frozen=True, slots=True)
class HamiltonPerry:
    """Ratios as ratios of sums over the last years, pulled to all areas' with the weight of ``prior`` persons.

    limit  no ratio exceeds it

    Two stocks further apart than a cell is wide will do: a cohort's ratio over n years becomes its n-th root a year.
    """

    limit: float = 5.0
    prior: float = 0.0
    noise: Noise = TYPICAL

    def fit(self, history: History) -> FittedHamiltonPerry:
        """Two stocks are needed; a ratio without people to start from is 1."""
        last = history.last(2, "Hamilton-Perry")[-1]
        step, whole = ratios(history, windows(last.width), self.prior, self.limit)
        recent = [after for _, after in history.pairs(windows(last.width))] or [last]
        infants = np.sum([stock.people[..., 0] for stock in recent], axis=0)
        women = np.sum([mothers(stock, stock.people) for stock in recent], axis=0)
        return FittedHamiltonPerry(self, last, step, whole, infants / np.maximum(women, 1e-9)[:, None])


def _yearly_ratios(first: Floats, last: Floats, gap: int, limit: float) -> Floats:
    """Ratio a year by age at its end (area, sex, age), index 0 unused; the open cohort starts ``gap`` years below."""
    ages = first.shape[-1]
    start = np.concatenate(
        [first[..., : ages - gap - 1], first[..., ages - gap - 1 :].sum(axis=-1, keepdims=True)], axis=-1
    )
    change = np.where(start > 0, last[..., gap:] / np.where(start > 0, start, 1.0), 1.0)
    yearly = np.clip(change, 1e-6, limit) ** (1.0 / gap)
    end = np.arange(ages - gap) + gap
    middle = np.maximum(end - gap / 2.0, 1.0)
    flat = yearly.reshape(-1, ages - gap)
    return np.stack([np.interp(np.arange(ages), middle, row) for row in flat]).reshape(*first.shape)


@dataclass(frozen=True, slots=True, eq=False)
class FittedHamiltonPerry:
    """The launch stock, and what carries it on.

    ratios     of cohorts a step (area, sex, age);  whole  of all areas together (sex, age)
    per_woman  infants of each sex (area, sex)
    """

    engine: HamiltonPerry
    launch: Population
    ratios: Floats
    whole: Floats
    per_woman: Floats

    def predict(self, years: range) -> Forecast:
        """Cohorts times their ratio; infants from women of 20-39."""
        span = following(self.launch.year, years, self.launch.width)
        people = [self.launch.people]
        for _ in years:
            after = aged(people[-1]) * self.ratios
            after[..., 0] = mothers(self.launch, after)[:, None] * self.per_woman
            people.append(after)
        return Forecast(self.launch.areas, span, np.stack(people))

    def sample(self, years: range, draws: Draws, scale: float = 1.0) -> Sampled:
        """Trajectories around the forecast; ``scale`` multiplies every shock."""
        expected = self.predict(years).people
        along = np.repeat(self.ratios[None], len(expected) - 1, axis=0)
        return by_ratios(self.launch, expected, along, self.whole, self.engine.noise, draws, scale)
