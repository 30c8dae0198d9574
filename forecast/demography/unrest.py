"""How restless a system of areas has been: its own past makes the shocks of trajectories wider or narrower.

Sizes of shocks come from several countries (``noise``); calm ones and restless ones differ by a factor of two or three.
What the last fifteen years of a system show beside what the stated shocks would have shown scales them: fully where
many areas speak (their own part), with the weight of the independent years where all share one series.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats, Population
from forecast.demography.noise import Noise, Stream, Wave
from forecast.kernels.spread import by_size, independent

YEARS = 8.0
"""Independent years with whose weight the stated size of a shared shock stands."""
CASES = 60.0
"""Cases with whose weight the stated size of the areas' own shock stands."""
WIDEST = 3.0
"""No size is multiplied by more, or divided."""
MOVERS, OLD = (10, 55), (65, None)
"""Ages at which moves, and deaths, show."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Variances that a past showed, beside those that a unit of variance of the news would show.

    shared, own  variance of the part that all areas share, and of an area's own whatever its size
    chance       further variance of an area's part, times its persons
    answer       variance shown for a unit of variance of the news
    years, cases what they rest on
    """

    shared: float
    own: float
    chance: float
    shared_answer: float
    own_answer: float
    years: float
    cases: float

    def scaled(self, stream: Stream) -> Stream:
        """The stream at the size that the past showed, as far as it can tell."""
        shared = _scaled(stream.shared, self.shared, self.shared_answer, self.years / (self.years + YEARS))
        return Stream(shared, _scaled(stream.own, self.own, self.own_answer, self.cases / (self.cases + CASES)))


def _scaled(wave: Wave, seen: float, answer: float, weight: float) -> Wave:
    stated = wave.sd**2 * answer
    if stated <= 0:
        return wave
    ratio = weight * seen / stated + (1.0 - weight)
    return dataclasses.replace(wave, sd=wave.sd * float(np.clip(np.sqrt(ratio), 1.0 / WIDEST, WIDEST)))


def adapted(noise: Noise, pairs: list[tuple[Population, Population]], ratios: Floats, mobile: Floats) -> Noise:
    """The noise at the size that pairs of stocks a cell's width apart show; as stated where there are few.

    ratios  mean cohort ratios of those pairs (area, sex, age);  mobile  mobility of each cell (sex, age)
    """
    if len(pairs) < 4:
        return noise
    width = pairs[-1][1].width
    moves = _cohorts(noise.moves, pairs, ratios, MOVERS, mobile, summed=True)
    hazard = np.maximum(-np.log(np.maximum(ratios.mean(axis=0), 1e-9)), 0.0)
    deaths = _cohorts(noise.deaths, pairs, ratios, OLD, hazard, summed=False)
    births = _births(noise.births, pairs, width)
    weight = moves.cases / (moves.cases + CASES)
    chance = weight * moves.chance / width + (1.0 - weight) * noise.chance
    return dataclasses.replace(
        noise,
        chance=float(np.clip(chance, noise.chance / WIDEST, noise.chance * WIDEST**2)),
        births=births.scaled(noise.births),
        deaths=deaths.scaled(noise.deaths),
        moves=moves.scaled(noise.moves),
    )


