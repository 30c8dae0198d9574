"""Areas and their city, forecast as one, made to agree: the areas give way, or both do (MinT).

The city as one area has the areas' launch, conditions averaged over them, and their moves summed. Where the sum of the
areas differs from it, groups of sex and five years of age are scaled; the difference counts as net migration.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from forecast.axes import AGE, AGES, AREA, FEMALE, SEXES, Floats, Population
from forecast.demography.city_flows import moving_as_one
from forecast.demography.cohort import FittedCohort
from forecast.demography.controls import Control, Controls, raked
from forecast.demography.engine import History
from forecast.demography.mortality import rates_together
from forecast.demography.noise import Draws
from forecast.demography.parity import CELLS, Parity
from forecast.kernels.reconcile import mint, shrunk, summing

FIRST = tuple(range(0, 90, 5))
"""First ages of the groups that are scaled: 0-4 .. 80-84, 85+."""
TINY = 1e-300
"""Stands for nobody under a fraction whose numerator is nobody too."""
SIMULATED = 200
"""Trajectories from which the covariance of errors is taken."""
Way = Literal["rake", "mint"]


def as_one(areas: FittedCohort) -> FittedCohort:
    """All areas as one, by the same engine: people summed, what they hang on averaged over the women there.

    Moves are those of the areas beyond their common border; their level is fitted again to the totals on record.
    """
    parts, launch = areas.components, areas.launch
    if parts.parity is None:
        raise ValueError("areas without births by order cannot be forecast as one")
    # Draws under a name of their own: those of the place are what all areas share.
    stock = Population((f"{areas.place} as one",), launch.year, launch.people.sum(axis=0)[None])
    women = (launch.people - parts.students[0])[:, FEMALE]
    exposed = (women * parts.shapes[0]).sum(axis=AGE)
    births = parts.relative * exposed
    components = dataclasses.replace(
        parts,
        rates=parts.rates if parts.rates.ndim == 3 else rates_together(parts.rates, launch.people),
        relative=np.array([births.sum() / exposed.sum()]),
        migration=moving_as_one(parts.migration, launch.people - parts.students[0]),
        students=parts.students.sum(axis=AREA, keepdims=True),
        parity=_averaged(parts.parity, women[:, CELLS], births),
    )
    return areas.engine.fit(History((stock,), areas.births, areas.totals, components, areas.place))


def _averaged(parity: Parity, women: Floats, births: Floats) -> Parity:
    """Parity of all areas as one; women (area, cell), births (area,) of the launch."""
    weight = women / women.sum(axis=0)
    rates = parity.rates
    if rates.shape[-1] > 1:
        rates = (rates * weight.T).sum(axis=-1, keepdims=True)
    start = (parity.start * weight[:, None]).sum(axis=0)[None]
    tilt = (parity.tilt * births[:, None]).sum(axis=0)[None] / births.sum()
    return dataclasses.replace(parity, start=start, rates=rates, tilt=tilt)


def reconciled(
    areas: FittedCohort, city: FittedCohort, way: Way, seed: int, controls: Sequence[Control] = ()
) -> FittedCohort:
    """The areas so that they agree with their city in every year after the record.

    areas, city  the same people, by area and as one
    way          rake: the areas give way; mint: both do, by the covariance of the errors that the stated noise makes
    controls     figures of single areas and of the city, which hold besides, and from which later years go on
    """
    launch = areas.launch.year
    since = max(areas.totals, default=launch)
    areas = areas.controlled(controls, leading=False)
    city = city.controlled([item for item in controls if item.area is None], leading=False)
    due = tuple(item for item in areas.controls.items if item.year > since)
    covariance, origin = None, "the city forecast as one area"
    if way == "mint":
        covariance, weight = _covariance(areas, city, seed)
        origin = f"MinT of areas and city, covariance of {SIMULATED} trajectories shrunk by {weight:.2f}"
    targets = _agreed(areas, city, covariance, due)
    # Whom a control adds or takes is there the year after: from its year on both go on from what was agreed for it.
    held: dict[int, Floats] = {}
    for year in sorted({item.year for item in due}):
        held[year] = targets[year]
        whole = {met: people.sum(axis=AREA, keepdims=True) for met, people in held.items()}
        targets = _agreed(_from(areas, held), _from(city, whole), covariance, due)
    apart = areas.components.students
    sums = [
        item
        for year, people in targets.items()
        for item in _sums(areas.place, year, grouped((people + apart[year - launch]).sum(axis=AREA)), origin)
    ]
    return dataclasses.replace(areas, controls=Controls((*sums, *areas.controls.items), targets))


def _from(fitted: FittedCohort, targets: Mapping[int, Floats]) -> FittedCohort:
    """The same with some years' stocks given."""
    return dataclasses.replace(fitted, controls=Controls(fitted.controls.items, targets))


