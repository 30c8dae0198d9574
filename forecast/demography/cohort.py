"""The cohort-component engine: survive, give birth, move, year by year, under whatever totals are already known."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from forecast.axes import AGE, FEMALE, Floats, Population
from forecast.demography.controls import FREE, Control, Controls, led
from forecast.demography.courses import compensated, slower
from forecast.demography.engine import Components, Flows, Forecast, History, Override, following
from forecast.demography.flows import with_outside
from forecast.demography.migration import NetMigration, When, shifted
from forecast.demography.mortality import survival_by_area
from forecast.demography.noise import TYPICAL, Draws, Noise, Onset
from forecast.demography.parity import Stocks
from forecast.demography.parity_sampled import Bearing
from forecast.demography.sampled import Sampled
from forecast.demography.students import moves
from forecast.errors import BalanceError, TooLittleHistory
from forecast.kernels.paths import Course
from forecast.kernels.step import Exposure, Step, Timing, aged, balance, step

TOLERANCE = 1e-9
"""Law 6: relative to the larger of the cell and one person."""


@dataclass(frozen=True, slots=True)
class CohortComponent:
    """Single years of age and sex, one year at a time (UN WPP step; Preston, Heuveline and Guillot 2001, chapter 6).

    timing    when net migrants arrive: start, even or end of the year (law 5)
    exposure  which women bear the children: mean of start and survivors, of start and final, or even (law 5)
    noise     how far trajectories stray
    """

    timing: Timing = "end"
    exposure: Exposure = "survivors"
    noise: Noise = TYPICAL

    def fit(self, history: History) -> FittedCohort:
        """Find how much of the past migration still holds where totals after the launch are known."""
        components = history.components
        if components is None:
            raise TooLittleHistory.one(
                "history", "fertility, mortality and migration beside the stocks", "stocks only", "use Hamilton-Perry"
            )
        known = (dict(history.births), dict(history.totals))
        fitted = FittedCohort(self, history.launch, components, *known, history.place)
        if not history.totals or components.migration.fixed:
            return fitted
        raw = fitted.recent_scale()
        scale = float(np.clip(raw, 0.0, 1.0))
        notes: tuple[Override, ...] = ()
        if scale != raw:
            why = "past net migration cannot turn round nor grow by itself: its share is kept between 0 and 1"
            notes = (Override(history.place, max(history.totals), "migration scale", raw, scale, why),)
        return dataclasses.replace(fitted.at(scale), notes=notes)


@dataclass(frozen=True, slots=True, eq=False)
class FittedCohort:
    """Launch stock, conditions and known totals, ready to run."""

    engine: CohortComponent
    launch: Population
    components: Components
    births: Mapping[int, float] = field(default_factory=dict)
    totals: Mapping[int, float] = field(default_factory=dict)
    place: str = ""
    notes: tuple[Override, ...] = ()
    controls: Controls = FREE

    def free(self) -> FittedCohort:
        """The same without controls."""
        return dataclasses.replace(self, controls=FREE)

    def controlled(self, items: Sequence[Control], *, leading: bool) -> FittedCohort:
        """The same under controls of the years covered; ``leading``: with the way to them."""
        launch, years = self.launch.year, self.components.years
        due = tuple(item for item in items if item.year in years)
        if not leading or not due:
            return dataclasses.replace(self, controls=Controls(due))
        span = range(launch, max(item.year for item in due) + 1)
        apart = self.components.students[: len(span)]
        free = self.free().predict(span[1:]).people - apart
        since = max(self.totals, default=launch)
        return dataclasses.replace(self, controls=led(span, free, apart, due, since))

    def at(self, scale: float) -> FittedCohort:
        """The same with another share of the past migration."""
        migration = self.components.migration.scaled(scale)
        return dataclasses.replace(self, components=dataclasses.replace(self.components, migration=migration))

    def recent_scale(self) -> float:
        """Net migration of the years with known totals: where it lies between nothing of the past and all of it."""
        none, past = _controlled(self.at(0.0)), _controlled(self.at(1.0))
        needed = sum(past.usual[year] + past.missing[year] for year in past.missing)
        idle, usual = sum(none.usual.values()), sum(past.usual.values())
        if abs(usual - idle) < 1.0:
            return 1.0
        return float((needed - idle) / (usual - idle))

    def predict(self, years: range) -> Forecast:
        """People and flows; ``BalanceError`` if anybody appears or vanishes (law 6)."""
        return self._ran(years).forecast(years)

    def _ran(self, years: range) -> _Run:
        following(self.launch.year, years)
        if years[-1] > self.components.years[-1]:
            raise ValueError(f"years {years} reach beyond the conditions {self.components.years}")
        run = _Run(self)
        run.go(years)
        return run

    def sample(self, years: range, draws: Draws, scale: float = 1.0) -> Sampled:
        """Trajectories around the forecast; what is on record strays in none of them.

        scale  multiplies every shock; 0 gives the forecast
        """
        run = self._ran(years)
        conditions, launch = self.components, self.launch
        last = max(self.totals, default=launch.year)
        onset = Onset(max(conditions.born_until - launch.year, 0), last - launch.year, last - launch.year, settled=True)
        noise = self.engine.noise.times(scale)
        span, apart = range(launch.year, years[-1] + 1), conditions.students[: len(years) + 1]
        recorded = np.stack([flow[0] for flow in run.flows[: onset.births]]) if onset.births else None
        course = run.course(noise, onset)
        bearing = run.bearing(onset, scale)
        return Sampled(launch.areas, span, course, noise, draws, onset, apart, recorded, bearing)


def _controlled(fitted: FittedCohort) -> _Run:
    """The years whose totals are known, run."""
    run = _Run(fitted)
    run.go(range(fitted.launch.year + 1, max(fitted.totals) + 1))
    return run


class _Run:
    """The year loop and what it leaves behind."""

    def __init__(self, fitted: FittedCohort) -> None:
        self.fitted = fitted
        conditions = fitted.components
        self.conditions = conditions
        self.core = fitted.launch.people - conditions.students[0]
        self.cores = [self.core]
        self.nets: list[Floats] = []
        self.between: list[Floats | None] = []
        self.relative = conditions.relative
        self.adjust = 1.0
        self.solved: list[float] = []
        self.survival = survival_by_area(conditions.rates)
        self.people = [fitted.launch.people]
        self.flows: list[tuple[Floats, ...]] = []
        self.usual: dict[int, float] = {}
        self.missing: dict[int, float] = {}
        self.overrides = list(fitted.notes)
        parity = conditions.parity
        self.stocks = None if parity is None else Stocks(parity, conditions.years)

    def go(self, years: range) -> None:
        for place, year in enumerate(years):
            self._year(place, year)

    def _year(self, place: int, year: int) -> None:
        c = self.conditions
        survival, boys = self.survival[place], np.array([c.boys[place]])
        none = np.zeros_like(self.core)
        unit = self._bearing(place, year, survival)
        trial = step(self.core, survival, unit, boys, none, timing="end", exposure="survivors")
        level = self._level(place, year, float(trial.births.sum())) if self.stocks is None else 1.0
        survivors = trial.people.copy()
        survivors[..., 0] *= level
        net = self._migrants(place, year, survivors)
        out = self._outcome(trial, survival, unit, boys, level, net)
        self._check(year, out.people, out.newborns, out.deaths, net)
        met = self._met(place, year, out.people)
        moved = net + (met - out.people) + self._student_moves(place)
        if self.stocks is not None:
            self._settle(self.stocks, place, year, out.births, survival)
        fertility = unit.sum(axis=AGE) * level
        self.flows.append((out.births, out.newborns, out.deaths, moved, fertility))
        self.nets.append(net)
        self.core = met
        self.cores.append(self.core)
        self.people.append(met + c.students[place + 1])

    def _bearing(self, place: int, year: int, survival: Floats) -> Floats:
        """Births per woman (area, age): before the year's level, or by number of children with the level in them."""
        c = self.conditions
        scale = (self.relative * c.reference[place])[:, None]
        if self.stocks is None:
            return np.asarray(c.shapes[place][None] * scale)
        known = self.fitted.births.get(year)
        return self.stocks.bear(
            place, scale, *self._women(survival), known, lambda born: self._level(place, year, born)
        )

    def _women(self, survival: Floats) -> tuple[Floats, Floats]:
        """Women at the start of the year, and those who live to its end, by age at either (area, age)."""
        women = self.core[:, FEMALE]
        return women, aged(women) * survival[:, FEMALE]

    def _settle(self, stocks: Stocks, place: int, year: int, births: Floats, survival: Floats) -> None:
        """Take the births apart by order and carry the women by number of children; both must sum up (law 6)."""
        gap = stocks.settle(place, births, *self._women(survival))
        if gap > TOLERANCE:
            raise BalanceError(f"law 6: {year}: births by order, or women by number of children, miss by {gap:.3g}")

    def _outcome(self, trial: Step, survival: Floats, unit: Floats, boys: Floats, level: float, net: Floats) -> Step:
        """The year with its level of fertility and its migrants.

        Migrants who come at the end, after births, change nothing of the trial but its infants' number: no second step.
        """
        engine = self.fitted.engine
        if (engine.timing, engine.exposure) != ("end", "survivors"):
            return step(self.core, survival, unit * level, boys, net, timing=engine.timing, exposure=engine.exposure)
        people, deaths = trial.people.copy(), trial.deaths.copy()
        people[..., 0] *= level
        deaths[..., 0] *= level
        return Step(people + net, trial.births * level, trial.newborns * level, deaths)

    def _level(self, place: int, year: int, expected: float) -> float:
        """What multiplies the reference: births over expected where births are known, later the mean of those years."""
        known = self.fitted.births.get(year)
        if known is not None:
            level = known / expected
            self.solved.append(level)
            self.adjust = float(np.mean(self.solved))
            if year <= self.conditions.born_until or not self.conditions.born_until:
                why = "births of the year are known; fertility is set to meet them"
                self._note(year, "births", expected, known, why)
            return level
        return float(self.adjust * self.conditions.factor[place])

    def _migrants(self, place: int, year: int, survivors: Floats) -> Floats:
        c = self.conditions
        last = max(self.fitted.totals, default=self.fitted.launch.year)
        moves = c.migration.moves(survivors, When(year, year - last))
        self.between.append(moves.between)
        for note in moves.notes:
            self._note(year, *note)
        known = self.fitted.totals.get(year)
        if known is None:
            return moves.net
        free = float(survivors.sum() + moves.net.sum() + c.students[place + 1].sum())
        self.usual[year], self.missing[year] = float(moves.net.sum()), known - free
        self._note(year, "people", free, known, f"the total of the year is known; the rest {c.migration.rest}")
        return np.asarray(moves.net + shifted(c.migration.profile, survivors, known - free))

    def _met(self, place: int, year: int, people: Floats) -> Floats:
        """The people of the year's end under its controls; what they change is net migration at the year's end."""
        known, fitted = self.fitted.totals.get(year), self.fitted
        total = None if known is None else Control(fitted.place, None, year, known, origin="the total on record")
        met = fitted.controls.met(year, people, self.conditions.students[place + 1], total)
        self.overrides += met.notes
        return met.people

    def _student_moves(self, place: int) -> Floats:
        """Net migration of the stock held apart, by age at the year's end: those who came minus those who left."""
        return moves(*self.conditions.students[place : place + 2])

    def _note(self, year: int, measure: str, before: float, after: float, why: str) -> None:
        self.overrides.append(Override(self.fitted.place, year, measure, before, after, why))

    def _check(self, year: int, people: Floats, by_sex: Floats, deaths: Floats, net: Floats) -> None:
        gap = balance(self.core, people, by_sex, deaths, net, timing=self.fitted.engine.timing)
        worst = float(np.max(np.abs(gap) / np.maximum(people, 1.0)))
        if not worst <= TOLERANCE or not (people >= 0).all():
            what = f"stocks and flows differ by {worst:.3g} relative, or a cell is negative or no number"
            raise BalanceError(f"law 6: {year}: {what}")

    def course(self, noise: Noise, onset: Onset) -> Course:
        """What was run, as rates: without noise it gives the same people, whatever the timing of migrants.

        Growth is the people at the end of a year over the survivors of its start; fertility the births over the mean of
        start and surviving women. Births on record are given as they are: they hang on no trajectory's women.
        """
        steps = len(self.flows)
        core = np.stack(self.cores)
        survival = self.survival[:steps]
        newborn = np.stack([flow[1] for flow in self.flows])
        alive = aged(core[:-1], newborn) * survival
        growth = np.where(alive > 0, core[1:] / np.where(alive > 0, alive, 1.0), 1.0)
        women = 0.5 * (core[:-1, :, FEMALE] + alive[:, :, FEMALE])
        births = np.stack([flow[0] for flow in self.flows])
        fertility = np.where(women > 0, births / np.where(women > 0, women, 1.0), 0.0)
        launch = self.fitted.launch
        dying = (1.0 - survival) * slower(launch)
        boys = self.conditions.boys[:steps]
        given = np.zeros((steps, len(launch.areas)))
        recorded = slice(0, min(onset.births, steps))
        given[recorded], fertility[recorded] = births[recorded].sum(axis=AGE), 0.0
        moving = self.conditions.migration.profile
        level, luck = compensated(core, newborn, noise, onset, moving, (onset.births, onset.moves))
        return Course(core[0], survival, dying, growth * level, moving, fertility, given, boys, luck * growth)

    def bearing(self, onset: Onset, scale: float) -> Bearing | None:
        """What the women bear by the number of their children; None without parity. ``scale`` multiplies all doubt."""
        if self.stocks is None:
            return None
        steps, mothers = len(self.flows), self.stocks.mothers(np.stack(self.cores)[:, :, FEMALE])
        timing = np.stack(self.stocks.timing)
        years = self.conditions.years[:steps]
        return Bearing(self.stocks.parity.doubted(scale), years, mothers, timing, min(onset.births, steps))

    def forecast(self, years: range) -> Forecast:
        births, by_sex, deaths, moved, fertility = (np.stack(part) for part in zip(*self.flows, strict=True))
        return Forecast(
            self.fitted.launch.areas,
            range(self.fitted.launch.year, years[-1] + 1),
            np.stack(self.people),
            Flows(births, by_sex, deaths, moved, fertility),
            tuple(self.overrides),
            None if self.stocks is None else self.stocks.mothers(np.stack(self.cores)[:, :, FEMALE]),
            self._gross(),
        )

    def _gross(self) -> Floats | None:
        """Moves between places whose net is what the years moved (year, sex, age, origin, destination)."""
        if any(between is None for between in self.between):
            return None
        nets = [flow[3] - self._student_moves(place) for place, flow in enumerate(self.flows)]
        pairs = zip(self.between, nets, strict=True)
        return np.stack([with_outside(between, net) for between, net in pairs if between is not None])


def women_exposed(people: Floats, shapes: Floats) -> Floats:
    """Births that a total fertility of one gives: women (area, sex, age) times the age shape (age,), by area."""
    return np.asarray((people[:, FEMALE] * shapes).sum(axis=AGE))


def closed(rates: Floats) -> NetMigration:
    """No migration; what a known total leaves over is spread like deaths, rates (sex, age).

    For a nation the balance of births, deaths and totals closes by fewer or more deaths, not by people who came.
    """
    empty = np.zeros((1, *rates.shape))
    return NetMigration(empty, empty[0], rates, 0.0, 1.0, fixed=True, rest="is taken as deaths that did not happen")
