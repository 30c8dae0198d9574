"""The ground that all scenarios of a project share: mortality, its shift to the province, the launch stocks."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from forecast.axes import FEMALE, MALE, Floats
from forecast.demography.cohort import women_exposed
from forecast.demography.evidence import Evidence
from forecast.demography.fertility import Ar1, PooledLevels, pool_levels
from forecast.demography.launch import Launch, launch
from forecast.demography.mortality import BrassShift, FittedLeeCarter, LeeCarter
from forecast.demography.students import StudentRule


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What no scenario changes.

    mortality  the nation's Lee-Carter, progress at its mean pace
    shift      the province's level against it
    launches   stocks of both censuses by system (nation, province, districts): previous, launch
    students   the districts' students at both censuses                  (area, sex, age)
    fertility  total fertility of the launch year by system              (area,)
    levels     fertility of the districts relative to the province, before and after pooling
    path       the AR(1) that the outlook's median of the nation's total fertility follows
    """

    evidence: Evidence
    mortality: FittedLeeCarter
    shift: BrassShift
    launches: dict[str, tuple[Launch, Launch]]
    students: tuple[Floats, Floats]
    fertility: dict[str, Floats]
    levels: PooledLevels
    path: Ar1


def lay(evidence: Evidence, rule: StudentRule) -> Ground:
    """Fit mortality, carry both censuses to their year ends, and set the launch level of fertility everywhere."""
    mortality = LeeCarter().fit(evidence.rates)
    year = evidence.gain_year
    shift = BrassShift.to_e0(mortality.predict(range(year, year + 1))[0], evidence.gain)
    launches = _launches(evidence, mortality, shift)
    before, after = (rule.stock(item.stock.people) for item in launches["districts"])
    fertility = {name: _fertility(evidence, launches[name][1]) for name in ("nation", "province")}
    levels = _levels(evidence, launches["districts"][1], after, float(fertility["province"][0]))
    fertility["districts"] = levels.pooled * fertility["province"][0]
    return Ground(
        evidence, mortality, shift, launches, (before, after), fertility, levels, Ar1.of_median(_median(evidence))
    )


def _median(evidence: Evidence) -> Floats:
    first = max(evidence.births[evidence.nation], default=evidence.censuses[1].date.year)
    return np.array([evidence.median[year] for year in sorted(evidence.median) if year >= first])


def _fertility(evidence: Evidence, start: Launch) -> Floats:
    """Total fertility of the launch year (area,): births by indirect standardisation over women times the shape."""
    return np.asarray(start.births / women_exposed(start.stock.people, _shape(evidence, start)))


def _shape(evidence: Evidence, start: Launch) -> Floats:
    year = start.stock.year
    return np.asarray(evidence.shapes.at(range(year, year + 1))[0])


def _levels(evidence: Evidence, start: Launch, students: Floats, reference: float) -> PooledLevels:
    """Levels of the districts, pooled over infants and children of 1-4; the city's births stay what they were."""
    expected = women_exposed(start.stock.people - students, _shape(evidence, start)) * reference
    toddlers = evidence.censuses[1].districts[..., 1].sum(axis=-1)
    scaled = toddlers * (start.births.sum() / toddlers.sum())
    levels = pool_levels(np.column_stack([start.births, scaled]), np.column_stack([expected, expected]))
    factor = float(start.births.sum() / (levels.pooled * expected).sum())
    return dataclasses.replace(levels, pooled=levels.pooled * factor)


def boys_share(evidence: Evidence, years: range) -> Floats:
    """Share of boys at birth by year: the nation's path times the province's ratio of boys at 0-4 to the nation's."""
    census = evidence.censuses[1]
    ratio = _boys_per_girl(census.province) / _boys_per_girl(census.nation)
    known = sorted(evidence.boys_per_girl)
    path = np.interp(list(years), known, [evidence.boys_per_girl[year] for year in known]) * ratio
    return np.asarray(path / (1.0 + path))


def _boys_per_girl(groups: Floats) -> float:
    return float(groups[MALE, :2].sum() / groups[FEMALE, :2].sum())


def _launches(evidence: Evidence, mortality: FittedLeeCarter, shift: BrassShift) -> dict[str, tuple[Launch, Launch]]:
    def pair(areas: tuple[str, ...], total_of: str, pick: str, local: bool) -> tuple[Launch, Launch]:
        both = []
        for census in evidence.censuses:
            year = census.date.year
            rates = mortality.predict(range(year, year + 1))[0]
            groups = getattr(census, pick)
            groups = groups[None] if groups.ndim == 2 else groups
            boys = float(boys_share(evidence, range(year, year + 1))[0])
            both.append(launch(evidence, census, groups, areas, total_of, shift.apply(rates) if local else rates, boys))
        return both[0], both[1]

    return {
        "nation": pair((evidence.nation,), evidence.nation, "nation", local=False),
        "province": pair((evidence.province,), evidence.province, "province", local=True),
        "districts": pair(evidence.areas, evidence.city, "districts", local=True),
    }
