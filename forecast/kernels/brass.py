"""Brass's relational life table (1971): logit l'(x) = alpha + beta logit l(x)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forecast.axes import Floats
from forecast.kernels.scoring import in_groups, scored

EDGE = 1e-300
NEAR = 1e-15
"""Deaths taken for some where the standard has none yet: their odds have a logarithm."""
PRIOR = (0.5, 0.2)
"""Standard deviations of alpha and beta before any death is seen: e0 within 10 years of the standard, and more."""


def brass_survivors(survivors: Floats, alpha: Floats, beta: Floats | float = 1.0) -> Floats:
    """Shift survivors l(x), l(0) = 1, on the logit scale.

    survivors  share alive at exact age x          (..., age)
    alpha      level: negative means lower mortality   (...), broadcast over age
    beta       spread of deaths over age; 1 leaves the pattern   (...) or one for all

    Y(x) = 1/2 ln((1 - l) / l). Source: Brass 1971, Biological Aspects of Demography.
    """
    inner = np.clip(survivors[..., 1:], EDGE, 1.0)
    odds = ((1.0 - inner) / inner) ** np.asarray(beta)[..., None] * np.exp(2.0 * alpha)[..., None]
    shifted = 1.0 / (1.0 + odds)
    return np.concatenate([np.ones_like(shifted[..., :1]), shifted], axis=-1)


def brass_rates(
    rates: Floats, survivors: Floats, separation: Floats, alpha: Floats, beta: Floats | float = 1.0
) -> Floats:
    """Death rates of the shifted table, single years of age.

    rates, survivors, separation   m, l and a of the standard   (..., age)

    q' from l', m' = q' / (1 - (1 - a) q') with the standard's a; the open group moves as the last closed age does.
    """
    moved = brass_survivors(survivors, alpha, beta)
    q = 1.0 - moved[..., 1:] / moved[..., :-1]
    closed = q / (1.0 - (1.0 - separation[..., :-1]) * q)
    last = rates[..., -1:] * closed[..., -1:] / rates[..., -2:-1]
    return np.concatenate([closed, last], axis=-1)


def brass_fit(
    standard: tuple[Floats, Floats, Floats],
    deaths: Floats,
    exposure: Floats,
    starts: NDArray[np.intp],
    prior: tuple[float, float] = PRIOR,
) -> tuple[Floats, Floats]:
    """Alpha and beta (..., 2) of greatest Poisson likelihood with a weak prior, and their covariance (..., 2, 2).

    standard  m, l and a of the standard          (age,)
    deaths    persons by age group                (..., group)
    exposure  person-years by single age          (..., age)
    starts    first age of each group             (group,)
    prior     standard deviations around alpha = 0 and beta = 1

    The prior decides where hardly anybody died: an area without deaths keeps close to the standard.
    """
    centre = np.array([0.0, 1.0])
    log_odds = _log_odds(standard[1])

    def model(pair: Floats) -> tuple[Floats, Floats]:
        alpha, beta = pair[..., 0], pair[..., 1]
        dying = exposure * brass_rates(*standard, alpha, beta)
        slope = exposure[..., None, :] * _slopes(standard, alpha, beta, log_odds)
        return in_groups(dying, starts), np.swapaxes(in_groups(slope, starts), -1, -2)

    start = np.broadcast_to(centre, (*deaths.shape[:-1], 2)).copy()
    return scored(model, deaths, start, centre, np.diag(1.0 / np.square(prior)))


def _log_odds(survivors: Floats) -> Floats:
    """Log odds of death before exact ages 1, 2, .. (age - 1,)."""
    inner = np.clip(survivors[1:], EDGE, 1.0 - NEAR)
    return np.asarray(np.log1p(-inner) - np.log(inner))


def _slopes(standard: tuple[Floats, Floats, Floats], alpha: Floats, beta: Floats, log_odds: Floats) -> Floats:
    """Derivatives of the rates by alpha and by beta (..., 2, age); see ``brass_rates``."""
    rates, survivors, separation = standard
    dying = 1.0 - brass_survivors(survivors, alpha, beta)
    # Of ln l'(x): nothing at birth, where everybody lives; at x, minus the dead times the derivative of the log odds.
    by_odds = np.stack([np.full_like(log_odds, 2.0), log_odds])
    moved = np.concatenate([np.zeros((2, 1)), by_odds], axis=-1) * -dying[..., None, :]
    q = 1.0 - (1.0 - dying[..., 1:]) / (1.0 - dying[..., :-1])
    by_q = (1.0 - q) / (1.0 - (1.0 - separation[:-1]) * q) ** 2
    closed = -np.diff(moved, axis=-1) * by_q[..., None, :]
    return np.concatenate([closed, rates[-1] / rates[-2] * closed[..., -1:]], axis=-1)
