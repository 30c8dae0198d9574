"""The schedule of the decision of 2024, month by month, against what its annexes say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.kernels.pension import born_in, month, not_yet, pension_age, retiring

RISE = month(2025, 1)
MEN, PROFESSIONAL, WORKER = (720, 756, RISE, 4), (660, 696, RISE, 4), (600, 660, RISE, 2)
Rule = tuple[int, int, int, int]


def age_of(year: int, of_year: int, rule: Rule) -> tuple[int, int]:
    found = int(pension_age(np.array(month(year, of_year)), *rule))
    return found // 12, found % 12


def leaves(year: int, of_year: int, rule: Rule) -> tuple[int, int]:
    born = month(year, of_year)
    gone = born + int(pension_age(np.array(born), *rule))
    return gone // 12, gone % 12 + 1


@pytest.mark.parametrize(
    ("rule", "born", "age", "gone"),
    [
        (MEN, (1964, 12), (60, 0), (2024, 12)),
        (MEN, (1965, 1), (60, 1), (2025, 2)),
        (MEN, (1965, 4), (60, 1), (2025, 5)),
        (MEN, (1965, 5), (60, 2), (2025, 7)),
        (MEN, (1976, 8), (62, 11), (2039, 7)),
        (MEN, (1976, 9), (63, 0), (2039, 9)),
        (MEN, (1990, 3), (63, 0), (2053, 3)),
        (PROFESSIONAL, (1969, 12), (55, 0), (2024, 12)),
        (PROFESSIONAL, (1970, 1), (55, 1), (2025, 2)),
        (PROFESSIONAL, (1981, 8), (57, 11), (2039, 7)),
        (PROFESSIONAL, (1981, 9), (58, 0), (2039, 9)),
        (WORKER, (1974, 12), (50, 0), (2024, 12)),
        (WORKER, (1975, 1), (50, 1), (2025, 2)),
        (WORKER, (1975, 3), (50, 2), (2025, 5)),
        (WORKER, (1984, 10), (54, 11), (2039, 9)),
        (WORKER, (1984, 11), (55, 0), (2039, 11)),
    ],
)
def test_the_annexes(rule: Rule, born: tuple[int, int], age: tuple[int, int], gone: tuple[int, int]) -> None:
    assert age_of(*born, rule) == age
    assert leaves(*born, rule) == gone


@given(st.sampled_from([MEN, PROFESSIONAL, WORKER]), st.integers(month(1940, 1), month(2010, 1)))
def test_who_is_younger_never_retires_first(rule: Rule, born: int) -> None:
    both = np.array([born, born + 1])
    first, second = both + pension_age(both, *rule)
    assert second > first
    assert rule[0] <= pension_age(both, *rule)[0] <= rule[1]


def test_an_age_that_does_not_rise() -> None:
    assert (pension_age(np.arange(month(1960, 1), month(1980, 1)), 720, 720, RISE, 4) == 720).all()


def test_months_of_birth_of_an_age_on_31_august() -> None:
    (months,) = born_in(np.array([59]), 2024)
    assert (months[0], months[-1], len(months)) == (month(1964, 9), month(1965, 8), 12)


def test_share_not_yet_due() -> None:
    due = np.array([[month(2025, 8), month(2025, 9)], [month(2024, 1), month(2025, 1)]])
    assert not_yet(due, 2025).tolist() == [0.5, 0.0]


def test_retiring_is_of_those_still_there() -> None:
    assert retiring(np.array([0.5, 0.5, 0.0]), np.array([0.125, 0.5, 0.0])).tolist() == [0.75, 0.0, 1.0]
