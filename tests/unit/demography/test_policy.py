from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.demography.conditions import effect_of
from forecast.demography.noise import Draws
from forecast.demography.policy import Effect, acting, pulse, zodiac
from forecast.project.load import load_models, load_scenario

YEARS = range(2021, 2031)
THIRD = (False, False, True)


def effect(**changed: object) -> Effect:
    """Third births 20 % up from 2024 on, for good, for sure."""
    usual: dict[str, object] = {
        "name": "three",
        "orders": THIRD,
        "size": 0.2,
        "sd": (0.0, 0.0),
        "onset": 2024,
        "ramp": 1,
        "half_life": 1e9,
    }
    return Effect(**{**usual, **changed})  # type: ignore[arg-type]  # each has its field's type


# -------------------------------------------------------------------------------------------------------------- course
def test_a_pulse_by_hand() -> None:
    # half of it in the first year, all of it in the second, then half as much every two years
    assert pulse(2024, 2, 2.0, range(2022, 2031)) == pytest.approx(
        [0.0, 0.0, 0.5, 1.0, 0.5**0.5, 0.5, 0.5**1.5, 0.25, 0.5**2.5]
    )


def test_a_pulse_without_ramp_stands_at_its_height_at_once() -> None:
    assert pulse(2024, 1, 1.0, range(2023, 2028)) == pytest.approx([0.0, 1.0, 0.5, 0.25, 0.125])
    assert pulse(2024, 1, 1e9, range(2023, 2026)) == pytest.approx([0.0, 1.0, 1.0])


@given(st.integers(2015, 2035), st.integers(1, 8), st.floats(0.5, 1e9))
def test_a_pulse_rises_from_its_onset_to_its_height_and_falls(onset: int, ramp: int, half_life: float) -> None:
    years = range(2010, 2060)
    found = pulse(onset, ramp, half_life, years)
    before, top = onset - years[0], onset - years[0] + ramp - 1
    assert (found[:before] == 0.0).all()
    assert (found >= 0.0).all()
    assert found[top] == pytest.approx(1.0)
    assert (np.diff(found[max(before, 1) - 1 : top + 1]) > 0.0).all()
    assert (np.diff(found[top:]) <= 0.0).all()


def test_births_on_record_hold_what_a_policy_did() -> None:
    # in force since 2021, births on record to 2023: from 2024 on it goes on where it stood, half of a half gone
    later = effect(onset=2021, half_life=3.0, since=2024)
    acts = acting((later,), YEARS)
    assert acts.factor[:3, 2, 0].tolist() == [1.0, 1.0, 1.0]
    assert acts.factor[3:, 2, 0] == pytest.approx(1.0 + 0.2 * pulse(2021, 1, 3.0, YEARS)[3:])
    assert acts.factor[3, 2, 0] == pytest.approx(1.1)
    assert (acts.factor[:, :2] == 1.0).all()


def test_those_who_waited_are_counted_when_births_are_no_longer_on_record() -> None:
    acts = acting((effect(onset=2021, since=2024, waiting=0.1),), YEARS)
    assert acts.waits
    assert np.argwhere(acts.opens).tolist() == [[3, 2]]
    assert acts.opens[3, 2] == 0.1
    assert (acts.factor == 1.0).all()
    assert (acts.extra[:3] == 0.0).all()
    # one in ten acts, so each of them ten times as much
    assert acts.extra[3:, 2, 0] == pytest.approx(np.full(7, 2.0))


def test_a_policy_after_the_horizon_does_nothing() -> None:
    for waiting in (0.0, 0.5):
        acts = acting((effect(onset=2031, waiting=waiting),), YEARS)
        assert not acts.waits
        assert (acts.factor == 1.0).all()
        assert (acts.extra == 0.0).all()


def test_policies_multiply_and_touch_their_orders_alone() -> None:
    both = (effect(), effect(name="two", orders=(False, True, True), size=0.1, onset=2022))
    factor = acting(both, YEARS).factor[..., 0]
    assert factor[[0, 1, 3]] == pytest.approx(np.array([[1, 1, 1], [1, 1.1, 1.1], [1, 1.1, 1.32]]))


