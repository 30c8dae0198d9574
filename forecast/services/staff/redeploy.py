"""Teachers who are too many in one place and stage move to where some are missing: a small transport problem.

A shortage in one place is never netted against a surplus in another: only an actual move fills it (law 10).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from forecast.axes import Floats

Places = NDArray[np.intp]
EARTH_KM = 6371.0
ELSEWHERE = 100.0
"""What a move to another area costs beside one within the area: more than any number of stages."""
STAGE = 10.0
"""What a move to another stage costs, for each stage between: more than any distance."""
NEAR = 9.0
"""What the farthest move costs for its way, at most."""
LEAST = 1e-9
"""Teachers below whom a move is the solver's rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """Who may move where, and what goes first.

    cost  of moving one teacher (from cell, to cell); infinite where it is not allowed. A cell is a stage of an area,
          area by area
    most  largest share of the teachers of a cell who may be moved in a year
    """

    cost: Floats
    most: float


def kilometres(lon: Floats, lat: Floats) -> Floats:
    """Great-circle distances (area, area) between points given in degrees.

    Source: haversine formula, sphere of radius 6371 km.
    """
    x, y = np.radians(lon), np.radians(lat)
    across = np.sin((y[:, None] - y) / 2) ** 2
    along = np.cos(y[:, None]) * np.cos(y) * np.sin((x[:, None] - x) / 2) ** 2
    return np.asarray(2.0 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(across + along, 1.0))))


def ways(
    stages: Sequence[str], may_teach: Mapping[str, Sequence[str]], reach: Floats, far: Floats, most: float
) -> Ways:
    """Costs of all moves: within an area first, then fewer stages apart, then nearer.

    stages     in the order of the cells
    may_teach  stages that the teachers of a stage may teach beside their own
    reach      whether teachers of an area may go to another (area, area), as 0 or 1
    far        distances (area, area) of any unit; zeros where they do not matter
    """
    count = len(stages)
    apart = np.full((count, count), np.inf)
    for place, stage in enumerate(stages):
        for other in (stage, *may_teach.get(stage, ())):
            apart[place, stages.index(other)] = STAGE * abs(stages.index(other) - place)
    top = far.max() if far.size else 0.0
    own = np.eye(len(reach))
    between = np.where(own > 0, 0.0, ELSEWHERE + (NEAR * far / top if top > 0 else 0.0 * far))
    between = np.where((reach > 0) | (own > 0), between, np.inf)
    cost = between[:, None, :, None] + apart[None, :, None, :]
    flat = cost.reshape(len(reach) * count, -1)
    np.fill_diagonal(flat, np.inf)
    return Ways(flat, most)


def redeploy(have: Floats, needed: Floats, rules: Ways) -> Floats:
    """Teachers moved from cell to cell (cell, cell): as many as can be, and among those the cheapest.

    have, needed  teachers (cell,)

    A cell gives what it has too many, at most a share of its stock, and takes what it lacks. Solved as a linear
    programme (HiGHS): one more teacher in a place that lacks one is worth more than any saving.
    """
    out = np.zeros((len(have), len(have)))
    spare = np.minimum(np.maximum(have - needed, 0.0), rules.most * have)
    lack = np.maximum(needed - have, 0.0)
    here, there = np.nonzero(np.isfinite(rules.cost) & (spare > LEAST)[:, None] & (lack > LEAST)[None, :])
    if len(here):
        moved = _cheapest(here, there, rules.cost[here, there], spare, lack)
        out[here, there] = np.where(moved > LEAST, moved, 0.0)
        # the solver meets its bounds to some 1e-7; nobody moves who is not there, or to where nobody is missing
        out *= _within(spare, out.sum(axis=1))[:, None]
        out *= _within(lack, out.sum(axis=0))[None, :]
    return out


def _cheapest(here: Places, there: Places, cost: Floats, spare: Floats, lack: Floats) -> Floats:
    """Teachers on each allowed way: the most, then the cheapest."""
    givers, takers = np.unique(here), np.unique(there)
    # what one more move can cost others is at most a chain through every cell at the highest cost
    worth = 1.0 + float(cost.max()) * 2 * len(spare)
    bounds = np.concatenate([givers[:, None] == here, takers[:, None] == there]).astype(np.float64)
    limits = np.concatenate([spare[givers], lack[takers]])
    solved = linprog(cost - worth, A_ub=bounds, b_ub=limits, bounds=(0.0, None), method="highs-ds")
    if solved.status != 0:
        raise RuntimeError(f"a transport problem always has a solution, but: {solved.message}")
    return np.maximum(np.asarray(solved.x, dtype=np.float64), 0.0)


def _within(limit: Floats, used: Floats) -> Floats:
    """Factors that bring sums back to their limits."""
    return np.where(used > limit, limit / np.where(used > 0, used, 1.0), 1.0)
