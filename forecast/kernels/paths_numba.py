"""The arithmetic of ``paths`` compiled: one area, a lane of trajectories at a time through all years.

The people of a lane are carried in place, the oldest first, and stay in the second-level cache. Draws are the last axis
and inner loops index whole arrays, so that the compiler works on several draws at once. Keep every operation as in
``paths_numpy``.
"""

from __future__ import annotations

import numpy as np

from forecast.axes import Floats
from forecast.kernels.compiled import compiled
from forecast.kernels.paths_numpy import Events, Given, Integers, Noise, Now, Rates

LANE = 128
"""Trajectories carried together: two sexes of 111 ages take 227 kB."""


def _load(rates: Rates, year: int, area: int, out: Floats) -> None:
    """S, Q, G, M and C of one year and area, side by side (sex, age, 5); an axis of size 1 serves all."""
    for kind in range(5):
        some = rates[kind]
        here = some[min(year, some.shape[0] - 1), min(area, some.shape[1] - 1)]
        for sex in range(out.shape[0]):
            for age in range(out.shape[1]):
                out[sex, age, kind] = here[sex, age]


def _enter(
    rates: Floats, noise: Now, before: Floats, people: Floats, sex: int, age: int, parts: Floats, part: int
) -> None:
    """The first and the last cell: survivors of ``before`` with their migrants, counted in ``parts`` too."""
    _, dying, moving, luck, oldest = noise
    S, Q, G, M, C = rates[sex, age, 0], rates[sex, age, 1], rates[sex, age, 2], rates[sex, age, 3], rates[sex, age, 4]
    cohort = age + oldest
    for i in range(before.shape[0]):
        kept = max(0.0, S - Q * dying[i])
        grown = max(0.0, G + M * moving[i] + C * luck[sex, cohort, i])
        end = before[i] * kept * grown
        people[sex, age, i] = end
        parts[part, i] += end


def _follow(rates: Floats, noise: Now, people: Floats, sex: int, age: int, parts: Floats, part: int) -> None:
    """A cell of those one cell younger at the start."""
    _, dying, moving, luck, oldest = noise
    S, Q, G, M, C = rates[sex, age, 0], rates[sex, age, 1], rates[sex, age, 2], rates[sex, age, 3], rates[sex, age, 4]
    cohort = age + oldest
    for i in range(dying.shape[0]):
        kept = max(0.0, S - Q * dying[i])
        grown = max(0.0, G + M * moving[i] + C * luck[sex, cohort, i])
        end = people[sex, age - 1, i] * kept * grown
        people[sex, age, i] = end
        parts[part, i] += end


def _bear(
    rates: Floats, rate: float, noise: Now, people: Floats, age: int, parts: Floats, part: int, born: Floats
) -> None:
    """As ``follow``, for women who bear: the mean of those there before and of the survivors."""
    _, dying, moving, luck, oldest = noise
    sex = people.shape[0] - 1
    S, Q, G, M, C = rates[sex, age, 0], rates[sex, age, 1], rates[sex, age, 2], rates[sex, age, 3], rates[sex, age, 4]
    cohort = age + oldest
    for i in range(dying.shape[0]):
        kept = max(0.0, S - Q * dying[i])
        grown = max(0.0, G + M * moving[i] + C * luck[sex, cohort, i])
        alive = people[sex, age - 1, i] * kept
        born[i] += rate * (0.5 * (people[sex, age, i] + alive))
        end = alive * grown
        people[sex, age, i] = end
        parts[part, i] += end


def _bear_own(
    rates: Floats, own: Floats, cell: int, noise: Now, people: Floats, age: int, parts: Floats, part: int, born: Floats
) -> None:
    """As ``bear``, with births per woman by draw (half, cell, draw)."""
    _, dying, moving, luck, oldest = noise
    sex = people.shape[0] - 1
    S, Q, G, M, C = rates[sex, age, 0], rates[sex, age, 1], rates[sex, age, 2], rates[sex, age, 3], rates[sex, age, 4]
    cohort = age + oldest
    for i in range(dying.shape[0]):
        kept = max(0.0, S - Q * dying[i])
        grown = max(0.0, G + M * moving[i] + C * luck[sex, cohort, i])
        alive = people[sex, age - 1, i] * kept
        born[i] += 0.5 * (own[0, cell, i] * people[sex, age, i] + own[1, cell, i] * alive)
        end = alive * grown
        people[sex, age, i] = end
        parts[part, i] += end


load = compiled(_load)
enter = compiled(_enter)
follow = compiled(_follow)
bear = compiled(_bear)
bear_own = compiled(_bear_own)


