"""A planner adds pupils by grade: the same commands take them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from click.testing import Result

Call = Callable[..., Result]
Refuse = Callable[..., str]
ORIGIN = "laoyou-method,assumed,low"
PUPILS = "区划代码,学年,学段,年级,在校生数,来源,状态,可信度"


def table(project: Path, name: str, head: str, rows: list[str]) -> None:
    (project / "data" / "harbin" / f"{name}.csv").write_text("\n".join([head, *rows]) + "\n", "utf-8")


def steady(area: str, *years: int, service: str = "primary", grades: int = 5, pupils: int = 7000) -> list[str]:
    return [f"{area},{year},{service},{grade},{pupils},{ORIGIN}" for year in years for grade in range(1, grades + 1)]


def test_pupils_by_grade_replace_gross_enrolment(project: Path, forecast: Call) -> None:
    table(project, "pupils", PUPILS, steady("230102", 2022, 2023, 2024))
    done = forecast(
        *("run", "--project", project, "--scenario", "baseline", "--trajectories", "8", "--no-report", "--quiet")
    )
    assert done.exit_code == 0, done.output
    demand = pd.read_parquet(Path(done.stdout.strip()) / "demand.parquet")
    rows = demand[(demand["area"] == "230102") & (demand["service"] == "primary") & (demand["part"] == "all")]
    users = rows[rows["measure"] == "users"].set_index("year")
    assert users.loc[2022:2024, "point"].tolist() == [35000.0] * 3
    assert users.loc[[2024], "p05"].tolist() == users.loc[[2024], "p95"].tolist()
    classes = rows[rows["measure"] == "classes"].set_index("year")
    assert classes.loc[2024, "point"] == 5 * 156  # 7,000 in classes of 45: 155.6
    explained = forecast(
        *("explain", "--project", project, "--area", "230102", "--service", "primary", "--year", "2025", "--json")
    )
    factors = {item["name"]: item["value"] for item in json.loads(explained.stdout)["factors"]}
    assert factors["grade-2: pupils of the grade before, 2024"] == 7000.0
    assert "cohort ratio" in factors


def test_check_tells_what_has_no_effect(project: Path, forecast: Call) -> None:
    table(project, "pupils", PUPILS, [*steady("230102", 2024), *steady("230000", 2024, grades=1)])
    table(project, "children", "area,year,age,children,source,status,confidence", [f"230000,2024,3,9,{ORIGIN}"])
    done = forecast("check", "--project", project, "--json")
    assert done.exit_code == 0, done.output
    told = "\n".join(json.loads(done.stdout)["warnings"])
    assert "pupils: 5 rows (230102 primary 2024) show no cohort moving up" in told
    assert "pupils: 1 rows have no effect: 230000 is no area of the project" in told
    assert "children: 1 rows have no effect: 230000" in told


def test_what_does_not_fit_is_refused(project: Path, refuse: Refuse) -> None:
    table(project, "pupils", PUPILS, steady("230102", 2023, 2024, grades=6))
    said = refuse(("run", "--trajectories", "0"), "grades 1 to 5 of primary in 230102", "grades 1 to 6")
    assert "pupils.csv, row 2" in said
    table(project, "pupils", PUPILS, [row for row in steady("230102", 2023, 2024) if ",3," not in row])
    refuse(("run", "--trajectories", "0"), "2 without a row: 2023 grade 3; 2024 grade 3")


def test_a_scenario_bends_enrolment(project: Path, forecast: Call, refuse: Refuse) -> None:
    head = '[scenario]\nname = "more"\nbase = "baseline"\ntitle_zh = "x"\ntitle_en = "x"\nwhy = "made"\n'
    point = '{ value = 0.95, status = "assumed", source = "laoyou-method", why = "made" }'
    path = project / "models" / "scenarios" / "more.toml"
    path.write_text(f"{head}[kindergarten.take_up.points]\n2030 = {point}\n", "utf-8")
    asked = ("explain", "--project", project, "--area", "230102", "--service", "kindergarten", "--json")
    done = forecast(*asked, "--year", "2035", "--scenario", "more")
    assert done.exit_code == 0, done.output
    factors = [item for item in json.loads(done.stdout)["factors"] if item["name"] == "gross enrolment"]
    assert [item["value"] for item in factors] == [0.95] * 3
    path.write_text(f"{head}[kindergarten.take_up.points]\n2020 = {point}\n", "utf-8")
    refuse(("run", "--trajectories", "0", "--scenario", "more"), "years after 2024, up to which enrolment is on record")
