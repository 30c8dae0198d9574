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
    table(
        project,
        "children",
        "area,year,age,concept,children,source,status,confidence",
        [f"230000,2024,3,resident,9,{ORIGIN}"],
    )
    done = forecast("check", "--project", project, "--json")
    assert done.exit_code == 0, done.output
    told = "\n".join(json.loads(done.stdout)["warnings"])
    assert "pupils: 5 rows (230102 primary 2024) show no cohort moving up" in told
    assert "pupils: 1 rows have no effect: 230000 is no area of the project" in told
    assert "children: 1 rows have no effect: 230000" in told


def test_what_is_unlikely_is_told_with_its_row(project: Path, forecast: Call) -> None:
    rows = steady("230102", 2022, 2023, 2024)
    rows[7] = rows[7].replace(",7000,", ",9000,")
    table(project, "pupils", PUPILS, [*rows, *steady("230103", 2024)])
    head = "区划代码,年份,年龄,口径,儿童数,来源,状态,可信度"
    table(project, "children", head, [f"230102,2025,3,常住,51390,{ORIGIN}"])
    done = forecast("check", "--project", project, "--json")
    assert done.exit_code == 0, done.output
    told = "\n".join(json.loads(done.stdout)["warnings"])
    assert "pupils.csv, row 9: primary pupils of 230102, 2023 grade 3: 9,000, where 7,000 are usual" in told
    assert "children.csv, row 2: children of 3 on registers of 230102, 2025: 51,390, x10." in told
    assert "the youngest cohorts on registers of 230102 (born up to 2022)" in told
    zh = forecast("check", "--project", project, "--json", "--lang", "zh")
    assert "230102 2025 年 3 岁在册儿童 51,390 人" in "\n".join(json.loads(zh.stdout)["warnings"])
    ran = forecast(
        *("run", "--project", project, "--scenario", "baseline", "--trajectories", "0", "--no-report", "--quiet")
    )
    assert ran.exit_code == 0, ran.output
    overrides = pd.read_parquet(Path(ran.stdout.strip()) / "overrides.parquet").set_index("measure")
    assert overrides.loc["pupils of primary 3", "after"] == 9000.0
    why = str(overrides.loc["pupils of primary on record", "why"])
    assert "gross enrolment stands in" in why


def test_years_to_come_are_no_counts(project: Path, refuse: Refuse) -> None:
    table(project, "pupils", PUPILS, steady("230102", 2024, 2025, 2026, 2027))
    head = "area,year,age,concept,children,source,status,confidence"
    table(project, "children", head, [f"230102,2030,3,resident,5000,{ORIGIN}"])
    said = refuse(("run", "--trajectories", "0"), "school years up to 2026", "born_until", "2027")
    assert "pupils.csv, row 17" in said


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
