"""Assumptions that a known figure hides: stated in a scenario, without effect on the years or sums that are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats
from forecast.demography.cohort import FittedCohort
from forecast.demography.engine import Override
from forecast.demography.evidence import Evidence
from forecast.demography.fertility import multiplier, offset
from forecast.project.spec import Models

ROUNDING = 1e-9
"""Distance from a control, as a share of it, that is none."""
SEEN = 0.01
"""Share of a difference from which its loss is worth a row."""
SMALL = 1e-3
"""Difference between two scenarios, as a share of the controlled people, that is not worth one."""


def unheard(models: Models, evidence: Evidence) -> list[Override]:
    """Assumptions for years that are on record: before as stated, after as it acts."""
    launch, time = evidence.censuses[1].date.year, models.project.time
    recorded = range(launch + 1, min(time.born_until, time.horizon) + 1)
    years = range(launch + 1, time.horizon + 1)
    return [
        *_births(models, evidence.city, recorded),
        *_moves(models, evidence, years),
        *_tables(models, evidence, years),
    ]


def _tables(models: Models, evidence: Evidence, years: range) -> list[Override]:
    """Rows of optional tables that nothing asks for: before what they say, after nought."""
    spec, found = models.movement, []
    idle = None if spec.model.engine == "flows" else f'movement.model.engine is "{spec.model.engine}"'
    filling = 0 if spec.housing is None else len(spec.housing.filling)
    for year, built in evidence.housing.items():
        late = None if years[0] - filling < year <= years[-1] else "nobody moves in within the years of the forecast"
        if idle or late:
            why = f"dwellings completed in the year have no effect on moves because {idle or late}"
            found.append(Override(evidence.city, year, "dwellings", float(built.completed.sum()), 0.0, why))
    if evidence.moves is not None and idle:
        moved = float(np.nansum(evidence.moves.pairs))
        why = f"the table migration has no effect on moves because {idle}"
        found.append(Override(evidence.city, years[0], "observed moves", moved, 0.0, why))
    for item in evidence.controls:
        if item.year not in years:
            why = "the control has no effect because its year is not one of the forecast"
            found.append(Override(item.place, item.year, f"control of {item.group}", item.people, 0.0, why))
    return found


def _births(models: Models, city: str, recorded: range) -> list[Override]:
    spec = models.births
    found = []
    stated = (
        ("multiplier", multiplier(spec.path.multiplier, recorded), 1.0),
        ("offset", offset(spec.path.offset, recorded), 0.0),
    )
    for key, values, nothing in stated:
        why = f"births.path.{key} has no effect on the year's births because they are on record"
        found += [
            Override(city, year, f"births {key}", float(value), nothing, why)
            for year, value in zip(recorded, values, strict=True)
            if value != nothing
        ]
    for name, policy in spec.policy.items():
        why = f"policy.{name} has no effect on the year's births because they are on record, with what it did to them"
        found += [
            Override(city, year, f"policy {name}", policy.effect.value, 0.0, why)
            for year in recorded
            if year >= policy.onset
        ]
    return found


def _moves(models: Models, evidence: Evidence, years: range) -> list[Override]:
    spec = models.movement
    stated = {} if spec.rates.scale is None else {"rates.scale": spec.rates.scale.value}
    if spec.flows is not None and spec.flows.mobility.value != 1.0:
        stated["flows.mobility"] = spec.flows.mobility.value
    known = [year for year in sorted(evidence.totals.get(evidence.city, {})) if year in years]
    return [
        Override(
            evidence.city,
            year,
            f"movement {key}",
            value,
            float("nan"),
            f"movement.{key} has no effect on the people of all areas together because the year's total is on record: "
            "the rest is taken as net migration",
        )
        for key, value in stated.items()
        for year in known
    ]


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """A scenario's districts with and without its controls.

    people, free  (year, area, sex, age), the launch first
    """

    fitted: FittedCohort
    years: range
    people: Floats
    free: Floats

    @classmethod
    def of(cls, fitted: FittedCohort, years: range, people: Floats) -> Side:
        """From people under controls; they are run once more without."""
        return cls(fitted, years, people, fitted.free().predict(years[1:]).people)


def hidden(mine: Side, other: Side, name: str) -> list[Override]:
    """Differences from another scenario in a controlled sum: before without controls, after with them.

    name  of the other scenario
    """
    theirs = set(other.fitted.controls.items)
    found = []
    for item in mine.fitted.controls.items:
        place = item.year - mine.years[0]
        if item not in theirs or place >= min(len(mine.years), len(other.years)):
            continue
        free = item.of(mine.free[place] - other.free[place])
        left = item.of(mine.people[place] - other.people[place])
        left = 0.0 if abs(left) < ROUNDING * item.people else left
        share = 1.0 - left / free if abs(free) > SMALL * item.people else 0.0
        if share > SEEN:
            why = (
                f"what differs from {name} has no effect on this sum because both are raked to a control "
                f"({item.origin}): {share:.0%} of the difference is hidden"
            )
            found.append(Override(item.place, item.year, f"difference in {item.group}", free, left, why))
    return found