def _age(
    rates: Floats,
    bearing: tuple[Floats, Floats],
    noise: Now,
    fertile: tuple[int, int],
    place: Integers,
    people: Floats,
    parts: Floats,
    born: Floats,
    room: Floats,
) -> None:
    """Everybody one cell older, in place; ``born`` holds the births given from outside and ends with all.

    bearing  births per woman by cell, and by draw (half, cell, draw): the latter count where they have halves
    """
    fertility, own = bearing
    shared = own.shape[0] == 0
    if not shared:
        for i in range(born.shape[0]):
            born[i] = born[i] * noise[0][i]
    sexes, last = people.shape[0], people.shape[1] - 1
    for sex in range(sexes):
        for i in range(born.shape[0]):
            room[0, i] = people[sex, last - 1, i] + people[sex, last, i]
        enter(rates, noise, room[0], people, sex, last, parts, place[last])
        for age in range(last - 1, 0, -1):
            if sex < sexes - 1 or not fertile[0] <= age < fertile[1]:
                follow(rates, noise, people, sex, age, parts, place[age])
            elif shared:
                bear(rates, fertility[age], noise, people, age, parts, place[age], born)
            else:
                bear_own(rates, own, age - fertile[0], noise, people, age, parts, place[age], born)
    if shared:
        for i in range(born.shape[0]):
            born[i] = born[i] * noise[0][i]


def _split(born: Floats, share: float, sexes: int, room: Floats) -> None:
    """Births by sex (sex, draw), the girls as what the boys leave."""
    for i in range(born.shape[0]):
        boys = born[i] * share if sexes == 2 else born[i]
        room[0, i] = boys
        room[1, i] = born[i] - boys


age_all = compiled(_age)
split = compiled(_split)


def _deliver(rates: Floats, noise: Now, part: int, people: Floats, parts: Floats, room: Floats) -> None:
    """The births by sex of ``room`` become the youngest cell."""
    for sex in range(people.shape[0]):
        enter(rates, noise, room[sex], people, sex, 0, parts, part)


def _tally(parts: Floats, spans: Integers, year: int, low: int, size: int, sums: Floats) -> None:
    """Sums of a lane: each group is a run of parts."""
    for group in range(spans.shape[0]):
        for i in range(size):
            total = 0.0
            for part in range(spans[group, 0], spans[group, 1]):
                total += parts[part, i]
            sums[group, year, low + i] = total


deliver = compiled(_deliver)
tally = compiled(_tally)


def _begin(start: Floats, place: Integers, people: Floats, parts: Floats) -> None:
    """The people of the start in every draw, and their parts."""
    parts[:] = 0.0
    for sex in range(people.shape[0]):
        for age in range(people.shape[1] - 1, 0, -1):
            people[sex, age, :] = start[sex, age]
            parts[place[age]] += start[sex, age]
    for sex in range(people.shape[0]):
        people[sex, 0, :] = start[sex, 0]
        parts[place[0]] += start[sex, 0]


begin = compiled(_begin)


