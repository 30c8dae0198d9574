"""Pupils per child: gross enrolment, grade progression, and stated paths on top."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from forecast.axes import Floats
from forecast.errors import InputError
from forecast.services.school.bands import Band
from forecast.services.school.counted import Roll
from forecast.services.school.rates import (
    NONE,
    BandRates,
    bent,
    gross_rates,
    histories,
    with_progression,
)
from forecast.services.uptake import Uptake

YEARS = range(2020, 2036)
AREAS = ("a", "b")
NINE = Band("compulsory", 6, {"primary": (6, 5), "junior": (3, 4)})
SENIOR = Band("senior", 15, {"senior": (3, 3)})
SINGLE = {"primary": ("primary",), "junior": ("junior",)}
BOTH = {"senior": ("senior", "senior-vocational")}
PATHS = {name: Uptake({2023: rate}, 0.0) for name, rate in (("primary", 0.9), ("junior", 0.8), ("senior", 0.7))}


def roll(width: int, pupils: float = 100.0, years: tuple[int, ...] = (2022, 2023, 2024)) -> Roll:
    cells = np.full((len(years), width), pupils)
    nothing = np.full(len(years), np.nan)
    return Roll(
        years, cells, np.full_like(cells, np.nan), nothing, nothing, "observed", "made", "data/pupils.csv, row 2"
    )


def rates(
    band: Band, kinds: Mapping[str, tuple[str, ...]], rolls: Mapping[tuple[str, str], Roll], fed: Floats | None = None
) -> BandRates:
    base = np.full((len(YEARS), 2, band.grades), 200.0)
    past, notes = histories(band, kinds, rolls, AREAS, YEARS)
    assert notes == []
    return with_progression(gross_rates(band, PATHS, YEARS, 2), band, past, base, YEARS, fed)


def test_gross_enrolment_stands_by_service_of_each_area() -> None:
    found = gross_rates(NINE, PATHS, YEARS, 2)
    assert found.rates[0, 0].tolist() == [0.9] * 6 + [0.8] * 3
    assert found.rates[0, 1].tolist() == [0.9] * 5 + [0.8] * 4
    assert (found.launch == NONE).all()


def test_primary_and_junior_are_one_chain() -> None:
    found = rates(NINE, SINGLE, {("a", "primary"): roll(6), ("a", "junior"): roll(3)})
    assert found.launch.tolist() == [[2024] * 9, [NONE] * 9]
    assert found.rates[:, 0] == pytest.approx(np.full((len(YEARS), 9), 0.5))
    assert found.rates[:, 1] == pytest.approx(gross_rates(NINE, PATHS, YEARS, 2).rates[:, 1])
    # one entry, at the first grade of primary
    assert np.isfinite(found.entry[5, 0]).tolist() == [True] + [False] * 8
    assert np.isfinite(found.counted[:, 0, 0]).tolist() == [2022 <= year <= 2024 for year in YEARS]


def test_a_stage_without_the_one_before_it_stands_on_children() -> None:
    found = rates(NINE, SINGLE, {("b", "junior"): roll(4)})
    assert found.launch[1].tolist() == [NONE] * 5 + [2024] * 4
    assert found.entry[5, 1, 5] == 200.0
    assert found.rates[0, 1].tolist() == pytest.approx([0.9] * 5 + [0.5] * 4)


def test_general_and_vocational_follow_the_last_junior_grade() -> None:
    fed = np.full((len(YEARS), 2), np.nan)
    fed[1:, 0] = 150.0
    rolls = {("a", "senior"): roll(3, 60.0), ("a", "senior-vocational"): roll(3, 40.0)}
    found = rates(SENIOR, BOTH, rolls, fed)
    assert found.fed[0].tolist() == [True, False, False]
    assert found.rates[:, 0] == pytest.approx(np.full((len(YEARS), 3), 0.5))
    assert found.vocational is not None
    assert found.vocational[:, 0] == pytest.approx(np.full(len(YEARS), 0.4))
    assert np.isnan(found.vocational[:, 1]).all()


def test_a_year_without_a_count_lies_between_its_neighbours() -> None:
    cells = np.array([[80.0] * 3, [100.0] * 3, [100.0] * 3])
    one = roll(3, years=(2021, 2023, 2024))
    gap = Roll(one.years, cells, one.repeaters, one.migrant, one.boarders, one.status, one.source)
    found = rates(NINE, SINGLE, {("a", "junior"): gap})
    assert found.rates[:5, 0, 6].tolist() == pytest.approx([0.4, 0.4, 0.45, 0.5, 0.5])


def test_one_school_year_keeps_gross_enrolment_and_is_told() -> None:
    past, notes = histories(NINE, SINGLE, {("a", "primary"): roll(6, years=(2024,))}, AREAS, YEARS)
    assert past == {}
    (note,) = notes
    assert (note.area, note.year, note.before) == ("a", 2024, 600.0)
    assert "gross enrolment stands in" in note.why


@pytest.mark.parametrize(
    ("rolls", "says"),
    [
        ({("a", "junior"): roll(4)}, r"row 2: expected grades 1 to 3 of junior in a, .* found grades 1 to 4"),
        ({("b", "primary"): roll(4)}, r"grades 1 to 5 of primary in b, .* found grades 1 to 4"),
        (
            {("a", "primary"): roll(6), ("a", "junior"): roll(3, years=(2022, 2023))},
            r"the same last school year of all grades of a .* found 2024, 2023",
        ),
        (
            {("a", "junior"): roll(3, years=(2017, 2018))},
            "up to a school year of the run, 2020 to 2035, found the last",
        ),
    ],
)
def test_what_does_not_fit_is_named(rolls: dict[tuple[str, str], Roll], says: str) -> None:
    with pytest.raises(InputError, match=says):
        histories(NINE, SINGLE, rolls, AREAS, YEARS)


def test_vocational_school_is_nought_only_if_the_table_says_so() -> None:
    with pytest.raises(
        InputError, match="pupils of senior and senior-vocational of a, found none of senior-vocational"
    ):
        histories(SENIOR, BOTH, {("a", "senior"): roll(3)}, AREAS, YEARS)


def test_an_empty_grade_beyond_the_structure_is_none() -> None:
    one = roll(4)
    cells = one.pupils.copy()
    cells[:, 3] = 0.0
    wide = Roll(one.years, cells, one.repeaters, one.migrant, one.boarders, one.status, one.source)
    past, _ = histories(NINE, SINGLE, {("a", "junior"): wide}, AREAS, YEARS)
    assert past["primary"][0].pupils.shape == (3, 3)


def test_pupils_of_an_age_that_nobody_has_are_a_fault() -> None:
    past, _ = histories(NINE, SINGLE, {("a", "junior"): roll(3)}, AREAS, YEARS)
    base = np.full((len(YEARS), 2, 9), 200.0)
    base[:, 0, 7] = 0.0
    rolls = {("a", "junior"): replace(roll(3), rows={(2022, 2): "data/pupils.csv, row 7"})}
    says = r"row 7: expected junior pupils of a, 2022 grade 2, only where .* found none aged 13 on 31 August 2022"
    with pytest.raises(InputError, match=says):
        with_progression(gross_rates(NINE, PATHS, YEARS, 2), NINE, past, base, YEARS, None, AREAS, rolls)


def test_a_stated_path_bends_the_rate_of_cohorts_as_they_enter() -> None:
    plain = rates(NINE, SINGLE, {("a", "primary"): roll(6), ("a", "junior"): roll(3)})
    paths = {**PATHS, "primary": Uptake({2023: 0.9, 2026: 0.99}, 0.0)}
    found = bent(plain, NINE, paths, YEARS)
    # on the line from 0.9 to 0.99 the path stands at 0.93 in 2024, the last count: by 2026 it gains 0.99 / 0.93
    first = found.rates[:, 0, 0] / plain.rates[:, 0, 0]
    assert first[:5].tolist() == pytest.approx([1.0] * 5)
    assert first[5:8].tolist() == pytest.approx([0.96 / 0.93, 0.99 / 0.93, 0.99 / 0.93])
    # the third grade of 2027 entered in 2025; that of 2026 before anything was stated
    third = found.rates[:, 0, 2] / plain.rates[:, 0, 2]
    assert third[6:8].tolist() == pytest.approx([1.0, 0.96 / 0.93])
    assert found.rates[:, 0, 6:] == pytest.approx(plain.rates[:, 0, 6:])
    assert bent(plain, NINE, PATHS, YEARS) is plain


def test_a_stated_path_leads_nobody_beyond_all_children() -> None:
    plain = rates(NINE, SINGLE, {("a", "primary"): roll(6, 190.0), ("a", "junior"): roll(3, 250.0)})
    paths = {"primary": Uptake({2023: 0.5, 2030: 0.9}, 0.0), "junior": Uptake({2023: 0.5, 2030: 0.9}, 0.0)}
    found = bent(plain, NINE, paths, YEARS)
    assert found.rates[:, 0, :6].max() == pytest.approx(1.0)
    assert found.rates[-1, 0, 6] == pytest.approx(plain.rates[-1, 0, 6])  # above one as measured, it stays


def test_nobody_is_lost_or_doubled_at_the_border_wherever_it_lies() -> None:
    """Two areas with the same pupils in nine grades, one 6+3 and one 5+4: the same pupils in all years."""
    cells = 100.0 + 7.0 * np.arange(27.0).reshape(3, 9) % 13
    nothing = np.full(3, np.nan)

    def part(grades: slice) -> Roll:
        some = cells[:, grades]
        return Roll((2022, 2023, 2024), some, np.full_like(some, np.nan), nothing, nothing, "observed", "made")

    found = rates(
        NINE,
        SINGLE,
        {
            ("a", "primary"): part(slice(0, 6)),
            ("a", "junior"): part(slice(6, 9)),
            ("b", "primary"): part(slice(0, 5)),
            ("b", "junior"): part(slice(5, 9)),
        },
    )
    assert found.rates[:, 0] == pytest.approx(found.rates[:, 1])
    assert 200.0 * found.rates[2:5, 0] == pytest.approx(cells)
