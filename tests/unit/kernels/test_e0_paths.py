from __future__ import annotations

import numpy as np
import pytest

from forecast.kernels.e0_paths import e0_paths


def test_without_shocks_the_drift_alone() -> None:
    assert e0_paths(np.array(80.0), np.array(0.2), 0.9, 0.5, np.zeros(3)) == pytest.approx([80.2, 80.4, 80.6])


def test_a_shock_fades_by_hand() -> None:
    # 1 year above the line, then half of it and -0.5 more: 1, 0, 0
    path = e0_paths(np.array(80.0), np.array(0.0), 0.5, 0.5, np.array([2.0, -1.0, 0.0]))
    assert path == pytest.approx([81.0, 80.0, 80.0])


def test_spread_is_that_of_an_ar1() -> None:
    normals = np.random.default_rng(1).standard_normal((20_000, 2, 30))
    paths = e0_paths(np.array([75.0, 80.0]), np.array([0.2, 0.1]), 0.8, 0.3, normals)
    assert paths.mean(axis=0)[:, -1] == pytest.approx([81.0, 83.0], abs=0.02)
    years = np.arange(1, 31)
    wanted = 0.3 * np.sqrt((1 - 0.8 ** (2 * years)) / (1 - 0.8**2))
    assert paths.std(axis=0) == pytest.approx(np.tile(wanted, (2, 1)), rel=0.03)


@pytest.mark.parametrize(("kept", "sd"), [(1.1, 0.1), (-0.1, 0.1), (0.5, -1.0)])
def test_what_is_no_path_is_refused(kept: float, sd: float) -> None:
    with pytest.raises(ValueError, match="no path"):
        e0_paths(np.array(80.0), np.array(0.2), kept, sd, np.zeros(3))
