"""Life expectancy on many trajectories: life tables whose probabilities of dying carry shocks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forecast.axes import Floats


def e0_paths(q: Floats, a: Floats, pace: Floats, shocks: Floats, ages: Sequence[int] = (0,)) -> Floats:
    """Years left to live at some exact ages on every trajectory (age asked, year, sex, draw).

    q, a    probabilities of dying, and years lived in the year of age by those who die in it; the last
            group open, a its life expectancy                                        (year, sex, age)
    pace    share of a shock that acts at each age                                    (age,)
    shocks  factor of the probabilities of dying less 1, from -1                      (year, draw)

    q' = min(q (1 + pace z), 1), then the period life table with the same a; in the open group a' = a / (1 + pace z).
    With z = exp(d - V / 2) - 1, d an AR(1) of variance V by then, the mean of q' is q. Source: Preston, Heuveline and
    Guillot 2001, chapter 3; an AR(1) around a drift as in Sevcikova and Raftery 2021, Journal of the Royal Statistical
    Society A 184, here on deaths in place of e0.

    >>> e0_paths(np.array([[[0.5, 1.0]]]), np.array([[[0.5, 2.0]]]), np.ones(2), np.array([[0.0, 1.0]])).ravel()
    array([1.75, 0.5 ])
    """
    if q.shape != a.shape or pace.shape != q.shape[-1:] or shocks.shape[:1] != q.shape[:1]:
        raise ValueError(f"q {q.shape}, a {a.shape}, pace {pace.shape} and shocks {shocks.shape} do not fit")
    if not (shocks >= -1.0).all() or not (pace * shocks.min(initial=0.0) > -1.0).all():
        raise ValueError("shocks and pace must leave some chance of dying")
    out = np.empty((len(ages), *q.shape[:2], shocks.shape[1]))
    for year, shock in enumerate(shocks):
        factor = 1.0 + pace[:, None] * shock
        for sex in range(q.shape[1]):
            out[:, year, sex] = _left(q[year, sex, :, None], a[year, sex, :, None], factor, ages)
    return out


def _left(q: Floats, a: Floats, factor: Floats, ages: Sequence[int]) -> Floats:
    """Years left at each age asked (age asked, draw); q, a (age, 1), factor (age, draw)."""
    staying = np.maximum(1.0 - q[:-1] * factor[:-1], 0.0)
    alive = np.concatenate([np.ones_like(factor[:1]), np.cumprod(staying, axis=0)])
    died = alive[:-1] - alive[1:]
    years = np.concatenate([alive[1:] + a[:-1] * died, alive[-1:] * a[-1:] / factor[-1:]])
    return np.stack([years[age:].sum(axis=0) / np.maximum(alive[age], 1e-300) for age in ages])
