"""What births by order rest on at the launch: rates, women by number of children, how far areas stand apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecast.axes import AGE, FEMALE, Floats
from forecast.demography.evidence import OrderEvidence
from forecast.demography.ground import Ground
from forecast.demography.launch import Launch
from forecast.demography.parity import BEARING, CELLS, shifted, unmoved
from forecast.demography.parity_start import (
    ASKED,
    FAR,
    Standard,
    area_shift,
    children_to_date,
    own_shift,
    shares,
    split,
)
from forecast.demography.past import past_of
from forecast.errors import Fault, InputError
from forecast.kernels.parity import MOST, ORDERS
from forecast.kernels.parity_numpy import able

SPAN = 50
"""Years of fertility that women still asked for their children may have behind them."""
FEW = 0.03
"""Share of women below which a rate by number of children is not worked out: it stays that of the next age."""


@dataclass(frozen=True, slots=True)
class OrderRule:
    """What a project states of births by order.

    completed  progressions a0, a1, a2 by the end of childbearing, where nothing else is known
    first      share of an area's distance in children ever born that falls on first births
    later      years by which women bear later for one unit of that distance
    lasting    share of the distance in later ones that still holds for today's rates
    moving     parity progression; False: rates by order for all women alike
    """

    completed: tuple[float, float, float]
    first: float
    later: float
    lasting: float
    moving: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class OrderGround:
    """Births by order at the launch, by system (nation, province, districts).

    rates   births of an order per year and woman who could bear it, of the nation   (order, cell)
    start   women by number of children, as shares                                   (area, parity, cell)
    tilt    of an area's orders against the nation's, first births 1                  (area, order)
    delay   years by which women bear later than the nation's                         (area,)
    apart   distance in children ever born on the logit scale                         (area,)
    ever_born  mean number of children of women of 15-64 that the start implies       (area,)
    level   what multiplies the rates so that births of the launch year are met       (area,)
    moving  whether women change their number of children
    """

    rates: Floats
    start: Mapping[str, Floats]
    tilt: Mapping[str, Floats]
    delay: Mapping[str, Floats]
    apart: Mapping[str, Floats]
    ever_born: Mapping[str, Floats]
    level: Mapping[str, Floats]
    moving: bool


def lay_orders(ground: Ground, rule: OrderRule) -> OrderGround:
    """Set the launch of all systems; ``ValueError`` where the evidence knows nothing of orders."""
    evidence = ground.evidence
    known = evidence.orders
    if known is None:
        raise ValueError("no evidence of births by order")
    launches = {name: pair[1] for name, pair in ground.launches.items()}
    year = launches["nation"].stock.year
    past = past_of(ground, max(min(evidence.guide), year - SPAN))
    nation = core_women(launches["nation"])[0]
    incidence = split(known.schedule, past.shapes[-1] * past.fertility[-1], nation, known.first_shares())
    standard = Standard.of(incidence, np.array(rule.completed), np.array([rule.first, 1.0, 1.0]), rule.later)
    v = own_shift(standard, children_to_date(past.fertility, past.shapes))
    distance = {name: _distance(standard, v, item, known, moving=rule.moving) for name, item in launches.items()}
    start = {name: shares(standard, v, t) if rule.moving else unmoved(len(t)) for name, t in distance.items()}
    rates = conditional(incidence, start["nation"][0], nation) if rule.moving else incidence[:, CELLS]
    delay = {name: standard.delay(t) - standard.delay(distance["nation"]) for name, t in distance.items()}
    lasting = rule.lasting * (standard.apart - standard.apart[0])
    tilt = {name: np.exp(lasting * (t - distance["nation"])[:, None]) for name, t in distance.items()}
    level = {
        name: _births(ground, name) / _unit(_later(rates, delay[name]), start[name], tilt[name], core_women(launch))
        for name, launch in launches.items()
    }
    ever = {
        name: (standard.to_date(v, distance[name])[1] * _asked(item)).sum(axis=AGE) for name, item in launches.items()
    }
    return OrderGround(rates, start, tilt, delay, distance, ever, level, rule.moving)


def core_women(launch: Launch) -> Floats:
    """Women of a launch without the students held apart (area, age)."""
    return np.asarray((launch.stock.people - launch.students)[:, FEMALE])


def _distance(standard: Standard, v: Floats, launch: Launch, known: OrderEvidence, *, moving: bool) -> Floats:
    """Distance of each area from the nation's past, met to children ever born (area,)."""
    if not moving:
        return np.zeros(len(launch.births))
    counted = np.array([known.children[code] for code in launch.stock.areas])
    asked = _asked(launch)
    least, most = ((standard.to_date(v, np.full_like(counted, end))[1] * asked).sum(axis=AGE) for end in (-FAR, FAR))
    faults = [
        Fault(
            f"children ever born of {launch.stock.areas[place]}",
            f"a mean for women of 15-64 between {least[place]:.2f} and {most[place]:.2f}, at the ages they have there",
            f"{counted[place]:g}",
            "correct the figure of data/**/indicators",
        )
        for place in np.flatnonzero((counted <= least) | (counted >= most))
    ]
    if faults:
        raise InputError(faults)
    return area_shift(standard, v, asked, counted)


def _asked(launch: Launch) -> Floats:
    """Women who may have children by age, as shares of all who are asked for them (area, age).

    Students held apart have no child and are asked like everybody.
    """
    asked = np.zeros(launch.stock.people.shape[-1])
    asked[ASKED.start : ASKED.stop] = 1.0
    everybody = (launch.stock.people[:, FEMALE] * asked).sum(axis=AGE, keepdims=True)
    return np.asarray(core_women(launch) * asked / everybody)


def _later(rates: Floats, delay: Floats) -> Floats:
    """Rates (order, cell) borne later by an area's delay (area,): (order, cell, area)."""
    return np.asarray(shifted(rates, np.zeros((1, ORDERS)), delay)[0])


def conditional(incidence: Floats, start: Floats, women: Floats) -> Floats:
    """Births of an order per woman who could bear it (order, cell).

    incidence  births per woman (order, age);  start  shares (parity, cell);  women  by age (age,)

    Where hardly anybody could bear an order yet, the rate of the next age stands; the births that this leaves out are
    spread over the order's other ages, so that each order has as many as before.
    """
    could = able(start)
    mean = could.copy()
    mean[:, 1:] = 0.5 * (could[:, 1:] + could[:, :-1])
    rates = np.zeros_like(mean)
    for order in range(ORDERS):
        there = np.flatnonzero(mean[order] >= FEW)
        rates[order, there] = incidence[order, CELLS][there] / mean[order, there]
        rates[order, : there[0]] = rates[order, there[0]]
    rates[:, 0] = 0.0
    born, wanted = ((part * women[CELLS]).sum(axis=AGE) for part in (rates * mean, incidence[:, CELLS]))
    return np.asarray(np.minimum(rates * (wanted / born)[:, None], MOST))


def _unit(rates: Floats, start: Floats, tilt: Floats, women: Floats) -> Floats:
    """Births that the rates (order, cell, area) give in the launch year (area,)."""
    could = able(start.swapaxes(0, 1)).swapaxes(0, 1)
    born = (np.moveaxis(rates, -1, 0) * could * tilt[..., None])[..., 1:] * women[:, None, BEARING]
    found: Floats = born.sum(axis=(1, 2))
    return found


def _births(ground: Ground, name: str) -> Floats:
    """Births of the launch year by area: the districts' levels as pooled."""
    launch = ground.launches[name][1]
    if name != "districts":
        return launch.births
    return ground.pooled_births()
