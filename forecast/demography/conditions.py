"""From evidence and specs to the three systems that are projected: the nation, the province, the districts."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from forecast.axes import FEMALE, MALE, Floats, Population
from forecast.demography.cohort import CohortComponent, closed, women_exposed
from forecast.demography.engine import Components, Forecast, History, Override
from forecast.demography.evidence import Census, Evidence
from forecast.demography.fertility import Ar1, PooledLevels, Pulse, multiplier, pool_levels
from forecast.demography.launch import Launch, launch
from forecast.demography.migration import NetMigration, TwoCensuses, annual_rates, decade_rates, mobility, shrink, smooth
from forecast.demography.mortality import BrassShift, FittedLeeCarter, LeeCarter
from forecast.demography.students import StudentRule, student_path, youth_of
from forecast.project.spec import AgeingSpec, BirthsSpec, Models, MovementSpec


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


def build(evidence: Evidence, models: Models) -> Systems:
    """Fit and project all three systems to the horizon, parents first: each hands its conditions down."""
    launch_year, horizon = evidence.censuses[1].date.year, models.project.time.horizon
    years = range(launch_year + 1, horizon + 1)
    mortality = fit_mortality(evidence, models.ageing)
    shift = _province_shift(evidence, models.ageing, mortality)
    launches = _launches(evidence, mortality, shift)
    conditions = _Conditions(evidence, models, years, mortality, shift, launches)
    nation, path = conditions.nation()
    province = conditions.province(nation)
    districts, levels, scale = conditions.districts(nation, province)
    notes = [note for pair in launches.values() for item in pair for note in item.overrides]
    notes += [*nation.overrides, *province.overrides, *districts.overrides, *_level_notes(evidence, levels)]
    students = conditions.students(nation)
    return Systems(
        nation, province, districts, launches, levels, students, scale, path, mortality, shift, tuple(notes)
    )


def fit_mortality(evidence: Evidence, spec: AgeingSpec) -> FittedLeeCarter:
    """The nation's Lee-Carter."""
    return LeeCarter(spec.national.drift_scale.value).fit(evidence.rates)


def _province_shift(evidence: Evidence, spec: AgeingSpec, mortality: FittedLeeCarter) -> BrassShift:
    year = spec.shift.year
    return BrassShift.to_e0(mortality.predict(range(year, year + 1))[0], evidence.gain)


def boys_share(evidence: Evidence, years: range) -> Floats:
    """Share of boys at birth by year: the nation's path times the province's ratio of boys at 0-4 to the nation's."""
    census = evidence.censuses[1]
    ratio = _boys_per_girl(census.province) / _boys_per_girl(census.nation)
    known = sorted(evidence.boys_per_girl)
    path = np.interp(list(years), known, [evidence.boys_per_girl[year] for year in known]) * ratio
    return np.asarray(path / (1.0 + path))


def _boys_per_girl(groups: Floats) -> float:
    return float(groups[MALE, :2].sum() / groups[FEMALE, :2].sum())


def _launches(
    evidence: Evidence, mortality: FittedLeeCarter, shift: BrassShift
) -> dict[str, tuple[Launch, Launch]]:
    def pair(areas: tuple[str, ...], total_of: str, pick: str, local: bool) -> tuple[Launch, Launch]:
        both = []
        for census in evidence.censuses:
            year = census.date.year
            rates = mortality.predict(range(year, year + 1))[0]
            groups = getattr(census, pick)
            groups = groups[None] if groups.ndim == 2 else groups
            boys = float(boys_share(evidence, range(year, year + 1))[0])
            both.append(launch(evidence, census, groups, areas, total_of, shift.apply(rates) if local else rates, boys))
        return both[0], both[1]

    return {
        "nation": pair((evidence.nation,), evidence.nation, "nation", local=False),
        "province": pair((evidence.province,), evidence.province, "province", local=True),
        "districts": pair(evidence.areas, evidence.city, "districts", local=True),
    }


