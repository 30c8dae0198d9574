from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.axes import Floats
from forecast.backtest.provinces import KNOWN, known_features, shared, told

COUNTIES = 40
GROUPS = np.arange(COUNTIES) % 4
TOGETHER = np.zeros(COUNTIES)


def counted(growth: Floats) -> tuple[Floats, Floats]:
    """Counties of 1000 people in every cell; ten years on all cells are those times a factor of the county."""
    first = np.full((len(growth), 2, 18), 1000.0)
    return first, first * growth[:, None, None]


def about(first: Floats, pull: Floats) -> pd.DataFrame:
    """Everything the same in every county but its urban share."""
    total = first.sum(axis=(1, 2))
    flat = dict.fromkeys(KNOWN, 0.1 * total)
    return pd.DataFrame({**flat, "urban_pop": pull * total, "birth_rate_permille": 10.0, "death_rate_permille": 6.0})


def test_ratios_are_those_of_counties_outside_the_group() -> None:
    first, last = counted(np.array([1.0, 1.2, 2.0]))
    found = shared(first, last, np.array([0, 0, 1]), np.zeros(3))
    # the two of the first group by the last one's ratio; that one by theirs, pooled
    assert found[:, 0, 5] == pytest.approx([2000.0, 2000.0, 1100.0])
    # the open group: three cells start, one cell ends
    assert found[0, 0, -1] == pytest.approx(3000.0 * 2000.0 / 3000.0)
    # children by women of 20-39 ten years on
    assert found[:, 0, 0] == pytest.approx([2000.0, 2000.0, 1100.0])


def test_ratios_of_the_same_home_come_first() -> None:
    first, last = counted(np.array([1.0, 1.2, 2.0, 3.0]))
    homes = np.array([0, 0, 1, 1])
    found = shared(first, last, np.array([0, 1, 0, 1]), homes)
    assert found[:, 0, 5] == pytest.approx([1200.0, 1000.0, 3000.0, 2000.0])


def test_nothing_of_a_tested_county_is_used() -> None:
    rng = np.random.default_rng(1)
    pull = rng.uniform(0.0, 1.0, COUNTIES)
    first, last = counted(np.exp(0.4 * (pull - 0.5)))
    features = known_features(first, about(first, pull))
    assert features is not None
    strange = last.copy()
    strange[GROUPS == 0] *= 7.0
    for method in (shared(first, last, GROUPS, TOGETHER), told(first, last, features, GROUPS, TOGETHER)):
        assert np.isfinite(method).all()
    assert np.array_equal(
        told(first, last, features, GROUPS, TOGETHER)[GROUPS == 0],
        told(first, strange, features, GROUPS, TOGETHER)[GROUPS == 0],
    )


def test_what_depends_on_something_known_is_told() -> None:
    rng = np.random.default_rng(2)
    pull = rng.uniform(0.0, 1.0, COUNTIES)
    first, last = counted(np.exp(0.4 * (pull - 0.5)))
    features = known_features(first, about(first, pull))
    assert features is not None
    plain, better = shared(first, last, GROUPS, TOGETHER), told(first, last, features, GROUPS, TOGETHER)
    misses = [np.abs(np.log(found[:, 0, 4:10] / last[:, 0, 4:10])).mean() for found in (plain, better)]
    # a penalty of 10 beside 30 counties keeps three quarters of the slope
    assert misses[1] < 0.35 * misses[0]


def test_what_depends_on_nothing_known_is_left_as_it_was() -> None:
    rng = np.random.default_rng(3)
    first, last = counted(np.exp(rng.normal(0.0, 0.2, COUNTIES)))
    features = known_features(first, about(first, rng.uniform(0.0, 1.0, COUNTIES)))
    assert features is not None
    plain, found = shared(first, last, GROUPS, TOGETHER), told(first, last, features, GROUPS, TOGETHER)
    assert np.abs(np.log(found[:, 0, 5] / plain[:, 0, 5])).max() < 0.15


def test_without_a_figure_nothing_is_known() -> None:
    first, _ = counted(np.ones(3))
    full = about(first, np.array([0.1, 0.2, 0.3]))
    assert known_features(first, full) is not None
    assert known_features(first, full.drop(columns="urban_pop")) is None
    full.loc[1, "registered_pop"] = np.nan
    assert known_features(first, full) is None
