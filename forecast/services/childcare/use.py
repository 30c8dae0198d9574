"""Use of nurseries, the wish for it and targets: rates by month of age from shares of all under-threes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.axes import Floats
from forecast.errors import InputError
from forecast.project.nursery import BANDS, TakeUp
from forecast.services.childcare.months import AGES, Months
from forecast.services.facts import Fact, Facts
from forecast.services.people import People
from forecast.services.uptake import Uptake

FILE = "models/nursery.toml"
SERVICE = "nursery"
HALVES = 2


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """Rates of use, of wish and of a target, each per unit of weight: times the weight of its months, a child's chance.

    weights    by ``BANDS`` (age, half)
    natural    today's use and what of it is stated for later;  target  the part of the wish that is meant to be met
    history    use on the line between the measured years;  past  whether a year is before the last of them  (year, 1)
    wish       the same in all years
    use, asked, inclusive   the figures behind them, the last of each;  used  all of use by year
    """

    weights: Floats
    natural: Uptake
    target: Uptake | None
    history: Floats
    past: NDArray[np.bool_]
    wish: float
    use: Fact
    asked: Fact
    inclusive: Fact | None
    used: Mapping[int, Fact]

    def rates(self, years: range, taste: Floats | None) -> Floats:
        """Natural use per unit of weight (year, 1 or column)."""
        return np.where(self.past, self.history, self.natural.shares(years, taste))

    def target_rates(self, years: range, taste: Floats | None) -> Floats | None:
        """The same towards the target: as unsure, and in the same direction."""
        if self.target is None:
            return None
        return np.where(self.past, self.history, self.target.shares(years, taste))

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


def carried(children: Floats, halves: Floats, weights: Floats) -> float:
    """What a share of all under-threes is per unit of weight: children over weighted children.

    children (age,), halves and weights (age, half)

    >>> carried(np.full(3, 100.0), np.full((3, 2), 0.5), np.array([[0.0, 0.0], [1.0, 1.0], [1.0, 1.0]]))
    1.5
    """
    return float(children.sum() / (children[:, None] * halves * weights).sum())


def use_of(spec: TakeUp, facts: Facts, nation: People, months: Months) -> Use:
    """The rates of a project; ``months`` are those of the nation."""
    weights = np.array([spec.weights[band].value for band in BANDS]).reshape(AGES, HALVES)
    halves = months.halves()

    def rate(year: int, share: float) -> float:
        place = nation.place(year)
        return share * carried(nation.both[place, 0, :AGES], halves[place, 0], weights)

    used, asked = _by_year(facts, nation, spec.use, "use"), _by_year(facts, nation, spec.wish, "wish")
    last, asked_in = max(used), max(asked)
    measured = {year: rate(year, fact.value / 100.0) for year, fact in used.items()}
    wish = rate(asked_in, asked[asked_in].value / 100.0)
    most = 1.0 / float(weights.max())
    spread = spec.spread.value
    points = {year: rate(last, item.value) for year, item in spec.points.items()}
    target = {year: item.value * wish for year, item in spec.target.items()}
    _after(spec, last)
    known = sorted(measured)
    history = np.interp(list(nation.years), known, [measured[year] for year in known])
    return Use(
        weights,
        Uptake({last: measured[last], **points}, spread, most),
        Uptake({last: measured[last], **target}, spread, most) if target else None,
        history[:, None],
        (np.array(nation.years) < last)[:, None],
        wish,
        used[last],
        asked[asked_in],
        _inclusive(spec, facts, nation.areas[0]),
        used,
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
