"""Every factor behind one number of a nursery: births, month of age, use, class, carer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forecast.axes import FEMALE, MALE, Floats
from forecast.project.nursery import BANDS, CLASSES
from forecast.services.childcare.counts import HALVES, Local
from forecast.services.childcare.use import Use, carriers
from forecast.services.facts import Fact
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
    nation  use of the nation per unit of weight;  rate  of the area
    """

    halves: Floats
    known: str
    status: str
    source: str
    nation: float
    rate: float


@dataclass(frozen=True, slots=True)
class Part:
    """Children of some months in a mixed class, and the standard of carers of a class of their own."""

    months: str
    seated: float
    carer: Standard


@dataclass(frozen=True, slots=True)
class Seats:
    """Users of one kind of class.

    part     the class;  seated  users in it;  note  who they are
    size     its standard, and the classes;  carer  likewise, None where each month has its own, and the carers
    parts    by months of age, where each has its own
    """

    part: str
    seated: float
    note: str
    size: Standard
    classes: float
    carer: Standard | None
    carers: float
    parts: tuple[Part, ...] = ()


def of_months(people: People, use: Use, split: Split, area: int, year: int) -> Iterator[Factor]:
    """From the births of each half year to its users."""
    status, place = people.status(year), people.place(year)
    rates = tuple(of_use(use, split, area, year))
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
            yield from rates
            of_users = "nowcast" if status == "observed" else status
            yield Factor(f"users of {band} months", "subtotal", users, "children", of_users, "computed")


def of_use(use: Use, split: Split, area: int, year: int) -> Iterator[Factor]:
    """The nation's rate of use in a year, and the area's over it where it, or a place above it, was counted."""
    status, source, note = of_nation(use, year)
    yield Factor("use per unit of weight", "times", split.nation, "share", status, source, note)
    home, counted = use.here.counted(area)
    if home and year >= min(counted):
        figures = ", ".join(f"{fact.value:g} % in {when}" for when, fact in sorted(counted.items()))
        sources = "; ".join(dict.fromkeys(fact.source for fact in counted.values()))
        over = split.rate / split.nation
        note = f"use of under-threes of {home}: {figures}; it goes on as the nation's does"
        yield Factor("use here over the nation's", "times", over, "ratio", "derived", sources, note)


def of_nation(use: Use, year: int) -> tuple[str, str, str]:
    """Status, source and reading of the nation's rate in a year: never a figure of the records, which tell a share."""
    known, later = sorted(use.used), {at: item for at, item in use.points.items() if at <= year}
    before = [at for at in known if at <= year][-1:] or known[:1]
    between = before if year in known else [*before, *[at for at in known if at > year][:1]]
    between = known[:1] if year < known[0] else between
    sources = [use.used[at].source for at in between]
    read = " and ".join(f"{use.used[at].value:g} % in {at}" for at in between)
    status = "derived"
    if year > known[-1] and use.points:
        nearest = [max(later)] if later else []
        nearest += [min(at for at in use.points if at > year)] if max(use.points) > year else []
        sources = [*([] if later else sources), *(use.points[at].source for at in nearest)]
        stated = " and ".join(f"{use.points[at].value:.1%} stated for {at}" for at in nearest)
        read, status = stated if later else f"{read}, {stated}", use.points[nearest[0]].status
    note = f"use of the nation's under-threes: {read}; carried by months {carriers(use.weights)}"
    return status, "; ".join(dict.fromkeys(sources)), note


def beside(nation: Fact, here: Local, area: int) -> tuple[str, str]:
    """Source and reading of a figure that stands beside the demand."""
    home, counted = here.counted(area)
    if not home:
        return nation.source, f"{nation.value:g} % of the nation"
    fact = counted[max(counted)]
    return fact.source, f"{fact.value:g} % of {home} in {max(counted)}, from {min(counted)} on"


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
        for part in item.parts:
            head = f"of these {part.months} months"
            yield Factor(head, "subtotal", part.seated, "children", status, "computed")
            yield standard("children per carer", "divided", part.carer)
            exact = part.seated / part.carer.most
            yield Factor(f"carers for {part.months} months", "subtotal", exact, "carers", status, "computed")
        note = "the sum of these" if item.parts else ""
        yield Factor("carers, rounded up", "subtotal", item.carers, "carers", status, "computed", note)
    yield Factor("carers", "result", sum(item.carers for item in seats), "carers", status, "computed")


def standard(name: str, kind: str, row: Standard) -> Factor:
    """A standard as a factor, with its document."""
    return Factor(name, kind, row.most, row.unit, row.status, row.source, f"{row.document} {row.number}".strip())
