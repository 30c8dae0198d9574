from __future__ import annotations

from pathlib import Path

import pytest

from forecast.report.material import Material, gathered
from forecast.report.sure import sure
from forecast.report.texts import texts


@pytest.fixture(scope="module")
def material(tiny: Path) -> Material:
    return gathered(tiny, "baseline")


def test_chances_are_those_of_the_city_in_the_years_to_show(material: Material) -> None:
    sheet = sure(material, texts("en")).chances
    assert sheet is not None
    # No peak can come after 2024, the last year.
    assert sheet.heads == (
        "Item",
        "peak after 2022",
        "2022 above 2021",
        "2024 above 2021",
        "2022 above what is on record of supply",
        "2024 above what is on record of supply",
    )
    assert sheet.rows[0] == ("Nursery", "<1%", ">99%", ">99%", "25%", "25%")
    assert sheet.rows[-1] == ("Elder care", "75%", ">99%", ">99%", "–", "–")
    assert "500 trajectories" in sheet.caption


def test_coverage_elsewhere_and_here(material: Material) -> None:
    found = sure(material, texts("en"))
    assert found.covered is not None
    elsewhere, here = found.held[1:]
    assert "83% in Finland's regions" in elsewhere
    assert "50% for 0-4, 100% for 60+" in here
    assert "no independent test" in here
    rows = {row[:3]: row[3:] for row in found.covered.rows}
    norway = "Norway's municipalities"
    assert rows["Finland's regions", "all", "all"] == ("83%", "1,000", f"{norway}, Taiwan's townships")
    assert rows["Third City", "0-4", "10"] == ("50%", "2", "Third City")
    assert ("Finland's regions", "65+", "all") not in rows


def test_what_was_not_measured_is_said(own: Path) -> None:
    (own / "coverage.parquet").unlink()
    found = sure(gathered(own, "baseline"), texts("en"))
    assert found.covered is None
    assert len(found.held) == 1
    assert "was not measured" in found.held[0]


def test_without_trajectories_there_is_nothing_to_be_sure_of(plain: Path) -> None:
    found = sure(gathered(plain, "baseline"), texts("zh"))
    assert found.told == ("本次运行没有计算轨迹，因此没有区间和概率。",)
    assert (found.chances, found.held, found.covered) == (None, (), None)
