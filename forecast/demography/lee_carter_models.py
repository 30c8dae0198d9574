"""Lee-Carter and Li-Lee on a nation's death rates, with k set so that a recorded or a stated e0 is met."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats
from forecast.demography.mortality import DeathRates, e0_of, meet_e0, single_age_rates, two_years
from forecast.kernels.lee_carter import lee_carter, lee_carter_rates, random_walk_drift
from forecast.kernels.li_lee import li_lee, returning
from forecast.kernels.solve import bisect

REACH = 400.0
"""How far k may lie from the mean of the years fitted: far beyond any table."""


@dataclass(frozen=True, slots=True)
class LeeCarter:
    """Lee-Carter by sex, k set year by year so that the recorded e0 is met, then a random walk with drift."""

    def fit(self, history: DeathRates) -> FittedLeeCarter:
        """Fit to a nation's history: two periods of rates and two years of e0 at least, else ``ValueError``."""
        two_years(history)
        single = single_age_rates(history.rates, history.starts)
        a, b, _ = lee_carter(np.moveaxis(single, 0, -1))
        k = k_of_e0(a, b, history.e0)
        none = np.zeros(len(k))
        return FittedLeeCarter(a, b, k, random_walk_drift(k), history.years, none, none)


@dataclass(frozen=True, slots=True)
class LiLee:
    """Sexes that stay together: one b for both, k set by sex and year so that the recorded e0 is met.

    Their mean is the random walk with drift; each sex's distance from it is an AR(1): the sex's own factor of Li and
    Lee (2005), at the common pattern of age, since a few periods of rates tell no other. Beyond 99 ages close with one
    slope (Co-Kannisto).
    """

    def fit(self, history: DeathRates) -> FittedLeeCarter:
        """Fit to a nation's history: two periods of rates and three years of e0 at least, else ``ValueError``."""
        if len(history.years) < 3:
            raise ValueError("a distance that returns to its mean needs three years of life expectancy")
        single = np.moveaxis(single_age_rates(history.rates, history.starts, shared_slope=True), 0, -1)
        common = li_lee(single)
        b = np.broadcast_to(common.B, common.a.shape)
        k = k_of_e0(common.a, b, history.e0)
        middle = k.mean(axis=0)
        rest, kept = returning(k - middle)
        drift = np.full(len(k), random_walk_drift(middle))
        return FittedLeeCarter(common.a, b, k, drift, history.years, rest - (k - middle)[:, -1], kept)


@dataclass(frozen=True, slots=True, eq=False)
class FittedLeeCarter:
    """A nation's mortality by sex: a, b (sex, age), k (sex, year) in the years fitted or stated, and how it goes on.

    drift  mean change of k a year                                    (sex,)
    pull   how far k moves besides, in the end, back to its usual distance from the other sex   (sex,); 0 in Lee-Carter
    kept   share of that way still ahead a year later                 (sex,)
    """

    a: Floats
    b: Floats
    k: Floats
    drift: Floats
    years: tuple[int, ...]
    pull: Floats
    kept: Floats

    def predict(self, years: range) -> Floats:
        """Death rates (year, sex, age): fitted years as fitted, later ones by drift (Lee and Miller 2001)."""
        known = dict(zip(self.years, self.k.T, strict=True))
        k = np.array([known[year] if year in known else self._later(year - self.years[-1]) for year in years])
        return np.moveaxis(lee_carter_rates(self.a, self.b, k.T), -1, 0)

    def paced(self, scale: float) -> FittedLeeCarter:
        """The same with progress at ``scale`` times its pace: 1 as recorded, 0 none."""
        return dataclasses.replace(self, drift=self.drift * scale, kept=self.kept**scale)

    def along(self, path: Mapping[int, Floats]) -> FittedLeeCarter:
        """The same with every year up to the last of a path at exactly its life expectancy, linear between its years.

        path  years after the last fitted one, and e0 of the sexes (sex,) or their mean (1,)

        A mean is met by going along the model, faster or slower, until its table has it: the sexes keep the distance
        that the model gives them there. ``ValueError`` where the path cannot be reached.
        """
        last = self.years[-1]
        years = range(last + 1, max(path) + 1)
        start = e0_of(self.predict(range(last, last + 1)))[0]
        stated = np.stack([path[year] for year in sorted(path)])
        first = start if stated.shape[1] > 1 else start.mean(keepdims=True)
        nodes = np.vstack([first, stated])
        e0 = np.stack([np.interp(years, [last, *sorted(path)], column) for column in nodes.T], axis=1)
        added = k_of_e0(self.a, self.b, e0) if e0.shape[1] > 1 else self._at_mean(e0[:, 0])
        k = np.concatenate([self.k, added], axis=1)
        # A path states all of the way: nothing of the way back to the usual distance is left after it.
        pull = np.zeros_like(self.pull)
        return dataclasses.replace(self, k=k, years=(*self.years, *years), pull=pull)

    def _later(self, ahead: Floats | float) -> Floats:
        """The k (sex,) or (year, sex) so many years after the last."""
        time = np.asarray(ahead, dtype=np.float64)[..., None]
        way = self.pull * (1.0 - self.kept ** np.maximum(time, 0.0))
        return np.asarray(self.k[:, -1] + self.drift * time + way)

    def _at_mean(self, e0: Floats) -> Floats:
        """The k (sex, year) on the model's way at which the sexes' mean life expectancy is e0 (year,)."""
        fastest = np.abs(self.drift).max()
        if fastest == 0.0:
            raise ValueError("a nation without progress follows no path of the sexes' mean")

        def mean(ahead: Floats) -> Floats:
            rates = lee_carter_rates(self.a, self.b, self._later(ahead).T)
            return np.asarray(e0_of(np.moveaxis(rates, -1, 0)).mean(axis=-1))

        return self._later(bisect(mean, e0, -REACH / fastest, REACH / fastest)).T


def k_of_e0(a: Floats, b: Floats, e0: Floats) -> Floats:
    """The k (..., sex, year) under which tables a + b k have life expectancies e0 (..., year, sex), met exactly.

    Lee-Carter's second stage with e0 as target, as MortCast and the UN do it. ``ValueError`` where none does.
    """

    def rates_at(k: Floats) -> Floats:
        return np.moveaxis(lee_carter_rates(a, b, np.swapaxes(k, -1, -2)), -1, -3)

    return np.swapaxes(meet_e0(rates_at, e0, -REACH, REACH), -1, -2)
