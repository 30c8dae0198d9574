"""What must hold for any input, on made cases that need no data."""

from __future__ import annotations

import numpy as np

from forecast.axes import Floats
from forecast.kernels.growth import leslie, stable
from forecast.kernels.lifetable import LifeTable, life_tables, period_deaths, separation_factors
from forecast.kernels.step import Exposure, Projection, Timing, balance, project, step
from forecast.validate.check import Check
from forecast.validate.multiregional import multiregional

AGES, AREAS, YEARS = 111, 4, 30
SETTLED = 3000
"""Years after which the made population grows as its stable one to the last digits."""
TIMINGS: tuple[Timing, ...] = ("start", "even", "end")
TAKEN: tuple[Exposure, ...] = ("survivors", "final", "even")


def invariants() -> list[Check]:
    """Check the laws of the step on made people, of one region and of several."""
    single = [by_hand(), null(), symmetry(), scale(), growth(), balanced(), deaths_agree(), same_bits()]
    return [*single, *multiregional()]


def by_hand() -> Check:
    """Three ages, every number small enough to follow.

    Men 100, 80, 60 and women the same; 0.9 live to age 1 and 0.5 of the two oldest groups: 90, (80 + 60) / 2 = 70.
    Women of age 1: (80 + 90) / 2 = 85; births 85 x 0.2 = 17; half are boys, 0.8 live: 6.8. One migrant of age 1 joins.
    """
    start = np.array([[[100.0, 80.0, 60.0], [100.0, 80.0, 60.0]]])
    survival = np.array([[[0.8, 0.9, 0.5], [0.8, 0.9, 0.5]]])
    migrants = np.array([[[0.0, 1.0, 0.0], [0.0, 1.0, 0.0]]])
    year = step(start, survival, np.array([[9.0, 0.2, 9.0]]), 0.5, migrants)
    people = np.array([[[6.8, 91.0, 70.0], [6.8, 91.0, 70.0]]])
    deaths = np.array([[[1.7, 10.0, 70.0], [1.7, 10.0, 70.0]]])
    births = np.array([[0.0, 17.0, 0.0]])
    off = max(_apart(year.people, people), _apart(year.deaths, deaths), _apart(year.births, births))
    return Check("three ages by hand", off, 1e-12, "largest relative error of people, deaths and births")


def null() -> Check:
    """Nobody dies, bears or moves: the cohorts only age, and the total stays."""
    start = _people()
    nobody = np.zeros((1, AREAS, AGES))
    years = project(start, np.ones((1, AREAS, 2, AGES)), nobody, 0.5, years=YEARS)
    aged = np.zeros_like(start)
    aged[..., YEARS:] = start[..., :-YEARS]
    aged[..., -1] += start[..., -YEARS:].sum(axis=-1)
    off = max(_apart(years.people[-1], aged), float(np.abs(years.deaths).max()))
    return Check(
        "null projection", off, 1e-14, f"relative error of the aged start after {YEARS} years without any event"
    )


def symmetry() -> Check:
    """Men and women with the same numbers stay the same, and half of the births are boys."""
    start, table, fertility = _people(), _table(), _fertility()
    start[:, 0], ratio = start[:, 1], table.S.copy()
    ratio[:, 0] = ratio[:, 1]
    years = project(start, ratio[None], fertility[None], 0.5, years=YEARS)
    off = _apart(years.people[:, :, 0], years.people[:, :, 1])
    return Check("symmetry of the sexes", off, 0.0, f"relative difference of men and women after {YEARS} years")


def scale() -> Check:
    """Three times the people and migrants make three times everything."""
    start, migrants = _people(), _migrants()
    one = _run(start, migrants, "even", "survivors")
    three = _run(3.0 * start, 3.0 * migrants, "even", "survivors")
    off = max(_apart(three.people, 3.0 * one.people), _apart(three.deaths, 3.0 * one.deaths))
    return Check("linearity", off, 1e-12, f"relative error after {YEARS} years of a start three times as large")


