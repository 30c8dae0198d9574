from __future__ import annotations

import numpy as np
import pytest

from forecast.axes import FEMALE
from forecast.demography.residual import TwoCensuses, census_survival, child_residual, decade_rates, residual

GROUPS = 18
"""0-4 .. 80-84 and 85+."""


@pytest.fixture(scope="module")
def counted() -> TwoCensuses:
    """A nation that keeps four fifths of each cohort; two areas of 100 people a group, the first lost 10 of each."""
    first = np.full((2, 2, GROUPS), 100.0)
    nation_first, nation_second = np.full((2, GROUPS), 1000.0), np.full((2, GROUPS), 800.0)
    nation_second[:, -1] = 0.8 * 3000.0  # 75+ of the first census: three groups of 1000
    second = np.full((2, 2, GROUPS), 80.0)
    second[..., -1] = 0.8 * 300.0
    second[0, :, 2:] -= 10.0
    second[0, :, :2], second[1, :, :2] = 40.0, 40.0
    return TwoCensuses(first, second, nation_first, nation_second)


def test_survival_of_the_nations_cohorts(counted: TwoCensuses) -> None:
    ratio = census_survival(counted.nation_first, counted.nation_second)
    assert ratio == pytest.approx(np.full((2, 16), 0.8))


def test_what_survival_does_not_explain(counted: TwoCensuses) -> None:
    net = residual(counted)
    assert net[0] == pytest.approx(np.full((2, 16), -10.0))
    assert net[1] == pytest.approx(np.zeros((2, 16)))


def test_children_follow_the_women(counted: TwoCensuses) -> None:
    children = child_residual(counted, residual(counted))
    # 0-4: a quarter x 40 children / six groups of 70 women x six groups of -10 women; 5-9: three quarters
    assert children[0, FEMALE] == pytest.approx([0.25 * 40 / 420 * -60, 0.75 * 40 / 420 * -60])
    assert children[1] == pytest.approx(np.zeros((2, 2)))


def test_rates_of_the_decade_by_hand(counted: TwoCensuses) -> None:
    rates = decade_rates(counted)
    # 70 came, 80 were expected
    assert rates[0, 0, 2:17] == pytest.approx(np.full(15, -10 / 80))
    assert rates[0, 0, 17] == pytest.approx(-10 / 240)
    assert rates[1] == pytest.approx(np.zeros((2, GROUPS)))
