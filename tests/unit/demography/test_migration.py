from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.axes import AGES, Floats
from forecast.demography.migration import (
    NetMigration,
    When,
    annual_rates,
    mobility,
    model_schedule,
    shifted,
    shrink,
    smooth,
)

GROUPS = 18
"""0-4 .. 80-84 and 85+."""
END = np.arange(GROUPS) * 5.0 + 2.5
"""Middle age of a group at the second census."""


@pytest.mark.parametrize("yearly", [-0.03, 0.0, 0.02])
def test_yearly_rates_bring_every_cohort_to_its_end(yearly: float) -> None:
    # A cohort lives ten years of the decade, or its own age: (1 + r)^n - 1 by its end
    decade = (1.0 + yearly) ** np.minimum(END, 10.0) - 1.0
    assert annual_rates(decade) == pytest.approx(np.full(AGES, yearly), abs=1e-12)


@given(st.integers(0, 1000))
def test_yearly_rates_add_up_over_a_cohorts_decade(seed: int) -> None:
    # where rates change evenly over age, ten years of them give the rate of the decade
    draw = np.random.default_rng(seed)
    logs = draw.uniform(-0.01, 0.01) + draw.uniform(-0.0002, 0.0002) * np.where(END > 10, END - 5.0, END / 2.0)
    yearly = annual_rates(np.expm1(logs * np.minimum(END, 10.0)))
    for group in range(3, GROUPS - 1):
        # its ten years have their middle at 5 g - 2.5: between those of ages 5g - 8 .. 5g + 1 and 5g - 7 .. 5g + 2
        passed = sum(np.log1p(yearly[start : start + 10]).sum() / 2.0 for start in (5 * group - 8, 5 * group - 7))
        assert passed == pytest.approx(10.0 * logs[group], abs=1e-9)


def test_smoothing_keeps_a_level_and_spreads_a_peak() -> None:
    assert smooth(np.full((2, 30), 0.4), 3.0) == pytest.approx(np.full((2, 30), 0.4))
    peak = np.zeros(41)
    peak[20] = 1.0
    bell = smooth(peak, 2.0)
    assert bell.sum() == pytest.approx(1.0, abs=1e-6)
    assert bell[18] / bell[20] == pytest.approx(np.exp(-0.5))  # one standard deviation away
    assert smooth(peak, 0.0) is peak


def test_shrinking_by_hand() -> None:
    # 100 people of each age: five of them make the 500 against which 1500 are weighed; a quarter is the area's own
    rates, parent = np.full((1, 2, 60), 0.08), np.full((2, 60), 0.04)
    assert shrink(rates, np.full((1, 2, 60), 100.0), parent, 1500.0) == pytest.approx(np.full((1, 2, 60), 0.05))
    assert shrink(rates, np.full((1, 2, 60), 100.0), parent, 0.0) == pytest.approx(rates)
    assert shrink(rates, np.zeros((1, 2, 60)), parent, 1500.0)[0] == pytest.approx(parent)


def system(seed: int, areas: int = 4, scale: float = 1.0, damping: float = 0.9) -> tuple[NetMigration, Floats]:
    draw = np.random.default_rng(seed)
    rates, people = draw.normal(0, 0.02, (areas, 2, 12)), draw.uniform(10, 500, (areas, 2, 12))
    parent, profile = draw.normal(0, 0.005, (2, 12)), draw.uniform(0.1, 3.0, (2, 12))
    return NetMigration(rates, parent, profile, scale, damping), people


@given(st.integers(0, 10_000), st.integers(0, 20))
def test_areas_are_tied_to_their_parent(seed: int, after: int) -> None:
    migration, people = system(seed)
    net = migration.moves(people, When(2021, after)).net
    whole = 0.9**after * migration.parent * people.sum(axis=0)
    assert net.shape == people.shape
    assert np.abs(net.sum(axis=0) - whole).max() <= 1e-9 * np.abs(net).sum(axis=0).max()


@given(st.integers(0, 10_000))
def test_where_the_parent_stays_areas_only_exchange(seed: int) -> None:
    migration, people = system(seed)
    tied = NetMigration(migration.rates, np.zeros((2, 12)), migration.profile, 1.0, 1.0)
    net = tied.moves(people, When(2021, 0)).net
    assert net.sum(axis=0) == pytest.approx(np.zeros((2, 12)), abs=1e-9)
    assert np.abs(net).sum() > 0


def test_damping_by_hand() -> None:
    # one area of 100: 2 a year, half of it still holds, and it fades by a tenth each year after the first
    one = NetMigration(np.full((1, 2, 3), 0.02), np.full((2, 3), 0.02), np.ones((2, 3)), scale=0.5, damping=0.9)
    people = np.full((1, 2, 3), 100.0)
    for after, wanted in ((-3, 1.0), (0, 1.0), (1, 0.9), (2, 0.81)):
        assert one.moves(people, When(2021, after)).net == pytest.approx(np.full((1, 2, 3), wanted))


@given(st.integers(0, 10_000), st.floats(-5000.0, 5000.0))
def test_a_shift_adds_exactly_what_is_missing(seed: int, missing: float) -> None:
    migration, people = system(seed)
    moved = shifted(migration.profile, people, missing)
    assert moved.sum() == pytest.approx(missing, rel=1e-9, abs=1e-9)
    assert (moved * np.sign(missing) >= 0).all()
    # twice as mobile, twice as many of as many people
    share = moved / people
    assert share * migration.profile[:1, :1] == pytest.approx(share[:, :1, :1] * migration.profile)


def test_who_moves_by_hand() -> None:
    # rates of +-0.02 and 0.06: movers 2 + 2 and 6 + 6 of 200 each; the mean is 16 / 400
    rates = np.array([[[0.02, -0.06]], [[-0.02, 0.06]]])
    assert mobility(rates, np.full((2, 1, 2), 100.0)) == pytest.approx(np.array([[0.5, 1.5]]))
    assert mobility(np.zeros((2, 1, 2)), np.full((2, 1, 2), 100.0)) == pytest.approx(np.ones((1, 2)))


def test_the_model_schedule_peaks_where_it_should() -> None:
    schedule = model_schedule()
    assert schedule.shape == (AGES,)
    assert 20 <= int(schedule[10:].argmax()) + 10 <= 26
    assert schedule[0] > schedule[10]
    # old people move at the constant: .003, and hardly more
    assert schedule[-1] == pytest.approx(0.003, abs=1e-4)
    # m(20) by hand: labour 0.06 exp(-0.05 - exp(-0.2)) at 20.5, childhood 0.02 exp(-2.05)
    assert schedule[20] == pytest.approx(0.06 * np.exp(-0.05 - np.exp(-0.2)) + 0.02 * np.exp(-2.05) + 0.003)
