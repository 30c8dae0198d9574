"""Care need by age and sex: the gradient of one named table, scaled to the level of another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.axes import AGES, FEMALE, MALE, SEXES, Floats
from forecast.errors import InputError
from forecast.project.spec import Need
from forecast.services.facts import CareNeed, Facts
from forecast.services.people import People

FILE = "models/eldercare.toml"
FROM_AGE = 60


@dataclass(frozen=True, slots=True, eq=False)
class NeedRates:
    """Share of people who need care by sex and age, and the part of them who cannot care for themselves at all.

    rates         (sex, age), 0 below 60
    scale         what the gradient was multiplied by to reach the level
    severe_share  share of those in need who are severely dependent
    """

    rates: Floats
    scale: float
    severe_share: float
    status: str
    source: str


def need_rates(spec: Need, facts: Facts, nation: People) -> NeedRates:
    """Scale the age and sex gradient so that the nation's 65+ show the level of its year.

    The sexes' published shares of all 60+ mix the sex difference with women's greater age: the difference net of age is
    the published ratio over the ratio that the age gradient alone would give (indirect standardisation).
    """
    rows = [row for row in facts.care_need if row.definition == spec.gradient]
    by_age = _age_gradient(rows, spec.gradient)
    people = nation.people[nation.place(spec.year), 0]
    ratio = _sex_ratio(rows, spec.gradient) / _age_effect(by_age, people)
    women = people[FEMALE] / np.maximum(people.sum(axis=0), 1e-9)
    men_rate = by_age / (1.0 - women + women * ratio)
    gradient = np.stack([men_rate, men_rate * ratio]) if MALE == 0 else np.stack([men_rate * ratio, men_rate])
    level = _one(facts, spec.level, 65, spec.year)
    shown = float((gradient * people)[:, 65:].sum() / people[:, 65:].sum())
    scale = level.percent / 100.0 / shown
    rates = gradient * scale
    severe = _one(facts, spec.severe, FROM_AGE, spec.severe_year)
    then = nation.people[nation.place(spec.severe_year), 0]
    need_then = float((rates * then).sum() / then[:, FROM_AGE:].sum())
    source = "; ".join(sorted({rows[0].source, level.source, severe.source}))
    return NeedRates(rates, scale, severe.percent / 100.0 / need_then, "derived", source)


def _age_gradient(rows: list[CareNeed], name: str) -> Floats:
    out = np.zeros(AGES)
    bands = [row for row in rows if row.sex == "both" and (row.age_width is not None or row.age_start > FROM_AGE)]
    for row in sorted(bands, key=lambda row: row.age_start):
        out[row.age_start :] = row.percent / 100.0
    if not out[FROM_AGE:].all():
        raise InputError.one(
            "data/**/care_need",
            f"shares by age from {FROM_AGE} on for {name}",
            "a hole or no row",
            "add the age groups",
        )
    return out


def _sex_ratio(rows: list[CareNeed], name: str) -> float:
    shares = {
        row.sex: row.percent for row in rows if row.sex in SEXES and row.age_start == FROM_AGE and row.age_width is None
    }
    if set(shares) != set(SEXES):
        raise InputError.one(
            "data/**/care_need",
            f"shares of men and women of {FROM_AGE}+ for {name}",
            f"{sorted(shares)}",
            "add both rows",
        )
    return shares["female"] / shares["male"]


def _age_effect(by_age: Floats, people: Floats) -> float:
    """Women's over men's share in need if only age mattered."""
    shares = (people[:, FROM_AGE:] * by_age[FROM_AGE:]).sum(axis=-1) / people[:, FROM_AGE:].sum(axis=-1)
    return float(shares[FEMALE] / shares[MALE])


def _one(facts: Facts, definition: str, age_start: int, year: int) -> CareNeed:
    for row in facts.care_need:
        same = row.definition == definition and row.sex == "both" and row.age_width is None
        if same and row.age_start == age_start and row.year == year:
            return row
    raise InputError.one(
        f"{FILE}, [need]",
        f"a row of data/**/care_need: {definition}, both sexes, {age_start}+, {year}",
        "none",
        "add it, or correct the name or year",
    )
