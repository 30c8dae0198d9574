"""The arithmetic of ``parity`` compiled: a year at a time, columns inside. Keep it as in ``parity_numpy``."""

from __future__ import annotations

import numpy as np

from forecast.axes import Floats
from forecast.kernels.compiled import compiled
from forecast.kernels.parity_numpy import MOST


def _rates(rates: Floats, factor: Floats, extra: Floats, rate: Floats, beyond: Floats) -> None:
    """Rates of a year, and what those who waited bear beyond them (order, cell, column)."""
    last = rates.shape[2] - 1
    for order in range(3):
        for cell in range(rates.shape[1]):
            for i in range(factor.shape[1]):
                usual = min(rates[order, cell, min(i, last)] * factor[order, i], MOST)
                rate[order, cell, i] = usual
                beyond[order, cell, i] = min(usual * max(1.0 + extra[order, i], 0.0), MOST) - usual


def _able(stock: Floats, order: int, cell: int, out: Floats) -> None:
    """Those of a cell who could bear an order (column,), of a stock (parity, cell, column)."""
    for i in range(out.shape[0]):
        out[i] = stock[order, cell, i]
        if order == 2:
            out[i] += stock[3, cell, i]


able = compiled(_able)


def _bear(rate: Floats, beyond: Floats, now: Floats, waiting: Floats, waits: bool, bearing: Floats) -> None:
    """Births per woman of those in a cell at the start and at the end of a year (order, half, cell, column)."""
    columns = now.shape[2]
    who, held = np.empty(columns), np.zeros(columns)
    for order in range(3):
        bearing[order, 1, 0, :] = 0.0
        for cell in range(now.shape[1]):
            able(now, order, cell, who)
            if waits:
                able(waiting, order, cell, held)
            for i in range(columns):
                bearing[order, 0, cell, i] = rate[order, cell, i] * who[i] + beyond[order, cell, i] * held[i]
            if cell + 1 < now.shape[1]:
                for i in range(columns):
                    later = rate[order, cell + 1, i] * who[i] + beyond[order, cell + 1, i] * held[i]
                    bearing[order, 1, cell + 1, i] = later


def _move(rate: Floats, beyond: Floats, now: Floats, waiting: Floats, after: Floats) -> None:
    """Shares a year on, everybody a cell older."""
    columns = now.shape[2]
    gone = np.empty((3, columns))
    for i in range(columns):
        after[0, 0, i] = 1.0
        after[1, 0, i] = after[2, 0, i] = after[3, 0, i] = 0.0
    for cell in range(1, now.shape[1]):
        for order in range(3):
            for i in range(columns):
                mean = 0.5 * (rate[order, cell - 1, i] + rate[order, cell, i])
                above = 0.5 * (beyond[order, cell - 1, i] + beyond[order, cell, i])
                gone[order, i] = mean * now[order, cell - 1, i] + above * waiting[order, cell - 1, i]
        for i in range(columns):
            after[0, cell, i] = now[0, cell - 1, i] - gone[0, i]
            after[1, cell, i] = now[1, cell - 1, i] + gone[0, i] - gone[1, i]
            after[2, cell, i] = now[2, cell - 1, i] + gone[1, i] - gone[2, i]
            after[3, cell, i] = now[3, cell - 1, i] + gone[2, i]


def _wait(rate: Floats, beyond: Floats, waiting: Floats) -> None:
    """Those who waited, a year older, without those who bore; in place, the oldest first."""
    for parity in range(4):
        order = min(parity, 2)
        for cell in range(waiting.shape[1] - 1, 0, -1):
            for i in range(waiting.shape[2]):
                mean = 0.5 * (rate[order, cell - 1, i] + rate[order, cell, i])
                above = 0.5 * (beyond[order, cell - 1, i] + beyond[order, cell, i])
                waiting[parity, cell, i] = waiting[parity, cell - 1, i] * (1.0 - (mean + above))
        waiting[parity, 0, :] = 0.0


rates_of = compiled(_rates)
bear = compiled(_bear)
move = compiled(_move)
wait = compiled(_wait)


def _progress(
    rates: Floats,
    factor: Floats,
    extra: Floats,
    opens: Floats,
    waits: bool,
    moving: bool,
    shares: Floats,
    bearing: Floats,
) -> None:
    """See ``parity_numpy.progress``."""
    cells, columns = shares.shape[2], shares.shape[3]
    waiting = np.zeros((4, cells, columns))
    rate, beyond = np.empty((3, cells, columns)), np.empty((3, cells, columns))
    for year in range(bearing.shape[0]):
        now = shares[year]
        for order in range(3):
            if waits and opens[year, order] > 0.0:
                waiting[order] = opens[year, order] * now[order]
                if order == 2:
                    waiting[3] = opens[year, order] * now[3]
        rates_of(rates[year], factor[year], extra[min(year, extra.shape[0] - 1)], rate, beyond)
        bear(rate, beyond, now, waiting, waits, bearing[year])
        if moving:
            move(rate, beyond, now, waiting, shares[year + 1])
        else:
            shares[year + 1] = now
        if waits:
            wait(rate, beyond, waiting)


progress = compiled(_progress)


def _expose(shares: Floats, start: Floats, end: Floats, age: int, exposed: Floats) -> None:
    """Mean women of a year and age by number of children."""
    for parity in range(4):
        now, before = shares[parity, age + 1], shares[parity, age]
        for i in range(start.shape[0]):
            exposed[parity, age, i] = now[i] * start[i] + before[i] * end[i]


def _deal(bearing: Floats, start: Floats, end: Floats, age: int, by_mother: Floats, births: Floats) -> None:
    """Births of a year and age by order, made to add up to those of the mothers."""
    for order in range(3):
        first, last = bearing[order, 0, age + 1], bearing[order, 1, age + 1]
        for i in range(start.shape[0]):
            births[order, age, i] = first[i] * start[i] + last[i] * end[i]
    for i in range(start.shape[0]):
        total = (births[0, age, i] + births[1, age, i]) + births[2, age, i]
        ratio = by_mother[age, i] / max(total, 1e-300)
        for order in range(3):
            births[order, age, i] *= ratio


def _hold(shares: Floats, women: Floats, held: Floats) -> None:
    """Women by number of children."""
    for year in range(held.shape[0]):
        for parity in range(4):
            for age in range(held.shape[2]):
                for i in range(held.shape[3]):
                    held[year, parity, age, i] = shares[year, parity, age + 1, i] * women[year, age + 1, i]


expose = compiled(_expose)
deal = compiled(_deal)
hold = compiled(_hold)


def _apart(
    women: Floats,
    mortality: tuple[Floats, Floats, Floats],
    by_mother: Floats,
    shares: Floats,
    bearing: Floats,
    births: Floats,
    exposed: Floats,
    held: Floats,
) -> None:
    """See ``parity_numpy.apart``."""
    survival, dying, shock = mortality
    years, ages, draws = births.shape[0], births.shape[2], births.shape[3]
    start, end = np.empty(draws), np.empty(draws)
    for year in range(years):
        for age in range(ages):
            for i in range(draws):
                kept = max(survival[year, age] - dying[year, age] * shock[year, i], 0.0)
                start[i] = 0.5 * women[year, age + 1, i]
                end[i] = 0.5 * kept * women[year, age, i]
            expose(shares[year], start, end, age, exposed[year])
            deal(bearing[year], start, end, age, by_mother[year], births[year])
    hold(shares, women, held)


apart = compiled(_apart)
