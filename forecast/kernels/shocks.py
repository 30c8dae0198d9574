"""Shocks that last: first-order autoregressions of given normals, trajectory by trajectory.

Source: Box, Jenkins and Reinsel 2008, Time Series Analysis, section 3.2.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from forecast.axes import Floats

Start = Literal["zero", "stationary"]


def autocorrelated(normals: Floats, rho: float, sigma: Floats | float, start: Start = "zero", first: int = 0) -> Floats:
    """u[t] = rho u[t-1] + sigma[t] e[t] from year ``first`` on, 0 before: steps on record carry no noise.

    normals  standard normals e                                          (year, draw)
    sigma    standard deviation of a year's news, a number or            (year,)
    start    ``zero``: u is 0 in the year before ``first``; ``stationary``: the first u is as wide as those of a series
             that has gone on for ever, sigma / sqrt(1 - rho^2)

    >>> autocorrelated(np.ones((3, 1)), 0.5, 2.0).ravel()
    array([2. , 3. , 3.5])
    """
    from forecast.kernels import paths_numba

    wide = np.atleast_1d(np.asarray(sigma, dtype=np.float64))
    years = len(normals)
    if normals.ndim != 2 or wide.shape not in ((1,), (years,)):
        raise ValueError(f"normals {normals.shape} and sigma {wide.shape} are not (years, draws) and (years or 1,)")
    if first < 0 or not abs(rho) <= 1.0 or (start == "stationary" and abs(rho) == 1.0):
        raise ValueError(f"rho {rho} from year {first}, {start}: no such series")
    if start not in ("zero", "stationary"):
        raise ValueError(f"start {start!r} is neither 'zero' nor 'stationary'")
    scale = 1.0 if start == "zero" else 1.0 / np.sqrt(1.0 - rho * rho)
    out = np.empty(normals.shape)
    given = np.ascontiguousarray(normals, dtype=np.float64)
    paths_numba.autocorrelate(given, float(rho), wide, min(first, years), float(scale), out)
    return out
