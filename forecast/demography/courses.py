"""The expected course of engines that move cohorts by ratios, ready for trajectories."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.polynomial.hermite_e import hermegauss

from forecast.axes import SEX, Floats, Population
from forecast.demography.migration import model_schedule
from forecast.demography.noise import Draws, Noise, Onset
from forecast.demography.sampled import Sampled
from forecast.kernels.paths import Course

MORTAL = 40
"""Age from which a cohort ratio below 1 is taken as dying; younger ones are moves."""
NODES = 20
"""Points at which luck is looked at where a mean over it is taken."""


def mobile(launch: Population) -> Floats:
    """Mobility of each cell (sex, age) by the model schedule (Rogers and Castro 1981), on average 1 per person."""
    cells = launch.people.shape[-1]
    schedule = model_schedule(cells * launch.width).reshape(cells, launch.width).mean(axis=1)
    people = launch.people.sum(axis=(0, SEX))
    mean = float((schedule * people).sum() / max(people.sum(), 1e-9))
    return np.repeat((schedule / (mean or 1.0))[None], launch.people.shape[SEX], axis=0)


def slower(launch: Population) -> Floats:
    """How fast survival changes at each age, relative to ages up to 95: slower at the very end of life (age,)."""
    start = np.arange(launch.people.shape[-1]) * launch.width
    pace = np.select([start >= 101, start >= 96], [0.35, 0.7], 1.0)
    pace[-1] = min(pace[-1], 0.7)
    return np.asarray(pace)


def chance(expected: Floats, newborn: Floats, noise: Noise, first: tuple[int, int], anew: Sequence[int] = ()) -> Floats:
    """Growth for one unit of a cohort's luck (step, area, sex, age): its log size strays by chance, the more the fewer.

    expected  persons, the launch first                                  (step + 1, area, sex, age)
    newborn   births of each step                                        (step, area, sex)
    first     steps on record: of births, of everybody else
    anew      cells whose people are drawn anew, as the newborn are

    Variance after k steps: chance x k / persons, and for those born on the way 1 / births besides (Poisson). One luck a
    cohort: each step adds what its standard deviation grows by.
    """
    steps = len(newborn)
    variance = np.zeros_like(expected)
    gains = np.zeros_like(expected[1:])
    for step in range(steps):
        now = variance[step + 1]
        now[..., 1:] = variance[step, ..., :-1]
        now[..., -1] = np.minimum(variance[step, ..., -1], variance[step, ..., -2])
        before = np.sqrt(now)
        if step >= first[1]:
            now += noise.chance / np.maximum(expected[step + 1], 1.0)
        if step >= first[0] and noise.chance > 0:
            now[..., 0] += 1.0 / np.maximum(newborn[step], 1.0)
            for cell in anew:
                now[..., cell] += 1.0 / np.maximum(expected[step + 1, ..., cell], 1.0)
        gains[step] = np.sqrt(now) - before
    return gains


def centred(gains: Floats, expected: Floats) -> Floats:
    """What growth and gains are multiplied by so that luck leaves the mean where it was (step, area, sex, age).

    gains     growth for one unit of a cohort's luck                     (step, area, sex, age)
    expected  persons, the launch first                                  (step + 1, area, sex, age)

    Luck stays with a cohort: the mean of the product of its factors max(1 + C e, 0) grows above 1, the more the fewer
    people it has. Means by Gauss-Hermite quadrature over e, standard normal. The open cell takes the luck of those who
    come into it; what the ones before them had is another cohort's, whose mean is 1.
    """
    if not gains.any():
        return np.ones((len(gains), 1, *gains.shape[2:]))
    luck, weights = hermegauss(NODES)
    weights = weights / weights.sum()
    found = np.empty_like(gains)
    factor = np.ones((NODES, *gains.shape[1:]))
    for step, gain in enumerate(gains):
        before = expected[step]
        both = before[..., -2] + before[..., -1]
        coming = np.where(both > 0, before[..., -2] / np.where(both > 0, both, 1.0), 0.0)
        factor[..., 1:] = factor[..., :-1].copy()
        factor[..., 0] = 1.0
        factor[..., -1] = 1.0 + coming * (factor[..., -1] - 1.0)
        factor *= np.maximum(1.0 + gain * luck[:, None, None, None], 0.0)
        found[step] = 1.0 / np.einsum("n,nasx->asx", weights, factor)
        factor *= found[step]
    return found


def straightened(noise: Noise, onset: Onset, moving: Floats, steps: int) -> Floats:
    """What growth is multiplied by so that moves that stray leave the mean of a cohort where it was (step, sex, age).

    Growth compounds: the mean of a product of straying factors lies above the product of their means by exp(V / 2), V
    the variance of the sum of M w along a cohort's life. Each step takes back what V grew by.

    moving  mobility by cell at the end of a step (sex, age)
    """
    wild = noise.freedom / (noise.freedom - 2.0) if np.isfinite(noise.freedom) else 1.0
    variance = np.zeros((steps + 1, *moving.shape))
    for wave, size, settled in ((noise.moves.shared, wild, False), (noise.moves.own, 1.0, onset.settled)):
        answer = wave.answer(steps)
        along = np.zeros((steps, *moving.shape))  # how far each step's news has moved each cohort so far
        for step in range(onset.moves, steps):
            along[:, :, 1:] = along[:, :, :-1].copy()
            along[:, :, 0] = 0.0
            along[onset.moves : step + 1] += answer[step - np.arange(onset.moves, step + 1)][:, None, None] * moving
            news = np.full(steps, wave.sd**2)
            if settled:
                news[onset.moves] /= 1.0 - wave.kept**2
            variance[step + 1] += size * np.einsum("n,nsx->sx", news, along**2)
    grown = variance[1:].copy()
    grown[:, :, 1:] -= variance[:-1, :, :-1]
    return np.exp(-0.5 * np.maximum(grown, 0.0))


def compensated(
    expected: Floats,
    newborn: Floats,
    noise: Noise,
    onset: Onset,
    moving: Floats,
    first: tuple[int, int],
    anew: Sequence[int] = (),
) -> tuple[Floats, Floats]:
    """What growth is multiplied by so that noise leaves means where they were, and then for one unit of luck.

    Both (step, area, sex, age); see ``chance``, ``centred`` and ``straightened``.
    """
    luck = chance(expected, newborn, noise, first, anew)
    level = straightened(noise, onset, moving, len(newborn))[:, None] * centred(luck, expected)
    return level, luck * level


def by_ratios(
    launch: Population, expected: Floats, ratios: Floats, whole: Floats, noise: Noise, draws: Draws, scale: float
) -> Sampled:
    """Trajectories around cohort ratios.

    expected  people, the launch first                                       (step + 1, area, sex, age)
    ratios    by age at the end of a step                                    (step, area, sex, age)
    whole     of all areas together: their hazard is what deaths stray from  (sex, age)
    scale     multiplies every shock; 0 gives the expected course
    """
    steps, width = len(expected) - 1, launch.width
    hazard = np.maximum(-np.log(whole), 0.0) * (np.arange(whole.shape[-1]) * width >= MORTAL) * slower(launch)
    survival = ratios.copy()
    survival[..., 0] = 1.0
    children = expected[1:, :, :, 0]
    sexes = children.sum(axis=(0, 1))
    stepped, moving = noise.times(scale).over(width), mobile(launch)
    growth, luck = compensated(expected, children, stepped, Onset(), moving, (0, 0))
    course = Course(
        launch.people,
        survival,
        survival * hazard,
        growth,
        moving,
        np.zeros((1, 1, whole.shape[-1])),
        children.sum(axis=-1),
        np.full(1, sexes[0] / max(sexes.sum(), 1e-9)),
        luck,
    )
    years = range(launch.year, launch.year + steps * width + 1, width)
    return Sampled(launch.areas, years, course, stepped, draws, Onset())
