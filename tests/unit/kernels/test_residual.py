from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.kernels.residual import BIRTH_STEP, ESTIMATORS, cohort_even, squares, stock, survived, time_even
from forecast.kernels.step import aged, project
from forecast.validate.reference import cube

Case = tuple[Floats, Floats, Floats, Floats, Floats]

MEN_1950 = [835, 671, 570.999, 544, 552, 550, 513, 487.998, 432.002, 378.001, 338.001, 295.999, 263.001, 220.999]
MEN_1950 += [156, 92.001, 42.204, 18.001, 4.331, 0.639, 0.07]
MEN_1955 = [989.592, 880.029, 697.435, 575.575, 561.146, 595.087, 582.08, 544.567, 507.247, 440.909, 373.935, 316.617]
MEN_1955 += [265.548, 235.035, 182.951, 110.75, 57.555, 18.737, 5.459, 0.807, 0.065]
WOMEN_1950 = [557.999, 564, 521.001, 478.001, 410.999, 352.999]
WOMEN_1955 = [556.695, 589.153, 595.677, 545.622, 488.336, 410.687]
"""Women of 20-24 .. 45-49."""
YOUNGEST = (534.0, 562.978)
"""Women of 15-19 in 1950 and 1955."""
FERTILITY = [50.369, 202.131, 206.141, 149.211, 87.253, 31.052, 2.843]
SURVIVAL = [0.95557549, 0.9921273, 0.99594764, 0.99510483, 0.99178483, 0.99134461, 0.99100899, 0.98929784, 0.98473229]
SURVIVAL += [0.97588706, 0.96048519, 0.93812765, 0.90615821, 0.8622277, 0.8047363, 0.71333856, 0.596832, 0.44396816]
SURVIVAL += [0.30330032, 0.18642771, 0.0911662462413327]
STOCK = [1.78993, 51.6027, 29.15413, 7.37114, 21.61505, 47.86478, 37.02506, 37.05721, 26.69961, 19.32384, 10.87064]
STOCK += [-0.47108, -2.67392, 8.26825, 5.10508, -0.53082, 2.64586, -0.00023, -0.00071, -0.00042, 0.00036]
COHORT = [27.73458, 40.51021, 18.30131, 14.54682, 34.88883, 42.63295, 37.22487, 32.08145, 23.23346, 15.32656, 5.30281]
"""Residual net migration as the tests of DemoTools 01.13 (T. Riffe and others, for the United Nations) publish it:
men 1950-1955 by five-year group, thousands; ``COHORT`` by age when moving, up to 50-54. Births there are five times
fertility times the mean of the women at both dates, 1.058 boys to a girl."""


@pytest.fixture(scope="module")
def men() -> tuple[Floats, Floats, Floats, Floats]:
    women = 0.5 * (np.array([YOUNGEST[0], *WOMEN_1950]) + np.array([YOUNGEST[1], *WOMEN_1955]))
    births = 5.0 * float(women @ np.array(FERTILITY)) / 1000.0
    boys = births * 1.058 / 2.058
    return np.array(MEN_1950), np.array(MEN_1955), np.array([SURVIVAL]), np.array([boys])


def test_stock_change_as_published(men: tuple[Floats, Floats, Floats, Floats]) -> None:
    assert stock(*men) == pytest.approx(np.array(STOCK), abs=6e-6)


def test_cohort_even_flow_as_published(men: tuple[Floats, Floats, Floats, Floats]) -> None:
    # there survival over half a step is its square root, here the mean of none and all: 4e-4 apart at S = 0.94
    assert squares(cohort_even(*men))[:11] == pytest.approx(np.array(COHORT), rel=5e-4)


def test_bombay_as_published() -> None:
    """Men of Greater Bombay 1941-1951, ages 10-14 to 70 and over: United Nations 1970, Manual VI, table 24."""
    first = [77135, 85434, 79185, 82603, 126247, 155344, 138843, 109356, 81626, 47062, 36908, 15134, 25094]
    ratio = [0.9087, 0.9573, 0.9471, 0.9308, 0.9223, 0.9161, 0.9047, 0.885, 0.8548, 0.8122, 0.7535, 0.6726, 0.3866]
    second = [132870, 170227, 263971, 253964, 195373, 151259, 118383, 76421, 65897, 32265, 22248, 9655, 10100]
    published = [62777, 88441, 188975, 177077, 78935, 8948, -7228, -20359, -3877, -5959, -5562, -524, 399]
    # a step of ten years moves every cohort one cell on; nobody has reached the last cell before
    found = stock(
        np.array([*first, 0.0]),
        np.array([0.0, *second]),
        np.array([[1.0, *ratio]]),
        np.zeros(1),
    )
    # printed ratios have four digits
    assert found[1:] == pytest.approx(np.array(published), abs=6.0)
    assert found.sum() == pytest.approx(562043, abs=30.0)


