from __future__ import annotations

import numpy as np
import pytest

from forecast.errors import InputError
from forecast.kernels.kannisto import co_kannisto, kannisto, logit_line, open_rate


def logistic(level: float, slope: float, ages: np.ndarray) -> np.ndarray:
    odds = np.exp(level + slope * ages)
    return np.asarray(odds / (1 + odds))


def test_a_logistic_is_continued_by_itself() -> None:
    ages = np.arange(101.0)
    rates = np.stack([logistic(-11.0, 0.1, ages), logistic(-12.0, 0.11, ages)])
    longer = kannisto(rates)
    assert longer.shape == (2, 111)
    assert (longer[:, :100] == rates[:, :100]).all()
    assert longer[0, 100:110] == pytest.approx(logistic(-11.0, 0.1, np.arange(100.0, 110)))
    assert longer[1, 100:110] == pytest.approx(logistic(-12.0, 0.11, np.arange(100.0, 110)))
    assert (longer[:, 110] > longer[:, 109]).all()
    assert (longer < 1).all()


def test_the_line_by_hand() -> None:
    # odds 1/9, 1, 9 at ages 0, 1, 2: the logit rises by ln 9 from -ln 9
    level, slope = logit_line(np.array([0.1, 0.5, 0.9]), np.arange(3.0))
    assert float(slope) == pytest.approx(np.log(9))
    assert float(level) == pytest.approx(-np.log(9))


def test_rates_without_a_logit_are_left_out() -> None:
    level, slope = logit_line(np.array([0.1, 0.0, 0.9, 1.0]), np.arange(4.0))
    assert float(slope) == pytest.approx(np.log(9))  # from age 0 to age 2: 2 ln 9
    assert float(level) == pytest.approx(-np.log(9))


def test_a_falling_line_is_levelled() -> None:
    rates = np.concatenate([np.full(80, 0.01), np.linspace(0.3, 0.2, 20), [0.1]])
    longer = kannisto(rates)
    logits = np.log(rates[80:100] / (1 - rates[80:100]))
    assert longer[100:] == pytest.approx(1 / (1 + np.exp(-logits.mean())))


def test_the_open_group_of_a_constant_rate_has_that_rate() -> None:
    assert float(open_rate(np.full(5, 0.3))) == pytest.approx(0.3)


def test_the_open_group_by_hand() -> None:
    # q = 2/3, then rate 2 for ever: T = (1/3 + 0.5 x 2/3) + (1/3) / 2... the second age: q = 1, L = 0.5 x 1/3
    assert float(open_rate(np.array([1.0, 2.0]))) == pytest.approx(1 / (2 / 3 + 1 / 6))


def test_too_few_rates_are_refused() -> None:
    rates = np.zeros(101)
    rates[90] = 0.2
    with pytest.raises(InputError, match="ages 80 to 99: expected two or more rates between 0 and 1, found 1"):
        kannisto(rates)


def test_the_fit_must_lie_in_the_closed_ages() -> None:
    with pytest.raises(ValueError, match="does not lie"):
        kannisto(np.full(100, 0.1))


def crossing() -> np.ndarray:
    """Men and women (sex, age) whose own lines would cross at 105: 0.09 and 0.11 a year, men above at 80 to 99."""
    ages = np.arange(101.0)
    return np.stack([logistic(-10.0 + 0.02 * 105, 0.09, ages), logistic(-10.0, 0.11, ages)])


def test_one_slope_keeps_men_above_women() -> None:
    own, shared = kannisto(crossing()), co_kannisto(crossing())
    assert own[0, 109] < own[1, 109]
    assert (shared[0, 100:] > shared[1, 100:]).all()
    assert (shared[:, :100] == own[:, :100]).all()
    logits = np.log(shared[:, 100:110] / (1 - shared[:, 100:110]))
    # the mean of both slopes: the same ages for both sexes weigh alike
    assert np.diff(logits, axis=-1) == pytest.approx(np.full((2, 9), 0.1))


def test_one_slope_for_equal_slopes_changes_nothing() -> None:
    ages = np.arange(101.0)
    rates = np.stack([logistic(-10.5, 0.1, ages), logistic(-11.0, 0.1, ages)])
    assert co_kannisto(rates) == pytest.approx(kannisto(rates))
