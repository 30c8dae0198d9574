from __future__ import annotations

from pathlib import Path

import pandas as pd

from forecast.report.horizons import PAGE, write_page


def scores() -> pd.DataFrame:
    rows = [
        ("<b>town</b>", method, "0-4", horizon, "all", error * horizon)
        for method, error in (("no-change", 4.0), ("cohort-ratio", 1.0))
        for horizon in (1, 2, 3)
    ]
    return pd.DataFrame(rows, columns=["set", "method", "group", "horizon", "size", "wape"])


def test_one_chart_a_group_with_the_table_behind_it(tmp_path: Path) -> None:
    page = write_page(tmp_path, scores()).read_text("utf-8")
    assert (tmp_path / PAGE).is_file()
    assert page.count("<svg") == 1
    assert "<td>12.00</td>" in page
    assert "cohort-ratio: 3.0 % at 3 years" in page


def test_names_are_escaped(tmp_path: Path) -> None:
    page = write_page(tmp_path, scores()).read_text("utf-8")
    assert "<b>town" not in page
    assert "&lt;b&gt;town" in page


def test_a_line_that_leaves_the_chart_is_not_drawn_along_its_edge(tmp_path: Path) -> None:
    page = write_page(tmp_path, scores()).read_text("utf-8")
    # the axis ends above 1.6 times the engine's largest error, 4.8: no change leaves it after its first year
    lines = [part.split('"', 1)[0] for part in page.split('<path d="M')[1:]]
    assert sum(line.count("L") == 2 for line in lines) == 1