def test_three_timings_by_hand() -> None:
    """Two steps, cells 0, 1 and 2+: S = 1/2, 4/5, 1/2; start 40, 20, 10; births 60, 80; exact fractions."""
    half, most = Fraction(1, 2), Fraction(4, 5)
    births = (60, 80)
    # after one step 30, 32, 15; after two 40, 24, 23.5
    one = (births[0] * half, 40 * most, (20 + 10) * half)
    two = (births[1] * half, one[0] * most, (one[1] + one[2]) * half)
    assert two == (Fraction(40), Fraction(24), Fraction(47, 2))
    missing = (Fraction(3), Fraction(7), Fraction(5))
    end = np.array([float(people + more) for people, more in zip(two, missing, strict=True)])
    given_ = (np.array([40.0, 20.0, 10.0]), end, np.array([[0.5, 0.8, 0.5]]), np.array([60.0, 80.0]))
    assert stock(*given_) == pytest.approx([float(value) for value in missing], abs=1e-12)

    # time-even: of a yearly m, half joins at a step's start and lives through it a cell on, half joins at its end.
    # At the end cell 0 holds the last end's half only
    m0 = missing[0] / half
    # cell 1: the second step's halves, and the end's half of the first step, a cell younger then
    m1 = (missing[1] - most * (half * m0 + half * m0)) / half
    # cell 2: what the first step leaves in cells 1 and 2, aged, and the same again; m2 takes what is missing still
    in_1 = most * half * m0 + half * m1
    without = half * (in_1 + half * half * m1 + half * m1)
    of_m2 = half * (half * half + half + half) + half
    m2 = (missing[2] - without) / of_m2
    assert time_even(*given_) == pytest.approx([2 * float(m0), 2 * float(m1), 2 * float(m2)], abs=1e-12)

    # cohort-even, yearly m, half a year's worth in the step of birth; 15 + 32 of the open cohort live 23.5
    c0 = missing[0] / ((1 + half) / 2)
    m = missing[1] / (half * (1 + half) / 2 * most + (1 + most) / 2)
    c1 = m * (half + 1)
    # the open cohort: 40 + 20 + 10 people become 32 + 15 in the first step, 23.5 in the second
    s1, s2 = Fraction(47, 70), Fraction(1, 2)
    m = missing[2] / ((1 + s1) / 2 * s2 + (1 + s2) / 2)
    assert cohort_even(*given_) == pytest.approx([float(c0), float(c1), float(2 * m)], abs=1e-12)


def case(seed: int, steps: int, ages: int, varying: bool) -> Case:
    """Made people, rates and migrants of two areas: start, survival by step, fertility, boys, migrants."""
    draw = np.random.default_rng(seed)
    survival = np.sort(draw.uniform(0.2, 1.0, (steps if varying else 1, 2, 2, ages)), axis=-1)[..., ::-1]
    people, fertility = draw.uniform(10.0, 100.0, (2, 2, ages)), draw.uniform(0.0, 0.3, (1, 1, ages))
    return people, survival, fertility, np.array([[0.51]]), draw.normal(0.0, 5.0, (2, 2, ages))


def counts(seed: int, steps: int, ages: int, varying: bool, timing: str, migrants: Floats | None) -> tuple[Floats, ...]:
    people, survival, fertility, boys, _ = case(seed, steps, ages, varying)
    given_ = None if migrants is None else migrants[None]
    years = project(people, survival, fertility, boys, given_, years=steps, timing=timing)  # type: ignore[arg-type]
    return people, years.people[-1], survival, years.newborns


CASES = (st.integers(0, 10_000), st.integers(1, 10), st.sampled_from([12, 21, 40]), st.booleans())


@given(*CASES)
@settings(max_examples=40)
def test_without_migration_nothing_is_left(seed: int, steps: int, ages: int, varying: bool) -> None:
    given_ = counts(seed, steps, ages, varying, "end", None)
    assert survived(given_[0], *given_[2:]) == pytest.approx(given_[1], rel=1e-12)
    for estimate in ESTIMATORS.values():
        assert np.abs(estimate(*given_)).max() < 1e-9


