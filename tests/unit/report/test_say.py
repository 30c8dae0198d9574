from __future__ import annotations

from pathlib import Path

from forecast.report.say import NOTHING, change, counted, figure, key_sheet, percent, share, short
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
    assert row[1:] == ("5", "2023 (7)", "6", "4", "\u221220%", "100%", "0%")
    assert [sheet.rows[place][0] for place in sorted(sheet.strong)][:3] == [
        "Population · residents",
        "Nursery · places",
        "Kindergarten · places",
    ]
