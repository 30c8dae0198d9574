"""Children on the registers replace those of the forecast, cohort by cohort."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from forecast.errors import InputError
from forecast.services.people import People
from forecast.services.school.counted import Listed
from forecast.services.school.registers import registered

Level = Callable[..., People]
HERE, THERE = "230100", "230101"


def test_a_cohort_keeps_the_ratio_of_its_count(level: Level) -> None:
    # 100 of each age everywhere, always; 80 of three on the register of 2021
    found = registered(level(100.0, 100.0), [Listed(HERE, 2021, 3, 80.0, "made")])
    ages = {2020: 2, 2021: 3, 2022: 4, 2023: 5, 2024: 6}
    assert [found.children[year - 2020, 0, age] for year, age in ages.items()] == pytest.approx([80.0] * 5)
    others = found.children.copy()
    for year, age in ages.items():
        others[year - 2020, 0, age] = 100.0
    assert others == pytest.approx(np.full_like(others, 100.0))
    (note,) = found.notes
    assert (note.area, note.year, note.after) == (HERE, 2021, 80.0)
    assert note.before == pytest.approx(100.0)
    assert "nowcast" in note.why


def test_the_latest_count_of_a_cohort_stands(level: Level) -> None:
    counts = [Listed(HERE, 2023, 5, 90.0, "made"), Listed(HERE, 2021, 3, 80.0, "made")]
    children = registered(level(100.0), counts).children
    cohort = [children[year - 2020, 0, year - 2018] for year in range(2020, 2025)]
    assert cohort == pytest.approx([80.0, 80.0, 80.0, 90.0, 90.0])


def test_on_trajectories_nothing_is_unsure_of_a_count(level: Level) -> None:
    base = level(100.0, 100.0, 100.0, codes=(HERE,) * 3)
    draw = np.random.default_rng(1).uniform(0.8, 1.2, (5, 3, 1, 1))
    people = People(base.areas, base.years, base.people * draw, base.births, 2022, 2023)
    before, after = people.on_31_august, registered(people, [Listed(HERE, 2022, 4, 77.0, "made")]).children
    assert after[2, :, 4] == pytest.approx([77.0] * 3)
    # ... and later only what happened since
    assert after[4, :, 6] == pytest.approx(77.0 * before[4, :, 6] / before[2, :, 4])
    assert np.ptp(after[4, :, 6]) > 1.0


def test_without_counts_of_its_areas_a_forecast_stays_as_it_is(level: Level) -> None:
    people = level(100.0)
    found = registered(people, [Listed("999999", 2021, 3, 80.0, "made")])
    assert found.children is people.on_31_august
    assert found.notes == ()


def test_counts_of_other_years_and_of_ages_that_nobody_has_are_named(level: Level) -> None:
    with pytest.raises(
        InputError, match=r"row 7: expected a year of the run that may .*, 2020 to 2023 \(.*\), found 2019"
    ):
        registered(level(100.0), [Listed(HERE, 2019, 3, 80.0, "made", "data/children.csv, row 7")])
    with pytest.raises(InputError, match="an age of which the forecast has children"):
        registered(level(0.0, 100.0), [Listed(HERE, 2021, 3, 80.0, "made")])


def test_no_register_is_of_a_year_to_come(level: Level) -> None:
    # births are on record to 2022: a register of August 2023 may be at hand, one of 2024 not
    assert registered(level(100.0), [Listed(HERE, 2023, 3, 80.0, "made")]).notes
    with pytest.raises(InputError, match=r"row 7: .* a year after models.project.time.born_until\), found 2024"):
        registered(level(100.0), [Listed(HERE, 2024, 3, 80.0, "made", "data/children.csv, row 7")])


def test_nobody_on_the_register_of_an_age_that_nobody_has_is_no_fault(level: Level) -> None:
    children = registered(level(0.0), [Listed(HERE, 2021, 3, 0.0, "made")]).children
    assert not children.any()
