"""Who goes where: seeds of moves between places, from a table of moves where there is one, else from stated gravity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats
from forecast.demography.gravity import Gravity, Pairs, Term, great_circle, stated
from forecast.demography.migration import model_schedule
from forecast.demography.settlement import Settlement
from forecast.errors import InputError
from forecast.kernels.rogers_castro import fit_counts
from forecast.project.movement import GravitySpec

LEAST = 0.5
"""Persons in a pair that was observed empty: next year somebody may go there."""
LEAST_GROUPS = 14
"""Age groups that a schedule of up to thirteen parameters needs."""
CORE = 0.9
"""An area with a larger share of townspeople belongs to the core of the city."""


@dataclass(frozen=True, slots=True, eq=False)
class ObservedMoves:
    """A table of moves; places are the areas, the rest of the province, the rest of the country.

    pairs   moves a year of all ages, NaN where no row says them and on the diagonal              (origin, destination)
    ages    exact ages in the middle of the groups by which moves are told, empty where they are not   (group,)
    counts  moves between all places at those ages, of all years told                            (group,)
    widths  years of age in each group                                                           (group,)
    growth  dwellings completed a year for one household, NaN where no table of them is there     (area,)
    """

    pairs: Floats
    ages: Floats
    counts: Floats
    widths: Floats
    growth: Floats


def seeds(place: Settlement, people: Floats, pools: Floats, spec: GravitySpec, seen: ObservedMoves | None) -> Floats:
    """Relative moves between places (origin, destination), 0 inside places and pools.

    people  of the areas (area,);  pools  of the rest of the province and of the country (2,)

    With a table of moves a gravity model with the pools' own terms and those stated is fitted to it and stands where
    the table has no row. Without one its coefficients are stated. How far the rest of the country is changes nothing:
    moves from it and to it are margins.
    """
    areas, size = len(people), np.append(people, pools)
    kilometres = _kilometres(place, spec)
    if seen is None:
        pairs = Pairs(size, size, kilometres)
        logs = {"log origin": spec.origin, "log destination": spec.destination, "log distance": spec.distance}
        found = stated(("distance",), {name: item.value for name, item in logs.items()}).predict(pairs)
    else:
        pairs = _known(place, people, size, kilometres, seen)
        outside = np.isfinite(seen.pairs[areas:, :areas]).any() and np.isfinite(seen.pairs[:areas, areas:]).any()
        terms: tuple[Term, ...] = ("distance", *spec.terms, *(("pool",) if outside else ()))
        found = Gravity(terms).fit(seen.pairs, pairs).predict(pairs)
        found = np.where(np.isfinite(seen.pairs), np.maximum(np.nan_to_num(seen.pairs), LEAST), found)
    found[areas:, areas:] = 0.0
    np.fill_diagonal(found, 0.0)
    return np.asarray(found / found.sum())


def _known(place: Settlement, people: Floats, size: Floats, kilometres: Floats, seen: ObservedMoves) -> Pairs:
    """All that is known of pairs of places; what has no meaning for a pool is nought there."""
    areas = len(people)
    near = np.zeros_like(kilometres)
    near[:areas, :areas] = place.contiguous()
    return Pairs(
        size,
        size,
        kilometres,
        near,
        None if np.isnan(seen.growth).any() else np.append(seen.growth, np.zeros(2)),
        np.append(place.urban[-1] > CORE * people, np.zeros(2)).astype(np.float64),
        np.append(np.zeros(areas), [1.0, 2.0]),
    )


def age_schedule(ages: int, seen: ObservedMoves | None, people: Floats) -> Floats:
    """Relative moves by single age (age,): fitted to a table of moves by age, else the model schedule.

    people  of all areas by single age (age,)

    Seven to thirteen parameters, as many as the Bayesian information criterion asks for (Rogers and Castro 1981).
    """
    if seen is None or not seen.ages.size:
        return model_schedule(ages)
    if len(seen.ages) < LEAST_GROUPS:
        what, way_out = f"at least {LEAST_GROUPS} age groups, or none", "add the groups, or leave the rows by age out"
        raise InputError.one("data/**/migration, column age_start", what, str(len(seen.ages)), way_out)
    whole = np.append(0.0, np.cumsum(people))
    low, high = seen.ages - seen.widths / 2.0, seen.ages + seen.widths / 2.0
    at = np.arange(ages + 1.0)
    exposure = np.interp(high, at, whole) - np.interp(low, at, whole)
    return fit_counts(seen.counts, exposure, ages=seen.ages, kind="bic").rates(np.arange(ages, dtype=np.float64) + 0.5)


def _kilometres(place: Settlement, spec: GravitySpec) -> Floats:
    inside = great_circle(place.lon, place.lat)
    areas = len(inside)
    out = np.zeros((areas + 2, areas + 2))
    # seats that fall together are a kilometre apart: no elasticity bears a zero
    out[:areas, :areas] = np.maximum(inside, 1.0)
    out[areas:, :] = out[:, areas:] = spec.province_km.value
    return out
