from __future__ import annotations

import numpy as np
import pytest

from forecast.kernels.step import Step, step
from forecast.validate import invariants as laws


def test_all_hold() -> None:
    checks = laws.invariants()
    assert [check.name for check in checks if not check.passed] == []
    assert len({check.name for check in checks}) == 13


def test_a_step_that_loses_one_in_a_thousand_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    right = step

    def wrong(*args: object, **how: object) -> Step:
        year = right(*args, **how)  # type: ignore[arg-type]  # handed through
        return Step(0.999 * year.people, year.births, year.newborns, np.array(year.deaths))

    monkeypatch.setattr(laws, "step", wrong)
    assert not laws.by_hand().passed
    assert not laws.growth().passed