def _agreed(
    areas: FittedCohort, city: FittedCohort, covariance: Floats | None, controls: Sequence[Control]
) -> dict[int, Floats]:
    """The areas' people without those held apart, agreed with the city, by year after the record (area, sex, age).

    covariance  of the errors, as ``_covariance`` finds it: both give way; None: the areas do
    controls    what must hold besides
    """
    launch, years = areas.launch.year, areas.components.years
    since, apart = max(areas.totals, default=launch), areas.components.students
    parts = areas.predict(years).people - apart
    held = apart.sum(axis=AREA)
    wanted = grouped(city.predict(years).people[:, 0] - held)
    if covariance is not None:
        series = np.concatenate([wanted[:, None], grouped(parts)], axis=1)
        found = _minted(series, covariance, since - launch + 1)
        parts = parts * _single(found[:, 1:] / np.maximum(series[:, 1:], TINY))
    targets = {}
    for year in range(since + 1, years[-1] + 1):
        at = year - launch
        due = [item for item in controls if item.year == year]
        if covariance is None:
            due = [*_sums(areas.place, year, wanted[at] + grouped(held[at])), *due]
        targets[year] = parts[at] * raked(parts[at], apart[at], due)
    return targets


def grouped(people: Floats) -> Floats:
    """People (..., age) in groups of five years, 85+ the last (..., group)."""
    return np.asarray(np.add.reduceat(people, FIRST, axis=-1))


def _single(factors: Floats) -> Floats:
    """Factors of groups for every single age."""
    return np.repeat(factors, [*(5,) * (len(FIRST) - 1), AGES - FIRST[-1]], axis=-1)


def _sums(place: str, year: int, groups: Floats, origin: str = "") -> list[Control]:
    """Controls of all areas together by sex and group, from people (sex, group)."""
    ends = (*FIRST[1:], None)
    return [
        Control(place, None, year, float(groups[sex, group]), (sex,), first, end, origin)
        for sex in range(len(SEXES))
        for group, (first, end) in enumerate(zip(FIRST, ends, strict=True))
    ]


def _covariance(areas: FittedCohort, city: FittedCohort, seed: int) -> tuple[Floats, float]:
    """Covariance of errors of city and areas (year + 1, sex, group, series, series), and the mean weight of shrinking.

    Errors are what trajectories under the stated noise stray from their mean; all share the shocks of the city.
    """
    draws, years = Draws(seed, range(SIMULATED), areas.place), areas.components.years
    whole, parts = city.sample(years, draws), areas.sample(years, draws)
    sampled = [whole.cells(0), *(parts.cells(number) for number in range(len(parts.areas)))]
    paths = np.stack([grouped(np.moveaxis(item.people, -1, 0)) for item in sampled], axis=-1)
    errors = paths - paths.mean(axis=0)
    out = np.zeros((*errors.shape[1:], errors.shape[-1]))
    weights = []
    for place in np.ndindex(*errors.shape[1:-1]):
        out[place], weight = shrunk(errors[(slice(None), *place)])
        weights.append(weight)
    return out, float(np.mean(weights))


def _minted(base: Floats, covariance: Floats, first: int) -> Floats:
    """Reconciled groups (year, series, sex, group) from year ``first`` on.

    Where something does not stray at all, sizes stand for variances.
    """
    series = np.moveaxis(base, 1, -1)
    sizes = np.maximum(series, 1e-9)[..., None] * np.eye(series.shape[-1])
    still = np.min(np.diagonal(covariance, axis1=-2, axis2=-1), axis=-1)[..., None, None] <= 0
    found = mint(series[first:], summing(series.shape[-1] - 1), np.where(still, sizes, covariance)[first:])
    return np.asarray(np.moveaxis(np.concatenate([series[:first], found]), -1, 1))
