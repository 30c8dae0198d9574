"""Period life tables from death rates, and what the projection step takes from them.

Source: Preston, Heuveline and Guillot 2001, chapter 3 (Coale-Demeny: p. 48); Andreev and Kingkade 2015 (first year of
life); Greville's formula as in the UN's Mortpak. Radix l[0] = 1. Rates are per person-year; widths and ages in years.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from forecast.axes import SEXES, Floats
from forecast.errors import Fault, InputError

InfantRule = Literal["andreev-kingkade", "coale-demeny"]

# sex -> pieces (upper bound of the rate, intercept, slope), in the order male, female
AK_RATE = (
    ((0.02300, 0.14929, -1.99545), (0.08307, 0.02832, 3.26021), (np.inf, 0.29915, 0.0)),
    ((0.01724, 0.14903, -2.05527), (0.06891, 0.04667, 3.88089), (np.inf, 0.31411, 0.0)),
)
CD_RATE = (
    ((0.107, 0.045, 2.684), (np.inf, 0.330, 0.0)),
    ((0.107, 0.053, 2.800), (np.inf, 0.350, 0.0)),
)
CD_CHILD = (
    ((0.107, 1.651, -2.816), (np.inf, 1.352, 0.0)),
    ((0.107, 1.522, -1.518), (np.inf, 1.361, 0.0)),
)
GREVILLE_FROM, FLOOR_FROM, FLOOR = 15, 45, 0.97
"""Ages from which Greville's formula, and its floor, replace half the width (UN)."""


@dataclass(frozen=True, slots=True, eq=False)
class LifeTable:
    """A period life table with radix 1; every array (..., age group), the last group open.

    q  probability of dying in the group      a  years lived in the group by those who die in it
    l  survivors to the start of the group    d  deaths in the group
    L  person-years in the group              T  person-years from the group on      e  years left to live
    S  survival ratios for ``step``: entry 0 from birth to the first group, x from group x - 1 to x, last from the two
       oldest together. Abridged: in groups of five years (0-4, 5-9, ...), so one entry less than the other arrays.
    """

    q: Floats
    a: Floats
    l: Floats
    d: Floats
    L: Floats
    T: Floats
    e: Floats
    S: Floats


def life_tables(rates: Floats, widths: Floats, a0: InfantRule = "andreev-kingkade") -> LifeTable:
    """Life tables of both sexes: rates (..., sex, age) in the order male, female; see ``life_table``."""
    both = [life_table(rates[..., sex, :], widths, name, a0) for sex, name in enumerate(SEXES)]
    male, female = both
    return LifeTable(
        **{name: np.stack([getattr(male, name), getattr(female, name)], axis=-2) for name in LifeTable.__slots__}
    )


def life_table(rates: Floats, widths: Floats, sex: str, a0: InfantRule = "andreev-kingkade") -> LifeTable:
    """A life table of one sex from death rates by age group.

    rates   deaths per person-year (..., age), the last group open
    widths  years of each group (age,): 1, 1, ..., any  or  1, 4, 5, 5, ..., any
    a0      rule for the first year of life, in its form for the death rate

    q = n m / (1 + (n - a) m); where that passes 1 everybody dies and a = 1 / m. a is half the width of single ages,
    Coale-Demeny for 1-4, 2.5 for 5-9 and 10-14, Greville above. Raises InputError where rates are negative, not finite,
    or nil in the open group.
    """
    rates = np.asarray(rates, dtype=np.float64)
    widths = np.array(widths, dtype=np.float64)
    single = bool((widths[:-1] == 1.0).all())
    _check(rates, widths, single)
    n, m, last = widths[:-1], rates[..., :-1], rates[..., -1]
    a = _separation(rates, n, SEXES.index(sex), a0, single)
    q = n * m / (1.0 + (n - a) * m)
    a = np.where(q > 1.0, 1.0 / np.maximum(m, 1e-300), a)
    q = np.minimum(q, 1.0)

    alive = np.cumprod(np.concatenate([np.ones_like(q[..., :1]), 1.0 - q], axis=-1), axis=-1)
    died = np.concatenate([alive[..., :-1] - alive[..., 1:], alive[..., -1:]], axis=-1)
    lived = np.concatenate([n * alive[..., 1:] + a * died[..., :-1], (alive[..., -1] / last)[..., None]], axis=-1)
    left = np.flip(np.cumsum(np.flip(lived, -1), -1), -1)
    a = np.concatenate([a, (1.0 / last)[..., None]], axis=-1)
    return LifeTable(
        q=np.concatenate([q, np.ones_like(q[..., :1])], axis=-1),
        a=a,
        l=alive,
        d=died,
        L=lived,
        T=left,
        e=_ratio(left, alive, a),
        S=survival_ratios(lived, 1.0) if single else survival_ratios(five_year(lived), 5.0),
    )


def five_year(lived: Floats) -> Floats:
    """Person-years in groups of five: those of 0 and 1-4 together."""
    return np.concatenate([lived[..., :1] + lived[..., 1:2], lived[..., 2:]], axis=-1)


def survival_ratios(lived: Floats, width: float = 1.0) -> Floats:
    """S for ``step`` from person-years L (..., age) of groups of ``width`` years and radix 1.

    S[0] = L[0] / width, S[x] = L[x] / L[x-1], open group T[w] / T[w-1]; 0 where nobody is left. Source: UN ccmppWPP.
    """
    before = np.concatenate([np.full_like(lived[..., :1], width), lived[..., :-1]], axis=-1)
    before[..., -1] += lived[..., -1]
    return _ratio(lived, before, np.zeros_like(lived))


