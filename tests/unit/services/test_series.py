from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.services.series import Series, Service, weighted, whole_up


def test_whole_places_by_hand() -> None:
    # ten children in classes of ten are one class, whatever the last bit says
    assert whole_up(np.array([0.0, 1e-12, 0.2, 1.0, 1.0 + 1e-12, 1.01, -3.0])).tolist() == [0, 0, 1, 1, 1, 2, 0]


@given(st.floats(0, 1e6))
def test_never_too_few_and_never_one_too_many(value: float) -> None:
    up = float(whole_up(np.array(value)))
    assert up >= value - 1e-6
    assert up < value + 1
    assert up == int(up)


def test_shares_are_weighted_by_hand() -> None:
    # one age born, one not; one area has 30 of 40 in the first, the other nobody
    shares, weights = np.array([[1.0], [0.0]]), np.array([[[30.0, 0.0]], [[10.0, 0.0]]])
    assert weighted(shares[..., None], weights) == pytest.approx(np.array([[0.75, 0.0]]))


def test_series_are_found_by_measure_and_part() -> None:
    rows = tuple(Series("made", part, "places", "places", np.zeros((1, 1)), None, "s") for part in ("small", "all"))
    service = Service("made", rows, "places")
    assert service.find("places").part == "all"
    assert service.find("places", "small") is rows[0]
    with pytest.raises(KeyError):
        service.find("classes")
