from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forecast.errors import InputError
from forecast.kernels.step import Exposure, Timing, step
from forecast.validate.closure import Country, leftover, worst_gap, wpp2019


def test_the_published_numbers_close_under_one_convention(reference: Path) -> None:
    checks = wpp2019(reference)
    assert [check.name for check in checks if not check.passed] == []
    assert len(checks) == 6


def made(timing: Timing, exposure: Exposure) -> tuple[Country, np.ndarray]:
    """A country of one period that was made with known migrants."""
    start = np.array([[[100.0, 80.0, 60.0, 40.0], [90.0, 80.0, 70.0, 60.0]]])
    survival = np.array([[[0.9, 0.95, 0.9, 0.5], [0.95, 0.97, 0.9, 0.6]]])
    fertility, boys = np.array([[0.0, 0.5, 0.3, 0.0]]), np.array([0.51])
    migrants = np.array([[[3.0, 2.0, -1.0, 0.5], [1.0, 4.0, -2.0, 0.0]]])
    end = step(start, survival, fertility, boys, migrants, timing=timing, exposure=exposure).people
    people = np.concatenate([start, end])
    return Country(people, survival, fertility, boys, migrants.sum(axis=(1, 2))), migrants


@pytest.mark.parametrize(
    ("timing", "exposure"), [("end", "final"), ("end", "survivors"), ("even", "survivors"), ("even", "final")]
)
def test_known_migrants_are_found_again(timing: Timing, exposure: Exposure) -> None:
    country, migrants = made(timing, exposure)
    assert leftover(country, 0, timing, exposure) == pytest.approx(migrants)
    assert worst_gap(country, timing, exposure) < 1e-6


def test_the_wrong_convention_leaves_a_gap() -> None:
    country, _ = made("end", "final")
    assert worst_gap(country, "end", "survivors") > 100


def test_no_data_no_verdict(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"mx_male\.csv"):
        wpp2019(tmp_path)
