"""One year of the cohort-component step, for many areas at once (laws 5 and 6).

Source: the kernel of the UN's World Population Prospects (Hertog and Wheldon, ccmppWPP); Preston, Heuveline and Guillot
2001, chapter 6. Notation: P start, S survival ratio, D cohort deaths, E survivors, M net migrants, f fertility, x age.

Migrants, by timing
    ``start``  M[x] joins the start population at age x and lives through the year: P~ = P + M
    ``even``   half of M[x] joins aged x at the start and ends the year aged x + 1; half joins aged x at the end
    ``end``    M[x] joins aged x at the end, after births and deaths
Women who bear, by exposure (never the first or the last age, as in the UN kernel)
    ``survivors``  mean of P~ and E of the chosen timing; E holds the half of the end if ``even``, none if ``end``
    ``final``      mean of P and of the final women, all migrants included (what the published WPP 2019 obeys)
    ``even``       what ``survivors`` takes under timing ``even``, whichever timing moves the people; not for rates
Deaths are cohort deaths: D[x] befalls those who are, or would have been, x at the end; D[0] the year's births.

Two implementations, ``step_numpy`` and ``step_numba``, perform the same operations in the same order on every cell, so
that they agree to the last bit, whatever the number of threads (law 12).
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np

from forecast.axes import Floats
from forecast.kernels import step_numpy
from forecast.kernels.twins import read_only

Timing = Literal["start", "even", "end"]
Exposure = Literal["survivors", "final", "even"]
Engine = Literal["auto", "numpy", "numba"]

LARGE = 200_000
"""Cells from which the compiled kernel is worth the import of numba."""
BLOCK = 32
"""Areas that one thread takes at a time: their people of one year fit the second-level cache."""
MOST_THREADS = 8
"""Threads beyond this only wait for memory."""
AT_START: dict[str, float] = {"start": 1.0, "even": 0.5, "end": 0.0}
EXPOSURES = {"survivors": step_numpy.SURVIVORS, "final": step_numpy.FINAL, "even": step_numpy.EVEN}


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """What one year brings.

    people    persons at the end of the year          (area, sex, age)
    births    births of the year by age of mother     (area, age)
    newborns  births of the year by sex               (area, sex)
    deaths    cohort deaths by age at the end         (area, sex, age)
    """

    people: Floats
    births: Floats
    newborns: Floats
    deaths: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """What several years bring; ``people[0]`` is the start. Events hold no year where they were not asked for.

    people    persons on 31 December                  (year + 1, area, sex, age)
    births    births of a year by age of mother       (year, area, age)
    newborns  births of a year by sex                 (year, area, sex)
    deaths    cohort deaths by age at the end         (year, area, sex, age)
    """

    people: Floats
    births: Floats
    newborns: Floats
    deaths: Floats


@dataclass(frozen=True, slots=True)
class Rules:
    """How a step treats migrants and births."""

    timing: Timing = "end"
    exposure: Exposure = "survivors"
    rates: bool = False

    def __post_init__(self) -> None:
        if self.timing not in AT_START or self.exposure not in EXPOSURES:
            known = f"{list(AT_START)} and {list(EXPOSURES)}"
            raise ValueError(f"timing {self.timing!r} with exposure {self.exposure!r}: the known ones are {known}")
        if self.rates and self.timing != "end":
            raise ValueError("migration rates apply to the survivors: their timing must be 'end'")
        if self.rates and self.exposure == "even":
            raise ValueError("migration rates give no infants before the births: their exposure cannot be 'even'")

    @property
    def coded(self) -> step_numpy.Rules:
        """The rules for the kernels; exposure ``even`` under timing ``even`` is ``survivors`` by definition."""
        exposure = "survivors" if self.timing == "even" == self.exposure else self.exposure
        return AT_START[self.timing], EXPOSURES[exposure], self.rates


def step(  # noqa: PLR0913 - one argument for each input and rule of the step
    start: Floats,
    survival: Floats,
    fertility: Floats,
    boys: Floats | float,
    migrants: Floats | None = None,
    *,
    timing: Timing = "end",
    exposure: Exposure = "survivors",
    rates: bool = False,
    threads: int | None = None,
    engine: Engine = "auto",
) -> Step:
    """Carry the people of n areas over one year.

    start      persons on 31 December                                        (n, 2, age)
    survival   life-table ratio S: [0] birth to age 0, [x] age x - 1 to x,
               last: the two oldest groups together to the open group        (n or 1, 2, age)
    fertility  births per woman and year, by age of mother                   (n or 1, age)
    boys       share of boys among births                                    (n or 1) or a number
    migrants   net persons, by age at the start or end as ``timing`` says;
               if ``rates``, net migrants per survivor at the end            (n or 1, 2, age)

    An axis of size 1 is shared, never copied. Raises ValueError where shapes or rules do not fit.

    >>> people = np.array([[[0.0, 4.0, 0.0], [0.0, 10.0, 0.0]]])
    >>> year = step(people, np.full((1, 2, 3), 0.5), np.array([[0.0, 0.8, 0.0]]), 0.5)
    >>> year.people, float(year.births.sum())
    (array([[[1., 0., 2.],
            [1., 0., 5.]]]), 4.0)
    """
    people = _start(start)
    given = None if migrants is None else migrants[None]
    inputs = _inputs(people.shape, 1, survival[None], fertility[None], _lead(boys), given)
    areas, _, ages = people.shape
    out = room(1, areas, ages)
    _run(people, inputs, out, Rules(timing, exposure, rates), threads, engine)
    return Step(out.people[1], out.births[0], out.newborns[0], out.deaths[0])


def project(  # noqa: PLR0913 - those of the step, and what to keep
    start: Floats,
    survival: Floats,
    fertility: Floats,
    boys: Floats | float,
    migrants: Floats | None = None,
    *,
    years: int,
    timing: Timing = "end",
    exposure: Exposure = "survivors",
    rates: bool = False,
    events: bool = True,
    threads: int | None = None,
    engine: Engine = "auto",
    into: Projection | None = None,
) -> Projection:
    """Repeat ``step`` over ``years``; every rate has a first axis of years, of size ``years`` or 1.

    start as in ``step``; survival, migrants (years or 1, n or 1, 2, age); fertility (years or 1, n or 1, age);
    boys (years or 1, n or 1) or a number. ``events``: keep births and deaths too. ``into``: write into this ``room``.
    """
    people = _start(start)
    inputs = _inputs(people.shape, years, survival, fertility, _lead(boys), migrants)
    wanted = (years + 1, *people.shape)
    into = room(years, people.shape[0], people.shape[2], events) if into is None else into
    if into.people.shape != wanted:
        raise ValueError(f"room for people of shape {into.people.shape} is not {wanted}")
    into.people[0] = people
    _run(into.people[0], inputs, into, Rules(timing, exposure, rates), threads, engine)
    return into


def room(years: int, areas: int, ages: int, events: bool = True) -> Projection:
    """Unfilled arrays for a projection, to be used again and again."""
    kept = years if events else 0
    return Projection(
        people=np.empty((years + 1, areas, 2, ages)),
        births=np.empty((kept, areas, ages)),
        newborns=np.empty((kept, areas, 2)),
        deaths=np.empty((kept, areas, 2, ages)),
    )


def balance(
    start: Floats, people: Floats, newborns: Floats, deaths: Floats, migrants: Floats, *, timing: Timing = "end"
) -> Floats:
    """What the account of law 6 leaves over: end - (start - deaths + migrants) by cohort, in persons (..., sex, age).

    Entry x is the cohort aged x at the end, entry 0 the year's births (newborns (..., sex)), the last the two oldest
    groups of the start. ``migrants`` are persons, indexed as in ``step``: who joins at the start ends it a year older.
    """
    share = AT_START[timing]
    expected = aged(start + share * migrants, newborns)
    return people - (expected - deaths + (1.0 - share) * migrants)


def aged(start: Floats, newborns: Floats | float = 0.0) -> Floats:
    """Everybody (..., age) one cell older, nobody dies: births (...,) at 0, the two oldest together at the last."""
    older = np.empty_like(start)
    older[..., 0], older[..., 1:] = newborns, start[..., :-1]
    older[..., -1] += start[..., -1]
    return older


def _start(start: Floats) -> Floats:
    people = np.ascontiguousarray(start, dtype=np.float64)
    if people.ndim != 3 or people.shape[1] != 2 or people.shape[2] < 2:
        raise ValueError(f"start of shape {np.shape(start)} is not (areas, 2 sexes, 2 or more ages)")
    return people


def _lead(boys: Floats | float) -> Floats:
    """The share of boys with its axes of years and areas."""
    share = np.asarray(boys, dtype=np.float64)
    return share.reshape((1,) * (2 - share.ndim) + share.shape)


def _inputs(
    shape: tuple[int, ...], years: int, survival: Floats, fertility: Floats, boys: Floats, migrants: Floats | None
) -> step_numpy.Arrays:
    """Check the shapes of all rates at once."""
    areas, sexes, ages = shape
    wanted = {"survival": (sexes, ages), "fertility": (ages,), "boys": (), "migrants": (sexes, ages)}
    given = {
        "survival": survival,
        "fertility": fertility,
        "boys": boys,
        "migrants": np.zeros((1, 1, sexes, ages)) if migrants is None else migrants,
    }
    faults = [
        f"{name} of shape {rate.shape} is not ({years} or 1, {areas} or 1, {', '.join(map(str, wanted[name]))})"
        for name, rate in given.items()
        if rate.shape[2:] != wanted[name] or rate.shape[0] not in (1, years) or rate.shape[1] not in (1, areas)
    ]
    if faults:
        raise ValueError("; ".join(faults))
    return (
        read_only(survival),
        read_only(fertility),
        read_only(boys),
        read_only(given["migrants"]),
    )


def _run(
    start: Floats, given: step_numpy.Arrays, out: Projection, rules: Rules, threads: int | None, engine: Engine
) -> None:
    """Fill ``out`` after its start; areas are independent, so a thread takes its own block through all years."""
    areas = start.shape[0]
    written = (out.people[1:], out.births, out.newborns, out.deaths)
    work = (read_only(start), given, written, rules.coded)
    if engine == "numpy" or (engine == "auto" and written[0].size < LARGE):
        step_numpy.advance(*work, (0, areas))
        return
    from forecast.kernels import step_numba

    workers = min(threads or os.cpu_count() or 1, MOST_THREADS)
    if workers < 2 or areas < 2 * BLOCK:
        step_numba.advance(*work, (0, areas))
        return
    blocks = [(low, min(low + BLOCK, areas)) for low in range(0, areas, BLOCK)]
    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(step_numba.advance, *work, block) for block in blocks]:
            done.result()
