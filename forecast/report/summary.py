"""The few numbers that a planner reads first, as plain data: now, peak and the years to show, by area and service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from forecast.axes import Floats
from forecast.errors import InputError
from forecast.report.coverage import Covered, coverage
from forecast.report.demand import Demand, Totals, demand, totals, whole
from forecast.report.fan import ends
from forecast.report.opened import Opened, Place, frame, opened
from forecast.tables.near import did_you_mean

MAIN: Mapping[str, str] = {
    "nursery": "places",
    "kindergarten": "places",
    "primary": "places",
    "junior": "places",
    "senior": "places",
    "eldercare": "beds",
}
"""The main number of each service."""
STAFF: Mapping[str, tuple[str, ...]] = {
    "nursery": ("classes", "carers"),
    "kindergarten": ("classes", "teachers", "carers"),
    "primary": ("classes", "teachers"),
    "junior": ("classes", "teachers"),
    "senior": ("classes", "teachers"),
    "eldercare": ("carers",),
}
"""What comes with the places."""
SCHOOL = ("kindergarten", "primary", "junior", "senior")
"""Services whose places together are the demand of school age, kindergarten included."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of one area through time; whole numbers, areas sum to the city (law 4).

    now        in the last year whose totals are on record
    peak       highest value from now on, and its year
    past       no later year is higher: the peak is already past
    shown      in the years to show
    born       share of the people concerned already born, in the first and in the middle year to show; None where it
               has no meaning (law 13)
    between    ends of the 80 % interval in the years to show; empty where no trajectory was run
    """

    area: Place
    now: int
    peak: int
    peak_year: int
    past: bool
    shown: tuple[int, ...]
    born: tuple[float | None, float | None]
    between: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """One measure of one service for every area, the city last."""

    service: str
    measure: str
    unit: str
    figures: tuple[Figure, ...]

    @property
    def city(self) -> Figure:
        """The city's row."""
        return self.figures[-1]


@dataclass(frozen=True, slots=True)
class Summary:
    """What is printed after a run.

    show         years to show; ``middle`` is the one that changes are told for
    residents    people of each area on 31 December
    blocks       the main number of each service; ``staff`` the classes and people that go with it
    school       places of kindergarten to senior school in the city: now, in the middle year, and the share born then
    school_between  ends of its 80 % interval in the middle year; None where no trajectory was run
    assumptions  how many parameters stand on each status: derived, assumed, recalled ...
    trajectories how many were run; 0: the figures have no intervals
    coverage     how often intervals held, as far as the run tells
    """

    run: str
    scenario: str
    title: Mapping[str, str]
    why: Mapping[str, str]
    places: tuple[Place, ...]
    censuses: tuple[int, int]
    now_year: int
    born_until: int
    show: tuple[int, ...]
    middle: int
    residents: Block
    blocks: tuple[Block, ...]
    staff: tuple[Block, ...]
    school: tuple[int, int, float]
    school_between: tuple[float, float] | None
    assumptions: Mapping[str, int]
    trajectories: int
    coverage: tuple[Covered, ...]

    def of(self, area: str) -> tuple[tuple[Block, Figure], ...]:
        """Every number of one area, residents first, staff after its places; ``InputError`` if there is none."""
        codes = [place.code for place in self.places]
        if area not in codes:
            raise InputError.one(
                f"area of run {self.run}", f"one of: {', '.join(codes)}", area, did_you_mean(area, codes)
            )
        row = codes.index(area)
        every = sorted((*self.blocks, *self.staff), key=lambda block: tuple(MAIN).index(block.service))
        return tuple((block, block.figures[row]) for block in (self.residents, *every))


def summary(folder: Path, scenario: str = "baseline") -> Summary:
    """Sum up one scenario of a published run; ``InputError`` if the folder or the scenario is not there."""
    run = opened(folder, scenario)
    known = demand(run)
    return summed(run, known, totals(run, known))


