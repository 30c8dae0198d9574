"""Trajectories of pupils by grade: the same shocks of births and moves as those of people, on the course of a forecast.

A grade is a cell of age: pupils move from grade to grade, the last grade leaves. Births that are known carry no shock.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forecast.demography.courses import compensated
from forecast.demography.migration import model_schedule
from forecast.demography.noise import Draws, Noise, Onset
from forecast.demography.sampled import Sampled
from forecast.kernels.paths import Course
from forecast.services.progression import FittedProgression

LIFE = 85
"""Ages over which mobility is 1 on average: about those of a population."""


def trajectories(
    fitted: FittedProgression,
    years: int,
    entry_age: int,
    noise: Noise,
    draws: Draws,
    *,
    transfers: Sequence[int] = (),
    scale: float = 1.0,
) -> Sampled:
    """Pupils (year, 1, grade, draw) of each area; the cell after the last grade holds nobody.

    entry_age  age of the entry grade: mobility is that of the ages
    transfers  grades that begin in another school: families choose anew there, by chance as births come
    scale      multiplies every shock; 0 gives the forecast

    A grade that is an entry grade of its own follows its feeder's shocks where there is a feeder, else the births'.
    """
    course, shocks = fitted.course(years), noise.times(scale)
    launch = fitted.launch[:, None, :]
    expected = np.concatenate([launch[None], course.people[:, :, None, :]])
    expected = np.concatenate([expected, np.zeros((*expected.shape[:-1], 1))], axis=-1)
    before, after = expected[:-1, ..., :-2], expected[1:, ..., 1:-1]
    areas, grades = fitted.launch.shape
    ratio = np.zeros((years, areas, 1, grades + 1))
    ratio[..., 0] = 1.0
    ratio[..., 1:-1] = np.where(before > 0, after / np.where(before > 0, before, 1.0), 0.0)
    schedule = model_schedule(LIFE)
    mobile = np.append(schedule[entry_age : entry_age + grades], 0.0) / schedule.mean()
    onset = Onset(int(np.argmax(course.unborn)) if course.unborn.any() else years, years, 0)
    entrants = course.people[:, :, 0]
    growth, luck = compensated(expected, entrants[..., None], shocks, onset, mobile[None], (0, 0), transfers)
    still = np.zeros((1, 1, 1, grades + 1))
    run = Course(expected[0], ratio, still, growth, mobile[None], still[:, :, 0], entrants, np.ones(1), luck)
    launched = fitted.history.launch
    return Sampled(fitted.history.areas, range(launched, launched + years + 1), run, shocks, draws, onset)
