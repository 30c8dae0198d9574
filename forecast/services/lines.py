"""Provision standards as lines beside the demand: so many places per thousand people, never demand."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from forecast.axes import Floats
from forecast.project.lines import Line
from forecast.services.facts import Facts
from forecast.services.people import People
from forecast.services.series import Series

FROM_AGE = {"residents": 0, "people_60plus": 60}
"""Whom a standard counts per thousand, by the age from which they count."""
REGISTERED = "registered"
"""Counted on the register instead (law 8)."""


def lines(named: Mapping[str, Line], facts: Facts, people: People, service: str, unit: str, file: str) -> list[Series]:
    """One series a standard; a range gives two, ``standard-least`` and ``standard-most``.

    Per thousand registered people they are ``standard-registered`` and so on, and none where the register is not known.
    """
    rows = []
    for key, line in named.items():
        standard = facts.norm(line.standard, f"{file}, key lines.{key}", people.years, people.areas)
        counted = _counted(line, people)
        if counted is None:
            continue
        ends = {"standard-least": standard.least, "standard-most": standard.most}
        if np.array_equal(standard.least, standard.most):
            ends = {"standard": standard.most}
        suffix = f"-{REGISTERED}" if line.per == REGISTERED else ""
        rows += [
            Series(service, f"{part}{suffix}", unit, unit, counted * value / 1000.0, None, standard.source)
            for part, value in ends.items()
        ]
    return rows


def _counted(line: Line, people: People) -> Floats | None:
    """People whom a standard counts (year, area), None where they are not known."""
    if line.per == REGISTERED:
        return people.registered
    return people.from_age(FROM_AGE[line.per])
