"""Parity progression: women by the number of their children, and the births that follow from it.

Conditional rates by age and order are the nation's; an area differs by one level for all orders and one tilt an order.
A third birth can only come to a woman who has two children. Newcomers are taken to have as many children as the women
of their age who were there.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from forecast.axes import FERTILE, Floats
from forecast.demography.parity_start import WINDOW
from forecast.demography.policy import Effect, acting
from forecast.kernels import parity_numpy
from forecast.kernels.parity import END, ORDERS, PARITIES, START

CELLS = slice(WINDOW.start, WINDOW.stop)
BEARING = slice(FERTILE.start, FERTILE.stop)
TRACE = 1e-9
"""A share of births that stands for none: an order that was not seen in a year may be seen in the next."""


@dataclass(frozen=True, slots=True, eq=False)
class Parity:
    """What the births of a system of areas hang on beside its women; cells are the ages of ``WINDOW``.

    start    women of the launch by number of children, as shares                (area, parity, cell)
    rates    births of an order per year and woman who could bear it             (year, order, cell, area or 1)
    tilt     of an area's orders against the rates                                (area, order)
    levels   of the orders in each year: the parent's course                      (year, order)
    effects  policies
    spread   standard deviation of the log odds of an order against first births: how little is known of the orders
    recorded shares of the orders among births, by year, where they are known     (order,)
    moving   False: rates are incidence, per woman of any number of children; nobody's number changes
    """

    start: Floats
    rates: Floats
    tilt: Floats
    levels: Floats
    effects: tuple[Effect, ...] = ()
    spread: Floats = field(default_factory=lambda: np.zeros(ORDERS))
    recorded: Mapping[int, Floats] = field(default_factory=dict)
    moving: bool = True

    def doubted(self, scale: float) -> Parity:
        """The same with every doubt multiplied; 0 leaves medians alone."""
        effects = tuple(
            dataclasses.replace(effect, sd=(effect.sd[0] * scale, effect.sd[1] * scale)) for effect in self.effects
        )
        return dataclasses.replace(self, effects=effects, spread=self.spread * scale)


@dataclass(frozen=True, slots=True, eq=False)
class Mothers:
    """Births by order and the women they come to; ages are those of ``FERTILE``.

    births    by order and age of mother                               (year, area, order, age)
    exposed   mean women of a year by number of children; with
              incidence the women of an age stand in each that bears    (year, area, parity, age)
    women     on 31 December, the launch first                          (year + 1, area, parity, age)
    level     what multiplied the rates, by order                       (year, area, order)
    moving    whether women change their number of children
    """

    births: Floats
    exposed: Floats
    women: Floats
    level: Floats
    moving: bool


class Stocks:
    """Women by number of children through the years of one run, all areas side by side."""

    def __init__(self, parity: Parity, years: range) -> None:
        self.parity, self.years = parity, years
        self.shares = np.ascontiguousarray(parity.start.transpose(1, 2, 0))
        self.waiting = np.zeros_like(self.shares)
        self.mix, self.level = np.ones(ORDERS), np.ones((1, ORDERS))
        self.acts = acting(parity.effects, years)
        self.timing: list[Floats] = []
        self.kept: list[tuple[Floats, Floats, Floats, Floats]] = []

    def bear(
        self,
        place: int,
        scale: Floats,
        women: Floats,
        alive: Floats,
        known: float | None,
        level_of: Callable[[float], float],
    ) -> Floats:
        """Births per woman (area, age) of a year; the level of the rates behind them is kept for ``settle``.

        scale         level of each area                                              (area, 1)
        women, alive  women at the start of the year, and those who live to its end, by age at either (area, age)
        known         births on record, of all areas together
        level_of      the year's level from the births that the scale gives
        """
        scale = scale * self.parity.tilt * self.parity.levels[place]
        shares = self.parity.recorded.get(self.years[place])
        if shares is not None:
            born = self.births(place, scale * self.mix, women, alive).sum(axis=(0, -1))
            ratio = np.where(shares > 0, shares, TRACE) / np.maximum(born, TRACE)
            self.mix = self.mix * ratio / ratio[0]
        born = float(self.births(place, scale * self.mix, women, alive).sum())
        self.level = scale * self.mix * level_of(born)
        births = self.births(place, self.level, women, alive)
        together = births.sum(axis=1) * (1.0 if known is None else known / float(births.sum()))
        unit, mean = np.zeros_like(women), 0.5 * (women + alive)[:, CELLS]
        unit[:, CELLS] = np.where(mean > 0, together / np.where(mean > 0, mean, 1.0), 0.0)
        return unit

    def births(self, place: int, level: Floats, women: Floats, alive: Floats) -> Floats:
        """Births by order and age (area, order, cell) at a level of the rates (area, order)."""
        found = parity_numpy.bears(*self._rate(place, level), *self._opened(place))
        both = 0.5 * (found[:, START] * women[:, CELLS].T + found[:, END] * alive[:, CELLS].T)
        return np.asarray(both.transpose(2, 0, 1))

    def settle(self, place: int, births: Floats, women: Floats, alive: Floats) -> float:
        """Keep the year's births (area, age) by order and make everybody a year older.

        Returns by how much births or shares fail to sum up, relative (law 6).
        """
        level = self.level
        found = self.births(place, level, women, alive)
        rated = found.sum(axis=1)
        timing = np.where(rated > 0, births[:, CELLS] / np.where(rated > 0, rated, 1.0), 1.0)
        found = (found * timing[:, None])[..., 1:]
        now, waiting = self._opened(place)
        exposed = 0.5 * (now * women[:, CELLS].T)
        exposed[:, 1:] += 0.5 * now[:, :-1] * alive[:, CELLS].T[1:]
        self.kept.append((found, exposed.transpose(2, 0, 1)[..., 1:], self.shares.transpose(2, 0, 1), level))
        self.timing.append(timing[:, 1:])
        born = births.sum(axis=1)
        gap = float((np.abs(found.sum(axis=(1, 2)) - born) / np.maximum(born, 1.0)).max(initial=0.0))
        rates = self._rate(place, level)
        self.waiting = parity_numpy.left(*rates, waiting)
        if not self.parity.moving:
            return gap
        self.shares = parity_numpy.after(*rates, now, waiting)
        whole = float(np.abs(self.shares.sum(axis=0) - 1.0).max())
        return max(gap, whole, float(-self.shares.min()))

    def mothers(self, women: Floats) -> Mothers:
        """All years of the run; women (year + 1, area, age) on 31 December."""
        births, exposed, shares, level = (np.stack(part) for part in zip(*self.kept, strict=True))
        last = self.shares.transpose(2, 0, 1)[None]
        held = np.concatenate([shares, last])[..., 1:] * women[:, :, None, BEARING]
        return Mothers(births, exposed, held, level, self.parity.moving)

    def _rate(self, place: int, level: Floats) -> tuple[Floats, Floats]:
        """Rates of the year under the policies, and what those who waited bear beyond them (order, cell, area)."""
        rate = parity_numpy.limited(self.parity.rates[place], level.T * self.acts.factor[place])
        return rate, parity_numpy.further(rate, self.acts.extra[place])

    def _opened(self, place: int) -> tuple[Floats, Floats]:
        """Shares and those waiting, as the year's policies find them."""
        waiting = self.waiting.copy()
        parity_numpy.join(self.acts.opens[place], self.shares, waiting)
        return self.shares, waiting


def shifted(rates: Floats, by: Floats, delay: Floats) -> Floats:
    """Rates of the launch (order, cell) borne later: (year, order, cell, area).

    by  years by year and order (year, order);  delay  years by area (area,)
    """
    cells = np.arange(rates.shape[-1], dtype=np.float64)
    out = np.empty((*by.shape, len(cells), len(delay)))
    for year, order in np.ndindex(*by.shape):
        for area, late in enumerate(delay):
            out[year, order, :, area] = np.interp(cells - by[year, order] - late, cells, rates[order])
    out[:, :, 0] = 0.0  # nobody bears before the first age, however early rates move
    return out


def unmoved(areas: int) -> Floats:
    """Shares under incidence: every woman counts wherever rates are for all alike (area, parity, cell)."""
    one = np.zeros((areas, PARITIES, len(WINDOW)))
    one[:, :ORDERS] = 1.0
    return one
