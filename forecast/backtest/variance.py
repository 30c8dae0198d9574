"""How far forecasts go wrong: a shock that all areas of a launch share, and noise of each area by its size.

Log error of area a, launch T: e = u_T + v_a, Var v = alpha + beta / forecast. Errors of one launch are strongly alike,
so the number of independent cases is that of launches, not of areas; and launches overlap, so even fewer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from forecast.axes import Floats
from forecast.kernels.spread import by_size, independent

PRIOR_LAUNCHES, PRIOR_CASES = 8.0, 30.0
"""Weight of other sets beside a set's own past: launches for the shared part, cases for that of areas."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Variances of log errors of one group at one horizon.

    shared    mean square of the part that all areas of a launch share, bias included
    alpha     variance of an area's own part, whatever its size
    beta      further variance of it times the forecast: chance, at least that of counting (1)
    launches  independent launches behind the shared part
    cases     errors of areas behind alpha and beta
    """

    shared: float
    alpha: float
    beta: float
    launches: float
    cases: float

    def sd(self, forecast: Floats) -> Floats:
        """Standard deviation of the log error of a forecast of so many persons."""
        return np.asarray(np.sqrt(self.shared + self.alpha + max(self.beta, 1.0) / np.maximum(forecast, 1.0)))

    @property
    def freedom(self) -> float:
        """Degrees of freedom of the shared part."""
        return self.launches + PRIOR_LAUNCHES

    def widened(self, level: float) -> float:
        """What multiplies ``sd`` on each side of an interval that covers ``level``."""
        return float(stdtrit(self.freedom, 0.5 + level / 2.0))


def decompose(logs: Floats, forecast: Floats, horizon: int, apart: int = 1) -> Spread | None:
    """Spread of log errors (launch, area) of forecasts of so many persons; None without any.

    horizon  years ahead;  apart  years between launches: of n launches 1 + (n - 1) apart / horizon count
    """
    fine = np.isfinite(logs) & (forecast > 0)
    kept = fine.any(axis=1)
    if not kept.any():
        return None
    logs, forecast, fine = logs[kept], forecast[kept], fine[kept]
    weight = np.where(fine, np.sqrt(np.where(fine, forecast, 1.0)), 0.0)
    common = (np.where(fine, logs, 0.0) * weight).sum(axis=1) / weight.sum(axis=1)
    rest = (logs - common[:, None])[fine]
    alpha, beta = by_size(rest, forecast[fine])
    launches = independent(len(logs), horizon / apart)
    return Spread(float(np.mean(common**2)), alpha, beta, launches, float(len(rest)))


def mixed(own: Spread | None, prior: Spread | None) -> Spread | None:
    """A set's own past and other sets together: by launches for the shared part, by cases for that of areas.

    A quiet past does not make intervals narrow: the others' shared part is a floor.
    """
    if own is None or prior is None:
        return own or prior
    weight = own.launches / (own.launches + PRIOR_LAUNCHES)
    shared = max(weight * own.shared + (1.0 - weight) * prior.shared, prior.shared)
    share = own.cases / (own.cases + PRIOR_CASES)
    return Spread(
        shared,
        share * own.alpha + (1.0 - share) * prior.alpha,
        share * own.beta + (1.0 - share) * prior.beta,
        own.launches,
        own.cases,
    )


def pooled(found: list[Spread]) -> Spread | None:
    """Several sets as one prior: each set counts alike, for its areas share their launches."""
    if not found:
        return None
    return Spread(
        float(np.mean([item.shared for item in found])),
        float(np.mean([item.alpha for item in found])),
        float(np.mean([item.beta for item in found])),
        float(sum(item.launches for item in found)),
        float(sum(item.cases for item in found)),
    )