@given(*CASES)
@settings(max_examples=40)
def test_what_comes_at_the_end_is_found_again(seed: int, steps: int, ages: int, varying: bool) -> None:
    start, end, survival, births = counts(seed, steps, ages, varying, "end", None)
    net = case(seed, steps, ages, varying)[-1]
    assert stock(start, end + net, survival, births) == pytest.approx(net, abs=1e-9)


@given(*CASES)
@settings(max_examples=40)
def test_what_comes_evenly_over_time_is_found_again(seed: int, steps: int, ages: int, varying: bool) -> None:
    net = case(seed, steps, ages, varying)[-1]
    given_ = counts(seed, steps, ages, varying, "even", net)
    assert time_even(*given_) == pytest.approx(steps * net, abs=1e-9)


@given(*CASES)
@settings(max_examples=40)
def test_what_comes_evenly_over_a_cohorts_life_is_found_again(seed: int, steps: int, ages: int, varying: bool) -> None:
    people, survival, _, _, net = case(seed, steps, ages, varying)
    births = np.random.default_rng(seed).uniform(20.0, 40.0, (steps, 2, 2))
    net[..., -1] = 0.0  # the open cohort has no single ratio: see below
    lived = np.minimum(np.arange(ages) + BIRTH_STEP, steps)
    now = people
    for step in range(steps):
        older = steps - 1 - step
        mine = np.zeros_like(net)
        mine[..., : ages - older] = (net / lived)[..., older:]
        mine[..., ages - 1 - older :] = 0.0
        mine[..., 0] *= BIRTH_STEP
        ratio = survival[min(step, len(survival) - 1)]
        joined = aged(now, births[step]) + 0.5 * mine
        now = ratio * joined + 0.5 * mine
    assert cohort_even(people, now, survival, births) == pytest.approx(net, abs=1e-9)


@given(st.integers(0, 10_000))
@settings(max_examples=30)
def test_over_one_step_the_open_cohort_comes_back_too(seed: int) -> None:
    people, survival, _, _, net = case(seed, 1, 21, False)
    births = np.full((1, 2, 2), 30.0)
    end = survival[0] * (aged(people, births[0]) + 0.5 * net) + 0.5 * net
    assert cohort_even(people, end, survival, births) == pytest.approx(net, abs=1e-9)


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_where_nobody_dies_timing_is_no_matter_for_a_cohort(seed: int) -> None:
    people, _, _, _, net = case(seed, 4, 15, False)
    births = np.full((4, 2, 2), 30.0)
    alive = np.ones((1, 2, 2, 15))
    end = survived(people, alive, births) + net
    assert cohort_even(people, end, alive, births) == pytest.approx(stock(people, end, alive, births), abs=1e-9)
    assert time_even(people, end, alive, births).shape == net.shape


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_ages_when_moving_add_up(seed: int) -> None:
    net = case(seed, 1, 12, False)[-1]
    assert squares(net).sum(axis=-1) == pytest.approx(net.sum(axis=-1), abs=1e-9)
    assert squares(net)[..., -1] == pytest.approx(net[..., -1])


def test_an_empty_open_cohort_takes_the_last_ratio() -> None:
    found = cohort_even(np.zeros(3), np.array([0.0, 0.0, 6.0]), np.array([[0.9, 0.8, 0.5]]), np.zeros(1))
    assert found == pytest.approx([0.0, 0.0, 6.0 / 0.75])


def test_canadas_migrants_of_seventy_years(reference: Path) -> None:
    """Populations, births and life tables as the United Nations published them give their migrants (at the end)."""
    home = reference / "un-canada-1x1"
    people, births = cube(home / "output_population.parquet"), cube(home / "output_births.parquet")
    survival, net = cube(home / "input_life_table.parquet", "lt_Sx"), cube(home / "input_net_migration.parquet")
    found = np.stack([stock(people[t], people[t + 1], survival[t : t + 1], births[t : t + 1]) for t in range(70)])
    assert found.shape == net.shape == (70, 2, 101)
    assert np.abs(found - net).max() < 1e-6


@pytest.mark.parametrize("estimate", ESTIMATORS.values())
def test_areas_are_worked_out_one_by_one(estimate: Callable[[Floats, Floats, Floats, Floats], Floats]) -> None:
    start, end, survival, births = counts(7, 5, 20, True, "end", None)
    end = end + case(7, 5, 20, True)[-1]
    both = estimate(start, end, survival, births)
    for area in range(2):
        alone = estimate(start[area], end[area], survival[:, area], births[:, area])
        assert both[area] == pytest.approx(alone, rel=1e-12, abs=1e-12)
