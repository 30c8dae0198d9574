"""Effects on births, openly combined: what was known before, what the data say alone, and both together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.demography.birth_regression import MARRIAGES, TREND, FittedBirthRegression
from forecast.demography.birth_terms import Z95, Policy, Prior

SILENT = 0.05
"""What the data add to a prior's precision, as a share of it, below which they count as silent."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A coefficient on the log scale with its standard error; an infinite error says nothing."""

    mean: float
    sd: float

    @property
    def factor(self) -> tuple[float, float, float]:
        """By what births are multiplied: estimate and 95 % interval."""
        ends = (self.mean, self.mean - Z95 * self.sd, self.mean + Z95 * self.sd)
        return tuple(float(np.exp(min(end, 700.0))) for end in ends)  # type: ignore[return-value]  # three of them


def combine(prior: Estimate, data: Estimate) -> Estimate:
    """Both together by precision (Gelman et al. 2013, Bayesian Data Analysis, section 2.5).

    >>> combine(Estimate(0.0, 1.0), Estimate(1.0, 1.0)).mean
    0.5
    """
    weights = np.array([prior.sd**-2.0, data.sd**-2.0])
    if not (weights > 0.0).any():
        return Estimate(0.0, float("inf"))
    means = np.where(weights > 0.0, [prior.mean, data.mean], 0.0)
    return Estimate(float((weights * means).sum() / weights.sum()), float(weights.sum() ** -0.5))


@dataclass(frozen=True, slots=True)
class Effect:
    """One row of the table of effects, log scale.

    source  where the prior is from
    note    what the data could not tell, empty where they told
    """

    term: str
    prior: Estimate
    data: Estimate | None
    posterior: Estimate
    source: str
    note: str = ""


def effect(term: str, prior: Prior, data: Estimate | None, note: str = "") -> Effect:
    """A row from its parts; without data the prior stands, and the note must say why."""
    before = Estimate(prior.mean, prior.sd)
    if data is None and not note:
        raise ValueError(f"{term}: no data, and no reason")
    return Effect(term, before, data, before if data is None else combine(before, data), prior.source, note)


def effects(fitted: FittedBirthRegression) -> tuple[Effect, ...]:
    """A row for every term of a regression; the data's own estimate comes from a fit without that term's prior.

    The other terms keep theirs: what is asked is how far the data speak about one, given what is known of the others.
    The precision of one coefficient is its prior's plus what the rest of the fit says of it; where the latter is next
    to nothing the prior stands.
    """
    rows = []
    for name, prior in priors_of(fitted).items():
        place = fitted.plan.names.index(name)
        heard = prior.sd**2 / float(fitted.solved.covariance[place, place]) - 1.0
        if heard < SILENT:
            rows.append(effect(name, prior, None, "the record says next to nothing about it"))
            continue
        alone = fitted.regression.fit(fitted.history, silent=name).coefficient(name)
        rows.append(effect(name, prior, Estimate(*alone)))
    return tuple(rows)


def priors_of(fitted: FittedBirthRegression) -> dict[str, Prior]:
    """The prior of every term that the fit has, the levels aside."""
    married = fitted.regression.marriages
    given = {TREND: fitted.regression.trend, **{term.name: term.prior for term in fitted.plan.terms}}
    if married is not None:
        given |= {MARRIAGES: married.prior}
    return {name: prior for name, prior in given.items() if name in fitted.plan.names}


def births_added(fitted: FittedBirthRegression, policy: Policy, estimate: Estimate, months: range) -> Estimate:
    """Births that a policy added over some months of the record, mean and error in births, not logs.

    months  numbered 12 x year + month - 1; the births of a year are spread evenly over its months
    """

    def added(effect: float) -> float:
        total = 0.0
        for month in months:
            place = fitted.history.periods.index(month // 12)
            here = float(policy.course(np.array([(month + 0.5) / 12.0]))[0])
            total += float(fitted.expected[place]) / 12.0 * (1.0 - float(np.exp(-effect * here)))
        return total

    step = 1e-4
    slope = (added(estimate.mean + step) - added(estimate.mean - step)) / (2.0 * step)
    return Estimate(added(estimate.mean), slope * estimate.sd)