def growth() -> Check:
    """A population left to constant rates grows by the dominant eigenvalue of its Leslie matrix."""
    table, fertility, rates = _table(), _fertility(), np.full((1, 2, AGES), 0.001)
    factor, _ = stable(leslie(table.S[0], fertility[0], 0.512, rates[0]))
    people = _people()[:1]
    for _ in range(SETTLED):
        before = people.sum()
        people = step(people, table.S[:1], fertility[:1], 0.512, rates, rates=True).people
        grown, people = people.sum() / before, people / people.sum()
    off = abs(float(grown) / factor - 1.0)
    return Check(
        "stable growth", off, 1e-10, f"yearly growth after {SETTLED} years against the eigenvalue {factor:.6f}"
    )


def balanced() -> Check:
    """Every timing and exposure keeps the account of law 6."""
    start, migrants = _people(), _migrants()
    off = 0.0
    for timing in TIMINGS:
        for exposure in TAKEN:
            years = _run(start, migrants, timing, exposure)
            left = balance(years.people[:-1], years.people[1:], years.newborns, years.deaths, migrants, timing=timing)
            off = max(off, float((np.abs(left) / (1.0 + np.abs(years.people[1:]))).max()))
    return Check("balance", off, 1e-12, "largest relative rest of the account by cohort, every timing and exposure")


def deaths_agree() -> Check:
    """Deaths by age at death have the total of the deaths by cohort."""
    table = _table()
    years = _run(_people(), _migrants(), "end", "survivors")
    moved = period_deaths(years.deaths, separation_factors(table.l, table.L))
    off = _apart(moved.sum(axis=-1), years.deaths.sum(axis=-1))
    return Check("period deaths", off, 1e-12, "relative difference of the totals of period and cohort deaths")


def same_bits() -> Check:
    """The two implementations agree to the last bit, in one thread and in many (law 12)."""
    start, migrants = np.tile(_people(), (75, 1, 1)), _migrants()[:1]
    table, fertility = _table(), _fertility()
    given = (table.S[:1], fertility[:1], 0.512, migrants)
    one = step(start, *given, engine="numpy")
    others = [step(start, *given, engine="numba", threads=threads) for threads in (1, 3)]
    unlike = sum(int((getattr(one, name) != getattr(other, name)).sum()) for other in others for name in one.__slots__)
    return Check(
        "same bits", float(unlike), 0.0, "cells that differ between numpy and compiled code with 1 and 3 threads"
    )


def _run(start: Floats, migrants: Floats, timing: Timing, exposure: Exposure) -> Projection:
    rates = (_table().S[None], _fertility()[None], 0.512, migrants[None])
    return project(start, *rates, years=YEARS, timing=timing, exposure=exposure)


def _people() -> Floats:
    """Made people, falling with age, other in each area and sex."""
    ages = np.arange(AGES, dtype=np.float64)
    areas = np.arange(1.0, AREAS + 1.0)[:, None, None]
    sexes = np.array([1.05, 1.0])[:, None]
    people: Floats = 1000.0 * areas * sexes * (1.0 + 0.3 * np.sin(ages * areas / 7.0)) * np.exp(-((ages / 75.0) ** 4))
    return people


def _table() -> LifeTable:
    """Made life tables by Gompertz-Makeham, other in each area and sex."""
    ages = np.arange(AGES, dtype=np.float64)
    level = np.linspace(0.8, 1.2, AREAS)[:, None, None] * np.array([1.3, 1.0])[:, None]
    return life_tables(0.0005 + 0.00003 * level * np.exp(0.095 * ages), np.ones(AGES))


def _fertility() -> Floats:
    """Made births per woman-year, a bell about age 28, other in each area."""
    ages = np.arange(AGES, dtype=np.float64)
    bell = np.where((ages >= 15) & (ages < 50), np.exp(-(((ages - 28.0) / 6.0) ** 2) / 2.0), 0.0)
    return np.linspace(0.06, 0.15, AREAS)[:, None] * bell


def _migrants() -> Floats:
    """Made net migrants: young adults in, old people out."""
    ages = np.arange(AGES, dtype=np.float64)
    wave = 8.0 * np.exp(-(((ages - 22.0) / 5.0) ** 2)) - 2.0 * np.exp(-(((ages - 65.0) / 6.0) ** 2))
    return np.broadcast_to(wave, (AREAS, 2, AGES)).copy()


def _apart(ours: Floats, theirs: Floats) -> float:
    """Largest relative error, absolute where the expected value is 0."""
    return float((np.abs(ours - theirs) / np.where(theirs == 0.0, 1.0, np.abs(theirs))).max())
