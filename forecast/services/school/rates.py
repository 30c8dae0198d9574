"""Pupils per child of a band of grades: gross enrolment, or grade progression where pupils are on record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from forecast.axes import Floats
from forecast.demography.engine import Override
from forecast.errors import Fault, InputError
from forecast.services.school.bands import Band
from forecast.services.school.chains import Chain, Entry, History, alike, chains, history_of
from forecast.services.school.counted import Roll
from forecast.services.uptake import Uptake

Ints = NDArray[np.int64]
Rolls = Mapping[tuple[str, str], Roll]
NONE = 0
"""In place of a last school year: nothing is on record."""
SHORT = "one school year by grade, or none before the last, shows no cohort moving up: gross enrolment stands in"


@dataclass(frozen=True, slots=True, eq=False)
class BandRates:
    """Pupils of a band over children who attend there, and what they rest on.

    rates    pupils per child, later pupils of the same cohort among them     (year, area, grade)
    launch   last school year on record, ``NONE`` where gross enrolment stands (area, grade)
    counted  pupils on record, NaN where not                                   (year, area, grade)
    entry    what stands behind the first grade of a chain, NaN elsewhere      (year, area, grade)
    fed      whether that is pupils of the grade before                        (area, grade)
    bent     what a stated path of enrolment multiplies the rate by            (year, area, grade)
    vocational  their share in the pupils of senior school, where they are on record (year, area); None: nowhere
    """

    rates: Floats
    launch: Ints
    counted: Floats
    entry: Floats
    fed: NDArray[np.bool_]
    bent: Floats
    vocational: Floats | None = None
    notes: tuple[Override, ...] = field(default=())


def gross_rates(band: Band, uptakes: Mapping[str, Uptake], years: range, areas: int) -> BandRates:
    """Gross enrolment everywhere: nothing is on record."""
    out = np.empty((len(years), areas, band.grades))
    paths = {service: uptakes[service].path(years) for service in band.services}
    for service, path in paths.items():
        for area in range(areas):
            out[:, area, band.cut(service, area)] = path
    nothing = np.full(out.shape, np.nan)
    launch = np.full(out.shape[1:], NONE, dtype=np.int64)
    return BandRates(out, launch, nothing, nothing, launch > 0, np.ones_like(out))


def histories(
    band: Band, kinds: Mapping[str, tuple[str, ...]], rolls: Rolls, areas: tuple[str, ...], years: range
) -> tuple[dict[str, dict[int, History]], list[Override]]:
    """Rolls that cohorts can be followed in, by kind of the last service and area; those that cannot are told.

    kinds  kinds of school that make each service: general and vocational for senior
    """
    found: dict[str, dict[int, History]] = {}
    notes: list[Override] = []
    faults: list[Fault] = []
    for place, code in enumerate(areas):
        try:
            parts = _parts(band, kinds, rolls, place, code)
            short = [roll for services in parts.values() for _, roll in services if not roll.runs_on]
            notes += [_short(code, name, roll) for name, services in parts.items() for _, roll in services if short]
            for name, services in parts.items():
                if not short:
                    _within(services, code, years)
                    found.setdefault(name, {})[place] = history_of(place, services)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return found, notes


def _parts(
    band: Band, kinds: Mapping[str, tuple[str, ...]], rolls: Rolls, place: int, code: str
) -> dict[str, list[tuple[slice, Roll]]]:
    """The rolls of an area by the chain that they make: primary and junior one, general and vocational one each."""
    chain: list[tuple[slice, Roll]] = []
    apart: dict[str, list[tuple[slice, Roll]]] = {}
    for service in band.services:
        known = {kind: rolls[code, kind] for kind in kinds[service] if (code, kind) in rolls}
        if not known:
            continue
        missing = [kind for kind in kinds[service] if kind not in known]
        one = next(iter(known.values()))
        if missing:
            what = f"pupils of {' and '.join(kinds[service])} of {code}"
            way_out = "add the rows, 0 where there are none, or name only the others in models/school.toml"
            raise InputError.one(one.where, what, f"none of {', '.join(missing)}", way_out)
        cut = band.cut(service, place)
        for kind, roll in known.items():
            fitted = _fitting(roll, cut, kind, code)
            (apart.setdefault(kind, []) if len(kinds[service]) > 1 else chain).append((cut, fitted))
    both = [roll for services in (*apart.values(), chain) for _, roll in services]
    if len({roll.last for roll in both}) > 1:
        found = ", ".join(f"{roll.last}" for roll in both)
        what = f"the same last school year of all grades of {code} from {band.services[0]} on"
        raise InputError.one(both[0].where, what, found, "add what is missing, or leave the later year out")
    return apart or ({band.services[0]: chain} if chain else {})


def _fitting(roll: Roll, cut: slice, kind: str, code: str) -> Roll:
    """The roll in as many grades as the structure has; an empty grade beyond is none."""
    wanted = cut.stop - cut.start
    if roll.grades < wanted or np.nansum(roll.pupils[:, wanted:]):
        what = f"grades 1 to {wanted} of {kind} in {code}, as models/school.toml has them"
        raise InputError.one(roll.where, what, f"grades 1 to {roll.grades}", "correct the grades, or the structure")
    return replace(roll, pupils=roll.pupils[:, :wanted], repeaters=roll.repeaters[:, :wanted])


def _within(services: list[tuple[slice, Roll]], code: str, years: range) -> None:
    roll = services[0][1]
    if roll.last not in years:
        what = f"pupils of {code} up to a school year of the run, {years[0]} to {years[-1]}"
        raise InputError.one(roll.where, what, f"the last one is {roll.last}", "add or leave out school years")


def _short(code: str, name: str, roll: Roll) -> Override:
    pupils = float(np.nansum(roll.pupils[-1]))
    return Override(code, roll.last, f"pupils of {name} on record", pupils, float("nan"), SHORT)


def with_progression(
    plain: BandRates,
    band: Band,
    found: Mapping[str, Mapping[int, History]],
    base: Floats,
    years: range,
    fed: Floats | None,
    areas: tuple[str, ...] = (),
    rolls: Rolls | None = None,
) -> BandRates:
    """The rates with grade progression where there are histories.

    base  children of the band who attend there                      (year, area, grade)
    fed   pupils of the grade before the first one, a year before, grown as their cohort; NaN where not on record
                                                                     (year, area)
    areas, rolls  codes and rolls, for messages
    """
    rates, launch, counted = plain.rates.copy(), plain.launch.copy(), plain.counted.copy()
    entry, by_pupils = plain.entry.copy(), plain.fed.copy()
    shares: dict[int, Floats] = {}
    by_area: dict[int, dict[str, Chain]] = {}
    for kind, histories_ in found.items():
        for area, chain in _all(band, histories_, base, years, fed).items():
            by_area.setdefault(area, {})[kind] = chain
    faults: list[Fault] = []
    notes = list(plain.notes)
    for area, parts in by_area.items():
        for kind, chain in parts.items():
            notes += chain.notes(areas[area] if areas else str(area), _named(band, area, kind, parts))
        one = next(iter(parts.values()))
        grades = one.history.grades
        pupils = np.sum([chain.pupils for chain in parts.values()], axis=0)
        seen = np.array([year <= one.history.launch for year in years])[:, None]
        launch[area, grades] = one.history.launch
        counted[:, area, grades] = np.where(seen, pupils, np.nan)
        entry[:, area, grades.start], by_pupils[area, grades.start] = one.entry, one.fed
        nobody = (base[:, area, grades] <= 0) & (pupils > 0)
        if nobody.any():
            faults.append(_nobody(nobody, band, grades, area, years, areas, rolls or {}))
            continue
        rates[:, area, grades] = _filled(pupils, base[:, area, grades])
        if "senior-vocational" in parts:
            shares[area] = _filled(parts["senior-vocational"].pupils.sum(axis=1)[:, None], pupils.sum(axis=1)[:, None])[
                :, 0
            ]
    if faults:
        raise InputError(faults)
    vocational = None
    if shares:
        vocational = np.full(rates.shape[:2], np.nan)
        for area, share in shares.items():
            vocational[:, area] = share
    return BandRates(rates, launch, counted, entry, by_pupils, plain.bent, vocational, tuple(notes))


def _named(band: Band, area: int, kind: str, parts: Mapping[str, Chain]) -> list[str]:
    """The grades of a band in words, "primary 3"; general and vocational by their own names."""
    services = [band.service(area, grade) for grade in range(band.grades)]
    numbers = [grade - band.start(service, area) + 1 for grade, service in enumerate(services)]
    own = len(parts) > 1
    return [f"{kind if own else name} {number}" for name, number in zip(services, numbers, strict=True)]


def _nobody(
    nobody: NDArray[np.bool_],
    band: Band,
    grades: slice,
    area: int,
    years: range,
    areas: tuple[str, ...],
    rolls: Rolls,
) -> Fault:
    """Pupils of an age of which the forecast has no children there: the first of them by year and grade."""
    at, place = np.argwhere(nobody)[0].tolist()
    year, grade = years[at], grades.start + place
    service, code = band.service(area, grade), areas[area] if areas else str(area)
    number = grade - band.start(service, area) + 1
    known = [roll for (name, kind), roll in rolls.items() if name == code and kind.startswith(service)]
    where = known[0].at(year, number) if known else "data/**/pupils"
    what = f"{service} pupils of {code}, {year} grade {number}, only where children of their age live or come to school"
    found = f"none aged {band.first + grade} on 31 August {year}, in the forecast of people and the table attendance"
    return Fault(where, what, found, "correct the code of the area, the counts or the table attendance")


def _all(band: Band, found: Mapping[int, History], base: Floats, years: range, fed: Floats | None) -> dict[int, Chain]:
    """Chains of all areas: those that are alike together, with the border between services at the same grade."""
    kinds: dict[int, tuple[bool, tuple[int, ...]]] = {}
    for area, history in found.items():
        last = years.index(history.launch)
        by_pupils = fed is not None and history.grades.start == 0 and bool(np.isfinite(fed[last, area]))
        kinds[area] = (by_pupils, tuple(lengths[area] for lengths in band.lengths.values()))
    out: dict[int, Chain] = {}
    for group in alike(found, kinds):
        by_pupils, _ = kinds[group[0].area]
        behind = fed if by_pupils and fed is not None else base[:, :, group[0].grades.start]
        out |= chains(group, base, years, Entry(by_pupils, behind))
    return out


def _filled(pupils: Floats, base: Floats) -> Floats:
    """Pupils per child (year, grade); years without pupils lie on a line between those with, or stay as the nearest."""
    rate = np.divide(pupils, base, out=np.zeros_like(pupils), where=base > 0)
    every = np.arange(len(rate))
    out = np.empty_like(rate)
    for grade in range(rate.shape[1]):
        known = np.flatnonzero(np.isfinite(pupils[:, grade]))
        out[:, grade] = np.interp(every, known, rate[known, grade])
    return out


def bent(plain: BandRates, band: Band, uptakes: Mapping[str, Uptake], years: range) -> BandRates:
    """The rates with stated paths of enrolment on top where pupils are on record: cohort by cohort, as they enter."""
    if all(len(uptakes[service].points) == 1 for service in band.services):
        return plain
    out = np.ones_like(plain.rates)
    for area, grade in np.argwhere(plain.launch > NONE).tolist():
        service = band.service(area, grade)
        uptake, launch = uptakes[service], int(plain.launch[area, grade])
        since = grade - band.start(service, area)
        entered = np.maximum(np.array(years) - since, launch)
        known = sorted(uptake.points)
        path = np.interp([launch, *entered], known, [uptake.points[year] for year in known])
        own = plain.rates[:, area, grade]
        most = np.divide(np.maximum(own, 1.0), own, out=np.ones_like(own), where=own > 0)
        out[:, area, grade] = np.minimum(path[1:] / path[0], most)
    rates = plain.rates * out
    return BandRates(rates, plain.launch, plain.counted, plain.entry, plain.fed, out, plain.vocational, plain.notes)
