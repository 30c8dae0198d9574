"""Paths of life expectancy around a drift."""

from __future__ import annotations

import numpy as np

from forecast.axes import Floats


def e0_paths(last: Floats, drift: Floats, kept: float, sd: float, normals: Floats) -> Floats:
    """Life expectancies (..., year) after the last one: it goes on by its drift, and an AR(1) strays from that line.

    last, drift  years of life, and years of life a year       (...), broadcast over the years
    kept         share of a stray left a year later: 0 to 1, 1 is a random walk
    sd           of a year's shock, years of life
    normals      standard normals, one for each year ahead     (..., year)

    e(h) = last + drift h + u(h), u(h) = kept u(h-1) + sd z(h), u(0) = 0. Source: Sevcikova and Raftery 2021, Journal of
    the Royal Statistical Society A 184, where it carries a region's distance from its nation.

    >>> e0_paths(np.array(80.0), np.array(0.2), 0.5, 1.0, np.array([1.0, 0.0])).round(6)
    array([81.2, 80.9])
    """
    if not 0.0 <= kept <= 1.0 or sd < 0.0:
        raise ValueError(f"a share kept of {kept} or a deviation of {sd} makes no path")
    stray = np.empty(normals.shape)
    now = np.zeros(normals.shape[:-1])
    for year in range(normals.shape[-1]):
        now = kept * now + sd * normals[..., year]
        stray[..., year] = now
    ahead = np.arange(1.0, normals.shape[-1] + 1.0)
    return np.asarray(np.asarray(last)[..., None] + np.asarray(drift)[..., None] * ahead + stray)
