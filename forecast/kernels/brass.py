"""Brass's relational life table (1971): logit l'(x) = alpha + beta logit l(x)."""

from __future__ import annotations

import numpy as np

from forecast.axes import Floats

EDGE = 1e-300


def brass_survivors(survivors: Floats, alpha: Floats, beta: float = 1.0) -> Floats:
    """Shift survivors l(x), l(0) = 1, on the logit scale.

    survivors  share alive at exact age x          (..., age)
    alpha      level: negative means lower mortality   (...), broadcast over age
    beta       spread of deaths over age; 1 leaves the pattern

    Y(x) = 1/2 ln((1 - l) / l). Source: Brass 1971, Biological Aspects of Demography.
    """
    inner = np.clip(survivors[..., 1:], EDGE, 1.0)
    odds = ((1.0 - inner) / inner) ** beta * np.exp(2.0 * alpha)[..., None]
    shifted = 1.0 / (1.0 + odds)
    return np.concatenate([np.ones_like(shifted[..., :1]), shifted], axis=-1)


def brass_rates(rates: Floats, survivors: Floats, separation: Floats, alpha: Floats, beta: float = 1.0) -> Floats:
    """Death rates of the shifted table, single years of age.

    rates, survivors, separation   m, l and a of the standard   (..., age)

    q' from l', m' = q' / (1 - (1 - a) q') with the standard's a; the open group moves as the last closed age does.
    """
    moved = brass_survivors(survivors, alpha, beta)
    q = 1.0 - moved[..., 1:] / moved[..., :-1]
    closed = q / (1.0 - (1.0 - separation[..., :-1]) * q)
    last = rates[..., -1:] * closed[..., -1:] / rates[..., -2:-1]
    return np.concatenate([closed, last], axis=-1)
