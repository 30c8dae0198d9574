"""Counts of years to come are refused, with their row."""

from __future__ import annotations

import numpy as np

from forecast.services.school.ahead import ahead, latest
from forecast.services.school.counted import Roll


def test_counts_are_of_years_up_to_the_one_after_the_last_births() -> None:
    years = (2025, 2026, 2027)
    cells, nothing = np.ones((3, 2)), np.full(3, np.nan)
    rows = {(year, grade): f"row {10 * (year - 2024) + grade}" for year in years for grade in (1, 2)}
    one = Roll(years, cells, np.full_like(cells, np.nan), nothing, nothing, "observed", "made", "row 1", {}, rows)
    rolls = {("a", "primary"): one, ("elsewhere", "primary"): one}
    assert latest(2025) == 2026
    (fault,) = ahead(rolls, ("a",), 2025)
    assert (fault.where, fault.found) == ("row 31", "2027")
    assert "born_until" in fault.expected
    assert ahead(rolls, ("a",), 2026) == []
