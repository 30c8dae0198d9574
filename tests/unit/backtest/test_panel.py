from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from forecast.backtest.panel import CLASSES, GROUPED, SINGLE, PeoplePanel, size_class

MadePanel = Callable[..., PeoplePanel]


def test_groups_of_single_ages_by_hand() -> None:
    # one person at each age 0-100, men and women, two areas of which the second is ten times as large
    people = np.ones((1, 2, 2, 101)) * np.array([1.0, 10.0])[:, None, None]
    panel = PeoplePanel("p", ("a", "b"), (2020,), people, 1)
    wanted = {
        "0-2": 6, "0-4": 10, "3-5": 6, "6-11": 12, "12-17": 12, "18-64": 94, "65+": 72, "80+": 42, "all": 202,
    }  # fmt: skip
    assert panel.groups == tuple(wanted) == tuple(SINGLE)
    assert panel.counted(2020)[:, 0].tolist() == list(wanted.values())
    assert panel.counted(2020)[:, 1].tolist() == [10 * size for size in wanted.values()]
    assert panel.size(2020).tolist() == [202.0, 2020.0]


def test_groups_of_five_years_by_hand() -> None:
    people = np.arange(18.0).reshape(1, 1, 1, 18)
    panel = PeoplePanel("p", ("a",), (2020,), people, 5)
    wanted = {"0-4": 0, "5-9": 1, "10-14": 2, "15-64": sum(range(3, 13)), "65+": 13 + 14 + 15 + 16 + 17, "80+": 33}
    assert panel.counted(2020)[:, 0].tolist() == [*wanted.values(), sum(range(18))]
    assert panel.groups == tuple(GROUPED)
    assert panel.step == 5


def test_groups_of_forecasts_keep_the_years(made_panel: MadePanel) -> None:
    panel = made_panel()
    grouped = panel.grouped(panel.people)
    assert grouped.shape == (13, len(SINGLE), 3)
    assert grouped[4] == pytest.approx(panel.counted(2004))


def test_a_history_ends_at_the_origin(made_panel: MadePanel) -> None:
    panel = made_panel()
    history = panel.history(2006)
    assert [stock.year for stock in history.stocks] == list(range(2000, 2007))
    assert np.array_equal(history.launch.people, panel.people[6])
    assert history.launch.areas == panel.areas
    assert not history.births
    assert not history.totals


def test_a_history_of_one_group_is_one_cell(made_panel: MadePanel) -> None:
    panel = made_panel(width=5)
    history = panel.history_of("65+", 2006)
    assert history.launch.people.shape == (3, 1, 1)
    assert history.launch.people[:, 0, 0] == pytest.approx(panel.counted(2006)[panel.groups.index("65+")])
    assert [stock.year for stock in history.stocks] == list(range(2000, 2007))
    assert history.launch.width == 5


def test_size_classes_begin_at_their_border() -> None:
    people = np.array([0.0, 4_999.0, 5_000.0, 19_999.0, 20_000.0, 99_999.0, 100_000.0])
    assert [CLASSES[place] for place in size_class(people)] == [
        "<5k", "<5k", "5-20k", "5-20k", "20-100k", "20-100k", ">=100k",
    ]  # fmt: skip
