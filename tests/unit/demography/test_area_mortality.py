from __future__ import annotations

import numpy as np
import pytest

from forecast.axes import AGES, Floats
from forecast.demography.area_mortality import Fit, area_mortality, area_rates, at_e0, own_rates
from forecast.demography.mortality import e0_of, tables
from forecast.kernels.brass import brass_rates
from forecast.kernels.scoring import in_groups
from forecast.kernels.topals import topals_rates

AGE = np.arange(AGES)
STANDARD = np.minimum(0.00005 * np.exp(0.095 * AGE) + 0.0002, 0.9) * np.array([[1.2], [1.0]])
PEOPLE = np.exp(-((AGE / 72.0) ** 4)) * np.ones((2, 1))
PEOPLE = 20_000 * PEOPLE / PEOPLE.sum()
FIVES = np.array([0, 1, *range(5, 90, 5)])


def people(*sizes: float) -> Floats:
    """Areas of so many times ``PEOPLE`` (area, sex, age)."""
    return np.array(sizes)[:, None, None] * PEOPLE


def test_ratios_by_hand() -> None:
    # 100 and 100 expected, 60 and 100 recorded: ratios 0.6 and 1, mean 0.8; variance 0.04 - 0.8 / 100 = 0.032;
    # weights 0.032 / (0.032 + 0.008) = 0.8; shrunk 0.64 and 0.96
    rates = np.full((2, 1), 0.01)
    found = area_mortality(("a", "b"), np.array([60.0, 100.0]), np.full((2, 2, 1), 5000.0), rates, (400.0, 500.0))
    assert found.expected == pytest.approx([100.0, 100.0])
    assert found.ratio == pytest.approx([0.6, 1.0])
    assert found.weight == pytest.approx([0.8, 0.8])
    assert found.shrunk == pytest.approx([0.64, 0.96])
    # the parent's record holds 0.8 too: all of the common gap is the record's
    assert (found.record, found.together) == pytest.approx((0.8, 1.0))
    assert found.own == pytest.approx([0.8, 1.2])


def test_the_parts_multiply_to_the_shrunk_ratio() -> None:
    found = area_mortality(("a", "b", "c"), np.array([200.0, 450.0, 500.0]), people(1, 2, 2), STANDARD, (8e4, 1e5))
    assert found.record * found.together * found.own == pytest.approx(found.shrunk)


def test_what_chance_explains_is_shrunk_away() -> None:
    # 300 sets of 20 areas with one and the same mortality: hardly anything is left of their differences
    sizes = people(*([0.1] * 10 + [1.0] * 10))
    expected = (sizes * STANDARD).sum(axis=(1, 2))
    draws = np.random.default_rng(4).poisson(0.8 * expected, (300, 20)).astype(float)
    names = tuple("abcdefghijklmnopqrst")
    sets = [area_mortality(names, deaths, sizes, STANDARD) for deaths in draws]
    left, raw = (np.array([getattr(item, name) for item in sets]) for name in ("shrunk", "ratio"))
    assert np.sqrt(((left - 0.8) ** 2).mean()) < 0.5 * np.sqrt(((raw - 0.8) ** 2).mean())
    assert left.mean() == pytest.approx(0.8, abs=0.01)


def test_shrinking_comes_nearer_to_the_truth_than_the_record() -> None:
    draw = np.random.default_rng(5)
    sizes = people(*([0.1] * 20))
    expected = (sizes * STANDARD).sum(axis=(1, 2))
    names = tuple("abcdefghijklmnopqrst")
    truth = draw.gamma(25.0, 1 / 25.0, (300, 20))  # standard deviation 0.2; chance alone 0.18
    deaths = draw.poisson(truth * expected).astype(float)
    shrunk = np.array([area_mortality(names, row, sizes, STANDARD).shrunk for row in deaths])
    assert ((shrunk - truth) ** 2).mean() < 0.75 * ((deaths / expected - truth) ** 2).mean()


def test_own_rates_keep_deaths_together() -> None:
    sizes = people(1, 2, 3)
    found = area_mortality(("a", "b", "c"), np.array([200.0, 450.0, 1000.0]), sizes, STANDARD)
    own = own_rates(np.stack([STANDARD, 0.9 * STANDARD]), found)
    assert own.shape == (2, 3, 2, AGES)
    assert own[1] == pytest.approx(0.9 * own[0])
    assert (own[0] * sizes).sum() == pytest.approx((STANDARD * sizes).sum(), rel=0.01)


@pytest.mark.parametrize(("deaths", "size"), [([1.0], 1.0), ([0.0, 0.0], 1.0), ([-1.0, 2.0], 1.0), ([1.0, 2.0], 0.0)])
def test_no_ratio_without_people_and_deaths(deaths: list[float], size: float) -> None:
    with pytest.raises(ValueError, match=r"areas|people everywhere"):
        area_mortality(("a", "b"), np.array(deaths), people(size, size), STANDARD)


@pytest.mark.parametrize("fit", ["topals", "brass"])
def test_tables_of_small_areas_are_those_behind_the_deaths(fit: Fit) -> None:
    life = tables(STANDARD)
    bent = {
        "topals": topals_rates(STANDARD, np.array([0.2, 0.2, 0.1, 0.1, 0.0, -0.1, -0.1])),
        "brass": brass_rates(STANDARD, life.l, life.a, np.array([-0.1, 0.1])),
    }[fit]
    draws = np.random.default_rng(6).poisson(PEOPLE * bent, (400, 2, AGES)).astype(float)
    found = area_rates(STANDARD, in_groups(draws, FIVES), np.broadcast_to(PEOPLE, draws.shape), FIVES, fit)
    errors = e0_of(found) - e0_of(bent)
    # 10,000 people a sex: e0 strays by a good year, and not to one side
    assert np.abs(errors.mean(axis=0)).max() < 0.25
    assert (errors.std(axis=0) < 1.6).all()


@pytest.mark.parametrize("by", ["topals", "brass"])
def test_a_life_expectancy_is_met_exactly(by: Fit) -> None:
    rates = np.stack([STANDARD, 1.1 * STANDARD])
    wanted = np.array([[70.0, 76.0], [74.0, 81.0]])
    assert np.abs(e0_of(at_e0(rates, wanted, by)) - wanted).max() < 1e-9
