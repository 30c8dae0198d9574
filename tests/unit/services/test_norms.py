"""Which standard holds: in force, the most local, the latest; a scenario before all."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.errors import InputError
from forecast.services.facts import Change, Facts
from forecast.services.norms import Standard, norm

PARENTS = {"230102": "230100", "230103": "230100", "230100": "230000", "230000": "000000"}
AREAS = ("230102", "230103")
YEARS = range(2020, 2026)


def row(name: str, most: float, area: str = "000000", first: int = 2013, last: int | None = None) -> Standard:
    subject = ("primary", "class_size", "")
    return Standard(
        name, None, most, "pupils", "made", "1", first, "verified", f"of-{name}", *subject, area, first, last
    )


NATION = row("nation", 45.0)


def test_one_row_serves_all_years_and_areas_in_one_column() -> None:
    found = norm([NATION], NATION, YEARS, AREAS, PARENTS)
    assert found.most == pytest.approx(np.full((6, 1), 45.0))
    assert found.at(3, 1) is NATION


def test_a_later_row_takes_over_in_its_first_year() -> None:
    later = row("later", 40.0, first=2023)
    found = norm([NATION, later], NATION, YEARS, AREAS, PARENTS)
    assert found.most[:, 0] == pytest.approx([45, 45, 45, 40, 40, 40])
    assert list(found.spells(0)) == [(2020, 2022, NATION), (2023, 2025, later)]
    assert found.source == "of-nation; of-later"


def test_the_city_goes_before_the_nation_and_the_district_before_the_city() -> None:
    city, district = row("city", 42.0, "230100"), row("district", 36.0, "230103", first=2022)
    found = norm([NATION, city, district], NATION, YEARS, AREAS, PARENTS)
    assert found.most[:, 0] == pytest.approx([42.0] * 6)
    assert found.most[:, 1] == pytest.approx([42, 42, 36, 36, 36, 36])


def test_a_local_row_that_has_ended_gives_way() -> None:
    city = row("city", 42.0, "230100", last=2021)
    found = norm([NATION, city], NATION, YEARS, AREAS, PARENTS)
    assert found.most[:, 0] == pytest.approx([42, 42, 45, 45, 45, 45])


def test_rows_of_other_places_and_other_subjects_do_not_count() -> None:
    elsewhere = row("elsewhere", 30.0, "310000")
    nowhere = row("nowhere", 31.0, "")
    other = dataclasses.replace(row("other", 32.0, "230102"), applies_to="boarding schools")
    facts = Facts({item.name: item for item in (NATION, elsewhere, nowhere, other)}, {}, {}, (), parents=PARENTS)
    assert facts.norm("nation", "here", YEARS, AREAS).most == pytest.approx(np.full((6, 1), 45.0))


def test_a_row_named_for_itself_gives_way_to_nobody_but_a_scenario() -> None:
    district = row("district", 36.0, "230103")
    facts = Facts({"nation": NATION, "district": district}, {}, {}, (), parents=PARENTS)
    assert facts.norm("nation", "here", YEARS, AREAS, exactly=True).most == pytest.approx(np.full((6, 1), 45.0))
    assert facts.norm("nation", "here", YEARS, AREAS).most[0] == pytest.approx([45, 36])
    changed = facts.under([("nation", Change(2022, None, 40.0, "000000", "assumed", "made"))])
    assert changed.norm("nation", "here", YEARS, AREAS, exactly=True).most[5, 0] == 40.0


def test_a_local_row_without_a_figure_takes_nobodys_place() -> None:
    gap = dataclasses.replace(row("gap", 1.0, "230102"), minimum=None, maximum=None, status="gap")
    facts = Facts({"nation": NATION, "gap": gap}, {}, {}, (), parents=PARENTS)
    assert facts.norm("nation", "here", YEARS, AREAS).most[0, 0] == 45.0


def test_years_out_of_force_are_spells_of_their_own() -> None:
    short = row("short", 50.0, first=2022, last=2023)
    found = norm([short], short, YEARS, AREAS, PARENTS)
    assert [one[:2] for one in found.spells(0)] == [(2020, 2021), (2022, 2023), (2024, 2025)]
    assert [one[:2] for one in found.stand_ins(0)] == [(2020, 2021), (2024, 2025)]
    assert not list(norm([NATION], NATION, YEARS, AREAS, PARENTS).stand_ins(0))


def test_a_row_without_a_place_holds_where_it_is_named() -> None:
    guide = row("guide", 18.0, "")
    assert norm([guide], guide, YEARS, AREAS, PARENTS).most[0, 0] == 18.0


def test_before_the_first_row_and_after_the_last_the_named_one_stands_in() -> None:
    short = row("short", 50.0, first=2022, last=2023)
    assert norm([short], short, YEARS, AREAS, PARENTS).most[:, 0] == pytest.approx([50.0] * 6)


def test_of_equals_the_named_one_wins() -> None:
    twin = row("twin", 44.0)
    assert norm([twin, NATION], NATION, YEARS, AREAS, PARENTS).most[0, 0] == 45.0
    assert norm([twin, NATION], twin, YEARS, AREAS, PARENTS).most[0, 0] == 44.0


def test_a_scenario_goes_before_the_most_local_row() -> None:
    district = row("district", 36.0, "230103")
    facts = Facts({"nation": NATION, "district": district}, {}, {}, (), parents=PARENTS)
    changes = [
        ("nation", Change(2022, None, 40.0, "000000", "assumed", "made")),
        ("nation", Change(2024, None, 35.0, "000000", "assumed", "made")),
    ]
    found = facts.under(changes).norm("nation", "here", YEARS, AREAS)
    assert found.most[:, 0] == pytest.approx([45, 45, 40, 40, 35, 35])
    assert found.most[:, 1] == pytest.approx([36, 36, 40, 40, 35, 35])
    assert facts.norm("nation", "here", YEARS, AREAS).most[5, 0] == 45.0


def test_a_change_in_one_district_leaves_the_others() -> None:
    facts = Facts({"nation": NATION}, {}, {}, (), parents=PARENTS)
    found = facts.under([("nation", Change(2022, None, 40.0, "230103", "assumed", "made"))])
    assert found.norm("nation", "here", YEARS, AREAS).most[5] == pytest.approx([45, 40])


def test_a_change_of_an_unknown_standard_asks_what_was_meant() -> None:
    facts = Facts({"nation": NATION}, {}, {}, (), parents=PARENTS)
    with pytest.raises(InputError, match=r"standards\.change\.natoin: [\s\S]* did you mean nation\?"):
        facts.under([("natoin", Change(2022, None, 40.0, "000000", "assumed", "made"))])


@given(
    first=st.lists(st.integers(2000, 2030), min_size=1, max_size=6),
    where=st.lists(st.sampled_from(["000000", "230000", "230100", "230102", "310000", ""]), min_size=6, max_size=6),
)
def test_what_holds_is_in_force_and_of_the_place_or_named(first: list[int], where: list[str]) -> None:
    rows = [row(f"row{n}", 30.0 + n, area, year) for n, (year, area) in enumerate(zip(first, where, strict=False))]
    found = norm(rows, rows[0], YEARS, AREAS, PARENTS)
    for place, code in enumerate(AREAS):
        chain = {code, "230100", "230000", "000000"}
        for year in YEARS:
            held = found.at(year - 2020, place)
            fitting = [one for one in rows if one.holds(year) and (one.area in chain or one is rows[0])]
            assert held in fitting or (not fitting and held is rows[0])
