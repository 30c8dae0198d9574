"""From evidence and specs to the three systems that are projected: the nation, the province, the districts."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats
from forecast.demography.area_mortality import apart
from forecast.demography.birth_terms import CYCLE, DRAGON
from forecast.demography.cohort import CohortComponent, FittedCohort, closed
from forecast.demography.engine import Components, Forecast, History, Override
from forecast.demography.evidence import Evidence
from forecast.demography.fertility import Ar1, PooledLevels, multiplier, offset
from forecast.demography.ground import Ground, boys_share
from forecast.demography.launch import Launch
from forecast.demography.lee_carter_models import FittedLeeCarter
from forecast.demography.migration import Migration
from forecast.demography.mortality import BrassShift
from forecast.demography.movement import movement
from forecast.demography.noise import Draws, Noise, Stream, Wave
from forecast.demography.orders import OrderGround, OrderRule, lay_orders
from forecast.demography.parity import Parity, shifted
from forecast.demography.policy import Effect, zodiac
from forecast.demography.quarters import quarter_paths, together
from forecast.demography.reconcile import as_one, reconciled
from forecast.demography.residual import net_migration
from forecast.demography.sampled import Sampled
from forecast.demography.students import StudentRule, youth_of
from forecast.errors import InputError
from forecast.project.births import ORDERS_OF, BirthsSpec, Policy
from forecast.project.movement import MovementSpec
from forecast.project.spec import Models
from forecast.project.uncertainty import StreamSpec, UncertaintySpec

OMEN = "year of the Dragon"
"""The name under which its doubt is drawn."""


@dataclass(frozen=True, slots=True, eq=False)
class Systems:
    """Three systems under one scenario, ready to publish.

    nation, province, districts   forecasts, launch year first
    launches                      stocks of the two censuses by system: previous, launch
    levels                        fertility of the districts relative to the province, before and after pooling
    students                      (year + 1, area, sex, age)
    scale                         share of the past net migration that still held after the census
    path                          the AR(1) of the nation's total fertility
    mortality, shift              the nation's Lee-Carter and the province's shift
    fitted                        the districts' engine, from which trajectories are drawn
    orders                        births by order at the launch
    """

    nation: Forecast
    province: Forecast
    districts: Forecast
    launches: dict[str, tuple[Launch, Launch]]
    levels: PooledLevels
    students: Floats
    scale: float
    path: Ar1
    mortality: FittedLeeCarter
    shift: BrassShift
    overrides: tuple[Override, ...]
    fitted: FittedCohort
    orders: OrderGround

    def sample(self, draws: Draws) -> Sampled:
        """Trajectories of the districts, as far as the forecast goes."""
        return self.fitted.sample(self.districts.years[1:], draws)


def build(ground: Ground, models: Models) -> Systems:
    """Project all three systems to the horizon, parents first: each hands its conditions down."""
    evidence = ground.evidence
    years = range(evidence.censuses[1].date.year + 1, models.project.time.horizon + 1)
    mortality = ground.national(models.ageing)
    scenario = _Scenario(ground, models, years, mortality)
    nation, path = ground.remembered(scenario.nation_key, scenario.nation)
    province = scenario.province(nation)
    students = together(quarter_paths(ground.launches["districts"][1].kinds, youth_of(nation.people)))
    fitted = scenario.districts(province, nation, students)
    fitted = _controlled(fitted, ground, models)
    districts = fitted.predict(years)
    notes = [*evidence.notes]
    notes += [note for pair in ground.launches.values() for item in pair for note in item.overrides]
    notes += [*nation.overrides, *province.overrides, *districts.overrides, *_level_notes(evidence, ground.levels)]
    return Systems(
        nation,
        province,
        districts,
        ground.launches,
        ground.levels,
        students,
        fitted.components.migration.scale,
        path,
        mortality,
        ground.shift,
        tuple(notes),
        fitted,
        scenario.orders,
    )


def _controlled(fitted: FittedCohort, ground: Ground, models: Models) -> FittedCohort:
    """The districts under what is set from outside, and in agreement with the city as one area if that is asked for."""
    spec = models.movement.controls
    items = ground.evidence.controls if spec.apply else ()
    if spec.reconcile == "none":
        return fitted.controlled(items, leading=spec.between == "interpolate")
    return reconciled(fitted, as_one(fitted), spec.reconcile, models.uncertainty.draws.seed, items)


@dataclass(frozen=True, slots=True, eq=False)
class _Scenario:
    """One scenario on its ground."""

    ground: Ground
    models: Models
    years: range
    mortality: FittedLeeCarter

    @property
    def engine(self) -> CohortComponent:
        timing = self.models.movement.timing
        return CohortComponent(timing.migrants, timing.exposure, noise_of(self.models.uncertainty))

    @property
    def orders(self) -> OrderGround:
        """Births by order at the launch."""
        rule = order_rule(self.models.births)
        return self.ground.remembered(rule, lambda: lay_orders(self.ground, rule))

    @property
    def nation_key(self) -> tuple[object, ...]:
        """All of the specs that the nation's forecast hangs on: most scenarios share one."""
        births, ageing = self.models.births, self.models.ageing
        path = births.path
        changed = (path.hold, path.long_run_mean, path.autocorrelation, tuple(path.offset.items()))
        stated = (births.model.engine, births.orders, births.tempo, births.zodiac)
        lives = (ageing.model.engine, ageing.path.nodes, ageing.national.drift_scale.value)
        return (*changed, *stated, *lives, self.models.movement.timing, self.years, self.models.project.time.born_until)

    def nation(self) -> tuple[Forecast, Ar1]:
        """Meet the births on record, then follow the AR(1) of the outlook's median from the last observed level.

        First with fertility by age alone, which says how many are born; then by order, which says at what rates.
        """
        alone = closed(self.mortality.predict(range(self.years[0], self.years[0] + 1))[0])
        births = self._births("nation")
        seen = self.ground.fertility["nation"][:1]
        if births:
            history = self._history("nation", np.ones(len(self.years)), np.ones(1), alone)
            known = range(self.years[0], max(births) + 1)
            seen = self.engine.fit(history).predict(known).accounts.fertility[:, 0]
        path = fertility_path(self.ground.path, self.models.births)
        later = self._later(float(seen[-1]), path, self.years[len(births) :])
        reference = np.concatenate([seen[: len(births)], later])
        by_age = self.engine.fit(self._history("nation", reference, np.ones(1), alone)).predict(self.years)
        born = dict(zip(self.years, by_age.accounts.births.sum(axis=(1, 2)), strict=True))
        shares = self.ground.evidence.orders.shares if self.ground.evidence.orders else {}
        parity = self._parity("nation", np.ones((len(self.years), 3)), recorded=shares)
        history = self._history("nation", np.ones(len(self.years)), np.ones(1), alone, parity=parity)
        final = dataclasses.replace(history, births={year: float(value) for year, value in born.items()})
        return self.engine.fit(final).predict(self.years), path

    def _later(self, last: float, path: Ar1, years: range) -> Floats:
        """Total fertility of the nation after the record; held, it stays whatever the zodiac says."""
        spec = self.models.births
        if spec.path.hold or not years:
            level = np.full(len(years), last)
        else:
            # A year of the Dragon, or the one after it, is no level to go on from.
            level = path.path(last / float(self._zodiac(range(years[0] - 1, years[0]))[0]), len(years))
        level = level + offset(spec.path.offset, years)
        if (level <= 0).any():
            year = years[int(np.argmax(level <= 0))]
            found = f"{float(level.min()):.2f}; {float(level[years.index(year)]):.2f} in {year}"
            what = "a total fertility of the nation above 0 in every year"
            raise InputError.one("models/births.toml, key path.offset", what, found, "take a smaller offset")
        return level if spec.path.hold else level * self._zodiac(years)

    def _zodiac(self, years: range) -> Floats:
        spec = self.models.births.zodiac
        return zodiac(spec.dragon.value, spec.after.value, years)

    def province(self, nation: Forecast) -> Forecast:
        """The nation's rates at the province's level, with scenario multipliers and policies."""
        levels = self.orders.level
        relative = levels["province"] / levels["nation"]
        rates = net_migration(self.ground, "province", self.models.movement.rates)
        factor = birth_factor(self.models.births, self.years, self.models.project.time.born_until)
        parity = self._parity("province", nation.by_order.level[:, 0], self._effects())
        history = self._history("province", np.ones(len(self.years)), relative, rates, factor, parity=parity)
        return self.engine.fit(history).predict(self.years)

    def districts(self, province: Forecast, nation: Forecast, students: Floats) -> FittedCohort:
        """Each district at its own level of the province's rates; what one loses others gain."""
        orders = self.orders
        rates = movement(self.ground, self.models.movement, province, nation, students)
        levels = province.by_order.level[:, 0] / orders.tilt["province"]
        parity = self._parity("districts", levels, self._effects())
        relative = orders.level["districts"] / orders.level["province"]
        history = self._history(
            "districts", np.ones(len(self.years)), relative, rates, students=students, parity=parity
        )
        return self.engine.fit(history)

    def _parity(
        self,
        system: str,
        levels: Floats,
        effects: tuple[Effect, ...] = (),
        recorded: Mapping[int, Floats] | None = None,
    ) -> Parity:
        orders, doubt = self.orders, self.models.births.orders.doubt
        return Parity(
            orders.start[system],
            shifted(orders.rates, self._tempo(), orders.delay[system]),
            orders.tilt[system],
            levels,
            effects,
            np.array([0.0, doubt.second.value, doubt.third_and_later.value]),
            {} if recorded is None else recorded,
            orders.moving,
        )

    def _tempo(self) -> Floats:
        """Years by which mothers of each order are older than at the launch (year, order).

        A pace of a scenario's own begins after the births on record.
        """
        launch = self.years[0] - 1
        ages = np.arange(self._shapes().shape[-1]) + 0.5
        start = float(self.ground.evidence.shapes.at(range(launch, launch + 1))[0] @ ages)
        follow = self._shapes() @ ages - start
        years = np.array(self.years)
        since = np.maximum(years - self.models.project.time.born_until, 0)
        last = follow[np.maximum(np.arange(len(years)) - since, 0)]
        tempo = self.models.births.tempo
        stated = (tempo.first, tempo.second, tempo.third_and_later)
        return np.stack([follow if item is None else last + since * item.value for item in stated], axis=1)

    def _effects(self) -> tuple[Effect, ...]:
        """Policies, acting on births that are not on record yet, and how sure years of the Dragon are."""
        born, zodiac = self.models.project.time.born_until, self.models.births.zodiac
        found = [effect_of(name, policy, born) for name, policy in self.models.births.policy.items()]
        if not self.models.births.path.hold:
            doubt = (zodiac.doubt.value, zodiac.doubt.value)
            later = [year for year in self.years if year > born and (year - DRAGON) % CYCLE == 0]
            # The same draw in each of them; nothing is left of it a year later.
            found += [Effect(OMEN, ORDERS_OF["all"], 0.0, doubt, year, 1, 1e-3) for year in later]
        return tuple(found)

    def _births(self, system: str) -> dict[int, float]:
        known = self.ground.evidence.births.get(self.ground.evidence.place(system), {})
        return {year: value for year, value in known.items() if year in self.years}

    def _history(
        self,
        system: str,
        reference: Floats,
        relative: Floats,
        migration: Migration,
        factor: Floats | None = None,
        students: Floats | None = None,
        parity: Parity | None = None,
    ) -> History:
        evidence = self.ground.evidence
        before, after = self.ground.launches[system]
        components = Components(
            self.years,
            self._death_rates(system),
            self._shapes(),
            boys_share(evidence, self.years),
            reference,
            relative,
            np.ones(len(self.years)) if factor is None else factor,
            migration,
            np.zeros((len(self.years) + 1, *after.stock.people.shape)) if students is None else students,
            self.models.project.time.born_until,
            parity,
        )
        place = evidence.place(system)
        known = evidence.totals.get(place, {})
        totals = {year: value for year, value in known.items() if year in self.years}
        return History((before.stock, after.stock), self._births(system), totals, components, place)

    def _death_rates(self, system: str) -> Floats:
        """The nation's (year, sex, age), or the province's; of districts that have their own (year, area, sex, age)."""
        rates = self.mortality.predict(self.years)
        if system == "nation":
            return rates
        local = self.ground.shift.apply(rates)
        own = apart(self.ground, self.models.ageing.areas) if system == "districts" else None
        return local if own is None else own.apply(local)

    def _shapes(self) -> Floats:
        """Age shapes by year; a scenario that holds fertility holds the shape of the last births on record too."""
        shapes = self.ground.evidence.shapes.at(self.years)
        if self.models.births.path.hold:
            last = max(min(self.models.project.time.born_until, self.years[-1]) - self.years[0], 0)
            shapes[last:] = shapes[last]
        return shapes


