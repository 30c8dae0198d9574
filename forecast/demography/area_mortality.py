"""Areas' mortality: recorded deaths against those a table expects, and tables of areas with few deaths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from forecast.axes import SEXES, Floats
from forecast.demography.mortality import WIDTHS, meet_e0
from forecast.kernels.brass import brass_fit, brass_rates
from forecast.kernels.lifetable import life_tables
from forecast.kernels.topals import topals, topals_rates

Fit = Literal["topals", "brass"]


@dataclass(frozen=True, slots=True, eq=False)
class AreaMortality:
    """Deaths recorded in areas over those a table of the parent expects, and where the gap comes from.

    reported, expected   deaths of a year                                  (area,)
    ratio                reported over expected                            (area,)
    shrunk               the ratio pulled towards all areas' together, as its own chance asks   (area,)
    weight               share of an area's own deviation that is kept     (area,)
    record               the parent's own reported over expected: what the record misses everywhere, where all agree
    together             all areas' ratio over it: their common level against the parent's, or a common gap of theirs
    own                  an area's shrunk ratio over all areas': its people, or its own registration   (area,)

    ``shrunk`` is record x together x own. Totals alone cannot tell low mortality from a poor register; what the areas
    share with their parent is a matter of the record where the parent's table rests on better sources.
    """

    areas: tuple[str, ...]
    reported: Floats
    expected: Floats
    ratio: Floats
    shrunk: Floats
    weight: Floats
    record: float
    together: float
    own: Floats


def area_mortality(
    areas: tuple[str, ...],
    reported: Floats,
    people: Floats,
    rates: Floats,
    parent: tuple[float, float] | None = None,
) -> AreaMortality:
    """Standardised ratios of recorded deaths, shrunk by empirical Bayes (gamma-Poisson).

    reported  deaths of a year                          (area,)
    people    person-years, or people of mid-year       (area, sex, age)
    rates     the parent's death rates of that year     (sex, age)
    parent    reported and expected deaths of the parent in the same record; none: the record counts as complete

    Ratios are gamma with mean m = sum of reported / sum of expected and variance v, by moments
    v = sum e (r - m)^2 / sum e - m / mean e, at least 0; an area keeps v / (v + m / e) of its deviation.
    Source: Marshall 1991, Applied Statistics 40, the global estimator; indirect standardisation.
    """
    expected = (people * rates).sum(axis=(-2, -1))
    if reported.shape != expected.shape or len(areas) != len(reported):
        raise ValueError(f"deaths {reported.shape} and people {people.shape} are not those of {len(areas)} areas")
    if not (expected > 0).all() or (reported < 0).any() or reported.sum() == 0:
        raise ValueError("ratios need people everywhere, deaths somewhere and none below 0")
    ratio = reported / expected
    mean = float(reported.sum() / expected.sum())
    variance = float((expected * (ratio - mean) ** 2).sum() / expected.sum() - mean / expected.mean())
    weight = max(variance, 0.0) / (max(variance, 0.0) + mean / expected)
    shrunk = mean + weight * (ratio - mean)
    record = 1.0 if parent is None else parent[0] / parent[1]
    return AreaMortality(
        areas, reported, expected, ratio, shrunk, weight, record, mean / record, np.asarray(shrunk / mean)
    )


def own_rates(rates: Floats, found: AreaMortality) -> Floats:
    """Death rates (..., area, sex, age) of the areas from shared ones (..., sex, age): each by its own deviation.

    What the record misses everywhere, and the areas' common level, change nothing: their deaths together stay, about,
    what the shared table gives.
    """
    return np.asarray(rates[..., None, :, :] * found.own[:, None, None])


def area_rates(
    standard: Floats, deaths: Floats, exposure: Floats, starts: NDArray[np.intp], fit: Fit = "topals"
) -> Floats:
    """Death rates (area, sex, age) of areas with few deaths, from deaths by age group and a standard.

    standard  death rates of the parent             (sex, age)
    deaths    of one or several years               (area, sex, group)
    exposure  person-years of the same years        (area, sex, age)
    starts    first age of each group               (group,)
    fit       TOPALS bends the standard by age; Brass moves its level and spread, and bears areas without deaths
    """
    table = life_tables(standard, WIDTHS)
    found = []
    for sex in range(len(SEXES)):
        own = (deaths[:, sex], exposure[:, sex], starts)
        if fit == "topals":
            found.append(topals_rates(standard[sex], topals(standard[sex], *own)[0]))
        else:
            parts = (standard[sex], table.l[sex], table.a[sex])
            pair, _ = brass_fit(parts, *own)
            found.append(brass_rates(*parts, pair[..., 0], pair[..., 1]))
    return np.stack(found, axis=-2)


def at_e0(rates: Floats, e0: Floats, by: Fit = "topals") -> Floats:
    """The tables (..., sex, age) moved until each has exactly the life expectancy asked for (..., sex).

    by  TOPALS adds one number to all its offsets; Brass shifts the logit of survivorship
    """
    table = life_tables(rates, WIDTHS)

    def rates_at(level: Floats) -> Floats:
        if by == "topals":
            return np.asarray(rates * np.exp(level)[..., None])
        return brass_rates(rates, table.l, table.a, level)

    return rates_at(meet_e0(rates_at, e0, -3.0, 3.0))
