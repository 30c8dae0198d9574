"""How far births, deaths and moves stray from their expected course: autocorrelated shocks, shared and of each area.

Three streams run through every trajectory: births (log level of fertility), deaths (log level of the probability of
dying) and moves (yearly net migration per person). Each is the sum of a shock that all areas share and of an area's
own; each goes on in time. Whatever is on record carries no shock.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv, ndtr

from forecast.axes import Floats
from forecast.kernels.paths import Shocks
from forecast.kernels.philox import STREAMS, key_of, normals
from forecast.kernels.shocks import Start, autocorrelated

BIRTHS, DEATHS, MOVES, SHAPE = range(4)
"""Streams of the generator; the last one shapes a whole trajectory: how wild it is, how fast survival improves."""


@dataclass(frozen=True, slots=True)
class Wave:
    """An autocorrelated series by year: u(t) = kept u(t-1) + n(t), n(t) = run n(t-1) + sd e(t).

    sd    standard deviation of a year's news
    kept  share of the level that is left a year later, 0 to 1
    run   share of the news that goes on a year later: above 0 a turn comes gradually, as births turn
    """

    sd: float
    kept: float
    run: float = 0.0

    def answer(self, steps: int) -> Floats:
        """What one unit of news is worth after 0, 1 .. steps (step,)."""
        lags = np.arange(steps)
        return np.asarray(np.convolve(self.kept**lags, self.run**lags)[:steps]) if steps else np.zeros(0)

    def over(self, width: int, *, summed: bool) -> Wave:
        """The same in steps of ``width`` years: the sum of their values (a rate adds up), or the mean (a level).

        Variances of the first two steps are kept, as far as a ``run`` of 0.95 goes.
        """
        if width == 1:
            return self
        answers, years = self.answer(2 * width), range(2 * width)
        paths = np.array([[answers[now - news] if news <= now else 0.0 for news in years] for now in years])
        alike = self.sd**2 * paths @ paths.T * (1.0 if summed else width**-2)
        first, second = float(alike[:width, :width].sum()), float(alike[width:, width:].sum())
        kept = self.kept**width
        run = float(np.sqrt(max(second / first - 1.0, 0.0))) - kept if first else 0.0
        return Wave(float(np.sqrt(first)), kept, float(np.clip(run, 0.0, 0.95)))

    def variance(self, steps: Floats, *, settled: bool) -> Floats:
        """Variance after so many steps: from nothing, or from the start at its long-run size if ``settled``."""
        if settled:
            return np.where(steps > 0, self.sd**2 / (1.0 - self.kept**2), 0.0)
        grown = np.concatenate([np.zeros(1), np.cumsum(self.answer(int(steps.max(initial=0))) ** 2)])
        return np.asarray(self.sd**2 * grown[steps.astype(int)])

    def path(self, news: Floats, first: int, *, settled: bool = False) -> Floats:
        """The series (step, draw) from standard normals (step, draw), nothing before step ``first``."""
        if settled and self.run > 0.0:
            raise ValueError("a series whose news goes on has no settled start")
        start: Start = "stationary" if settled else "zero"
        if self.run == 0.0:
            return autocorrelated(news, self.kept, self.sd, start, first)
        return autocorrelated(autocorrelated(news, self.run, self.sd, "zero", first), self.kept, 1.0, "zero", first)


NONE = Wave(0.0, 0.0)
"""No shock at all."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream: what all areas share, and what is an area's own."""

    shared: Wave
    own: Wave


@dataclass(frozen=True, slots=True)
class Noise:
    """All three streams, and the chance of small numbers.

    chance   variance that a cohort's log size gains in a year, times its persons; births are Poisson besides
    freedom  degrees of freedom of the shared shocks: few past shocks tell their size, so some trajectories are wilder
    pace     standard deviation of the yearly progress of survival that a trajectory keeps for good
    """

    births: Stream
    deaths: Stream
    moves: Stream
    chance: float
    freedom: float
    pace: float

    def times(self, by: float) -> Noise:
        """Every standard deviation multiplied; 0 leaves no noise at all."""

        def scaled(stream: Stream) -> Stream:
            shared, own = (dataclasses.replace(wave, sd=wave.sd * by) for wave in (stream.shared, stream.own))
            return Stream(shared, own)

        births, deaths, moves = (scaled(stream) for stream in (self.births, self.deaths, self.moves))
        return Noise(births, deaths, moves, self.chance * by**2, self.freedom, self.pace * by)

    def over(self, width: int) -> Noise:
        """The same in steps of several years."""

        def stepped(stream: Stream, *, summed: bool) -> Stream:
            return Stream(stream.shared.over(width, summed=summed), stream.own.over(width, summed=summed))

        births, deaths = (stepped(stream, summed=False) for stream in (self.births, self.deaths))
        return Noise(
            births, deaths, stepped(self.moves, summed=True), self.chance * width, self.freedom, self.pace * width
        )


TYPICAL = Noise(
    births=Stream(Wave(0.0246, 0.98), Wave(0.0157, 0.95, 0.5)),
    deaths=Stream(Wave(0.0266, 0.8), Wave(0.0097, 0.8)),
    moves=Stream(Wave(0.0026, 0.6), Wave(0.0030, 0.8)),
    chance=0.124,
    freedom=12.0,
    pace=0.0062,
)
"""What back-tests of real areas showed (``docs/skill.md``); a project states its own in ``models/uncertainty.toml``."""


