"""The arithmetic of ``parity`` in numpy: the same operations in the same order as ``parity_numba``: the same bits."""

from __future__ import annotations

import numpy as np

from forecast.axes import Floats

MOST = 0.95
"""Births of one order a year and woman who could bear it: never more."""


def progress(
    rates: Floats,
    factor: Floats,
    extra: Floats,
    opens: Floats,
    waits: bool,
    moving: bool,
    shares: Floats,
    bearing: Floats,
) -> None:
    """Fill the shares after their first year, and the births per woman; see ``parity.progress``."""
    waiting = np.zeros(shares.shape[1:])
    for year in range(len(bearing)):
        if waits:
            join(opens[year], shares[year], waiting)
        rate = limited(rates[year], factor[year])
        beyond = further(rate, extra[min(year, len(extra) - 1)])
        bearing[year] = bears(rate, beyond, shares[year], waiting)
        shares[year + 1] = after(rate, beyond, shares[year], waiting) if moving else shares[year]
        if waits:
            waiting = left(rate, beyond, waiting)


def limited(rates: Floats, factor: Floats) -> Floats:
    """Rates of a year (order, cell, column), none beyond what a woman can bear."""
    found: Floats = np.minimum(rates * factor[:, None], MOST)
    return found


def further(rate: Floats, extra: Floats) -> Floats:
    """What those who waited bear beyond the others (order, cell, column); with it too no more than a woman can."""
    found: Floats = np.minimum(rate * np.maximum(1.0 + extra[:, None], 0.0), MOST) - rate
    return found


def join(opens: Floats, now: Floats, waiting: Floats) -> None:
    """Count apart a share of those who could bear an order that opens, in place."""
    for order in range(3):
        if opens[order] > 0.0:
            waiting[order] = opens[order] * now[order]
            if order == 2:
                waiting[3] = opens[order] * now[3]


def able(stock: Floats) -> Floats:
    """Those who could bear each order (order, ...) of a stock (parity, ...)."""
    found: Floats = stock[:3].copy()
    found[2] += stock[3]
    return found


def bears(rate: Floats, beyond: Floats, now: Floats, waiting: Floats) -> Floats:
    """Births per woman of those in a cell at the start and at the end of a year (order, half, cell, column)."""
    who, held = able(now), able(waiting)
    found = np.zeros((3, 2, *rate.shape[1:]))
    found[:, 0] = rate * who + beyond * held
    found[:, 1, 1:] = rate[:, 1:] * who[:, :-1] + beyond[:, 1:] * held[:, :-1]
    return found


def after(rate: Floats, beyond: Floats, now: Floats, waiting: Floats) -> Floats:
    """Shares a year on, everybody a cell older (parity, cell, column)."""
    mean, above = _mean(rate), _mean(beyond)
    gone = mean * now[:3, :-1] + above * waiting[:3, :-1]
    found = np.zeros_like(now)
    found[0, 0] = 1.0
    found[0, 1:] = now[0, :-1] - gone[0]
    found[1, 1:] = now[1, :-1] + gone[0] - gone[1]
    found[2, 1:] = now[2, :-1] + gone[1] - gone[2]
    found[3, 1:] = now[3, :-1] + gone[2]
    return found


def left(rate: Floats, beyond: Floats, waiting: Floats) -> Floats:
    """Those who waited, a year older, without those who bore (parity, cell, column)."""
    kept = 1.0 - (_mean(rate) + _mean(beyond))
    found = np.zeros_like(waiting)
    found[:3, 1:] = waiting[:3, :-1] * kept
    found[3, 1:] = waiting[3, :-1] * kept[2]
    return found


def _mean(rate: Floats) -> Floats:
    """Rate over a year that begins in one cell and ends in the next."""
    found: Floats = 0.5 * (rate[:, :-1] + rate[:, 1:])
    return found


def apart(
    women: Floats,
    mortality: tuple[Floats, Floats, Floats],
    by_mother: Floats,
    shares: Floats,
    bearing: Floats,
    births: Floats,
    exposed: Floats,
    held: Floats,
) -> None:
    """Births and women of one area by order and number of children; see ``parity.apart``."""
    survival, dying, shock = mortality
    for year in range(len(births)):
        kept = np.maximum(survival[year][:, None] - dying[year][:, None] * shock[year], 0.0)
        start, end = 0.5 * women[year, 1:], 0.5 * kept * women[year, :-1]
        exposed[year] = shares[year, :, 1:] * start + shares[year, :, :-1] * end
        found = bearing[year, :, 0, 1:] * start + bearing[year, :, 1, 1:] * end
        births[year] = found * (by_mother[year] / np.maximum((found[0] + found[1]) + found[2], 1e-300))
    held[:] = shares[:, :, 1:] * women[:, None, 1:]
