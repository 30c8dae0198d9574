"""The ground that all scenarios of a project share: mortality, its shift to the province, the launch stocks."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from forecast.axes import FEMALE, MALE, Floats
from forecast.demography.cohort import women_exposed
from forecast.demography.engine import Override
from forecast.demography.evidence import Evidence
from forecast.demography.fertility import HALF, Ar1, PooledLevels, pool_levels
from forecast.demography.launch import NO_STUDENTS, Launch, launch
from forecast.demography.lee_carter_models import FittedLeeCarter, LeeCarter, LiLee
from forecast.demography.mortality import BrassShift
from forecast.demography.students import StudentRule
from forecast.errors import InputError
from forecast.project.ageing import AgeingSpec

T = TypeVar("T")
NATURAL = 1.06
"""Boys per girl where nobody chooses; the UN's path for China ends at 1.061 (WPP 2024)."""


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What no scenario changes.

    mortality  the nation's Lee-Carter, progress at its mean pace: both censuses are carried by it
    shift      the province's level against it
    launches   stocks of both censuses by system (nation, province, districts): previous, launch
    fertility  total fertility of the launch year by parent: nation, province   (area,)
    levels     fertility of the districts relative to the province, before and after pooling
    path       the AR(1) that the outlook's median of the nation's total fertility follows
    known      what scenarios share, by what it hangs on
    """

    evidence: Evidence
    mortality: FittedLeeCarter
    shift: BrassShift
    launches: dict[str, tuple[Launch, Launch]]
    fertility: dict[str, Floats]
    levels: PooledLevels
    path: Ar1
    known: dict[Hashable, Any] = field(default_factory=dict)

    def pooled_births(self) -> Floats:
        """Births of the districts in the launch year at their pooled levels (area,): they sum to the city's."""
        start = self.launches["districts"][1]
        expected = _exposed(self.evidence, start) * self.levels.pooled
        return np.asarray(expected * (start.births.sum() / expected.sum()))

    def national(self, spec: AgeingSpec) -> FittedLeeCarter:
        """The nation's mortality as a spec wants it: the engine, a stated path of e0, the pace after it."""
        fitted = self.mortality
        if spec.model.engine == "li-lee":
            fitted = self.remembered("li-lee", lambda: LiLee().fit(self.evidence.rates))
        if spec.path.nodes:
            try:
                fitted = fitted.along({year: np.array(values) for year, values in spec.path.nodes})
            except ValueError as error:
                what, way_out = "a path that the model can follow", "take a path nearer to the last recorded year's"
                raise InputError.one("models/ageing.toml, key path", what, str(error), way_out) from None
        return fitted.paced(spec.national.drift_scale.value)

    def remembered(self, key: Hashable, make: Callable[[], T]) -> T:
        """What was made for the same key before, or what ``make`` makes now."""
        if key not in self.known:
            self.known[key] = make()
        found: T = self.known[key]
        return found


def lay(evidence: Evidence, rule: StudentRule) -> Ground:
    """Fit mortality, carry both censuses to their year ends, and set the launch level of fertility everywhere."""
    mortality = LeeCarter().fit(evidence.rates)
    year = evidence.gain_year
    shift = BrassShift.to_e0(mortality.predict(range(year, year + 1))[0], evidence.gain)
    launches = _launches(evidence, mortality, shift, rule)
    fertility = {name: _fertility(evidence, launches[name][1]) for name in ("nation", "province")}
    before, start = launches["districts"]
    levels, notes = _levels(evidence, start, float(fertility["province"][0]))
    launches["districts"] = before, dataclasses.replace(start, overrides=(*start.overrides, *notes))
    return Ground(evidence, mortality, shift, launches, fertility, levels, Ar1.of_median(_median(evidence)))


def _median(evidence: Evidence) -> Floats:
    first = max(evidence.births[evidence.nation], default=evidence.censuses[1].date.year)
    return np.array([evidence.median[year] for year in sorted(evidence.median) if year >= first])


def _fertility(evidence: Evidence, start: Launch) -> Floats:
    """Total fertility of the launch year (area,): births by indirect standardisation over women times the shape."""
    return np.asarray(start.births / _exposed(evidence, start))


def _exposed(evidence: Evidence, start: Launch) -> Floats:
    """Births that a total fertility of one gives in the launch year (area,); students are no mothers."""
    year = start.stock.year
    return women_exposed(start.stock.people - start.students, evidence.shapes.at(range(year, year + 1))[0])


def _levels(evidence: Evidence, start: Launch, reference: float) -> tuple[PooledLevels, list[Override]]:
    """Levels of the districts, pooled over infants and children of 1-4; the city's births stay what they were.

    Where an area of few people has none of an age, half a child stands for none: few are not never.
    """
    expected = _exposed(evidence, start) * reference
    counted = evidence.censuses[1].districts[..., :2].sum(axis=1)
    seen, sums, births = np.where(counted > 0, counted, HALF), counted.sum(axis=0), float(start.births.sum())
    born = np.where(counted[:, 0] > 0, start.births, seen[:, 0] * (births / sums[0]))
    shown = np.column_stack([born, seen[:, 1] * (births / sums[1])])
    levels = pool_levels(shown, np.column_stack([expected, expected]), (counted == 0).any(axis=1))
    factor = float(births / (levels.pooled * expected).sum())
    why = "nobody of that age was counted: half a child stands for none in the level of births, before pooling"
    notes = [
        Override(evidence.areas[area], start.stock.year, f"people of age {('0', '1-4')[age]}", 0.0, HALF, why)
        for area, age in np.argwhere(counted == 0).tolist()
    ]
    return dataclasses.replace(levels, pooled=levels.pooled * factor), notes


def boys_share(evidence: Evidence, years: range) -> Floats:
    """Share of boys at birth by year: as far above the natural ratio as the province's children stood at the census.

    The province keeps its share of the nation's distance from the natural ratio, seen among children of 0-4.
    """
    census = evidence.censuses[1]
    known = sorted(evidence.boys_per_girl)
    nation, province = _boys_per_girl(census.nation), _boys_per_girl(census.province)
    kept = float(np.clip((province - NATURAL) / (nation - NATURAL), 0.0, 1.0)) if nation > NATURAL else 1.0
    path = np.interp(list(years), known, [evidence.boys_per_girl[year] for year in known])
    ratio = NATURAL + kept * (path - NATURAL)
    return np.asarray(ratio / (1.0 + ratio))


def _boys_per_girl(groups: Floats) -> float:
    return float(groups[MALE, :2].sum() / groups[FEMALE, :2].sum())


def _launches(
    evidence: Evidence, mortality: FittedLeeCarter, shift: BrassShift, rule: StudentRule
) -> dict[str, tuple[Launch, Launch]]:
    def pair(areas: tuple[str, ...], pick: str, local: bool, apart: StudentRule) -> tuple[Launch, Launch]:
        both = []
        for census in evidence.censuses:
            year = range(census.date.year, census.date.year + 1)
            rates = mortality.predict(year)[0]
            boys = float(boys_share(evidence, year)[0])
            here = shift.apply(rates) if local else rates
            counted, quarters = census.groups(pick), census.quarters if pick == "districts" else None
            place = evidence.place(pick)
            both.append(launch(evidence, census, counted, areas, place, here, boys, apart, quarters))
        return both[0], both[1]

    return {
        "nation": pair((evidence.nation,), "nation", local=False, apart=NO_STUDENTS),
        "province": pair((evidence.province,), "province", local=True, apart=NO_STUDENTS),
        "districts": pair(evidence.areas, "districts", local=True, apart=rule),
    }
