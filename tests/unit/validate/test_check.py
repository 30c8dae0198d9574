from __future__ import annotations

from pathlib import Path

import pytest

from forecast.errors import InputError
from forecast.validate.check import Check, need


@pytest.mark.parametrize(
    ("measured", "at_least", "passed"),
    [(1.0, False, True), (1.1, False, False), (1.0, True, True), (0.9, True, False), (float("nan"), False, False)],
)
def test_the_limit_decides(measured: float, at_least: bool, passed: bool) -> None:
    assert Check("name", measured, 1.0, "what", at_least).passed is passed


def test_missing_files_are_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "b.csv").touch()
    with pytest.raises(InputError) as missing:
        need(tmp_path, ["a.csv", "b.csv", "c.csv"])
    assert [Path(fault.where).name for fault in missing.value.faults] == ["a.csv", "c.csv"]
    assert need(tmp_path, ["b.csv"]) == tmp_path
