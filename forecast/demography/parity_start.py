"""How many children the women of the launch have: a prior from the nation's past, met to children ever born.

Nobody publishes women by age and number of children for a district. What is known is the nation's fertility year by
year, the ages at which women of one real city bear each order, and the mean number of children that women of 15-64
have ever borne, district by district, in the census. The estimate is relational, as Brass's are:

    children to date   C(x)   the nation's fertility summed along the cohort aged x
    progressions       logit a_k(x) = logit a_k + v(x): from k to k + 1 children by the end of childbearing
    by age x           F1 = a0 H1(x), F2 = a0 a1 H2(x), F3 = a0 a1 a2 H3(x): women with at least so many children,
                       H_k(x) share of an order that is borne before age x;  who has three goes on as with the third:
                       children = F1 + F2 + F3 / (1 - a2)
    v(x)               such that children are C(x)
    an area            logit a_k(x) + s_k t, and H_k(x + b t) where t is below 0: fewer children are borne later too;
                       t such that the mean of women of 15-64 is the one counted there

s_k is small for first births: under the one-child policy they stayed nearly universal; areas differed in second ones.
An area's infants of two censuses were tried as its past: those of 2010 were so under-counted in the city's core that
two women in five came out childless at forty.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.axes import AGE, FERTILE, Floats
from forecast.kernels.parity import PARITIES
from forecast.kernels.solve import bisect

WINDOW = range(FERTILE.start - 1, FERTILE.stop)
"""Ages carried by number of children: those who bear, and those who will next year."""
ASKED = range(15, 65)
"""Women whom the census asks for the children they have ever borne."""
FAR = 12.0
"""Bound of a shift on the logit scale: beyond it a share is 0 or 1 to six digits."""


@dataclass(frozen=True, slots=True, eq=False)
class Standard:
    """What all areas are compared with.

    borne      share of an order borne before each completed age plus a half year     (order, age)
    completed  progressions a0, a1, a2 by the end of childbearing                      (order,)
    apart      s_k: how much of an area's distance falls on each of them               (order,)
    later      b: years by which women bear later for one unit of distance below 0
    """

    borne: Floats
    completed: Floats
    apart: Floats
    later: float = 0.0

    @classmethod
    def of(cls, schedule: Floats, completed: Floats, apart: Floats, later: float = 0.0) -> Standard:
        """From births per woman by order and age (order, age)."""
        total = np.cumsum(schedule, axis=AGE)
        middle = total - 0.5 * schedule
        return cls(middle / total[:, -1:], completed, apart, later)

    def delay(self, t: Floats) -> Floats:
        """Years by which women of a place bear later than the nation's (area,), at its distance t (area,)."""
        return np.asarray(-self.later * np.minimum(t, 0.0))

    def to_date(self, v: Floats, t: Floats | None = None) -> tuple[Floats, Floats]:
        """Women with at least 1, 2, 3 children (order, area, age) and mean children (area, age).

        v  shift of all progressions by age (age,);  t  distance of each area (area,), None: one area at none
        """
        far = np.zeros(1) if t is None else t
        ages = np.arange(self.borne.shape[-1], dtype=np.float64)
        borne = np.stack([[np.interp(ages - by, ages, row) for by in self.delay(far)] for row in self.borne])
        logits = np.log(self.completed / (1.0 - self.completed))[:, None, None]
        shift = logits + v + self.apart[:, None, None] * far[None, :, None]
        a = 1.0 / (1.0 + np.exp(-shift))
        # With the same rates by age, nobody can have a later child before an earlier one.
        least = np.minimum.accumulate(np.cumprod(a, axis=0) * borne, axis=0)
        return least, least[0] + least[1] + least[2] / (1.0 - a[2])


def children_to_date(fertility: Floats, shapes: Floats) -> Floats:
    """Children to date of the cohorts alive at the end of the last year, by completed age (age,).

    fertility, shapes  total fertility (year,) and its shares by age (year, age), the launch year last

    Half a year is lived at either age of a calendar year. Cohorts older than the record reaches are left short.
    """
    rates = fertility[:, None] * shapes
    children = np.zeros(rates.shape[-1])
    for year in rates:
        older = np.zeros_like(children)
        older[1:] = children[:-1] + 0.5 * year[:-1]
        children = older + 0.5 * year
    return children


def own_shift(standard: Standard, children: Floats) -> Floats:
    """The v (age,) that brings the standard to children to date (age,), as near as it can where it cannot."""

    def value(v: Floats) -> Floats:
        return np.asarray(standard.to_date(v)[1][0])

    most, least = (value(np.full_like(children, end)) for end in (FAR, -FAR))
    return np.asarray(bisect(value, np.clip(children, least, most), -FAR, FAR))


def area_shift(standard: Standard, v: Floats, weights: Floats, counted: Floats) -> Floats:
    """The t (area,) under which the women asked have had the mean number of children counted (area,).

    weights  women by age who may have children, as shares of those asked  (area, age)
    """

    def value(t: Floats) -> Floats:
        return np.asarray((standard.to_date(v, t)[1] * weights).sum(axis=AGE))

    return np.asarray(bisect(value, counted, -FAR, FAR))


def shares(standard: Standard, v: Floats, t: Floats) -> Floats:
    """Women of each area by number of children, as shares in the window of ages (area, parity, cell)."""
    least, _ = standard.to_date(v, t)
    window = slice(WINDOW.start, WINDOW.stop)
    out = np.empty((len(t), PARITIES, len(WINDOW)))
    out[:, 0] = 1.0 - least[0][:, window]
    out[:, 1] = (least[0] - least[1])[:, window]
    out[:, 2] = (least[1] - least[2])[:, window]
    out[:, 3] = least[2][:, window]
    out[:, :, 0] = 0.0
    out[:, 0, 0] = 1.0
    return out


def split(schedule: Floats, total: Floats, weights: Floats, wanted: Floats) -> Floats:
    """Rates of all orders together (age,) taken apart by order (order, age), so that births have the wanted shares.

    schedule  births per woman by order and age of a place where they are known   (order, age)
    weights   women by age                                                         (age,)
    wanted    shares of the orders among births                                    (order,)

    At each age the odds between orders are those of the schedule times one factor an order, found by iterative
    proportional fitting (Deming and Stephan 1940). Before and after the ages of the schedule its outermost odds hold.
    """
    known = np.flatnonzero(schedule.sum(axis=0) > 0)
    ages = np.arange(schedule.shape[-1])
    odds = schedule[:, np.clip(ages, known[0], known[-1])]
    factor = np.ones(len(schedule))
    births = total * weights
    found = odds
    for _ in range(500):
        mixed = odds * factor[:, None]
        found = mixed / mixed.sum(axis=0)
        now = (found * births).sum(axis=AGE) / births.sum()
        if np.abs(now - wanted).max() < 1e-12:
            break
        factor = factor * wanted / np.maximum(now, 1e-300)
    return np.asarray(found * total)
