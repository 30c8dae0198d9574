"""Net migration that two censuses leave unexplained: forward census-survival ratios, by age and sex."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.axes import FEMALE, Floats
from forecast.demography.base import in_groups
from forecast.demography.ground import Ground
from forecast.demography.migration import NetMigration, annual_rates, mobility, shrink, smooth
from forecast.project.movement import MovementRates

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
    parent = smooth(annual_rates(decade_rates(together))[0], spec.spread.value)
    people = launches[1].stock.people - launches[1].students
    rates = shrink(smooth(own, spec.spread.value), people, parent, spec.prior.value)
    scale = 1.0 if spec.scale is None else spec.scale.value
    fixed = spec.scale is not None
    return NetMigration(rates, parent, mobility(rates, people), scale, spec.damping.value, fixed)


def five(groups: Floats) -> Floats:
    """Groups 0, 1-4, 5-9 .. to 0-4, 5-9 .. (the first two added)."""
    return np.concatenate([groups[..., :2].sum(axis=-1, keepdims=True), groups[..., 2:]], axis=-1)
