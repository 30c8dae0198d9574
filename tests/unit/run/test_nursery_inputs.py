"""What a project tells of nurseries: births by month, the register, mixed classes by area, premises."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forecast.errors import InputError
from forecast.run.inputs import Frames
from forecast.run.model import Desk, Result, compute
from forecast.run.notes import assumptions
from forecast.services.childcare.months import EVENLY
from forecast.services.childcare.nursery import Nursery
from forecast.services.premises import plain
from forecast.tables.project_tables import read_tables

DAOLI, PROVINCE = "230102", "230000"
HEAD = "area,year,month,births,source,status,confidence\n"
PER_1000 = 4.5


def months(area: str, year: int, births: list[float], first: int = 1) -> str:
    rows = enumerate(births, start=first)
    return "".join(f"{area},{year},{month},{value:g},laoyou-method,assumed,low\n" for month, value in rows)


def with_months(copy: Path, text: str, head: str = HEAD, name: str = "births_by_month") -> Path:
    (copy / "data" / "harbin" / f"{name}.csv").write_text(head + text, "utf-8")
    return copy


def nursery(result: Result) -> Nursery:
    found = plain(result.services["nursery"])
    assert isinstance(found, Nursery)
    return found


def test_without_births_by_month_the_output_says_so(baseline: Result, frames: Frames) -> None:
    table = assumptions(baseline, frames)
    row = table[table["key"] == "months of birth"].iloc[0]
    assert row["why"] == EVENLY
    assert row["status"] == "assumed"
    used = table[table["key"] == "nursery use"]["why"].item()
    assert "6 % in 2021" in used
    assert "12 % in 2025" in used


def test_the_months_of_the_province_are_the_season_of_its_districts(copy: Path, baseline: Result) -> None:
    early = [30.0] * 6 + [10.0] * 6
    frames = read_tables(with_months(copy, months(PROVINCE, 2022, early) + months(DAOLI, 2022, early[::-1])))
    found = compute(copy, frames, "baseline")
    place = found.areas.index(next(area for area in found.areas if area.code == DAOLI))
    split = nursery(found).months
    # three of four are born from January to June, and are in the second half of a year of age on 31 December
    other = (place + 1) % len(found.areas)
    assert split.halves()[5, other, 0].tolist() == pytest.approx([0.25, 0.75])
    assert split.halves()[5, place, 0].tolist() == pytest.approx([0.75, 0.25])
    # use is even from 12 months on, so nothing else moves
    users = found.demand["nursery"].find("users").values
    assert users == pytest.approx(baseline.demand["nursery"].find("users").values)
    told = assumptions(found, frames)
    assert set(told[told["key"] == "months of birth"]["status"]) == {"derived"}


def test_chinese_headers_and_a_gap(copy: Path) -> None:
    head = "区划代码,年份,月份,出生人数,来源,状态,可信度\n"
    frames = read_tables(with_months(copy, months(PROVINCE, 2022, [5.0] * 12), head, "分月出生"))
    assert list(frames["births_by_month"]["births"]) == [5.0] * 12
    frames = read_tables(with_months(copy, months(PROVINCE, 2021, [5.0] * 11), head, "分月出生"))
    with pytest.raises(InputError, match=r"births_by_month, area 230000, 2021: .* none for 12"):
        compute(copy, frames, "baseline")


def test_a_month_beyond_december_is_a_fault(copy: Path) -> None:
    with pytest.raises(InputError, match=r"births_by_month\.csv.*13"):
        read_tables(with_months(copy, months(PROVINCE, 2022, [5.0] * 12, first=2)))


def test_the_registered_line_divides_as_the_bureaus_do(baseline: Result) -> None:
    """30,816 places are 3.28 per 1000 of the 9.395 million on the register of 2022."""
    assert baseline.people.registered is not None
    place = baseline.people.place(2022)
    whole = baseline.people.registered[place].sum()
    assert 30816 / whole * 1000 == pytest.approx(3.28, abs=0.005)
    line = baseline.demand["nursery"].find("places", "standard-registered").values[place].sum()
    assert line == pytest.approx(whole * PER_1000 / 1000)
    residents = baseline.demand["nursery"].find("places", "standard").values[place].sum()
    assert residents == pytest.approx(baseline.people.people[place].sum() * PER_1000 / 1000)


def test_what_if_scenarios(harbin: Path, frames: Frames, baseline: Result) -> None:
    desk = Desk(frames)
    rises, target = (compute(harbin, desk, name) for name in ("nursery-use-rises", "nursery-target"))
    users = baseline.demand["nursery"].find("users").values
    years = baseline.people.years
    ratio = rises.demand["nursery"].find("users").values / users
    # from 12 % in 2025 to 17.5 % in 2035 on a line, then no further
    for year, share in ((2025, 12.0), (2030, 14.75), (2035, 17.5), (2050, 17.5)):
        assert ratio[years.index(year)] == pytest.approx(np.full(18, share / 12))
    assert np.array_equal(target.demand["nursery"].find("users").values, users)
    policy = target.demand["nursery"].find("users", "policy").values
    half = target.demand["nursery"].find("wish").values[years.index(2030)] / 2
    assert policy[years.index(2030)] == pytest.approx(half)
    assert "policy" not in {item.part for item in baseline.demand["nursery"].series}


def test_an_area_of_mixed_classes_must_be_one_of_the_project(copy: Path, frames: Frames) -> None:
    path = copy / "models" / "nursery.toml"
    text = path.read_text("utf-8")
    given = 'value = 0.5, status = "assumed", source = "laoyou-method"'
    path.write_text(text + f"\n[mixed.by_area]\n230199 = {{ {given} }}\n", "utf-8")
    with pytest.raises(InputError, match=r"mixed.by_area: .*found 230199"):
        compute(copy, frames, "baseline")
    path.write_text(text + f"\n[mixed.by_area]\n{DAOLI} = {{ {given} }}\n", "utf-8")
    found = compute(copy, frames, "baseline")
    mixed = found.demand["nursery"].find("classes", "mixed").values
    assert (mixed[:, 0] > 0).all()
    assert not mixed[:, 1:].any()


def test_premises_follow_the_classes(baseline: Result) -> None:
    service = baseline.demand["kindergarten"]
    classes = service.find("classes").values
    facilities = np.ceil(classes / 9)
    assert np.array_equal(service.find("rooms").values, classes)
    assert np.array_equal(service.find("land").values, facilities * 4000)
    assert np.array_equal(service.find("floor").values, facilities * 3300)
    measures = {name: {item.measure for item in found.series} for name, found in baseline.demand.items()}
    assert "land" not in measures["primary"]  # no standard was found: a gap
    assert "floor" not in measures["nursery"]
    assert all("boarders" not in found for found in measures.values())  # nobody counted them
    assert "rooms" not in measures["eldercare"]
