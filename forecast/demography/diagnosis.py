"""What is migration and what is a campus, a barrack or another institution: read from two censuses ten years apart.

Households move on with their cohort; an institution keeps its age. So an excess over the neighbouring ages that stands
at the same ages in both censuses is a place; one that stands ten years further on is people who came and grew older.
Everybody is measured against the nation's people of the same age, which takes the notches of its birth cohorts out: an
excess is what an area holds beyond the nation's own share of students, prisoners and so on. Five-year groups show only
what is large: the thresholds below say how large.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from forecast.axes import AGES, FEMALE, MALE, Floats
from forecast.demography.residual import TwoCensuses, residual

Kind = Literal["campus", "barrack", "institution", "migration"]
Groups = tuple[int, int]
"""The first five-year group and the one before which it ends: (3, 5) is 15-24."""

YOUTH: Groups = (3, 5)
YOUTH_FLANKS: tuple[Groups, Groups] = ((2, 3), (5, 6))
"""Ages 10-14 and 25-29: too young for a campus, and gone from it."""
WORK: Groups = (5, 12)
WORK_FLANKS: tuple[Groups, Groups] = ((1, 3), (1, 3))
"""Ages 5-14: boys per girl, against the nation's, of the families of the place."""
OLD: Groups = (16, 18)
OLD_FLANKS: tuple[Groups, Groups] = ((13, 15), (13, 15))
"""Ages 65-74: at home in every place."""
LATER: Groups = (5, 7)
LATER_FLANKS: tuple[Groups, Groups] = ((4, 5), (7, 8))
"""Where the youth of the first census stand at the second, and their neighbours."""
COHORTS: tuple[Groups, ...] = ((2, 4), (4, 7), (7, 12), (12, 18))
"""Ages at the second census by which net migration is told: 10-19, 20-34, 35-59, 60 and over."""

EXCESS = 0.20
"""Excess of the expected people from which a group stands out: more than censuses and cohorts differ by."""
LONE_MEN = 0.10
"""The same for young men measured against the women beside them, who share their cohort and most of their moves. They
must stand out by as much from the ages beside them, too: men may be alone because the women have left.
"""
LONE_WORKERS = 0.15
"""The same for men of 25-59: sex ratios at birth and deaths of men differ between areas by up to a tenth."""
CARE = 0.30
"""The same for ages 80 and over, where cohorts and mortality differ more."""
MOVED = 0.10
"""Net migrants of ten years relative to the people expected without them."""
LEAST = 500.0
"""Persons below which nothing is said."""
IN_QUARTERS = 0.5
"""At least this part of an institution's people must be found outside family households, where those are counted."""
KEPT = 0.5
"""At least this part of an excess must be met again ten years further on to have moved with its cohort."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in one area.

    ages      first age and the age before which it ends, at the second census
    persons   excess over the neighbouring ages at the second census; of migration the net migrants of the ten years, or
              what is left of an earlier wave
    men, women  the same by sex
    evidence  the numbers that decided, by name
    """

    area: str
    kind: Kind
    ages: tuple[int, int]
    persons: float
    men: float
    women: float
    evidence: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Excess:
    """What a band of ages holds beyond the expected, at both censuses.

    persons   by census, area, sex and group of the band    (2, area, sex, group)
    share     of the expected people of the band            (2, area, sex)
    """

    persons: Floats
    share: Floats

    @property
    def total(self) -> Floats:
        """Persons of the band (2, area, sex)."""
        return np.asarray(self.persons.sum(axis=-1))

    def of(self, number: int) -> Excess:
        """One area's, without the axis of areas."""
        return Excess(self.persons[:, number], self.share[:, number])


def diagnose(areas: tuple[str, ...], censuses: TwoCensuses, outside: Floats | None = None) -> tuple[Finding, ...]:
    """Everything found, area by area: institutions first, then the migration that is left without them.

    areas     codes, in the order of the censuses
    outside   share of the people who live outside family households at both censuses (2, area); None: not known, and
              then an excess that only the second census shows is left to migration
    """
    if censuses.first.shape[0] != len(areas) or (outside is not None and outside.shape != (2, len(areas))):
        raise ValueError(f"{len(areas)} areas do not fit the censuses or the shares outside family households")
    people = np.stack([censuses.first.sum(axis=(1, 2)), censuses.second.sum(axis=(1, 2))])
    seen = _Seen.of(censuses)
    room = None if outside is None else outside * people
    found: list[Finding] = []
    apart = np.zeros((2, *censuses.first.shape))
    for number, area in enumerate(areas):
        places = _places(area, number, seen, None if room is None else room[:, number])
        for finding, groups, held in places:
            found.append(finding)
            apart[:, number, :, slice(*groups)] += held
    rest = TwoCensuses(
        censuses.first - apart[0], censuses.second - apart[1], censuses.nation_first, censuses.nation_second
    )
    campuses = {finding.area for finding in found if finding.kind in ("campus", "barrack")}
    for number, area in enumerate(areas):
        if area not in campuses:
            found += _wave(area, number, seen)
        found += _moved(area, number, rest)
    order = {area: number for number, area in enumerate(areas)}
    return tuple(sorted(found, key=lambda finding: order[finding.area]))


