from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forecast.run.flow_frames import GROUPS, flows, places_of, urban
from forecast.run.inputs import Frames
from forecast.run.model import Desk, Result, compute


def test_moves_sum_to_the_net_migration_of_every_area(baseline: Result, frames: Frames) -> None:
    table = flows(baseline, frames).to_pandas().astype({"area": str, "origin": str})
    assert set(table["part"]) == set(GROUPS)
    assert (table["area"] != table["origin"]).all()
    came = table.groupby(["area", "year"])["point"].sum()
    left = table.groupby(["origin", "year"])["point"].sum()
    net = baseline.systems.districts.accounts.migration.sum(axis=(2, 3))
    students = baseline.systems.students.sum(axis=(2, 3))
    years = baseline.systems.districts.years
    for place, code in enumerate(baseline.evidence.areas):
        for year in (2021, 2022, 2035, 2050):
            at = years.index(year) - 1
            # students who come and go are held apart, and so are not among these moves
            apart = students[at + 1, place] - students[at, place]
            assert came[code, year] - left[code, year] == pytest.approx(net[at, place] - apart, abs=0.5)


def test_the_world_outside_stands_under_the_codes_of_the_parents(baseline: Result, frames: Frames) -> None:
    names = {area.code: area.name_zh for area in places_of(baseline)}
    assert names["230000"] == "黑龙江省其余地区"
    table = flows(baseline, frames).to_pandas().astype({"area": str, "origin": str})
    pools = {"230000", "000000"}
    assert not (table["area"].isin(pools) & table["origin"].isin(pools)).any()
    assert len(table) == 30 * len(GROUPS) * (18 * 17 + 2 * 18 * 2)


def test_a_path_of_the_urban_share_is_published(harbin: Path, frames: Frames) -> None:
    result = compute(harbin, Desk(frames), "new-urbanisation")
    table = urban(result).to_pandas().astype({"area": str, "measure": str})
    share = table[table["measure"] == "urban-share"].set_index(["area", "year"])["point"]
    people = table[table["measure"] == "urban-people"].set_index(["area", "year"])["point"]
    assert share["230100", 2020] == pytest.approx(0.706075, abs=1e-6)
    assert share["230100", 2020] < share["230100", 2035] < 0.9
    districts = [people[code, 2035] for code in result.evidence.areas]
    assert np.sum(districts) == pytest.approx(people["230100", 2035])
    # more people in the urban districts than without it, no more and no fewer in all but what births and deaths make
    assert share["230103", 2035] > share["230126", 2035]


def test_a_model_of_net_rates_has_no_moves(harbin: Path, frames: Frames) -> None:
    result = compute(harbin, Desk(frames), "net-rates")
    with pytest.raises(ValueError, match="net migration only"):
        flows(result, frames)
    with pytest.raises(ValueError, match="no path"):
        urban(result)
