"""What is known about a city and its parents, as arrays: the door between tables and engines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from forecast.axes import Floats
from forecast.demography.controls import Control
from forecast.demography.engine import Override
from forecast.demography.fertility import AgeShapes
from forecast.demography.flow_seeds import ObservedMoves
from forecast.demography.mortality import DeathRates
from forecast.demography.quarters import Counted
from forecast.demography.recorded_deaths import RecordedDeaths
from forecast.demography.register import Register
from forecast.demography.settlement import Dwellings, Settlement


@dataclass(frozen=True, slots=True, eq=False)
class Census:
    """Age groups 0, 1-4, 5-9 .. 80-84, 85+ counted on one day.

    starts     first age of each group                     (group,)
    districts  persons of the project's areas              (area, sex, group)
    province, nation   persons of the parents               (sex, group)
    quarters       group quarters of the areas, where they were counted
    """

    date: dt.date
    starts: Floats
    districts: Floats
    province: Floats
    nation: Floats
    quarters: Counted | None = None

    def groups(self, system: str) -> Floats:
        """Persons of a system's areas (area, sex, group): the nation and the province are systems of one area."""
        counted = {"nation": self.nation[None], "province": self.province[None], "districts": self.districts}
        return counted[system]


@dataclass(frozen=True, slots=True, eq=False)
class OrderEvidence:
    """What is known of births by order: first, second, third and later.

    schedule  births per woman by order and age of mother where they are known     (order, age)
    shares    of the orders among the nation's births, by year from the launch on  (order,)
    children  mean number of children ever born to women of 15-64, by place; empty where it was not asked
    """

    schedule: Floats
    shares: Mapping[int, Floats]
    children: Mapping[str, float]

    def first_shares(self) -> Floats:
        """Shares of the earliest year on record: they stand for the launch."""
        return np.asarray(self.shares[min(self.shares)])


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Everything the demography of one city rests on, for residents (law 8).

    areas      codes of the districts and counties, in order
    parents    codes of city, province and nation
    censuses   the previous one and the launch one
    guide      the nation's births by calendar year, all the way back: shapes single years of age
    births     resident births by year and place: keys are codes of the nation and the province
    totals     people on 31 December by year: keys are codes of the nation, the province and the city
    rates      the nation's mortality
    gain       years of life expectancy that the province is ahead of the nation (mean of the sexes), in ``gain_year``
    shapes     the nation's age pattern of fertility
    median     an outlook's total fertility of the nation by year
    boys_per_girl  an outlook's sex ratio at birth of the nation by year
    orders     what is known of births by order
    settlement     the areas as places, where moves have origins and destinations
    housing    dwellings completed by year, and people in each, of the areas
    moves      a table of moves between places, where there is one
    controls   figures of the districts' years to come, set from outside
    notes      what reading has changed already (law 7)
    register   registered people of the areas, where they are known
    deaths     deaths of the areas, as far as they are on record
    """

    areas: tuple[str, ...]
    city: str
    province: str
    nation: str
    censuses: tuple[Census, Census]
    guide: Mapping[int, float]
    births: Mapping[str, Mapping[int, float]]
    totals: Mapping[str, Mapping[int, float]]
    rates: DeathRates
    gain: float
    gain_year: int
    shapes: AgeShapes
    median: Mapping[int, float]
    boys_per_girl: Mapping[int, float]
    orders: OrderEvidence | None = None
    settlement: Settlement | None = None
    housing: Mapping[int, Dwellings] = field(default_factory=dict)
    moves: ObservedMoves | None = None
    controls: tuple[Control, ...] = ()
    notes: tuple[Override, ...] = ()
    register: Register | None = None
    deaths: RecordedDeaths = field(default_factory=RecordedDeaths)

    def place(self, system: str) -> str:
        """The code whose totals and births a system must meet: the districts answer to their city."""
        return {"nation": self.nation, "province": self.province, "districts": self.city}[system]