@dataclass(frozen=True, slots=True, eq=False)
class _Conditions:
    evidence: Evidence
    models: Models
    years: range
    mortality: FittedLeeCarter
    shift: BrassShift
    launches: dict[str, tuple[Launch, Launch]]

    @property
    def engine(self) -> CohortComponent:
        timing = self.models.movement.timing
        return CohortComponent(timing.migrants, timing.exposure)

    def nation(self) -> tuple[Forecast, Ar1]:
        """Meet the births on record, then follow the AR(1) of the outlook's median from the last observed level."""
        births = self._after_launch(self.evidence.births.get(self.evidence.nation, {}))
        ones = np.ones(len(self.years))
        alone = closed(self.mortality.predict(range(self.years[0], self.years[0] + 1))[0])
        base = self._history("nation", ones, np.ones(1), ones, alone, None, births, self.evidence.nation)
        known = range(self.years[0], max(births) + 1)
        level = self.engine.fit(base).predict(known).flows
        assert level is not None
        observed = level.fertility[:, 0]
        path = fertility_path(self.evidence, self.models.births)
        steps = len(self.years) - len(known)
        hold = self.models.births.path.hold
        later = np.full(steps, observed[-1]) if hold else path.path(float(observed[-1]), steps)
        reference = np.concatenate([observed, later])
        final = self._history("nation", reference, np.ones(1), ones, alone, None, births, self.evidence.nation)
        return self.engine.fit(final).predict(self.years), path

    def province(self, nation: Forecast) -> Forecast:
        """The nation's path at the province's level, with scenario multipliers and policies."""
        births = self._after_launch(self.evidence.births.get(self.evidence.province, {}))
        assert nation.flows is not None
        reference = nation.flows.fertility[:, 0]
        relative = np.array([self._launch_fertility("province").mean() / self._launch_fertility("nation").mean()])
        censuses = self.evidence.censuses
        rates = self._net_rates(censuses[0].province[None], censuses[1].province[None], "province", None)
        factor = birth_factor(self.models.births, self.years, self.models.project.time.born_until)
        history = self._history("province", reference, relative, factor, rates, None, births, self.evidence.province)
        return self.engine.fit(history).predict(self.years)

    def districts(self, nation: Forecast, province: Forecast) -> tuple[Forecast, PooledLevels, float]:
        """Each district at its own level of the province's path; gains and losses tied to the city."""
        levels = self._district_levels()
        assert province.flows is not None
        students = self.students(nation)
        censuses = self.evidence.censuses
        rates = self._net_rates(censuses[0].districts, censuses[1].districts, "districts", students)
        history = self._history(
            "districts", province.flows.fertility[:, 0], levels.pooled, np.ones(len(self.years)), rates, students, {}, self.evidence.city
        )
        fitted = self.engine.fit(history)
        return fitted.predict(self.years), levels, fitted.components.migration.scale

    def students(self, nation: Forecast) -> Floats:
        """The students' stock by year: the launch estimate moving with the nation's people of 18-22."""
        stock = self._students_at(self.launches["districts"][1].stock)
        return student_path(stock, youth_of(nation.people))

    def _students_at(self, stock: Population) -> Floats:
        return student_rule(self.evidence.areas, self.models.movement).stock(stock.people)

    def _launch_fertility(self, system: str, students: Floats | None = None) -> Floats:
        """Total fertility of the launch year (area,): births by indirect standardisation over women times the shape."""
        start = self.launches[system][1]
        people = start.stock.people if students is None else start.stock.people - students
        year = start.stock.year
        shape = self.evidence.shapes.at(range(year, year + 1))[0]
        return np.asarray(start.births / women_exposed(people, shape))

    def _district_levels(self) -> PooledLevels:
        start = self.launches["districts"][1]
        people = start.stock.people - self._students_at(start.stock)
        year = start.stock.year
        shape = self.evidence.shapes.at(range(year, year + 1))[0]
        expected = women_exposed(people, shape) * self._launch_fertility("province")[0]
        toddlers = self.evidence.censuses[1].districts[..., 1].sum(axis=-1)
        scaled = toddlers * (start.births.sum() / toddlers.sum())
        pooled = pool_levels(np.column_stack([start.births, scaled]), np.column_stack([expected, expected]))
        # Pooling must not change the city: births over all areas stay what standardisation gave.
        factor = float(start.births.sum() / (pooled.pooled * expected).sum())
        return dataclasses.replace(pooled, pooled=pooled.pooled * factor)

    def _net_rates(self, first: Floats, second: Floats, system: str, students: Floats | None) -> NetMigration:
        spec, censuses = self.models.movement.rates, self.evidence.censuses
        if students is not None:
            before, after = self.launches[system]
            first = first - _in_groups(self._students_at(before.stock), censuses[0].starts)
            second = second - _in_groups(students[0], censuses[1].starts)
        pair = (_five(first), _five(second), _five(censuses[0].nation), _five(censuses[1].nation))
        own = annual_rates(decade_rates(TwoCensuses(*pair)))
        whole = (pair[0].sum(axis=0, keepdims=True), pair[1].sum(axis=0, keepdims=True), *pair[2:])
        parent = annual_rates(decade_rates(TwoCensuses(*whole)))[0]
        people = self.launches[system][1].stock.people - (0.0 if students is None else students[0])
        own, parent = smooth(own, spec.spread.value), smooth(parent, spec.spread.value)
        rates = shrink(own, people, parent, spec.prior.value)
        scale = 1.0 if spec.scale is None else spec.scale.value
        return NetMigration(rates, parent, mobility(rates, people), scale, spec.damping.value, spec.scale is not None)

    def _after_launch(self, known: object) -> dict[int, float]:
        assert isinstance(known, dict)
        return {year: value for year, value in known.items() if year in self.years}

    def _history(
        self,
        system: str,
        reference: Floats,
        relative: Floats,
        factor: Floats,
        migration: NetMigration,
        students: Floats | None,
        births: dict[int, float],
        place: str,
    ) -> History:
        before, after = self.launches[system]
        rates = self.mortality.predict(self.years)
        held = self.models.births.path.hold
        born_until = self.models.project.time.born_until
        shape_years = range(self.years[0], min(born_until, self.years[-1]) + 1)
        shapes = self.evidence.shapes.at(self.years)
        if held:
            shapes[len(shape_years) :] = shapes[len(shape_years) - 1]
        apart = np.zeros((len(self.years) + 1, *after.stock.people.shape)) if students is None else students
        components = Components(
            self.years,
            rates if system == "nation" else self.shift.apply(rates),
            shapes,
            boys_share(self.evidence, self.years),
            reference,
            relative,
            factor,
            migration,
            apart,
        )
        totals = {y: v for y, v in self.evidence.totals.get(place, {}).items() if y in self.years}
        return History((before.stock, after.stock), births, totals, components)


