from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.kernels.ungroup import ungroup


def sums(single: Floats, starts: Floats) -> Floats:
    """Totals of the groups that begin at ``starts``."""
    return np.asarray(np.add.reduceat(single, starts.astype(int), axis=-1))


@given(st.integers(0, 10_000), st.integers(1, 6))
def test_every_group_is_exact(seed: int, groups: int) -> None:
    draw = np.random.default_rng(seed)
    widths = draw.integers(1, 9, groups)
    starts = np.concatenate([[0.0], np.cumsum(widths)[:-1]])
    totals, guide = draw.uniform(1.0, 1e5, (2, groups)), draw.uniform(0.5, 2.0, int(widths.sum()))
    single = ungroup(totals, starts, guide)
    assert single.shape == (2, int(widths.sum()))
    assert (single > 0).all()
    assert sums(single, starts) == pytest.approx(totals, rel=1e-9)


def test_a_group_of_one_age_is_that_age() -> None:
    # 7 of age 0 alone; 1-3 hold 30
    single = ungroup(np.array([7.0, 30.0]), np.array([0.0, 1.0]), np.ones(4))
    assert single[0] == pytest.approx(7.0, rel=1e-12)
    assert single[1:].sum() == pytest.approx(30.0, rel=1e-12)


def test_flat_totals_and_a_flat_guide_stay_flat() -> None:
    # 50 in each group of five: 10 of each age, and the level of the guide is free
    single = ungroup(np.full(4, 50.0), np.arange(0.0, 20.0, 5.0), np.full(20, 3.0))
    assert single == pytest.approx(np.full(20, 10.0), rel=1e-9)


@pytest.mark.parametrize("level", [1e-3, 1.0, 1e6])
def test_totals_of_the_guide_itself_give_the_guide(level: float) -> None:
    guide = np.array([4.0, 5.0, 2.0, 7.0, 3.0, 3.0, 8.0, 1.0, 6.0])
    starts = np.array([0.0, 3.0, 6.0])
    assert ungroup(sums(guide, starts), starts, level * guide) == pytest.approx(guide, rel=1e-7)


def test_notches_of_the_guide_are_handed_on() -> None:
    # A famine year: age 7 has half the births of its neighbours. The groups themselves fall smoothly.
    guide = np.ones(15)
    guide[7] = 0.5
    starts = np.array([0.0, 5.0, 10.0])
    single = ungroup(np.array([50.0, 36.0, 40.0]), starts, guide)
    assert sums(single, starts) == pytest.approx([50.0, 36.0, 40.0])
    ratio = single / guide
    assert single[7] < 0.6 * single[6]
    assert single[7] < 0.6 * single[8]
    assert np.abs(np.diff(np.log(ratio))).max() < 0.2  # the notch itself would be ln 2 = 0.69


def test_an_empty_group_is_empty_and_spoils_nothing() -> None:
    starts = np.array([0.0, 5.0, 10.0])
    single = ungroup(np.array([50.0, 0.0, 30.0]), starts, np.ones(15))
    assert (single[5:10] == 0).all()
    assert sums(single, starts) == pytest.approx([50.0, 0.0, 30.0])
    assert (single[:5] > 0).all()
    assert (single[10:] > 0).all()


def test_rows_do_not_touch_each_other() -> None:
    starts, guide = np.array([0.0, 4.0]), np.linspace(1.0, 2.0, 8)
    both = np.array([[10.0, 90.0], [500.0, 3.0]])
    together = ungroup(both, starts, guide)
    for row, totals in zip(together, both, strict=True):
        assert row == pytest.approx(ungroup(totals, starts, guide), rel=1e-9)


@pytest.mark.parametrize("starts", [[1.0, 5.0], [0.0, 0.0], [0.0, 5.0, 3.0], [0.0, 10.0]])
def test_starts_that_cannot_be_are_refused(starts: list[float]) -> None:
    with pytest.raises(ValueError, match="ascend from 0"):
        ungroup(np.ones(len(starts)), np.array(starts), np.ones(10))
