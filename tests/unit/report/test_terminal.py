from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.cells import cell_len

from forecast.report.summary import summary
from forecast.report.terminal import change, print_summary, share


def printed(folder: Path, lang: str, width: int | None = None) -> list[str]:
    stream = io.StringIO()
    print_summary(summary(folder), lang, stream, width)
    return stream.getvalue().splitlines()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [70, 100, 120])
def test_no_line_is_wider_than_asked(tiny: Path, lang: str, width: int) -> None:
    assert max(cell_len(line) for line in printed(tiny, lang, width) if "`" not in line) <= max(width, 90)
    districts = printed(tiny, lang, width)[2:10]
    assert max(map(cell_len, districts)) <= width


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_stream_that_is_no_terminal_gets_plain_text(tiny: Path, lang: str) -> None:
    assert "\x1b" not in "\n".join(printed(tiny, lang))


def test_columns_line_up_under_chinese_names(tiny: Path) -> None:
    lines = printed(tiny, "zh")
    rule = next(place for place, line in enumerate(lines) if line.startswith("---"))
    table = lines[rule - 1 : rule + 4]
    assert len({cell_len(line) for line in table}) == 1
    assert table[2].split()[:6] == ["甲区", "12", "已过", "9", "6", "25%"]


def test_half_the_interval_stands_beside_the_years_to_show(tiny: Path, plain: Path) -> None:
    # Of A1's 6 kindergarten places of 2024 the interval is 4.5 to 7.5: half of 3 is a quarter of 6.
    assert printed(tiny, "en")[3].count("+-80%") == 3
    assert "80%" not in "\n".join(printed(plain, "en"))


def test_a_wide_terminal_takes_more_services_side_by_side(tiny: Path) -> None:
    narrow, broad = printed(tiny, "en", 70), printed(tiny, "en", 200)
    assert sum(line.startswith("---") for line in narrow) > sum(line.startswith("---") for line in broad) == 2


def test_the_city_table_has_change_and_share_born(tiny: Path) -> None:
    row = next(line for line in printed(tiny, "en") if line.startswith("Kindergarten places "))
    assert row.split()[2:] == ["17", "past", "15", "10", "-41%", "100%", "0%"]
    lines = printed(tiny, "en")
    at = lines.index(next(line for line in lines if line.startswith("Kindergarten places ")))
    # 15 and 10 places times 0.75 and 1.25; nothing under classes and staff
    assert lines[at + 1].split() == ["80%", "interval", "11-19", "8-12"]
    assert lines[at + 2].startswith("Kindergarten classes")
    assert lines[at + 3].startswith("Kindergarten teachers")
    beds = next(line for line in lines if line.startswith("Elder care beds "))
    assert beds.split()[3:] == ["4", "2024", "5", "8", "+100%", "-", "-"]


def test_the_honest_sentences(tiny: Path) -> None:
    text = " ".join(line.strip() for line in printed(tiny, "en"))
    # 68 school places now, 40 then: 1 - 40/68 = 41 %; beds 4 and 8.
    assert "falls 41% by 2024: from 68 in 2021 to 40 (80% interval 30-50); 0% of those who will use them" in text
    assert "Beds needed in elder care rise 100% by 2024: from 4 in 2021 to 8 (80% interval 6-10)." in text
    assert "eight in ten of 500 trajectories" in text
    assert "covered, of what came, 83% in Finland's regions and 78% in England's schools (back-tests" in text
    assert "Norway" not in text, "its own errors gave the width"
    assert "1 derived, 2 recalled (to be checked), 1 assumed" in text
    assert "assumptions.parquet" in text
    assert "censuses of 2010 and 2020" in text


def test_what_was_not_measured_is_not_claimed(own: Path, plain: Path) -> None:
    (own / "coverage.parquet").unlink()
    text = " ".join(line.strip() for line in printed(own, "en"))
    assert "was not measured: the run has no table of coverage" in text
    without = "\n".join(printed(plain, "zh"))
    assert "区间" not in without
    assert "轨迹" not in without


def test_chinese_output_can_be_written_as_gbk(tiny: Path) -> None:
    assert "\n".join(printed(tiny, "zh")).encode("gbk")


def test_blank_is_not_zero() -> None:
    assert (share(None), share(float("nan")), share(0.0)) == ("-", "-", "0%")
    assert (change(0, 5), change(4, 5)) == ("-", "+25%")
