from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.report.material import Material, gathered
from forecast.report.overview import cards, heat, scenarios, shade, whys
from forecast.report.texts import texts


@pytest.fixture(scope="module")
def material(tiny: Path) -> Material:
    return gathered(tiny, "baseline")


def test_headlines(material: Material) -> None:
    school, kindergarten, eighty, beds = cards(material, texts("en"))
    assert (school.change, school.span, school.rises) == ("\u221241%", "68 → 40", False)
    assert (school.between, beds.between) == ("80% interval 30–50", "80% interval 6–10")
    assert kindergarten.between == "80% interval 8–12"
    # 42 ages and sexes of 1.75 people: 73.5
    assert eighty.between == "80% interval 55–92"
    assert kindergarten.note == "none of the users of 2024 is born yet"
    assert eighty.change == "+0%"
    assert (beds.change, beds.rises) == ("+100%", True)


def test_the_map_of_change(material: Material) -> None:
    found = heat(material, texts("en"))
    assert found.heads[1] == "Kindergarten places"
    assert found.born == ("0%", "0%", "0%", "0%", "0%", "–")
    code, name, cells = found.rows[1]
    assert (code, name) == ("A2", "Second")
    assert (cells[1].change, cells[1].shade, cells[1].span) == ("\u221220%", "f2", "5 → 4")
    assert found.rows[-1][0] == "C"


@given(st.floats(1, 1e6), st.floats(0, 1e6))
def test_shades_tell_falls_from_rises(before: float, after: float) -> None:
    assert shade(before, after)[0] == ("f" if after < before else "r")
    assert shade(before, after)[1] in "01234"


def test_a_change_from_nothing_has_no_shade() -> None:
    assert shade(0, 5) == "none"


def test_scenarios_start_now_and_the_table_at_the_beginning(material: Material) -> None:
    chart = scenarios(material, texts("en"))
    assert chart.sheet.heads == ("Year", "Status", "Already born", "Baseline", "Low")
    assert chart.sheet.rows[0] == ("2020", "nowcast", "100%", "15", "8")
    assert chart.svg.count("heavy") == 1


def test_what_each_scenario_is_for(material: Material) -> None:
    sheet = whys(material, texts("en"))
    assert sheet.rows == (
        ("Baseline", "15", "10", "why baseline"),
        ("Low", "8 (\u221250.0%)", "5 (\u221250.0%)", "why low"),
    )
    assert "2022 100%, 2024 0%" in sheet.caption
