"""The baseline of the bundled project against the numbers kept in ``headline.csv``; ``make golden`` keeps new ones."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def make() -> ModuleType:
    """The script beside this test, which is no package."""
    spec = importlib.util.spec_from_file_location("golden_make", Path(__file__).with_name("make.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.golden
def test_headline_numbers_are_those_that_were_kept(make: ModuleType, harbin: Path) -> None:
    if os.environ.get("LAOYOU_GOLDEN") == "renew":
        make.keep()
    kept = pd.read_csv(make.KEPT, dtype={"area": str})
    now = make.headline(harbin)
    assert len(now) == 8 * 4 * 5
    keys = ["measure", "area", "year"]
    assert now[keys].to_numpy().tolist() == kept[keys].to_numpy().tolist()
    moved = now.assign(kept=kept["value"])[(now["value"] / kept["value"] - 1.0).abs() > 1e-9]
    assert moved.empty, f"numbers moved; if that is meant, run make golden:\n{moved.to_string()}"
