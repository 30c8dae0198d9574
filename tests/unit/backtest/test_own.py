from __future__ import annotations

import pandas as pd

from forecast.backtest.own import project_panel


def rows(years: range, width: int = 1, ages: int = 20) -> pd.DataFrame:
    """Residents of two areas, ten a cell, the last age open."""
    found = [
        (area, f"{year}-12-31", "resident", sex, age * width, width if age < ages - 1 else pd.NA, 10.0 + year - 2000)
        for year in years
        for area in ("1", "2")
        for sex in ("male", "female")
        for age in range(ages)
    ]
    frame = pd.DataFrame(found, columns=["area", "date", "concept", "sex", "age_start", "age_width", "people"])
    return frame.astype({"age_width": "Int64"})


def test_a_run_of_yearly_stocks_becomes_a_panel() -> None:
    panel = project_panel(rows(range(2001, 2011)), ("1", "2"), "town")
    assert panel is not None
    assert panel.years == tuple(range(2001, 2011))
    assert panel.people.shape == (10, 2, 2, 20)
    assert (panel.people[3] == 14.0).all()
    assert panel.width == 1


def test_five_year_groups_become_one_of_width_five() -> None:
    panel = project_panel(rows(range(2001, 2011), width=5), ("1", "2"), "town")
    assert panel is not None
    assert panel.width == 5


def test_too_few_years_or_a_missing_area_give_none() -> None:
    assert project_panel(rows(range(2001, 2006)), ("1", "2"), "town") is None
    assert project_panel(rows(range(2001, 2011)), ("1", "2", "3"), "town") is None


def test_a_year_with_a_hole_ends_the_run() -> None:
    whole = rows(range(2001, 2013))
    holed = whole.drop(whole[(whole["date"] == "2003-12-31") & (whole["age_start"] == 4)].index[:1])
    panel = project_panel(holed, ("1", "2"), "town")
    assert panel is not None
    assert panel.years == tuple(range(2004, 2013))
