"""Where the births of a district and a year come from: women by number of children, rates, level, policies, zodiac."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.axes import FERTILE, Floats
from forecast.demography.conditions import build
from forecast.demography.parity_measures import ORDER_NAMES
from forecast.demography.policy import zodiac
from forecast.kernels.parity_numpy import able
from forecast.run.inputs import Area
from forecast.run.model import Desk, Result
from forecast.services.series import Factor

GROUP = 5


@dataclass(frozen=True, slots=True)
class OrderLine:
    """Births of one order.

    women     who could bear it, mean of the year: without a child, with one, with two or more
    per_1000  births a year per 1000 of them
    births    women x per_1000 / 1000
    policies  of these births, what the scenario's policies add, through rates and through the stocks they change
    dragon    of these births, what the year of the zodiac adds (takes away, in the year after the Dragon)
    """

    order: str
    women: float
    per_1000: float
    births: float
    policies: float
    dragon: float


@dataclass(frozen=True, slots=True)
class AgeLine:
    """Women of an age group by number of children (with incidence: all of them), mean of the year, and their births."""

    ages: str
    women: tuple[float, ...]
    births: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class BirthsExplained:
    """Births of one area and year.

    orders   by order;  ages  by five-year age group
    factors  what multiplies the nation's rates, order by order (empty for the city: it is the sum of its districts)
    """

    scenario: str
    area: Area
    year: int
    births: float
    status: str
    orders: tuple[OrderLine, ...]
    ages: tuple[AgeLine, ...]
    factors: tuple[Factor, ...]


def explain_births(desk: Desk, result: Result, area: Area, year: int) -> BirthsExplained:
    """Take the births of a district, or of the city, apart; ``year`` is one after the launch."""
    systems = result.systems
    place = year - systems.districts.years[1]
    codes = [item.code for item in result.areas]
    here = [codes.index(area.code)] if area.code in codes else list(range(len(codes)))
    mothers = systems.districts.by_order
    births, exposed = mothers.births[place, here].sum(axis=0), mothers.exposed[place, here].sum(axis=0)
    # With rates by order for all women alike, everybody could bear.
    could = able(exposed) if mothers.moving else exposed[:3]
    counted = exposed if mothers.moving else exposed[:1]
    added = births.sum(axis=1) - _without_policies(desk, result, place, here)
    omen = _omen(result, year)
    orders = tuple(
        _line(name, float(could[k].sum()), float(births[k].sum()), float(added[k]), omen)
        for k, name in enumerate(ORDER_NAMES)
    )
    ages = tuple(
        AgeLine(
            f"{low}-{low + GROUP - 1}",
            tuple(float(value) for value in counted[:, low - FERTILE.start :][:, :GROUP].sum(axis=1)),
            tuple(float(value) for value in births[:, low - FERTILE.start :][:, :GROUP].sum(axis=1)),
        )
        for low in range(FERTILE.start, FERTILE.stop, GROUP)
    )
    factors = tuple(_factors(result, here[0], year, omen)) if len(here) == 1 else ()
    status = "nowcast" if year <= result.born_until else "projected"
    return BirthsExplained(result.scenario.head.name, area, year, float(births.sum()), status, orders, ages, factors)


def _line(name: str, women: float, births: float, added: float, omen: float) -> OrderLine:
    return OrderLine(name, women, 1000.0 * births / women if women else 0.0, births, added, births * (1.0 - 1.0 / omen))


def _without_policies(desk: Desk, result: Result, place: int, here: list[int]) -> Floats:
    """Births by order (order,) of the same scenario had it no policy."""
    models = result.models
    if not models.births.policy:
        return np.asarray(result.systems.districts.by_order.births[place, here].sum(axis=(0, 2)))
    plain = models.model_copy(update={"births": models.births.model_copy(update={"policy": {}})})
    return np.asarray(build(desk.ground(plain), plain).districts.by_order.births[place, here].sum(axis=(0, 2)))


def _omen(result: Result, year: int) -> float:
    """Factor of the year's births by the zodiac; 1 where births are on record or fertility is held."""
    spec = result.models.births
    if year <= result.born_until or spec.path.hold:
        return 1.0
    return float(zodiac(spec.zodiac.dragon.value, spec.zodiac.after.value, range(year, year + 1))[0])


def _factors(result: Result, area: int, year: int, omen: float) -> list[Factor]:
    """The chain of levels of a district: their product is what multiplies the nation's rates of the launch."""
    systems, place = result.systems, year - result.systems.districts.years[1]
    orders, levels = systems.orders, systems.levels
    nation = systems.nation.by_order.level[place, 0]
    province = systems.province.by_order.level[place, 0] / orders.tilt["province"][0]
    district = systems.districts.by_order.level[place, area]
    status = "nowcast" if year <= result.born_until else "projected"
    outlook = result.models.births.path.fitted_on
    found = []
    for k, name in enumerate(ORDER_NAMES):
        tilt = float(orders.tilt["districts"][area, k])
        own = float(district[k] / province[k] / tilt)
        found += [
            Factor(f"order {name}: nation", "start", float(nation[k]), "of its rates at the launch", status, outlook),
            Factor(f"order {name}: province", "times", float(province[k] / nation[k]), "of the nation", status, ""),
            Factor(f"order {name}: district", "times", own, "of the province", "derived", ""),
            Factor(f"order {name}: children ever born", "times", tilt, "against first births", "assumed", ""),
            Factor(
                f"order {name}: level", "subtotal", float(district[k]), "of the nation's rates at the launch", "", ""
            ),
        ]
    note = f"{levels.raw[area]:.3f} of the province's fertility before pooling, {levels.pooled[area]:.3f} after"
    found.append(Factor("pooling weight", "norm", levels.weight, "share of own evidence", "derived", "", note))
    note = "births are on record, whatever the year gave them" if year <= result.born_until else ""
    found.append(Factor("zodiac", "norm", omen, "within the nation's level", "derived", "", note))
    return found