def summed(run: Opened, known: Demand, sums: Totals) -> Summary:
    """The summary of a run that is already open."""
    show = shown(run, known)
    middle = show[len(show) // 2]
    blocks = tuple(
        block(known, service, measure, run.now, show) for service, measure in MAIN.items() if service in served(known)
    )
    staff = tuple(
        block(known, service, measure, run.now, show) for service in served(known) for measure in STAFF[service]
    )
    return Summary(
        run=str(run.manifest["run"]),
        scenario=run.scenario,
        title={lang: run.title(lang) for lang in ("zh", "en")},
        why={lang: run.why(lang) for lang in ("zh", "en")},
        places=known.places,
        censuses=(int(str(run.time["previous_census"])[:4]), int(str(run.time["census"])[:4])),
        now_year=run.now,
        born_until=int(run.manifest["status"]["born_until"]),
        show=show,
        middle=middle,
        residents=residents(run, known, sums, show),
        blocks=blocks,
        staff=staff,
        school=school_age(known, run.now, middle),
        school_between=_school_between(known, sums, middle),
        assumptions=counted(run),
        trajectories=int(run.entry["trajectories"]) if known.cuts else 0,
        coverage=coverage(run),
    )


def served(known: Demand) -> tuple[str, ...]:
    """The services a run holds, in our order."""
    there = {service for service, _, _ in known.values}
    return tuple(service for service in MAIN if service in there)


def shown(run: Opened, known: Demand) -> tuple[int, ...]:
    """The years to show that the run reaches; its last year if it reaches none."""
    wanted = tuple(int(year) for year in run.time["show"] if int(year) in known.years)
    return wanted or (known.years[-1],)


def block(known: Demand, service: str, measure: str, now: int, show: Sequence[int]) -> Block:
    """One measure for every area."""
    key = (service, "all", measure)
    counts, born = known.whole(service, measure), known.born[key]
    years = [known.years.index(year) for year in show]
    figures = tuple(
        figure(
            place,
            counts[:, column],
            known.years,
            known.years.index(now),
            years,
            born[:, column],
            known.fan(key, column),
        )
        for column, place in enumerate(known.places)
    )
    return Block(service, measure, known.units[key], figures)


def _of(cuts: Floats | None, column: int) -> Floats | None:
    """Quantiles of one area (cut, year)."""
    return None if cuts is None else cuts[:, :, column]


def residents(run: Opened, known: Demand, sums: Totals, show: Sequence[int]) -> Block:
    """People of every area on 31 December, from the balance of the run."""
    table = frame(run, "balance", ["area", "year", "start", "end", "unit"])
    order = {place.code: index for index, place in enumerate(known.places)}
    column, row = table["area"].map(order).to_numpy(dtype=np.intp), table["year"].to_numpy() - known.years[0]
    people = np.full((len(known.years), len(order)), np.nan)
    people[row - 1, column] = table["start"].to_numpy()
    people[row, column] = table["end"].to_numpy()
    counts, unknown = whole(people), np.full(len(known.years), np.nan)
    now, years = known.years.index(run.now), [known.years.index(year) for year in show]
    figures = tuple(
        figure(place, counts[:, i], known.years, now, years, unknown, _of(sums.get(("residents", "all")), i))
        for i, place in enumerate(known.places)
    )
    return Block("people", "residents", "persons", figures)


def figure(
    area: Place,
    counts: Floats,
    years: Sequence[int],
    now: int,
    show: Sequence[int],
    born: Floats,
    cuts: Floats | None = None,
) -> Figure:
    """One area's row; ``now`` and ``show`` are positions in ``years``; of equal peaks the first counts."""
    top = now + int(np.argmax(counts[now:]))
    share = [None if np.isnan(born[year]) else float(born[year]) for year in (show[0], show[len(show) // 2])]
    return Figure(
        area,
        int(counts[now]),
        int(counts[top]),
        years[top],
        top == now,
        tuple(int(counts[year]) for year in show),
        (share[0], share[1]),
        () if cuts is None else tuple(within(cuts[:, year]) for year in show),
    )


def within(cuts: Floats) -> tuple[float, float]:
    """Ends of the 80 % interval: cuts (cut,)."""
    low, high = ends(cuts)
    return float(low), float(high)


def _school_between(known: Demand, sums: Totals, year: int) -> tuple[float, float] | None:
    cuts = sums.get(("school-places", "all"))
    return None if cuts is None else within(cuts[:, known.years.index(year), -1])


def school_age(known: Demand, now: int, then: int) -> tuple[int, int, float]:
    """School places of the city, kindergarten included: now, then, and the share of those then who are born already."""
    keys = [(service, "all", MAIN[service]) for service in SCHOOL if (service, "all", MAIN[service]) in known.values]
    first, second = known.years.index(now), known.years.index(then)
    before, after = (sum(known.values[key][year, -1] for key in keys) for year in (first, second))
    alive = sum(known.values[key][second, -1] * known.born[key][second, -1] for key in keys)
    return round(before), round(after), float(alive / after) if after else float("nan")


def counted(run: Opened) -> dict[str, int]:
    """Parameters by status."""
    status = frame(run, "assumptions", ["status"])["status"].astype(str)
    return {str(name): int(number) for name, number in status.value_counts(sort=False).items() if number}
