"""Use of nurseries, the wish for it and targets: rates by month of age from shares of all under-threes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats
from forecast.errors import InputError
from forecast.project.nursery import BANDS, TakeUp
from forecast.project.parts import Assumption
from forecast.services.childcare.counts import PERCENT, SERVICE, Counts, Local, carried, local_of, weights_of
from forecast.services.childcare.months import AGES, Months
from forecast.services.facts import Fact, Facts
from forecast.services.people import People
from forecast.services.uptake import TEN, Taste, Uptake

FILE = "models/nursery.toml"


LEVEL = f"{SERVICE} local"
"""In a ``Taste``: how far an area stands from the nation."""


@dataclass(frozen=True, slots=True, eq=False)
class Tastes:
    """Standard normals of trajectories (column,): of nursery care over time, and of the area's own level."""

    course: Floats
    level: Floats | None = None

    @classmethod
    def of(cls, taste: Taste | None) -> Tastes | None:
        """Those of nurseries, None where there are none."""
        return None if not taste or SERVICE not in taste else cls(taste[SERVICE], taste.get(LEVEL))


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """Rates of use, of wish and of a target, each per unit of weight: times the weight of its months, a child's chance.

    years      those of the nation and of the areas
    weights    by ``BANDS`` (age, half)
    nation     use of the nation year by year (year, 1)
    aimed      under a target what stays of it, and the part of the wish that is met, each (year, 1); None without one
    here       use of the areas over the nation's;  asked_here  the wish likewise;  some_here  what is inclusive
    wish       of the nation, the same in all years;  some  percent that is inclusive, None where it is not told
    most       no more than this use on any trajectory (year, 1), None: the wish
    spread     sd of the log of use ten years after the last count;  local  of an area's level over the nation's
    asked, inclusive   the nation's figures behind them, the last of each;  used  all of use by year
    points     further use by year, as stated
    """

    years: range
    weights: Floats
    nation: Floats
    aimed: tuple[Floats, Floats] | None
    here: Local
    asked_here: Local
    some_here: Local
    wish: float
    most: float | None
    spread: float
    local: float
    asked: Fact
    inclusive: Fact | None
    used: Mapping[int, Fact]
    points: Mapping[int, Assumption]

    @property
    def full(self) -> float:
        """The rate at which every child of the months that use most has a place."""
        return 1.0 / float(self.weights.max())

    @property
    def wished(self) -> Floats:
        """The wish per unit of weight (year, 1 or area)."""
        return np.asarray(self.wish * self.asked_here.ratios)

    def rates(self, taste: Tastes | None) -> Floats:
        """Natural use per unit of weight (year, 1 or area)."""
        return self._stray(self.nation * self.here.ratios, taste)

    def target_rates(self, taste: Tastes | None) -> Floats | None:
        """The same towards the target: as unsure, and in the same direction."""
        if self.aimed is None:
            return None
        stays, met = self.aimed
        return self._stray(stays * self.here.ratios + met * self.wished, taste)

    def _stray(self, path: Floats, taste: Tastes | None) -> Floats:
        """The path of the areas, and how far trajectories stray from it.

            rate(t) = path(t) exp(s z sqrt((t - t0) / 10) + l y - l^2 / 2)     y, z standard normal

        t0 is the last count, of the nation or of the area; l is nil where an area was counted itself. The nation's use
        is the mean of its areas', hence l^2 / 2. No more than the ceiling: where the path itself is above it, what was
        wished once is no limit any more, and every child is.
        """
        path = np.minimum(path, self.full)
        if taste is None:
            return path
        years = np.array(self.years)[:, None]
        last = np.maximum(self.here.since(self.years, last=True), max(self.used))
        ahead = np.sqrt(np.maximum(years - self.here.over(last[None]), 0) / TEN)
        log = self.spread * ahead * taste.course
        if taste.level is not None and self.local > 0.0:
            counted = self.here.own & (years >= self.here.over(self.here.since(self.years)[None]))
            log = log + np.where(counted, 0.0, self.local * taste.level - 0.5 * self.local**2)
        top = np.minimum(self.wished if self.most is None else self.most, self.full)
        top = np.where(path <= top, top, self.full)
        return np.asarray(np.minimum(path * np.exp(log), top))

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of the sources of use, of the nation and below it."""
        return tuple(dict.fromkeys(fact.source for fact in (*self.used.values(), *self.here.facts)))

    @property
    def told(self) -> str:
        """What the rate of use was taken from, in words."""
        shares = ", ".join(f"{fact.value:g} % in {year}" for year, fact in sorted(self.used.items()))
        return f"use of the nation's under-threes: {shares}; carried by months {carriers(self.weights)}"


def carriers(weights: Floats) -> str:
    """The months of age that carry the use, in words."""
    flat = weights.reshape(-1)
    named = [band for band, weight in zip(BANDS, flat, strict=True) if weight > 0]
    same = len({float(weight) for weight in flat if weight > 0}) == 1
    return ", ".join(named) + ("" if same else " by their weights")


def use_of(spec: TakeUp, facts: Facts, nation: People, months: Months, areas: tuple[str, ...], counts: Counts) -> Use:
    """The rates of a project; ``months`` are those of the nation, ``counts`` what is known below it."""
    weights, halves, years = weights_of(spec), months.halves(), nation.years

    def rate(year: int, share: float) -> float:
        place = nation.place(year)
        return share * carried(nation.both[place, 0, :AGES], halves[place, 0], weights)

    used, asked = _by_year(facts, nation, spec.use, "use"), _by_year(facts, nation, spec.wish, "wish")
    last, asked_in = max(used), max(asked)
    measured = {year: rate(year, fact.value / PERCENT) for year, fact in used.items()}
    wish = rate(asked_in, asked[asked_in].value / PERCENT)
    points = {year: rate(last, item.value) for year, item in spec.points.items()}
    _after(spec, last)
    known = sorted(measured)
    history = np.interp(list(years), known, [measured[year] for year in known])[:, None]
    past = (np.array(years) < last)[:, None]

    def course(start: float, later: Mapping[int, float]) -> Floats:
        return Uptake({last: start, **later}, 0.0).path(years)

    def here(measure: str | None, path: Floats) -> Local:
        return local_of(measure, counts, facts, areas, years, path)

    inclusive = _inclusive(spec, facts, nation.areas[0])
    natural = np.minimum(np.where(past, history, course(measured[last], points)), 1.0 / float(weights.max()))
    stays = np.where(past, history, course(measured[last], dict.fromkeys(spec.target, 0.0)))
    met = course(0.0, {year: item.value for year, item in spec.target.items()})
    whole = np.ones(len(years))
    return Use(
        years,
        weights,
        natural,
        (stays, met) if spec.target else None,
        here(spec.use, natural[:, 0]),
        here(spec.wish, wish * whole),
        here(spec.inclusive, whole * (inclusive.value if inclusive else 0.0)),
        wish,
        None if spec.most is None else rate(last, spec.most.value),
        spec.spread.value,
        0.0 if spec.local is None else spec.local.value,
        asked[asked_in],
        inclusive,
        used,
        spec.points,
    )


def _by_year(facts: Facts, nation: People, measure: str, key: str) -> dict[int, Fact]:
    """A measure of the nation in the years of the run; where none of them has it, the latest year on record."""
    code = nation.areas[0]
    latest, fact = facts.of_nation(code, SERVICE, measure, f"{FILE}, key take_up.{key}")
    found = {
        year: item
        for (area, year, *what), item in sorted(facts.supply.items())
        if area == code and what == [SERVICE, measure] and year in nation.years
    }
    return found or {latest: fact}


def _inclusive(spec: TakeUp, facts: Facts, code: str) -> Fact | None:
    if spec.inclusive is None:
        return None
    return facts.of_nation(code, SERVICE, spec.inclusive, f"{FILE}, key take_up.inclusive")[1]


def _after(spec: TakeUp, last: int) -> None:
    """``InputError`` for a point of the path where use was measured."""
    for key, points in (("points", spec.points), ("target", spec.target)):
        early = [year for year in points if year <= last]
        if early:
            what = f"a year after {last}, in which use was measured"
            raise InputError.one(
                f"{FILE}, key take_up.{key}.{min(early)}", what, str(min(early)), "take a later year, or leave it out"
            )
