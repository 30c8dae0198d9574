"""Elder care (养老): people by need and living arrangement, the settings they choose, beds, places and carers.

Natural figures follow today's choices along a path of use; policy figures (``-policy``) move to a dated pattern. Both
stand side by side and never mix.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats
from forecast.errors import InputError
from forecast.project.eldercare import SETTINGS, EldercareSpec, Odds
from forecast.services.care.cells import Cells, cells
from forecast.services.care.explain import CareFactors, factors
from forecast.services.care.figures import UNITS, Figures
from forecast.services.care.living import living_mix
from forecast.services.care.need import NeedRates, need_rates
from forecast.services.care.rows import FILE, FROM_AGE
from forecast.services.care.served import Policy
from forecast.services.care.settings import COMMUNITY_NAMES, HOMES, Choice, Counted, calibrated, prices
from forecast.services.care.use import UsePath, shocks, use_path
from forecast.services.facts import Fact, Facts
from forecast.services.lines import lines
from forecast.services.norms import Norm
from forecast.services.people import People
from forecast.services.series import Factor, Series, Service


@dataclass(frozen=True, eq=False)
class CareFit:
    """What the nation's counts say, the same for all areas: need, odds, the path of use.

    residents, nursing  residents of homes, and the nursing-type share in percent
    in_need             percent of residents who have the need that the table counts, None where it is not known
    """

    need: NeedRates
    residents: Fact
    nursing: Fact
    in_need: Fact | None
    choice: Choice
    path: UsePath


def care_fit(spec: EldercareSpec, facts: Facts, nation: People, years: range) -> CareFit:
    """Odds under which the nation's users are those counted, and the path that its counts show; ``InputError``."""
    need, living = need_rates(spec.need, facts, nation), living_mix(facts, nation.areas)
    code, year = nation.areas[0], spec.institution.year
    residents = _supply(facts, code, spec.institution.residents, year)
    nursing = _supply(facts, code, spec.institution.nursing_share, year)
    in_need = _in_need(spec, facts, code)
    whole = cells(nation, need, living)
    choice = _calibrated(spec, whole, nation.place(year), living.arrangements, (residents, nursing, in_need))
    earlier = spec.institution.earlier
    counts = None if earlier is None else (_supply(facts, code, spec.institution.residents, earlier), residents)
    one = np.ones((1, 1))

    def modelled(then: int) -> float:
        place = nation.place(then)
        return float(choice.users(whole.people[place : place + 1], one, one)[:, :, HOMES].sum())

    path = use_path(spec.institution, spec.use, nation, counts, modelled, years)
    return CareFit(need, residents, nursing, in_need, choice, path)


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


def _in_need(spec: EldercareSpec, facts: Facts, nation: str) -> Fact | None:
    """Percent of residents of homes who have the need that the table counts, where it is known."""
    measure = spec.need.chosen.homes
    if measure is None:
        return None
    _, fact = facts.of_nation(nation, "eldercare", measure, f"{FILE}, key need.tables.{spec.need.table}.homes")
    if not 0.0 < fact.value < 100.0:
        where = f"data/**/supply, {measure} of {nation}"
        raise InputError.one(where, "a percentage between 0 and 100", f"{fact.value:g}", "correct the row")
    return fact


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


