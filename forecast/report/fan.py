"""Intervals: quantiles over trajectories as pairs of ends, the first axis of an array."""

from __future__ import annotations

from collections.abc import Mapping

from forecast.axes import Floats

CUTS = ("p05", "p10", "p25", "p75", "p90", "p95")
"""The published quantiles that are ends of intervals, in the order of the first axis."""
ENDS: Mapping[int, tuple[int, int]] = {90: (0, 5), 80: (1, 4), 50: (2, 3)}
"""Places of the two ends by the level of the interval in percent, the widest first."""
LEVEL = 80
"""The interval that tables show."""


def ends(cuts: Floats, level: int = LEVEL) -> tuple[Floats, Floats]:
    """Low and high end of an interval: cuts (cut, ...)."""
    low, high = ENDS[level]
    return cuts[low], cuts[high]
