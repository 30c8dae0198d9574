"""What a run without shocks says of pupils: rates by grade, who attends where, schools. Trajectories follow it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from forecast.axes import Floats
from forecast.demography.engine import Override
from forecast.errors import Fault, InputError
from forecast.services.people import People
from forecast.services.school.ahead import ahead
from forecast.services.school.attendance import Attendance, attendance_of
from forecast.services.school.bands import Band
from forecast.services.school.counted import Counted, Roll
from forecast.services.school.enrolment import GrossEnrolment
from forecast.services.school.rates import NONE, BandRates, bent, gross_rates, histories, with_progression
from forecast.services.school.registers import registered
from forecast.services.school.schools import SchoolShares, school_shares
from forecast.services.uptake import Uptake


@dataclass(frozen=True, slots=True, eq=False)
class BandCourse:
    """One band over all areas.

    children  by residence, counts on registers in force     (year, area, grade)
    base      by attendance, those from outside the city aside
    rates     pupils per child of ``base``
    outside   part of the pupils who live outside the city   (year, area, grade)
    """

    band: Band
    children: Floats
    base: Floats
    rates: BandRates
    outside: Floats | None

    @property
    def pupils(self) -> Floats:
        """Pupils who attend (year, area, grade)."""
        return self.base * self.rates.rates

    @property
    def inside(self) -> Floats:
        """Pupils per child, those from outside the city aside (year, area, grade)."""
        return self.rates.rates if self.outside is None else self.rates.rates * (1.0 - self.outside)


@dataclass(frozen=True, slots=True, eq=False)
class SchoolCourse:
    """All bands, by name, and what they share."""

    areas: tuple[str, ...]
    years: range
    bands: Mapping[str, BandCourse]
    uptakes: Mapping[str, Uptake]
    attendance: Attendance | None
    schools: Mapping[tuple[int, str], SchoolShares]
    counted: Counted
    kinds: Mapping[str, tuple[str, ...]]
    enrolment: Mapping[str, GrossEnrolment]
    notes: tuple[Override, ...]

    @property
    def taught(self) -> int:
        """The age below which anybody goes to school."""
        return max(item.band.first + item.band.grades for item in self.bands.values())

    def band(self, service: str) -> BandCourse:
        """The band of a service."""
        return next(item for item in self.bands.values() if service in item.band.services)

    def known_ages(self, area: int) -> frozenset[int]:
        """Ages of an area that are on record as pupils."""
        return frozenset(
            item.band.first + int(grade)
            for item in self.bands.values()
            for grade in np.flatnonzero(item.rates.launch[area])
        )

    def last(self, area: int) -> int:
        """The last school year on record of an area; ``NONE`` where none is."""
        return max(int(item.rates.launch[area].max()) for item in self.bands.values())


def school_course(
    bands: Mapping[str, Band],
    kinds: Mapping[str, tuple[str, ...]],
    uptakes: Mapping[str, Uptake],
    enrolment: Mapping[str, GrossEnrolment],
    counted: Counted,
    people: People,
    split: float | None = None,
) -> SchoolCourse:
    """From tables and a forecast of people to pupils of all bands; what is wrong with the tables is an ``InputError``.

    kinds      kinds of school that make each service
    uptakes    paths of gross enrolment by service, and what they were measured on (``enrolment``)
    split      share of vocational pupils in senior school where an area has none on record; None: not known
    """
    areas, years = people.areas, people.years
    if early := ahead(counted.rolls, areas, people.born_until):
        raise InputError(early)
    on_registers = registered(people, counted.children)
    services = [service for band in bands.values() for service in band.services]
    attendance = attendance_of(counted.attendance, areas, years, services)
    found: dict[str, BandCourse] = {}
    notes = [*on_registers.notes, *(() if attendance is None else attendance.notes)]
    fed: Floats | None = None
    for name, band in bands.items():
        children = band.children(on_registers.children)
        routed = attendance is not None and attendance.services(band)
        base = attendance.whole(band, children) if attendance is not None and routed else children
        rates = gross_rates(band, uptakes, years, len(areas))
        past, told = histories(band, kinds, counted.rolls, areas, years)
        notes += told
        if past:
            rates = with_progression(rates, band, past, base, years, _grown(fed, base), areas, counted.rolls)
        notes += rates.notes
        fed = _last_grade(rates)
        found[name] = BandCourse(band, children, base, _split(rates, split), None)
    found = {name: replace(item, rates=bent(item.rates, item.band, uptakes, years)) for name, item in found.items()}
    if attendance is not None:
        found = {name: _with_arrivals(item, attendance, years) for name, item in found.items()}
    schools = _schools(found, counted, kinds, areas, years)
    notes += [note for item in schools.values() for note in item.notes]
    return SchoolCourse(areas, years, found, uptakes, attendance, schools, counted, kinds, enrolment, tuple(notes))


def _last_grade(rates: BandRates) -> Floats:
    """Pupils of the last grade per child of it, as known a year later: who may enter the next band (year, area).

    NaN before the first year on record, and where nothing is.
    """
    share = np.where(rates.launch[:, -1] > NONE, rates.rates[:, :, -1], np.nan)
    seen = np.isfinite(rates.counted[:, :, -1])
    since = np.maximum.accumulate(seen, axis=0)
    out = np.full(share.shape, np.nan)
    out[1:] = np.where(since[:-1], share[:-1], np.nan)
    return out


def _grown(fed: Floats | None, base: Floats) -> Floats | None:
    """Pupils of the grade before, a year before, grown as their cohort did since: their rate x the children now."""
    return None if fed is None else fed * base[:, :, 0]


def _split(rates: BandRates, split: float | None) -> BandRates:
    """The vocational share of every area, where that of one is on record."""
    if rates.vocational is None:
        return rates
    known = rates.vocational
    rest = np.nanmean(known) if split is None else split
    return replace(rates, vocational=np.where(np.isfinite(known), known, rest))


def _with_arrivals(item: BandCourse, attendance: Attendance, years: range) -> BandCourse:
    """Those from outside the city on top where gross enrolment stands, a part of the pupils where they are counted."""
    band = item.band
    arrivals = [arrival for arrival in attendance.arrivals if arrival.service in band.services]
    if not arrivals:
        return item
    parts: dict[tuple[int, str], dict[int, float]] = {}
    faults = []
    for arrival in arrivals:
        grades = band.cut(arrival.service, arrival.destination)
        there = float(item.pupils[years.index(arrival.year), arrival.destination, grades].sum())
        plain = item.rates.launch[arrival.destination, grades.start] == NONE
        total = there + arrival.pupils if plain else there
        if arrival.pupils >= total and arrival.pupils:
            faults.append(Fault(arrival.where, f"fewer than all pupils, {total:,.0f}", f"{arrival.pupils:,.0f}"))
        known = parts.setdefault((arrival.destination, arrival.service), {})
        known[arrival.year] = known.get(arrival.year, 0.0) + (arrival.pupils / total if total else 0.0)
    if faults:
        raise InputError(faults)
    outside, rates = np.zeros_like(item.rates.rates), item.rates.rates.copy()
    for (area, service), known in parts.items():
        grades, when = band.cut(service, area), sorted(known)
        path = np.interp(list(years), when, [known[year] for year in when])[:, None]
        outside[:, area, grades] = path
        plain = item.rates.launch[area, grades] == NONE
        rates[:, area, grades] = np.where(plain, rates[:, area, grades] / (1.0 - path), rates[:, area, grades])
    return replace(item, rates=replace(item.rates, rates=rates), outside=outside)


def _schools(
    bands: Mapping[str, BandCourse],
    counted: Counted,
    kinds: Mapping[str, tuple[str, ...]],
    areas: tuple[str, ...],
    years: range,
) -> dict[tuple[int, str], SchoolShares]:
    """Shares of schools by place of the area and service."""
    out = {}
    for item in bands.values():
        for service in item.band.services:
            for place, code in enumerate(areas):
                rolls: dict[str, Roll] = {}
                for kind in kinds[service]:
                    for name, roll in counted.schools.get((code, kind), {}).items():
                        rolls[name] = rolls[name].plus(roll) if name in rolls else roll
                if rolls:
                    known = {
                        name: school
                        for (name, kind), school in counted.known.items()
                        if kind in kinds[service] and school.area == code
                    }
                    cut = item.band.cut(service, place)
                    out[place, service] = school_shares(code, rolls, known, years, item.pupils[:, place, cut])
    return out
