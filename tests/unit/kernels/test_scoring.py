from __future__ import annotations

import numpy as np
import pytest

from forecast.axes import Floats
from forecast.kernels.scoring import in_groups, scored


def test_groups_by_hand() -> None:
    sums = in_groups(np.array([[1.0, 2.0, 3.0, 4.0], [0.0, 1.0, 0.0, 1.0]]), np.array([0, 1, 3]))
    assert sums == pytest.approx(np.array([[1.0, 5.0, 4.0], [0.0, 1.0, 1.0]]))


@pytest.mark.parametrize("starts", [[1, 2], [0, 2, 2], [0, 4]])
def test_groups_must_ascend_from_nothing(starts: list[int]) -> None:
    with pytest.raises(ValueError, match="must ascend"):
        in_groups(np.ones(4), np.array(starts))


def level(theta: Floats) -> tuple[Floats, Floats]:
    """Two groups with 10 and 20 expected deaths at a level of 0."""
    expected = np.array([10.0, 20.0]) * np.exp(theta)
    return expected, expected[..., None]


def test_without_a_prior_the_level_is_deaths_over_expected() -> None:
    deaths = np.array([[30.0, 30.0], [5.0, 25.0]])
    found, spread = scored(level, deaths, np.zeros((2, 1)), np.zeros(1), np.zeros((1, 1)))
    assert found[:, 0] == pytest.approx(np.log([2.0, 1.0]))
    assert spread[:, 0, 0] == pytest.approx([1 / 60, 1 / 30])  # one over the deaths


def test_a_prior_pulls_by_hand() -> None:
    # 30 e^t - D + 10 t = 0 at t = ln 2 asks for D = 60 + 10 ln 2
    deaths = np.array([[20.0, 40.0 + 10 * np.log(2)]])
    found, _ = scored(level, deaths, np.zeros((1, 1)), np.zeros(1), np.array([[10.0]]))
    assert float(found[0, 0]) == pytest.approx(np.log(2))


def test_what_has_no_top_is_told() -> None:
    with pytest.raises(ValueError, match="does not settle"):
        scored(level, np.zeros((1, 2)), np.zeros((1, 1)), np.zeros(1), np.zeros((1, 1)))
