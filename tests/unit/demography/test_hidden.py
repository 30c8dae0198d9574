from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from forecast.demography.cohort import CohortComponent
from forecast.demography.controls import Control
from forecast.demography.engine import History
from forecast.demography.hidden import Side, hidden, unheard
from forecast.project.movement import UrbanisationSpec
from forecast.run.model import Result

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


def test_targets_of_the_urban_share_and_mobility_of_recorded_years_are_told(baseline: Result) -> None:
    movement, half = baseline.models.movement, {"value": 0.5, "status": "assumed", "source": "laoyou-method"}
    urban = UrbanisationSpec.model_validate({"by_moves": half, "share": {2021: 0.71, 2035: 0.8}})
    assert movement.flows is not None
    slower = movement.flows.model_copy(update={"mobility": movement.flows.mobility.model_copy(update=half)})
    changed = movement.model_copy(update={"urbanisation": urban, "flows": slower})
    rows = unheard(baseline.models.model_copy(update={"movement": changed}), baseline.evidence)
    targets = [item for item in rows if item.measure == "target of the urban share"]
    assert [(item.year, item.before) for item in targets] == [(2021, 0.71)]
    assert "has no effect on the year's moves because its total is on record" in targets[0].why
    known = max(baseline.evidence.totals["230100"])
    still = [item.year for item in rows if item.measure == "movement flows.mobility"]
    assert still == list(range(2021, known + 1))
    assert unheard(baseline.models, baseline.evidence) == []
