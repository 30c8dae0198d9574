"""Every factor behind one number of a nursery: births, month of age, use, class, carer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forecast.axes import FEMALE, MALE, Floats
from forecast.project.nursery import BANDS, CLASSES
from forecast.services.childcare.use import HALVES, Use
from forecast.services.norms import Standard
from forecast.services.people import People
from forecast.services.series import Factor

BORN = ("July to December", "January to June")
"""Half years of birth by half year of age on 31 December: who is in the first half of a year of age is born late."""
ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Split:
    """How the children of one area and year split by half year of age, and how many of them use a nursery.

    halves  shares (age, half);  known  where they come from;  status, source  of them
    rate    use per unit of weight
    """

    halves: Floats
    known: str
    status: str
    source: str
    rate: float


@dataclass(frozen=True, slots=True)
class Seats:
    """Users of one kind of class.

    part     the class;  seated  users in it;  note  who they are
    size     its standard, and the classes;  carer  likewise, None where each month has its own, and the carers
    """

    part: str
    seated: float
    note: str
    size: Standard
    classes: float
    carer: Standard | None
    carers: float


def of_months(people: People, use: Use, split: Split, area: int, year: int) -> Iterator[Factor]:
    """From the births of each half year to its users."""
    status, place = people.status(year), people.place(year)
    for age in CLASSES:
        children = float(people.people[place, area, MALE, age] + people.people[place, area, FEMALE, age])
        born = year - age
        known = born >= people.years[0]
        came = float(people.births[people.place(born), area]) if known else children
        origin = f"births of {born}" if known else f"children born in {born}, counted"
        for half in range(HALVES):
            band, share = BANDS[age * HALVES + half], float(split.halves[age, half])
            weight = float(use.weights[age, half])
            users = children * share * weight * split.rate
            kept = children / came if came else 0.0
            yield Factor(origin, "start", came, "persons", people.birth_status(born), "cohort-component")
            yield Factor(f"born {BORN[half]}", "times", share, "share", split.status, split.source, split.known)
            yield Factor("survival and net move since", "times", kept, "ratio", status, "cohort-component")
            on = f"children of {band} months on 31 December"
            yield Factor(on, "subtotal", children * share, "persons", status, "cohort-component")
            yield Factor("weight of these months", "times", weight, "ratio", ASSUMED, "laoyou-method")
            yield Factor(
                "use per unit of weight", "times", split.rate, "share", use.use.status, use.use.source, use.told
            )
            yield Factor(f"users of {band} months", "subtotal", users, "children", status, "computed")


def of_places(users: Sequence[float], places: Sequence[float], status: str) -> Iterator[Factor]:
    """Users by age, and a place for each."""
    for age in CLASSES:
        yield Factor(f"users aged {age}", "subtotal", users[age], "children", status, "computed")
        yield Factor("places, rounded up", "subtotal", places[age], "places", status, "computed")
    yield Factor("places", "result", sum(places), "places", status, "computed")


def of_classes(seats: Sequence[Seats], status: str) -> Iterator[Factor]:
    """From users to classes and carers."""
    for item in seats:
        head = f"users in classes {item.part}"
        yield Factor(head, "subtotal", item.seated, "children", status, "computed", item.note)
        yield standard("class size", "divided", item.size)
        yield Factor("classes, rounded up", "subtotal", item.classes, "classes", status, "computed")
    yield Factor("classes", "result", sum(item.classes for item in seats), "classes", status, "computed")
    for item in seats:
        yield Factor(
            f"users in classes {item.part}", "subtotal", item.seated, "children", status, "computed", item.note
        )
        if item.carer is not None:
            yield standard("children per carer", "divided", item.carer)
        note = "" if item.carer is not None else "each month of age at the children per carer of its own class"
        yield Factor("carers, rounded up", "subtotal", item.carers, "carers", status, "computed", note)
    yield Factor("carers", "result", sum(item.carers for item in seats), "carers", status, "computed")


def standard(name: str, kind: str, row: Standard) -> Factor:
    """A standard as a factor, with its document."""
    return Factor(name, kind, row.most, row.unit, row.status, row.source, f"{row.document} {row.number}".strip())
