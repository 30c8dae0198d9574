"""From evidence and specs to the three systems that are projected: the nation, the province, the districts."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats
from forecast.demography.cohort import CohortComponent, FittedCohort, closed
from forecast.demography.engine import Components, Forecast, History, Override
from forecast.demography.evidence import Evidence
from forecast.demography.fertility import Ar1, PooledLevels, Pulse, multiplier
from forecast.demography.ground import Ground, boys_share
from forecast.demography.launch import Launch
from forecast.demography.migration import NetMigration
from forecast.demography.mortality import BrassShift, FittedLeeCarter
from forecast.demography.noise import Draws, Noise, Stream, Wave
from forecast.demography.residual import net_migration
from forecast.demography.sampled import Sampled
from forecast.demography.students import StudentRule, student_path, youth_of
from forecast.project.spec import BirthsSpec, Models, MovementSpec
from forecast.project.uncertainty import StreamSpec, UncertaintySpec


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

    def sample(self, draws: Draws) -> Sampled:
        """Trajectories of the districts, as far as the forecast goes."""
        return self.fitted.sample(self.districts.years[1:], draws)


def build(ground: Ground, models: Models) -> Systems:
    """Project all three systems to the horizon, parents first: each hands its conditions down."""
    evidence = ground.evidence
    years = range(evidence.censuses[1].date.year + 1, models.project.time.horizon + 1)
    scale = models.ageing.national.drift_scale.value
    mortality = dataclasses.replace(ground.mortality, drift=ground.mortality.drift * scale)
    scenario = _Scenario(ground, models, years, mortality)
    nation, path = ground.remembered(scenario.nation_key, scenario.nation)
    province = scenario.province(nation)
    students = student_path(ground.launches["districts"][1].students, youth_of(nation.people))
    fitted = scenario.districts(province, students)
    districts = fitted.predict(years)
    notes = [note for pair in ground.launches.values() for item in pair for note in item.overrides]
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
    )


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
    def nation_key(self) -> tuple[object, ...]:
        """All of the specs that the nation's forecast hangs on: most scenarios share one."""
        path, national = self.models.births.path, self.models.ageing.national
        changed = (path.hold, path.long_run_mean, path.autocorrelation, national.drift_scale.value)
        return (*changed, self.models.movement.timing, self.years, self.models.project.time.born_until)

    def nation(self) -> tuple[Forecast, Ar1]:
        """Meet the births on record, then follow the AR(1) of the outlook's median from the last observed level."""
        alone = closed(self.mortality.predict(range(self.years[0], self.years[0] + 1))[0])
        ones = np.ones(len(self.years))
        births = self._births("nation")
        seen = self.ground.fertility["nation"][:1]
        if births:
            history = self._history("nation", ones, np.ones(1), alone)
            known = range(self.years[0], max(births) + 1)
            seen = self.engine.fit(history).predict(known).accounts.fertility[:, 0]
        path = fertility_path(self.ground.path, self.models.births)
        steps = len(self.years) - len(births)
        last = float(seen[-1])
        later = np.full(steps, last) if self.models.births.path.hold else path.path(last, steps)
        reference = np.concatenate([seen[: len(births)], later])
        final = self._history("nation", reference, np.ones(1), alone)
        return self.engine.fit(final).predict(self.years), path

    def province(self, nation: Forecast) -> Forecast:
        """The nation's path at the province's level, with scenario multipliers and policies."""
        levels = self.ground.fertility
        relative = levels["province"] / levels["nation"]
        rates = net_migration(self.ground, "province", self.models.movement.rates)
        factor = birth_factor(self.models.births, self.years, self.models.project.time.born_until)
        history = self._history("province", nation.accounts.fertility[:, 0], relative, rates, factor)
        return self.engine.fit(history).predict(self.years)

    def districts(self, province: Forecast, students: Floats) -> FittedCohort:
        """Each district at its own level of the province's path; gains and losses tied to the city."""
        rates = net_migration(self.ground, "districts", self.models.movement.rates)
        reference = province.accounts.fertility[:, 0]
        history = self._history("districts", reference, self.ground.levels.pooled, rates, students=students)
        return self.engine.fit(history)

    def _births(self, system: str) -> dict[int, float]:
        known = self.ground.evidence.births.get(self.ground.evidence.place(system), {})
        return {year: value for year, value in known.items() if year in self.years}

    def _history(
        self,
        system: str,
        reference: Floats,
        relative: Floats,
        migration: NetMigration,
        factor: Floats | None = None,
        students: Floats | None = None,
    ) -> History:
        evidence = self.ground.evidence
        before, after = self.ground.launches[system]
        rates = self.mortality.predict(self.years)
        components = Components(
            self.years,
            rates if system == "nation" else self.ground.shift.apply(rates),
            self._shapes(),
            boys_share(evidence, self.years),
            reference,
            relative,
            np.ones(len(self.years)) if factor is None else factor,
            migration,
            np.zeros((len(self.years) + 1, *after.stock.people.shape)) if students is None else students,
            self.models.project.time.born_until,
        )
        place = evidence.place(system)
        known = evidence.totals.get(place, {})
        totals = {year: value for year, value in known.items() if year in self.years}
        return History((before.stock, after.stock), self._births(system), totals, components, place)

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
    """Scenario multipliers and policies of births that are not on record yet; 1 for those that are (law 11)."""
    factor = multiplier(spec.path.multiplier, years)
    for policy in spec.policy:
        share = 1.0 if policy.orders == "all" else spec.orders.third_and_later.value
        pulse = Pulse(policy.name, policy.onset, policy.ramp, policy.effect, share, policy.half_life)
        factor = factor * pulse.factor(years)
    return np.where(np.array(years) <= born_until, 1.0, factor)


def _level_notes(evidence: Evidence, levels: PooledLevels) -> list[Override]:
    year = evidence.censuses[1].date.year
    why = f"partial pooling over the areas keeps {levels.weight:.2f} of an area's own deviation"
    rows = zip(evidence.areas, levels.raw, levels.pooled, strict=True)
    return [Override(area, year, "relative fertility", float(raw), float(pooled), why) for area, raw, pooled in rows]
