from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.errors import InputError
from forecast.run.flow_frames import GROUPS
from forecast.run.published_flows import PublishedFlows, published_flows

HEAD = {"project": {"project": {"city": "C", "province": "P", "nation": "N"}}}
AREAS = [("A", "district"), ("B", "county"), ("C", "city"), ("P", "province"), ("N", "nation")]
MOVES = {("A", "B"): 10.0, ("B", "A"): 30.0, ("P", "A"): 5.0, ("N", "B"): 7.0, ("A", "P"): 2.0, ("B", "N"): 20.0}
"""Origin and destination: the middle ages alone; the others stand still."""


def written(folder: Path, scenario: str = "baseline") -> Path:
    rows = [
        (scenario, destination, origin, year, part, moved * (part == "18-34") * (1.0 if year == 2021 else 0.55))
        for (origin, destination), moved in MOVES.items()
        for year in (2021, 2022)
        for part in GROUPS
    ]
    frame = pd.DataFrame(rows, columns=["scenario", "area", "origin", "year", "part", "point"])
    status = np.where(frame["year"] == 2021, "nowcast", "projected")
    frame.assign(status=status, source="multiregional").to_parquet(folder / "flows.parquet")
    names = [{"area": code, "level": level, "name_zh": f"{code}区", "name_en": f"{code} town"} for code, level in AREAS]
    says = {"run": "r", "areas": names, "scenarios": {name: {"spec": HEAD} for name in ("baseline", "net")}}
    (folder / "manifest.json").write_text(json.dumps(says), encoding="utf-8")
    return folder


@pytest.fixture
def flows(tmp_path: Path) -> PublishedFlows:
    return published_flows(written(tmp_path), "baseline")


def test_places_are_the_areas_and_what_lies_beyond(flows: PublishedFlows) -> None:
    assert [place.code for place in flows.places] == ["A", "B", "P", "N"]
    assert [area.code for area in flows.areas] == ["A", "B"]
    assert flows.city.name_en == "C town"
    assert (flows.years, flows.status) == ((2021, 2022), ("nowcast", "projected"))


def test_arrivals_and_departures_by_the_other_end(flows: PublishedFlows) -> None:
    sides = flows.sides(2021)
    assert sides.arrivals.tolist() == [[30.0, 5.0, 0.0], [10.0, 0.0, 7.0]]
    assert sides.departures.tolist() == [[10.0, 2.0, 0.0], [30.0, 0.0, 20.0]]
    assert sides.net.tolist() == [23.0, -33.0]
    assert flows.net()[0].tolist() == [23.0, -33.0]


def test_parts_of_persons_still_add_up(flows: PublishedFlows) -> None:
    """5.5, 16.5, 2.75, 3.85, 1.1 and 11 persons: 41 together."""
    whole, sides = flows.whole(2022), flows.sides(2022)
    assert whole.sum() == 41.0
    assert (whole == np.rint(whole)).all()
    assert sides.arrivals[:, 0].sum() == sides.departures[:, 0].sum()
    around = flows.around("A", 2022)
    assert (around.came.sum(), around.went.sum()) == (sides.arrivals[0].sum(), sides.departures[0].sum())
    assert around.arrived.sum() == around.came.sum()


def test_around_an_area_and_around_the_city(flows: PublishedFlows) -> None:
    around = flows.around("A", 2021)
    assert [place.code for place in around.places] == ["B", "P", "N"]
    assert (around.came.tolist(), around.went.tolist()) == ([30.0, 5.0, 0.0], [10.0, 2.0, 0.0])
    assert dict(zip(around.ages, around.arrived, strict=True))["18-34"] == 35.0
    city = flows.around("C", 2021)
    assert [place.code for place in city.places] == ["P", "N"]
    assert (city.came.tolist(), city.went.tolist()) == ([5.0, 7.0], [2.0, 20.0])


def test_over_the_border_of_the_city(flows: PublishedFlows) -> None:
    came, went = flows.sides(2021).over_the_border
    assert (came.tolist(), went.tolist()) == ([5.0, 7.0], [2.0, 20.0])


def test_a_year_that_is_not_there(flows: PublishedFlows) -> None:
    with pytest.raises(InputError, match="a year from 2021 to 2022, found 2019"):
        flows.sides(2019)


def test_a_scenario_of_net_rates_has_no_moves(tmp_path: Path) -> None:
    written(tmp_path)
    with pytest.raises(InputError, match=r"net migration only\n.*models/movement.toml.*--past"):
        published_flows(tmp_path, "net")
    (tmp_path / "flows.parquet").unlink()
    with pytest.raises(InputError, match="moves of baseline in run r"):
        published_flows(tmp_path, "baseline")
