from __future__ import annotations

import numpy as np
import pytest

from forecast.kernels.pension import month
from forecast.services.staff.pensions import (
    AGES,
    FIRST_AGE,
    MEN,
    POSTS,
    PROFESSIONAL,
    Early,
    PensionAge,
    retirements,
    still_due,
)

RISE = month(2025, 1)
RULES = (
    PensionAge(POSTS[0], 720, 756, RISE, 4),
    PensionAge(POSTS[1], 660, 696, RISE, 4),
    PensionAge(POSTS[2], 600, 660, RISE, 2),
)
BEFORE = tuple(rule.unraised() for rule in RULES)


def at(age: int) -> int:
    return age - FIRST_AGE


def test_men_of_59_in_september_2024() -> None:
    # born September 1964 to August 1965: those of July and August 1965 retire in September and October 2025
    (share,) = retirements(RULES, range(2025, 2026))[:, MEN, at(59)]
    assert share == pytest.approx(10 / 12)
    assert retirements(RULES, range(2025, 2026))[0, MEN, at(58)] == 0.0


def test_those_left_over_go_first_the_year_after() -> None:
    # of age 60 in September 2025 two months of birth are left; both retire by October
    found = retirements(RULES, range(2026, 2027))[0, MEN]
    assert found[at(60)] == 1.0
    # born September 1965 to August 1966: month k of the rise retires k months and (k // 4 + 1) after January 2025
    gone = [k for k in range(8, 20) if k + k // 4 + 1 <= 19]
    assert found[at(59)] == pytest.approx(len(gone) / 12)


def test_before_the_rise_all_go_at_the_old_age() -> None:
    found = retirements(RULES, range(2024, 2025))[0]
    for post, age in enumerate((59, 54, 49)):
        assert found[post, at(age)] == 1.0
        assert found[post, at(age) - 1] == 0.0


def test_once_the_rise_is_over_all_go_at_the_new_age() -> None:
    found = retirements(RULES, range(2045, 2046))[0]
    for post, age in enumerate((62, 57, 54)):
        assert found[post, at(age)] == 1.0
        assert found[post, at(age) - 1] == 0.0


def test_early_retirement_stops_at_the_age_before_the_rise() -> None:
    early = Early(1.0, 36)
    assert np.array_equal(still_due(RULES, 2030, early), still_due(BEFORE, 2030))
    half = still_due(RULES, 2030, Early(0.5, 36))
    assert np.allclose(half, 0.5 * still_due(RULES, 2030) + 0.5 * still_due(BEFORE, 2030))
    one_year = still_due(RULES, 2045, Early(1.0, 12))[PROFESSIONAL]
    assert AGES[one_year > 0].max() == 56


def test_everybody_has_gone_by_the_last_age() -> None:
    for year in (2015, 2025, 2050):
        assert still_due(RULES, year)[:, at(64) :].max() == 0.0
        assert still_due(RULES, year)[:, : at(49)].min() == 1.0


def test_no_years_no_shares() -> None:
    assert retirements(RULES, range(2025, 2025)).shape == (0, 3, len(AGES))
