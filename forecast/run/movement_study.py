"""What two censuses say of movement: net migration of the years between, and who is no migrant but held apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd

from forecast.axes import AGE, PUBLISHED_OPEN_AGE, SEX, Floats, Population
from forecast.demography.base import in_groups
from forecast.demography.diagnosis import Finding, diagnose
from forecast.demography.evidence import Evidence
from forecast.demography.ground import Ground
from forecast.demography.mortality import tables
from forecast.demography.residual import TwoCensuses, between, child_residual, five, residual, smoothed
from forecast.run.control_inputs import in_todays_areas
from forecast.run.inputs import Frames, named_sources
from forecast.run.model import Result

Estimator = Literal["census-ratio", "stock", "time-even", "cohort-even"]
ESTIMATORS: tuple[Estimator, ...] = ("census-ratio", "stock", "time-even", "cohort-even")
"""The default method of the model, then the three timings of single years with life tables."""
STARTS = np.arange(0.0, 90.0, 5.0)
"""First ages of the five-year groups in which net migration is told: 0-4 .. 85+."""
CHILDREN = 2
"""Groups of those born between the censuses."""
WAVE = 5.0
"""Years of age over which time-even flows are smoothed: two counts ten years apart say nothing of waves that short."""
HOMES = "family_household_pop"
APART = ("campus", "barrack", "institution")
"""Kinds of finding that are no migration."""


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """Net migrants of the years between two censuses, people held apart left out.

    years      of the censuses
    net        persons by age at the second census; time-even: age when moving   (area, sex, group)
    people     persons at the second census                                         (area, sex, group)
    apart      people held apart at both censuses                                  (2, area)
    """

    method: Estimator
    years: tuple[int, int]
    net: Floats
    people: Floats
    apart: Floats

    @property
    def whole(self) -> Floats:
        """Net migrants in whole persons, so that whatever is summed from them adds up (law 4)."""
        return np.rint(self.net)


def age_names(starts: Floats = STARTS) -> tuple[str, ...]:
    """Groups in words.

    >>> age_names(np.array([0.0, 5.0]))
    ('0-4', '5+')
    """
    first = [int(start) for start in starts]
    return (*(f"{low}-{high - 1}" for low, high in pairwise(first)), f"{first[-1]}+")


def past(ground: Ground, method: Estimator) -> Past:
    """What both censuses leave unexplained in the project's areas.

    census-ratio takes the groups of the censuses and the nation's survival ratios; the others take single years on
    31 December and the survival of the years between: the nation's mortality with the province's shift.
    """
    evidence, launches = ground.evidence, ground.launches["districts"]
    years = (evidence.censuses[0].date.year, evidence.censuses[1].date.year)
    apart = np.stack([start.students.sum(axis=(SEX, AGE)) for start in launches])
    if method == "census-ratio":
        counted = [
            five(census.districts - in_groups(start.students, census.starts))
            for census, start in zip(evidence.censuses, launches, strict=True)
        ]
        nation = [five(census.nation) for census in evidence.censuses]
        both = TwoCensuses(counted[0], counted[1], nation[0], nation[1])
        older = residual(both)
        net, second = np.concatenate([child_residual(both, older), older], axis=AGE), both.second
    else:
        stocks = [replace(start.stock, people=start.stock.people - start.students) for start in launches]
        rates = ground.shift.apply(ground.mortality.predict(range(years[0] + 1, years[1] + 1)))
        net, second = by_life_tables(stocks[0], stocks[1], tables(rates).S[:, None], method)
    return Past(method, years, net, second, apart)


def by_life_tables(first: Population, second: Population, survival: Floats, method: Estimator) -> tuple[Floats, Floats]:
    """Net migrants and people of the second stock in five-year groups (area, sex, group).

    survival  single-year ratios of each year between (year, 1, sex, age)

    Births of areas between censuses are not known. Children born since who moved follow the women who bear them, as
    with census ratios; the births of the others are those that leave them alive at the second count.
    """
    steps = second.year - first.year
    unborn = np.zeros((steps, *first.people.shape[:AGE]))
    stayed = in_groups(between(first, second, survival, unborn, "stock"), STARTS)[..., CHILDREN:]
    counted = in_groups(second.people, STARTS)
    # Of the groups only those of the second count are read.
    both = TwoCensuses(counted, counted, counted[0], counted[0])
    moved = child_residual(both, stayed)
    share = 1.0 - moved / np.maximum(counted[..., :CHILDREN], 1.0)
    born = _births(second.people[..., :steps] * np.repeat(share, steps // CHILDREN, axis=AGE), survival)
    net = between(first, second, survival, born, METHODS[method])
    if method == "time-even":
        net = smoothed(net, np.ones_like(net), spread=WAVE, keep_total=True)
    return in_groups(net, STARTS), counted


METHODS: Mapping[Estimator, Literal["stock", "time_even", "cohort_even"]] = {
    "stock": "stock",
    "time-even": "time_even",
    "cohort-even": "cohort_even",
}


def _births(children: Floats, survival: Floats) -> Floats:
    """Births (step, area, sex) that leave children of the ages below the steps (area, sex, age) alive at their end."""
    steps = children.shape[AGE]
    born = []
    for step in range(steps):
        age = steps - 1 - step
        alive = np.ones(survival.shape[1:-1])
        for later in range(age + 1):
            alive = alive * survival[step + later, ..., later]
        born.append(children[..., age] / alive)
    return np.stack(born)


def found(frames: Frames, evidence: Evidence) -> tuple[Finding, ...]:
    """What is migration and what is a campus, a barrack or an institution, area by area.

    People outside family households are looked at where both censuses tell them, area by area.
    """
    first, second = evidence.censuses
    nation = [five(census.nation) for census in (first, second)]
    outside = outside_households(frames, evidence)
    known = np.asarray(np.isfinite(outside).all(axis=0))
    findings: list[Finding] = []
    for here in (known, ~known):
        areas = tuple(area for area, chosen in zip(evidence.areas, here, strict=True) if chosen)
        if areas:
            both = TwoCensuses(five(first.districts[here]), five(second.districts[here]), nation[0], nation[1])
            findings += diagnose(areas, both, outside[:, here] if here is known else None)
    order = {area: number for number, area in enumerate(evidence.areas)}
    return tuple(sorted(findings, key=lambda one: order[one.area]))


def outside_households(frames: Frames, evidence: Evidence) -> Floats:
    """Share of people who live outside family households at both censuses (2, area); not-a-number where not told."""
    table = in_todays_areas(frames)[0]["indicators"]
    table = table[(table["indicator"] == HOMES) & (table["concept"] == "resident")]
    shares = []
    for census in evidence.censuses:
        here = table[table["date"] == pd.Timestamp(census.date)].drop_duplicates("area").set_index("area")["value"]
        homes = here.reindex(list(evidence.areas)).to_numpy(np.float64)
        shares.append(1.0 - homes / census.districts.sum(axis=(SEX, AGE)))
    return np.stack(shares)


COLUMNS = ("area", "area_name", "area_level", "kind", "first_age", "last_age", "persons", "men", "women", "evidence")


def findings(result: Result, frames: Frames) -> pd.DataFrame:
    """The table of findings: of the tables and censuses, whatever the scenario."""
    evidence = result.evidence
    areas = {area.code: area for area in result.areas}
    days = [pd.Timestamp(census.date) for census in evidence.censuses]
    source = named_sources(frames, "population", area=evidence.areas, date=days)
    rows = [
        (
            one.area,
            areas[one.area].name_zh,
            areas[one.area].level,
            one.kind,
            one.ages[0],
            min(one.ages[1] - 1, PUBLISHED_OPEN_AGE),
            one.persons,
            one.men,
            one.women,
            in_text(one.evidence),
        )
        for one in found(frames, evidence)
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).assign(unit="persons", status="derived", source=source)
    texts = ("area", "area_name", "area_level", "kind", "evidence", "unit", "status", "source")
    kinds = {**dict.fromkeys(texts, str), **dict.fromkeys(("first_age", "last_age"), np.int16)}
    return frame.astype({**kinds, **dict.fromkeys(("persons", "men", "women"), np.float64)})


def in_text(evidence: Mapping[str, float]) -> str:
    """The numbers that decided, by name: shares with three digits, persons as whole numbers.

    >>> in_text({"men_share_first": 0.12345, "persons_first": 6470.6})
    'men_share_first 0.123; persons_first 6471'
    """
    return "; ".join(
        f"{name} {value:.3f}" if "share" in name or "of_" in name else f"{name} {value:.0f}"
        for name, value in evidence.items()
    )


@dataclass(frozen=True, slots=True)
class HeldApart:
    """One area where someone is held apart, or should be.

    kind     what the censuses show; empty: nothing that stands out
    persons  beyond the expected, at both censuses
    listed   whether models/movement.toml names the area a campus
    model    people whom the model holds apart, at both censuses
    outside  people outside family households at the second census; None where not told
    """

    area: str
    kind: str
    ages: tuple[int, int] | None
    persons: tuple[float, float]
    listed: bool
    model: tuple[float, float]
    outside: float | None


def held_apart(frames: Frames, ground: Ground, campus: Iterable[str]) -> tuple[HeldApart, ...]:
    """Findings that are no migration beside what the model holds apart; ``campus`` as models/movement.toml lists."""
    evidence, listed = ground.evidence, set(campus)
    homeless = outside_households(frames, evidence)[1] * evidence.censuses[1].districts.sum(axis=(SEX, AGE))
    stocks = np.stack([start.students.sum(axis=(SEX, AGE)) for start in ground.launches["districts"]])
    places = [one for one in found(frames, evidence) if one.kind in APART]
    rows = []
    for number, area in enumerate(evidence.areas):
        outside = None if np.isnan(homeless[number]) else float(homeless[number])
        model = (float(stocks[0, number]), float(stocks[1, number]))
        here = [one for one in places if one.area == area]
        rows += [
            HeldApart(
                area, one.kind, one.ages, (one.evidence["persons_first"], one.persons), area in listed, model, outside
            )
            for one in here
        ]
        if not here and (area in listed or any(model)):
            rows.append(HeldApart(area, "", None, (0.0, 0.0), area in listed, model, outside))
    return tuple(rows)
