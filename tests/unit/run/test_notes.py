"""Assumptions that known figures hide, said once and written down."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.run.inputs import Frames
from forecast.run.model import Desk, Result, compute
from forecast.run.notes import overrides, remarks, without_effect
from forecast.run.project import Run

CITY = "230100"


def test_a_control_that_hides_a_scenario_says_so(harbin: Path, planned: Desk, met: Result) -> None:
    low = compute(harbin, planned, "low-fertility")
    found = [item for item in without_effect(low, met) if item.measure.startswith("difference")]
    assert [(item.area, item.year) for item in found] == [(CITY, 2035)]
    assert found[0].before < -10_000  # births that the scenario takes away
    assert found[0].after == 0.0
    assert "differs from baseline has no effect on this sum" in found[0].why
    assert "100% of the difference is hidden" in found[0].why
    assert without_effect(met, met) == []
    rows = overrides(low, found)
    assert rows["why"].iloc[-1] == found[0].why
    said = remarks(low, found)
    assert said == [f"low-fertility, 230100, 2035, difference in people: {found[0].why}"]


def test_scenarios_of_years_on_record_say_so(harbin: Path, frames: Frames, baseline: Result, copy: Path) -> None:
    assert without_effect(baseline, baseline) == []
    text = '[scenario]\nname = "late"\nbase = "baseline"\ntitle_zh = "x"\ntitle_en = "x"\nwhy = "made"\n'
    text += '[births.path.multiplier]\n"2024" = 1.0\n"2025" = 1.2\n"2030" = 1.2\n'
    text += '[births.path.offset]\n"2025" = 0.1\n'
    text += '[policy.made]\norders = "3+"\nonset = 2024\nstatus = "assumed"\nsource = "laoyou-method"\nwhy = "made"\n'
    text += "effect = { value = 0.1, low = 0.05, high = 0.2 }\n"
    (copy / "models" / "scenarios" / "late.toml").write_text(text, "utf-8")
    result = compute(copy, frames, "late")
    found = without_effect(result, baseline)
    rows = {(item.measure, item.year): (item.before, item.after) for item in found}
    assert rows["births multiplier", 2025] == (1.2, 1.0)
    assert ("births multiplier", 2024) not in rows
    assert rows["births offset", 2025] == (0.1, 0.0)
    assert rows["policy made", 2024] == rows["policy made", 2025] == (0.1, 0.0)
    # and indeed nothing moved the births of those years
    births = [item.systems.districts.accounts.births.sum(axis=(1, 2)) for item in (result, baseline)]
    assert births[0][:5] == pytest.approx(births[1][:5])
    assert births[0][6] != pytest.approx(births[1][6], rel=1e-3)
    said = remarks(result, found)
    assert len(said) == 3
    assert any(text.startswith("late, 230100, 2024-2025, policy made: policy.made has no effect") for text in said)


def test_moves_that_a_total_decides_say_so(harbin: Path, frames: Frames, baseline: Result) -> None:
    none = compute(harbin, frames, "no-migration")
    found = [item for item in without_effect(none, baseline) if item.measure == "movement rates.scale"]
    known = [year for year in sorted(none.evidence.totals[CITY]) if year > 2020]
    assert [item.year for item in found] == known
    assert all(item.before == 0.0 and np.isnan(item.after) for item in found)
    # and indeed all areas together have the people on record
    for year in known:
        assert none.systems.districts.at(year).sum() == pytest.approx(none.evidence.totals[CITY][year])


def test_a_run_writes_down_what_totals_on_record_hide(published: Run, table: Callable[[str], pd.DataFrame]) -> None:
    rows = table("overrides")
    vain = rows[rows["why"].str.contains("has no effect")]
    assert set(vain["scenario"]) == {"no-migration"}
    assert set(vain["year"]) == {2021, 2022}
    # they act in the years after, so nobody is warned
    assert not published.remarks
