from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.axes import Population
from forecast.demography.engine import History
from forecast.demography.hamilton_perry import HamiltonPerry
from forecast.demography.synthetic import SyntheticRatio
from forecast.errors import TooLittleHistory

GROUPS = 10
"""Five-year groups 0-4 .. 40-44 and 45+."""
PLAIN = SyntheticRatio(prior=0.0, children=0.0)


def stocks(*sizes: tuple[float, float], children: tuple[tuple[float, float], ...] = ()) -> History:
    """Two areas of one sex every five years up to 2020: so many in each group, and so many children if given."""
    found = []
    for place, pair in enumerate(sizes):
        people = np.repeat(np.array(pair)[:, None, None], GROUPS, axis=2)
        if children:
            people[:, 0, 0] = children[place]
        found.append(Population(("a", "b"), 2020 - 5 * (len(sizes) - 1 - place), people, 5))
    return History(tuple(found))


def test_a_record_is_brought_to_the_present_level_of_all_areas() -> None:
    # a: 160 of 200, b: 570 of 600 over two intervals; both together 730 of 800, and lately 360 of 370
    history = stocks((100.0, 300.0), (80.0, 290.0), (80.0, 280.0))
    found = PLAIN.fit(history).ratios[:, 0, 5]
    level = (360 / 370) / (730 / 770)
    assert found == pytest.approx([160 / 180 * level, 570 / 590 * level])


def test_an_area_is_pulled_to_all_areas_by_persons() -> None:
    history = stocks((100.0, 300.0), (80.0, 290.0), (80.0, 280.0))
    level, parent = (360 / 370) / (730 / 770), 730 / 770
    found = SyntheticRatio(prior=60.0).fit(history).ratios[:, 0, 5]
    assert found == pytest.approx([(160 + 60 * parent) / 240 * level, (570 + 60 * parent) / 650 * level])


def test_children_per_woman_stand_where_they_stood_at_the_level_of_now() -> None:
    # potential mothers are the four groups of 20-39: 4 x 100. Over both stocks a has 30 children of 2 x 400, b 90;
    # together 120 of 1600, and lately 80 of 800
    history = stocks((100.0, 100.0), (100.0, 100.0), (100.0, 100.0), children=((9.0, 9.0), (10.0, 30.0), (20.0, 60.0)))
    found = PLAIN.fit(history).per_woman[:, 0]
    assert found == pytest.approx([0.5 * 80 / 800, 1.5 * 80 / 800])
    pulled = SyntheticRatio(prior=0.0, children=60.0).fit(history).per_woman[:, 0]
    assert pulled == pytest.approx([(30 + 60) / (60 + 60) * 0.1, (90 + 60) / (60 + 60) * 0.1])


@given(st.floats(60.0, 140.0), st.floats(60.0, 140.0))
def test_with_one_interval_and_no_shrinkage_it_is_hamilton_perry(first: float, second: float) -> None:
    history = stocks((100.0, 100.0), (first, second))
    years = range(2025, 2036, 5)
    assert PLAIN.fit(history).predict(years).people == pytest.approx(HamiltonPerry().fit(history).predict(years).people)


def test_no_ratio_exceeds_the_limit() -> None:
    assert PLAIN.fit(stocks((1.0, 1.0), (100.0, 2.0))).ratios.max() <= 5.0


def test_one_stock_is_too_little() -> None:
    with pytest.raises(TooLittleHistory):
        PLAIN.fit(stocks((1.0, 1.0)))
