from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.kernels import quantiles
from forecast.kernels.quantiles import summarise

PROBS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


def test_by_hand() -> None:
    mean, cuts = summarise(np.array([[4.0, 0.0, 2.0, 10.0, 9.0]]), (0.0, 0.25, 0.6, 1.0))
    assert mean.tolist() == [5.0]
    assert cuts == pytest.approx(np.array([[0.0], [2.0], [4.0 + 0.4 * 5.0], [10.0]]))


@given(st.integers(0, 10_000), st.integers(1, 400), st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_quantiles_are_those_of_numpy(seed: int, draws: int, probs: list[float]) -> None:
    values = np.random.default_rng(seed).normal(size=(2, 3, draws))
    mean, cuts = summarise(values, probs)
    assert cuts == pytest.approx(np.quantile(values, probs, axis=-1), rel=1e-15, abs=1e-15)
    assert mean == pytest.approx(values.mean(axis=-1))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_chunks_and_threads_change_no_byte(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(5).normal(size=(7, 11, 130))
    whole = summarise(values, PROBS)
    monkeypatch.setattr(quantiles, "CHUNK", 1000)
    parts = summarise(values, PROBS, threads=threads)
    assert [part.tobytes() for part in parts] == [one.tobytes() for one in whole]


def test_the_order_of_the_draws_does_not_matter() -> None:
    values = np.random.default_rng(5).normal(size=(3, 1000))
    one, other = summarise(values, PROBS), summarise(values[:, ::-1], PROBS)
    assert [part.tobytes() for part in one] == [part.tobytes() for part in other]


def test_values_stay_as_they_are() -> None:
    values = np.array([3.0, 1.0, 2.0])
    mean, cuts = summarise(values, [0.5])
    assert values.tolist() == [3.0, 1.0, 2.0]
    assert (mean.shape, cuts.shape) == ((), (1,))


def test_nothing_to_summarise_is_refused() -> None:
    with pytest.raises(ValueError, match="no quantiles"):
        summarise(np.empty((3, 0)), PROBS)
    with pytest.raises(ValueError, match="no quantiles"):
        summarise(np.ones((3, 2)), [1.5])
