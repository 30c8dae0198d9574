"""Launch stocks of the nation, the province and the districts, each with its census and its year end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecast.axes import AGES, Floats, Population
from forecast.demography.base import (
    BirthCohorts,
    at_year_end,
    calendar_births,
    cohort_shares,
    in_groups,
    single_years,
    year_left,
)
from forecast.demography.engine import Override
from forecast.demography.evidence import Census, Evidence
from forecast.demography.mortality import tables
from forecast.demography.quarters import Counted, held_apart, together
from forecast.demography.students import StudentRule

NO_STUDENTS = StudentRule(np.zeros(0, dtype=bool), np.zeros(0, dtype=bool))
"""Holds nobody apart."""


@dataclass(frozen=True, slots=True, eq=False)
class Launch:
    """One census carried to single years and to 31 December.

    at_census   persons by completed age on the census day: exact in every published group   (area, sex, age)
    stock       persons on 31 December
    births      births of the calendar year, by indirect standardisation                      (area,)
    kinds       those of the stock who are held apart (law 8), by kind of quarters            (area, sex, age)
    """

    at_census: Floats
    stock: Population
    births: Floats
    kinds: Mapping[str, Floats]
    overrides: tuple[Override, ...]

    @property
    def students(self) -> Floats:
        """All who are held apart (area, sex, age): students, and other quarters where they were counted."""
        return together(self.kinds)


def nation_cohorts(evidence: Evidence) -> BirthCohorts:
    """The nation's births by year, filled before the first known year back to the oldest cohort alive."""
    oldest = evidence.censuses[0].date.year - AGES - 1
    return BirthCohorts.padded(dict(evidence.guide), oldest)


def launch(
    evidence: Evidence,
    census: Census,
    groups: Floats,
    areas: tuple[str, ...],
    total_of: str,
    national: Floats,
    boys: float,
    rule: StudentRule = NO_STUDENTS,
    quarters: Counted | None = None,
) -> Launch:
    """Carry the groups (area, sex, group) of some areas; ``total_of`` names the place whose known total they must meet.

    national  the nation's death rates of the census year (sex, age);  boys  share of boys at birth
    quarters  group quarters that were counted: they stand in place of what the rule infers
    """
    cohorts, year = nation_cohorts(evidence), census.date.year
    alive = tables(national).L
    guide = cohort_shares(cohorts, census.date, alive.shape[-1])[0] * alive
    kinds = held_apart(rule, quarters, groups, census.starts, guide, areas)
    students = together(kinds)
    rest = groups - in_groups(students, census.starts)
    single = single_years(rest, census.starts, cohorts, alive, census.date)
    infants = groups[..., 0].sum(axis=-1)
    births = calendar_births(infants, _national_births(evidence, year), float(census.nation[:, 0].sum()))
    late = (births * year_left(census.date))[:, None] * np.array([boys, 1.0 - boys])
    end = at_year_end(single, cohorts, national, late, census.date) + students
    single = single + students
    known = evidence.totals.get(total_of, {}).get(year)
    notes = list(_assumed_cohorts(cohorts, areas, year, total_of))
    if known is not None:
        before = float(end.sum())
        end, kinds = end * (known / before), {kind: stock * (known / before) for kind, stock in kinds.items()}
        notes.append(
            Override(
                total_of,
                year,
                "people",
                before,
                known,
                "census carried to 31 December meets the published year-end total",
            )
        )
    return Launch(single, Population(areas, year, end), births, kinds, tuple(notes))


def _national_births(evidence: Evidence, year: int) -> float:
    return float(evidence.births[evidence.nation].get(year, evidence.guide[year]))


def _assumed_cohorts(cohorts: BirthCohorts, areas: tuple[str, ...], year: int, place: str) -> list[Override]:
    if not areas or cohorts.known <= cohorts.first:
        return []
    filled = float(cohorts.births[0])
    oldest = year - cohorts.known + 1
    why = f"births before {cohorts.known} are not known: the mean of the first five known years guides ages {oldest}+"
    return [Override(place, year, "guide births", float("nan"), filled, why)]
