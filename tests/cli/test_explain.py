from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import Result

Call = Callable[..., Result]
SERVICES = ("nursery", "kindergarten", "primary", "junior", "senior", "eldercare")
MEASURES = {"teachers and staff": "teachers", "beds, rounded up": "beds"}
"""Results that go by another name in the published table."""


@pytest.fixture(scope="module")
def demand(published: Path) -> pd.DataFrame:
    frame = pd.read_parquet(published / "demand.parquet")
    return frame.astype({"area": str, "service": str, "part": str, "measure": str, "scenario": str})


def explained(forecast: Call, city: Path, *arguments: object) -> dict[str, Any]:
    done = forecast("explain", "--project", city, "--json", *arguments)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    ("area", "year", "scenario"), [("230102", 2030, "baseline"), ("230184", 2050, "low-fertility")]
)
def test_results_are_those_of_the_run(
    service: str, area: str, year: int, scenario: str, forecast: Call, city: Path, demand: pd.DataFrame
) -> None:
    found = explained(forecast, city, "--area", area, "--service", service, "--year", year, "--scenario", scenario)
    assert found["results"]
    rows = demand.query(
        "area == @area and year == @year and service == @service and part == 'all' and scenario == @scenario"
    )
    figures = dict(zip(rows["measure"], rows["point"], strict=True))
    assert {MEASURES.get(name, name): value for name, value in found["results"].items()} == pytest.approx(
        {MEASURES.get(name, name): figures[MEASURES.get(name, name)] for name in found["results"]}, rel=1e-12
    )
    assert all(item["status"] and item["source"] for item in found["factors"])


@pytest.mark.parametrize("service", ["primary", "eldercare"])
def test_the_city_is_the_sum_of_its_districts(service: str, forecast: Call, city: Path, demand: pd.DataFrame) -> None:
    found = explained(forecast, city, "--area", "哈尔滨市", "--service", service, "--year", 2035)
    assert len(found["parts"]) == 18
    main, name = ("beds", "beds, rounded up") if service == "eldercare" else ("places", "places")
    assert sum(part["results"][name] for part in found["parts"]) == found["results"][name]
    rows = demand[(demand["area"] == "230100") & (demand["year"] == 2035) & (demand["service"] == service)]
    rows = rows[(rows["part"] == "all") & (rows["measure"] == main)]
    assert rows[rows["scenario"] == "baseline"]["point"].item() == found["results"][name]


@pytest.mark.parametrize("name", ["230102", "道里区", "Daoli", "daoli"])
def test_an_area_has_three_names(name: str, forecast: Call, city: Path) -> None:
    assert explained(forecast, city, "--area", name, "--service", "幼儿园", "--year", 2026)["area"]["code"] == "230102"


def test_the_table_shows_signs_figures_and_sources(forecast: Call, city: Path) -> None:
    done = forecast(
        "explain", "--project", city, "--area", "Daoli", "--service", "eldercare", "--year", 2030, "--lang", "zh"
    )
    lines = done.stdout.splitlines()
    assert lines[0] == "道里区 (230102), eldercare, 2030, baseline"
    assert lines[1].split() == ["因素", "数值", "单位", "状态", "来源", "说明"]
    assert any(line.startswith("  : target occupancy") and "0.85" in line and "laoyou-method" in line for line in lines)
    assert any(line.startswith("= beds") for line in lines)


GOOD = {"--area": "230102", "--service": "primary", "--year": "2030"}


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"--year": "2095"}, ("2020 to 2050", "2095")),
        ({"--year": "1900"}, ("2020 to 2050", "1900")),
        ({"--area": "Daoly"}, ("--area", "did you mean Daoli?")),
        ({"--area": "230199"}, ("--area", "230199")),
        ({"--service": "prmary"}, ("--service", "did you mean primary?")),
        ({"--scenario": "baselin"}, ("scenario baselin", "did you mean baseline?")),
    ],
)
def test_what_there_is_not_is_named(wrong: dict[str, str], named: tuple[str, ...], refuse: Callable[..., str]) -> None:
    refuse(("explain", *(word for pair in {**GOOD, **wrong}.items() for word in pair)), *named)


