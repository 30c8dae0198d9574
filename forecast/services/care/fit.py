"""What counts say of the use of elder care: the nation's odds and path, and what places below it count themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from forecast.axes import Floats
from forecast.errors import InputError
from forecast.project.eldercare import EldercareSpec
from forecast.services.care.cells import Cells, cells
from forecast.services.care.ground import Ground, last_seen
from forecast.services.care.living import living_mix
from forecast.services.care.local import Local, local_use
from forecast.services.care.need import NeedRates, need_rates
from forecast.services.care.own import NeedMix, need_mix, of_the_nation, own_rates
from forecast.services.care.rows import FILE
from forecast.services.care.settings import COMMUNITY_NAMES, HOMES, Choice, Counted, calibrated
from forecast.services.care.use import UsePath, use_path
from forecast.services.facts import Fact, Facts
from forecast.services.people import People


@dataclass(frozen=True, eq=False)
class CareFit:
    """What the nation's counts say, the same for all areas: need, odds, the path of use.

    residents, nursing  residents of homes, and the nursing-type share in percent
    in_need             percent of residents who have the need that the table counts, None where it is not known
    in_need_year        the year of that
    own, local          rates of need and use of homes of places below the nation that count them
    """

    need: NeedRates
    residents: Fact
    nursing: Fact
    in_need: Fact | None
    in_need_year: int | None
    choice: Choice
    path: UsePath
    own: Mapping[str, NeedRates] = field(default_factory=dict)
    local: Local = field(default_factory=dict)


def care_fit(spec: EldercareSpec, facts: Facts, nation: People, years: range) -> CareFit:
    """Odds under which the nation's users are those counted, and the path that its counts show; ``InputError``."""
    need = need_rates(spec.need, of_the_nation(facts, nation.areas[0]), nation)
    living = living_mix(facts, nation.areas, last_seen(nation))
    code, year = nation.areas[0], spec.institution.year
    residents = _supply(facts, code, spec.institution.residents, year)
    nursing = _supply(facts, code, spec.institution.nursing_share, year)
    _within(residents, f"{spec.institution.residents} of {code}", 1.0, np.inf)
    _within(nursing, f"{spec.institution.nursing_share} of {code}", 0.0, 100.0)
    in_need, in_need_year = _in_need(spec, facts, code)
    whole = cells(nation, NeedMix.same(need, 1), living)
    choice = _calibrated(spec, whole, nation.place(year), living.arrangements, (residents, nursing, in_need))
    earlier = spec.institution.earlier
    counts = None if earlier is None else (_supply(facts, code, spec.institution.residents, earlier), residents)
    if counts is not None:
        _within(counts[0], f"{spec.institution.residents} of {code} in {earlier}", 1.0, np.inf)
    one = np.ones((1, 1))

    def modelled(then: int) -> float:
        place = nation.place(then)
        return float(choice.users(whole.people[place : place + 1], one, one)[:, :, HOMES].sum())

    path = use_path(spec.institution, spec.use, nation, counts, modelled, years)
    return CareFit(need, residents, nursing, in_need, in_need_year, choice, path)


def below_nation(fit: CareFit, spec: EldercareSpec, ground: Ground, nation: str) -> CareFit:
    """The same with what places below the nation count themselves: need and residents of homes; ``InputError``."""
    facts = ground.facts
    own = own_rates(spec.need, facts, fit.need, ground, nation)

    def residents(people: People, columns: list[int], year: int) -> Callable[[Floats], float]:
        place = people.place(year)
        only = slice(place, place + 1)
        codes = tuple(people.areas[column] for column in columns)
        born, last = people.born_until, people.nowcast_until
        here = People(
            codes, range(year, year + 1), people.people[only, columns], people.births[only, columns], born, last
        )
        mix = need_mix(fit.need, own, facts, codes)
        then = NeedMix(tuple(replace(table, trend=table.trend[only]) for table in mix.tables), mix.place)
        old = cells(here, then, living_mix(facts, codes, last_seen(people))).people
        homes, one = fit.path.homes[only], np.ones((1, 1))
        return lambda factor: float(fit.choice.users(old, one, homes * factor[None])[:, :, HOMES].sum())

    return replace(fit, own=own, local=local_use(spec.institution.residents, ground, nation, residents))


def _supply(facts: Facts, nation: str, measure: str, year: int) -> Fact:
    fact = facts.supply.get((nation, year, "eldercare", measure))
    if fact is None:
        raise InputError.one(
            f"{FILE}, [institution]",
            f"{measure} of {nation} in {year} in data/**/supply",
            "no such row",
            "add the row or change the year",
        )
    return fact


def _within(fact: Fact, what: str, least: float, most: float) -> None:
    """``InputError`` for a figure beyond its bounds."""
    if not least <= fact.value <= most:
        bounds = f"{least:g} to {most:g} {fact.unit}" if np.isfinite(most) else f"at least {least:g} {fact.unit}"
        raise InputError.one(f"data/**/supply, {what}", bounds, f"{fact.value:g}", "correct the row")


def _in_need(spec: EldercareSpec, facts: Facts, nation: str) -> tuple[Fact | None, int | None]:
    """Percent of residents of homes who have the need that the table counts, and its year, where it is known."""
    measure = spec.need.chosen.homes
    if measure is None:
        return None, None
    year, fact = facts.of_nation(nation, "eldercare", measure, f"{FILE}, key need.tables.{spec.need.table}.homes")
    if not 0.0 < fact.value < 100.0:
        where = f"data/**/supply, {measure} of {nation}"
        raise InputError.one(where, "a percentage between 0 and 100", f"{fact.value:g}", "correct the row")
    return fact, year


def _calibrated(
    spec: EldercareSpec,
    whole: Cells,
    year: int,
    arrangements: tuple[str, ...],
    known: tuple[Fact, Fact, Fact | None],
) -> Choice:
    """Odds that give the users of a year; known: residents, their nursing-type share, their share in need."""
    residents, nursing, in_need = known
    old, share = float(whole.old[year, 0]), nursing.value / 100.0
    users = [old * spec.settings[name].users.value / 100.0 for name in COMMUNITY_NAMES]
    users += [residents.value * (1.0 - share), residents.value * share]
    counted = Counted(tuple(users), None if in_need is None else in_need.value / 100.0)
    return calibrated(spec, whole.levels, arrangements, whole.people[year, ..., 0], counted)
