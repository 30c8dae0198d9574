"""Rooms, land, floor and boarders of a service, from its classes and users by standard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Protocol

from forecast.axes import Floats
from forecast.project.parts import Assumption
from forecast.project.premises import Building, PremisesSpec
from forecast.services.boarding import Boarding, boarding
from forecast.services.facts import Facts
from forecast.services.norms import Norm, Standard
from forecast.services.people import People
from forecast.services.series import Factor, Series, Service, whole_up

FILE = "models/premises.toml"
ROOMS = "rooms"
ATTENDING = "pupils-attending"


class Taught(Protocol):
    """A service with classes and users."""

    def demand(self) -> Service:
        """All series of the service."""
        ...

    def explain(self, area: int, year: int) -> tuple[Factor, ...]:
        """Every factor behind the number of one area and year."""
        ...

    def norms(self) -> Iterator[tuple[str, Norm]]:
        """The standards used, by part."""
        ...


class Housed:
    """A service with the premises that it needs.

    rooms       class rooms, one for each class, and so many more for each class
    facilities  classes over those of the typical facility, rounded up
    land        facilities x the standard of one;  floor  likewise, and boarders x the standard of dormitories
    boarders    pupils who go to school here x the share who board, rounded up: as many beds
    """

    def __init__(
        self,
        name: str,
        inner: Taught,
        building: Building,
        end: str,
        facts: Facts,
        people: People,
        kinds: Sequence[str] = (),
    ) -> None:
        """One of them; ``kinds``: of school that are counted apart, the service itself where there is one alone."""
        self.name, self.inner, self.building, self.end, self.people = name, inner, building, end, people
        self.boarding: Boarding | None = boarding(
            building.boarders, facts.counted.rolls, kinds or (self.name,), people.areas
        )

        def norm(key: str, slug: str | None) -> Norm | None:
            asked_by = f"{FILE}, key {self.name}.{key}"
            return None if slug is None else facts.norm(slug, asked_by, people.years, people.areas)

        self.land, self.floor = norm("land", building.land), norm("floor", building.floor)
        self.dormitory = norm("dormitory", building.dormitory)

    def demand(self) -> Service:
        """The series of the service, then rooms, land, floor and boarders as far as they are known."""
        return self._demand

    def norms(self) -> Iterator[tuple[str, Norm]]:
        """The standards used, by part."""
        yield from self.inner.norms()
        for part, norm in (("land", self.land), ("floor", self.floor), ("dormitory", self.dormitory)):
            if norm is not None:
                yield part, norm

    @cached_property
    def _service(self) -> Service:
        return self.inner.demand()

    @cached_property
    def _demand(self) -> Service:
        service = self._service
        rows = [self._row(name, unit, values, norms) for name, unit, values, norms in self._figures(service)]
        return Service(service.name, (*service.series, *rows), service.main)

    def _figures(self, service: Service) -> Iterator[tuple[str, str, Floats, tuple[Norm | None, ...]]]:
        classes = service.find("classes").values
        yield ROOMS, "rooms", self._rooms(classes), ()
        if self.land is not None:
            yield "land", "m2", self._facilities(classes) * self._value(self.land), (self.land,)
        sleeping = self._boarders(service)
        if self.floor is not None:
            floor, beds = self._facilities(classes) * self._value(self.floor), None
            if sleeping is not None and self.dormitory is not None:
                floor, beds = floor + sleeping * self._value(self.dormitory), self.dormitory
            yield "floor", "m2", floor, (self.floor, beds)
        if sleeping is not None:
            yield "boarders", "pupils", sleeping, ()

    def _rooms(self, classes: Floats) -> Floats:
        special = self.building.special
        return classes if special is None else classes + whole_up(classes * special.value)

    def _facilities(self, classes: Floats) -> Floats:
        typical = self.building.classes
        if typical is None:
            raise ValueError("a standard of land or floor without the classes of its facility")
        return whole_up(classes / typical.value)

    def _boarders(self, service: Service) -> Floats | None:
        return None if self.boarding is None else whole_up(_attending(service).values * self.boarding.share)

    def _value(self, norm: Norm) -> Floats:
        return norm.least if self.end == "least" else norm.most

    def _of(self, row: Standard) -> float:
        return row.least if self.end == "least" else row.most

    def _row(self, name: str, unit: str, values: Floats, norms: tuple[Norm | None, ...]) -> Series:
        base = _attending(self._service) if name == "boarders" else self._service.find("classes")
        sources = [base.source, *(norm.source for norm in norms if norm is not None)]
        sources += [self.boarding.source] if name == "boarders" and self.boarding is not None else []
        return Series(self.name, "all", name, unit, values, base.born, "; ".join(dict.fromkeys(sources)))

    def explain(self, area: int, year: int) -> tuple[Factor, ...]:
        """The factors of the service, then those of its premises."""
        return (*self.inner.explain(area, year), *self._told(area, year))

    def _told(self, area: int, year: int) -> Iterator[Factor]:
        service, place, status = self.demand(), self.people.place(year), self.people.status(year)

        def at(values: Floats) -> float:
            return float(values[place, area])

        def known(name: str) -> float:
            return at(service.find(name).values)

        classes = service.find("classes").values
        here = Factor("classes", "subtotal", at(classes), "classes", status, "computed", "one class room each")
        yield here
        if self.building.special is not None:
            yield _assumed("rooms beside class rooms, for each class", "norm", self.building.special, "rooms per class")
        yield Factor(ROOMS, "result", known(ROOMS), "rooms", status, "computed")
        facilities = None
        if self.building.classes is not None and (self.land is not None or self.floor is not None):
            facilities = at(self._facilities(classes))
            yield here
            yield _assumed("classes of the typical facility", "divided", self.building.classes, "classes")
            yield Factor("facilities, rounded up", "subtotal", facilities, "facilities", status, "computed")
        if self.land is not None:
            yield self._standard("land of a facility", self.land.at(place, area))
            yield Factor("land", "result", known("land"), "m2", status, "computed")
        sleeping = self._boarders(service)
        if sleeping is not None and self.boarding is not None:
            pupils = _attending(service)
            yield Factor(pupils.measure, "subtotal", at(pupils.values), "pupils", status, "computed")
            yield self.boarding.factor(area)
            yield Factor("boarders", "result", at(sleeping), "pupils", status, "computed", "as many beds")
        if self.floor is not None and facilities is not None:
            yield from self._floors(facilities, None if sleeping is None else at(sleeping), place, area, status)
            yield Factor("floor", "result", known("floor"), "m2", status, "computed")

    def _floors(
        self, facilities: float, sleeping: float | None, place: int, area: int, status: str
    ) -> Iterator[Factor]:
        if self.floor is None:
            return
        row = self.floor.at(place, area)
        yield Factor("facilities", "subtotal", facilities, "facilities", status, "computed")
        yield self._standard("floor of a facility", row)
        yield Factor("floor without dormitories", "subtotal", facilities * self._of(row), "m2", status, "computed")
        if sleeping is not None and self.dormitory is not None:
            bed = self.dormitory.at(place, area)
            yield Factor("boarders", "subtotal", sleeping, "pupils", status, "computed")
            yield self._standard("floor of dormitories", bed)
            yield Factor("floor of dormitories", "subtotal", sleeping * self._of(bed), "m2", status, "computed")

    def _standard(self, name: str, row: Standard) -> Factor:
        note = f"{row.document} {row.number}, {row.applies_to}".strip(" ,")
        return Factor(name, "times", self._of(row), row.unit, row.status, row.source, note)


def _assumed(name: str, kind: str, item: Assumption, unit: str) -> Factor:
    return Factor(name, kind, item.value, unit, item.status, item.source, item.why)


def _attending(service: Service) -> Series:
    """Those who go to school here, wherever they live; where nobody is known to live elsewhere, the users."""
    there = any(item.measure == ATTENDING for item in service.series)
    return service.find(ATTENDING if there else "users")


def housed(
    name: str, service: Taught, spec: PremisesSpec, facts: Facts, people: People, kinds: Sequence[str] = ()
) -> Taught:
    """A service with its premises; those without any in ``premises.toml`` as they are.

    kinds  kinds of school that make the service, where they are counted apart
    """
    building = getattr(spec, name, None)
    if not isinstance(building, Building):
        return service
    return Housed(name, service, building, spec.of_range, facts, people, kinds)


def plain(service: object) -> object:
    """A service without its premises."""
    return service.inner if isinstance(service, Housed) else service
