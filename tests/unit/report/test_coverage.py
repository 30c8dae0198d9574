from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from forecast.report.coverage import coverage, elsewhere, said
from forecast.report.opened import opened
from forecast.report.texts import texts
from forecast.tables.write import ParquetFile


def test_only_the_level_that_tables_show_is_told(tiny: Path) -> None:
    found = coverage(opened(tiny))
    assert len(found) == 7
    assert len(coverage(opened(tiny), 50)) == 1


def test_a_set_that_gave_widths_is_no_test(tiny: Path) -> None:
    found = coverage(opened(tiny))
    assert [row.name for row in found if not row.held_out] == ["norway-municipalities", "third", "third"]
    assert [(row.name, row.covered, row.cases) for row in elsewhere(found)] == [
        ("finland-regions", 83.2, 1000),
        ("england-pupils", 78.4, 500),
    ]


@pytest.mark.parametrize(
    ("lang", "expected"),
    [("zh", "芬兰各大区83%、英格兰各地在校生78%"), ("en", "83% in Finland's regions and 78% in England's schools")],
)
def test_one_sentence_names_each_set(tiny: Path, lang: str, expected: str) -> None:
    assert expected in said(coverage(opened(tiny)), texts(lang))


def test_a_run_without_the_table_says_so(own: Path) -> None:
    (own / "coverage.parquet").unlink()
    assert coverage(opened(own)) == ()
    assert "was not measured" in said((), texts("en"))


def test_blanks_are_not_coverage(own: Path) -> None:
    table = pd.read_parquet(own / "coverage.parquet")
    table.loc[table["set"] == "finland-regions", "covered"] = float("nan")
    table.loc[table["set"] == "england-pupils", "cases"] = 0
    table.loc[table["set"] == "third", "calibrated_on"] = None
    with ParquetFile(own / "coverage.parquet", {}) as file:
        file.append(table)
    found = coverage(opened(own))
    assert [(row.name, row.calibrated_on) for row in found] == [
        ("norway-municipalities", "norway-municipalities"), ("third", ""), ("third", ""),
    ]  # fmt: skip
    assert "was not measured" in said(found, texts("en"))