def test_no_policy_no_change() -> None:
    acts = acting((), YEARS, Draws(1, range(6), "all"))
    assert acts.factor.shape == (10, 3, 6)
    assert (acts.factor == 1.0).all()
    assert not acts.waits


# --------------------------------------------------------------------------------------------------------------- doubt
@given(st.floats(-0.5, 0.5), st.floats(0.01, 1.0), st.floats(0.1, 0.99))
def test_the_spread_of_an_interval_covers_its_probability(low: float, width: float, probability: float) -> None:
    high = (1.0 + low) * (1.0 + width) - 1.0
    middle = np.sqrt((1.0 + low) * (1.0 + high)) - 1.0
    drawn = effect(size=middle, sd=Effect.spread(low, middle, high, probability)).drawn(Draws(3, range(4000), "all"))
    assert np.mean((drawn >= low) & (drawn <= high)) == pytest.approx(probability, abs=0.03)
    # as much below as above
    assert np.mean(drawn < low) == pytest.approx(np.mean(drawn > high), abs=0.02)


@pytest.mark.parametrize(
    "scenario", ["package-tianmen", "three-child-modest", "three-child-strong", "subsidy-modest", "subsidy-strong"]
)
def test_policies_of_the_bundled_scenarios_cover_what_they_state(harbin: Path, scenario: str) -> None:
    models = load_models(harbin, load_scenario(harbin, scenario))
    assert models.births.policy
    for name, policy in models.births.policy.items():
        size = policy.effect
        drawn = effect_of(name, policy, 2025).drawn(Draws(3, range(4000), "all"))
        covered = float(np.mean((drawn >= size.low) & (drawn <= size.high)))
        assert covered == pytest.approx(size.probability, abs=0.03), name


def test_an_interval_that_is_one_number_leaves_no_doubt() -> None:
    assert Effect.spread(0.1, 0.1, 0.1, 0.8) == (0.0, 0.0)
    assert effect().drawn(Draws(1, range(4), "all")).tolist() == [0.2, 0.2, 0.2, 0.2]


def test_draws_are_mirrored_around_the_median() -> None:
    unsure = effect(sd=(0.1, 0.1))
    drawn = 1.0 + unsure.drawn(Draws(1, range(200), "all"))
    assert drawn[0::2] * drawn[1::2] == pytest.approx(np.full(100, 1.2**2))
    assert np.median(drawn) == pytest.approx(1.2, rel=1e-3)
    assert unsure.drawn(None).tolist() == [0.2]


def test_draws_hang_on_the_policy_and_the_trajectory_alone() -> None:
    unsure, other = effect(sd=(0.1, 0.1)), effect(sd=(0.1, 0.1), name="other")
    whole = unsure.drawn(Draws(1, range(10), "all"))
    parts = [unsure.drawn(Draws(1, part, "elsewhere")) for part in (range(3), range(3, 10))]
    assert np.concatenate(parts).tobytes() == whole.tobytes()
    assert not np.allclose(other.drawn(Draws(1, range(10), "all")), whole)


def test_policies_are_drawn_once_for_all_years() -> None:
    acts = acting((effect(sd=(0.1, 0.1)),), YEARS, Draws(1, range(8), "all"))
    assert np.ptp(acts.factor[3, 2]) > 0.0
    assert acts.factor[4:] == pytest.approx(np.repeat(acts.factor[3:4], 6, axis=0))


# -------------------------------------------------------------------------------------------------------------- zodiac
def test_dragons_come_every_twelve_years() -> None:
    years = range(2020, 2051)
    found = dict(zip(years, zodiac(0.06, -0.02, years), strict=True))
    assert {year for year, value in found.items() if value == 1.06} == {2024, 2036, 2048}
    assert {year for year, value in found.items() if value == 0.98} == {2025, 2037, 2049}
    assert sum(value == 1.0 for value in found.values()) == len(years) - 6
    assert zodiac(0.06, -0.02, range(2012, 2014)).tolist() == [1.06, 0.98]
