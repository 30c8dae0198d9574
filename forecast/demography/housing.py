"""Housing that is being built: who moves into new dwellings, when, of what age, and from where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecast.axes import AGES, Floats
from forecast.demography.flows import Note, within
from forecast.demography.migration import When
from forecast.demography.settlement import Dwellings
from forecast.project.movement import HousingSpec

ADULT = 18
"""Youngest adult of an incoming family."""
SPREAD = 6.0
"""Standard deviation of the age of its adults, in years."""
CHILDHOOD = 10
"""Children of incoming families are younger; their number falls in a straight line with age."""


def family_profile(age: float, children: float, ages: int = AGES) -> Floats:
    """Shares of incomers of young families by sex and age, summing to one (sex, age).

    age       mean age of the adults, who are spread like a bell
    children  children for one adult
    """
    axis = np.arange(ages) + 0.5
    adults = np.where(axis > ADULT, np.exp(-0.5 * ((axis - age) / SPREAD) ** 2), 0.0)
    young = np.maximum(CHILDHOOD - axis, 0.0)
    both = adults / adults.sum() + children * young / young.sum()
    return np.repeat((both / both.sum() / 2.0)[None], 2, axis=0)


@dataclass(frozen=True, slots=True, eq=False)
class Housing:
    """Dwellings completed by year, and the rule that fills them.

    completed  dwellings by year of completion
    spec       household, vacancy, filling by year since completion, families first

    Incomers of a year are dwellings x household x (1 - vacancy) x the share filled in that year since completion, less
    the ``overlap`` that the moves of the past already hold: those who came in the past found new dwellings too.
    """

    completed: Mapping[int, Dwellings]
    spec: HousingSpec

    def incomers(self, year: int, areas: int) -> list[Floats]:
        """People who move in, by years since completion (area,)."""
        room = (1.0 - self.spec.vacancy.value) * (1.0 - self.spec.overlap.value)
        found = []
        for since, share in enumerate(self.spec.filling):
            people = np.zeros(areas)
            built = self.completed.get(year - since)
            if built is not None:
                size = np.where(np.isnan(built.household), self.spec.household.value, built.household)
                people = built.completed * size * room * share
            found.append(people)
        return found

    def apply(self, between: Floats, survivors: Floats, when: When) -> tuple[Floats, tuple[Note, ...]]:
        """Moves with those into new dwellings, drawn from each origin as its movers to that area are.

        None come in years whose total is on record: it holds them already.
        """
        areas = len(survivors)
        wanted = self.incomers(when.year, areas)
        if when.after <= 0 or not any(part.any() for part in wanted):
            return between, ()
        coming = between[..., :, :areas]
        more = origins_of(coming) * self.by_age(wanted, coming)[..., None, :]
        return _added(between, more, survivors, when.year, float(sum(part.sum() for part in wanted)))

    def by_age(self, wanted: list[Floats], coming: Floats) -> Floats:
        """Incomers by sex, age and area, from those by years since completion.

        coming  moves to the areas without them (sex, age, origin, area)

        In the first year after completion ``families`` of the incomers are young families, each further year
        ``fading`` times as many; the others are of the ages of those who move to the area anyway.
        """
        usual = coming.sum(axis=-2)
        whole = usual.sum(axis=(0, 1))
        general = usual / np.where(whole > 0, whole, 1.0)
        family = family_profile(self.spec.age.value, self.spec.children.value, usual.shape[1])[..., None]
        more = np.zeros_like(usual)
        for since, people in enumerate(wanted):
            young = self.spec.families.value * self.spec.fading.value**since
            more = more + people * (young * family + (1.0 - young) * general)
        return np.asarray(more)


@dataclass(frozen=True, slots=True, eq=False)
class HousingAsOne:
    """The same dwellings, seen from all areas together as one: who moves in from inside is no incomer.

    areas   dwellings of the areas
    coming  moves to each of them at the launch, which say who comes from inside (sex, age, origin, area)
    """

    areas: Housing
    coming: Floats

    def apply(self, between: Floats, survivors: Floats, when: When) -> tuple[Floats, tuple[Note, ...]]:
        """Moves to the one area with those into new dwellings, drawn from the pools as its other arrivals are."""
        count = self.coming.shape[-1]
        wanted = self.areas.incomers(when.year, count)
        if when.after <= 0 or not any(part.any() for part in wanted):
            return between, ()
        from_pools = origins_of(self.coming)[..., count:, :].sum(axis=-2)
        came = (from_pools * self.areas.by_age(wanted, self.coming)).sum(axis=-1)
        more = origins_of(between[..., :, :1]) * came[..., None, None]
        return _added(between, more, survivors, when.year, float(came.sum()))


def origins_of(coming: Floats) -> Floats:
    """Shares of the origins among those who come to each area; none where nobody comes (sex, age, origin, area)."""
    usual = coming.sum(axis=-2, keepdims=True)
    return np.asarray(np.where(usual > 0, coming / np.where(usual > 0, usual, 1.0), 0.0))


def _added(
    between: Floats, more: Floats, survivors: Floats, year: int, asked: float
) -> tuple[Floats, tuple[Note, ...]]:
    """Moves with more arrivals (sex, age, origin, area), as far as there is somebody to come."""
    out = between.copy()
    out[..., :, : len(survivors)] += more
    kept, refused = within(out, survivors)
    arrived = float((kept - between).sum())
    why = f"people moving into dwellings completed by {year}, beyond the moves of the past"
    if refused > 0 or arrived < 0.999 * asked:
        why += "; some find nobody to come: cells of their origins are exhausted or empty"
    return kept, (("arrivals in new dwellings", 0.0, arrived, why),)
