"""Who lives here and goes to school there: users by residence become pupils by attendance, and nobody is lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from forecast.axes import Floats
from forecast.demography.engine import Override
from forecast.errors import Fault, InputError
from forecast.services.school.bands import Band
from forecast.services.school.counted import Attending, weakest

BEYOND = -1
"""Place of all that is not an area of the run."""
WHOLE = 1e-6
"""By how much shares that make a whole may miss one."""
Children = Mapping[int, Floats]
"""Children of a band by area: (year, grade, ..)."""


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """Share of the children of one area and service who attend in another, or beyond (``BEYOND``), by year (year,).

    status  of the rows behind it by their year
    """

    origin: int
    destination: int
    service: str
    share: Floats
    source: str
    status: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Pupils of an area and service who live outside the city, as counted in one school year."""

    destination: int
    service: str
    year: int
    pupils: float
    source: str
    where: str
    status: str = "observed"


@dataclass(frozen=True, eq=False)
class Attendance:
    """Routes of those areas and services that the table has; everybody else attends where they live."""

    routes: tuple[Route, ...]
    arrivals: tuple[Arrival, ...]
    notes: tuple[Override, ...] = ()

    @cached_property
    def _by_home(self) -> Mapping[tuple[int, str], list[Route]]:
        found: dict[tuple[int, str], list[Route]] = {}
        for route in self.routes:
            found.setdefault((route.origin, route.service), []).append(route)
        return found

    @cached_property
    def _senders(self) -> Mapping[int, set[int]]:
        found: dict[int, set[int]] = {}
        for route in self.routes:
            found.setdefault(route.destination, set()).add(route.origin)
        return found

    def services(self, band: Band) -> bool:
        """Whether anything is known of a band."""
        named = {item.service for item in self.routes} | {item.service for item in self.arrivals}
        return bool(named & set(band.services))

    def source(self, services: Sequence[str]) -> str:
        """Sources of all that is known of some services, joined by "; "."""
        routes = [(item.service, item.source) for item in self.routes]
        arrivals = [(item.service, item.source) for item in self.arrivals]
        return "; ".join(dict.fromkeys(source for name, source in (*routes, *arrivals) if name in services))

    def leaving(self, area: int, service: str) -> list[Route]:
        """Routes of those who live in an area; none: all attend there."""
        return self._by_home.get((area, service), [])

    def into(self, band: Band, area: int, grade: int) -> Iterator[tuple[int, Floats | None]]:
        """Areas whose children attend a grade of an area, and their shares (year,); None: all of them.

        Where structures differ the age decides: a child of the sixth grade of six attends the first of junior school.
        """
        for origin in sorted(self._senders.get(area, set()) | {area}):
            routes = self.leaving(origin, band.service(origin, grade))
            if not routes and origin == area:
                yield origin, None
            for route in routes:
                if route.destination == area:
                    yield origin, route.share

    def feeders(self, band: Band, area: int) -> set[int]:
        """Areas whose children attend in an area, itself among them or not."""
        return {origin for grade in range(band.grades) for origin, _ in self.into(band, area, grade)}

    def attending(self, band: Band, area: int, grade: int, children: Children) -> Floats:
        """Children who attend a grade of an area, those from outside the city aside (year, ..).

        children  of each area that ``feeders`` names (year, grade, ..)
        """
        total: Floats | None = None
        for origin, share in self.into(band, area, grade):
            there = children[origin][:, grade]
            part = there if share is None else there * share.reshape(-1, *(1,) * (there.ndim - 1))
            total = part if total is None else total + part
        return np.zeros_like(children[area][:, grade]) if total is None else np.asarray(total)

    def whole(self, band: Band, children: Floats) -> Floats:
        """The same of all areas at once: children (year, area, grade) by residence to children by attendance."""
        by_area = {area: children[:, area] for area in range(children.shape[1])}
        return np.stack(
            [
                np.stack([self.attending(band, area, grade, by_area) for grade in range(band.grades)], axis=-1)
                for area in by_area
            ],
            axis=1,
        )


