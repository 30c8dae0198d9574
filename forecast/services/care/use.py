"""Use of homes by people of the same need over the years, and how unsure the use of every setting is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats
from forecast.errors import InputError
from forecast.project.eldercare import Institution, Use
from forecast.services.care.local import LocalMix
from forecast.services.care.rows import FILE
from forecast.services.facts import Fact
from forecast.services.people import People
from forecast.services.uptake import TEN


@dataclass(frozen=True, slots=True, eq=False)
class UsePath:
    """What odds of homes are multiplied by.

    yearly   yearly change of the log between the two counts, people's growth and ageing taken off; 0 where one is known
    homes    by year, 1 in the year of the count (year, 1)
    """

    yearly: float
    homes: Floats


def use_path(
    spec: Institution,
    use: Use,
    nation: People,
    counts: tuple[Fact, Fact] | None,
    modelled: Callable[[int], float],
    years: range,
) -> UsePath:
    """How use moved between two counts, and how it goes on.

    counts    residents of the earlier year and of the year of the count; None: one count, use is held
    modelled  residents that the choices of the year of the count give to the people of a year

    After the count, ``damped``: weight x yearly change x (damping + damping^2 + ..).
    """
    if counts is None or spec.earlier is None or spec.between is None:
        return UsePath(0.0, np.ones((len(years), 1)))
    if spec.earlier not in nation.years:
        what = f"a year of the forecast, {nation.years[0]} or later, for the people of the earlier count"
        way_out = "leave institution.earlier and institution.between out: use is then held"
        raise InputError.one(f"{FILE}, key institution.earlier", what, str(spec.earlier), way_out)
    counted = np.log(counts[1].value / counts[0].value) / spec.between
    grown = np.log(modelled(spec.year) / modelled(spec.earlier)) / (spec.year - spec.earlier)
    yearly = float(counted - grown)
    ahead = np.array(years) - spec.year
    past = yearly * np.clip(ahead, spec.earlier - spec.year, 0)
    if use.trend.how == "hold":
        return UsePath(yearly, np.exp(past)[:, None])
    weight, damping = use.trend.weight.value, use.trend.damping.value
    steps = np.array([sum(damping**step for step in range(1, later + 1)) for later in np.maximum(ahead, 0)])
    return UsePath(yearly, np.exp(past + weight * yearly * steps)[:, None])


@dataclass(frozen=True, slots=True, eq=False)
class CareTaste:
    """Standard normal numbers (column,): of the course of use, and of how far the area is from the nation."""

    course: Floats
    local: Floats | None = None

    @classmethod
    def of(cls, taste: Mapping[str, Floats] | None) -> CareTaste | None:
        """Those of elder care among the tastes of all services; None: no trajectories."""
        if taste is None or "eldercare" not in taste:
            return None
        return cls(taste["eldercare"], taste.get("eldercare local"))


def shocks(
    spec: Institution, use: Use, years: range, taste: CareTaste | None, here: LocalMix | None = None
) -> tuple[Floats, Floats]:
    """Factors on the odds of community settings and of homes (year, column | 1), all settings with one course.

        log of homes = s z sqrt((t - t0) / 10) + l y - l^2 / 2        z, y standard normal, y the area's own

    Residents of homes were counted, in the nation or here, in t0. The nation's use is the mean of its areas', hence
    l^2 / 2; l is nil where residents of the area itself were counted. Users of other settings were not counted and are
    unsure from the start, with the stated figure as the median: variance = unsure^2 + spread^2 x years after / 10.
    """
    if taste is None:
        return np.ones((len(years), 1)), np.ones((len(years), 1))
    since = np.array([float(spec.year)]) if here is None else here.since
    ahead = np.maximum(np.array(years)[:, None] - since, 0.0) / TEN
    homes = use.institution.value * np.sqrt(ahead) * taste.course
    if use.local is not None and taste.local is not None:
        away = use.local.value * taste.local - 0.5 * use.local.value**2
        homes = homes + (away if here is None else np.where(here.counted, 0.0, away))
    later = np.maximum(np.array(years) - spec.year, 0) / TEN
    spread = np.sqrt(use.unsure.value**2 + use.community.value**2 * later)
    return np.exp(spread[:, None] * taste.course[None]), np.exp(homes)
