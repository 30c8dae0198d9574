"""Elder care (养老): people by need and living arrangement, the settings they choose, beds, places and carers.

Natural figures follow today's choices along a path of use; policy figures (``-policy``) move to a dated pattern. Both
stand side by side and never mix.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from forecast.axes import Floats
from forecast.demography.engine import Override
from forecast.errors import InputError
from forecast.project.eldercare import EldercareSpec
from forecast.services.care.cells import cells
from forecast.services.care.explain import CareFactors, factors
from forecast.services.care.figures import UNITS, Figures
from forecast.services.care.fit import CareFit, below_nation, care_fit
from forecast.services.care.ground import Ground, last_seen
from forecast.services.care.living import living_mix
from forecast.services.care.local import local_mix
from forecast.services.care.need import NeedRates
from forecast.services.care.own import need_mix
from forecast.services.care.rows import FILE, FROM_AGE
from forecast.services.care.served import Policy
from forecast.services.care.settings import Choice, elasticities, prices
from forecast.services.care.told import Rests, Told, overruled, source_of, told
from forecast.services.care.use import CareTaste, UsePath, shocks
from forecast.services.facts import Fact, Facts
from forecast.services.lines import lines
from forecast.services.norms import Norm
from forecast.services.people import People
from forecast.services.series import Factor, Series, Service


class Eldercare:
    """Elder-care demand of all areas and years."""

    def __init__(
        self,
        spec: EldercareSpec,
        facts: Facts,
        people: People,
        nation: People,
        taste: CareTaste | None = None,
        fit: CareFit | None = None,
        above: Iterable[People] = (),
    ) -> None:
        """Work out who needs what.

        fit    where counts were worked out before, as for the trajectories of one area after the other
        above  people of places above the areas that may have counts, such as the province
        """
        self.spec, self.facts, self.people, self.taste = spec, facts, people, taste
        if fit is None:
            of_nation = care_fit(spec, facts, nation, people.years)
            fit = below_nation(of_nation, spec, Ground.of(facts, people, above), nation.areas[0])
        self.fit = fit
        self.living = living_mix(facts, people.areas, last_seen(people))
        self.norm = {name: self._norm(key, name) for name, key in self._keys().items()}
        self.needs = need_mix(fit.need, fit.own, facts, people.areas)
        self.here = local_mix(fit.local, facts, people.areas, people.years, spec.institution.year)
        self.cells = cells(people, self.needs, self.living)
        people.summed(FROM_AGE, self.cells.old)

    @property
    def need(self) -> NeedRates:
        """The nation's rates of need by age, sex and level."""
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
        exactly = key.startswith("pattern.beside.")  # a pattern is named for itself
        return self.facts.norm(standard, f"{FILE}, key {key}", self.people.years, self.people.areas, exactly=exactly)

    def norms(self) -> Iterator[tuple[str, Norm]]:
        """Every standard used, by what it is used for."""
        yield from self.norm.items()
        for name, line in self.spec.lines.items():
            yield f"lines.{name}", self._norm(line.standard, f"lines.{name}")

    def figures(self) -> Figures:
        """Users by level and setting, natural and under policy, and what follows from them."""
        spec, years = self.spec, self.people.years
        community, homes = shocks(spec.institution, spec.use, years, self.taste, self.here)
        homes = homes * self.path.homes * self.here.factor
        elasticity = elasticities(spec.use)
        natural = self.choice.at(prices(spec.price, elasticity, self.cells.levels, years))
        users = natural.users(self.cells.people, community, homes)
        insured = users
        if spec.pattern.price:
            both = {**spec.price, **spec.pattern.price}
            insured = self.choice.at(prices(both, elasticity, self.cells.levels, years)).users(
                self.cells.people, community, homes
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
    def told(self) -> list[Told]:
        """Parameters that were solved or scaled: file, key, value, unit, status, source, reason."""
        return told(self.spec, self.fit)

    @property
    def overruled(self) -> tuple[Override, ...]:
        """What counts of places below the nation replaced (law 7)."""
        return overruled(self.spec, self.fit)

    def demand(self) -> Service:
        """People of 60+, need by level, users by setting, beds, places, carers, policy figures and standard lines."""
        born, rests = self._born(), Rests(self.spec, self.needs, self.residents, self.here, self.norm)
        rows = [
            Series("eldercare", part, measure, UNITS[measure], value, born, source_of(rests, measure, part))
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

    def explain(self, area: int, year: int) -> tuple[Factor, ...]:
        """From people of 60+ to beds and carers for one area and year."""
        place = self.people.place(year)
        return factors(
            CareFactors(
                spec=self.spec,
                need=self.needs.at(area),
                living=self.living,
                choice=self.choice,
                path=self.path,
                residents=self.residents,
                in_need=(self.in_need, self.fit.in_need_year),
                here=(self.here.counts[area], float(self.here.factor[place, area if len(self.here.since) > 1 else 0])),
                norm=self.norm,
            ),
            self.figures(),
            (place, area),
            (year, self.people.status(year)),
        )
