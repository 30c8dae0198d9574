"""Figures from outside, and residents beside the registered, in the section of movement."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.report.controlled import controlled, whom
from forecast.report.html import NAMES, write_report
from forecast.report.material import gathered
from forecast.report.registered import registered
from forecast.report.texts import texts

HEADS = ["area", "year", "sex", "group", "free", "before", "after", "factor", "jump", "status", "source"]
PEOPLE = {"A1": (10.4, 6.4, 4.0), "A2": (5.3, 9.3, 0.0)}
"""Residents, registered and registered elsewhere of the launch; who is absent is what is left."""


def with_controls(folder: Path) -> Path:
    rows = [
        ("A1", 2023, "both", "all", 1000.0, 1010.0, 1200.0, 1.2, 1200 / 1010 - 1, "assumed", "s1"),
        ("C", 2024, "female", "60+", 500.0, np.nan, 450.0, 0.9, np.nan, "observed", "s1"),
    ]
    parts = [pd.DataFrame(rows, columns=HEADS).assign(scenario=name) for name in ("baseline", "low")]
    pd.concat(parts).to_parquet(folder / "controls.parquet")
    return folder


def with_residence(folder: Path) -> Path:
    rows = []
    for name, years in (("baseline", {2020: 1.0, 2022: 9.0, 2024: 100.0}), ("low", {2020: 7.0, 2024: 7.0})):
        for code, (lives, here, elsewhere) in PEOPLE.items():
            values = {"residents": lives, "registered": here, "resident-not-registered": elsewhere}
            values["registered-absent"] = here - lives + elsewhere
            for year, factor in years.items():
                rows += [
                    (name, code, year, part, key, value * factor)
                    for key, value in values.items()
                    for part in ("all", "60+")
                ]
    heads = ["scenario", "area", "year", "part", "measure", "point"]
    pd.DataFrame(rows, columns=heads).to_parquet(folder / "residence.parquet")
    return folder


def test_each_control_stands_beside_the_free_value(own: Path) -> None:
    sheet = controlled(gathered(with_controls(own), "baseline"), texts("zh"))
    assert sheet is not None
    assert sheet.heads[:6] == ("地区", "年份", "对象", "不受控制时", "该年控制之前", "控制后")
    assert sheet.rows[0] == ("甲区", "2023", "全部", "1,000", "1,010", "1,200", "1.200", "+18.8%", "假定", "s1")
    assert sheet.rows[1][2:8] == ("女、60岁及以上", "500", "–", "450", "0.900", "–")


def test_whom_a_control_counts() -> None:
    assert [whom(*one, texts("en")) for one in (("both", "all"), ("male", "15-24"))] == ["all", "Men, 15-24"]
    assert whom("both", "15-24", texts("zh")) == "15-24岁"


def test_residents_and_registered_at_both_ends_in_whole_persons_that_add_up(own: Path) -> None:
    sheet = registered(gathered(with_residence(own), "baseline"), texts("en"))
    assert sheet is not None
    assert sheet.heads[1:5] == (
        "Residents 2020",
        "Registered 2020",
        "Registered elsewhere 2020",
        "Registered, absent 2020",
    )
    assert sheet.heads[5] == "Residents 2024"
    cells = np.array([[float(cell.replace(",", "")) for cell in row[1:]] for row in sheet.rows]).reshape(3, 2, 4)
    residents, here, elsewhere, absent = np.moveaxis(cells, -1, 0)
    assert here == pytest.approx(residents - elsewhere + absent)
    assert cells[:2].sum(axis=0) == pytest.approx(cells[2])
    assert (cells >= 0).all()
    assert cells[:2, 1, 0].tolist() == [1040, 530]
    assert residents[:, 0].tolist() == [10, 6, 16] or residents[:, 0].tolist() == [11, 5, 16]


def test_a_run_without_them_shows_neither(own: Path) -> None:
    material = gathered(own, "baseline")
    assert controlled(material, texts("en")) is None
    assert registered(material, texts("en")) is None
    write_report(own)
    assert 'id="movement"' not in (own / "report.html").read_text("utf-8")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_tells_both_and_that_there_are_no_intervals(own: Path, lang: str) -> None:
    write_report(with_residence(with_controls(own)))
    page, words = (own / NAMES[lang]).read_text("utf-8"), texts(lang)
    part = page[page.index('<section id="movement">') : page.index('<section id="scenarios">')]
    assert 'href="#movement"' in page
    for key in ("controls.title", "controls.text", "residence.title"):
        assert words(key).replace("'", "&#39;") in part
    assert ("没有区间" if lang == "zh" else "have no intervals") in part
    assert not any(word in part for word in (">nan", ">None<"))
