"""People who move between regions while they live and die: transitions, life table and step with matrices.

Source: Rogers 1975 and 1995; Willekens and Rogers 1978 (RR-78-18 of IIASA), chapters 2 and 3. At each sex and age
stands a matrix, origin in rows and destination in columns (Rogers writes its transpose):

    M  rates of leaving: deaths and all moves out on the diagonal, minus the moves beside it
    a  years of an age lived there by those who leave it, by death or by moving: half a year where not known better
    A  (I + M (1 - a))^-1: years lived in each region, within an age, by one who begins it
    P  I - A M: where one who begins an age is at its end; with a = 1/2 it is (I + M/2)^-1 (I - M/2)
    l  l[x+1] = l[x] P[x];  L = l A, open group l M^-1;  T sums L from the age on
    S  L[x-1]^-1 L[x] = (I - M[x-1] a) A[x]: no inverse of l is needed, so that regions may mix as they like

``exponential`` keeps rates constant within an age instead: P = exp(-M), A its integral over the year. That holds for
rates of any size. Rates are per person and year, or per person and step of k years with years counted in steps.
Deaths befall the region where a cohort began the year (infants: was born), as S implies. Flows count people who ended
the year elsewhere, not moves: those who moved twice count once, those who came back not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.linalg import expm
from scipy.sparse import coo_array, csr_array, eye_array
from scipy.sparse.linalg import eigs

from forecast.axes import FEMALE, SEXES, Floats
from forecast.kernels import step as single

Exposure = Literal["survivors", "final"]
EXPOSURES: tuple[Exposure, ...] = ("survivors", "final")
BELOW_ZERO = -1e-12
"""A probability below is no rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class LifeTable:
    """A multiregional life table with radix 1 in every region of birth; arrays (..., age, birth, residence).

    l  alive at the start of the age    L  years lived in the age    T  years lived from the age on
    e  years left to live by region, for one born in ``birth`` who is alive at the age, wherever that is
    """

    l: Floats
    L: Floats
    T: Floats
    e: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Step(single.Step):
    """What one year brings; deaths by region at its start (infants: of birth), births by region of residence.

    flows  people alive at the end in another region than at the start, or at birth (origin, destination, sex, age)
    """

    flows: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Projection(single.Projection):
    """What several years bring; flows as in ``Step`` with a first axis of years, which is empty if not asked for."""

    flows: Floats


def moving(moves: Floats, *, exponential: bool = False) -> Floats:
    """Where survivors are a year later (..., origin, destination): ``transition`` without deaths, rows sum to one."""
    return transition(0.0, moves, exponential=exponential)


def transition(
    deaths: Floats | float, moves: Floats, *, lived: Floats | float = 0.5, exponential: bool = False
) -> Floats:
    """Probabilities P to be in each region at the end of a year of age (..., sex, age, origin, destination).

    deaths  per person-year, anything that broadcasts to       (..., sex, age, region)
    moves   per person-year at the origin, nil on the diagonal (..., sex, age, origin, destination)
    lived   ``a`` above, years                                 as deaths

    Raises ValueError for rates that are none, and where a year is too long for them: the formula gives negative
    probabilities, which cannot happen while deaths and moves out are at most 1 / a (2 a year).

    >>> transition(np.zeros(2), np.array([[0.0, 1.0], [0.0, 0.0]])).round(6)
    array([[0.333333, 0.666667],
           [0.      , 1.      ]])
    """
    rates = leaving(deaths, moves)
    return _possible(_year(rates, lived, exponential)[1], rates)


def leaving(deaths: Floats | float, moves: Floats) -> Floats:
    """Matrices M (..., origin, destination), arguments of ``transition``; ValueError where they are no rates."""
    deaths, moves = np.asarray(deaths, dtype=np.float64), np.asarray(moves, dtype=np.float64)
    if moves.ndim < 2 or moves.shape[-1] != moves.shape[-2]:
        raise ValueError(f"moves of shape {moves.shape} have not as many origins as destinations")
    if not all(rates.min() >= 0.0 and rates.max() < np.inf for rates in (deaths, moves)):
        raise ValueError("rates of dying and moving must be finite and not negative")
    if np.einsum("...ii->...i", moves).any():
        raise ValueError("moves from a region to itself: the diagonal must be nil")
    left = deaths + moves.sum(axis=-1)
    rates = np.empty((*left.shape, moves.shape[-1]))
    np.negative(moves, out=rates)
    np.einsum("...ii->...i", rates)[...] = left
    return rates


