from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.errors import InputError
from forecast.services.childcare.months import EVENLY, NOBODY, Months, months, twelve
from forecast.services.facts import Facts, MonthlyBirths

YEARS = range(2020, 2024)
PARENTS = {"230102": "230100", "230100": "230000", "230000": "000000", "230103": "230100"}


def facts(**births: list[float]) -> Facts:
    """Births by month under keys such as a230102_2020."""
    known = {}
    for key, values in births.items():
        area, year = key.removeprefix("a").split("_")
        known[area, int(year)] = MonthlyBirths(tuple(values), "observed", "made")
    return Facts({}, {}, {}, (), parents=PARENTS, births_by_month=known)


def split(found: Months, children: Floats) -> Floats:
    """Children by month of age (year, area, 36), from those of 0, 1 and 2 years, all areas in one place."""
    return (children[..., None] * found.shares).reshape(len(YEARS), -1, 36)


def test_without_a_table_a_twelfth_each() -> None:
    found = months(facts(), YEARS, ("230102", "230103"))
    assert found.even
    assert found.told == (EVENLY,)
    assert found.shares == pytest.approx(np.full((4, 1, 3, 12), 1 / 12))
    assert found.halves() == pytest.approx(np.full((4, 1, 3, 2), 0.5))


def test_the_month_of_birth_is_the_month_of_age() -> None:
    # of 78 children born in 2020, one in January, two in February .. twelve in December
    found = months(facts(a230102_2020=[float(month) for month in range(1, 13)]), YEARS, ("230102",))
    children = np.full((4, 1, 3), 78.0)
    by_month = split(found, children)
    # on 31 December 2020 the December child has completed no month, the January child eleven
    assert by_month[0, 0, :12].tolist() == pytest.approx([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
    # a year later they are 12 to 23 months old
    assert by_month[1, 0, 12:24].tolist() == pytest.approx([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
    # born July to December: 7 + 8 + .. + 12 = 57
    assert found.halves()[0, 0, 0].tolist() == pytest.approx([57 / 78, 21 / 78])


def test_a_year_not_on_record_follows_the_season() -> None:
    first, second = [1.0] * 11 + [13.0], [3.0] * 11 + [3.0]
    found = months(facts(a230102_2019=first, a230102_2020=second), YEARS, ("230102",))
    # together 60 births, 16 of them in December and 4 in each other month
    assert found.shares[3, 0, 0, 0] == pytest.approx(16 / 60)
    assert found.shares[0, 0, 0, 0] == pytest.approx(3 / 36)
    assert found.shares[0, 0, 1, 0] == pytest.approx(13 / 24)
    assert "230102, 2019-2020" in found.told_of(0)


def test_the_nearest_place_with_months_counts() -> None:
    province = [2.0] * 6 + [0.0] * 6
    own = [0.0] * 6 + [5.0] * 6
    found = months(facts(a230000_2020=province, a230103_2020=own), YEARS, ("230102", "230103"))
    halves = found.halves()
    assert halves[2, 0, 0].tolist() == pytest.approx([0, 1])  # born January to June, so 6 to 11 months old
    assert halves[2, 1, 0].tolist() == pytest.approx([1, 0])
    assert "230000" in found.told_of(0)
    assert "230103" in found.told_of(1)
    assert not found.even
    assert found.source == "made"


def test_a_year_without_births_says_nothing_of_months() -> None:
    found = months(facts(a230102_2020=[0.0] * 12, a230102_2021=[6.0] + [0.0] * 10 + [6.0]), YEARS, ("230102",))
    assert found.shares[0, 0, 0].tolist() == pytest.approx(found.shares[1, 0, 0].tolist())
    alone = months(facts(a230102_2020=[0.0] * 12), YEARS, ("230102",))
    assert alone.shares[0, 0, 0].tolist() == pytest.approx([1 / 12] * 12)
    assert alone.told == (NOBODY,)
    assert alone.even
    assert alone.source == ""
    # a place above that has births gives the season
    above = months(facts(a230102_2020=[0.0] * 12, a230000_2020=[2.0] * 6 + [0.0] * 6), YEARS, ("230102",))
    assert above.halves()[2, 0, 0].tolist() == pytest.approx([0, 1])
    assert "230000" in above.told_of(0)


def test_a_circle_of_parents_ends() -> None:
    circle = Facts({}, {}, {}, (), parents={"a": "b", "b": "a"})
    assert months(circle, YEARS, ("a",)).even


@given(
    st.lists(st.floats(0, 1e5), min_size=12, max_size=12),
    st.lists(st.floats(0, 1e6), min_size=3, max_size=3),
)
def test_no_child_is_lost_between_months(births: list[float], children: list[float]) -> None:
    found = months(facts(a230102_2021=births), YEARS, ("230102",))
    by_month = split(found, np.broadcast_to(np.array(children), (4, 1, 3)))
    assert (by_month >= 0).all()
    assert by_month.reshape(4, 1, 3, 12).sum(axis=-1) == pytest.approx(np.broadcast_to(children, (4, 1, 3)), rel=1e-12)


def test_a_year_needs_all_its_months() -> None:
    births = dict.fromkeys(range(1, 13), 1.0)
    assert twelve("230102", 2020, births) == (1.0,) * 12
    del births[3], births[11]
    with pytest.raises(InputError, match=r"births_by_month, area 230102, 2020: .* none for 3, 11"):
        twelve("230102", 2020, births)
