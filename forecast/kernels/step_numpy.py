"""The arithmetic of ``step`` in numpy: the same operations in the same order as in ``step_numba``, so the same bits."""

from __future__ import annotations

import numpy as np

from forecast.axes import FEMALE, Floats

SURVIVORS, FINAL, EVEN = 0, 1, 2
"""Codes of the exposure, for compiled code."""

Arrays = tuple[Floats, Floats, Floats, Floats]
Rules = tuple[float, int, bool]
"""Share of the migrants that joins at the start, code of the exposure, whether migrants are rates."""


def advance(start: Floats, given: Arrays, out: Arrays, rules: Rules, areas: tuple[int, int]) -> None:
    """Carry areas from ``areas[0]`` to before ``areas[1]`` through all years.

    start  persons (area, sex, age)
    given  survival, fertility, boys, migrants with axes of years and areas in front, of their size or 1; see ``step``
    out    people, births, newborns, deaths (year, area, ...) to be written; events without years are left out
    """
    people, births, newborns, deaths = out
    at_start, _, rates = rules
    here = slice(*areas)
    now = start[here]
    for year in range(len(people)):
        ratio, rate, share, net = (_of(array, year, here) for array in given)
        end = people[year, here]
        moved = now if at_start == 0.0 else now + at_start * net
        lost = np.empty_like(end)
        end[:, :, 1:], lost[:, :, 1:] = _survive(moved, ratio)

        by_age = np.zeros((end.shape[0], end.shape[2]))
        by_age[:, 1:-1] = rate[:, 1:-1] * _women(now, moved, ratio, net, end, rules) + 0.0
        total = np.add.accumulate(by_age, axis=-1)[:, -1]
        male = total * share
        born = np.stack([male, total - male], axis=-1)

        lost[:, :, 0] = (1.0 - ratio[:, :, 0]) * born
        end[:, :, 0] = born - lost[:, :, 0]
        if rates:
            end += net * end
        elif at_start < 1.0:
            end += (1.0 - at_start) * net
        if len(births):
            births[year, here], newborns[year, here], deaths[year, here] = by_age, born, lost
        now = end


def _of(array: Floats, year: int, here: slice) -> Floats:
    """The rates of one year and some areas; an axis of size 1 serves all."""
    rates: Floats = array[min(year, len(array) - 1)]
    return rates if len(rates) == 1 else rates[here]


def _survive(moved: Floats, survival: Floats) -> tuple[Floats, Floats]:
    """Survivors and cohort deaths from age 1 up; the two oldest groups share the last ratio."""
    exposed = moved[:, :, :-1].copy()
    exposed[:, :, -1] += moved[:, :, -1]
    lost = (1.0 - survival[:, :, 1:]) * exposed
    return exposed - lost, lost


def _women(start: Floats, moved: Floats, survival: Floats, migrants: Floats, end: Floats, rules: Rules) -> Floats:
    """Mean women of the year from age 1 to the last but one; ``end`` still holds the survivors alone."""
    at_start, exposure, rates = rules
    bearing = slice(1, -1)
    survivors, net = end[:, FEMALE, bearing], migrants[:, FEMALE, bearing]
    if exposure == FINAL:
        final = survivors + (net * survivors if rates else (1.0 - at_start) * net)
        return 0.5 * (start[:, FEMALE, bearing] + final)
    if exposure == EVEN:
        half = start[:, FEMALE, :] + 0.5 * migrants[:, FEMALE, :]
        lost = (1.0 - survival[:, FEMALE, bearing]) * half[:, :-2]
        return 0.5 * (half[:, bearing] + ((half[:, :-2] - lost) + 0.5 * net))
    seen = survivors + 0.5 * net if at_start == 0.5 else survivors
    return 0.5 * (moved[:, FEMALE, bearing] + seen)
