from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.kernels.lee_carter import lee_carter
from forecast.kernels.li_lee import li_lee, li_lee_ahead, returned, returning

B = np.array([0.5, 0.3, 0.2])
K = np.array([3.0, 1.0, -1.0, -3.0])
OWN_B = np.array([0.1, 0.2, 0.7])
OWN_K = np.array([1.0, -1.0, -1.0, 1.0])
"""At right angles to K, so that neither factor takes from the other."""


def two(own: float) -> Floats:
    """Two populations around one factor, one as far above as the other below it."""
    a = np.array([[-5.0, -4.0, -2.0], [-5.5, -4.2, -2.1]])
    apart = own * OWN_B[:, None] * OWN_K
    return np.asarray(np.exp(a[..., None] + B[:, None] * K + np.stack([apart, -apart])))


def test_both_factors_are_found_again() -> None:
    fit = li_lee(two(1.0))
    assert fit.a == pytest.approx(np.array([[-5.0, -4.0, -2.0], [-5.5, -4.2, -2.1]]))
    assert pytest.approx(B) == fit.B
    assert pytest.approx(K) == fit.K
    assert fit.b == pytest.approx(np.tile(OWN_B, (2, 1)))
    assert fit.k == pytest.approx(np.stack([OWN_K, -OWN_K]))
    # squares: (.25 + .09 + .04) x 20 of the common factor, (.01 + .04 + .49) x 4 of an own one
    assert fit.common == pytest.approx(np.full(2, 7.6 / (7.6 + 2.16)))
    assert fit.both == pytest.approx(np.ones(2))


def test_an_own_factor_that_explains_nothing_is_dropped() -> None:
    fit = li_lee(two(0.1))
    assert (fit.b == 0).all()
    assert (fit.k == 0).all()
    assert fit.both == pytest.approx(fit.common)
    assert (li_lee(two(0.1), least=0.0).k != 0).all()


def test_weights_say_whose_change_is_common() -> None:
    rates = two(1.0)
    fit = li_lee(rates, weights=np.array([1.0, 0.0]))
    _, b, k = lee_carter(rates[0])
    assert pytest.approx(b) == fit.B
    assert pytest.approx(k) == fit.K


def test_populations_stay_together_far_ahead() -> None:
    fit = li_lee(two(1.0))
    far = li_lee_ahead(fit, np.array([100.0, 101.0]), np.exp(fit.a))
    apart = np.log(far[0] / far[1])
    assert apart[:, 1] == pytest.approx(apart[:, 0])
    # one year on, every log rate falls by B times the drift of -2
    assert np.log(far[..., 1] / far[..., 0]) == pytest.approx(np.tile(-2.0 * B, (2, 1)))


def test_no_jump_from_the_record() -> None:
    rates = two(1.0)
    assert li_lee_ahead(li_lee(rates), np.array([0.0]), rates[..., -1])[..., 0] == pytest.approx(rates[..., -1])


@given(st.floats(0.0, 0.95), st.floats(-5.0, 5.0), st.floats(0.5, 5.0))
def test_an_ar1_is_found_again(kept: float, mean: float, away: float) -> None:
    path = returned(np.array(mean + away), np.array(mean), np.array(kept), np.arange(6.0))
    found_mean, found_kept = returning(path)
    assert float(found_kept) == pytest.approx(kept, abs=1e-6)
    assert float(found_mean) == pytest.approx(mean, abs=1e-6)


def test_what_does_not_return_stays() -> None:
    mean, kept = returning(np.array([[0.0, 1.0, 2.0, 3.0], [2.0, 2.0, 2.0, 2.0], [1.0, -1.0, 1.0, -1.0]]))
    assert kept == pytest.approx([1.0, 0.0, 0.0])
    assert mean[:2] == pytest.approx([3.0, 2.0])
    assert returned(np.array([3.0]), mean[:1], kept[:1], np.arange(3.0)) == pytest.approx(np.full((1, 3), 3.0))


@pytest.mark.parametrize("rates", [np.ones((2, 3)), np.ones((2, 3, 1)), np.zeros((2, 3, 4))])
def test_too_little_is_refused(rates: Floats) -> None:
    with pytest.raises(ValueError, match="Li-Lee needs"):
        li_lee(rates)