def _cohorts(
    stream: Stream,
    pairs: list[tuple[Population, Population]],
    ratios: Floats,
    ages: tuple[int, int | None],
    answer: Floats,
    *,
    summed: bool,
) -> Shown:
    """What cohorts of some ages strayed from their mean ratios, and how they would answer to the shocks of a stream."""
    width = pairs[-1][1].width
    here = slice(-(-ages[0] // width) + 1, None if ages[1] is None else ages[1] // width)
    expected = np.stack([(first.people[..., here.start - 1 : -1] * ratios[..., here.start :]) for first, _ in pairs])
    expected = expected[..., : None if here.stop is None else here.stop - here.start]
    actual = np.stack([after.people[..., here] for _, after in pairs])
    if here.stop is None:
        expected, actual = expected[..., :-1], actual[..., :-1]
    weight = expected.sum(axis=(0, 1)) / max(float(expected.sum()), 1e-9)
    unit = float((weight * answer[..., here][..., : weight.shape[-1]]).sum()) ** 2
    logs, persons = _logs(actual.sum(axis=(-2, -1)), expected.sum(axis=(-2, -1)))
    centre = _without(len(pairs), 1 if summed else 2)
    shared, own, chance, cases = _parted(centre @ logs, persons)
    return Shown(
        shared,
        own,
        chance,
        unit * _answer(stream.shared, width, centre, summed=summed),
        unit * _answer(stream.own, width, centre, summed=summed),
        independent(len(pairs), width),
        cases / width,
    )


def _without(pairs: int, terms: int) -> Floats:
    """What takes out the mean of a series, or with two terms the straight line that it followed (pair, pair)."""
    time = np.linspace(-1.0, 1.0, pairs)
    basis = np.linalg.qr(np.stack([time**power for power in range(terms)], axis=1))[0]
    return np.asarray(np.eye(pairs) - basis @ basis.T)


def _answer(wave: Wave, width: int, centre: Floats, *, summed: bool) -> float:
    """Mean variance that a wave with news of variance 1 would show in pairs of consecutive years, mean taken out.

    The sum over the years of each pair, or their mean; they overlap from pair to pair.
    """
    pairs = len(centre)
    years = pairs + width - 1
    kept = min(wave.kept, 0.98)
    alike = kept ** np.abs(np.subtract.outer(np.arange(years), np.arange(years))) / (1.0 - kept**2)
    over = np.zeros((pairs, years))
    for place in range(pairs):
        over[place, place : place + width] = 1.0 if summed else 1.0 / width
    seen = centre @ over @ alike @ over.T @ centre
    return float(np.trace(seen) / pairs)


def _births(stream: Stream, pairs: list[tuple[Population, Population]], width: int) -> Shown:
    """Changes of children per potential parent from one stock to the next a cell's width on."""
    changes = []
    persons = []
    for first, after in pairs:
        per = [_per_parent(stock) for stock in (first, after)]
        changes.append(per[1] - per[0])
        persons.append(0.5 * after.people[..., 0].sum(axis=-1))
    logs = np.stack(changes)
    shared, own, chance, cases = _parted(logs, np.stack(persons))
    answers = []
    for wave in (stream.shared, stream.own):
        stepped = wave.over(width, summed=False)
        answers.append((stepped.sd / wave.sd) ** 2 / (1.0 - stepped.run**2) if wave.sd else 0.0)
    return Shown(shared, own, chance, answers[0], answers[1], independent(len(pairs), width), cases / width)


def _per_parent(stock: Population) -> Floats:
    """Log of children in the first cell per person of 20-39 (area,)."""
    parents = stock.people[..., stock.cells(20, 40)].sum(axis=(-2, -1))
    children = stock.people[..., 0].sum(axis=-1)
    return np.asarray(np.log(np.maximum(children, 0.5) / np.maximum(parents, 0.5)))


def _logs(actual: Floats, expected: Floats) -> tuple[Floats, Floats]:
    fine = (actual > 0) & (expected > 0)
    return np.where(fine, np.log(np.where(fine, actual, 1.0) / np.where(fine, expected, 1.0)), 0.0), actual


def _parted(logs: Floats, persons: Floats) -> tuple[float, float, float, float]:
    """Variance that areas share, that is their own, that is chance times persons, and cases, of logs (pair, area).

    Areas where nobody lives are no case.
    """
    weight = np.sqrt(np.maximum(persons, 1e-9))
    common = (logs * weight).sum(axis=1) / weight.sum(axis=1)
    there = (persons > 0) | (logs != 0)
    if there.any(axis=0).sum() < 3:
        return float(np.mean(common**2)), 0.0, 0.0, 0.0
    rest = (logs - common[:, None])[there]
    own, chance = by_size(rest, persons[there])
    return float(np.mean(common**2)), own, chance, float(rest.size)
