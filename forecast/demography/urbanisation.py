"""New urbanisation: the city's urban share follows a path, in part because people move to its more urban areas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.axes import AGE, SEX, Floats
from forecast.demography.flows import Note, net_of, within
from forecast.demography.migration import When
from forecast.errors import InputError
from forecast.kernels.solve import bisect
from forecast.project.movement import UrbanisationSpec

APART = 10.0
"""Years between the two censuses through which a logistic goes."""
WHERE = "models/movement.toml, key urbanisation"
ROUNDING = 1e-12
"""Share of the people by which a step may be missed."""
SHARE = "or state the path by urbanisation.share in place of a ceiling"


def logistic_path(shares: tuple[float, float], ceiling: float, years: range) -> Floats:
    """Urban shares (year,) on the logistic with a ceiling that goes through two censuses, the second at ``years[0]``.

    logit(u / ceiling) is a straight line in time. Source: United Nations 1974, Methods for Projections of Urban and
    Rural Population (Manual VIII), with a ceiling below one. ``InputError`` where no logistic goes through them.
    """
    if not 0 < min(shares) <= max(shares) < 1:
        what = "urban and rural people in the city at both censuses"
        found = f"urban shares of {shares[0]:.3f} and {shares[1]:.3f}, through which no logistic goes"
        raise InputError.one("data/**/indicators, indicator urban_pop", what, found, f"correct the counts, {SHARE}")
    if not max(shares) < ceiling <= 1:
        what = f"a ceiling above the city's urban shares of both censuses, {shares[0]:.3f} and {shares[1]:.3f}, up to 1"
        raise InputError.one(f"{WHERE}.ceiling", what, f"{ceiling:g}", f"take another ceiling, {SHARE}")
    first, last = (float(np.log(share / (ceiling - share))) for share in shares)
    ahead = np.arange(len(years)) / APART
    return np.asarray(ceiling / (1.0 + np.exp(-(last + (last - first) * ahead))))


def stated_path(now: float, targets: dict[int, float], years: range) -> Floats:
    """Urban shares (year,) on straight lines between today's at ``years[0]`` and the targets, then constant.

    ``InputError`` for targets that are not after today.
    """
    past = [str(year) for year in sorted(targets) if year <= years[0]]
    if past:
        what, way_out = f"years after the census, {years[0]}, whose urban share is counted", "leave the others out"
        raise InputError.one(f"{WHERE}.share", what, ", ".join(past), way_out)
    known = {years[0]: now} | targets
    return np.interp(list(years), sorted(known), [known[year] for year in sorted(known)])


def path_of(spec: UrbanisationSpec, urban: Floats, people: Floats, years: range) -> Floats:
    """The city's urban share (year,) under a spec.

    urban, people  of the areas at both censuses (census, area)
    """
    shares = urban.sum(axis=1) / people.sum(axis=1)
    if spec.ceiling is None:
        return stated_path(float(shares[1]), spec.share, years)
    return logistic_path((float(shares[0]), float(shares[1])), spec.ceiling.value, years)


@dataclass(frozen=True, slots=True, eq=False)
class Urbanisation:
    """A shift of moves from less to more urban areas.

    shares    urban share of each area at the launch    (area,)
    path      the city's urban share by year            (year,), the launch year first
    first     that year
    by_moves  share of its rise that comes from moves between areas; the rest is land that turns into town
    apart     people held apart, who count and do not move; None: nobody    (year, area)
    """

    shares: Floats
    path: Floats
    first: int
    by_moves: float
    apart: Floats | None = None

    def apply(self, between: Floats, survivors: Floats, when: When) -> tuple[Floats, tuple[Note, ...]]:
        """Moves between areas times 1 + f (1 - u_i) u_j, f such that the step is met.

        (1 - u_i) u_j is the share of those who go from area i to area j that goes from the country to a town, where
        movers are as urban as the places they leave and come to.
        The step of a year: moves raise the city's urban share by ``by_moves`` of the path's rise, each area at its own
        urban share, u, which has followed the path until the year before. Nothing is shifted in years whose total is
        on record. Moves never turn negative, and no cell loses more than the cap; either is an override.
        """
        if when.after <= 0:
            return between, ()
        areas, at = len(survivors), when.year - self.first
        stayed = survivors.sum(axis=(SEX, AGE)) + (0.0 if self.apart is None else self.apart[at - 1])
        shares = self.before(when.year, stayed)
        people = stayed + net_of(between, areas).sum(axis=(SEX, AGE))
        target = self.path[at - 1] + self.by_moves * (self.path[at] - self.path[at - 1])
        gap = float(target * people.sum() - shares @ people)
        weight = (1.0 - shares[:, None]) * shares[None, :] * (1.0 - np.eye(areas))
        to_town = between[..., :areas, :areas].sum(axis=(0, 1)) * weight
        effect = float((to_town * (shares[None, :] - shares[:, None])).sum())
        if effect <= 0:
            return between, (("urban people moved", gap, 0.0, "moves from country to town raise no urban share"),)
        factor = max(gap / effect, -1.0 / float(weight.max()))
        shifted = between.copy()
        shifted[..., :areas, :areas] *= 1.0 + factor * weight
        kept, _ = within(shifted, survivors)
        reached = stayed + net_of(kept, areas).sum(axis=(SEX, AGE))
        why = "urban people shifted by moves from country to town, so that the city's urban share follows its path"
        notes: tuple[Note, ...] = (("urban people", float(shares @ people), float(shares @ reached), why),)
        if factor < 0:
            why = "the path of the urban share asks for less than the moves bring that go on without it"
            fewer = float((to_town * (1.0 + factor * weight)).sum())
            notes += (("moves from country to town", float(to_town.sum()), fewer, why),)
        given = float(shares @ (reached - people))
        if abs(given - gap) > ROUNDING * people.sum():
            why = "the path of the urban share asks for more change than moves between areas can give"
            notes += (("urban people moved", gap, given, why),)
        return kept, notes

    def before(self, year: int, people: Floats) -> Floats:
        """Urban share of each area (area,) that the moves of a year start from; people who stayed, with those apart."""
        at = year - self.first
        return np.asarray(urban_shares(self.shares, people[None], self.path[at - 1 : at])[0])


def urban_shares(shares: Floats, people: Floats, path: Floats) -> Floats:
    """Urban share of each area (year, area) that sum to the city's path (year,), all raised by one shift of the logit.

    shares  at the launch (area,);  people  (year, area)
    """
    inner = np.clip(shares, 1e-4, 1.0 - 1e-4)
    logits = np.log(inner / (1.0 - inner))

    def of(shift: Floats) -> Floats:
        return np.asarray(1.0 / (1.0 + np.exp(-(logits + shift[:, None]))))

    def city(shift: Floats) -> Floats:
        return np.asarray((of(shift) * people).sum(axis=1) / people.sum(axis=1))

    return of(bisect(city, path, -30.0, 30.0))
