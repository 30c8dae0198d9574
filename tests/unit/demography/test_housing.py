from __future__ import annotations

import numpy as np
import pytest

from forecast.axes import Floats
from forecast.demography.flows import net_of
from forecast.demography.housing import Housing, family_profile
from forecast.demography.migration import When
from forecast.demography.settlement import Dwellings
from forecast.project.movement import HousingSpec
from forecast.project.parts import Assumption

AREAS, PLACES, AGES = 2, 4, 60


def assumed(value: float) -> Assumption:
    return Assumption(value=value, status="assumed", source="laoyou-method")


def spec(overlap: float = 0.0, vacancy: float = 0.2) -> HousingSpec:
    return HousingSpec(
        household=assumed(2.5),
        vacancy=assumed(vacancy),
        overlap=assumed(overlap),
        filling=(0.6, 0.4),
        families=assumed(1.0),
        fading=assumed(0.5),
        age=assumed(32),
        children=assumed(0.5),
    )


def built(completed: float = 1000.0, household: float = np.nan) -> dict[int, Dwellings]:
    return {2025: Dwellings(np.array([0.0, completed]), np.array([np.nan, household]))}


def people(size: float = 1e4) -> Floats:
    return np.full((AREAS, 2, AGES), size)


def moved() -> Floats:
    table = np.full((2, AGES, PLACES, PLACES), 3.0)
    table[..., range(PLACES), range(PLACES)] = 0.0
    table[..., AREAS:, AREAS:] = 0.0
    return table


def test_a_family_profile_holds_adults_and_young_children() -> None:
    profile = family_profile(32, 0.5, AGES)
    assert profile.sum() == pytest.approx(1.0)
    assert profile[:, :10].sum() / profile[:, 18:].sum() == pytest.approx(0.5)
    assert profile[:, 10:18].sum() == 0.0
    assert (np.diff(profile[0, :10]) < 0).all()
    assert abs((profile[0, 18:] @ (np.arange(18, AGES) + 0.5)) / profile[0, 18:].sum() - 32) < 0.5


def test_dwellings_fill_as_stated_and_no_further() -> None:
    rule = Housing(built(), spec())
    extra = {}
    for year in range(2024, 2029):
        found, notes = rule.apply(moved(), people(), When(year, year - 2022))
        extra[year] = (net_of(found, AREAS) - net_of(moved(), AREAS)).sum(axis=(1, 2))
        assert bool(notes) == (year in (2025, 2026))
        assert (found >= moved() - 1e-12).all()
    # 1,000 dwellings x 2.5 people, a fifth empty: 2,000 people, 1,200 of them in the first year, some from next door
    gained = {year: round(float(both[1]), 6) for year, both in extra.items()}
    assert gained == {2024: 0.0, 2025: 1200.0, 2026: 800.0, 2027: 0.0, 2028: 0.0}
    assert extra[2025][0] == pytest.approx(-400.0)


def test_what_the_past_already_brings_is_not_counted_twice() -> None:
    found, _ = Housing(built(), spec(overlap=0.5)).apply(moved(), people(), When(2025, 3))
    assert (net_of(found, AREAS) - net_of(moved(), AREAS))[1].sum() == pytest.approx(600.0)


def test_a_stated_household_goes_before_the_assumption() -> None:
    found, _ = Housing(built(household=5.0), spec()).apply(moved(), people(), When(2025, 3))
    assert (net_of(found, AREAS) - net_of(moved(), AREAS))[1].sum() == pytest.approx(2400.0)


def test_young_families_come_first() -> None:
    rule = Housing(built(), spec())
    young = []
    for year in (2025, 2026):
        found, _ = rule.apply(moved(), people(), When(year, 3))
        came = (net_of(found, AREAS) - net_of(moved(), AREAS))[1].sum(axis=0)
        young.append(came[:10].sum() / came.sum())
    assert young[0] == pytest.approx(1.0 / 3.0)
    assert young[0] > young[1]


def test_years_on_record_are_left_alone() -> None:
    """Their total holds already who came; later years still bring those who move in then."""
    rule = Housing(built(), spec())
    for after in (-1, 0):
        found, notes = rule.apply(moved(), people(), When(2025, after))
        assert found.tolist() == moved().tolist()
        assert notes == ()
    later, _ = rule.apply(moved(), people(), When(2026, 1))
    assert (net_of(later, AREAS) - net_of(moved(), AREAS))[1].sum() == pytest.approx(800.0)


def test_origins_that_are_empty_are_told() -> None:
    found, notes = Housing(built(1e6), spec()).apply(moved(), people(2.0), When(2025, 3))
    assert "find nobody" in notes[0][3]
    assert notes[0][2] < 1.2e6
    assert (people(2.0) + net_of(found, AREAS) >= 0).all()
