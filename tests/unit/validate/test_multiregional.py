from __future__ import annotations

import numpy as np
import pytest

from forecast.axes import Floats
from forecast.kernels import multiregional as kernel
from forecast.kernels import pooled_flows
from forecast.validate import multiregional as laws


def test_all_hold() -> None:
    checks = laws.multiregional()
    assert [check.name for check in checks if not check.passed] == []
    assert len({check.name for check in checks}) == 5


def test_ratios_that_lose_one_in_a_million_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    right = kernel.survivorship
    monkeypatch.setattr(kernel, "survivorship", lambda deaths, moves: (1 - 1e-6) * right(deaths, moves))
    assert not laws.closed().passed


def test_arrivals_whom_nobody_sent_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(flows: Floats) -> Floats:
        return np.asarray(1.001 * flows.sum(axis=-4) - flows.sum(axis=-3))

    monkeypatch.setattr(kernel, "net", wrong)
    assert not laws.internal().passed


def test_regions_that_mix_without_moves_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    right = kernel.project

    def wrong(start: Floats, *args: Floats, years: int) -> kernel.Projection:
        return right(start[::-1].copy(), *args, years=years)

    monkeypatch.setattr(kernel, "project", wrong)
    assert not laws.apart().passed


def test_another_growth_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    right = kernel.dominant
    monkeypatch.setattr(kernel, "dominant", lambda matrix: (right(matrix)[0] * (1 + 1e-7), None))
    assert not laws.growth().passed


def test_pools_that_reach_the_origin_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    right = pooled_flows.pools
    monkeypatch.setattr(pooled_flows, "pools", lambda *given: right(*given, own=True))
    assert not laws.pooled().passed
