from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.kernels.growth import leslie, stable
from forecast.kernels.step import Exposure, step


def test_matrix_by_hand() -> None:
    # three ages; women of age 1 count half at the start and half as survivors of age 0: 0.2 x 0.5 = 0.1 and 0.1 x 0.9
    survival = np.array([[0.8, 0.9, 0.5], [0.8, 0.9, 0.5]])
    matrix = leslie(survival, np.array([9.0, 0.2, 9.0]), 0.25)
    girls = 0.75 * 0.8
    assert matrix[3:, 3:] == pytest.approx(np.array([[girls * 0.09, girls * 0.1, 0], [0.9, 0, 0], [0, 0.5, 0.5]]))
    assert matrix[0] == pytest.approx([0, 0, 0, 0.2 * 0.09, 0.2 * 0.1, 0])
    assert matrix[3:, :3] == pytest.approx(0)


@given(st.integers(0, 1000), st.integers(2, 12), st.sampled_from(["survivors", "final"]), st.booleans())
def test_matrix_does_what_the_step_does(seed: int, ages: int, exposure: Exposure, moving: bool) -> None:
    draw = np.random.default_rng(seed)
    people, survival = draw.uniform(0, 100, (1, 2, ages)), draw.uniform(0.2, 1, (1, 2, ages))
    fertility, rates = draw.uniform(0, 0.5, (1, ages)), draw.uniform(-0.1, 0.1, (1, 2, ages)) * moving
    year = step(people, survival, fertility, 0.52, rates, exposure=exposure, rates=True)
    matrix = leslie(survival[0], fertility[0], 0.52, rates[0], exposure)  # type: ignore[arg-type]  # drawn from the two
    assert matrix @ people.ravel() == pytest.approx(year.people.ravel())


def test_growth_and_structure() -> None:
    # one daughter in every other year: x^2 = 4 has the root 2, and the structure halves with age
    factor, shares = stable(np.array([[0.0, 4.0], [1.0, 0.0]]))
    assert factor == pytest.approx(2)
    assert shares == pytest.approx([2 / 3, 1 / 3])
