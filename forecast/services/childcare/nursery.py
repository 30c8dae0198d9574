"""Nursery (托育): children by month of age x the share who use one; wish, target and standards as lines beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

import numpy as np

from forecast.axes import FEMALE, MALE, Floats
from forecast.project.nursery import CLASSES, NurserySpec
from forecast.services.childcare.counts import SERVICE, Counts, counts_of
from forecast.services.childcare.months import EVENLY, NOBODY, months
from forecast.services.childcare.told import ASSUMED, Part, Seats, Split, beside, of_classes, of_months, of_places
from forecast.services.childcare.use import FILE, Tastes, use_of
from forecast.services.facts import Fact, Facts
from forecast.services.lines import lines
from forecast.services.norms import Norm
from forecast.services.people import People
from forecast.services.series import Factor, Series, Service, on_people, weighted, whole_up

MIXED = "mixed"
"""The part of classes and carers of 18 to 35 months together."""
METHOD = "laoyou-method"
UNITS = {
    "people": "persons",
    "users": "children",
    "wish": "children",
    "places": "places",
    "classes": "classes",
    "carers": "carers",
}


def part_of(age: int) -> str:
    """The part of a year of age; of classes and carers: those for it."""
    return f"age-{age}"


class Nursery:
    """Nursery demand of all areas and years."""

    def __init__(
        self,
        spec: NurserySpec,
        facts: Facts,
        people: People,
        nation: People,
        taste: Tastes | None = None,
        counts: Counts | None = None,
    ) -> None:
        """``counts``: what is known below the nation, where it was worked out before."""
        self.spec, self.facts, self.people, self.taste = spec, facts, people, taste
        years, areas = people.years, people.areas
        self.months = months(facts, years, areas)
        self.counts = counts_of(spec.take_up, facts, people, nation.areas[0]) if counts is None else counts
        of_nation = months(facts, nation.years, nation.areas)
        self.use = use_of(spec.take_up, facts, nation, of_nation, areas, self.counts)

        def norm(name: str, key: str) -> Norm:
            return facts.norm(name, f"{FILE}, key {key}", years, areas)

        self.sizes = {part_of(age): norm(spec.class_[age].size, f"class.{age}.size") for age in CLASSES}
        self.carers = {part_of(age): norm(spec.class_[age].carer, f"class.{age}.carer") for age in CLASSES}
        self.mixed = _mixed(spec, areas)
        if spec.mixed is not None and self.mixed is not None:
            self.sizes[MIXED] = norm(spec.mixed.size, "mixed.size")
            if spec.mixed.carer is not None:
                self.carers[MIXED] = norm(spec.mixed.carer, "mixed.carer")

    def norms(self) -> Iterator[tuple[str, Norm]]:
        """The standards used, by part."""
        for table in (self.sizes, self.carers):
            yield from table.items()
        for key, line in self.spec.lines.items():
            named = self.facts.norm(line.standard, f"{FILE}, key lines.{key}", self.people.years, self.people.areas)
            yield "standard" if line.per != "registered" else "standard-registered", named

    @cached_property
    def rates(self) -> Floats:
        """Natural use per unit of weight (year, 1 or column)."""
        return self.use.rates(self.taste)

    @cached_property
    def children(self) -> tuple[Floats, ...]:
        """Children of 0, 1 and 2 years, each (year, area)."""
        here = self.people.people
        return tuple(here[..., MALE, age] + here[..., FEMALE, age] for age in CLASSES)

    @cached_property
    def carrying(self) -> Floats:
        """Shares of the half years times their weights (year, 1 or area, age, half)."""
        return self.months.halves() * self.use.weights

    @cached_property
    def weighted(self) -> tuple[Floats, ...]:
        """Children of each age by the weight of their months (year, area)."""
        return tuple(children * self.carrying[..., age, :].sum(axis=-1) for age, children in enumerate(self.children))

    def using(self, age: int, rates: Floats, half: int | None = None) -> Floats:
        """Users among the children of an age, or of one half year of it (year, area)."""
        if half is None:
            return self.weighted[age] * rates
        return self.children[age] * (self.carrying[..., age, half] * rates)

    def demand(self) -> Service:
        """People, users, places, classes and carers by age and in all; what is inclusive; wish, target and lines."""
        return self._demand

    @cached_property
    def _demand(self) -> Service:
        users = [self.using(age, self.rates) for age in CLASSES]
        classes, carers = self._classes(users), self._carers(users)
        places = [whole_up(item) for item in users]
        rows: list[Series] = []
        for name, parts in (("people", self.children), ("users", users), ("places", places)):
            rows += [self._row(part_of(age), name, parts[age], self._born(age)) for age in CLASSES]
            rows.append(
                self._row("all", name, sum_of(parts), self._born_of(self.children if name == "people" else users))
            )
        for name, by_class in (("classes", classes), ("carers", carers)):
            rows += [self._row(part, name, value, self._born_in(part)) for part, value in by_class.items()]
            rows.append(self._row("all", name, sum_of(tuple(by_class.values())), self._born_of(users)))
        rows += self._beside(users)
        return Service(SERVICE, (*rows, *self._lines()), "places")

    def seats(self, users: list[Floats]) -> Mapping[str, Floats]:
        """Users by the class they sit in (year, area)."""
        if self.mixed is None:
            return {part_of(age): users[age] for age in CLASSES}
        late = self.using(1, self.rates, 1)
        return {
            part_of(0): users[0],
            part_of(1): users[1] - self.mixed * late,
            part_of(2): users[2] * (1.0 - self.mixed),
            MIXED: self.mixed * (late + users[2]),
        }

    def _classes(self, users: list[Floats]) -> dict[str, Floats]:
        return {part: whole_up(seated / self.sizes[part].most) for part, seated in self.seats(users).items()}

    def _carers(self, users: list[Floats]) -> dict[str, Floats]:
        found = {
            part: seated / self.carers[part].most for part, seated in self.seats(users).items() if part in self.carers
        }
        if self.mixed is not None and MIXED not in found:
            late = self.using(1, self.rates, 1)
            found[MIXED] = self.mixed * (late / self.carers[part_of(1)].most + users[2] / self.carers[part_of(2)].most)
        return {part: whole_up(value) for part, value in found.items()}

    def _beside(self, users: list[Floats]) -> list[Series]:
        """The wish, users of inclusive places and users under a target: none of them is the demand."""
        born = self._born_of(users)
        rows = [self._row("all", "wish", self.wished, born)]
        if self.use.inclusive is not None:
            some = sum_of(users) * (self.use.inclusive.value / 100.0 * self.use.some_here.ratios)
            rows += [
                self._row("inclusive", "users", some, born),
                self._row("inclusive", "places", whole_up(some), born),
            ]
        aimed = self.aimed
        if aimed is not None:
            seats = sum_of([whole_up(item) for item in aimed])
            rows += [self._row("policy", "users", sum_of(aimed), born), self._row("policy", "places", seats, born)]
        return rows

    @property
    def wished(self) -> Floats:
        """Children whose parents wish a place (year, area)."""
        return sum_of(self.weighted) * self.use.wished

    @property
    def aimed(self) -> list[Floats] | None:
        """Users by age under the target, None where none is stated."""
        rates = self.use.target_rates(self.taste)
        return None if rates is None else [self.using(age, rates) for age in CLASSES]

    def _lines(self) -> list[Series]:
        return lines(self.spec.lines, self.facts, self.people, SERVICE, "places", FILE)

    def _born(self, age: int) -> Floats | None:
        """Share already born (year, area); of trajectories nobody asks."""
        if self.taste is not None:
            return None
        return np.repeat(self.people.born_on_31_december(age)[:, None], self.children[age].shape[1], axis=1)

    def _born_of(self, weights: list[Floats] | tuple[Floats, ...]) -> Floats | None:
        """The same of several ages, by the children who count."""
        if self.taste is not None:
            return None
        shares = np.stack([self.people.born_on_31_december(age)[:, None] for age in CLASSES])
        return weighted(np.broadcast_to(shares, (len(CLASSES), *weights[0].shape)), np.stack(weights))

    def _born_in(self, part: str) -> Floats | None:
        return self._born_of(self._in_mixed()) if part == MIXED else self._born(int(part.removeprefix("age-")))

    def _in_mixed(self) -> list[Floats]:
        """Users of 18 to 35 months by age."""
        nobody = np.zeros_like(self.children[0])
        return [nobody, self.using(1, self.rates, 1), self.using(2, self.rates)]

    def _row(self, part: str, measure: str, values: Floats, born: Floats | None) -> Series:
        used = {
            "people": "",
            "wish": self._sources(self.use.asked, *self.use.asked_here.facts),
            "classes": self.sizes.get(part, self.sizes[part_of(1)]).source,
            "carers": self.carers.get(part, self.carers[part_of(1)]).source,
        }
        source = used.get(measure, "; ".join(self.use.sources))
        if part == "inclusive" and self.use.inclusive is not None:
            source = f"{source}; {self._sources(self.use.inclusive, *self.use.some_here.facts)}"
        if part == "policy":
            source = f"{source}; {used['wish']}"
        return Series(SERVICE, part, measure, UNITS[measure], values, born, on_people(source))

    @staticmethod
    def _sources(*facts: Fact) -> str:
        return "; ".join(dict.fromkeys(fact.source for fact in facts))

    def explain(self, area: int, year: int) -> tuple[Factor, ...]:
        """From births to children by month of age, users, places, classes and carers for one area and year."""
        place, status = self.people.place(year), self.status(year)
        shape = self.children[0].shape

        def at(values: Floats) -> float:
            return float(np.broadcast_to(values, shape)[place, area])

        users = [self.using(age, self.rates) for age in CLASSES]
        told = self.months.told_of(area)
        even = told in (EVENLY, NOBODY)
        split = Split(
            np.broadcast_to(self.months.halves(), (*shape, len(CLASSES), 2))[place, area],
            told,
            ASSUMED if even else "derived",
            METHOD if even else self.months.source,
            float(self.use.nation[place, 0]),
            at(self.rates),
        )
        return (
            *of_months(self.people, self.use, split, area, year),
            *of_places([at(item) for item in users], [at(whole_up(item)) for item in users], status),
            *of_classes(self._seats(users, area, year), status),
            *self._told_beside(at, area, status),
        )

    def status(self, year: int) -> str:
        """Of users and places, as the tables say: the launch has counted people, its users are computed."""
        found = self.people.status(year)
        return "nowcast" if found == "observed" else found

    def _seats(self, users: list[Floats], area: int, year: int) -> list[Seats]:
        place = self.people.place(year)
        classes, carers = self._classes(users), self._carers(users)
        mixed = None if self.mixed is None else float(self.mixed[0, area])
        note = "" if mixed is None else f"{mixed:.0%} of users of 18-35 months sit in mixed classes"
        return [
            Seats(
                part,
                float(seated[place, area]),
                note,
                self.sizes[part].at(place, area),
                float(classes[part][place, area]),
                self.carers[part].at(place, area) if part in self.carers else None,
                float(carers[part][place, area]),
                () if part in self.carers else self._parts_of_mixed(users, place, area),
            )
            for part, seated in self.seats(users).items()
        ]

    def _parts_of_mixed(self, users: list[Floats], place: int, area: int) -> tuple[Part, ...]:
        """Who sits in mixed classes, by age, where each age has carers as in a class of its own."""
        share = 0.0 if self.mixed is None else float(self.mixed[0, area])
        late = (self.using(1, self.rates, 1), users[2])
        return tuple(
            Part(months, float(share * item[place, area]), self.carers[part_of(age)].at(place, area))
            for (age, months), item in zip(((1, "18-23"), (2, "24-35")), late, strict=True)
        )

    def _told_beside(self, at: Callable[[Floats], float], area: int, status: str) -> Iterator[Factor]:
        """What stands beside the demand: no factor of it."""
        wished = beside(self.use.asked, self.use.asked_here, area)
        yield Factor("children whose parents wish a place", "line", at(self.wished), "children", status, *wished)
        for row in self._beside([self.using(age, self.rates) for age in CLASSES])[1:]:
            told = ("", "")
            if row.part == "inclusive" and self.use.inclusive is not None:
                told = beside(self.use.inclusive, self.use.some_here, area)
            source = told[0] or row.source
            yield Factor(f"{row.measure}, {row.part}", "line", at(row.values), row.unit, status, source, told[1])
        absent = any(line.per == "registered" for line in self.spec.lines.values()) and self.people.registered is None
        note = "registered people are not known here: no line per 1000 of them" if absent else "never demand"
        for row in self._lines():
            yield Factor(f"places by the {row.part}", "line", at(row.values), "places", status, row.source, note)

    @property
    def derived(self) -> Iterator[tuple[str, float, str, str, str, str]]:
        """Parameters that no table and no key holds: key, value, unit, status, source, why."""
        use = self.use
        rate, source = float(use.nation[-1, 0]), self._sources(*use.used.values())
        yield "nursery use", rate, "share per unit of weight", "derived", source, use.told
        source = "; ".join(filter(None, (METHOD if self.months.even else "", self.months.source)))
        for told in self.months.told:
            status = ASSUMED if told in (EVENLY, NOBODY) else "derived"
            yield "months of birth", 1.0 / 12.0, "mean share of a month", status, source, told
        if self.people.registered is None and any(line.per == "registered" for line in self.spec.lines.values()):
            why = "no line per 1000 registered people: the register of this project is not known"
            yield "lines", float("nan"), "", ASSUMED, METHOD, why


def sum_of(parts: list[Floats] | tuple[Floats, ...]) -> Floats:
    """The sum of arrays of one shape."""
    return np.asarray(sum(parts[1:], parts[0]))


def _mixed(spec: NurserySpec, areas: tuple[str, ...]) -> Floats | None:
    """The share of users of 18 to 35 months in mixed classes (1, area), None where nobody sits in one anywhere."""
    if spec.mixed is None or not any(item.value for item in (spec.mixed.share, *spec.mixed.by_area.values())):
        return None
    shares = {code: spec.mixed.by_area.get(code, spec.mixed.share).value for code in dict.fromkeys(areas)}
    return np.array([[shares[code] for code in areas]])
