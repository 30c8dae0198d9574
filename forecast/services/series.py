"""One line of demand: a measure of a service, by year and area, with how it came about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.axes import Floats

WHOLE = 1e-9
"""Slack before a count is rounded up: ten children in classes of ten make one class, whatever the last bit says."""

STAFFED = ("classes", "teachers", "carers", "need")
"""What standards make of places, and the need behind them."""
POLICY = "policy"
"""How the parts end that follow a policy beside the natural figure."""


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor between people and places, for one area and year.

    ``value`` is what multiplies or divides; ``kind`` says how it enters: start, times, divided, result, line.
    """

    name: str
    kind: str
    value: float
    unit: str
    status: str
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A measure of a service.

    part     age, grade or setting; ``all`` for the whole
    values   (year, area)
    born     share already born (year, area), None where it has no meaning
    source   source ids, joined by "; "
    counted  status of the counts that it shows (year, area), "" where it shows none; None: nowhere
    """

    service: str
    part: str
    measure: str
    unit: str
    values: Floats
    born: Floats | None
    source: str
    counted: NDArray[np.str_] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """All series of one service, and the factors behind its main number."""

    name: str
    series: tuple[Series, ...]
    main: str

    @property
    def compared(self) -> tuple[tuple[str, str], ...]:
        """Part and measure of what two scenarios are compared by: the main figure, staff, need, and policy figures."""
        there = {item.measure for item in self.series if item.part == "all"}
        whole = [("all", name) for name in (self.main, *STAFFED) if name in there]
        policy = [(item.part, item.measure) for item in self.series if item.part.endswith(POLICY)]
        return (*dict.fromkeys(whole), *(pair for pair in policy if pair[1] in (self.main, "carers")))

    def find(self, measure: str, part: str = "all") -> Series:
        """The series of a measure and part."""
        for item in self.series:
            if item.measure == measure and item.part == part:
                return item
        raise KeyError((self.name, measure, part))


def whole_up(values: Floats) -> Floats:
    """Rounded up to whole places, classes or workers."""
    out = np.asarray(values - WHOLE)
    np.maximum(out, 0.0, out=out)
    return np.asarray(np.ceil(out, out=out))


def weighted(shares: Floats, weights: Floats) -> Floats:
    """Share already born of several ages together: shares and weights (age, year, area) -> (year, area)."""
    total = weights.sum(axis=0)
    safe = np.where(total > 0, total, 1.0)
    return np.asarray((shares * weights).sum(axis=0) / safe)


def on_people(source: str) -> str:
    """Source of a figure that rests on projected people and, where one is named, on another source."""
    return f"cohort-component; {source}" if source else "cohort-component"
