from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from forecast.demography.birth_effects import Estimate, births_added, combine, effect, effects
from forecast.demography.birth_history import BirthHistory
from forecast.demography.birth_regression import BirthRegression, FittedBirthRegression
from forecast.demography.birth_terms import DRAGON, Calendar, LunarYear, Policy, Prior

YEARS = range(1995, 2026)
POLICY = Policy("policy", 2016.0, 0.25, 1.75, 1.0, Prior(0.1, 0.05, "paper"))


def fitted(prior: Prior) -> FittedBirthRegression:
    policy = dataclasses.replace(POLICY, prior=prior)
    noise = np.random.default_rng(3).normal(0.0, 0.01, len(YEARS))
    births = 1e6 * np.exp(0.2 * policy.column(Calendar(YEARS)) + noise)[:, None]
    history = BirthHistory(("a",), YEARS, births, np.full((len(YEARS), 1), 1e6))
    return BirthRegression(terms=(policy,), trend=Prior(0.0, 0.02), walk=0.0).fit(history)


def test_nothing_known_before_leaves_the_data_and_nothing_in_the_data_the_prior() -> None:
    prior, data, nothing = Estimate(0.1, 0.05), Estimate(0.3, 0.1), Estimate(0.0, float("inf"))
    for both, left in ((combine(nothing, data), data), (combine(prior, nothing), prior)):
        assert (both.mean, both.sd) == pytest.approx((left.mean, left.sd))
    assert not np.isfinite(combine(nothing, nothing).sd)
    both = combine(prior, data)
    assert both.mean == pytest.approx(0.14)  # weights 400 and 100
    assert both.sd == pytest.approx(500**-0.5)


def test_an_interval_and_its_prior() -> None:
    prior = Prior.between(1.1, 1.21, "s")
    factor = Estimate(prior.mean, prior.sd).factor
    assert factor == pytest.approx((np.sqrt(1.1 * 1.21), 1.1, 1.21))


def test_prior_and_data_together_are_what_the_fit_has() -> None:
    fit = fitted(POLICY.prior)
    row = next(row for row in effects(fit) if row.term == "policy")
    assert row.data is not None
    assert row.prior == Estimate(0.1, 0.05)
    assert row.prior.mean < row.posterior.mean < row.data.mean
    assert row.posterior.mean == pytest.approx(fit.coefficient("policy")[0], abs=0.005)
    assert row.source == "paper"


def test_a_wide_prior_says_nothing() -> None:
    row = next(row for row in effects(fitted(Prior(0.1, 10.0))) if row.term == "policy")
    assert row.data is not None
    assert row.posterior.mean == pytest.approx(row.data.mean, abs=1e-5)
    assert row.posterior.mean == pytest.approx(0.2, abs=0.03)


def test_a_term_without_contrast_keeps_its_prior() -> None:
    years = range(2014, 2024)  # no Dragon year within
    dragon = LunarYear("dragon", DRAGON, Prior(0.1, 0.05, "taiwan"))
    flat = np.full((len(years), 1), 1e6)
    rows = {
        row.term: row for row in effects(BirthRegression(terms=(dragon,)).fit(BirthHistory(("a",), years, flat, flat)))
    }
    assert rows["dragon"].data is None
    assert rows["dragon"].posterior == rows["dragon"].prior
    assert rows["dragon"].note
    assert rows["trend"].data is not None


def test_without_data_a_reason_is_asked() -> None:
    with pytest.raises(ValueError, match="no reason"):
        effect("subsidy", Prior(0.0, 0.1), None)


def test_births_added_by_hand() -> None:
    fit = fitted(Prior(0.2, 1e-6))
    expected = fit.expected[YEARS.index(2017)]
    added = births_added(fit, POLICY, Estimate(0.2, 0.1), range(2017 * 12, 2018 * 12))
    assert added.mean == pytest.approx(expected * (1.0 - np.exp(-0.2)))
    assert added.sd == pytest.approx(0.1 * expected * np.exp(-0.2), rel=1e-4)