class Eldercare:
    """Elder-care demand of all areas and years."""

    def __init__(
        self,
        spec: EldercareSpec,
        facts: Facts,
        people: People,
        nation: People,
        taste: Floats | None = None,
        fit: CareFit | None = None,
    ) -> None:
        """``fit``: where the nation was worked out before, as for the trajectories of one area after the other."""
        self.spec, self.facts, self.people, self.taste = spec, facts, people, taste
        self.fit = care_fit(spec, facts, nation, people.years) if fit is None else fit
        self.living = living_mix(facts, people.areas)
        self.norm = {name: self._norm(key, name) for name, key in self._keys().items()}
        self.cells = cells(people, self.fit.need, self.living)
        people.summed(FROM_AGE, self.cells.old)

    @property
    def need(self) -> NeedRates:
        """Rates of need by age, sex and level."""
        return self.fit.need

    @property
    def residents(self) -> Fact:
        """Residents of the nation's homes."""
        return self.fit.residents

    @property
    def choice(self) -> Choice:
        """Odds of the settings."""
        return self.fit.choice

    @property
    def path(self) -> UsePath:
        """Use of homes over the years."""
        return self.fit.path

    @property
    def in_need(self) -> Fact | None:
        """Percent of residents with need, where it is known."""
        return self.fit.in_need

    def _keys(self) -> Mapping[str, str]:
        """Standards by what they are used for."""
        spec = self.spec
        found = {
            "carers.severe": spec.carers.severe,
            "carers.other": spec.carers.other,
            "carers.none": spec.carers.none,
            "pattern.institution": spec.pattern.institution,
            "pattern.community": spec.pattern.community,
            "pattern.nursing_share": spec.pattern.nursing_share,
        }
        found |= {f"pattern.beside.{name}": key for name, key in spec.pattern.beside.items()}
        if spec.floor is not None:
            found |= {"floor.new": spec.floor.new, "floor.existing": spec.floor.existing}
        return found

    def _norm(self, standard: str, key: str) -> Norm:
        return self.facts.norm(standard, f"{FILE}, key {key}", self.people.years, self.people.areas)

    def norms(self) -> Iterator[tuple[str, Norm]]:
        """Every standard used, by what it is used for."""
        yield from self.norm.items()
        for name, line in self.spec.lines.items():
            yield f"lines.{name}", self._norm(line.standard, f"lines.{name}")

    def figures(self) -> Figures:
        """Users by level and setting, natural and under policy, and what follows from them."""
        spec, years = self.spec, self.people.years
        community, homes = shocks(spec.institution, spec.use, years, self.taste)
        elasticity = spec.use.elasticity.value
        natural = self.choice.at(prices(spec.price, elasticity, self.cells.levels, years))
        users = natural.users(self.cells.people, community, homes * self.path.homes)
        insured = users
        if spec.pattern.price:
            both = {**spec.price, **spec.pattern.price}
            insured = self.choice.at(prices(both, elasticity, self.cells.levels, years)).users(
                self.cells.people, community, homes * self.path.homes
            )
        weight = np.interp(list(years), [spec.pattern.first, spec.pattern.reach], [0.0, 1.0])[:, None]
        policy = Policy(insured, weight, self.norm)
        return Figures(spec, self.cells, users, policy, self.norm, self._households())

    def _households(self) -> Floats | None:
        """Households of each year and column, residents over those per household at the last census."""
        if self.spec.floor is None:
            return None
        sizes = {code: self._size(code) for code in dict.fromkeys(self.people.areas)}
        persons = np.array([sizes[code].value for code in self.people.areas])
        return np.asarray(self.people.from_age(0) / persons)

    def _size(self, code: str) -> Fact:
        seen = code
        while seen not in self.facts.households:
            if seen not in self.facts.parents:
                what = f"persons per household of {code} or an area above it in data/**/indicators"
                raise InputError.one(f"{FILE}, [floor]", what, "none", "add the row, or leave [floor] out")
            seen = self.facts.parents[seen]
        return self.facts.households[seen]

    @property
    def told(self) -> list[tuple[str, str, float, str, str, str, str]]:
        """Parameters that were solved or scaled: file, key, value, unit, status, source, reason."""
        need, residents = self.need, self.residents.source
        year = self.spec.institution.year
        rows = [("need scale", need.scale, "ratio", need.status, need.source, need.told)]
        if need.severe_share == need.severe_share:
            rows.append(("severe share", need.severe_share, "share", need.status, need.source, "of those in need"))
        why = f"of the log, residents of homes by people's need, from {self.spec.institution.earlier} to {year}"
        rows.append(("use of homes", 100.0 * self.path.yearly, "% a year", "derived", residents, why))
        for place, setting in enumerate(SETTINGS):
            value = float(self.choice.odds[1, -1, place])
            why = f"against family care, {self.choice.levels[1]} need, solved from users of {year}"
            rows.append((f"odds of {setting}", value, "odds", "derived", residents, why))
        none = float(self.choice.odds[0, -1, -1] / max(self.choice.odds[1, -1, -1], 1e-300))
        rows.append(
            ("odds of homes without need", none, "ratio", "derived", residents, f"over {self.choice.levels[1]}")
        )
        for key, odds in self._relative_odds().items():
            for level, value in odds.model_dump(exclude={"status", "source", "why"}, exclude_none=True).items():
                if value != 1.0 and not (level == "none" and key.startswith("homes.") and self.in_need is not None):
                    rows.append((f"{key}.{level}", value, "ratio of odds", odds.status, odds.source, odds.why))
        hours = self.spec.carers.hours
        for level, value in hours.model_dump(exclude={"status", "source", "why"}).items():
            rows.append((f"carers.hours.{level}", value, "hours a week", hours.status, hours.source, hours.why))
        for name, item in {**self.spec.price, **self.spec.pattern.price}.items():
            rows.append((f"price.{name} from {item.first}", item.factor, "ratio", item.status, item.source, item.why))
        return [(FILE, *row) for row in rows]

    def _relative_odds(self) -> Mapping[str, Odds]:
        """Odds as the model states them, by key."""
        found = {f"settings.{name}.odds": item.odds for name, item in self.spec.settings.items()}
        return found | {f"homes.{name}": item for name, item in self.spec.homes.items()}

    def demand(self) -> Service:
        """People of 60+, need by level, users by setting, beds, places, carers, policy figures and standard lines."""
        born = self._born()
        rows = [
            Series("eldercare", part, measure, UNITS[measure], value, born, self._source(measure, part))
            for (measure, part), value in self.figures().values().items()
        ]
        norms = lines(self.spec.lines, self.facts, self.people, "eldercare", "beds", FILE)
        return Service("eldercare", (*rows, *norms), "beds")

    def _born(self) -> Floats | None:
        """Share of people of 60+ who are born by the last year on record (year, area); trajectories are not asked."""
        if self.taste is not None:
            return None
        years = np.array(self.people.years) - FROM_AGE
        known = (years <= self.people.born_until).astype(np.float64)
        return np.repeat(known[:, None], len(self.people.areas), axis=1)

    def _source(self, measure: str, part: str) -> str:
        if measure == "people":
            return "cohort-component"
        if measure == "need":
            own = self.need.dementia_source if part == "dementia" else self.need.source
            return f"cohort-component; {own}"
        if measure == "floor":
            return self.norm["floor." + part.removeprefix("standard-")].source
        if part.startswith("pattern-"):
            return self.norm["pattern.beside." + part.removeprefix("pattern-")].source
        if part.endswith("-policy"):
            return f"{self.norm['pattern.institution'].source}; {self.spec.pattern.source}"
        found = f"{self.need.source}; {self.residents.source}"
        return f"{found}; {self.norm['carers.severe'].source}" if measure == "carers" else found

    def explain(self, area: int, year: int) -> tuple[Factor, ...]:
        """From people of 60+ to beds and carers for one area and year."""
        place = self.people.place(year)
        return factors(
            CareFactors(
                self.spec, self.need, self.living, self.choice, self.path, self.residents, self.in_need, self.norm
            ),
            self.figures(),
            (place, area),
            (year, self.people.status(year)),
        )
