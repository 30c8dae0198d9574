"""The section of movement, from a run's flows and balance."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from forecast.report.html import write_report
from forecast.report.material import gathered
from forecast.report.movement import Movement, moved
from forecast.report.texts import texts
from forecast.run.flow_frames import GROUPS

YEARS = (2021, 2022, 2023, 2024)
MOVES = {("A1", "A2"): 10, ("A2", "A1"): 300, ("P", "A1"): 5, ("N", "A2"): 7, ("A1", "P"): 2, ("A2", "N"): 20}
APART = {"A1": 4.0, "A2": 0.0}


def with_flows(folder: Path, scenarios: tuple[str, ...] = ("baseline", "low")) -> Path:
    """A tiny run that knows who moves, every year the same; half as many under the second scenario."""
    rows = [
        (name, destination, origin, year, part, moves * (0.5 if name == "low" else 1.0) * (part == "35-59"))
        for name in scenarios
        for (origin, destination), moves in MOVES.items()
        for year in YEARS
        for part in GROUPS
    ]
    frame = pd.DataFrame(rows, columns=["scenario", "area", "origin", "year", "part", "point"])
    frame.assign(status="projected", source="multiregional").to_parquet(folder / "flows.parquet")
    balance = pd.read_parquet(folder / "balance.parquet")
    net = {"A1": 293.0 + APART["A1"], "A2": -303.0 + APART["A2"]}
    net["C"] = sum(net.values())
    parts = balance.astype({"area": str})["area"].map(net) * balance["scenario"].astype(str).map(
        {"baseline": 1.0, "low": 0.5}
    )
    balance.assign(migration=parts).to_parquet(folder / "balance.parquet")
    path = folder / "manifest.json"
    says = json.loads(path.read_text("utf-8"))
    for entry in says["scenarios"].values():
        entry["spec"]["project"]["project"] |= {"province": "P", "nation": "N"}
    names = (("A1", "甲区", "district"), ("A2", "乙县", "county"), ("C", "丙市", "city"), ("P", "省", "province"))
    says["areas"] = [
        {"area": code, "name_zh": name, "name_en": {"A2": "Second", "C": "Third City"}.get(code, name), "level": level}
        for code, name, level in (*names, ("N", "国", "nation"))
    ]
    path.write_text(json.dumps(says, ensure_ascii=False), encoding="utf-8")
    return folder


def section(folder: Path, lang: str = "en") -> Movement:
    found = moved(gathered(folder, "baseline"), texts(lang))
    assert found is not None
    return found


def test_a_run_of_net_rates_has_no_such_section(own: Path) -> None:
    assert moved(gathered(own, "baseline"), texts("en")) is None
    write_report(own)
    assert 'href="#movement"' not in (own / "report.html").read_text("utf-8")


def test_the_city_is_told_in_numbers(own: Path) -> None:
    found = section(with_flows(own))
    assert found.year == 2022
    # 5 of 12 come from the province, 20 of 22 leave it
    assert "12 people come to Third City and 22 leave it; 310 more move between its areas" in found.told[0]
    assert "42% are from the rest of the province" in found.told[0]
    assert "91% go beyond it" in found.told[0]
    assert "\u22126 a year in 2022\u20132024 (\u221210 without students" in found.told[1]


def test_the_grid_holds_every_pair_once_with_its_shade(own: Path) -> None:
    grid = section(with_flows(own)).grid
    assert grid.heads == ("甲区", "Second", "Rest of province", "Rest of country", "All who leave")
    rows = dict(grid.rows)
    assert [text for text, _ in rows["甲区"]] == ["\u2013", "10", "2", "0", "12"]
    assert [text for text, _ in rows["Second"]] == ["300", "\u2013", "0", "20", "320"]
    assert [text for text, _ in rows["Rest of country"]] == ["0", "7", "\u2013", "\u2013", "7"]
    assert [text for text, _ in rows["All who come"]] == ["305", "17", "2", "20", "344"]
    # steps of 3, 10, 30 and 100 persons
    assert grid.steps == ("<3", "\u22653", "\u226510", "\u226530", "\u2265100")
    shades = {text: shade for _, cells in grid.rows[:-1] for text, shade in cells[:-1]}
    assert (shades["300"], shades["20"], shades["7"], shades["2"]) == ("f4", "f2", "f1", "f0")


def test_arrivals_less_departures_and_who_is_held_apart_make_the_net(own: Path) -> None:
    sides = section(with_flows(own)).sides
    assert sides.rows[0] == ("甲区", "305", "300", "5", "0", "12", "10", "2", "0", "+293", "+4", "+297")
    assert sides.rows[-1][0] == "Third City"
    assert sides.rows[-1][1:] == ("12", "\u2013", "5", "7", "22", "\u2013", "2", "20", "\u221210", "+4", "\u22126")


def test_scenarios_stand_beside_one_another(own: Path) -> None:
    found = section(with_flows(own), "zh").scenarios
    assert found is not None
    # a span shorter than twenty years is told as one: three years from 2022 on
    assert found.rows == (("基准", "\u22126", "\u221218"), ("低", "\u22123", "\u22129"))


def test_one_scenario_needs_no_table_of_scenarios(own: Path) -> None:
    path = with_flows(own) / "manifest.json"
    says = json.loads(path.read_text("utf-8"))
    del says["scenarios"]["low"]
    path.write_text(json.dumps(says, ensure_ascii=False), encoding="utf-8")
    assert section(own).scenarios is None


@pytest.mark.parametrize("name", ["report.html", "report.en.html"])
def test_the_page_shows_it_with_a_table_for_those_who_cannot_see_colours(own: Path, name: str) -> None:
    write_report(with_flows(own))
    page = (own / name).read_text("utf-8")
    part = page[page.index('<section id="movement">') : page.index('<section id="scenarios">')]
    assert 'href="#movement"' in page
    assert part.count('<th scope="row">') == part.count("<tr") - part.count("<thead>")
    assert re.search(r'<td class="f4">300</td>', part)
    assert 'role="img"' in part
    assert not re.search(r">nan|nan%|>None<", part)
    assert ("没有区间" if name == "report.html" else "have no intervals") in part
