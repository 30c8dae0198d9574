from __future__ import annotations

from xml.etree import ElementTree as ET

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forecast.report.svg import LEFT, Line, label, lines, spread, ticks

NASTY = "<b>&\"'乙"


def drawn(item: Line, now: int = 2021) -> ET.Element:
    text = lines((2020, 2021, 2022, 2023), [item], now, ("known", "ahead"), str, NASTY, NASTY)
    return ET.fromstring(text)  # noqa: S314 - our own text


@given(st.floats(1e-3, 1e9))
def test_ticks_reach_the_top_by_even_steps(top: float) -> None:
    found = ticks(top)
    assert found[0] == 0.0
    assert found[-1] >= top * (1 - 1e-6)
    assert found[-2] < top
    assert np.allclose(np.diff(found), found[1])
    assert 3 <= len(found) <= 7


def test_ticks_of_nothing() -> None:
    assert ticks(0.0) == [0.0, 1.0]


@given(st.lists(st.floats(0, 300), min_size=1, max_size=12))
def test_labels_keep_their_order_and_their_distance(heights: list[float]) -> None:
    placed = spread(heights, 15.0, 0.0, 300.0)
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    gaps = np.diff([placed[i] for i in order])
    assert (gaps >= 15.0 - 1e-9).all()
    assert max(placed) <= 300.0 + 1e-9


def test_labels_with_room_stay_where_they_are() -> None:
    assert spread([50.0, 10.0], 15.0, 0.0, 100.0) == [50.0, 10.0]
    assert spread([50.0, 51.0], 15.0, 0.0, 100.0) == [50.0, 65.0]


def test_labels_are_escaped() -> None:
    assert "<b>" not in label(0, 0, NASTY)
    chart = drawn(Line(NASTY, np.arange(4.0), "#000"))
    assert chart.find("title").text == NASTY  # type: ignore[union-attr] # the title is there
    assert chart.get("aria-label") == NASTY


def test_a_line_is_solid_until_the_last_year_all_are_born() -> None:
    chart = drawn(Line("pupils", np.array([4.0, 3.0, 2.0, 1.0]), "#000", np.array([1.0, 1.0, 0.5, 0.0])))
    solid, dotted = (path.get("d", "").count("L") for path in chart.findall("path")[:2])
    assert (solid, dotted) == (1, 2)
    ring = chart.find("circle")
    assert ring is not None
    left, right = (float(x) for x in chart.get("data-ends", "").split())
    # 2021 is a third of the way; 3 of 4 up.
    assert abs(float(ring.get("cx", 0)) - (left + (right - left) / 3)) < 1
    assert left == LEFT


def test_a_line_without_meaning_of_birth_is_solid_and_has_no_ring() -> None:
    chart = drawn(Line("beds", np.arange(4.0), "#000"))
    assert chart.find("circle") is None
    assert [path.get("class") for path in chart.findall("path")] == ["demand"]


def test_a_band_begins_where_it_has_width_and_sets_the_scale() -> None:
    low, high = np.array([3.0, 3.0, 2.0, 1.0]), np.array([3.0, 3.0, 4.0, 9.0])
    chart = drawn(Line("beds", np.full(4, 3.0), "#000", bands=[(low, high)]))
    band, line = chart.findall("path")
    assert band.get("class") == "band"
    assert line.get("class") == "demand"
    points = [tuple(map(float, point.split())) for point in band.get("d", "").strip("MZ").split("L")]
    # From the last year without width, there and back: three years each way.
    assert len(points) == 6
    assert points[0] == points[-1]
    assert points[0][0] > LEFT
    assert max(y for _, y in points) <= 300
    assert min(y for _, y in points) >= 26, "the top of the band lies within the frame"


def test_a_band_without_width_is_not_drawn() -> None:
    flat = np.full(4, 3.0)
    chart = drawn(Line("beds", flat, "#000", bands=[(flat, flat)]))
    assert [path.get("class") for path in chart.findall("path")] == ["demand"]


def test_years_without_an_interval_have_no_band() -> None:
    low, high = np.array([np.nan, 2.0, 2.0, 1.0]), np.array([np.nan, 4.0, 4.0, 9.0])
    chart = drawn(Line("births", np.full(4, 3.0), "#000", bands=[(low, high)]))
    assert chart.findall("path")[0].get("d", "").count("L") == 5
    assert "nan" not in chart.findall("path")[0].get("d", "")


def test_a_norm_is_no_demand() -> None:
    chart = drawn(Line("norm", np.arange(4.0), "#555", norm=True))
    assert [path.get("class") for path in chart.findall("path")] == ["normline"]


def test_years_on_record_are_shaded() -> None:
    assert drawn(Line("a", np.arange(4.0), "#000")).find("rect") is not None
    assert drawn(Line("a", np.arange(4.0), "#000"), now=2020).find("rect") is None
