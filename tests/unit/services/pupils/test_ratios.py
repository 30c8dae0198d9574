from __future__ import annotations

import numpy as np
import pytest

from forecast.services.pupils.ratios import between, ratio_of_sums, tamed


def test_ratios_fade_from_near_to_far() -> None:
    near, far = np.array([1.0, 0.5, 0.0]), np.array([4.0, 0.5, 2.0])
    assert between(near, far, 1.0).tolist() == [1.0, 0.5, 0.0]
    assert between(near, far, 0.5) == pytest.approx([2.0, 0.5, 0.0])
    assert between(near, far, 0.0) == pytest.approx([4.0, 0.5, 0.0])


def test_small_areas_lean_on_all_and_other_kinds_do_not() -> None:
    before = np.array([[[10.0], [1000.0], [100.0]]])
    after = np.array([[[11.0], [1000.0], [50.0]]])
    own = ratio_of_sums(before, after, (1.0,), np.zeros(1), 0.2)
    found = ratio_of_sums(before, after, (1.0,), np.full(1, 10.0), 0.2)
    whole = 1061.0 / 1110.0
    assert found[0, 0] == pytest.approx((11.0 + 10.0 * whole) / 20.0)
    assert abs(found[1, 0] - 1.0) < 0.001
    assert found[2, 0] == own[2, 0] == 0.5


def test_a_year_within_chance_is_left_alone() -> None:
    before = np.full((4, 1, 1), 100.0)
    after = np.array([100.0, 101.0, 99.0, 102.0]).reshape(4, 1, 1)
    assert tamed(before, after, 0.05, 2.0) == pytest.approx(after)
    after[3] = 200.0
    assert tamed(before, after, 0.05, 2.0)[3, 0, 0] < 135.0
