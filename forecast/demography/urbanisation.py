"""New urbanisation: the city's urban share follows a path, in part because people move to its more urban areas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.axes import AGE, SEX, Floats
from forecast.demography.flows import Note, net_of, within
from forecast.demography.migration import When
from forecast.kernels.solve import bisect
from forecast.project.movement import UrbanisationSpec

APART = 10.0
"""Years between the two censuses through which a logistic goes."""


def logistic_path(shares: tuple[float, float], ceiling: float, years: range) -> Floats:
    """Urban shares (year,) on the logistic with a ceiling that goes through two censuses, the second at ``years[0]``.

    logit(u / ceiling) is a straight line in time. Source: United Nations 1974, Methods for Projections of Urban and
    Rural Population (Manual VIII), with a ceiling below one.
    """
    if not 0 < max(shares) < ceiling <= 1:
        raise ValueError(f"a ceiling of {ceiling} does not lie above {max(shares)} and up to 1")
    first, last = (float(np.log(share / (ceiling - share))) for share in shares)
    ahead = np.arange(len(years)) / APART
    return np.asarray(ceiling / (1.0 + np.exp(-(last + (last - first) * ahead))))


def stated_path(now: float, targets: dict[int, float], years: range) -> Floats:
    """Urban shares (year,) on straight lines between today's at ``years[0]`` and the targets, then constant."""
    known = {years[0]: now} | {year: share for year, share in targets.items() if year > years[0]}
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
    """

    shares: Floats
    path: Floats
    first: int
    by_moves: float

    def apply(self, between: Floats, survivors: Floats, when: When) -> tuple[Floats, tuple[Note, ...]]:
        """Moves between areas times 1 + f (u_j - u_i), from less to more urban ones, f such that the step is met.

        The step of a year: moves raise the city's urban share by ``by_moves`` of the path's rise, each area at its own
        urban share. Nothing is shifted in years whose total is on record. Moves never turn negative, and no cell loses
        more than the cap; either is an override.
        """
        if when.after <= 0:
            return between, ()
        areas = len(survivors)
        stayed = survivors.sum(axis=(SEX, AGE))
        people = stayed + net_of(between, areas).sum(axis=(SEX, AGE))
        rise = self.path[when.year - self.first] - self.path[when.year - self.first - 1]
        target = self.shares @ stayed / stayed.sum() + self.by_moves * rise
        gap = float(target * people.sum() - self.shares @ people)
        steeper = np.maximum(self.shares[None, :] - self.shares[:, None], 0.0)
        rural_to_urban = between[..., :areas, :areas].sum(axis=(0, 1))
        effect = float((rural_to_urban * steeper**2).sum())
        if effect <= 0:
            return between, (("urban people moved", gap, 0.0, "nobody moves from less to more urban areas"),)
        lowest = -1.0 / float(steeper.max())
        factor = max(gap / effect, lowest)
        shifted = between.copy()
        shifted[..., :areas, :areas] *= 1.0 + factor * steeper
        kept, refused = within(shifted, survivors)
        why = "urban people shifted by moves to more urban areas, so that the city's urban share follows its path"
        notes: tuple[Note, ...] = (("urban people", float(self.shares @ people), float(target * people.sum()), why),)
        if factor * effect > gap or refused > 0:
            why = "the path of the urban share asks for more than moves between areas can give"
            notes += (("urban people moved", gap, factor * effect - refused, why),)
        return kept, notes


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
