"""Users summed up as beds, places and carers ask for them, and how they move to a pattern of policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats
from forecast.project.eldercare import SETTINGS
from forecast.services.care.settings import COMMUNITY, HOMES
from forecast.services.norms import Norm

NONE = 0
"""Place of people without need among the levels."""
TINY = 1e-300


@dataclass(frozen=True, eq=False)
class Served:
    """Users of formal settings.

    settings   in the order of ``SETTINGS`` (setting, year, column)
    without    of them those without need (setting, year, column)
    homes      residents of homes by level (level, year, column)
    community  users of community settings by level (level, year, column)
    day        users of day care by level (level, year, column)
    hours      of home care a week (year, column)
    """

    settings: Floats
    without: Floats
    homes: Floats
    community: Floats
    day: Floats
    hours: Floats

    @classmethod
    def of(cls, users: Floats, hours: Floats) -> Served:
        """Of users (year, level, setting, column) and hours of home care a week by level (level,)."""
        by_setting, by_level = np.moveaxis(users, 2, 0), np.moveaxis(users, 1, 0)
        return cls(
            settings=by_setting.sum(axis=2),
            without=by_setting[:, :, NONE],
            homes=by_level[:, :, HOMES].sum(axis=2),
            community=by_level[:, :, COMMUNITY].sum(axis=2),
            day=by_level[:, :, SETTINGS.index("day-care")],
            hours=(by_level[:, :, SETTINGS.index("home")] * hours[:, None, None]).sum(axis=0),
        )

    def times(self, community: Floats, homes: Floats) -> Served:
        """With as many more users of community settings and of homes (year, column)."""
        by_setting = np.stack([community] * (COMMUNITY.stop - COMMUNITY.start) + [homes] * (HOMES.stop - HOMES.start))
        return Served(
            self.settings * by_setting,
            self.without * by_setting,
            self.homes * homes,
            self.community * community,
            self.day * community,
            self.hours * community,
        )

    @property
    def institution(self) -> Floats:
        """Residents of homes (year, column)."""
        return np.asarray(self.settings[HOMES].sum(axis=0))

    @property
    def nearby(self) -> Floats:
        """Users of community settings (year, column)."""
        return np.asarray(self.settings[COMMUNITY].sum(axis=0))

    @property
    def in_need(self) -> Floats:
        """Users who need care (year, column)."""
        return np.asarray(self.settings.sum(axis=0) - self.without.sum(axis=0))


@dataclass(frozen=True, eq=False)
class Policy:
    """Use that moves to a pattern.

    users   under the prices of the policy (year, level, setting, column)
    weight  how far the pattern has come (year, 1)
    norm    ``pattern.institution`` and ``pattern.community`` in percent of people of 60+, ``pattern.nursing_share`` in
            percent of beds
    """

    users: Floats
    weight: Floats
    norm: Mapping[str, Norm]

    def moved(self, now: Served, hours: Floats, old: Floats, in_need: Floats) -> tuple[Served, Floats]:
        """Users under policy, and the share of residents in nursing-type beds (year, column).

        now      the users summed up;  hours  of home care a week by level (level,)
        old      people of 60+ (year, column)
        in_need  people by level of need, none left out (year, level, column)

        Totals of homes and of community settings move along the line from use to the pattern; levels and community
        settings keep their mix. Nobody who needs care is served twice: where the patterns ask for more, both give way.
        """
        homes = self._factor(now.institution, old, "pattern.institution")
        community = self._factor(now.nearby, old, "pattern.community")
        asked = np.moveaxis(now.homes[1:] * homes + now.community[1:] * community, 0, 1)
        if (asked > in_need).any():
            found = self._crowded(community, homes, np.minimum(1.0, in_need / np.maximum(asked, TINY)), hours)
        else:
            found = now.times(community, homes)
        special = found.settings[HOMES][1] / np.maximum(found.institution, TINY)
        goal = self.norm["pattern.nursing_share"].most / 100.0
        return found, np.maximum(special, (1.0 - self.weight) * special + self.weight * goal)

    def _factor(self, now: Floats, old: Floats, name: str) -> Floats:
        """How many times as many users (year, column)."""
        wanted = (1.0 - self.weight) * now + self.weight * old * self.norm[name].most / 100.0
        return np.asarray(wanted / np.maximum(now, TINY))

    def _crowded(self, community: Floats, homes: Floats, room: Floats, hours: Floats) -> Served:
        """The same where a level has fewer people than the patterns ask for; ``room`` (year, level in need, column)."""
        users = self.users.copy()
        users[:, :, COMMUNITY] *= community[:, None, None]
        users[:, :, HOMES] *= homes[:, None, None]
        users[:, 1:] *= room[:, :, None]
        return Served.of(users, hours)
