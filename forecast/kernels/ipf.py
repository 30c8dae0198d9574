"""Tables that meet their margins and keep the associations of a seed: iterative proportional fitting."""

from __future__ import annotations

import numpy as np

from forecast.axes import Floats

AGREE = 1e-9
"""Largest difference between the totals of both margins, of the total, that is taken for rounding."""


def fit(
    seed: Floats, rows: Floats, columns: Floats, *, tolerance: float = 1e-10, rounds: int = 1000
) -> tuple[Floats, float]:
    """Scale a seed by rows and by columns in turn until both margins are met.

    seed     not negative; a zero stays a zero                 (..., origin, destination)
    rows     what each origin must sum to, not negative        (..., origin)
    columns  what each destination must sum to, not negative   (..., destination)
    returns  the table (..., origin, destination), and the worst remaining gap: the largest miss of a margin, of itself

    Leading axes (sex, age) broadcast; each table is fitted by itself, so that none hangs on its neighbours (law 12).
    Of all tables with these margins it is the nearest to the seed in Kullback-Leibler divergence, and it keeps every
    cross-product ratio. A seed that meets its margins comes back as it is. Zeros may make margins unreachable in ways
    that only the gap shows: a gap above ``tolerance`` says so, or that the rounds did not suffice.
    Raises ValueError where the margins' totals differ, or where a margin wants people and all its seeds are zero.
    Source: Deming and Stephan 1940, Annals of Mathematical Statistics 11.

    >>> table, gap = fit(np.ones((2, 2)), np.array([6.0, 4.0]), np.array([5.0, 5.0]))
    >>> table
    array([[3., 3.],
           [2., 2.]])
    """
    lead = np.broadcast_shapes(seed.shape[:-2], rows.shape[:-1], columns.shape[:-1])
    origins, destinations = seed.shape[-2:]
    table = np.array(np.broadcast_to(seed, (*lead, origins, destinations)), dtype=np.float64)
    table = table.reshape(-1, origins, destinations)
    rows = np.broadcast_to(rows, (*lead, origins)).reshape(-1, origins)
    columns = np.broadcast_to(columns, (*lead, destinations)).reshape(-1, destinations)
    columns = _agreeing(rows, columns)
    # whoever neither sends nor receives has an empty row or column, and the others cannot count on its cells
    table *= (rows > 0)[:, :, None] & (columns > 0)[:, None, :]
    _refuse_unreachable(table, rows, columns)
    gaps = np.maximum(_miss(table.sum(axis=2), rows), _miss(table.sum(axis=1), columns))
    live = np.flatnonzero(gaps > tolerance)
    for _ in range(rounds):
        if not live.size:
            break
        part = table[live]
        part *= _ratio(rows[live], part.sum(axis=2))[:, :, None]
        part *= _ratio(columns[live], part.sum(axis=1))[:, None, :]
        table[live] = part
        gaps[live] = np.maximum(_miss(part.sum(axis=2), rows[live]), _miss(part.sum(axis=1), columns[live]))
        live = live[gaps[live] > tolerance]
    return table.reshape(*lead, origins, destinations), float(gaps.max(initial=0.0))


def _agreeing(rows: Floats, columns: Floats) -> Floats:
    """The columns, scaled by the rounding that parts their total from that of the rows."""
    for name, margin in (("row", rows), ("column", columns)):
        if not np.isfinite(margin).all() or (margin < 0).any():
            raise ValueError(f"{name} margins must be finite and not negative")
    left, right = rows.sum(axis=1), columns.sum(axis=1)
    apart = np.abs(left - right) > AGREE * np.maximum(left, right)
    if apart.any():
        first = int(np.flatnonzero(apart)[0])
        raise ValueError(f"margins do not agree: rows sum to {left[first]}, columns to {right[first]} (table {first})")
    factor = _ratio(left, right)
    # a total that differs by no more than its own sum's rounding is left, so that a fitting seed stays as it is
    return np.where(np.abs(factor - 1.0) > 1e-14, factor, 1.0)[:, None] * columns


def _refuse_unreachable(table: Floats, rows: Floats, columns: Floats) -> None:
    """Check the seeds, and that every margin has some where the other margin allows people."""
    if not np.isfinite(table).all() or (table < 0).any():
        raise ValueError("seeds must be finite and not negative")
    for name, margin, axis in (("row", rows, 2), ("column", columns, 1)):
        empty = np.argwhere((margin > 0) & (table.sum(axis=axis) <= 0))
        if empty.size:
            number, place = (int(x) for x in empty[0])
            raise ValueError(f"{name} {place} wants {margin[number, place]} and has no seed for it (table {number})")


def _ratio(wanted: Floats, found: Floats) -> Floats:
    """Factors that turn what was found into what is wanted; 1 where nothing was found."""
    return np.asarray(np.divide(wanted, found, out=np.ones_like(found), where=found > 0))


def _miss(found: Floats, wanted: Floats) -> Floats:
    """Largest miss of a margin of each table, relative to the margin (table,)."""
    return np.asarray(np.abs(_ratio(found, wanted) - 1.0).max(axis=1, initial=0.0))
