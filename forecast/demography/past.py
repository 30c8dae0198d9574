"""The nation's women of the past, carried back from two censuses, and the fertility that its births then had."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.axes import AGE, FEMALE, Floats
from forecast.demography.ground import Ground
from forecast.demography.mortality import tables


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """Women and fertility of a nation up to its last census.

    years      the last one is that of the census
    women      women on 31 December                                  (year, age)
    births     births of the calendar year, of the guide series       (year,)
    fertility  total fertility: births over mean women times shape    (year,)
    shapes     share of it at each age                                (year, age)
    """

    years: range
    women: Floats
    births: Floats
    fertility: Floats
    shapes: Floats


def past_of(ground: Ground, first: int) -> Past:
    """Women by reverse survival from the two censuses; a nation gains and loses next to nobody by moving.

    Before the earlier census its cohorts are taken back (Preston, Heuveline and Guillot 2001, section 8.2). Between
    the two, the cohorts carried forward from the one and back from the other are weighed by their distance. The
    fertility of the first year is that of the second: its own starting women are not known.
    """
    evidence = ground.evidence
    earlier, later = (item.stock for item in ground.launches["nation"])
    years = range(first, later.year + 1)
    survival = tables(ground.mortality.predict(years)).S[:, FEMALE]
    women = np.zeros((len(years), survival.shape[-1]))
    place = earlier.year - first
    women[-1], women[place] = later.people[0, FEMALE], earlier.people[0, FEMALE]
    back = _back(women[-1], survival[place + 1 :])
    forth = _forth(women[place], survival[place + 1 :])
    gap = later.year - earlier.year
    for step in range(1, gap):
        share = step / gap
        women[place + step] = share * back[step] + (1.0 - share) * forth[step]
        women[place + step, :step] = back[step, :step]  # born since the earlier census
    women[: place + 1] = _back(women[place], survival[1 : place + 1])
    births = np.array([evidence.guide[year] for year in years])
    shapes = evidence.shapes.at(years)
    fertility = births[1:] / (0.5 * (women[1:] + women[:-1]) * shapes[1:]).sum(axis=AGE)
    return Past(years, women, births, np.concatenate([fertility[:1], fertility]), shapes)


def _back(women: Floats, survival: Floats) -> Floats:
    """Women (year + 1, age) at the ends of the years of ``survival`` (year, age), the last as given.

    The open age group holds several cohorts; nobody bears there, and what is behind it is spread as it comes.
    """
    out = np.empty((len(survival) + 1, len(women)))
    out[-1] = women
    for year in range(len(survival) - 1, -1, -1):
        out[year, :-1] = out[year + 1, 1:] / np.maximum(survival[year, 1:], 1e-6)
        out[year, -1] = 0.0
    return out


def _forth(women: Floats, survival: Floats) -> Floats:
    """Women (year + 1, age) carried forward; ages that were not born at the start stay empty."""
    out = np.zeros((len(survival) + 1, len(women)))
    out[0] = women
    for year, kept in enumerate(survival):
        out[year + 1, 1:] = out[year, :-1] * kept[1:]
    return out