def noise_of(spec: UncertaintySpec) -> Noise:
    """The shocks that a spec states."""

    def stream(item: StreamSpec) -> Stream:
        shared, own = (Wave(wave.sd.value, wave.kept, wave.run) for wave in (item.shared, item.own))
        return Stream(shared, own)

    streams = (stream(spec.births), stream(spec.deaths), stream(spec.moves))
    return Noise(*streams, spec.chance.value, spec.freedom.value, spec.pace.value)


def student_rule(areas: tuple[str, ...], spec: MovementSpec) -> StudentRule:
    """The areas' masks of campuses and of plain districts."""
    campus = np.array([area in spec.students.campus for area in areas])
    return StudentRule(campus, np.array([area in spec.students.plain for area in areas]))


def fertility_path(fitted: Ar1, spec: BirthsSpec) -> Ar1:
    """The fitted AR(1), with what the spec replaces."""
    mean = fitted.mean if spec.path.long_run_mean is None else spec.path.long_run_mean.value
    kept = fitted.autocorrelation if spec.path.autocorrelation is None else spec.path.autocorrelation.value
    return Ar1(mean, kept)


def birth_factor(spec: BirthsSpec, years: range, born_until: int) -> Floats:
    """Scenario multipliers of the rates of births that are not on record yet; 1 for those that are (law 11)."""
    return np.where(np.array(years) <= born_until, 1.0, multiplier(spec.path.multiplier, years))


def effect_of(name: str, policy: Policy, born_until: int) -> Effect:
    """A policy as it acts: births on record already hold what it did before."""
    size = policy.effect
    return Effect(
        name,
        ORDERS_OF[policy.orders],
        size.value,
        Effect.spread(size.low, size.value, size.high, size.probability),
        policy.onset,
        policy.ramp,
        np.inf if policy.half_life is None else policy.half_life,
        policy.waiting,
        born_until + 1,
    )


def order_rule(spec: BirthsSpec) -> OrderRule:
    """What a spec states of births by order."""
    done, apart = spec.orders.completed, spec.orders.distance
    completed = (done.first.value, done.second.value, done.third.value)
    return OrderRule(
        completed, apart.first.value, apart.later.value, apart.lasting.value, spec.model.engine == "parity"
    )


def _level_notes(evidence: Evidence, levels: PooledLevels) -> list[Override]:
    year = evidence.censuses[1].date.year
    why = f"partial pooling over the areas keeps {levels.weight:.2f} of an area's own deviation"
    rows = zip(evidence.areas, levels.raw, levels.pooled, strict=True)
    return [Override(area, year, "relative fertility", float(raw), float(pooled), why) for area, raw, pooled in rows]
