"""Which setting people of a level and living arrangement choose: a logit against family care, met by counted users.

P(setting | level, arrangement, price) = odds / (1 + sum of odds), with odds = base x level x arrangement x
price ^ -elasticity (McFadden's multinomial logit; family care has odds 1). The bases are solved so that the nation's
users of the year of the count are those counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecast.axes import Floats
from forecast.errors import InputError
from forecast.project.eldercare import SETTINGS, CommunityName, EldercareSpec, HomeName, Odds, Price, Use
from forecast.services.care.living import UNKNOWN
from forecast.services.care.rows import FILE

HOMES = slice(3, 5)
"""Settings that are beds of homes, in the order of ``SETTINGS``."""
COMMUNITY = slice(0, 3)
COMMUNITY_NAMES: tuple[CommunityName, ...] = ("home", "meals", "day-care")
HOME_NAMES: tuple[HomeName, ...] = ("ordinary", "nursing-type")
TURNS, CLOSE = 500, 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Odds of each setting against family care.

    levels, arrangements  in order, no need first
    odds                  at today's prices (level, arrangement, setting)
    price                 what odds are multiplied by in each year (year | 1, level, setting)
    """

    levels: tuple[str, ...]
    arrangements: tuple[str, ...]
    odds: Floats
    price: Floats

    def users(self, cells: Floats, community: Floats, homes: Floats) -> Floats:
        """Users by level and setting (year, level, setting, column).

        cells             people by level and arrangement (year, level, arrangement, column)
        community, homes  what odds of a year and column are multiplied by (year, column | 1)

        First who lives in a home, then who of the others is served: what moves the use of community settings on a
        trajectory takes from family care, not from homes, whose residents were counted. At 1 it is the plain logit.
        """
        odds = self.odds[None] * self.price[:, :, None, :]
        outside = odds[..., COMMUNITY].sum(axis=-1)[..., None]
        inside = odds[..., HOMES].sum(axis=-1)[..., None] * homes[:, None, None, :]
        inside += 1.0 + outside
        left = cells / inside
        users = np.empty((len(cells), len(self.levels), len(SETTINGS), max(left.shape[-1], community.shape[-1])))
        turned, moved = np.swapaxes(odds, -1, -2), bool((community != 1.0).any())
        np.multiply(np.matmul(turned[:, :, HOMES], left), homes[:, None, None, :], out=users[:, :, HOMES])
        if moved:
            served = outside * community[:, None, None, :]
            served += 1.0
            np.divide(1.0 + outside, served, out=served)
            left *= served
        np.matmul(turned[:, :, COMMUNITY], left, out=users[:, :, COMMUNITY])
        if moved:
            users[:, :, COMMUNITY] *= community[:, None, None, :]
        return users

    def at(self, prices: Floats) -> Choice:
        """The same under other prices."""
        return Choice(self.levels, self.arrangements, self.odds, prices)


@dataclass(frozen=True, slots=True)
class Counted:
    """What the nation's users of a year must be.

    users    persons by setting, in the order of ``SETTINGS``
    in_need  share of residents of homes who need care; None: odds of those without need are stated, not solved
    """

    users: tuple[float, ...]
    in_need: float | None


def calibrated(
    spec: EldercareSpec, levels: tuple[str, ...], arrangements: tuple[str, ...], cells: Floats, counted: Counted
) -> Choice:
    """Odds under which the nation's people (level, arrangement) are the users counted, by proportional fitting."""
    solved = counted.in_need is not None
    named = [spec.settings[name].odds for name in COMMUNITY_NAMES]
    odds = np.stack(
        [
            *(_relative(item, levels, arrangements) for item in named),
            *(_relative(spec.homes[name], levels, arrangements, solved=solved) for name in HOME_NAMES),
        ],
        axis=-1,
    )
    target = np.array(counted.users)
    _enough(spec, cells, target)
    everyone = cells[None, :, :, None]
    one = np.ones((1, 1))
    _none_is_stated(spec, solved=solved)
    odds *= 1e-3 * (target > 0.0)
    choice = Choice(levels, arrangements, odds, np.ones((1, len(levels), len(SETTINGS))))
    for _ in range(TURNS):
        users = choice.users(everyone, one, one)[0, :, :, 0]
        steps = np.where(target > 0.0, target / np.maximum(users.sum(axis=0), 1e-300), 1.0)
        odds *= steps
        miss = float(np.abs(steps - 1.0).max())
        if counted.in_need is not None:
            wanted = (1.0 - counted.in_need) / counted.in_need
            homes = users[:, HOMES].sum(axis=-1)
            step = wanted * float(homes[1:].sum()) / max(float(homes[0]), 1e-300)
            odds[0, :, HOMES] *= step
            miss = max(miss, abs(step - 1.0))
        if miss < CLOSE:
            return choice
    what = "odds under which the nation's people are the users counted"
    raise InputError.one(f"{FILE}, [settings]", what, "none", "lower the users or correct the odds")


def _relative(odds: Odds, levels: tuple[str, ...], arrangements: tuple[str, ...], *, solved: bool = False) -> Floats:
    """Odds by level and arrangement (level, arrangement); where those without need are solved, they begin at 1."""
    by_level = np.array([getattr(odds, name) if getattr(odds, name) is not None else 1.0 for name in levels])
    if solved:
        by_level[0] = 1.0
    by_arrangement = np.ones(1) if arrangements == UNKNOWN else np.array([getattr(odds, name) for name in arrangements])
    return np.asarray(by_level[:, None] * by_arrangement[None, :])


def _enough(spec: EldercareSpec, cells: Floats, target: Floats) -> None:
    people = float(cells.sum())
    if target.sum() >= people:
        what = f"fewer users in all settings than the nation's {people:,.0f} people of 60+ in {spec.institution.year}"
        raise InputError.one(f"{FILE}, [settings]", what, f"{target.sum():,.0f}", "lower the users")


def _none_is_stated(spec: EldercareSpec, *, solved: bool) -> None:
    """Odds of people without need: stated for community settings, for homes where they are not solved."""
    places = {f"settings.{name}.odds": item.odds for name, item in spec.settings.items()}
    if not solved:
        places |= {f"homes.{name}": item for name, item in spec.homes.items()}
    for key, item in places.items():
        if item.none is None:
            what = "odds of people without need"
            raise InputError.one(f"{FILE}, key {key}.none", what, "nothing", "add them; 0 where nobody comes")


def elasticities(use: Use) -> Floats:
    """Of each setting, in the order of ``SETTINGS`` (setting,): of homes, and of settings at home where it is named."""
    outside = use.elasticity if use.community_elasticity is None else use.community_elasticity
    return np.array([outside.value] * (COMMUNITY.stop - COMMUNITY.start) + [use.elasticity.value] * len(HOME_NAMES))


def prices(named: Mapping[str, Price], elasticity: Floats | float, levels: tuple[str, ...], years: range) -> Floats:
    """What odds are multiplied by: price ^ -elasticity (year | 1, level, setting); of several, the product.

    elasticity  of all settings, or of each (setting,)
    """
    if not named:
        return np.ones((1, len(levels), len(SETTINGS)))
    found = np.ones((len(years), len(levels), len(SETTINGS)))
    for item in named.values():
        since = np.array(years) >= item.first
        for level in item.levels:
            for setting in item.settings:
                if level in levels:
                    found[since, levels.index(level), SETTINGS.index(setting)] *= item.factor
    return np.asarray(found ** -np.asarray(elasticity))