# --------------------------------------------------------------------------------------------------------------- births
@pytest.fixture(scope="module")
def births(published: Path) -> pd.DataFrame:
    frame = pd.read_parquet(published / "births.parquet")
    return frame.astype({"area": str, "part": str, "scenario": str})


def born(births: pd.DataFrame, area: str, year: int, part: str, scenario: str = "baseline") -> float:
    rows = births.query("area == @area and year == @year and part == @part and scenario == @scenario")
    return float(rows["point"].sum())


@pytest.mark.parametrize(("area", "year"), [("230102", 2030), ("230184", 2036), ("230100", 2026)])
def test_births_explained_are_those_of_the_run(
    area: str, year: int, forecast: Call, city: Path, births: pd.DataFrame
) -> None:
    found = explained(forecast, city, "--area", area, "--births", "--year", year)
    assert found["births"] == pytest.approx(born(births, area, year, "all"))
    for line in found["orders"]:
        assert line["births"] == pytest.approx(born(births, area, year, line["order"]))
        assert line["women"] * line["per_1000"] / 1000.0 == pytest.approx(line["births"])
        assert line["policies"] == pytest.approx(0.0, abs=1e-6)
    for order in range(3):
        assert sum(item["births"][order] for item in found["ages"]) == pytest.approx(found["orders"][order]["births"])
    dragon = year == 2036
    assert all((line["dragon"] > 0) == dragon for line in found["orders"])


def test_the_levels_of_a_district_multiply_to_the_one_it_has(forecast: Call, city: Path) -> None:
    found = explained(forecast, city, "--area", "230102", "--births", "--year", 2031)
    for order in ("1", "2", "3+"):
        chain = [item for item in found["factors"] if item["name"].startswith(f"order {order}: ")]
        kinds = [item["kind"] for item in chain]
        assert kinds == ["start", "times", "times", "times", "subtotal"]
        product = 1.0
        for item in chain[:-1]:
            product *= item["value"]
        assert product == pytest.approx(chain[-1]["value"], rel=1e-9)
    assert {"pooling weight", "zodiac"} <= {item["name"] for item in found["factors"]}


def test_what_a_policy_adds_is_told(forecast: Call, city: Path) -> None:
    asked = ("--area", "230184", "--births", "--year", 2026)
    plain = explained(forecast, city, *asked)
    strong = explained(forecast, city, *asked, "--scenario", "three-child-strong")
    added = [line["policies"] for line in strong["orders"]]
    assert added[:2] == pytest.approx([0.0, 0.0], abs=1e-9)
    assert added[2] == pytest.approx(strong["births"] - plain["births"])
    assert added[2] / plain["orders"][2]["births"] == pytest.approx(0.27, rel=1e-6)


def test_births_are_explained_in_words(forecast: Call, city: Path) -> None:
    asked = ("explain", "--project", city, "--area", "道里区", "--births", "--year", 2030)
    english = forecast(*asked, "--lang", "en").stdout
    assert "women who could bear it" in english
    assert "35-39" in english
    assert "道里区" in forecast(*asked, "--lang", "zh").stdout


@pytest.mark.parametrize("options", [(), ("--births", "--service", "primary")])
def test_a_service_or_births(options: tuple[str, ...], forecast: Call, city: Path) -> None:
    done = forecast("explain", "--project", city, "--area", "230102", "--year", 2030, *options)
    assert done.exit_code == 2
    assert "--births" in done.stderr


def test_births_of_a_year_that_is_not_forecast_are_refused(refuse: Callable[..., str]) -> None:
    refuse(("explain", "--area", "230102", "--births", "--year", 2020), "--year", "2021 to 2050")