def infant_years(rates: Floats, sex: str, a0: InfantRule = "andreev-kingkade") -> Floats:
    """Years a[0] lived in age 0 by those who die in it, from its death rate."""
    return _piecewise(rates, {"andreev-kingkade": AK_RATE, "coale-demeny": CD_RATE}[a0][SEXES.index(sex)])


def separation_factors(alive: Floats, lived: Floats, width: float = 1.0) -> Floats:
    """Share of a cohort's deaths in the younger age (..., age - 1), from l and L of groups of ``width`` years.

    c[x] = (L[x] - n l[x+1]) / (L[x] - L[x+1]), last (L[w-1] - n l[w]) / L[w-1]; one half where nobody dies.
    Source: UN ccmppWPP.
    """
    early = lived[..., :-1] - width * alive[..., 1:]
    cohort = np.concatenate([lived[..., :-2] - lived[..., 1:-1], lived[..., -2:-1]], axis=-1)
    return _ratio(early, cohort, np.full_like(early, 0.5))


def period_deaths(cohort_deaths: Floats, factors: Floats) -> Floats:
    """Deaths by age at death from deaths by age at the end of the year (..., age); both have the same total.

    D[0] = Dc[0] + c[0] Dc[1];  D[x] = (1 - c[x-1]) Dc[x] + c[x] Dc[x+1];  D[w] = (1 - c[w-1]) Dc[w]
    Source: UN ccmppWPP.
    """
    younger = factors * cohort_deaths[..., 1:]
    deaths = cohort_deaths.copy()
    deaths[..., 1:] -= younger
    deaths[..., :-1] += younger
    return deaths


def period_deaths_by_rate(rates: Floats, start: Floats, survivors: Floats, total: Floats) -> Floats:
    """Deaths by age at death as the UN publishes them: m (P + E) / 2, raked to the total of the cohort deaths.

    rates, start, survivors (..., age): death rates, people at the start, and at the end without its migrants;
    total (...): cohort deaths of all ages. Source: UN ccmppWPP; unlike ``period_deaths`` it follows no cohort.
    """
    raw = rates * 0.5 * (start + survivors)
    return np.asarray(raw * (total / raw.sum(axis=-1))[..., None])


def _check(rates: Floats, widths: Floats, single: bool) -> None:
    """Refuse shapes that are no life table (a bug) and rates that are none (the input)."""
    if widths.ndim != 1 or len(widths) < 2 or rates.shape[-1:] != widths.shape:
        raise ValueError(f"rates of shape {rates.shape} do not fit widths of shape {widths.shape}")
    if not single and not (len(widths) > 3 and tuple(widths[:2]) == (1.0, 4.0) and (widths[2:-1] == 5.0).all()):
        raise ValueError(f"widths {widths.tolist()} are neither 1, 1, ... nor 1, 4, 5, 5, ...")
    fine = np.isfinite(rates) & (rates >= 0.0)
    faults = [
        Fault(
            f"death rates, age group {group}",
            "a finite rate, not negative",
            f"{rates[..., group][~fine[..., group]][0]}",
        )
        for group in np.flatnonzero(~fine.reshape(-1, len(widths)).all(axis=0))
    ]
    if not faults and (rates[..., -1] == 0.0).any():
        way_out = "lower the open age, or extend the rates (Kannisto)"
        faults = [Fault("death rates, open age group", "a rate above 0", "0", way_out)]
    if faults:
        raise InputError(faults)


def _separation(rates: Floats, n: Floats, sex: int, a0: InfantRule, single: bool) -> Floats:
    """Years lived in each closed group by those who die in it (..., age - 1)."""
    m = rates[..., :-1]
    a = np.broadcast_to(n / 2.0, m.shape).copy()
    a[..., 0] = infant_years(rates[..., 0], SEXES[sex], a0)
    if not single:
        a[..., 1] = _piecewise(rates[..., 0], CD_CHILD[sex])
        ages = np.concatenate([[0.0], np.cumsum(n[:-1])])
        a[..., ages >= GREVILLE_FROM] = _greville(rates, ages)
    return a


def _greville(rates: Floats, ages: Floats) -> Floats:
    """Greville from age 15: a = 2.5 - 25/12 (m[x] - k), k = ln(m[x+5] / m[x-5]) / 10.

    2.5 where k is undefined, at least 0.97 from age 45.
    """
    first = int(np.flatnonzero(ages >= GREVILLE_FROM)[0]) if (ages >= GREVILLE_FROM).any() else len(ages)
    m, after, before = rates[..., first:-1], rates[..., first + 1 :], rates[..., first - 1 : -2]
    known = (after > 0.0) & (before > 0.0)
    slope = np.log(np.where(known, after, 1.0) / np.where(known, before, 1.0)) / 10.0
    a = np.where(known, 2.5 - 25.0 / 12.0 * (m - slope), 2.5)
    return np.where(ages[first:] >= FLOOR_FROM, np.maximum(a, FLOOR), a)


def _piecewise(value: Floats, pieces: tuple[tuple[float, float, float], ...]) -> Floats:
    """The line of the first piece whose bound lies above the value."""
    value = np.asarray(value, dtype=np.float64)
    lines = [intercept + slope * value for _, intercept, slope in pieces]
    return np.select([value < bound for bound, _, _ in pieces], lines, default=lines[-1])


def _ratio(above: Floats, below: Floats, otherwise: Floats) -> Floats:
    """Divide, and take ``otherwise`` where there is nothing to divide by."""
    return np.divide(above, below, out=np.array(otherwise, dtype=np.float64), where=below != 0.0)
