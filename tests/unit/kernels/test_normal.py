from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri

from forecast.axes import Floats
from forecast.kernels import philox_numba
from forecast.kernels.normal import inverse

EDGES = np.array([0, 1, 2**12 - 1, 2**12, 2**63 - 1, 2**63, 2**64 - 2**12, 2**64 - 1], dtype=np.uint64)


def probabilities() -> Floats:
    """From the farthest that a word can give to the middle, and back."""
    low = np.concatenate([2.0 ** -np.arange(53.0, 1.0, -0.01), np.linspace(0.05, 0.5, 1000)])
    return np.concatenate([low, 1.0 - low])


def test_it_is_the_inverse_of_the_normal() -> None:
    p = probabilities()
    assert inverse(p) == pytest.approx(ndtri(p), rel=1e-14, abs=1e-16)


def test_it_is_odd_to_the_last_bit() -> None:
    p = np.arange(1.0, 1000.0) / 2.0**11
    assert (inverse(p) == -inverse(1.0 - p)).all()


def test_extreme_words_give_finite_normals_and_both_implementations_agree() -> None:
    words = np.concatenate([EDGES, np.random.default_rng(3).integers(0, 2**64, 20_000, dtype=np.uint64)])
    out = np.empty(len(words))
    philox_numba.bend(words, out)
    assert np.isfinite(out).all()
    assert out[0] == -out[len(EDGES) - 1] == pytest.approx(-8.2095, abs=1e-4)
    assert out.tobytes() == inverse(((words >> np.uint64(12)).astype(float) + 0.5) * 2.0**-52).tobytes()
