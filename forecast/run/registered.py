"""Who is registered in the districts, year by year, from a finished projection: the course without shocks (law 8)."""

from __future__ import annotations

import numpy as np

from forecast.axes import AGE, SEX, Floats
from forecast.demography.conditions import Systems
from forecast.demography.mortality import survival_by_area
from forecast.demography.quarters import quarter_paths
from forecast.demography.register import Register
from forecast.demography.residence import Course, Residence, carried
from forecast.demography.students import youth_of


def residence_of(register: Register | None, systems: Systems) -> Residence | None:
    """Residents and registered people by area, sex and age; None where the register is not known."""
    if register is None:
        return None
    forecast = systems.districts
    steps, flows = len(forecast.years) - 1, forecast.accounts
    survival = survival_by_area(systems.fitted.components.rates)[:steps]
    core = forecast.people - systems.students
    course = Course(core, survival, flows.by_sex, flows.births, kept_apart(systems))
    return carried(register, course, forecast.years[0])


def kept_apart(systems: Systems) -> dict[str, Floats]:
    """Stocks held apart by kind (year, area, sex, age)."""
    return quarter_paths(systems.launches["districts"][1].kinds, youth_of(systems.nation.people))


def registered_people(residence: Residence | None) -> Floats | None:
    """Registered people (year, area), None where they are not known."""
    if residence is None:
        return None
    return np.stack([status.registered.sum(axis=(SEX, AGE)) for status in residence.years])