def survivorship(
    deaths: Floats | float, moves: Floats, *, lived: Floats | float = 0.5, exponential: bool = False
) -> Floats:
    """Ratios S for ``step`` (..., sex, age, origin, destination) from the arguments of ``transition``.

    Entry 0: from birth to age 0, A[0]; x: from age x - 1 to x; last: from the two oldest groups together to the open
    one, T[w-1]^-1 T[w] = B (B + M[w])^-1 with B = A[w-1]^-1 P[w-1], which is I - M[w-1] a unless ``exponential``.
    There both groups take the moves of the open one, each its own deaths: other moves could make ratios negative.
    """
    rates = leaving(deaths, moves)
    lived = np.broadcast_to(np.asarray(lived, dtype=np.float64), rates.shape[:-1])
    oldest, open_ = rates[..., -2, :, :], rates[..., -1, :, :]
    joint = open_.copy()
    np.einsum("...ii->...i", joint)[...] += oldest.sum(axis=-1) - open_.sum(axis=-1)
    if exponential:
        years, ends = _constant(rates)
        onward, last = np.linalg.solve(years, ends), np.linalg.solve(*_constant(joint))
    else:
        years = _linear(rates, lived)
        onward, last = _left(rates, lived), _left(joint, lived[..., -2, :])
    ratios = np.empty_like(rates)
    ratios[..., 0, :, :] = years[..., 0, :, :]
    np.matmul(onward[..., :-2, :, :], years[..., 1:-1, :, :], out=ratios[..., 1:-1, :, :])
    ratios[..., -1, :, :] = last @ np.linalg.inv(last + open_)
    return _possible(ratios, rates)


def settled(survival: Floats, chances: Floats) -> Floats:
    """Ratios S for ``step`` from people who first survive at home and then move.

    survival  life-table ratios of the single-region step  (region, 2, age)
    chances   ``moving``, by age at the end of the year    (2, age, origin, destination)
    """
    return np.asarray(np.moveaxis(survival, 0, -1)[..., None] * chances)


def life_table(
    deaths: Floats | float, moves: Floats, *, lived: Floats | float = 0.5, exponential: bool = False
) -> LifeTable:
    """The multiregional life table from the arguments of ``transition``; people must die in the open group."""
    rates = leaving(deaths, moves)
    if not (rates[..., -1, :, :].sum(axis=-1) > 0.0).all():
        raise ValueError("a life table ends: death rates of the open group must lie above 0")
    years, ends = _year(rates, lived, exponential)
    _possible(ends[..., :-1, :, :], rates)
    alive = np.empty_like(rates)
    alive[..., 0, :, :] = np.eye(rates.shape[-1])
    for age in range(rates.shape[-3] - 1):
        alive[..., age + 1, :, :] = alive[..., age, :, :] @ ends[..., age, :, :]
    spent = alive @ years
    spent[..., -1, :, :] = alive[..., -1, :, :] @ np.linalg.inv(rates[..., -1, :, :])
    left = np.flip(np.cumsum(np.flip(spent, -3), -3), -3)
    anywhere = alive.sum(axis=-1, keepdims=True)
    expected = np.divide(left, anywhere, out=np.zeros_like(left), where=anywhere > 0.0)
    return LifeTable(l=alive, L=spent, T=left, e=expected)


