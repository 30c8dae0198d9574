"""Provision standards as lines beside the demand: so many places per thousand people, never demand."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from forecast.axes import AGE, SEX, Floats
from forecast.project.spec import Line
from forecast.services.facts import Facts
from forecast.services.people import People
from forecast.services.series import Series

FROM_AGE = {"residents": 0, "people_60plus": 60}
"""Whom a standard counts per thousand, by the age from which they count."""


def lines(named: Mapping[str, Line], facts: Facts, people: People, service: str, unit: str, file: str) -> list[Series]:
    """One series a standard; a range gives two, ``standard-least`` and ``standard-most``."""
    rows = []
    for key, line in named.items():
        standard = facts.norm(line.standard, f"{file}, key lines.{key}", people.years, people.areas)
        counted: Floats = people.people[..., FROM_AGE[line.per] :].sum(axis=(SEX, AGE))
        ends = {"standard-least": standard.least, "standard-most": standard.most}
        if np.array_equal(standard.least, standard.most):
            ends = {"standard": standard.most}
        rows += [
            Series(service, part, unit, unit, counted * value / 1000.0, None, standard.source)
            for part, value in ends.items()
        ]
    return rows
