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

        In the first year after completion ``families`` of the incomers are young families, each further year
        ``fading`` times as many; the others are of the ages of those who move to the area anyway.
        """
        areas = len(survivors)
        wanted = self.incomers(when.year, areas)
        if not any(part.any() for part in wanted):
            return between, ()
        coming = between[..., :, :areas]
        usual = coming.sum(axis=-2)
        origins = np.where(usual[..., None, :] > 0, coming / np.where(usual > 0, usual, 1.0)[..., None, :], 0.0)
        whole = usual.sum(axis=(0, 1))
        general = usual / np.where(whole > 0, whole, 1.0)
        family = family_profile(self.spec.age.value, self.spec.children.value, survivors.shape[-1])[..., None]
        more = np.zeros_like(usual)
        for since, people in enumerate(wanted):
            young = self.spec.families.value * self.spec.fading.value**since
            more = more + people * (young * family + (1.0 - young) * general)
        out = between.copy()
        out[..., :, :areas] += origins * more[..., None, :]
        kept, refused = within(out, survivors)
        arrived = float((kept - between).sum())
        asked = float(sum(part.sum() for part in wanted))
        why = f"people moving into dwellings completed by {when.year}, beyond the moves of the past"
        if refused > 0 or arrived < 0.999 * asked:
            why += "; some find nobody to come: cells of their origins are exhausted or empty"
        return kept, (("arrivals in new dwellings", 0.0, arrived, why),)