def student_rule(areas: tuple[str, ...], spec: MovementSpec) -> StudentRule:
    """The areas' masks of campuses and of plain districts."""
    campus = np.array([area in spec.students.campus for area in areas])
    return StudentRule(campus, np.array([area in spec.students.plain for area in areas]))


def fertility_path(evidence: Evidence, spec: BirthsSpec) -> Ar1:
    """The AR(1) of the outlook's median after the last observed year, with what the spec replaces."""
    first = max(evidence.births[evidence.nation])
    median = np.array([evidence.median[year] for year in sorted(evidence.median) if year >= first])
    fitted = Ar1.of_median(median)
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


def _five(groups: Floats) -> Floats:
    """Groups 0, 1-4, 5-9 .. to 0-4, 5-9 .. (the first two added)."""
    return np.concatenate([groups[..., :2].sum(axis=-1, keepdims=True), groups[..., 2:]], axis=-1)


def _in_groups(single: Floats, starts: Floats) -> Floats:
    return np.asarray(np.add.reduceat(single, starts.astype(int), axis=-1))


def _level_notes(evidence: Evidence, levels: PooledLevels) -> list[Override]:
    year = evidence.censuses[1].date.year
    why = f"partial pooling over the areas keeps {levels.weight:.2f} of an area's own deviation"
    rows = zip(evidence.areas, levels.raw, levels.pooled, strict=True)
    return [Override(area, year, "relative fertility", float(raw), float(pooled), why) for area, raw, pooled in rows]


__all__ = ["Census", "Systems", "birth_factor", "boys_share", "build", "fertility_path", "fit_mortality", "student_rule"]
