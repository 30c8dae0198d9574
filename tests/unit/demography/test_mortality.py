from __future__ import annotations

import numpy as np
import pytest

from forecast.axes import AGES, Floats
from forecast.demography.mortality import (
    BrassDrift,
    BrassShift,
    DeathRates,
    e0_of,
    rates_together,
    single_age_rates,
    survival_by_area,
    tables,
)

STARTS = np.array([0.0, 1.0, *range(5, 105, 5)])


def groups(level: float) -> Floats:
    """Gompertz rates with a first year of life, men above women (sex, group)."""
    middle = STARTS + 2.5
    rates = 0.00008 * level * np.exp(0.085 * middle)
    rates[0] = 0.008 * level
    return np.asarray(np.minimum(rates, 0.8) * np.array([[1.25], [1.0]]))


@pytest.fixture(scope="module")
def known() -> DeathRates:
    rates = np.stack([groups(level) for level in (1.3, 1.1, 1.0)])
    e0 = np.column_stack([np.linspace(69.0, 72.0, 6), np.linspace(73.0, 77.0, 6)])
    return DeathRates(np.array([2002.5, 2007.5, 2012.5]), rates, STARTS, tuple(range(2008, 2014)), e0)


def test_single_ages_keep_the_hazard_of_their_group() -> None:
    rates = groups(1.0)
    single = single_age_rates(rates, STARTS)
    assert single.shape == (2, AGES)
    for place, start in enumerate(STARTS[:-1].astype(int)):
        end = int(STARTS[place + 1])
        assert single[:, start:end].sum(axis=-1) == pytest.approx(rates[:, place] * (end - start), rel=1e-9)


def test_single_ages_rise_smoothly() -> None:
    single = single_age_rates(groups(1.0), STARTS)
    steps = np.diff(np.log(single[:, 30:]), axis=-1)
    assert (steps > 0).all()
    assert steps.max() < 0.2


def test_one_table_meets_the_life_expectancies_too(known: DeathRates) -> None:
    fitted = BrassDrift().fit(known)
    years = range(2006, 2016)
    e0 = e0_of(fitted.predict(years))
    assert np.abs(e0[2:8] - known.e0).max() < 1e-9
    assert (np.diff(e0, axis=0) > 0).all()  # forward and backward by the mean pace
    assert np.diff(fitted.alpha, axis=0).mean(axis=0) == pytest.approx((fitted.alpha[-1] - fitted.alpha[0]) / 5)


@pytest.mark.parametrize("gain", [-4.0, -0.3, 5.0])
def test_a_shift_gains_what_it_was_asked_for(gain: float) -> None:
    standard = single_age_rates(groups(1.0), STARTS)
    shifted = BrassShift.to_e0(standard, gain).apply(standard)
    assert e0_of(shifted).mean() - e0_of(standard).mean() == pytest.approx(gain, abs=1e-9)


def test_no_gain_no_shift() -> None:
    standard = single_age_rates(groups(1.0), STARTS)
    shift = BrassShift.to_e0(standard, 0.0)
    assert shift.alpha == pytest.approx(0.0, abs=1e-10)
    assert shift.apply(standard) == pytest.approx(standard, rel=1e-9)


def test_a_shift_does_for_a_stack_what_it_does_for_each() -> None:
    stack = np.stack([single_age_rates(groups(level), STARTS) for level in (0.9, 1.2)])
    shift = BrassShift(-0.1)
    assert shift.apply(stack)[1] == pytest.approx(shift.apply(stack[1]))
    assert (shift.apply(stack)[..., :80] < stack[..., :80]).all()


def test_one_slope_for_both_sexes_beyond_the_record() -> None:
    rates = groups(1.0)
    rates[0, -3:] *= 0.9  # men near 95 close to women: lines of their own would cross
    apart, together = single_age_rates(rates, STARTS), single_age_rates(rates, STARTS, shared_slope=True)
    assert apart[:, :100] == pytest.approx(together[:, :100])
    logit = np.log(together[:, 100:110] / (1 - together[:, 100:110]))
    assert np.diff(logit[0]) == pytest.approx(np.diff(logit[1]))
    assert (together[0, 100:] > together[1, 100:]).all()


def test_tables_have_the_ages_of_the_step() -> None:
    table = tables(single_age_rates(groups(1.0), STARTS))
    assert table.S.shape == (2, AGES)
    assert ((table.S > 0) & (table.S < 1)).all()
    # men die sooner
    assert table.e[0, 0] < table.e[1, 0]


def test_survival_has_an_area_axis_whether_or_not_rates_are_shared() -> None:
    shared = single_age_rates(np.stack([groups(1.0), groups(0.9)]), STARTS)
    found = survival_by_area(shared)
    assert found.shape == (2, 1, 2, AGES)
    assert found[:, 0].tobytes() == tables(shared).S.tobytes()
    own = np.stack([shared, 1.1 * shared, shared], axis=1)
    assert survival_by_area(own).shape == (2, 3, 2, AGES)
    assert survival_by_area(own)[:, 2].tobytes() == found[:, 0].tobytes()


def test_rates_of_areas_together_by_hand() -> None:
    # 0.01 among 300 and 0.05 among 100: 0.02; where nobody lives the plain mean
    rates = np.array([0.01, 0.05])[:, None, None] * np.ones((2, 1, 2))
    people = np.array([[[300.0, 0.0]], [[100.0, 0.0]]])
    assert rates_together(rates, people) == pytest.approx(np.array([[0.02, 0.03]]))
