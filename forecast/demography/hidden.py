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
    """Rows of optional tables that nothing asks for: before what they say, after what is left of it."""
    spec, found = models.movement, _urban_targets(models, evidence, years)
    idle = None if spec.model.engine == "flows" else f'movement.model.engine is "{spec.model.engine}"'
    for year, built in evidence.housing.items():
        share, because = (0.0, f"moves because {idle}") if idle else _acting(models, evidence, years, year)
        if share < 1.0:
            dwellings = float(built.completed.sum())
            why = f"dwellings completed in the year have no effect on {because}"
            found.append(Override(evidence.city, year, "dwellings", dwellings, share * dwellings, why))
    if evidence.moves is not None and idle:
        moved = float(np.nansum(evidence.moves.pairs))
        why = f"the table migration has no effect on moves because {idle}"
        found.append(Override(evidence.city, years[0], "observed moves", moved, 0.0, why))
    for item in evidence.controls:
        if item.year not in years:
            why = "the control has no effect because its year is not one of the forecast"
            found.append(Override(item.place, item.year, f"control of {item.group}", item.people, 0.0, why))
    return found


def _acting(models: Models, evidence: Evidence, years: range, year: int) -> tuple[float, str]:
    """Share of a year's dwellings whose people the forecast moves in, and on what the others have no effect."""
    filling = () if models.movement.housing is None else models.movement.housing.filling
    if not years[0] - len(filling) < year <= years[-1]:
        return 0.0, "moves because nobody moves in within the years of the forecast"
    last = _recorded_until(evidence, years)
    if year > last or last < years[0]:
        return 1.0, ""
    until, whose = (f"{year}", "the year's total is") if year == last else (f"years up to {last}", "their totals are")
    share = sum(part for since, part in enumerate(filling) if year + since > last)
    return share, f"moves of {until} because {whose} on record"


def _urban_targets(models: Models, evidence: Evidence, years: range) -> list[Override]:
    spec, last = models.movement.urbanisation, _recorded_until(evidence, years)
    why = "urbanisation.share has no effect on the year's moves because its total is on record"
    targets = {} if spec is None else spec.share
    return [
        Override(evidence.city, year, "target of the urban share", share, float("nan"), why)
        for year, share in targets.items()
        if year <= last
    ]


def _recorded_until(evidence: Evidence, years: range) -> int:
    """The last year whose total is on record, or the launch."""
    return max((year for year in evidence.totals.get(evidence.city, {}) if year in years), default=years[0] - 1)


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
    known = [year for year in sorted(evidence.totals.get(evidence.city, {})) if year in years]
    found: list[tuple[str, float, list[int], str]] = []
    if spec.rates.scale is not None:
        why = "people of all areas together because the year's total is on record: the rest is taken as net migration"
        found.append(("rates.scale", spec.rates.scale.value, known, why))
    if spec.flows is not None and spec.flows.mobility.value != 1.0:
        before = list(range(years[0], _recorded_until(evidence, years) + 1))
        why = "year's moves because its total is on record: it acts in later ones"
        found.append(("flows.mobility", spec.flows.mobility.value, before, why))
    return [
        Override(
            evidence.city,
            year,
            f"movement {key}",
            value,
            float("nan"),
            f"movement.{key} has no effect on the {why}",
        )
        for key, value, when, why in found
        for year in when
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
