"""What users by level and setting amount to: beds, places, meals, hours, carers, natural and under policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forecast.axes import Floats
from forecast.project.eldercare import SETTINGS, EldercareSpec
from forecast.services.care.cells import Cells
from forecast.services.care.served import NONE, Policy, Served
from forecast.services.norms import Norm
from forecast.services.series import whole_up

NORMS = {"severe": "carers.severe", "other": "carers.other", "self-caring": "carers.none"}
"""Standards of people per carer by the group they are for."""
Values = dict[tuple[str, str], Floats]
UNITS = {
    "people": "persons",
    "need": "persons",
    "users": "persons",
    "beds": "beds",
    "places": "places",
    "meals": "meals",
    "hours": "hours",
    "carers": "carers",
    "floor": "m2",
}


@dataclass(frozen=True, eq=False)
class Figures:
    """Every figure of the service.

    users       natural (year, level, setting, column)
    policy      what they move to
    norm        standards by what they are used for
    households  (year, column), None where no floor is asked for
    """

    spec: EldercareSpec
    cells: Cells
    users: Floats
    policy: Policy
    norm: Mapping[str, Norm]
    households: Floats | None

    @cached_property
    def need(self) -> Floats:
        """People by level of need, none left out (year, level, column)."""
        return self.cells.by_level[:, 1:]

    @property
    def hours(self) -> Floats:
        """Hours of home care a week by level (level,)."""
        return np.array([getattr(self.spec.carers.hours, name) for name in self.cells.levels])

    @cached_property
    def natural(self) -> Served:
        """Users summed up."""
        return Served.of(self.users, self.hours)

    @cached_property
    def under_policy(self) -> tuple[Served, Floats]:
        """Users under policy, and the nursing-type share of residents (year, column)."""
        insured = self.policy.users
        now = self.natural if insured is self.users else Served.of(insured, self.hours)
        return self.policy.moved(now, self.hours, self.cells.old, self.need)

    def values(self) -> Values:
        """By measure and part (year, column)."""
        natural = self.natural
        found = self._people()
        found |= {("users", part): value for part, value in self._settings(natural).items()}
        found |= self._beds(natural.institution, natural.settings[SETTINGS.index("nursing-type")], "")
        found |= self._served(natural, "")
        policy, share = self.under_policy
        by_setting = self._settings(policy)
        for part in ("family", "home", "meals", "day-care", "institution", "community", "all"):
            found["users", f"{part}-policy"] = by_setting[part]
        found |= self._beds(policy.institution, policy.institution * share, "-policy")
        found |= self._served(policy, "-policy")
        return found | self._lines()

    def _people(self) -> Values:
        levels = {name: self.need[:, place] for place, name in enumerate(self.cells.levels[1:])}
        found: Values = {("people", "60plus"): self.cells.old, ("people", "80plus"): self.cells.eighty}
        found |= {("need", name): value for name, value in levels.items() if name != "undivided"}
        found["need", "all"] = self.need.sum(axis=1)
        if "severe" in levels and len(levels) > 1:
            found["need", "other"] = found["need", "all"] - levels["severe"]
        if self.cells.dementia is not None:
            found["need", "dementia"] = self.cells.dementia
        return found

    def _settings(self, served: Served) -> dict[str, Floats]:
        """Users by setting, family care among them: all who need care, and those without need who use a service."""
        found: dict[str, Floats] = {name: served.settings[place] for place, name in enumerate(SETTINGS)}
        found["family"] = self.need.sum(axis=1) - served.in_need
        found["institution"], found["community"] = served.institution, served.nearby
        found["all"] = found["family"] + found["institution"] + found["community"]
        return found

    def _beds(self, homes: Floats, nursing: Floats, suffix: str) -> Values:
        occupancy = self.spec.institution.occupancy.value
        beds = whole_up(homes / occupancy)
        special = np.minimum(whole_up(nursing / occupancy), beds)
        whole = "institution-policy" if suffix else "all"
        found: Values = {("beds", f"nursing-type{suffix}"): special, ("beds", whole): beds}
        if not suffix:
            found["beds", "ordinary"] = beds - special
        return found

    def _served(self, served: Served, suffix: str) -> Values:
        """Day-care places, meals a day, hours of home care and carers."""
        spec = self.spec
        there = spec.day_care.days.value / spec.day_care.open.value
        residents = {name: whole_up(value) for name, value in self._staff(served.homes).items()}
        carers = sum(residents.values(), np.zeros(1))
        home = whole_up(served.hours / spec.carers.week.value)
        day = whole_up(sum(self._staff(served.day).values(), np.zeros(1)) * there)
        found: Values = {
            ("places", f"day-care{suffix}"): whole_up(served.settings[SETTINGS.index("day-care")] * there),
            ("carers", "institution" + suffix): carers,
            ("carers", "all" + suffix): carers + home + day,
        }
        if suffix:
            return found
        found |= {("carers", name): value for name, value in residents.items()}
        found |= {("carers", "home"): home, ("carers", "day-care"): day, ("hours", "home"): served.hours}
        found["meals", "all"] = served.settings[SETTINGS.index("meals")] * spec.meals.value
        return found

    def groups(self, users: Floats) -> dict[str, Floats]:
        """Users by level (level, year, column), by those for whom carers are told apart."""
        severe = self.cells.levels.index("severe") if "severe" in self.cells.levels else None
        dependent = users[NONE + 1 :].sum(axis=0)
        heavy = np.zeros_like(dependent) if severe is None else users[severe]
        return {"severe": heavy, "other": np.maximum(dependent - heavy, 0.0), "self-caring": users[NONE]}

    def _staff(self, users: Floats) -> dict[str, Floats]:
        """Carers of users by level (level, year, column), by the norm of the level; not rounded."""
        return {name: value / self.norm[NORMS[name]].most for name, value in self.groups(users).items()}

    def _lines(self) -> Values:
        """Other patterns' beds, and floor of community rooms."""
        occupancy = self.spec.institution.occupancy.value
        found: Values = {}
        for name in self.spec.pattern.beside:
            residents = self.cells.old * self.norm[f"pattern.beside.{name}"].most / 100.0
            found["beds", f"pattern-{name}"] = whole_up(residents / occupancy)
        if self.households is not None:
            for name in ("new", "existing"):
                found["floor", f"standard-{name}"] = self.households / 100.0 * self.norm[f"floor.{name}"].most
        return found
