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
    assert heads[2:6] == ("Kindergarten", "Already born", "Primary", "Already born")
    assert rows[3][:6] == ("2023", "projected", "15", "50%", "15", "50%")


def test_norms_wish_and_pattern_are_named_as_lines(material: Material) -> None:
    assert by_kind(material)["nursery"][0][2:] == ("demand", "Already born", "line: wish", "line: norm per 1000")
    assert by_kind(material)["beds"][0][2:] == ("demand", "Already born", "line: 90-7-3 pattern", "line: norm, low")
    assert charts(material, 0, texts("zh"))[1].svg.count('class="normline"') == 2


def test_blank_is_not_zero_for_beds(material: Material) -> None:
    assert by_kind(material)["beds"][1][0] == ("2020", "nowcast", "3", "–", "15", "15")


def test_the_pyramid_sums_and_tells_who_is_born(material: Material) -> None:
    heads, rows = by_kind(material, 0)["pyramid"]
    assert heads[1:] == ("2020 observed Men", "2020 observed Women", "2024 projected Men", "2024 projected Women")
    total = rows[-2]
    assert int(total[1]) + int(total[2]) == 303
    # In 2024 those born until 2022 are 2 and over: 99 of 101 ages.
    assert rows[-1] == ("Already born", "100%", "100%", "98%", "98%")


def test_the_old_are_all_born(material: Material) -> None:
    heads, rows = by_kind(material, 0)["old"]
    assert heads[2:] == ("Residents", "aged 60+", "aged 80+", "Share 60+", "Already born")
    # 41 of 101 ages are 60 and over: 41 %.
    assert rows[0][0:3] == ("2020", "observed", "303")
    assert rows[0][5:] == ("41%", "100%")