def excess(censuses: TwoCensuses, band: Groups, flanks: tuple[Groups, Groups]) -> Excess:
    """People of a band beyond what its neighbours let expect: log-linear between the flanks, times the nation."""
    return _beyond(_relative(censuses), _nations(censuses)[:, None], band, flanks)


def lone_men(censuses: TwoCensuses, band: Groups, flanks: tuple[Groups, Groups]) -> Excess:
    """Men of a band beyond those who belong to its women: the nation's men per woman, at the level of the flanks."""
    logs = _relative(censuses)
    women = np.stack([censuses.first, censuses.second])[:, :, FEMALE, None]
    nation = _nations(censuses)
    each = women * (nation[:, None, MALE] / nation[:, None, FEMALE])[:, :, None]
    return _beyond(logs[:, :, MALE, None] - logs[:, :, FEMALE, None], each, band, flanks)


def _nations(censuses: TwoCensuses) -> Floats:
    return np.stack([censuses.nation_first, censuses.nation_second])


def _relative(censuses: TwoCensuses) -> Floats:
    """Logarithm of people over the nation's people (2, area, sex, group)."""
    people = np.stack([censuses.first, censuses.second])
    return np.asarray(np.log(np.maximum(people, 1.0)) - np.log(_nations(censuses))[:, None])


def _beyond(logs: Floats, scale: Floats, band: Groups, flanks: tuple[Groups, Groups]) -> Excess:
    """exp(logs) x scale beyond the line between the flanks' mean logs."""
    below, above = (logs[..., slice(*flank)].mean(axis=-1) for flank in flanks)
    low, high = (0.5 * (flank[0] + flank[1] - 1) for flank in flanks)
    place = np.arange(*band)
    way = np.zeros(len(place)) if high == low else (place - low) / (high - low)
    expected = scale[..., slice(*band)] * np.exp(below[..., None] + way * (above - below)[..., None])
    counted = scale[..., slice(*band)] * np.exp(logs[..., slice(*band)])
    return Excess(counted - expected, (counted - expected).sum(axis=-1) / expected.sum(axis=-1))


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """The excesses of all areas."""

    youth: Excess
    young_men: Excess
    men: Excess
    old: Excess
    later: Excess

    @classmethod
    def of(cls, censuses: TwoCensuses) -> _Seen:
        return cls(
            excess(censuses, YOUTH, YOUTH_FLANKS),
            lone_men(censuses, YOUTH, YOUTH_FLANKS),
            lone_men(censuses, WORK, WORK_FLANKS),
            excess(censuses, OLD, OLD_FLANKS),
            excess(censuses, LATER, LATER_FLANKS),
        )


_Place = tuple[Finding, Groups, Floats]
"""A finding, its groups, and who is held apart in them (2, sex, group)."""


def _places(area: str, number: int, seen: _Seen, room: Floats | None) -> list[_Place]:
    """Campus, or else barrack; work site; care home. ``room``: persons outside family households (2,)."""
    young = _campus(area, number, seen, room) or _barrack(area, number, seen, room)
    found = (young, _workers(area, number, seen, room), _care(area, number, seen, room))
    return [place for place in found if place is not None]


def _campus(area: str, number: int, seen: _Seen, room: Floats | None) -> _Place | None:
    """Young men and women in excess at both censuses; a new campus also needs that more live outside households."""
    share, persons = seen.youth.share[:, number], seen.youth.total[:, number]
    stands = share.min(axis=-1) >= EXCESS
    if not stands[1] or persons[1].sum() < LEAST:
        return None
    if room is None:
        housed = bool(stands[0])
    else:
        came = room[1] if stands[0] else room[1] - room[0]
        housed = bool(came >= IN_QUARTERS * persons[1].sum())
    if not housed:
        return None
    held = np.maximum(seen.youth.persons[:, number], 0.0) * stands[:, None, None]
    return _place(area, "campus", YOUTH, held, _by_sex(share), room)


