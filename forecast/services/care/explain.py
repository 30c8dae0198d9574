"""Every factor between people of 60 and over and beds and carers, for one area and year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from forecast.project.eldercare import SETTINGS, EldercareSpec
from forecast.services.care.figures import NORMS, Figures
from forecast.services.care.living import LivingMix
from forecast.services.care.local import LocalUse
from forecast.services.care.need import NeedRates
from forecast.services.care.rows import FROM_AGE
from forecast.services.care.settings import HOMES, Choice
from forecast.services.care.use import UsePath
from forecast.services.facts import Fact
from forecast.services.norms import Norm
from forecast.services.series import Factor

COHORTS, COMPUTED = "cohort-component", "computed"
PERSONS, SHARE = "persons", "share"


@dataclass(frozen=True, eq=False)
class CareFactors:
    """What the figures rest on.

    in_need  percent of the nation's residents in need, and its year
    here     the count of residents that holds here, and the factor on the odds of homes in this year
    """

    spec: EldercareSpec
    need: NeedRates
    living: LivingMix
    choice: Choice
    path: UsePath
    residents: Fact
    in_need: tuple[Fact | None, int | None]
    here: tuple[LocalUse | None, float]
    norm: Mapping[str, Norm]


def factors(on: CareFactors, figures: Figures, at: tuple[int, int], when: tuple[int, str]) -> tuple[Factor, ...]:
    """The chain to beds, then to carers, then the lines beside them.

    at    places of the year and the area
    when  the year and the status of its people
    """
    place, area = at
    value = {key: float(column[place, area if column.shape[1] > 1 else 0]) for key, column in figures.values().items()}
    users = figures.users[place, :, :, area]
    return (
        *_need(on, figures, value, at, when),
        *_homes(on, users, value, at, when[1]),
        *_carers(on, figures, value, at, when[1]),
        *_beside(on, value, at),
    )


Numbers = Mapping[tuple[str, str], float]
At = tuple[int, int]


def _need(on: CareFactors, figures: Figures, value: Numbers, at: At, when: tuple[int, str]) -> Iterator[Factor]:
    year, status = when
    old, need = value["people", "60plus"], value["need", "all"]
    who = f"people aged {FROM_AGE}+ on 31 December {year}"
    yield Factor(who, "start", old, PERSONS, status, COHORTS)
    rate, table = need / max(old, 1e-9), on.need
    yield Factor("share who need care, by age and sex", "times", rate, SHARE, table.status, table.source, table.told)
    yield Factor("people who need care", "subtotal", need, PERSONS, status, COMPUTED, f"table {table.table}")
    place, area = at
    for number, name in enumerate(figures.cells.levels[1:], 1):
        people = float(figures.cells.by_level[place, number, area])
        yield Factor(f"of them {name}", "norm", people, PERSONS, table.status, table.source)
    trend = float(table.trend[place, 0])
    if trend != 1.0:
        yield Factor("rates by age over those of the table", "norm", trend, "ratio", "assumed", table.source, "in them")
    if table.dementia is not None:
        note = "beside the levels, never added to them"
        people = value["need", "dementia"]
        yield Factor("people with dementia", "norm", people, PERSONS, "derived", table.dementia_source, note)


def _homes(
    on: CareFactors, users: np.ndarray[tuple[int, ...], np.dtype[np.float64]], value: Numbers, at: At, status: str
) -> Iterator[Factor]:
    inside = users[:, HOMES].sum(axis=-1)
    dependent, everybody = float(inside[1:].sum()), float(inside.sum())
    year, institution, use = on.spec.institution.year, on.spec.institution, on.spec.use
    counted = f"odds solved so that {on.residents.value:,.0f} of the nation live in homes in {year}"
    share = dependent / max(value["need", "all"], 1e-9)
    yield Factor("share of them who live in homes", "times", share, SHARE, "derived", on.residents.source, counted)
    path = float(on.path.homes[at[0], 0])
    told = f"{use.trend.how}; {on.path.yearly:+.2%} a year between two counts, people's growth and ageing taken off"
    source = on.residents.source
    yield Factor(f"use of homes over that of {year}", "norm", path, "ratio", "derived", source, f"in the share; {told}")
    count, factor = on.here
    if count is not None:
        what, origin = "use of homes here over that of the nation", count.fact.source
        yield Factor(what, "norm", factor, "ratio", "derived", origin, f"in the share; {count.told}")
    yield from _odds(on, at)
    yield Factor("residents of homes who need care", "subtotal", dependent, PERSONS, status, COMPUTED)
    part = dependent / everybody if everybody > 0 else 1.0
    known, known_year = on.in_need
    origin = on.spec.homes["ordinary"].source if known is None else known.source
    why = (
        "odds of people without need are assumed" if known is None else f"{known.value:g} % in the nation, {known_year}"
    )
    yield Factor("share of residents who need care", "divided", part, SHARE, "derived", origin, why)
    yield Factor("residents of homes", "subtotal", everybody, PERSONS, status, COMPUTED, "self-caring ones too")
    full = institution.occupancy
    yield Factor("target occupancy", "divided", full.value, SHARE, full.status, full.source, full.why)
    yield Factor("beds, rounded up", "result", value["beds", "all"], "beds", status, COMPUTED)
    nursing = value["beds", "nursing-type"]
    yield Factor("of them nursing-type", "norm", nursing, "beds", status, COMPUTED, "chosen more often by the severe")


def _odds(on: CareFactors, at: At) -> Iterator[Factor]:
    """What the share in homes is made of: odds by level and arrangement, mix of arrangements, prices."""
    living, choice = on.living, on.choice
    if living.source(at[1]):
        mix = living.told(at[1])
        share = float(living.shares[living.place[at[1]]][0, 1, 75])
        yield Factor("live alone (women of 75)", "norm", share, SHARE, living.status(at[1]), living.source(at[1]), mix)
    for place, name in ((3, "ordinary"), (4, "nursing-type")):
        item = on.spec.homes[name]  # type: ignore[index]
        least = choice.odds[1, -1, place]
        note = ", ".join(
            f"{level} x {choice.odds[number, -1, place] / max(least, 1e-300):.3g}"
            for number, level in enumerate(choice.levels)
        )
        alone = f"; alone x {item.alone:g}" if len(choice.arrangements) > 1 else ""
        what = f"odds of {name} beds against family care, {choice.levels[1]} need"
        yield Factor(what, "norm", float(least), "odds", item.status, item.source, f"{note}{alone}; {item.why}")
    price, outside = on.spec.use.elasticity, on.spec.use.community_elasticity
    changed = ", ".join(f"{item.factor:g} from {item.first}" for item in on.spec.price.values()) or "as today"
    yield Factor("price elasticity", "norm", price.value, "ratio", price.status, price.source, f"prices: {changed}")
    if outside is not None:
        what = "price elasticity of settings at home"
        yield Factor(what, "norm", outside.value, "ratio", outside.status, outside.source, outside.why)


def _carers(on: CareFactors, figures: Figures, value: Numbers, at: At, status: str) -> Iterator[Factor]:
    """Carers of homes, of home care and of day care, each rounded up: their sum is the result."""
    yield from _of_homes(on, figures, value, at, status)
    yield from _of_home_care(on, figures, value, at, status)
    yield from _of_day_care(on, figures, value, at)
    yield Factor("carers", "result", value["carers", "all"], "carers", status, COMPUTED, "of homes, home and day care")


def _norm(on: CareFactors, group: str, at: At, note: str = "") -> Factor:
    norm = on.norm[NORMS[group]].at(*at)
    return Factor(f"people per carer, {group}", "norm", norm.most, norm.unit, norm.status, norm.source, note)


def _of_homes(on: CareFactors, figures: Figures, value: Numbers, at: At, status: str) -> Iterator[Factor]:
    for group, people in figures.groups(figures.natural.homes).items():
        yield Factor(f"residents of homes, {group}", "norm", float(people[at]), PERSONS, status, COMPUTED)
        yield _norm(on, group, at, f"{value['carers', group]:.0f} carers, rounded up")


def _of_home_care(on: CareFactors, figures: Figures, value: Numbers, at: At, status: str) -> Iterator[Factor]:
    care, assumed = on.spec.carers, on.spec.settings["home"].users
    told = f"{assumed.value:g} % of the nation's 60+ today are served at home"
    place, area = at
    for number, level in enumerate(figures.cells.levels):
        people = float(figures.users[place, number, SETTINGS.index("home"), area])
        yield Factor(f"users of home care, {level}", "norm", people, PERSONS, assumed.status, assumed.source, told)
        hours = float(figures.hours[number])
        what = f"hours of home care a week, {level}"
        yield Factor(what, "norm", hours, "hours", care.hours.status, care.hours.source, care.hours.why)
    yield Factor("hours of home care a week", "norm", value["hours", "home"], "hours", status, COMPUTED, "all levels")
    week, note = care.week, f"{value['carers', 'home']:.0f} carers, rounded up; {care.week.why}"
    yield Factor("hours a week with users per carer", "norm", week.value, "hours", week.status, week.source, note)


def _of_day_care(on: CareFactors, figures: Figures, value: Numbers, at: At) -> Iterator[Factor]:
    assumed, day = on.spec.settings["day-care"].users, on.spec.day_care
    told = f"{assumed.value:g} % of the nation's 60+ today come to day care"
    for group, people in figures.groups(figures.natural.day).items():
        who = f"users of day care, {group}"
        yield Factor(who, "norm", float(people[at]), PERSONS, assumed.status, assumed.source, told)
        yield _norm(on, group, at, "as in homes")
    yield Factor(
        "days a week a user comes", "norm", day.days.value, "days", day.days.status, day.days.source, day.days.why
    )
    note = f"days over days open are there at once: {value['carers', 'day-care']:.0f} carers, rounded up together"
    yield Factor("days a week a centre is open", "norm", day.open.value, "days", day.open.status, day.open.source, note)


def _beside(on: CareFactors, value: Numbers, at: At) -> Iterator[Factor]:
    policy, pattern = on.spec.pattern, on.norm["pattern.institution"].at(*at)
    beds = value["beds", "institution-policy"]
    note = f"{pattern.most:g} % of people of 60+ in homes by {policy.reach}; beside the natural figure"
    yield Factor("beds under policy", "line", beds, "beds", pattern.status, f"{pattern.source}; {policy.source}", note)
    carers = value["carers", "all-policy"]
    yield Factor("carers under policy", "line", carers, "carers", policy.status, policy.source, policy.why)
    for name in on.spec.pattern.beside:
        row = on.norm[f"pattern.beside.{name}"].at(*at)
        lined = value["beds", f"pattern-{name}"]
        yield Factor(f"beds under {name}", "line", lined, "beds", row.status, row.source, "for comparison only")
