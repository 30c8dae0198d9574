"""The arithmetic of ``step`` compiled: one area at a time, its ages in the first-level cache.

No fast-math; the interpreter's lock is let go, so that threads share the work.

Imported only for large runs: numba takes about half a second to load. Keep every operation as in ``step_numpy``.
"""

from __future__ import annotations

import numpy as np

from forecast.axes import Floats
from forecast.kernels.compiled import compiled
from forecast.kernels.step_numpy import EVEN, FINAL, Arrays, Rules


def _survive(moved: Floats, survival: Floats, end: Floats, lost: Floats) -> None:
    """Survivors and cohort deaths of one area and sex, from age 1 up."""
    oldest = moved.shape[0] - 1
    exposed, ratio, kept, gone = moved[:oldest], survival[1:], end[1:], lost[1:]
    for age in range(oldest - 1):
        died = (1.0 - ratio[age]) * exposed[age]
        gone[age] = died
        kept[age] = exposed[age] - died
    joint = moved[oldest - 1] + moved[oldest]
    died = (1.0 - survival[oldest]) * joint
    lost[oldest] = died
    end[oldest] = joint - died


def _women(
    start: Floats,
    moved: Floats,
    survival: Floats,
    net: Floats,
    end: Floats,
    rules: Rules,
    ages: tuple[int, int],
    women: Floats,
) -> None:
    """Mean women of one area over the year, of some ages; ``end`` still holds the survivors alone."""
    at_start, exposure, rates = rules
    low, high = ages
    if exposure == FINAL:
        for age in range(low, high):
            joined = net[age] * end[age] if rates else (1.0 - at_start) * net[age]
            women[age] = 0.5 * (start[age] + (end[age] + joined))
    elif exposure == EVEN:
        for age in range(low, high):
            half = start[age - 1] + 0.5 * net[age - 1]
            left = (half - (1.0 - survival[age]) * half) + 0.5 * net[age]
            women[age] = 0.5 * ((start[age] + 0.5 * net[age]) + left)
    elif at_start == 0.5:
        for age in range(low, high):
            women[age] = 0.5 * (moved[age] + (end[age] + 0.5 * net[age]))
    else:
        for age in range(low, high):
            women[age] = 0.5 * (moved[age] + end[age])


def _bear(fertility: Floats, women: Floats, ages: tuple[int, int], births: Floats) -> float:
    """Write births by age of mother; their sum, one age after the other."""
    low, high = ages
    births[:low] = 0.0
    births[high:] = 0.0
    for age in range(low, high):
        births[age] = fertility[age] * women[age] + 0.0
    total = 0.0
    for age in range(low, high):
        total += births[age]
    return total


def _bearing(fertility: Floats, areas: tuple[int, int]) -> tuple[int, int]:
    """First age and end of the ages at which women of these areas bear in any year; never the first or the last age."""
    low, high = areas
    ages = fertility.shape[2]
    bears = np.zeros(ages, dtype=np.bool_)
    for year in range(fertility.shape[0]):
        for area in range(min(low, fertility.shape[1] - 1), min(high, fertility.shape[1])):
            for age in range(ages):
                bears[age] |= fertility[year, area, age] != 0.0
    first, end = 1, ages - 1
    while first < end and not bears[first]:
        first += 1
    while end > first and not bears[end - 1]:
        end -= 1
    return first, end


def _join(end: Floats, net: Floats, at_start: float, rates: bool) -> None:
    """Add the migrants of the end of the year."""
    if rates:
        for age in range(end.shape[0]):
            end[age] += net[age] * end[age]
    elif at_start < 1.0:
        for age in range(end.shape[0]):
            end[age] += (1.0 - at_start) * net[age]


survive = compiled(_survive)
mean_women = compiled(_women)
bear = compiled(_bear)
bearing = compiled(_bearing)
join = compiled(_join)


def _advance(start: Floats, given: Arrays, out: Arrays, rules: Rules, areas: tuple[int, int]) -> None:
    """See ``step_numpy.advance``."""
    survival, fertility, boys, migrants = given
    people, births, newborns, deaths = out
    at_start, _, rates = rules
    years, ages = people.shape[0], start.shape[2]
    events = births.shape[0] > 0
    fertile = bearing(fertility, areas)
    beginning, joined, unseen = np.empty((2, ages)), np.empty((2, ages)), np.empty((2, ages))
    women, some_births = np.empty(ages), np.empty(ages)
    for year in range(years):
        for area in range(areas[0], areas[1]):
            ratio = survival[min(year, survival.shape[0] - 1), min(area, survival.shape[1] - 1)]
            rate = fertility[min(year, fertility.shape[0] - 1), min(area, fertility.shape[1] - 1)]
            net = migrants[min(year, migrants.shape[0] - 1), min(area, migrants.shape[1] - 1)]
            end = people[year, area]
            lost = deaths[year, area] if events else unseen
            by_age = births[year, area] if events else some_births
            now = people[year - 1, area] if year > 0 else beginning
            moved = joined if at_start != 0.0 else now
            for sex in range(2):
                if year == 0:
                    for age in range(ages):
                        now[sex, age] = start[area, sex, age]
                if at_start != 0.0:
                    for age in range(ages):
                        moved[sex, age] = now[sex, age] + at_start * net[sex, age]
                survive(moved[sex], ratio[sex], end[sex], lost[sex])

            mean_women(now[1], moved[1], ratio[1], net[1], end[1], rules, fertile, women)
            total = bear(rate, women, fertile, by_age)
            male = total * boys[min(year, boys.shape[0] - 1), min(area, boys.shape[1] - 1)]
            for sex in range(2):
                born = male if sex == 0 else total - male
                died = (1.0 - ratio[sex, 0]) * born
                lost[sex, 0] = died
                end[sex, 0] = born - died
                join(end[sex], net[sex], at_start, rates)
                if events:
                    newborns[year, area, sex] = born


advance = compiled(_advance)
