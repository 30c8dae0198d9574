"""The figures that the pages quote are those that the program gives."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from forecast.demography.conditions import build
from forecast.project.spec import Models
from forecast.run.hindsight import hindsight
from forecast.run.known import known
from forecast.run.model import Desk, Result, compute
from forecast.services.care.eldercare import Eldercare
from forecast.services.premises import plain
from forecast.services.school.stages import StageDemand
from forecast.tables.project_tables import read_tables

ROOT = Path(__file__).resolve().parent.parent.parent
CITY = "230100"
ROWS = (
    "people",
    "births",
    "nursery places",
    "kindergarten places",
    "primary places",
    "junior places",
    "senior places",
    "eldercare beds",
)


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk(read_tables(ROOT))


@pytest.fixture(scope="module")
def baseline(desk: Desk) -> Result:
    return compute(ROOT, desk, "baseline")


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_the_table_of_the_readme_is_that_of_the_golden_run(page: str) -> None:
    kept = {
        (row["measure"], int(row["year"])): float(row["value"])
        for row in csv.DictReader((ROOT / "tests" / "golden" / "headline.csv").read_text("utf-8").splitlines())
        if row["area"] == CITY
    }
    lines = [line for line in (ROOT / page).read_text("utf-8").splitlines() if line.startswith("| ")]
    years = [int(year) for year in re.findall(r"\d{4}", lines[0])]
    shown = [[cell.strip() for cell in line.strip("|").split("|")][1:] for line in lines[1:]]
    assert shown == [[f"{kept[measure, year] / 1000:,.1f}" for year in years] for measure in ROWS]


def test_the_sentence_on_moves(baseline: Result) -> None:
    forecast = baseline.systems.districts
    assert forecast.between is not None
    areas = len(baseline.areas)
    moved = forecast.between[forecast.years.index(2025) - 1].sum(axis=(0, 1))
    came, inside = moved[:, :areas].sum(), moved[:areas, :areas].sum()
    english, chinese = ((ROOT / page).read_text("utf-8") for page in ("README.md", "README.zh.md"))
    assert f"in 2025 some {came / 1000:.0f} thousand arrive" in english
    assert f"2025年约有{came / 10000:.1f}万人迁入" in chinese
    assert 0.62 < inside / came < 2 / 3
    assert moved[:areas, -1].sum() > moved[-1, :areas].sum()


def test_the_sentence_on_scenarios(desk: Desk, baseline: Result) -> None:
    strong, high = (compute(ROOT, desk, name) for name in ("three-child-strong", "high-fertility"))
    extra = (strong.people.births - baseline.people.births).sum(axis=1)
    first_year, later, last = (round(extra[baseline.people.place(year)], -1) for year in (2026, 2030, 2035))
    seats = high.demand["kindergarten"].find("places").values.sum(axis=1)
    first = baseline.demand["kindergarten"].find("places").values.sum(axis=1)[0]
    quoted = (
        f"about {first_year:.0f} births in 2026",
        f"{later:.0f} in 2030, {last:.0f} in 2035.",
        f"at {seats[high.people.place(2035)] / 1000:.0f} thousand",
        f"against {first / 1000:.0f} thousand in 2020",
    )
    text = " ".join((ROOT / "README.md").read_text("utf-8").split())
    assert [piece for piece in quoted if piece not in text] == []


def test_the_method_quotes_what_the_run_derives(desk: Desk, baseline: Result) -> None:
    systems = baseline.systems
    errors = hindsight(baseline, desk.frames).summary().set_index(["engine", "group"])["mape"]
    quoted = (
        f"m = {systems.path.mean:.2f}, r = {systems.path.autocorrelation:.3f}",
        f"{systems.levels.weight:.2f} of an area's own deviation",
        f"(Harbin 2021-2022: {systems.scale:.2f})",
        f"Estimated {systems.students[0].sum() / 1000:.0f} thousand in 2020",
        f"mean absolute error about {errors['cohort', 'all']:.0f} %",
    )
    text = " ".join((ROOT / "docs" / "method.md").read_text("utf-8").split())
    assert [piece for piece in quoted if piece not in text] == []


def test_the_services_quote_what_the_run_measures(baseline: Result) -> None:
    stages = {name: plain(item) for name, item in baseline.services.items()}
    kindergarten, care = stages["kindergarten"], stages["eldercare"]
    assert isinstance(kindergarten, StageDemand)
    assert isinstance(care, Eldercare)
    rate = kindergarten.enrolment
    rows = known(baseline).astype({"year": str})
    keys = zip(rows["area"].astype(str), rows["year"], rows["service"].astype(str), strict=True)
    beside = dict(zip(keys, rows[["ratio", "computed"]].to_numpy(np.float64).tolist(), strict=True))
    nursery, hulan = beside["230100", "2024", "nursery"], beside["230111", "2022", "eldercare"]
    nation = beside["000000", "2024", "kindergarten"]
    apart = [beside["230000", "2023", stage][0] for stage in ("primary", "junior")]
    quoted = (
        f"2020 alone, {rate.rate:.3f}; the nation's rate rose by {100.0 * (rate.since[2024] - 1.0):.1f} % to 2024",
        f"so {rate.rate * rate.since[2024]:.3f})",
        f"by {abs(100.0 * care.path.yearly):.1f} % a year",
        f"it ends {100.0 * (1.0 - care.path.homes[-1, 0]):.1f} % below 2024",
        f"{nursery[0]:.1f} times what today's use fills ({nursery[1]:,.0f})",
        f"{hulan[0]:.2f} of the {hulan[1]:,.0f} that its people would need if they used homes as the nation does",
        f"{nation[0]:.2f} of what the province's rate gives",
        f"apart {apart[0]:.2f} and {apart[1]:.2f}",
    )
    text = " ".join((ROOT / "docs" / "services.md").read_text("utf-8").split())
    assert [piece for piece in quoted if piece not in text] == []


def test_the_method_tells_what_its_priors_are_worth(desk: Desk, baseline: Result) -> None:
    def births(models: Models) -> float:
        districts = build(desk.ground(models), models).districts
        return float(districts.accounts.births[districts.years[1:].index(2035)].sum())

    def moved(**changed: float) -> str:
        models, orders = baseline.models, baseline.models.births.orders
        given = {
            name: getattr(orders.distance, name).model_copy(update={"value": value}) for name, value in changed.items()
        }
        priors = orders.model_copy(update={"distance": orders.distance.model_copy(update=given)})
        other = models.model_copy(update={"births": models.births.model_copy(update={"orders": priors})})
        change = births(other) / births(models) - 1.0
        return f"{abs(100.0 * change):.0f} % {'higher' if change > 0 else 'lower'}"

    text = " ".join((ROOT / "docs" / "method.md").read_text("utf-8").split())
    quoted = (
        f"(1 in place of 0.5) the city's births of 2035 are {moved(first=1.0)}",
        f"with a quarter of it there {moved(first=0.25)}",
        f"none of the distance lasting {moved(lasting=0.0)}, with all of it {moved(lasting=1.0)}",
    )
    assert [piece for piece in quoted if piece not in text] == []


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_the_coverage_quoted_is_that_of_the_table(page: str) -> None:
    rows = list(csv.DictReader((ROOT / "data" / "coverage.csv").read_text("utf-8").splitlines()))
    whole = {
        row["set"]: row["covered"]
        for row in rows
        if (row["group"], row["horizons"]) == ("all", "all") and row["nominal"] == "80"
    }
    text = " ".join((ROOT / page).read_text("utf-8").split())
    finland, england = (f"{float(whole[name]):.0f}" for name in ("finland-regions", "england-pupils"))
    quoted = {
        "README.md": (
            f"covered {finland} % of what came in Finland's regions",
            f"and {england} % in England's schools",
        ),
        "README.zh.md": (f"在芬兰各区实际覆盖{finland}%", f"在英格兰学校实际覆盖{england}%"),
    }
    assert [piece for piece in quoted[page] if piece not in text] == []


def test_the_page_on_skill_quotes_what_it_measured() -> None:
    text = (ROOT / "docs" / "skill.md").read_text("utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| ")
    ]
    right = {row[0]: row[3] for row in rows if len(row) == 11 and row[2] == "recalibrated"}
    told = " ".join(text.split())
    quoted = (
        f"cover {right['finland-regions']} % in Finland and,",
        f"{right['england-pupils']} % in England and {right['ct-school-enrolment']} % in Connecticut",
        f"any other set says ({right['taiwan-townships']} %)",
        f"Australia's states a little ({right['australia-states']} %)",
    )
    assert [piece for piece in quoted if piece not in told] == []