def step(
    people: Floats, survival: Floats, fertility: Floats, boys: Floats | float, *, exposure: Exposure = "survivors"
) -> Step:
    """Carry the people of n regions over one year: the step of one region with a matrix in place of a ratio.

    people     persons on 31 December                     (n, 2, age)
    survival   S of ``survivorship`` or ``settled``       (2, age, n, n)
    fertility  births per woman and year, by age          (n or 1, age)
    boys       share of boys among births                 (n or 1) or a number
    exposure   women who bear in a region: the mean of those there at the start and of those of them who survive
               (``survivors``), or of those there at the start and at the end (``final``, as Rogers)

    Nobody bears at the first or the last age.

    >>> ratios = np.array([[[0.5, 0.5], [0.0, 1.0]]] * 2)
    >>> year = step(np.array([[[8.0, 0.0]] * 2, [[0.0, 4.0]] * 2]), np.stack([ratios] * 2), np.zeros((1, 2)), 0.5)
    >>> year.people[:, 0], float(year.flows[0, 1, 0, 1])
    (array([[0., 4.],
           [0., 8.]]), 4.0)
    """
    _fit(people, survival, fertility)
    if exposure not in EXPOSURES:
        raise ValueError(f"exposure {exposure!r}: the known ones are {list(EXPOSURES)}")
    regions, _, ages = people.shape
    exposed = np.empty((len(SEXES), ages, regions))
    exposed[:, 1:] = people.transpose(1, 2, 0)[:, :-1]
    exposed[:, -1] += people.transpose(1, 2, 0)[:, -1]
    exposed[:, 0] = 0.0
    alive = survival.sum(axis=-1)
    moved = exposed[..., None] * survival

    seen = (exposed * alive)[FEMALE] if exposure == "survivors" else moved[FEMALE].sum(axis=-2)
    births = np.zeros((regions, ages))
    births[:, 1:-1] = fertility[:, 1:-1] * 0.5 * (people[:, FEMALE, 1:-1] + seen.T[:, 1:-1])
    total = births.sum(axis=-1)
    newborns = np.stack([total * boys, total - total * boys], axis=-1)

    exposed[:, 0] = newborns.T
    moved[:, 0] = exposed[:, 0, :, None] * survival[:, 0]
    deaths = exposed * np.maximum(1.0 - alive, 0.0)
    ended = moved.sum(axis=-2)
    np.einsum("...ii->...i", moved)[...] = 0.0
    return Step(
        people=np.ascontiguousarray(ended.transpose(2, 0, 1)),
        births=births,
        newborns=newborns,
        deaths=np.ascontiguousarray(deaths.transpose(2, 0, 1)),
        flows=np.ascontiguousarray(moved.transpose(2, 3, 0, 1)),
    )


def project(
    start: Floats,
    survival: Floats,
    fertility: Floats,
    boys: Floats | float,
    *,
    years: int,
    exposure: Exposure = "survivors",
    flows: bool = True,
) -> Projection:
    """Repeat ``step`` over ``years``; survival, fertility and boys (unless a number) have a first axis, years or 1."""
    shares = np.asarray(boys, dtype=np.float64)
    given = {"survival": survival, "fertility": fertility, "boys": shares[None] if shares.ndim == 0 else shares}
    for name, rate in given.items():
        if len(rate) not in (1, years):
            raise ValueError(f"{name} of {len(rate)} years: neither 1 nor {years}")
    regions, _, ages = start.shape
    room = single.room(years, regions, ages)
    moved = np.empty((years if flows else 0, regions, regions, len(SEXES), ages))
    room.people[0] = start
    for year in range(years):
        rates = [rate[min(year, len(rate) - 1)] for rate in given.values()]
        one = step(room.people[year], *rates, exposure=exposure)
        room.people[year + 1], room.births[year], room.newborns[year] = one.people, one.births, one.newborns
        room.deaths[year] = one.deaths
        if flows:
            moved[year] = one.flows
    return Projection(room.people, room.births, room.newborns, room.deaths, moved)


def net(flows: Floats) -> Floats:
    """Arrivals minus departures (..., region, sex, age) of flows (..., origin, destination, sex, age).

    Over the regions they sum to zero at each sex and age (law 6): every flow counts once in and once out.
    """
    return np.asarray(flows.sum(axis=-4) - flows.sum(axis=-3))


def growth_matrix(
    survival: Floats, fertility: Floats, boys: Floats | float, *, exposure: Exposure = "survivors"
) -> csr_array:
    """Rogers's growth matrix: takes the people (region x sex x age, flattened) to the next year, as ``step``.

    Arguments as in ``step``; written apart from it, as a check on it.
    """
    ages, regions = survival.shape[1], survival.shape[-1]
    places = np.arange(regions * len(SEXES) * ages).reshape(regions, len(SEXES), ages)
    size = places.size
    aged = _ageing(survival, places)
    if exposure == "survivors":
        at_home = np.einsum("sao,od->saod", survival.sum(axis=-1), np.eye(regions))
        seen = _ageing(at_home, places)
    else:
        seen = aged
    bearing = places[:, FEMALE, 1:-1]
    rates = np.broadcast_to(fertility, (regions, ages))[:, 1:-1]
    mothers = np.broadcast_to(np.arange(regions)[:, None], bearing.shape)
    bear = coo_array((rates.ravel(), (mothers.ravel(), bearing.ravel())), shape=(regions, size)).tocsr()
    by_sex = np.stack(np.broadcast_arrays(np.full(regions, boys), 1.0 - np.full(regions, boys)))
    infants = by_sex[:, :, None] * survival[:, 0]  # (sex, birth, residence)
    rows = np.broadcast_to(places[:, :, 0].T[:, None, :], infants.shape)
    columns = np.broadcast_to(np.arange(regions)[:, None], infants.shape)
    born = coo_array((infants.ravel(), (rows.ravel(), columns.ravel())), shape=(size, regions)).tocsr()
    return csr_array(aged + born @ bear @ (0.5 * (eye_array(size) + seen)))


