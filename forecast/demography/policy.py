"""Policies and zodiac years: what raises or lowers births for a while, and how sure that is (law 11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from forecast.axes import Floats
from forecast.demography.birth_terms import CYCLE, DRAGON
from forecast.demography.noise import BIRTHS, Draws
from forecast.kernels.parity import ORDERS


@dataclass(frozen=True, slots=True)
class Effect:
    """A policy's effect on the rates at which women bear.

    orders     which orders it concerns: first, second, third and later
    size       relative change of their rates at the height (0.05: 5 % more); the median of what is thought possible
    sd         standard deviation of the log of 1 + size over what is thought possible: below the median, above it
    onset      first year;  ramp  years until the height;  half_life  years in which it halves after that
    waiting    above 0: only this share of the women acts on it who could have borne the order when it began, by so
               much more that all together bear ``size`` more in the first year; nobody joins them
    since      first year that is not on record: births before it already hold what the policy did
    """

    name: str
    orders: tuple[bool, bool, bool]
    size: float
    sd: tuple[float, float]
    onset: int
    ramp: int
    half_life: float
    waiting: float = 0.0
    since: int = 0

    @staticmethod
    def spread(low: float, size: float, high: float, probability: float) -> tuple[float, float]:
        """``sd`` of an interval that holds the effect with some probability, half of the rest on either side."""
        z = 1.0 / ndtri(0.5 + 0.5 * probability)
        middle = np.log1p(size)
        return float((middle - np.log1p(low)) * z), float((np.log1p(high) - middle) * z)

    def course(self, years: range) -> Floats:
        """Share of the height that is reached in each year (year,)."""
        acts = np.array(years) >= self.since
        return np.asarray(acts * pulse(self.onset, self.ramp, self.half_life, years))

    def drawn(self, draws: Draws | None) -> Floats:
        """Sizes on each trajectory (draw,); the median alone where there are none."""
        if draws is None or self.sd == (0.0, 0.0):
            return np.full(1 if draws is None else len(draws.numbers), self.size)
        news = draws.normals(f"policy {self.name}", 1)[BIRTHS, 0]
        return np.asarray((1.0 + self.size) * np.exp(np.where(news < 0, *self.sd) * news) - 1.0)


def pulse(onset: int, ramp: int, half_life: float, years: range) -> Floats:
    """A rise over ``ramp`` years from ``onset``, then a decay by half every ``half_life`` years (year,)."""
    after = np.array([year - onset for year in years], dtype=np.float64)
    rise = np.clip((after + 1.0) / max(ramp, 1), 0.0, 1.0)
    fade = 0.5 ** (np.maximum(after + 1.0 - ramp, 0.0) / half_life)
    return np.asarray(rise * fade)


@dataclass(frozen=True, slots=True, eq=False)
class Acting:
    """What all policies together do.

    factor  multiplies the rates of every woman                                 (year, order, draw)
    extra   bearing of those who waited, in addition                            (year, order, draw)
    opens   share that waits, at the start of the year in which it is counted   (year, order)
    """

    factor: Floats
    extra: Floats
    opens: Floats

    @property
    def waits(self) -> bool:
        """Whether any policy acts on those who waited alone."""
        return bool(self.opens.any())


def acting(effects: Sequence[Effect], years: range, draws: Draws | None = None) -> Acting:
    """All policies in some years; without draws, one column with their medians."""
    columns = 1 if draws is None else len(draws.numbers)
    factor = np.ones((len(years), ORDERS, columns))
    extra, opens = np.zeros_like(factor), np.zeros((len(years), ORDERS))
    for effect in effects:
        change = effect.course(years)[:, None] * effect.drawn(draws)
        for order in np.flatnonzero(effect.orders):
            if effect.waiting <= 0.0:
                factor[:, order] *= 1.0 + change
                continue
            extra[:, order] += change / effect.waiting
            first = max(effect.onset, effect.since, years[0]) - years[0]
            if first < len(years):
                opens[first, order] = effect.waiting
    return Acting(factor, extra, opens)


def zodiac(dragon: float, after: float, years: range) -> Floats:
    """Factor of births by year (year,): in a year of the Dragon, and in the year after it."""
    place = np.array([(year - DRAGON) % CYCLE for year in years])
    return np.select([place == 0, place == 1], [1.0 + dragon, 1.0 + after], 1.0)
