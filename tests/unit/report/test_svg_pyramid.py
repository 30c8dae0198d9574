from __future__ import annotations

from xml.etree import ElementTree as ET

import numpy as np

from forecast.report.svg_pyramid import GAP, REACH, Outline, pyramid


def test_the_longest_bar_reaches_the_edge_and_men_stand_left() -> None:
    people = np.array([[4.0, 0.0, 0.0], [2.0, 0.0, 0.0]])
    items = [Outline("2020", people, "#ccc", filled=True), Outline("<2050>", people / 2, "#000")]
    chart = ET.fromstring(pyramid(items, ("Men", "Women"), str, "t", "a"))  # noqa: S314 - our own text
    men, women = (path for path in chart.findall("path") if path.get("class") == "mass")
    points = [point.split() for point in men.get("d", "")[1:].split("L")]
    assert float(points[1][0]) == 320 - GAP - REACH
    assert float(women.get("d", "")[1:].split("L")[1].split()[0]) == 320 + GAP + REACH / 2
    assert "<2050>" in [text.text for text in chart.findall("text")]


def test_nobody_at_all_is_drawn_as_nothing() -> None:
    chart = pyramid([Outline("2020", np.zeros((2, 3)), "#ccc")], ("Men", "Women"), str, "t", "a")
    assert "nan" not in chart
