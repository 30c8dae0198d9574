"""Nursery (托育): children under three x the share who use one; the wish and the standard as lines beside it."""

from __future__ import annotations

import numpy as np

from forecast.axes import Floats
from forecast.project.spec import NurserySpec
from forecast.services.facts import Facts
from forecast.services.lines import lines
from forecast.services.people import People
from forecast.services.series import Factor, Series, Service, on_people, weighted, whole_up

AGES = (0, 1, 2)
FILE = "models/nursery.toml"


def carried(share: float, under_3: Floats, from_age: int) -> float:
    """The rate of the ages that carry it, so that all under-threes together reach ``share``.

    under_3  the nation's children of 0, 1 and 2 (3,)
    """
    return float(share * under_3.sum() / under_3[from_age:].sum())


class Nursery:
    """Nursery demand of all areas and years."""

    def __init__(
        self, spec: NurserySpec, facts: Facts, people: People, nation: People, taste: Floats | None = None
    ) -> None:
        self.spec, self.facts, self.people, self.taste = spec, facts, people, taste
        self.from_age = int(spec.take_up.from_age.value)
        code = nation.areas[0]
        self.year, self.use = facts.of_nation(code, "nursery", spec.take_up.use, f"{FILE}, key take_up.use")
        _, self.wish = facts.of_nation(code, "nursery", spec.take_up.wish, f"{FILE}, key take_up.wish")
        children = nation.both[nation.place(self.year), 0, :3]
        self.use_rate = carried(self.use.value / 100.0, children, self.from_age)
        self.wish_rate = carried(self.wish.value / 100.0, children, self.from_age)
        years, areas = people.years, people.areas
        self.sizes = [facts.norm(spec.class_[age].size, f"{FILE}, key class.{age}.size", years, areas) for age in AGES]
        self.carers = [
            facts.norm(spec.class_[age].carer, f"{FILE}, key class.{age}.carer", years, areas) for age in AGES
        ]

    @property
    def told(self) -> str:
        """What the rate of use was taken from, in words."""
        share = f"{self.use.value:g} % of the nation's under-threes in {self.year}"
        return f"{share}, carried by ages {self.from_age}-2"

    def demand(self) -> Service:
        """People, users, places, classes and carers by age and in all, the wish, and the standard lines."""
        both = self.people.both
        rows: list[Series] = []
        totals: dict[str, list[Floats]] = {
            name: [] for name in ("people", "users", "wish", "places", "classes", "carers")
        }
        born = np.stack([self.people.born_on_31_december(age) for age in AGES])
        for age in AGES:
            children = both[..., age]
            rate = self.use_rate if age >= self.from_age else 0.0
            wish = self.wish_rate if age >= self.from_age else 0.0
            users = children * rate
            values = {
                "people": children,
                "users": users,
                "wish": children * wish,
                "places": whole_up(users),
                "classes": whole_up(users / self.sizes[age].most),
                "carers": whole_up(users / self.carers[age].most),
            }
            share = np.repeat(born[age][:, None], children.shape[1], axis=1)
            for name, value in values.items():
                totals[name].append(value)
                rows.append(self._row(f"age-{age}", name, value, share))
        weights = np.stack(totals["people"])
        for name, parts in totals.items():
            used = weights if name == "people" else weights * (np.arange(3) >= self.from_age)[:, None, None]
            rows.append(self._row("all", name, np.sum(parts, axis=0), weighted(born[..., None], used)))
        norms = lines(self.spec.lines, self.facts, self.people, "nursery", "places", FILE)
        return Service("nursery", (*rows, *norms), "places")

    def _row(self, part: str, measure: str, values: Floats, born: Floats) -> Series:
        units = {
            "people": "persons",
            "users": "children",
            "wish": "children",
            "places": "places",
            "classes": "classes",
            "carers": "carers",
        }
        used = {
            "people": "",
            "wish": self.wish.source,
            "classes": self.sizes[0].source,
            "carers": self.carers[0].source,
        }
        source = on_people(used.get(measure, self.use.source))
        return Series("nursery", part, measure, units[measure], values, born, source)

    def explain(self, area: int, year: int) -> tuple[Factor, ...]:
        """From children to places for one area and year."""
        place = self.people.place(year)
        status = self.people.status(year)
        out: list[Factor] = []
        total = 0.0
        for age in AGES:
            children = float(self.people.both[place, area, age])
            rate = self.use_rate if age >= self.from_age else 0.0
            places = float(whole_up(np.array(children * rate)))
            total += places
            born = year - age
            known = born >= self.people.years[0]
            came = float(self.people.births[self.people.place(born), area]) if known else children
            origin = f"births of {born}" if known else f"children born in {born}, counted"
            out += [
                Factor(origin, "start", came, "persons", self.people.birth_status(born), "cohort-component"),
                Factor("survival and net move since", "times", children / came, "ratio", status, "cohort-component"),
                Factor(
                    f"children aged {age} on 31 December", "subtotal", children, "persons", status, "cohort-component"
                ),
                Factor(
                    "use",
                    "times",
                    rate,
                    "share",
                    self.use.status,
                    self.use.source,
                    self.told,
                ),
                Factor("places, rounded up", "subtotal", places, "places", status, "computed"),
            ]
        out.append(Factor("places", "result", total, "places", status, "computed"))
        return tuple(out)