def attendance_of(
    rows: Iterable[Attending], areas: Sequence[str], years: range, services: Sequence[str]
) -> Attendance | None:
    """The table as routes; None where no row is of these areas. All that is wrong with it raises ``InputError``.

    Between two years of the table shares are interpolated, before the first and after the last they stay. Shares of an
    origin, service and year sum to 1; where the area itself has no row the rest stays there, which is told.
    """
    places = {code: place for place, code in enumerate(areas)}
    mine = [row for row in rows if (row.origin in places or row.destination in places) and row.service in services]
    if not mine:
        return None
    groups: dict[tuple[int, str], dict[int, list[Attending]]] = {}
    arrivals, faults = [], []
    for row in mine:
        if row.origin in places:
            groups.setdefault((places[row.origin], row.service), {}).setdefault(row.year, []).append(row)
        else:
            faults += _from_outside(row, years)
            there = (places[row.destination], row.service, row.year, row.pupils or 0.0)
            arrivals.append(Arrival(*there, row.source, row.where, row.status))
    routes: list[Route] = []
    notes: list[Override] = []
    for (origin, service), known in groups.items():
        try:
            shares = {year: _shares(found, areas[origin], places, notes) for year, found in known.items()}
        except InputError as error:
            faults += error.faults
            continue
        source = "; ".join(sorted({row.source for found in known.values() for row in found}))
        # a share of children of a forecast is derived at best
        told = {year: weakest(["derived", *(row.status for row in found)]) for year, found in known.items()}
        ends = sorted({end for found in shares.values() for end in found})
        when = sorted(shares)
        for end in ends:
            path = np.interp(list(years), when, [shares[year].get(end, 0.0) for year in when])
            routes.append(Route(origin, end, service, path, source, told))
    if faults:
        raise InputError(faults)
    return Attendance(tuple(routes), tuple(arrivals), tuple(notes))


def _from_outside(row: Attending, years: range) -> list[Fault]:
    if row.pupils is None:
        what = "a number of pupils: of those who live outside the city nobody knows how many there are"
        return [Fault(row.where, what, f"a share, {row.share:g}", "fill pupils in place of share")]
    if row.year not in years:
        return [Fault(row.where, f"a year of the run, {years[0]} to {years[-1]}", str(row.year), "leave the row out")]
    return []


def _shares(rows: list[Attending], area: str, places: Mapping[str, int], notes: list[Override]) -> dict[int, float]:
    """Shares of one origin, service and year by destination."""
    first, here = rows[0], [row for row in rows if row.destination == area]
    title = f"those of {area} who go to {first.service}, {first.year}"
    if len({row.share is None for row in rows}) > 1:
        raise InputError.one(first.where, f"{title}: shares, or pupils, in all rows", "both", "choose one of the two")
    out: dict[int, float] = {}
    if first.share is None:
        if not here:
            what = f"{title}: a row of those who stay in {area}, too"
            raise InputError.one(first.where, what, "none", "add it, or give shares")
        total = sum(row.pupils or 0.0 for row in rows)
        if total <= 0:
            raise InputError.one(first.where, f"{title}: pupils above 0", "0 in all", "leave the rows out")
        values = [(row.pupils or 0.0) / total for row in rows]
    else:
        values = [row.share or 0.0 for row in rows]
        total = sum(values)
        if total > 1.0 + WHOLE or (here and abs(total - 1.0) > WHOLE):
            raise InputError.one(first.where, f"{title}: shares that sum to 1", f"{total:g}", "correct them")
        if not here:
            out[places[area]] = 1.0 - min(total, 1.0)
            why = "no row says how many stay in the area: what the others leave"
            measure = f"share of {first.service} pupils who stay"
            notes.append(Override(area, first.year, measure, float("nan"), out[places[area]], why))
    for row, value in zip(rows, values, strict=True):
        end = places.get(row.destination, BEYOND)
        out[end] = out.get(end, 0.0) + value
    return out
