"""Areas' mortality: recorded deaths against those a table expects, and what is an area's own from year to year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from forecast.axes import AGE, SEX, SEXES, Floats
from forecast.demography.ground import Ground
from forecast.demography.launch import Launch
from forecast.demography.recorded_deaths import DeathsByAge, DeathTotals, lived
from forecast.errors import InputError
from forecast.kernels.brass import brass_fit, brass_rates
from forecast.kernels.lifetable import LifeTable, life_tables
from forecast.kernels.topals import topals, topals_rates
from forecast.project.ageing import AreaRatesSpec

Fit = Literal["topals", "brass"]
Launches = Mapping[str, tuple[Launch, Launch]]


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


class Apart(Protocol):
    """How areas' mortality differs from a table that they share."""

    def apply(self, rates: Floats) -> Floats:
        """Death rates (..., area, sex, age) of the areas from shared ones (..., sex, age)."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Scaled:
    """Every rate of an area times its factor (area,): a difference kept on the log scale, the same at all ages."""

    factor: Floats

    def apply(self, rates: Floats) -> Floats:
        """Death rates (..., area, sex, age) of the areas from shared ones (..., sex, age)."""
        return np.asarray(rates[..., None, :, :] * self.factor[:, None, None])


@dataclass(frozen=True, slots=True, eq=False)
class Bent:
    """TOPALS: each area's offsets theta (area, sex, knot) of the log rates, kept from year to year."""

    theta: Floats

    def apply(self, rates: Floats) -> Floats:
        """Death rates (..., area, sex, age) of the areas from shared ones (..., sex, age)."""
        return topals_rates(rates[..., None, :, :], self.theta)


@dataclass(frozen=True, slots=True, eq=False)
class Related:
    """Brass: each area's alpha and beta (area, sex, 2) on the logit of survivorship, kept from year to year."""

    pair: Floats

    def apply(self, rates: Floats) -> Floats:
        """Death rates (..., area, sex, age) of the areas from shared ones (..., sex, age)."""
        table = _table(rates)
        survivors, separation = (part[..., None, :, :] for part in (table.l, table.a))
        return brass_rates(rates[..., None, :, :], survivors, separation, self.pair[..., 0], self.pair[..., 1])


def scaled(own: Floats, weight: float, expected: Floats) -> Scaled:
    """Own deviations of recorded deaths, ``weight`` of their log believed.

    own       ``AreaMortality.own``                                                    (area,)
    expected  deaths under the shared table, which together stay what they are   (area,)

    What the record misses everywhere, and the areas' common level, change nothing.
    """
    factor = own**weight
    return Scaled(np.asarray(factor * (expected.sum() / (expected * factor).sum())))


def fitted(
    standard: Floats, deaths: Floats, exposure: Floats, starts: NDArray[np.intp], fit: Fit = "topals"
) -> Bent | Related:
    """What is the areas' own, from few deaths by age group and a standard.

    standard  death rates of the parent             (sex, age)
    deaths    of one or several years               (area, sex, group)
    exposure  person-years of the same years        (area, sex, age)
    starts    first age of each group               (group,)
    fit       TOPALS bends the standard by age; Brass moves its level and spread, and bears areas without deaths
    """
    table = _table(standard)
    found = []
    for sex in range(len(SEXES)):
        own = (deaths[:, sex], exposure[:, sex], starts)
        if fit == "topals":
            found.append(topals(standard[sex], *own)[0])
        else:
            found.append(brass_fit((standard[sex], table.l[sex], table.a[sex]), *own)[0])
    every = np.stack(found, axis=1)
    return Bent(every) if fit == "topals" else Related(every)


def _table(rates: Floats) -> LifeTable:
    """Life tables of single-age rates (..., sex, age), whatever the open age."""
    return life_tables(rates, np.append(np.ones(rates.shape[-1] - 1), np.inf))


def gaps(areas: tuple[str, ...], known: DeathTotals, launches: Launches, standard: Floats) -> AreaMortality:
    """Recorded deaths of the areas against the province's table, the province's record beside them.

    launches  stocks of both censuses by system;  standard  the province's death rates (sex, age) of the record's year
    """
    here, there = (_lived(launches, system, known.year) for system in ("districts", "province"))
    parent = None if known.province is None else (known.province, float((there * standard).sum()))
    return area_mortality(areas, known.areas, here, standard, parent)


def apart(ground: Ground, spec: AreaRatesSpec) -> Apart | None:
    """How the areas' mortality differs, as a spec wants it; None: all have the province's.

    The evidence must hold what the spec asks for, else ``ValueError``: reading it says what is missing.
    """
    if spec.engine == "shared":
        return None
    found: Apart = ground.remembered(("areas' mortality", spec), lambda: _apart(ground, spec))
    return found


def _apart(ground: Ground, spec: AreaRatesSpec) -> Apart:
    totals, by_age = ground.evidence.deaths.totals, ground.evidence.deaths.by_age
    if spec.engine == "recorded" and totals is not None and spec.weight is not None:
        found = gaps(ground.evidence.areas, totals, ground.launches, _standard(ground, totals.year))
        start = ground.launches["districts"][1].stock
        expected = (start.people * _standard(ground, start.year)).sum(axis=(SEX, AGE))
        return scaled(found.own, spec.weight.value, expected)
    if spec.engine in ("brass", "topals") and by_age is not None:
        return _by_age(ground, by_age, spec.engine)
    raise ValueError(f"no record of deaths for areas.engine {spec.engine}")


def _by_age(ground: Ground, known: DeathsByAge, fit: Fit) -> Bent | Related:
    """Fitted to the years of the record together, against the province's table of the middle one."""
    exposure = np.sum([_lived(ground.launches, "districts", year) for year in known.years], axis=0)
    standard = _standard(ground, sorted(known.years)[len(known.years) // 2])
    try:
        return fitted(standard, known.deaths, exposure, known.starts, fit)
    except ValueError as error:
        what = "deaths by age of every area and sex that fit its people"
        way_out = "correct the counts, or choose another engine"
        raise InputError.one("data/**/deaths", what, str(error), way_out) from None


def _standard(ground: Ground, year: int) -> Floats:
    """The province's death rates (sex, age) of a year, whatever the scenario."""
    return ground.shift.apply(ground.mortality.predict(range(year, year + 1))[0])


def _lived(launches: Launches, system: str, year: int) -> Floats:
    before, after = launches[system]
    return lived(before.stock, after.stock, year)
