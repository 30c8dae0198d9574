from __future__ import annotations

import numpy as np
import pytest

from forecast.axes import Population
from forecast.demography.recorded_deaths import lived

FIRST = Population(("a",), 2010, np.full((1, 2, 3), 100.0))
SECOND = Population(("a",), 2020, np.full((1, 2, 3), 200.0))


@pytest.mark.parametrize(
    ("year", "people"),
    [
        (2011, 105.0),  # the middle of 2011 is half a year after the first stock
        (2020, 195.0),
        (2010, 100.0),  # half a year before it: as counted
        (2023, 200.0),
    ],
)
def test_people_of_mid_year_on_the_line_between_two_stocks(year: int, people: float) -> None:
    assert lived(FIRST, SECOND, year) == pytest.approx(np.full((1, 2, 3), people))
