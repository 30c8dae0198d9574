from __future__ import annotations

import numpy as np
import pytest

from forecast.axes import Floats
from forecast.services.pupils.pupils import Pupils

CELLS = np.full((3, 1, 2), 10.0)


def made(repeaters: Floats) -> Pupils:
    return Pupils(("a",), ("x", "y"), 2020, CELLS, repeaters=repeaters)


def test_repeaters_follow_cuts_in_time_and_grades() -> None:
    again = np.arange(6.0).reshape(3, 1, 2)
    pupils = made(again)
    for item, wanted in ((pupils.until(2021), again[:2]), (pupils.part(("y",)), again[..., 1:])):
        assert item.repeaters is not None
        assert np.array_equal(item.repeaters, wanted)


def test_repeaters_are_read_only() -> None:
    again = made(np.ones_like(CELLS)).repeaters
    assert again is not None
    with pytest.raises(ValueError, match="read-only"):
        again[0] = 2.0


@pytest.mark.parametrize("repeaters", [-np.ones_like(CELLS), np.full_like(CELLS, np.inf), 11.0 * np.ones_like(CELLS)])
def test_repeaters_that_cannot_be_are_refused(repeaters: Floats) -> None:
    with pytest.raises(ValueError, match="repeaters must be finite or NaN, not negative and not more than the pupils"):
        made(repeaters)


def test_repeaters_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match=r"repeaters of shape \(3, 1\) do not fit pupils \(3, 1, 2\)"):
        made(np.ones((3, 1)))


def test_unknown_repeaters_are_not_too_many() -> None:
    assert made(np.full_like(CELLS, np.nan)).repeaters is not None
