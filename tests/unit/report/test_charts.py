from __future__ import annotations

from pathlib import Path

import pytest

from forecast.report.charts import charts
from forecast.report.material import Material, gathered
from forecast.report.texts import texts


@pytest.fixture(scope="module")
def material(tiny: Path) -> Material:
    return gathered(tiny, "baseline")


def by_kind(material: Material, column: int = 2) -> dict[str, tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]]:
    return {chart.kind: (chart.sheet.heads, chart.sheet.rows) for chart in charts(material, column, texts("en"))}


def test_every_table_shows_status_and_share_born(material: Material) -> None:
    for kind, (heads, rows) in by_kind(material).items():
        text = " ".join((*heads, *(row[0] for row in rows)))
        assert {"nowcast", "observed"} & set(" ".join((*heads, *(row[1] for row in rows))).split()), kind
        assert "lready born" in text, kind


def test_the_wave_has_four_stages_with_their_share_born(material: Material) -> None:
    heads, rows = by_kind(material)["wave"]
    assert heads[2:8] == (
        "Kindergarten", "Kindergarten P10", "Kindergarten P90", "Already born", "Primary", "Primary P10",
    )  # fmt: skip
    # 15 places times 0.75 and 1.25
    assert rows[3][:7] == ("2023", "projected", "15", "11", "19", "50%", "15")
    assert rows[0][2:6] == ("15", "15", "15", "100%")


def test_norms_wish_and_pattern_are_named_as_lines(material: Material) -> None:
    demand = ("demand", "demand P10", "demand P90", "Already born")
    assert by_kind(material)["nursery"][0][2:] == (*demand, "line: wish", "line: norm per 1000")
    assert by_kind(material)["beds"][0][2:] == (*demand, "line: 90-7-3 pattern", "line: norm, low")
    assert charts(material, 0, texts("zh"))[1].svg.count('class="normline"') == 2


def test_blank_is_not_zero_for_beds(material: Material) -> None:
    assert by_kind(material)["beds"][1][0] == ("2020", "nowcast", "3", "3", "3", "–", "15", "15")


def test_the_pyramid_sums_and_tells_who_is_born(material: Material) -> None:
    heads, rows = by_kind(material, 0)["pyramid"]
    assert heads[1:] == ("2020 observed Men", "2020 observed Women", "2024 projected Men", "2024 projected Women")
    total = rows[-2]
    assert int(total[1]) + int(total[2]) == 303
    # In 2024 those born until 2022 are 2 and over: 99 of 101 ages.
    assert rows[-1] == ("Already born", "100%", "100%", "98%", "98%")


def test_the_old_are_all_born(material: Material) -> None:
    heads, rows = by_kind(material, 0)["old"]
    over = [name for age in (60, 80) for name in (f"aged {age}+", f"aged {age}+ P10", f"aged {age}+ P90")]
    assert heads[2:] == ("Residents", *over, "Share 60+", "Already born")
    # 41 of 101 ages are 60 and over: 41 %.
    assert rows[0][0:3] == ("2020", "observed", "303")
    assert rows[0][9:] == ("41%", "100%")
    # 123 people of 60 and over: 92 to 154; the band is that of the sum over ages.
    assert rows[4][3:6] == ("123", "92", "154")


def test_bands_lie_behind_the_lines_of_figures_that_stray(material: Material, plain: Path) -> None:
    drawn = {chart.kind: chart for chart in charts(material, 2, texts("en"))}
    bands = {kind: chart.svg.count('class="band"') for kind, chart in drawn.items()}
    assert bands == {"wave": 4, "beds": 3, "nursery": 3, "old": 6, "births": 3, "pyramid": 0}
    for kind, chart in drawn.items():
        assert ("nterval" in chart.note) == (kind != "pyramid")
        assert chart.svg.find('class="band"') < chart.svg.find('class="demand"') or kind == "pyramid"
    assert "Band: 80% interval" in drawn["wave"].svg, "told to those who cannot see it"
    assert "90, 80 and 50% intervals" in drawn["births"].note
    flat = charts(gathered(plain, "baseline"), 2, texts("en"))
    assert not [chart.kind for chart in flat if "band" in chart.svg or "nterval" in chart.note]
    assert flat[0].sheet.heads[2:5] == ("Kindergarten", "Already born", "Primary")


def test_births_begin_after_the_launch_and_their_band_with_them(material: Material) -> None:
    heads, rows = by_kind(material)["births"]
    assert heads[2:] == (
        "Births", "Births P10", "Births P90", "First", "Second", "Third and later", "Already born",
    )  # fmt: skip
    assert rows[0] == ("2021", "nowcast", "4", "4", "4", "3", "1", "0", "100%")
    assert rows[-1] == ("2024", "projected", "4", "3", "5", "3", "1", "0", "0%")
