from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.demography.flows import MOST, net_of, streams
from forecast.demography.migration import When
from forecast.demography.urbanisation import Urbanisation, logistic_path, stated_path, urban_shares

AREAS, PLACES, CELLS = 3, 5, 4
URBAN = np.array([0.9, 0.5, 0.2])


def people() -> Floats:
    return np.random.default_rng(3).uniform(5e3, 2e4, (AREAS, 2, CELLS))


def moved() -> Floats:
    table = np.random.default_rng(4).uniform(20.0, 60.0, (2, CELLS, PLACES, PLACES))
    table[..., range(PLACES), range(PLACES)] = 0.0
    table[..., AREAS:, AREAS:] = 0.0
    return table


def share_after(between: Floats) -> float:
    after = (people() + net_of(between, AREAS)).sum(axis=(1, 2))
    return float(URBAN @ after / after.sum())


def test_a_logistic_goes_through_both_censuses() -> None:
    path = logistic_path((0.5, 0.6), 0.9, range(2020, 2051))
    assert path[0] == pytest.approx(0.6)
    back = logistic_path((0.6, 0.5), 0.9, range(2010, 2021))
    assert back[-1] < 0.5
    assert logistic_path((0.6, path[10]), 0.9, range(2030, 2041))[-10:] == pytest.approx(path[11:21])
    assert (np.diff(path) > 0).all()
    assert path[-1] < 0.9


def test_stated_targets_are_met_and_kept() -> None:
    path = stated_path(0.7, {2030: 0.8, 2035: 0.82}, range(2020, 2041))
    assert path[[0, 5, 10, 15, 20]].tolist() == pytest.approx([0.7, 0.75, 0.8, 0.82, 0.82])


@settings(max_examples=30, deadline=None)
@given(st.floats(-0.0005, 0.004))
def test_moves_shift_so_that_the_share_is_met(step: float) -> None:
    # the path asks for a little more or less than the moves of the past bring
    now, usual = share_after(np.zeros_like(moved())), share_after(moved())
    rule = Urbanisation(URBAN, np.array([now, usual + step]), 2020, 1.0)
    found, notes = rule.apply(moved(), people(), When(2021, 1))
    assert share_after(found) == pytest.approx(usual + step, abs=1e-9)
    assert [note[0] for note in notes] == ["urban people"]
    # nobody is moved in or out of the areas together, and nobody by a negative number
    assert net_of(found, AREAS).sum(axis=0) == pytest.approx(net_of(moved(), AREAS).sum(axis=0))
    assert (found >= 0).all()
    assert found[..., AREAS:, :] == pytest.approx(moved()[..., AREAS:, :])
    # moves to areas that are less urban stay as they were
    assert found[..., 0, 1] == pytest.approx(moved()[..., 0, 1])


def test_half_by_moves_asks_for_half_of_the_rise() -> None:
    now = share_after(np.zeros_like(moved()))
    path = np.array([now, now + 0.004])
    found, _ = Urbanisation(URBAN, path, 2020, 0.5).apply(moved(), people(), When(2021, 1))
    assert share_after(found) == pytest.approx(now + 0.002, abs=1e-9)


def test_too_much_is_told_and_capped() -> None:
    rule = Urbanisation(URBAN, np.array([0.5, 0.99]), 2020, 1.0)
    found, notes = rule.apply(moved(), people(), When(2021, 1))
    _, left = streams(found, AREAS)
    assert (left <= MOST * people() + 1e-9).all()
    assert notes[-1][0] == "urban people moved"
    assert notes[-1][1] > notes[-1][2]
    less, told = Urbanisation(URBAN, np.array([0.5, 0.01]), 2020, 1.0).apply(moved(), people(), When(2021, 1))
    assert (less >= 0).all()
    assert told[-1][1] < told[-1][2] < 0


def test_years_on_record_are_left_alone() -> None:
    rule = Urbanisation(URBAN, np.array([0.5, 0.99]), 2020, 1.0)
    found, notes = rule.apply(moved(), people(), When(2021, 0))
    assert found is not None
    assert found.tolist() == moved().tolist()
    assert notes == ()


def test_shares_of_areas_sum_to_the_path() -> None:
    stock = np.array([[100.0, 50.0, 20.0], [90.0, 60.0, 30.0]])
    path = np.array([float(URBAN @ stock[0] / 170.0), 0.8])
    found = urban_shares(URBAN, stock, path)
    assert found[0] == pytest.approx(URBAN)
    assert (found * stock).sum(axis=1) / stock.sum(axis=1) == pytest.approx(path)
    assert (found[1] > URBAN).all()
