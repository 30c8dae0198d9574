from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from forecast.report.say import NOTHING, change, counted, figure, key_sheet, percent, share, short, span
from forecast.report.summary import summary
from forecast.report.texts import texts


def test_numbers_as_words() -> None:
    assert counted(1234567.0) == "1,234,567"
    assert percent(-7.36) == "\u22127.4%"
    assert (change(100, 37), change(0, 5)) == ("\u221263%", NOTHING)
    assert (share(0.466), share(0.0), share(None), share(float("nan"))) == ("47%", "0%", NOTHING, NOTHING)
    assert (figure(294661.2), figure(0.08446666), figure(-2.0452)) == ("294,661", "0.08447", "\u22122.045")


def test_axes_count_as_the_language_does() -> None:
    assert (short(120_000, "zh"), short(120_000, "en"), short(3_000_000, "en")) == ("12万", "120k", "3M")
    assert (short(500, "zh"), short(500, "en"), short(0, "en")) == ("500", "500", "0")


def test_the_key_table_shows_status_and_share_born(tiny: Path) -> None:
    found = summary(tiny)
    sheet = key_sheet(found.of("A2"), (found.now_year, found.show, found.middle), texts("en"), "caption")
    assert sheet.heads == (
        "Item",
        "2021 nowcast",
        "Peak",
        "2022 projected",
        "2024 projected",
        "2021–2024",
        "Born by now, 2022",
        "Born by now, 2024",
    )
    row = next(row for row in sheet.rows if row[0] == "Kindergarten · places")
    # The 80 % interval stands under the figure: 6 and 4 times 0.75 and 1.25.
    assert row[1:] == ("5", "2023 (7)", "6\n4\u20138", "4\n3\u20135", "\u221220%", "100%", "0%")
    assert [sheet.rows[place][0] for place in sorted(sheet.strong)][:3] == [
        "Population · residents",
        "Nursery · places",
        "Kindergarten · places",
    ]


def test_without_trajectories_the_figures_stand_alone(plain: Path) -> None:
    found = summary(plain)
    sheet = key_sheet(found.of("A2"), (found.now_year, found.show, found.middle), texts("en"), "caption")
    assert not [cell for row in sheet.rows for cell in row if "\n" in cell]


@given(st.floats(0.0, 1e9), st.floats(0.0, 1e9), st.sampled_from(["zh", "en"]))
def test_ends_of_intervals_are_short_and_close(one: float, other: float, lang: str) -> None:
    low, high = sorted((one, other))
    text = span(low, high, lang)
    assert cell_len(text) <= 13
    size = {"亿": 1e8, "万": 1e4, "k": 1e3, "M": 1e6}.get(text[-1], 1.0)
    ends = [float(part) * size for part in text.rstrip("亿万kM").replace(",", "").split("-")]
    assert ends == pytest.approx([low, high], abs=max(0.5, 0.0051 * high))