@dataclass(frozen=True, slots=True)
class Draws:
    """Which trajectories are drawn: numbers depend on the seed, the names, the trajectory and the year alone (law 12).

    numbers  trajectories, one after the other; 2n and 2n + 1 have opposite shocks, so that means settle quickly
    parent   the name under which what all areas share is drawn
    """

    seed: int
    numbers: range
    parent: str

    def normals(self, name: str, years: int) -> Floats:
        """Standard normals (stream, year, draw) of one name, the second of a pair with the opposite sign."""
        first, end = self.numbers.start, self.numbers.stop
        half = normals(key_of(self.seed, name), range(first // 2, (end + 1) // 2), years)
        both = np.empty((*half.shape[:2], 2 * half.shape[2]))
        both[..., 0::2], both[..., 1::2] = half, -half
        return np.ascontiguousarray(both[..., first % 2 : first % 2 + len(self.numbers)])


@dataclass(frozen=True, slots=True)
class Onset:
    """First step that carries a shock, by stream: 0 is the first after the launch.

    settled  whether an area's own moves stray at their long-run size from the first step on, because where they stood
             at the launch is not on record
    """

    births: int = 0
    deaths: int = 0
    moves: int = 0
    settled: bool = False


class Shared:
    """What all areas of a run share, drawn once."""

    def __init__(self, noise: Noise, draws: Draws, onset: Onset, steps: int) -> None:
        self.noise, self.draws, self.onset, self.steps = noise, draws, onset, steps
        z = draws.normals(draws.parent, max(steps, 2))
        self.wild = _wild(z[SHAPE, 0], noise.freedom)
        self.births = self.wild * noise.births.shared.path(z[BIRTHS, :steps], onset.births)
        self.deaths = self.wild * noise.deaths.shared.path(z[DEATHS, :steps], onset.deaths)
        self.moves = self.wild * noise.moves.shared.path(z[MOVES, :steps], onset.moves)
        self.deaths = self.deaths - noise.pace * _since(steps, onset.deaths)[:, None] * z[SHAPE, 1]

    def of(self, name: str, sexes: int, cohorts: int) -> Shocks:
        """Shocks of one area, with the luck of so many cohorts of each sex."""
        noise, onset = self.noise, self.onset
        z = self.draws.normals(name, self.steps)
        fertile = self.births + noise.births.own.path(z[BIRTHS], onset.births)
        moved = self.moves + noise.moves.own.path(z[MOVES], onset.moves, settled=onset.settled)
        fertile -= 0.5 * self._variance(noise.births, onset.births, 0.0)
        return Shocks(np.exp(fertile), self.dying(z[DEATHS]), moved, self._luck(name, sexes, cohorts - self.steps))

    def dying(self, own: Floats | None = None) -> Floats:
        """Factor of the probabilities of dying less 1 (step, draw): of all areas together, or of one of them.

        own  the standard normals of one area's deaths (step, draw)
        """
        stream, first = self.noise.deaths, self.onset.deaths
        if own is None:
            return np.expm1(self.deaths - 0.5 * self._variance(Stream(stream.shared, NONE), first, self.noise.pace))
        strayed = self.deaths + stream.own.path(own, first)
        return np.expm1(strayed - 0.5 * self._variance(stream, first, self.noise.pace))

    def _variance(self, stream: Stream, first: int, pace: float) -> Floats:
        """Variance of a trajectory's log shock, so that its mean is left where it was (year, draw)."""
        since = _since(self.steps, first)
        common = stream.shared.variance(since, settled=False)
        alone = stream.own.variance(since, settled=False) + (pace * since) ** 2
        return np.asarray(common[:, None] * self.wild**2 + alone[:, None])

    def _luck(self, name: str, sexes: int, cells: int) -> Floats:
        """Standard normals of each cohort (sex, cohort, draw), under a name of their own: the last born first.

        They are numbered from the cells of the launch on, then step by step: more steps leave the others as they were.
        """
        if self.noise.chance == 0.0:
            return np.zeros((0, 0, 0))
        cohorts = cells + self.steps
        found = self.draws.normals(f"{name} by chance", -(-sexes * cohorts // STREAMS))
        rows = found.transpose(1, 0, 2).reshape(-1, found.shape[-1])[: sexes * cohorts].reshape(cohorts, sexes, -1)
        ordered = np.concatenate([rows[cells:][::-1], rows[:cells]])
        return np.ascontiguousarray(ordered.transpose(1, 0, 2))


def _since(steps: int, first: int) -> Floats:
    """Steps that have carried a shock by each step."""
    return np.asarray(np.maximum(np.arange(steps) - first + 1.0, 0.0))


def _wild(normal: Floats, freedom: float) -> Floats:
    """What a trajectory's shared shocks are multiplied by, so that over all of them they follow Student's t (draw,).

    The root of freedom over a chi-square variable; opposite trajectories share it.
    """
    if not np.isfinite(freedom):
        return np.ones_like(normal)
    square = 2.0 * gammaincinv(freedom / 2.0, 2.0 * ndtr(-np.abs(normal)))
    return np.asarray(np.sqrt(freedom / square))
