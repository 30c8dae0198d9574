from __future__ import annotations

from pathlib import Path

import pytest

from forecast.report.material import Material, gathered
from forecast.report.texts import texts
from forecast.report.trust import assumptions, sources, supply
from forecast.run.runs import table

BAD = '<script>alert("x")</script>&乙'


@pytest.fixture(scope="module")
def material(tiny: Path) -> Material:
    return gathered(tiny, "baseline")


def test_assumed_and_recalled_come_first_and_areas_share_a_row(material: Material) -> None:
    rows = assumptions(material, texts("zh"))
    assert [(row.status, row.value) for row in rows] == [
        ("recalled", "5"),
        ("assumed", "2,000"),
        ("derived", "\u22120.02139"),
    ]
    assert rows[0].name == f"小学年限（初中补足九年）：甲区、{BAD}"
    assert rows[1].name == "a key of nobody"
    assert (rows[2].name, rows[2].label, rows[2].unit) == ("全省与全国死亡水平之差", "推导", "存活logit")


def test_no_parameter_is_lost(material: Material, tiny: Path) -> None:
    frame = table(tiny, "assumptions")
    assert len(frame[frame["scenario"] == "baseline"]) == 4
    assert len(assumptions(material, texts("en"))) == 3


def test_supply_and_sources(material: Material) -> None:
    assert supply(material, texts("zh")).rows == (("丙市", "2024", "托育", "托位数", "7", "已核实", "高", "s1"),)
    assert sources(material, texts("en")).rows == (("s1", "Title <i>one</i>", "Office", "", "free"),)
