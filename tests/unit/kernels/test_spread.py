from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.kernels.spread import by_size

PERSONS = np.tile(np.geomspace(20.0, 20_000.0, 50), 80)


def values(alpha: float, beta: float, seed: int = 1) -> Floats:
    return np.random.default_rng(seed).normal(0.0, np.sqrt(alpha + beta / PERSONS))


@pytest.mark.parametrize(("alpha", "beta"), [(0.01, 5.0), (0.001, 1.0), (0.0, 2.0), (0.02, 0.0)])
def test_both_parts_are_found_again(alpha: float, beta: float) -> None:
    found = by_size(values(alpha, beta), PERSONS)
    assert found == pytest.approx((alpha, beta), rel=0.1, abs=0.0002 if alpha == 0 else 0.1)


def test_two_classes_by_hand() -> None:
    # +-0.1 in eight areas of 100 and +-0.2 in eight of 25: half plain, half by quartiles
    spread = np.tile([0.1, -0.1], 4)
    alpha, beta = by_size(np.concatenate([spread, 2 * spread]), np.repeat([100.0, 25.0], 8))
    scale = 0.5 + 0.5 * (2 * 0.7413) ** 2
    assert (alpha, beta) == pytest.approx((0.0, scale * 1.0), abs=1e-9)


def test_neither_part_is_negative() -> None:
    # the larger the wilder: nothing that shrinks with size
    alpha, beta = by_size(values(0.0, 1.0) * PERSONS / 1000.0, PERSONS)
    assert alpha > 0
    assert beta == 0


@given(st.floats(0.1, 10.0))
def test_twice_as_far_is_four_times_the_variance(times: float) -> None:
    once, more = by_size(values(0.01, 5.0), PERSONS), by_size(times * values(0.01, 5.0), PERSONS)
    assert more == pytest.approx((times**2 * once[0], times**2 * once[1]), rel=1e-6)


@given(st.permutations(range(24)))
def test_the_order_of_areas_does_not_matter(order: list[int]) -> None:
    few, persons = values(0.01, 5.0)[:24], PERSONS[:24]
    assert by_size(few[order], persons[order]) == pytest.approx(by_size(few, persons))


def test_a_wild_area_counts_in_part() -> None:
    # one case of a hundred at fifty times its size: the plain variance would grow 25-fold
    calm = values(0.01, 0.0)
    wild = calm.copy()
    wild[::100] *= 50.0
    plain = np.mean(wild**2) / np.mean(calm**2)
    assert by_size(wild, PERSONS)[0] < 0.75 * plain * by_size(calm, PERSONS)[0]


def test_one_area_is_enough() -> None:
    alpha, beta = by_size(np.array([0.1]), np.array([100.0]))
    assert alpha + beta / 100.0 == pytest.approx(0.5 * 0.01)
