"""From the specs of movement to the migration of a city's areas."""

from __future__ import annotations

import dataclasses

import numpy as np

from forecast.axes import AGE, SEX, Floats
from forecast.demography import flow_ground
from forecast.demography.engine import Forecast
from forecast.demography.flow_ground import Arrivals, Beyond
from forecast.demography.flows import Change
from forecast.demography.ground import Ground
from forecast.demography.housing import Housing
from forecast.demography.migration import Migration
from forecast.demography.residual import net_migration
from forecast.demography.settlement import Settlement
from forecast.demography.urbanisation import Urbanisation, path_of
from forecast.project.movement import MovementSpec


def movement(ground: Ground, spec: MovementSpec, province: Forecast, nation: Forecast, students: Floats) -> Migration:
    """Net rates tied to the city, or gross moves between its areas and beyond, with what the spec adds to them.

    students  people held apart (year, area, sex, age)
    """
    net = net_migration(ground, "districts", spec.rates)
    place = ground.evidence.settlement
    if spec.model.engine != "flows" or place is None or spec.flows is None or spec.gravity is None:
        return net
    flows, gravity = spec.flows, spec.gravity
    starts = ground.launches["districts"]
    core = starts[1].stock.people - starts[1].students
    beyond = Beyond.of(core.sum(axis=0), province.people[:, 0], nation.people[:, 0], nation.years[0])
    apart = np.stack([start.students.sum(axis=(SEX, AGE)) for start in starts])
    arrivals = Arrivals.of(place, apart, flows.stay.value)
    key = ("flows", spec.rates.smoothing, spec.rates.spread, spec.rates.prior, flows.stay, gravity)
    fitted = ground.remembered(
        key, lambda: flow_ground.fitted(net, core, arrivals, place, beyond, gravity, ground.evidence.moves)
    )
    changes = (*_urbanisation(ground, spec, place, students), *_housing(ground, spec))
    return dataclasses.replace(
        fitted,
        pools=beyond.people,
        scale=net.scale,
        damping=net.damping,
        mobility=flows.mobility.value,
        fixed=net.fixed,
        changes=changes,
    )


def _urbanisation(ground: Ground, spec: MovementSpec, place: Settlement, students: Floats) -> tuple[Change, ...]:
    if spec.urbanisation is None:
        return ()
    people = np.stack([census.districts.sum(axis=(1, 2)) for census in ground.evidence.censuses])
    launch, apart = ground.launches["districts"][1].stock.year, students.sum(axis=(SEX, AGE))
    path = path_of(spec.urbanisation, place.urban, people, range(launch, launch + len(apart)))
    return (Urbanisation(place.urban[1] / people[1], path, launch, spec.urbanisation.by_moves.value, apart),)


def _housing(ground: Ground, spec: MovementSpec) -> tuple[Change, ...]:
    built = ground.evidence.housing
    return (Housing(built, spec.housing),) if built and spec.housing is not None else ()
