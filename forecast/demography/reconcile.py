"""Areas and their city, forecast as one, made to agree: the areas give way, or both do (MinT).

The city as one area has the areas' launch, conditions averaged over them, and its own net migration. Where the sum of
the areas differs from it, groups of sex and five years of age are scaled; the difference counts as net migration.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Literal

import numpy as np

from forecast.axes import AGE, AGES, AREA, FEMALE, SEXES, Floats, Population
from forecast.demography.cohort import FittedCohort
from forecast.demography.controls import Control, Controls, raked
from forecast.demography.engine import History
from forecast.demography.migration import NetMigration
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


def as_one(areas: FittedCohort, net: NetMigration) -> FittedCohort:
    """All areas as one, by the same engine: people summed, what they hang on averaged over the women there.

    net  net migration, of which the rates of all areas together are taken
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
        migration=dataclasses.replace(net, rates=net.parent[None]),
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
    controls     figures of single areas and of the city, which hold besides
    """
    launch, years = areas.launch.year, areas.components.years
    apart = areas.components.students
    parts = areas.free().predict(years).people - apart
    for_all = [item for item in controls if item.area is None]
    whole = city.controlled(for_all, leading=False).predict(years).people[:, 0] - apart.sum(axis=1)
    since = max(areas.totals, default=launch)
    wanted = grouped(whole)
    origin = "the city forecast as one area"
    if way == "mint":
        covariance, weight = _covariance(areas, city, seed)
        base = np.concatenate([wanted[:, None], grouped(parts)], axis=1)
        found = _minted(base, covariance, since - launch + 1)
        parts, wanted = parts * _single(found[:, 1:] / np.maximum(base[:, 1:], TINY)), found[:, 0]
        origin = f"MinT of areas and city, covariance of {SIMULATED} trajectories shrunk by {weight:.2f}"
    items: list[Control] = []
    targets: dict[int, Floats] = {}
    for year in range(since + 1, years[-1] + 1):
        at = year - launch
        own = [item for item in controls if item.year == year]
        sums = _sums(areas.place, year, wanted[at] + grouped(apart[at].sum(axis=0)), origin)
        due = own if way == "mint" else [*sums, *own]
        targets[year] = parts[at] * raked(parts[at], apart[at], due)
        items += [*_shown(sums, targets[year] + apart[at]), *own]
    earlier = [item for item in controls if item.year <= since]
    return dataclasses.replace(areas, controls=Controls((*earlier, *items), targets))


def grouped(people: Floats) -> Floats:
    """People (..., age) in groups of five years, 85+ the last (..., group)."""
    return np.asarray(np.add.reduceat(people, FIRST, axis=-1))


def _single(factors: Floats) -> Floats:
    """Factors of groups for every single age."""
    return np.repeat(factors, [*(5,) * (len(FIRST) - 1), AGES - FIRST[-1]], axis=-1)


def _sums(place: str, year: int, people: Floats, origin: str) -> list[Control]:
    """Controls of all areas together by sex and group, from people (sex, group)."""
    ends = (*FIRST[1:], None)
    return [
        Control(place, None, year, float(people[sex, group]), (sex,), first, end, origin)
        for sex in range(len(SEXES))
        for group, (first, end) in enumerate(zip(FIRST, ends, strict=True))
    ]


def _shown(sums: Sequence[Control], people: Floats) -> list[Control]:
    """The same with what came of them."""
    return [dataclasses.replace(item, people=item.of(people)) for item in sums]


def _covariance(areas: FittedCohort, city: FittedCohort, seed: int) -> tuple[Floats, float]:
    """Covariance of errors of city and areas (year + 1, sex, group, series, series), and the mean weight of shrinking.

    Errors are what trajectories under the stated noise stray from their mean; all share the shocks of the city.
    """
    draws, years = Draws(seed, range(SIMULATED), areas.place), areas.components.years
    whole, parts = city.sample(years, draws), areas.free().sample(years, draws)
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
