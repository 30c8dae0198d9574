from __future__ import annotations

from xml.etree import ElementTree as ET

import numpy as np

from forecast.report.svg_dots import dots


def test_methods_differ_in_shape_and_stand_by_their_error() -> None:
    values = np.array([[10.0], [20.0], [40.0]])
    text = dots(["<0-4>"], ["ours", "second", "third"], values, ("#111", "#222", "#333"), "t", "a")
    chart = ET.fromstring(text)  # noqa: S314 - our own text
    circles, squares = chart.findall("circle"), chart.findall("rect")
    # The first mark of each shape stands in the row, the second in the legend; 40 % is the last tick.
    ours, second = float(circles[0].get("cx", 0)), float(squares[0].get("x", 0)) + 5
    assert (second - 70) == 2 * (ours - 70)
    assert len(circles) == len(squares) == 2
    assert "<0-4>" in [item.text for item in chart.findall("text")]