def _sums(
    given: Given,
    area: int,
    noise: Noise,
    fertile: tuple[int, int],
    place: Integers,
    spans: Integers,
    sums: Floats,
    births: Floats,
) -> None:
    """See ``paths_numpy.sums``."""
    start, ratios, fertility, outside, boys = given
    factor, dying, moving, luck = noise
    years, draws = births.shape
    sexes, ages = start.shape[1], start.shape[2]
    lanes = (draws + LANE - 1) // LANE
    # Lanes of one width, a multiple of eight: what is computed past the last draw is not read.
    width = ((draws + lanes - 1) // lanes + 7) // 8 * 8
    rates, room = np.empty((sexes, ages, 5)), np.empty((2, width))
    people, parts = np.empty((sexes, ages, width)), np.empty((place[ages - 1] + 1, width))
    fertile_now, dying_now, moving_now = np.zeros(width), np.zeros(width), np.zeros(width)
    lane = np.zeros((sexes, luck.shape[1], width))
    born, own = np.zeros(width), np.zeros((0, 0, width))
    for low in range(0, draws, width):
        size = min(width, draws - low)
        for sex in range(sexes):
            for cohort in range(luck.shape[1]):
                for i in range(size):
                    lane[sex, cohort, i] = luck[sex, cohort, low + i]
        begin(start[area], place, people, parts)
        tally(parts, spans, 0, low, size, sums)
        for year in range(years):
            for i in range(size):
                fertile_now[i] = factor[year, low + i]
                dying_now[i] = dying[year, low + i]
                moving_now[i] = moving[year, low + i]
            now = (fertile_now, dying_now, moving_now, lane, years - 1 - year)
            load(ratios, year, area, rates)
            rate = fertility[min(year, fertility.shape[0] - 1), min(area, fertility.shape[1] - 1)]
            born[:] = outside[year, min(area, outside.shape[1] - 1)]
            parts[:] = 0.0
            age_all(rates, (rate, own), now, fertile, place, people, parts, born, room)
            split(born, boys[min(year, boys.shape[0] - 1)], sexes, room)
            deliver(rates, now, place[0], people, parts, room)
            tally(parts, spans, year + 1, low, size, sums)
            for i in range(size):
                births[year, low + i] = born[i]


def _account(rates: Floats, noise: Now, before: Floats, end: Floats, room: Floats, lost: Floats, net: Floats) -> None:
    """Cohort deaths and net migrants (sex, age, draw) of a year from its two ends and its births by sex."""
    dying = noise[1]
    last = end.shape[1] - 1
    for sex in range(end.shape[0]):
        for age in range(last + 1):
            S, Q = rates[sex, age, 0], rates[sex, age, 1]
            for i in range(dying.shape[0]):
                exposed = room[sex, i] if age == 0 else before[sex, age - 1, i]
                if age == last:
                    exposed = exposed + before[sex, last, i]
                kept = max(0.0, S - Q * dying[i])
                alive = exposed * kept
                lost[sex, age, i] = exposed - alive
                net[sex, age, i] = end[sex, age, i] - alive


def _mothers(
    rates: Floats, fertility: Floats, noise: Now, fertile: tuple[int, int], people: Floats, own: Floats, by_age: Floats
) -> None:
    """Births by age of mother (age, draw) of a year from the people at its start."""
    factor, dying = noise[0], noise[1]
    sex = people.shape[0] - 1
    by_age[:] = 0.0
    for age in range(fertile[0], fertile[1]):
        S, Q, rate = rates[sex, age, 0], rates[sex, age, 1], fertility[age]
        for i in range(dying.shape[0]):
            kept = max(0.0, S - Q * dying[i])
            alive = people[sex, age - 1, i] * kept
            if own.shape[0] == 0:
                by_age[age, i] = rate * (0.5 * (people[sex, age, i] + alive)) * factor[i]
            else:
                cell = age - fertile[0]
                by_age[age, i] = 0.5 * (own[0, cell, i] * people[sex, age, i] + own[1, cell, i] * alive)


account = compiled(_account)
mothers = compiled(_mothers)


def _cells(
    given: Given,
    area: int,
    noise: Noise,
    bearing: Floats,
    fertile: tuple[int, int],
    people: Floats,
    births: Floats,
    events: Events,
) -> None:
    """See ``paths_numpy.cells``."""
    start, ratios, fertility, outside, boys = given
    by_mother, deaths, migrants = events
    years, draws = births.shape
    sexes, ages = start.shape[1], start.shape[2]
    rates, room, parts = np.empty((sexes, ages, 5)), np.empty((2, draws)), np.empty((1, draws))
    place = np.zeros(ages, dtype=np.int64)
    none = np.zeros((0, 0, draws))
    begin(start[area], place, people[0], parts)
    for year in range(years):
        own = bearing[year] if bearing.shape[0] > 0 else none
        now = (noise[0][year], noise[1][year], noise[2][year], noise[3], years - 1 - year)
        load(ratios, year, area, rates)
        rate = fertility[min(year, fertility.shape[0] - 1), min(area, fertility.shape[1] - 1)]
        births[year] = outside[year, min(area, outside.shape[1] - 1)]
        people[year + 1] = people[year]
        age_all(rates, (rate, own), now, fertile, place, people[year + 1], parts, births[year], room)
        split(births[year], boys[min(year, boys.shape[0] - 1)], sexes, room)
        deliver(rates, now, 0, people[year + 1], parts, room)
        if deaths.shape[0] > 0:
            account(rates, now, people[year], people[year + 1], room, deaths[year], migrants[year])
            mothers(rates, rate, now, fertile, people[year], own, by_mother[year])


sums = compiled(_sums)
cells = compiled(_cells)


def _autocorrelate(normals: Floats, rho: float, sigma: Floats, first: int, scale: float, out: Floats) -> None:
    """u[t] = rho u[t-1] + sigma[t] e[t] from year ``first``, whose own value is ``scale`` times as wide; 0 before."""
    years, draws = normals.shape
    out[:first] = 0.0
    for year in range(first, years):
        wide = sigma[min(year, sigma.shape[0] - 1)]
        for i in range(draws):
            if year == first:
                out[year, i] = wide * scale * normals[year, i]
            else:
                out[year, i] = rho * out[year - 1, i] + wide * normals[year, i]


autocorrelate = compiled(_autocorrelate)
