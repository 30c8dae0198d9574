"""Elder care (养老): people in need, by setting, to beds and carers; natural and policy figures side by side."""

from __future__ import annotations

import numpy as np

from forecast.axes import AGE, SEX, Floats
from forecast.errors import InputError
from forecast.project.spec import EldercareSpec
from forecast.services.facts import Fact, Facts
from forecast.services.lines import lines
from forecast.services.need import FILE, FROM_AGE, need_rates
from forecast.services.norms import Norm
from forecast.services.people import People
from forecast.services.series import Factor, Series, Service, whole_up

Values = dict[tuple[str, str], Floats]


class Eldercare:
    """Elder-care demand of all areas and years."""

    def __init__(
        self, spec: EldercareSpec, facts: Facts, people: People, nation: People, taste: Floats | None = None
    ) -> None:
        self.spec, self.facts, self.people, self.taste = spec, facts, people, taste
        code = nation.areas[0]
        self.need = need_rates(spec.need, facts, nation)
        self.residents = self._supply(code, spec.institution.residents, spec.institution.year)
        self.nursing = self._supply(code, spec.institution.nursing_share, spec.institution.year)
        then = nation.people[nation.place(spec.institution.year), 0]
        self.in_institution = self.residents.value / float((self.need.rates * then).sum())

        def norm(name: str, key: str) -> Norm:
            return facts.norm(name, f"{FILE}, key {key}", people.years, people.areas)

        self.severe, self.other = norm(spec.carers.severe, "carers.severe"), norm(spec.carers.other, "carers.other")
        self.pattern = {
            "institution-policy": norm(spec.pattern.institution, "pattern.institution"),
            "community-policy": norm(spec.pattern.community, "pattern.community"),
        }

    def _supply(self, nation: str, measure: str, year: int) -> Fact:
        fact = self.facts.supply.get((nation, year, "eldercare", measure))
        if fact is None:
            raise InputError.one(
                f"{FILE}, [institution]",
                f"{measure} of {nation} in {year} in data/**/supply",
                "no such row",
                "add the row or change the year",
            )
        return fact

    def demand(self) -> Service:
        """People of 60+, need by level, users by setting, beds, carers, policy figures and standard lines."""
        values = self._values()
        sources = {
            "people": "cohort-component",
            "need": f"cohort-component; {self.need.source}",
            "users": f"{self.need.source}; {self.residents.source}",
            "beds": f"{self.need.source}; {self.residents.source}",
            "carers": f"{self.residents.source}; {self.severe.source}",
        }
        units = {"people": "persons", "need": "persons", "users": "persons", "beds": "beds", "carers": "carers"}
        rows = []
        for (measure, part), value in values.items():
            source = self.pattern[part].source if part in self.pattern else sources[measure]
            rows.append(Series("eldercare", part, measure, units[measure], value, None, source))
        norms = lines(self.spec.lines, self.facts, self.people, "eldercare", "beds", FILE)
        return Service("eldercare", (*rows, *norms), "beds")

    def _values(self) -> Values:
        aged = self.people.people[..., FROM_AGE:]
        old = aged.sum(axis=(SEX, AGE))
        need = (aged * self.need.rates[:, FROM_AGE:]).sum(axis=(SEX, AGE))
        users = need * self.in_institution
        severe = users * self.need.severe_share
        occupancy = self.spec.institution.occupancy.value
        beds = whole_up(users / occupancy)
        nursing = np.minimum(whole_up(beds * self.nursing.value / 100.0), beds)
        severe_carers = whole_up(severe / self.severe.most)
        other_carers = whole_up((users - severe) / self.other.most)
        policy = {part: old * standard.most / 100.0 for part, standard in self.pattern.items()}
        return {
            ("people", "60plus"): old,
            ("people", "80plus"): aged[..., 80 - FROM_AGE :].sum(axis=(SEX, AGE)),
            ("need", "severe"): need * self.need.severe_share,
            ("need", "other"): need * (1.0 - self.need.severe_share),
            ("need", "all"): need,
            ("users", "institution"): users,
            ("users", "home-or-community"): need - users,
            ("users", "all"): need,
            ("beds", "nursing-type"): nursing,
            ("beds", "ordinary"): beds - nursing,
            ("beds", "all"): beds,
            ("carers", "severe"): severe_carers,
            ("carers", "other"): other_carers,
            ("carers", "all"): severe_carers + other_carers,
            ("users", "institution-policy"): policy["institution-policy"],
            ("users", "community-policy"): policy["community-policy"],
            ("beds", "institution-policy"): whole_up(policy["institution-policy"] / occupancy),
        }

    def explain(self, area: int, year: int) -> tuple[Factor, ...]:
        """From people of 60+ to beds and carers for one area and year."""
        place, status = self.people.place(year), self.people.status(year)
        values = {key: float(value[place, area]) for key, value in self._values().items()}
        severe, other = self.severe.at(place, area), self.other.at(place, area)
        pattern = self.pattern["institution-policy"].at(place, area)
        need, rate = self.need, values["need", "all"] / max(values["people", "60plus"], 1e-9)
        spec = self.spec
        occupancy = spec.institution.occupancy
        goal = f"{spec.need.level} {spec.need.year}"
        level = f"{spec.need.gradient} gradient x {need.scale:.3f} so that the nation's 65+ reach {goal}"
        housed = f"{self.residents.value:,.0f} residents of the nation's homes in {spec.institution.year}"
        today = f"{housed} over its people in need"
        return (
            Factor(
                f"people aged {FROM_AGE}+ on 31 December {year}",
                "start",
                values["people", "60plus"],
                "persons",
                status,
                "cohort-component",
            ),
            Factor("share who need care, by age and sex", "times", rate, "share", need.status, need.source, level),
            Factor("people who need care", "subtotal", values["need", "all"], "persons", status, "computed"),
            Factor(
                "share of them in institutions today",
                "times",
                self.in_institution,
                "share",
                "derived",
                self.residents.source,
                today,
            ),
            Factor("users of institutions", "subtotal", values["users", "institution"], "persons", status, "computed"),
            Factor(
                "target occupancy",
                "divided",
                occupancy.value,
                "share",
                occupancy.status,
                occupancy.source,
                occupancy.why,
            ),
            Factor("beds, rounded up", "result", values["beds", "all"], "beds", status, "computed"),
            Factor(
                "nursing-type share",
                "norm",
                self.nursing.value / 100.0,
                "share",
                self.nursing.status,
                self.nursing.source,
                f"{values['beds', 'nursing-type']:.0f} nursing-type beds",
            ),
            Factor(
                "severely dependent among users",
                "norm",
                need.severe_share,
                "share",
                need.status,
                need.source,
                "the mix of those in need stands for the mix in homes",
            ),
            Factor(
                "residents per carer, severe",
                "norm",
                severe.most,
                severe.unit,
                severe.status,
                severe.source,
            ),
            Factor(
                "residents per carer, other",
                "norm",
                other.most,
                other.unit,
                other.status,
                other.source,
            ),
            Factor("carers", "result", values["carers", "all"], "carers", status, "computed"),
            Factor(
                "beds under the 90-7-3 pattern",
                "line",
                values["beds", "institution-policy"],
                "beds",
                pattern.status,
                pattern.source,
                "policy, beside the natural figure",
            ),
        )
