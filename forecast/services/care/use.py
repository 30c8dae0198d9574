"""Use of homes by people of the same need over the years, and how unsure the use of every setting is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats
from forecast.errors import InputError
from forecast.project.eldercare import Institution, Use
from forecast.services.care.rows import FILE
from forecast.services.facts import Fact
from forecast.services.people import People
from forecast.services.uptake import TEN, Uptake


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


def shocks(spec: Institution, use: Use, years: range, taste: Floats | None) -> tuple[Floats, Floats]:
    """Factors on the odds of community settings and of homes (year, column | 1), both with one ``taste`` (column,).

    Residents of homes were counted, so they are certain in that year; users of other settings were not, and are unsure
    from the start: variance = unsure^2 + spread^2 x years after the count / 10.
    """
    homes = Uptake({spec.year: 1.0}, use.institution.value).shares(years, taste)
    if taste is None:
        return np.ones((len(years), 1)), homes
    ahead = np.maximum(np.array(years) - spec.year, 0) / TEN
    spread = np.sqrt(use.unsure.value**2 + use.community.value**2 * ahead)
    return np.exp(spread[:, None] * taste[None]), homes