def dominant(matrix: csr_array) -> tuple[float, Floats]:
    """Yearly growth factor (dominant eigenvalue) of a sparse matrix and the stable structure as shares of the total."""
    values, vectors = eigs(matrix, k=1, which="LR", v0=np.ones(matrix.shape[0]), ncv=min(40, matrix.shape[0]))
    shares = vectors[:, 0].real
    return float(values[0].real), np.asarray(shares / shares.sum())


def _year(rates: Floats, lived: Floats | float, exponential: bool) -> tuple[Floats, Floats]:
    """A and P of every matrix M."""
    if exponential:
        return _constant(rates)
    years = _linear(rates, np.broadcast_to(np.asarray(lived, dtype=np.float64), rates.shape[:-1]))
    return years, np.eye(rates.shape[-1]) - years @ rates


def _linear(rates: Floats, lived: Floats) -> Floats:
    """A = (I + M (1 - a))^-1 of every matrix M; ``a`` by region of residence, the columns."""
    weighted = rates * (1.0 - lived)[..., None, :]
    np.einsum("...ii->...i", weighted)[...] += 1.0
    return np.asarray(np.linalg.inv(weighted), dtype=np.float64)


def _left(rates: Floats, lived: Floats) -> Floats:
    """I - M a, which is A^-1 P, of every matrix M."""
    still = rates * -lived[..., None, :]
    np.einsum("...ii->...i", still)[...] += 1.0
    return still


def _constant(rates: Floats) -> tuple[Floats, Floats]:
    """A and P of every matrix M whose rates stay constant within the age: exp [[-M, I], [0, 0]] = [[P, A], [0, I]]."""
    regions = rates.shape[-1]
    both = np.zeros((*rates.shape[:-2], 2 * regions, 2 * regions))
    both[..., :regions, :regions], both[..., :regions, regions:] = -rates, np.eye(regions)
    power: Floats = expm(both)
    return power[..., :regions, regions:], power[..., :regions, :regions]


def _possible(chances: Floats, rates: Floats) -> Floats:
    """Give back probabilities; ValueError where one is negative."""
    if (chances < BELOW_ZERO).any():
        most = float(np.einsum("...ii->...i", rates).max())
        raise ValueError(
            f"deaths and moves out of a region reach {most:.3g} a year: above 2 a year of age is too long a step and "
            "probabilities turn negative; use exponential=True, or shorter steps"
        )
    return chances


def _fit(people: Floats, survival: Floats, fertility: Floats) -> None:
    """ValueError where the arguments of ``step`` do not fit."""
    if people.ndim != 3 or people.shape[1] != len(SEXES) or people.shape[2] < 2:
        raise ValueError(f"people of shape {people.shape} are not (regions, 2 sexes, 2 or more ages)")
    regions, sexes, ages = people.shape
    if survival.shape != (sexes, ages, regions, regions):
        raise ValueError(f"survival of shape {survival.shape} is not {(sexes, ages, regions, regions)}")
    if fertility.shape not in ((regions, ages), (1, ages)):
        raise ValueError(f"fertility of shape {fertility.shape} is not ({regions} or 1, {ages})")


def _ageing(survival: Floats, places: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> csr_array:
    """Sparse matrix of S without the births: from (origin, sex, age - 1) to (destination, sex, age)."""
    older = survival[:, 1:].transpose(2, 3, 0, 1)  # (origin, destination, sex, age)
    columns = np.broadcast_to(places[:, None, :, :-1], older.shape)
    rows = np.broadcast_to(places[None, :, :, 1:], older.shape)
    oldest = older[..., -1]
    columns_last = np.broadcast_to(places[:, None, :, -1], oldest.shape)
    rows_last = np.broadcast_to(places[None, :, :, -1], oldest.shape)
    values = np.concatenate([older.ravel(), oldest.ravel()])
    at = (np.concatenate([rows.ravel(), rows_last.ravel()]), np.concatenate([columns.ravel(), columns_last.ravel()]))
    made = coo_array((values, at), shape=(places.size, places.size)).tocsr()
    made.eliminate_zeros()
    return made
