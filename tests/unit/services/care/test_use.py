from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from forecast.errors import InputError
from forecast.project.eldercare import Use
from forecast.services.care.use import CareTaste, shocks, use_path
from forecast.services.facts import Fact
from forecast.services.people import People
from tests.unit.services.care.care_facts import assumed, model

Level = Callable[..., People]
YEARS = range(2020, 2025)
COUNTS = (Fact(20.0, "persons", "verified", "made"), Fact(22.0, "persons", "verified", "made"))


def use(how: str = "damped", weight: float = 1.0, **spreads: float) -> Use:
    trend = {"how": how, "weight": assumed(weight), "damping": assumed(0.5)}
    changes = {f"use__{name}": assumed(value) for name, value in spreads.items()}
    return model(use__trend=trend, **changes).use


INSTITUTION = model(institution__earlier=2020, institution__between=1.0).institution


def test_the_change_between_two_counts_goes_on_and_dies_out(level: Level) -> None:
    nation = level(20.0, codes=("000000",))
    path = use_path(INSTITUTION, use(), nation, COUNTS, lambda _: 22.0, YEARS)
    step = np.log(1.1)
    assert path.yearly == pytest.approx(step)
    assert np.log(path.homes[:, 0]) == pytest.approx([-step, 0.0, 0.5 * step, 0.75 * step, 0.875 * step])
    half = use_path(INSTITUTION, use(weight=0.5), nation, COUNTS, lambda _: 22.0, YEARS)
    assert np.log(half.homes[2, 0]) == pytest.approx(0.25 * step)


def test_people_who_grow_are_taken_off(level: Level) -> None:
    nation = level(20.0, codes=("000000",))
    path = use_path(INSTITUTION, use(), nation, COUNTS, lambda year: 20.0 * 1.2 ** (year - 2020), YEARS)
    assert path.yearly == pytest.approx(np.log(1.1 / 1.2))
    held = use_path(INSTITUTION, use("hold"), nation, COUNTS, lambda year: 20.0 * 1.2 ** (year - 2020), YEARS)
    assert held.homes[:, 0] == pytest.approx([1.2 / 1.1, 1.0, 1.0, 1.0, 1.0])


def test_one_count_holds_the_use(level: Level) -> None:
    path = use_path(model().institution, use(), level(20.0, codes=("000000",)), None, lambda _: 1.0, YEARS)
    assert (path.yearly, path.homes.tolist()) == (0.0, [[1.0]] * 5)


def test_an_earlier_count_before_the_forecast_is_named(level: Level) -> None:
    spec = model(institution__earlier=2015, institution__between=6.0).institution
    with pytest.raises(InputError, match=r"institution\.earlier: expected a year of the forecast, 2020 or later"):
        use_path(spec, use(), level(20.0, codes=("000000",)), COUNTS, lambda _: 1.0, YEARS)


def test_homes_are_certain_when_counted_and_other_settings_are_not() -> None:
    years, taste = range(2020, 2032), CareTaste(np.array([-1.0, 0.0, 1.0]))
    spread = use(institution=0.2, community=0.3, unsure=0.5)
    community, homes = shocks(INSTITUTION, spread, years, taste)
    assert homes[:2].tolist() == [[1.0] * 3] * 2
    assert np.log(homes[11]) == pytest.approx([-0.2, 0.0, 0.2])  # ten years after 2021
    assert np.log(community[1]) == pytest.approx([-0.5, 0.0, 0.5])
    assert np.log(community[11, 2]) == pytest.approx(np.hypot(0.5, 0.3))
    assert all((part == 1.0).all() for part in shocks(INSTITUTION, spread, years, None))
