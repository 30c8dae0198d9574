"""What must hold for people who move between regions, on made cases that need no data."""

from __future__ import annotations

import numpy as np

from forecast.axes import Floats
from forecast.kernels import multiregional as kernel
from forecast.kernels import pooled_flows, step
from forecast.validate.check import Check

AGES, REGIONS, YEARS = 111, 5, 30
SETTLED = 3000
"""Years after which the made population grows as its stable one to the last digits."""


def multiregional() -> list[Check]:
    """Check the step with matrices, its growth, and the pools that stand for matrices."""
    return [closed(), internal(), apart(), growth(), pooled()]


def closed() -> Check:
    """Nobody dies or bears: moves alone keep everybody."""
    start, nobody = _people(), np.zeros((1, 1, AGES))
    ratios = kernel.survivorship(0.0, _moves())
    years = kernel.project(start, ratios[None], nobody, 0.5, years=YEARS)
    totals = years.people.sum(axis=(1, 3))
    off = float(np.abs(totals / totals[0] - 1.0).max())
    return Check("closed system", off, 1e-9, f"relative change of all people by sex over {YEARS} years of moves alone")


def internal() -> Check:
    """Moves between the regions sum to zero at each sex and age, and every account closes with them (law 6)."""
    years = _projection()
    migrants = kernel.net(years.flows)
    left = step.balance(years.people[:-1], years.people[1:], years.newborns, years.deaths, migrants)
    total = float(years.people.sum(axis=(1, 2, 3)).min())
    off = max(float(np.abs(migrants.sum(axis=1)).max()), float(np.abs(left).max())) / total
    return Check("internal moves", off, 1e-12, "largest rest of sums over regions and of accounts, per person")


def apart() -> Check:
    """Without moves the regions are projected as by the single-region step."""
    ratios = kernel.survivorship(_deaths(), 0.0 * _moves())
    together = kernel.project(_people(), ratios[None], _fertility()[None], 0.512, years=YEARS)
    single = np.moveaxis(ratios.diagonal(axis1=-2, axis2=-1), -1, 0)
    each = step.project(_people(), single[None], _fertility()[None], 0.512, years=YEARS)
    off = float((np.abs(together.people - each.people) / np.maximum(each.people, 1e-9)).max())
    return Check("no moves", off, 1e-12, f"relative difference from separate projections of {YEARS} years")


def growth() -> Check:
    """Constant rates lead to the growth of the dominant eigenvalue of Rogers's growth matrix."""
    ratios, fertility = kernel.survivorship(_deaths(), _moves()), _fertility()
    factor, _ = kernel.dominant(kernel.growth_matrix(ratios, fertility, 0.512))
    people = _people()
    for _ in range(SETTLED):
        people = kernel.step(people / people.sum(), ratios, fertility, 0.512).people
    off = abs(float(people.sum()) / factor - 1.0)
    return Check(
        "multiregional growth", off, 1e-8, f"yearly growth after {SETTLED} years against the eigenvalue {factor:.6f}"
    )


def pooled() -> Check:
    """One pool of all regions equals the matrix whose shares it stands for."""
    pull, out = np.arange(1.0, REGIONS + 1.0), _moves().sum(axis=-1)  # (sex, age, region)
    shares = np.where(np.eye(REGIONS), 0.0, pull / (pull.sum() - pull)[:, None])
    chances = out[..., None] * (shares - np.eye(REGIONS)) + np.eye(REGIONS)
    survival = np.moveaxis(np.exp(-_deaths()), -1, 0)
    given = (_fertility()[None], 0.512)
    matrix = kernel.project(_people(), kernel.settled(survival, chances)[None], *given, years=YEARS)
    pools = pooled_flows.pools(np.zeros((1, REGIONS), dtype=np.intp), np.ones((1, REGIONS)), pull)
    leaving = np.moveaxis(out, -1, 0)[None]
    other = pooled_flows.project(_people(), survival[None], *given, leaving, pools, years=YEARS)
    off = float((np.abs(other.people - matrix.people) / np.maximum(matrix.people, 1e-9)).max())
    return Check("pooled moves", off, 1e-11, f"relative difference of pools from their full matrix over {YEARS} years")


def _projection() -> kernel.Projection:
    ratios = kernel.survivorship(_deaths(), _moves())
    return kernel.project(_people(), ratios[None], _fertility()[None], 0.512, years=YEARS)


def _people() -> Floats:
    """Made people (region, 2, age), falling with age, other in each region."""
    size, age = np.arange(1.0, REGIONS + 1.0)[:, None, None], np.arange(AGES)
    return np.asarray(1000.0 * size * np.array([1.05, 1.0])[:, None] * np.exp(-((age / 75.0) ** 4)))


def _deaths() -> Floats:
    """Made death rates (2, age, region) by Gompertz and Makeham."""
    level = np.array([1.3, 1.0])[:, None, None] * np.linspace(0.8, 1.2, REGIONS)
    return np.asarray(0.0005 + 0.00003 * level * np.exp(0.095 * np.arange(AGES))[:, None])


def _moves() -> Floats:
    """Made moves (2, age, origin, destination): the young most, to the regions of higher number."""
    wave = 0.002 + 0.04 * np.exp(-(((np.arange(AGES) - 23.0) / 6.0) ** 2))
    to = np.where(np.eye(REGIONS), 0.0, np.arange(1.0, REGIONS + 1.0) / REGIONS)
    return np.broadcast_to(wave[:, None, None] * to, (2, AGES, REGIONS, REGIONS)).copy()


def _fertility() -> Floats:
    """Made births per woman-year (region, age), a bell about age 28, other in each region."""
    bell = np.exp(-(((np.arange(AGES) - 28.0) / 6.0) ** 2) / 2.0)
    return np.linspace(0.06, 0.15, REGIONS)[:, None] * np.where((bell > 0.01), bell, 0.0)
