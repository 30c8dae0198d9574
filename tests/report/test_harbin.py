from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from rich.cells import cell_len

from forecast.report.html import NAMES, write_report
from forecast.report.summary import Summary, summary
from forecast.report.terminal import print_summary
from forecast.report.texts import rows
from forecast.run.runs import table

LARGEST = 3_000_000


@pytest.fixture(scope="module")
def found(harbin_run: Path) -> Summary:
    return summary(harbin_run)


def test_the_summary_agrees_with_the_published_table(found: Summary, harbin_run: Path) -> None:
    frame = table(harbin_run, "demand")
    rows_of = frame[(frame["scenario"] == "baseline") & (frame["part"] == "all")]
    for block in (*found.blocks, *found.staff):
        known = rows_of[(rows_of["service"] == block.service) & (rows_of["measure"] == block.measure)]
        value = known.set_index(["area", "year"])["point"]
        for item in block.figures:
            assert [item.now, *item.shown] == [value[item.area.code, year] for year in (found.now_year, *found.show)]


def test_districts_sum_to_the_city(found: Summary) -> None:
    assert len(found.places) == 19
    for block in (found.residents, *found.blocks, *found.staff):
        *parts, city = block.figures
        assert [sum(item.shown[i] for item in parts) for i in range(len(found.show))] == list(city.shown)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_terminal_says_both_directions(found: Summary, lang: str) -> None:
    stream = io.StringIO()
    print_summary(found, lang, stream, 100)
    text = stream.getvalue()
    assert ("下降" in text and "上升" in text) if lang == "zh" else ("falls" in text and " rise " in text)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_summary_fits_its_width_and_tells_how_sure_it_is(found: Summary, lang: str) -> None:
    stream = io.StringIO()
    print_summary(found, lang, stream, 100)
    assert max(cell_len(line) for line in stream.getvalue().splitlines()) <= 100
    assert "+-80%" in stream.getvalue()
    sets = ("芬兰各大区", "英格兰") if lang == "zh" else ("Finland's regions", "England's schools")
    assert all(name in stream.getvalue() for name in sets)


def test_intervals_of_the_city_are_narrower_than_those_of_its_districts(found: Summary) -> None:
    at = found.show.index(found.middle)
    for block in (found.residents, *found.blocks):
        half = [(high - low) / item.shown[at] for item in block.figures for low, high in [item.between[at]]]
        assert 0.0 < half[-1] < np.median(half[:-1]), block.service


def test_the_report_is_small_and_shows_no_key_in_place_of_a_text(harbin_run: Path) -> None:
    write_report(harbin_run)
    keys = [row["key"] for row in rows() if not row["key"].startswith("supply.places")]
    for name in NAMES.values():
        page = (harbin_run / name).read_text("utf-8")
        assert (harbin_run / name).stat().st_size < LARGEST
        assert not re.search(r">nan|nan%|>None<", page)
        shown = set(re.findall(r">([a-z0-9_.-]+)<", page))
        assert not shown & set(keys)


def test_every_parameter_of_the_bundled_project_has_a_chinese_name(harbin_run: Path) -> None:
    named = {row["key"].removeprefix("assumption.") for row in rows() if row["key"].startswith("assumption.")}
    keys = {re.sub(r" of \d{6}$", "", str(key)) for key in table(harbin_run, "assumptions")["key"]}
    assert {key for key in keys if not key.startswith("policy.")} <= named


def test_every_measure_on_record_has_a_chinese_name(harbin_run: Path) -> None:
    named = {row["key"].removeprefix("supply.") for row in rows() if row["key"].startswith("supply.")}
    assert set(table(harbin_run, "supply")["measure"].astype(str)) <= named
