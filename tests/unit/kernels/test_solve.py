from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.kernels.solve import bisect


def test_roots_by_hand() -> None:
    found = bisect(lambda x: x**3, np.array([8.0, 27.0, -1.0]), -10.0, 10.0)
    assert found == pytest.approx([2.0, 3.0, -1.0], abs=1e-9)


def test_falling_functions_too() -> None:
    assert bisect(lambda x: -(x**3), np.array([8.0]), -10.0, 10.0) == pytest.approx([-2.0], abs=1e-9)


@pytest.mark.parametrize("target", [0.0, 100.0])
def test_a_root_at_the_end_of_the_bracket(target: float) -> None:
    assert bisect(lambda x: x**2, np.array([target]), 0.0, 10.0) == pytest.approx([np.sqrt(target)], abs=1e-6)


@given(st.lists(st.floats(-0.999, 0.999), min_size=1, max_size=6), st.floats(0.01, 20.0))
def test_a_steep_or_level_curve_is_solved(roots: list[float], steep: float) -> None:
    wanted = np.array(roots)

    def value(x: Floats) -> Floats:
        return np.asarray(np.tanh(steep * x) + 0.01 * x)

    found = bisect(value, value(wanted), -1.0, 1.0)
    assert value(found) == pytest.approx(value(wanted), abs=1e-9)


def test_each_cell_has_its_own_root() -> None:
    scale = np.array([[1.0, 2.0], [4.0, 8.0]])
    found = bisect(lambda x: scale * x, np.full((2, 2), 4.0), 0.0, 10.0)
    assert found == pytest.approx(np.array([[4.0, 2.0], [1.0, 0.5]]))


def test_targets_out_of_reach_are_refused() -> None:
    with pytest.raises(ValueError, match=r"outside what 0\.0 to 1\.0 can reach"):
        bisect(lambda x: x, np.array([0.5, 2.0]), 0.0, 1.0)
