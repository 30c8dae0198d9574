from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, differential_evolution

from forecast.axes import Floats
from forecast.kernels import rogers_castro as rc
from forecast.kernels.rogers_castro import FUNDAMENTAL, NAMES, Kind

AGES: Floats = np.arange(0.5, 111.0)
KINDS: tuple[Kind, ...] = get_args(Kind)
# Western standard for males and females, low dependency with early work (Rogers and Castro 1981; United Nations 1992)
WESTERN = (
    (0.0215, 0.105, 0.0694, 0.112, 20.04, 0.391, 0.0028),
    (0.0233, 0.107, 0.0766, 0.1436, 20.632, 0.4003, 0.0036),
    (0.0128, 0.105, 0.08, 0.112, 16.09, 0.391, 0.0028),
)


def drawn(kind: Kind, number: int) -> Floats:
    """Parameters of a plausible schedule."""
    draw = np.random.default_rng(number).uniform
    told = {"a1": draw(0.005, 0.04), "alpha1": draw(0.05, 0.3), "a2": draw(0.03, 0.12), "alpha2": draw(0.05, 0.25)}
    told |= {"mu2": draw(15.0, 32.0), "lambda2": draw(0.15, 1.2), "c": draw(0.0, 0.005)}
    told |= {"a3": draw(0.0003, 0.01), "alpha3": draw(0.1, 0.9), "lambda3": draw(0.1, 0.6)}
    told["mu3"] = draw(58.0, 75.0) + np.log(told["alpha3"] / told["lambda3"]) / told["lambda3"]
    told |= {"a4": draw(0.00005, 0.001), "lambda4": draw(0.01, 0.06)}
    return np.array([told[name] for name in NAMES[kind]])


def test_the_fundamental_values_by_hand() -> None:
    # at mu2 the labour peak is 0.06 / e, childhood 0.02 e^-2
    assert float(rc.schedule(FUNDAMENTAL, np.array([20.0]))[0]) == pytest.approx(0.06 / np.e + 0.02 * np.e**-2 + 0.003)
    assert float(rc.schedule(FUNDAMENTAL, np.array([0.0]))[0]) == pytest.approx(0.023, rel=1e-6)
    # the labour component is highest at mu2 - ln(alpha2 / lambda2) / lambda2 = 23.5
    fine = np.linspace(0.0, 100.0, 100_001)
    labour = np.array([0.0, 0.1, 0.06, 0.1, 20.0, 0.4, 0.0])
    assert fine[rc.schedule(labour, fine).argmax()] == pytest.approx(20.0 + np.log(4.0) / 0.4, abs=1e-3)


def test_the_fundamental_schedule_moves_each_person_about_once() -> None:
    assert float(rc.schedule(FUNDAMENTAL, AGES[:100]).sum()) == pytest.approx(1.0, abs=0.05)


def test_components_of_every_kind_add_up() -> None:
    thirteen = drawn(13, 1)
    told = dict(zip(NAMES[13], thirteen, strict=True))
    x = 63.0
    peak = {
        n: np.exp(-told[f"alpha{n}"] * (x - told[f"mu{n}"]) - np.exp(-told[f"lambda{n}"] * (x - told[f"mu{n}"])))
        for n in (2, 3)
    }
    by_hand = told["a1"] * np.exp(-told["alpha1"] * x) + told["a2"] * peak[2] + told["a3"] * peak[3]
    by_hand += told["a4"] * np.exp(told["lambda4"] * x) + told["c"]
    assert float(rc.schedule(thirteen, np.array([x]))[0]) == pytest.approx(by_hand, rel=1e-12)


@pytest.mark.parametrize("kind", KINDS[:-1])
def test_a_kind_is_the_largest_with_heights_of_nothing(kind: Kind) -> None:
    small = drawn(kind, 2)
    told = dict(zip(NAMES[kind], small, strict=True))
    large = np.array([told.get(name, 0.0 if name in {"a3", "a4"} else 0.5) for name in NAMES[13]])
    assert rc.schedule(large, AGES) == pytest.approx(rc.schedule(small, AGES), rel=1e-12)


def test_several_sets_of_parameters_at_once() -> None:
    together = rc.schedule(np.array(WESTERN), AGES)
    assert together.shape == (3, 111)
    assert (together[1] == rc.schedule(np.array(WESTERN[1]), AGES)).all()


@pytest.mark.parametrize("parameters", WESTERN)
def test_published_schedules_come_back_with_their_parameters(parameters: tuple[float, ...]) -> None:
    fitted = rc.fit(rc.schedule(np.array(parameters), AGES))
    assert fitted.parameters == pytest.approx(parameters, rel=1e-6)
    assert fitted.named["mu2"] == pytest.approx(parameters[4])


@settings(max_examples=8)
@given(st.sampled_from(KINDS), st.integers(0, 100_000))
def test_a_fit_without_noise_returns_the_curve(kind: Kind, number: int) -> None:
    rates = rc.schedule(drawn(kind, number), AGES)
    assert rc.fit(rates, kind=kind).rates(AGES) == pytest.approx(rates, abs=1e-6 * float(rates.max()))


