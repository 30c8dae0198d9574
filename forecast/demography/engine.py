"""What every population engine is: fit a history, predict a forecast. Two frozen objects, one registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from forecast.axes import Floats, Population
from forecast.demography.migration import Migration
from forecast.demography.noise import Draws
from forecast.demography.parity import Mothers, Parity
from forecast.demography.sampled import Trajectories
from forecast.errors import TooLittleHistory


@dataclass(frozen=True, slots=True)
class Override:
    """A number that was replaced by another (law 7)."""

    area: str
    year: int
    measure: str
    before: float
    after: float
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """The demographic conditions of each year after the launch, for one system of areas.

    years      the years covered, the first one follows the launch
    rates      deaths per person-year, of all areas alike (year, sex, age), or of each  (year, area, sex, age)
    shapes     share of total fertility at each age of the mother            (year, age)
    boys       share of boys among births                                    (year,)
    reference  total fertility of the parent (or of the system itself)       (year,)
    relative   the launch level of each area relative to the reference       (area,)
    factor     policies and scenario multipliers of births not yet known     (year,)
    migration  net migration rates, tied together
    students   stock held apart, launch year first                           (year + 1, area, sex, age)
    born_until the last year whose births are on record: no trajectory strays in them
    parity     births by order in place of ``shapes``: then ``reference``, ``relative`` and ``factor`` are levels of its
               rates
    """

    years: range
    rates: Floats
    shapes: Floats
    boys: Floats
    reference: Floats
    relative: Floats
    factor: Floats
    migration: Migration
    students: Floats
    born_until: int = 0
    parity: Parity | None = None


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """What is known of a system of areas up to the launch, and after it in total.

    stocks      people on 31 December, ascending years, the last one is the launch
    births      resident births of all areas together, by calendar year after the launch
    totals      people of all areas together on 31 December of years after the launch
    components  the conditions a cohort-component engine needs; baselines do without
    place       code of all areas together, for the overrides
    """

    stocks: tuple[Population, ...]
    births: Mapping[int, float] = field(default_factory=dict)
    totals: Mapping[int, float] = field(default_factory=dict)
    components: Components | None = None
    place: str = ""

    @property
    def launch(self) -> Population:
        """The last stock; ``TooLittleHistory`` where there is none."""
        return self.last(1, "any engine")[0]

    def pairs(self, most: int) -> list[tuple[Population, Population]]:
        """The last stocks with the ones a cell's width before them, at most ``most``; oldest first."""
        width = self.launch.width
        known = {stock.year: stock for stock in self.stocks}
        years = range(self.launch.year - most + 1, self.launch.year + 1)
        return [(known[year - width], known[year]) for year in years if year in known and year - width in known]

    def last(self, stocks: int, engine: str) -> tuple[Population, ...]:
        """The last stocks; ``TooLittleHistory`` where there are fewer."""
        if len(self.stocks) < stocks:
            found = f"{len(self.stocks)}"
            raise TooLittleHistory.one("history", f"{stocks} stocks for {engine}", found, "add an earlier census")
        return self.stocks[-stocks:]


def following(launch: int, years: range, width: int = 1) -> range:
    """The launch year and the years asked for; ``ValueError`` unless they follow it in steps of a cell's width."""
    if not years or years[0] != launch + width or (len(years) > 1 and years.step != width):
        steps = "one by one" if width == 1 else f"in steps of {width}"
        raise ValueError(f"years {years} do not follow the launch {launch} {steps}")
    return range(launch, years[-1] + 1, width)


@dataclass(frozen=True, slots=True, eq=False)
class Flows:
    """Births, deaths and migration of each projected year; they balance the stocks cell by cell (law 6).

    births     by age of mother               (year, area, age)
    by_sex     the same births by sex          (year, area, sex)
    deaths     by cohort: age at the year's end, 0 = born in the year   (year, area, sex, age)
    migration  net persons by age at the year's end                     (year, area, sex, age)
    fertility  total fertility per woman       (year, area)
    """

    births: Floats
    by_sex: Floats
    deaths: Floats
    migration: Floats
    fertility: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """People on 31 December of each year, the launch first, and the flows between them where the engine has any.

    people   (year, area, sex, age)
    mothers  births by order, of an engine that knows them
    between  moves between places, where they are known; areas first, then pools beyond them
             (year, sex, age, origin, destination)
    """

    areas: tuple[str, ...]
    years: range
    people: Floats
    flows: Flows | None = None
    overrides: tuple[Override, ...] = ()
    mothers: Mothers | None = None
    between: Floats | None = None

    @property
    def by_order(self) -> Mothers:
        """Births by order; asking an engine for them that knows none is our mistake (``ValueError``)."""
        if self.mothers is None:
            raise ValueError("this forecast has no births by order")
        return self.mothers

    @property
    def accounts(self) -> Flows:
        """The flows of an engine that has them; asking a baseline for them is our mistake (``ValueError``)."""
        if self.flows is None:
            raise ValueError("this forecast has stocks only")
        return self.flows

    def at(self, year: int) -> Floats:
        """People (area, sex, age) on 31 December of one year."""
        return np.asarray(self.people[self.years.index(year)])


class Fitted(Protocol):
    """A fitted engine; nothing of it can be unfitted."""

    def predict(self, years: range) -> Forecast:
        """The years after the launch, in order and without a gap; the forecast holds the launch year too."""
        ...

    def sample(self, years: range, draws: Draws, scale: float = 1.0) -> Trajectories:
        """Trajectories of the same years; ``scale`` multiplies every shock, and 0 gives the forecast."""
        ...


class Engine(Protocol):
    """A way of forecasting people; its fields are its parameters."""

    def fit(self, history: History) -> Fitted:
        """Learn from a history; ``TooLittleHistory`` if it holds too little, the history itself stays as it was."""
        ...
