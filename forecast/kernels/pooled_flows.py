"""Moves between thousands of areas without a matrix of areas by areas: through pools, or by a sparse table of shares.

Who leaves an area is its out-rate times its survivors of the year, by sex and age. Each origin sends fixed shares of
its leavers to pools: its own prefecture, its own province, the country. A pool hands its arrivals out by the pull of
its areas. That stands for a full matrix of shares from origin o to destination d, k the kinds of pools that reach d:

    share[o, d] = sum over k:  sent[k, o] pull[d] / (pull of all areas that kind k reaches from o)

Source: the migration pool model, two choices after each other, whether to leave and where to (Wilson and Bell 2004,
Journal of Population Research 21). Time and memory grow with areas x sexes x ages only. Whoever leaves arrives: totals
by sex and age are kept to rounding (law 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from forecast.axes import Floats
from forecast.kernels import step as single

Integers = NDArray[np.intp]
ALONE = 1e-4
"""Where all others have less than this share of a pool's pull, an origin counts as alone: rounding stays small."""
OFF = 1e-9
"""Shares that should sum to one may miss it by so much."""


class Network(Protocol):
    """Where those who leave arrive."""

    def move(self, leaving: Floats) -> tuple[Floats, Floats]:
        """Who leaves in fact, and who arrives, both (area, sex, age), from who would leave; both have the same sums."""