def test_other_levels_and_other_ages() -> None:
    ages = np.arange(2.5, 90.0, 5.0)
    rates = 0.04 * rc.schedule(FUNDAMENTAL, ages)
    fitted = rc.fit(rates, ages=ages)
    assert fitted.rates(AGES) == pytest.approx(0.04 * rc.schedule(FUNDAMENTAL, AGES), rel=1e-6)


def test_larger_kinds_never_fit_worse() -> None:
    rates = rc.schedule(drawn(13, 5), AGES) * np.random.default_rng(5).uniform(0.8, 1.2, 111)
    misfit = {kind: rc.fit(rates, kind=kind).misfit for kind in KINDS}
    assert misfit[13] <= min(misfit[9], misfit[11]) * (1.0 + 1e-9)
    assert max(misfit[9], misfit[11]) <= misfit[7] * (1.0 + 1e-9)


def test_weights_tell_which_ages_matter() -> None:
    rates = rc.schedule(FUNDAMENTAL, AGES)
    broken = np.where(AGES > 80.0, 0.02, rates)
    fitted = rc.fit(broken, np.where(AGES > 80.0, 0.0, 1.0))
    assert fitted.rates(AGES) == pytest.approx(rates, abs=1e-8)


def test_least_squares_beat_a_global_search() -> None:
    rates = rc.schedule(drawn(7, 8), AGES) * np.random.default_rng(8).uniform(0.7, 1.3, 111)
    fitted = rc.fit(rates)
    inside = [rc.BOUNDS.get(name, (0.0, 0.5)) for name in NAMES[7]]

    def squares(guess: Floats) -> float:
        return float(((rates - rc.schedule(guess, AGES)) ** 2).sum())

    low, high = np.array(inside).T
    other = differential_evolution(squares, Bounds(low, high), rng=1, maxiter=400)
    assert fitted.misfit <= float(other.fun) * (1.0 + 1e-6)
    assert fitted.misfit == pytest.approx(float(((rates - fitted.rates(AGES)) ** 2).sum()))


@pytest.mark.parametrize("kind", [7, 11])
def test_counts_are_fitted_at_the_greatest_likelihood(kind: Kind) -> None:
    draw = np.random.default_rng(7)
    true = 0.05 * rc.schedule(drawn(kind, 3), AGES)
    exposure = 20_000.0 * np.exp(-AGES / 60.0)
    counts = draw.poisson(true * exposure).astype(np.float64)
    fitted = rc.fit_counts(counts, exposure, kind=kind)

    def deviance(rates: Floats) -> float:
        logs = np.log(np.where(counts > 0, counts / (rates * exposure), 1.0))
        return float(2.0 * (counts * logs - (counts - rates * exposure)).sum())

    assert fitted.misfit == pytest.approx(deviance(fitted.rates(AGES)))
    # below the truth's deviance by about chi-squared with as many degrees of freedom as parameters
    assert 0.0 < deviance(true) - fitted.misfit < 3.0 * kind
    # at the greatest likelihood people expected and counted agree in number (the scale is free)
    assert float((fitted.rates(AGES) * exposure).sum()) == pytest.approx(float(counts.sum()), rel=1e-6)


def test_ages_without_exposure_say_nothing() -> None:
    exposure = np.where(AGES < 90.0, 1e5, 0.0)
    counts = rc.schedule(FUNDAMENTAL, AGES) * exposure
    fitted = rc.fit_counts(counts, exposure)
    assert fitted.rates(AGES) == pytest.approx(rc.schedule(FUNDAMENTAL, AGES), rel=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_criteria_choose_the_kind_that_made_the_counts(kind: Kind) -> None:
    true = rc.schedule(drawn(kind, 11), AGES)
    exposure = np.full(111, 3e5)
    counts = np.random.default_rng(12).poisson(true * exposure).astype(np.float64)
    assert len(rc.fit_counts(counts, exposure, kind="bic").parameters) == kind


def test_criteria_of_least_squares() -> None:
    rates = rc.schedule(drawn(9, 4), AGES) * (1.0 + 0.02 * np.random.default_rng(4).normal(size=111))
    assert len(rc.fit(rates, kind="bic").parameters) == 9
    assert len(rc.fit(rc.schedule(FUNDAMENTAL, AGES), kind="aic").parameters) == 7


def test_what_cannot_be_fitted_is_refused() -> None:
    with pytest.raises(ValueError, match="8 parameters are none of 7, 9, 11 and 13"):
        rc.schedule(np.ones(8), AGES)
    with pytest.raises(ValueError, match="13 ages are too few"):
        rc.fit(np.ones(13))
    with pytest.raises(ValueError, match="not negative"):
        rc.fit(np.full(20, -1.0))
    with pytest.raises(ValueError, match="shapes"):
        rc.fit(np.ones(20), np.ones(21))
