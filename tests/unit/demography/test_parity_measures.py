from __future__ import annotations

import numpy as np
import pytest

from forecast.axes import FERTILE, Floats
from forecast.demography.parity_measures import FASTEST, MEASURES, measures

AGES = len(FERTILE)


def cell(age: int) -> int:
    return age - FERTILE.start


def of(found: Floats, name: str, part: str) -> Floats:
    """One measure (year, ...)."""
    return np.asarray(found[MEASURES.index((name, part))])


def by_hand() -> tuple[Floats, Floats]:
    """One year, 100 women at every age: childless up to 24, then 40, 30, 20 and 10 with none, one, two and three."""
    exposed = np.zeros((1, 4, AGES))
    exposed[0, 0] = 100.0
    exposed[0, :, cell(25) :] = np.array([[40.0], [30.0], [20.0], [10.0]])
    births = np.zeros((1, 3, AGES))
    births[0, 0, cell(20)], births[0, 0, cell(30)] = 30.0, 10.0
    births[0, 1, cell(30)], births[0, 2, cell(35)] = 15.0, 3.0
    return births, exposed


def test_total_fertility_and_mean_ages_by_hand() -> None:
    found = measures(*by_hand())
    assert [of(found, "total_fertility", part)[0] for part in ("all", "1", "2", "3+")] == pytest.approx(
        [0.58, 0.4, 0.15, 0.03]
    )
    # three of four first births at 20.5, one at 30.5
    assert [of(found, "mean_age", part)[0] for part in ("1", "2", "3+")] == pytest.approx([23.0, 30.5, 35.5])


def test_progressions_by_hand() -> None:
    found = measures(*by_hand())
    # 0.3 at 20; then 10 of 40 childless at 30; 15 of 30 with one; 3 of 30 with two or more
    first = 0.3 + 0.7 * 0.25
    second = 0.3 * 0.5
    assert of(found, "progression", "a0")[0] == pytest.approx(first)
    assert of(found, "progression", "a1")[0] == pytest.approx(second / first)
    assert of(found, "progression", "a2")[0] == pytest.approx(0.1)
    assert of(found, "parity_total_fertility", "all")[0] == pytest.approx(first + second + 0.1 * second)


def test_women_with_three_who_bear_again_are_no_progression_to_a_third() -> None:
    births, exposed = by_hand()
    births[0, 2, cell(36)] = 6.0
    found = measures(births, exposed)
    second = 0.3 * 0.5
    # at 35 one in ten, at 36 one in five of all with two or more: third births of 0.1 and 0.9 x 0.2, later 0.1 x 0.2
    assert of(found, "progression", "a2")[0] == pytest.approx(0.1 + 0.9 * 0.2)
    every = 0.3 + 0.7 * 0.25 + second * (1.0 + 0.1 + 0.9 * 0.2 + 0.1 * 0.2)
    assert of(found, "parity_total_fertility", "all")[0] == pytest.approx(every)


def test_measures_keep_their_columns() -> None:
    births, exposed = by_hand()
    two = measures(np.stack([births, 2.0 * births], axis=-1), np.stack([exposed, 2.0 * exposed], axis=-1))
    assert two.shape == (len(MEASURES), 1, 2)
    assert two[..., 0] == pytest.approx(measures(births, exposed))
    assert two[..., 1] == pytest.approx(two[..., 0])


def test_without_women_nothing_is_born() -> None:
    found = measures(np.zeros((2, 3, AGES)), np.zeros((2, 4, AGES)))
    aged = np.array([measure == "mean_age" for measure, _ in MEASURES])
    assert np.isnan(found[aged]).all()
    assert (found[~aged] == 0.0).all()


# --------------------------------------------------------------------------------------------------------------- tempo
def later(pace: float, years: int = 6, quantum: tuple[float, ...] = (1.0, 1.0, 1.0)) -> tuple[Floats, Floats]:
    """Cohorts with so many children of each order that come ``pace`` years later every year, 1000 women an age.

    A cohort's rate stays what it was, and each calendar year holds the less of it the faster it moves away.
    """
    age = np.arange(FERTILE.start, FERTILE.stop) + 0.5
    births = np.empty((years, 3, AGES))
    for year in range(years):
        for order in range(3):
            middle = 29.0 + order + pace * year
            bell = np.exp(-0.5 * ((age - middle) / 3.0) ** 2) / (3.0 * np.sqrt(2.0 * np.pi))
            births[year, order] = 1000.0 * quantum[order] * (1.0 - pace) * bell
    exposed = np.zeros((years, 4, AGES))
    exposed[:, 0] = 1000.0
    return births, exposed


@pytest.mark.parametrize("pace", [-0.2, 0.0, 0.1, 0.25])
def test_a_schedule_that_moves_is_adjusted_back_to_its_quantum(pace: float) -> None:
    found = measures(*later(pace), moving=False)
    for part in ("1", "2", "3+"):
        assert of(found, "total_fertility", part) == pytest.approx(np.full(6, 1.0 - pace), rel=1e-4)
        assert np.diff(of(found, "mean_age", part)) == pytest.approx(np.full(5, pace), abs=1e-3)
        assert of(found, "adjusted_total_fertility", part) == pytest.approx(np.ones(6), rel=1e-3)
    assert of(found, "adjusted_total_fertility", "all") == pytest.approx(np.full(6, 3.0), rel=1e-3)


def test_orders_are_adjusted_each_by_its_own_pace() -> None:
    slow, fast = later(0.0), later(0.2)
    births = slow[0].copy()
    births[:, 1] = fast[0][:, 1]
    found = measures(births, slow[1], moving=False)
    assert of(found, "adjusted_total_fertility", "all") == pytest.approx(np.full(6, 3.0), rel=1e-3)
    assert of(found, "total_fertility", "all") == pytest.approx(np.full(6, 2.8), rel=1e-3)


def test_beyond_the_fastest_pace_the_adjustment_goes_no_further() -> None:
    found = measures(*later(0.6, years=3), moving=False)
    total = of(found, "total_fertility", "1")
    assert of(found, "adjusted_total_fertility", "1") == pytest.approx(total / (1.0 - FASTEST))


def test_one_year_alone_is_not_adjusted() -> None:
    found = measures(*later(0.2, years=1), moving=False)
    assert of(found, "adjusted_total_fertility", "all") == pytest.approx(of(found, "total_fertility", "all"))


def test_a_year_without_births_of_an_order_does_not_spoil_its_neighbours() -> None:
    # a small place bears no third child in one year: there is no mean age then, and no pace from it to the next year
    births, exposed = later(0.0)
    births[3, 2] = 0.0
    found = of(measures(births, exposed, moving=False), "adjusted_total_fertility", "3+")
    assert found == pytest.approx([1.0, 1.0, 1.0, 0.0, 1.0, 1.0], rel=1e-3)


def test_under_incidence_there_are_no_progressions() -> None:
    found = measures(*by_hand(), moving=False)
    for part in ("a0", "a1", "a2"):
        assert np.isnan(of(found, "progression", part)).all()
    assert np.isnan(of(found, "parity_total_fertility", "all")).all()
    # every woman counts once, in the first row
    assert of(found, "total_fertility", "1")[0] == pytest.approx(0.3 + 10 / 40)
