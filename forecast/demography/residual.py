"""Net migration that two censuses leave unexplained, by age and sex, and its rates smoothed over age.

Two ways in: five-year groups ten years apart with the nation's census-survival ratios (``TwoCensuses``), or stocks by
single year or five-year group with a life table and the births between (``between``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from forecast.axes import AGE, FEMALE, Floats, Population
from forecast.demography.base import in_groups
from forecast.demography.ground import Ground
from forecast.demography.migration import NetMigration, annual_rates, mobility, shrink, smooth
from forecast.kernels.residual import ESTIMATORS, Method
from forecast.kernels.splines import basis, fit
from forecast.project.movement import MovementRates

Smoothing = Literal["bell", "splines"]
"""A moving mean with bell-shaped weights, or penalised splines weighted by people."""
KNOTS = 5.0
"""Years of age between the knots of the splines: what was counted in five-year groups bends no faster."""

CHILD_SHARES = (0.25, 0.75)
"""Net migrants of 0-4 and 5-9 per net migrating mother x child-woman ratio (UN Manual VI 1970; Shryock and Siegel)."""


@dataclass(frozen=True, slots=True, eq=False)
class TwoCensuses:
    """Five-year age groups of areas and of the nation at two censuses ten years apart.

    first, second                  persons (area, sex, group), groups 0-4 .. 80-84, 85+
    nation_first, nation_second    persons (sex, group)
    """

    first: Floats
    second: Floats
    nation_first: Floats
    nation_second: Floats


def census_survival(nation_first: Floats, nation_second: Floats) -> Floats:
    """The nation's ratio of each cohort to itself ten years earlier (sex, cohort), last cohort open (75+ to 85+).

    It holds mortality and the change of census coverage together (forward census-survival-ratio method).
    """
    start = _cohorts_before(nation_first)
    return np.asarray(_cohorts_after(nation_second) / start)


def _cohorts_before(groups: Floats) -> Floats:
    """Groups 0-4 .. 70-74 and 75+ of the first census: those who are 10-14 .. 80-84 and 85+ at the second."""
    return np.concatenate([groups[..., :15], groups[..., 15:].sum(axis=-1, keepdims=True)], axis=-1)


def _cohorts_after(groups: Floats) -> Floats:
    return np.asarray(groups[..., 2:])


def residual(censuses: TwoCensuses) -> Floats:
    """Net migrants over the ten years by sex and cohort aged 10-14 .. 85+ at the second census (area, sex, cohort)."""
    ratio = census_survival(censuses.nation_first, censuses.nation_second)
    return np.asarray(_cohorts_after(censuses.second) - _cohorts_before(censuses.first) * ratio)


def child_residual(censuses: TwoCensuses, net: Floats) -> Floats:
    """Net migrants among children born between the censuses (area, sex, 2), aged 0-4 and 5-9 at the second.

    Births between censuses are not known, so children follow the women who bear them: a quarter and three quarters of
    the child-woman ratio times the net migrants among women of 15-44 and 20-49.
    """
    women = censuses.second[:, FEMALE]
    mothers = net[:, FEMALE]
    pairs = []
    for share, child, low in zip(CHILD_SHARES, (0, 1), (3, 4), strict=True):
        ratio = censuses.second[..., child] / women[:, low : low + 6].sum(axis=-1)[:, None]
        moved = mothers[:, low - 2 : low + 4].sum(axis=-1)
        pairs.append(share * ratio * moved[:, None])
    return np.stack(pairs, axis=-1)


def decade_rates(censuses: TwoCensuses) -> Floats:
    """Net migration of ten years relative to the people expected without it (area, sex, cohort 0-4 .. 85+)."""
    net = residual(censuses)
    children = child_residual(censuses, net)
    both = np.concatenate([children, net], axis=-1)
    expected = np.maximum(censuses.second - both, 1.0)
    return np.asarray(both / expected)


def between(
    first: Population, second: Population, survival: Floats, births: Floats, method: Method = "cohort_even"
) -> Floats:
    """Net migrants between two stocks a whole number of cells apart, children born since included (area, sex, age).

    survival  ratios of a step of one cell: [0] birth to cell 0, the last one for the two oldest together
              (step or 1, area or 1, sex, age)
    births    of each step by sex                                                              (step, area, sex)
    method    when they came: ``stock`` all at the end, ``time_even``, ``cohort_even``; see ``kernels.residual``
    """
    steps, rest = divmod(second.year - first.year, first.width)
    if (first.areas, first.width, first.people.shape) != (second.areas, second.width, second.people.shape):
        raise ValueError("the two stocks differ in areas, sexes or ages")
    if rest or steps < 1 or births.shape != (steps, *first.people.shape[:AGE]):
        raise ValueError(f"{births.shape[0]} births for {second.year - first.year} years in cells of {first.width}")
    return ESTIMATORS[method](first.people, second.people, survival, births)


def smoothed(
    rates: Floats,
    people: Floats,
    how: Smoothing = "bell",
    *,
    spread: float = 2.0,
    penalty: float | None = None,
    span: float = 5.0,
    parent: Floats | None = None,
    prior: float = 0.0,
    keep_total: bool = False,
) -> Floats:
    """Rates smoothed over age, each area and sex for itself, and pulled to the parent's where one is given.

    rates, people    by area, sex and single age                               (area, sex, age)
    spread           of the bell, years of age
    penalty, span    of the splines: see ``kernels.splines.fit``; None chooses the penalty by cross-validation
    parent, prior    rates of all areas together (sex, age), and the persons of about one age they weigh
    keep_total       shift each area and sex by one rate at all ages, so that the migrants (rates x people) of the
                     raw rates stay; splines keep them by themselves as long as nothing is pulled to a parent
    """
    if how not in ("bell", "splines"):
        raise ValueError(f"smoothing {how!r} is neither 'bell' nor 'splines'")
    out = smooth(rates, spread) if how == "bell" else _by_splines(rates, people, penalty, span)
    if parent is not None:
        out = shrink(out, people, parent, prior)
    if keep_total:
        missing = ((rates - out) * people).sum(axis=AGE, keepdims=True)
        out = out + missing / people.sum(axis=AGE, keepdims=True)
    return np.asarray(out)


def _by_splines(rates: Floats, people: Floats, penalty: float | None, span: float) -> Floats:
    ages = rates.shape[AGE]
    splines = basis(np.arange(float(ages)), KNOTS)
    pairs = zip(rates.reshape(-1, ages), people.reshape(-1, ages), strict=True)
    curves = [fit(row, weights, splines, penalty, span=span).values for row, weights in pairs]
    return np.stack(curves).reshape(rates.shape)


def net_migration(ground: Ground, system: str, spec: MovementRates) -> NetMigration:
    """Net rates of a system of areas, students left out: residual, by year, smoothed over age, shrunk to all areas."""
    censuses, launches = ground.evidence.censuses, ground.launches[system]
    counted = [
        census.groups(system) - in_groups(start.students, census.starts)
        for census, start in zip(censuses, launches, strict=True)
    ]
    first, second, nation_first, nation_second = map(five, (*counted, censuses[0].nation, censuses[1].nation))
    own = annual_rates(decade_rates(TwoCensuses(first, second, nation_first, nation_second)))
    together = TwoCensuses(first.sum(axis=0)[None], second.sum(axis=0)[None], nation_first, nation_second)
    people = launches[1].stock.people - launches[1].students
    how, spread, whole = spec.smoothing, spec.spread.value, people.sum(axis=0)
    parent = smoothed(annual_rates(decade_rates(together))[0], whole, how, spread=spread)
    rates = smoothed(own, people, how, spread=spread, parent=parent, prior=spec.prior.value)
    scale = 1.0 if spec.scale is None else spec.scale.value
    fixed = spec.scale is not None
    return NetMigration(rates, parent, mobility(rates, people), scale, spec.damping.value, fixed)


def five(groups: Floats) -> Floats:
    """Groups 0, 1-4, 5-9 .. to 0-4, 5-9 .. (the first two added)."""
    return np.concatenate([groups[..., :2].sum(axis=-1, keepdims=True), groups[..., 2:]], axis=-1)
