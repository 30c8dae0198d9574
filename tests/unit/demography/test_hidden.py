from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from forecast.demography.cohort import CohortComponent
from forecast.demography.controls import Control
from forecast.demography.engine import History
from forecast.demography.hidden import Side, hidden

Made = Callable[..., History]
YEARS = range(2020, 2026)
CITY = Control("city", None, 2024, 300_000.0, origin="assumed, made")
CHILDREN = Control("city", None, 2024, 20_000.0, (0, 1), 0, 3, "assumed, made")


def side(history: History, *controls: Control, factor: float = 1.0) -> Side:
    assert history.components is not None
    steps = np.array([1.0, 1.0, factor, factor, factor])
    changed = dataclasses.replace(history, components=dataclasses.replace(history.components, factor=steps))
    fitted = CohortComponent().fit(changed).controlled(controls, leading=False)
    return Side.of(fitted, YEARS, fitted.predict(YEARS[1:]).people)


def test_what_a_control_hides_is_told_with_its_size(made: Made) -> None:
    history = made(2)
    base, more = side(history, CITY, CHILDREN), side(history, CITY, CHILDREN, factor=1.5)
    rows = {item.measure: item for item in hidden(more, base, "baseline")}
    assert set(rows) == {"difference in people", "difference in people, ages 0-2"}
    row = rows["difference in people"]
    assert row.before == pytest.approx(float(more.free[4].sum() - base.free[4].sum()))
    assert row.before > 100.0
    assert (row.area, row.year, row.after) == ("city", 2024, 0.0)
    assert "has no effect on this sum because" in row.why
    assert row.why.endswith("100% of the difference is hidden")


def test_a_control_of_one_side_hides_nothing(made: Made) -> None:
    history = made(2)
    assert hidden(side(history, CITY, factor=1.5), side(history), "baseline") == []
    assert hidden(side(history, factor=1.5), side(history, CITY), "baseline") == []


def test_sides_that_do_not_differ_have_nothing_to_hide(made: Made) -> None:
    history = made(2)
    assert hidden(side(history, CITY), side(history, CITY), "baseline") == []
    # grown people do not change by births of three years
    old = Control("city", None, 2024, 200_000.0, (0, 1), 10, origin="assumed, made")
    assert hidden(side(history, old, factor=1.5), side(history, old), "baseline") == []