@dataclass(frozen=True, slots=True, eq=False)
class Pools:
    """Pools of several kinds, made by ``pools``; arrays (area, sex or 1, age or 1).

    kinds   for each kind, how its leavers are collected and handed out
    pull    what an area draws arrivals by
    placed  share of the leavers for whom there is a place to go, 1 or less; the others stay
    """

    kinds: tuple[Kind, ...]
    pull: Floats
    placed: Floats

    def move(self, leaving: Floats) -> tuple[Floats, Floats]:
        """See ``Network``."""
        arrived = np.zeros_like(leaving)
        for kind in self.kinds:
            sent = leaving * kind.push
            arrived += kind.pool.share(sent)
            if kind.beyond is not None:
                arrived -= kind.beyond.share(sent)
        # What a group of origins sends beyond itself is taken off what its pool received: rounding may leave -1e-20.
        np.maximum(arrived, 0.0, out=arrived)
        arrived *= self.pull
        return leaving * self.placed, arrived


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """Pools of one kind.

    pool    the areas of each pool
    beyond  the groups whose own leavers must arrive beyond them, or none
    push    share of the leavers sent here, over the pull within reach  (area, sex or 1, age or 1)
    """

    pool: Groups
    beyond: Groups | None
    push: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Areas in groups: the group of each area (area,), and the sums over groups as a sparse matrix (group, area)."""

    of: Integers
    sums: csr_array

    @classmethod
    def made(cls, members: Integers) -> Groups:
        """From any whole numbers that name the groups (area,)."""
        _, of = np.unique(members, return_inverse=True)
        ones = (np.ones(len(of)), (of, np.arange(len(of))))
        return cls(of, csr_array(ones, shape=(int(of.max()) + 1, len(of))))

    def share(self, values: Floats) -> Floats:
        """The sum of its group for every area; values (area, sex, age)."""
        flat = values.reshape(len(values), -1)
        return np.asarray((self.sums @ flat)[self.of].reshape(values.shape))


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """A sparse table of destinations; made by ``shares``.

    onward  share of the leavers of an origin that arrives, (destination, origin)
    placed  one, or nil for an origin without destinations, whose leavers stay (origin, 1, 1)
    """

    onward: csr_array
    placed: Floats

    def move(self, leaving: Floats) -> tuple[Floats, Floats]:
        """See ``Network``."""
        arrived = self.onward @ leaving.reshape(len(leaving), -1)
        return leaving * self.placed, np.asarray(arrived).reshape(leaving.shape)


@dataclass(frozen=True, slots=True, eq=False)
class Projection(single.Projection):
    """What several years bring.

    left, arrived  people who moved out of and into an area   (year, area, sex, age)
    """

    left: Floats
    arrived: Floats


def pools(members: Integers, sent: Floats, pull: Floats, *, own: bool = False) -> Pools:
    """Prepare pools.

    members  whole numbers that name the pool of each area (kind, area), kinds from the narrowest to the widest: each
             narrower pool lies within one wider
    sent     share of an origin's leavers that goes to its pool of each kind; over the kinds they sum to one
             (kind, area) or (kind, area, sex or 1, age or 1)
    pull     not negative, any unit: for example arrivals of a past year, or people
             (area,) or (area, sex or 1, age or 1); a pattern by age that all areas share changes nothing
    own      False: a pool reaches its areas outside the origin's narrower pool (the narrowest: outside the origin), so
             that the kinds are "within the prefecture", "elsewhere in the province", "elsewhere in the country".
             True: it reaches all its areas, the origin too; who draws the origin leaves it and arrives in it.

    Where nobody is within reach, what was sent goes to the next wider kind; beyond the widest it stays at home.
    """
    members, sent, pull = np.atleast_2d(members), np.asarray(sent, dtype=np.float64), np.asarray(pull, dtype=np.float64)
    sent = sent[..., None, None] if sent.ndim == 2 else sent
    pull = pull[..., None, None] if pull.ndim == 1 else pull
    _fit(members, sent, pull)
    groups = [Groups.made(row) for row in members]
    itself = Groups.made(np.arange(members.shape[1]))
    made, carried = [], np.zeros(np.broadcast_shapes(sent.shape[1:], pull.shape))
    for kind, group in enumerate(groups):
        beyond = None if own else (groups[kind - 1] if kind else itself)
        whole = group.share(pull)
        reach = whole if beyond is None else whole - beyond.share(pull)
        open_ = reach > ALONE * whole
        given = sent[kind] + carried
        made.append(Kind(group, beyond, np.where(open_, given, 0.0) / np.where(open_, reach, 1.0)))
        carried = np.where(open_, 0.0, given)
    return Pools(tuple(made), pull, 1.0 - carried)


def shares(table: csr_array) -> Shares:
    """Prepare a sparse table of shares (origin, destination).

    The shares of an origin sum to one, or are all missing; none goes to itself. An origin's leavers of all sexes and
    ages take the same shares, so that a flow is its total times the age pattern of the origin's leavers.
    """
    total = np.asarray(table.sum(axis=1))
    if table.shape[0] != table.shape[1] or table.diagonal().any() or (table.data < 0.0).any():
        raise ValueError("shares must be square, not negative and nil from an area to itself")
    some = total > 0.0
    if (np.abs(total[some] - 1.0) > OFF).any():
        raise ValueError(f"shares of origins {np.flatnonzero(some & (np.abs(total - 1.0) > OFF))[:10]} do not sum to 1")
    scale = np.where(some, 1.0 / np.where(some, total, 1.0), 1.0)
    return Shares(csr_array(table.multiply(scale[:, None]).T), some.astype(np.float64)[:, None, None])


def project(
    start: Floats,
    survival: Floats,
    fertility: Floats,
    boys: Floats | float,
    out: Floats,
    network: Network,
    *,
    years: int,
    events: bool = True,
    threads: int | None = None,
) -> Projection:
    """Project areas whose people survive and bear as in ``step.step`` (births on start and survivors), then move.

    start, survival, fertility, boys as in ``step.project``, with a first axis of years of size ``years`` or 1
    out     share of the survivors of the year that leaves, by age at its end (years or 1, area or 1, 2, age)
    events  keep births, deaths and moves too
    """
    if out.shape[0] not in (1, years) or (out < 0.0).any() or (out > 1.0).any():
        raise ValueError(f"out of {len(out)} years for {years}, from {out.min():.3g} to {out.max():.3g}: not shares")
    areas, sexes, ages = start.shape
    room = single.room(years, areas, ages, events)
    left, arrived = (np.empty((years if events else 0, areas, sexes, ages)) for _ in range(2))
    room.people[0] = start
    lead = np.asarray(boys, dtype=np.float64)
    given = (survival, fertility, lead.reshape((1,) * (2 - lead.ndim) + lead.shape))
    for year in range(years):
        ratio, rate, share = (array[min(year, len(array) - 1)] for array in given)
        one = single.step(room.people[year], ratio, rate, share, threads=threads)
        gone, come = network.move(out[min(year, len(out) - 1)] * one.people)
        np.subtract(one.people, gone, out=room.people[year + 1])
        room.people[year + 1] += come
        if events:
            room.births[year], room.newborns[year], room.deaths[year] = one.births, one.newborns, one.deaths
            left[year], arrived[year] = gone, come
    return Projection(room.people, room.births, room.newborns, room.deaths, left, arrived)


def _fit(members: Integers, sent: Floats, pull: Floats) -> None:
    """ValueError where the arguments of ``pools`` do not fit."""
    kinds, areas = members.shape
    if not np.issubdtype(members.dtype, np.integer):
        raise ValueError("members must be whole numbers")
    if sent.shape[:2] != (kinds, areas) or sent.ndim != 4 or pull.ndim != 3 or len(pull) != areas:
        raise ValueError(f"sent {sent.shape} or pull {pull.shape} do not fit {kinds} kinds of {areas} areas")
    if (sent < 0.0).any() or (np.abs(sent.sum(axis=0) - 1.0) > OFF).any():
        raise ValueError("sent must not be negative and sum to 1 over the kinds")
    if (pull < 0.0).any() or not np.isfinite(pull).all():
        raise ValueError("pull must be finite and not negative")
    for narrow, wide in pairwise(members):
        if len(np.unique(np.stack([narrow, wide]), axis=1).T) > len(np.unique(narrow)):
            raise ValueError("a narrower pool lies in more than one wider pool")