def _barrack(area: str, number: int, seen: _Seen, room: Floats | None) -> _Place | None:
    """Young men without women at both censuses: a barrack or a work camp."""
    if (seen.youth.share[:, number, MALE] < LONE_MEN).any():
        return None
    if (seen.young_men.share[:, number, 0] < LONE_MEN).any():
        return None
    return _men(area, "barrack", YOUTH, seen.young_men.of(number), room)


def _workers(area: str, number: int, seen: _Seen, room: Floats | None) -> _Place | None:
    """Men of working age without women at both censuses: a prison or a work site."""
    if (seen.men.share[:, number, 0] < LONE_WORKERS).any():
        return None
    return _men(area, "institution", WORK, seen.men.of(number), room)


def _men(area: str, kind: Kind, band: Groups, alone: Excess, room: Floats | None) -> _Place | None:
    persons = alone.persons[:, 0]
    if persons[1].sum() < LEAST or not _fits(float(persons[1].sum()), room):
        return None
    held = np.zeros((2, 2, band[1] - band[0]))
    held[:, MALE] = np.maximum(persons, 0.0)
    evidence = {f"lone_men_share_{when}": float(alone.share[at, 0]) for at, when in enumerate(("first", "second"))}
    return _place(area, kind, band, held, evidence, room)


def _care(area: str, number: int, seen: _Seen, room: Floats | None) -> _Place | None:
    """Old men and women in excess at both censuses."""
    share, persons = seen.old.share[:, number], seen.old.total[:, number]
    if (share < CARE).any() or persons[1].sum() < LEAST or not _fits(float(persons[1].sum()), room):
        return None
    return _place(area, "institution", OLD, np.maximum(seen.old.persons[:, number], 0.0), _by_sex(share), room)


def _fits(persons: float, room: Floats | None) -> bool:
    return room is None or bool(room[1] >= IN_QUARTERS * persons)


def _by_sex(share: Floats) -> dict[str, float]:
    """Excess over the expected by census and sex (2, sex), named."""
    return {
        f"{sex}_share_{census}": float(share[when, which])
        for when, census in enumerate(("first", "second"))
        for which, sex in enumerate(("men", "women"))
    }


def _place(
    area: str, kind: Kind, band: Groups, held: Floats, shares: Mapping[str, float], room: Floats | None
) -> _Place:
    evidence = {**shares, "persons_first": float(held[0].sum())}
    if room is not None:
        evidence |= {"outside_households_first": float(room[0]), "outside_households_second": float(room[1])}
    men, women = held[1].sum(axis=-1)
    return _finding(area, kind, band, (men, women), evidence), band, held


def _wave(area: str, number: int, seen: _Seen) -> list[Finding]:
    """Youth in excess at the first census who are found again ten years older: an earlier wave of migrants."""
    share, persons = seen.youth.share[0, number], seen.youth.total[0, number]
    left = seen.later.total[1, number]
    came = (share >= EXCESS).any() and (seen.youth.share[1, number] < EXCESS).any()
    if not came or left.sum() < max(LEAST, KEPT * persons.sum()):
        return []
    evidence = {
        **_by_sex(seen.youth.share[:, number]),
        "persons_first": float(persons.sum()),
        "persons_ten_years_older": float(left.sum()),
    }
    return [_finding(area, "migration", LATER, (left[MALE], left[FEMALE]), evidence)]


def _moved(area: str, number: int, rest: TwoCensuses) -> list[Finding]:
    """Net migrants by broad cohort, institutions left out of both censuses."""
    net = residual(rest)[number]
    expected = rest.second[number, :, 2:] - net
    found = []
    for band in COHORTS:
        here = slice(band[0] - 2, band[1] - 2)
        men, women = net[:, here].sum(axis=-1)
        share = float((men + women) / max(expected[:, here].sum(), 1.0))
        if abs(share) >= MOVED and abs(men + women) >= LEAST:
            found.append(_finding(area, "migration", band, (men, women), {"of_expected": share}))
    return found


def _finding(
    area: str, kind: Kind, band: Groups, by_sex: tuple[float, float], evidence: Mapping[str, float]
) -> Finding:
    men, women = (float(value) for value in by_sex)
    last = AGES if band[1] == OLD[1] else 5 * band[1]
    return Finding(area, kind, (5 * band[0], last), men + women, men, women, evidence)
