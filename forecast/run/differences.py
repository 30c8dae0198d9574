"""Two scenarios on common trajectories: what one changes against the other, trajectory by trajectory.

The same seed gives the same shocks under every scenario, so the spread of a difference is how sure the difference is,
free of everything that would have happened anyway. Quantiles are those of the differences, never differences of
quantiles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from forecast.axes import AGE, Floats
from forecast.demography.noise import Draws
from forecast.demography.parity_measures import ORDER_NAMES
from forecast.kernels.quantiles import summarise
from forecast.run.columns import Axis, Tidy, joined
from forecast.run.fertility_frames import area_axis, areas_of, with_city
from forecast.run.model import Result
from forecast.run.trajectories import NO_SERVICE, PROBS, Key

LEFT = 1e-9
"""Relative difference that arithmetic leaves where two scenarios are the same."""


@dataclass(frozen=True, eq=False)
class Side:
    """One scenario of a pair.

    draws  which trajectories were run; None: none
    kept   births by order and figures that are compared on every trajectory (year, area, draw), the city last
    """

    result: Result
    draws: Draws | None
    kept: Mapping[Key, Floats]

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return self.result.scenario.head.name

    @cached_property
    def points(self) -> Mapping[Key, Floats]:
        """The same figures without shocks (year, area), the city last; births of the launch year are nought."""
        births = self.result.systems.districts.by_order.births.sum(axis=AGE)
        every = self.result.systems.districts.accounts.births.sum(axis=AGE)
        parts = {"all": every, **{name: births[..., place] for place, name in enumerate(ORDER_NAMES)}}
        found = {(NO_SERVICE, part, "births"): with_city(_after_launch(values), 1) for part, values in parts.items()}
        for name, service in self.result.demand.items():
            for part, measure in service.compared:
                found[name, part, measure] = with_city(service.find(measure, part).values, 1)
        return found


def _after_launch(values: Floats) -> Floats:
    """Flows (year, area) with a launch year of nought before them."""
    return np.concatenate([np.zeros((1, values.shape[1])), values])


@dataclass(frozen=True, eq=False)
class Pair:
    """A scenario beside the one that it is measured against; both of one project, so with the same axes."""

    base: Side
    other: Side

    def __post_init__(self) -> None:
        one, two = self.base.result, self.other.result
        if one.people.years != two.people.years or one.areas != two.areas or list(one.demand) != list(two.demand):
            raise ValueError("two scenarios of one project have the same years, areas and services")

    @property
    def keys(self) -> tuple[Key, ...]:
        """Every figure that one of them has."""
        return tuple(dict.fromkeys([*self.base.points, *self.other.points]))

    @property
    def drawn(self) -> bool:
        """Whether both ran the same trajectories: where they did not, a difference has no interval."""
        return self.base.draws is not None and self.base.draws == self.other.draws

    def point(self, key: Key) -> Floats:
        """Difference of the courses without shocks (year, area)."""
        return _less(of(self.other.points, key), of(self.base.points, key))

    def changes(self, key: Key, area: int | slice = slice(None)) -> Floats:
        """Difference on every trajectory (year, area, draw), or of one area (year, draw)."""
        return _less(of(self.other.kept, key)[:, area], of(self.base.kept, key)[:, area])

    def same(self, key: Key, area: int) -> bool:
        """Whether a figure of an area differs in no year, on no trajectory."""
        return not self.point(key)[:, area].any() and not (self.drawn and self.changes(key, area).any())


def of(figures: Mapping[Key, Floats], key: Key) -> Floats:
    """A figure; where a scenario has no policy of a kind, the natural figure is what it comes to."""
    return figures[key] if key in figures else figures[key[0], "all", key[2]]


def _less(one: Floats, two: Floats) -> Floats:
    """What is left of one without the other, nought where only the last bits differ."""
    gap = one - two
    gap[np.abs(gap) <= LEFT * np.maximum(np.abs(one), 1.0)] = 0.0
    return gap


def differences(pair: Pair) -> pa.Table:
    """Births by order, places, classes and staff of every service: what the scenario has more than its base."""
    table = joined([_rows(pair, key) for key in pair.keys])
    names = [name for name in table.column_names if name not in ("share_born", "source")]
    base = pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(table), dtype=np.int32)), pa.array([pair.base.name]))
    return table.select(names).add_column(1, "base", base)


def _rows(pair: Pair, key: Key) -> pa.Table:
    result, since = pair.other.result, first_year(key)
    years, areas = result.people.years[since:], areas_of(result)
    tidy = Tidy(pair.point(key)[since:], (Axis("year", tuple(years)), area_axis(areas)))
    if pair.drawn:
        tidy.summary(*summarise(pair.changes(key)[since:], PROBS))
    last = result.born_until if key[0] == NO_SERVICE else result.people.nowcast_until
    tidy.along("status", "year", ["nowcast" if year <= last else "projected" for year in years])
    return labelled(tidy, result, key).table(areas, {"scenario": pair.other.name})


def first_year(key: Key) -> int:
    """Place of the first year with a figure: births begin after the launch."""
    return 1 if key[0] == NO_SERVICE else 0


def labelled(tidy: Tidy, result: Result, key: Key) -> Tidy:
    """Rows with what they count: service (null for births), part, measure, unit."""
    service, part, measure = key
    if service == NO_SERVICE:
        tidy.columns["service"] = pa.nulls(tidy.rows, pa.dictionary(pa.int32(), pa.string()))
    else:
        tidy.all("service", service)
    tidy.all("part", part)
    tidy.all("measure", measure)
    tidy.all("unit", unit_of(result, key))
    return tidy


def unit_of(result: Result, key: Key) -> str:
    """Unit of a figure."""
    service, part, measure = key
    if service == NO_SERVICE:
        return "births"
    there = (part, measure) in result.demand[service].compared
    return result.demand[service].find(measure, part if there else "all").unit
