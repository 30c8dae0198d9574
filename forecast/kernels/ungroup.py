"""Single years of age from age groups, exact in every group and keeping the notches of a guide."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from forecast.axes import Floats, frozen

STEPS = 60
TOLERANCE = 1e-9
FLOOR = 1e-9
"""Stands for an empty group while logarithms are taken; such groups come out as zero."""


def ungroup(totals: Floats, starts: Floats, guide: Floats, *, bend: float = 1.0, slope: float = 0.1) -> Floats:
    """Spread group totals over single years, as close in shape to the guide as a smooth ratio allows.

    totals  persons (or hazards) by group                     (..., group)
    starts  first age of each group, ascending from 0         (group,)
    guide   a positive single-year shape, its level is free   (..., age)

    The ratio of result to guide is exp(s) with s minimising ``bend * |second differences|^2 + slope * |first
    differences|^2`` under exact group totals: a relational, penalised composite link model (Rizzi, Gampe and Eilers
    2015, with the totals as constraints), solved by sequential quadratic programming. A guide that holds the famine,
    zodiac-year and policy-year cohorts hands them on.

    >>> flat = np.ones(4)
    >>> ungroup(np.array([2.0, 2.0]), np.array([0.0, 2.0]), flat).round(6)
    array([1., 1., 1., 1.])
    """
    ages = guide.shape[-1]
    groups = totals.shape[-1]
    if starts[0] != 0 or (np.diff(starts) <= 0).any() or starts[-1] >= ages:
        raise ValueError("group starts must ascend from 0 and stay below the last age")
    member = _membership(starts, ages)
    free = _freedom(ages, bend, slope)
    wanted = np.maximum(totals.reshape(-1, groups), FLOOR)
    shape = np.broadcast_to(guide, (*totals.shape[:-1], ages)).reshape(-1, ages)
    shape = shape * (wanted.sum(axis=1) / shape.sum(axis=1))[:, None]
    fitted = _solve(wanted, shape, member, free)
    fitted = fitted * ((totals.reshape(-1, groups) / (fitted @ member.T)) @ member)
    return fitted.reshape(*totals.shape[:-1], ages)


def _membership(starts: Floats, ages: int) -> Floats:
    ends = np.append(starts[1:], ages)
    age = np.arange(ages)
    return ((age >= starts[:, None]) & (age < ends[:, None])).astype(np.float64)


@lru_cache(maxsize=8)
def _freedom(ages: int, bend: float, slope: float) -> Floats:
    """The inverse of the penalty: the same for every place, and dearer than all the rest."""
    return frozen(np.linalg.inv(_penalty(ages, bend, slope)).astype(np.float64))


def _penalty(ages: int, bend: float, slope: float) -> Floats:
    second = np.diff(np.eye(ages), n=2, axis=0)
    first = np.diff(np.eye(ages), n=1, axis=0)
    return np.asarray(bend * second.T @ second + slope * first.T @ first + 1e-6 * np.eye(ages))


def _solve(wanted: Floats, shape: Floats, member: Floats, free: Floats) -> Floats:
    """Newton steps on the optimality conditions, group totals linearised in the log ratio s.

    Each step minimises s' P s under A s = b, so s = P^-1 A' (A P^-1 A')^-1 b, a system as small as the groups are few.
    """
    s = np.log(wanted / (shape @ member.T)) @ member
    for _ in range(STEPS):
        fitted = shape * np.exp(s)
        jacobian = member * (fitted[:, None, :] / wanted[:, :, None])
        b = 1.0 - (fitted @ member.T) / wanted + (jacobian @ s[:, :, None])[:, :, 0]
        spread = jacobian @ free
        weights = np.linalg.solve(spread @ jacobian.transpose(0, 2, 1), b[:, :, None])
        step = (spread.transpose(0, 2, 1) @ weights)[:, :, 0] - s
        s = s + np.clip(step, -0.7, 0.7)
        if np.abs(step).max() < TOLERANCE:
            break
    return np.asarray(shape * np.exp(s))
