from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from click.testing import Result

from forecast.cli.inspect import Warned

Call = Callable[..., Result]
ORIGIN = "laoyou-method,assumed,low\n"
CHANGES = "date,from_area,to_area,kind,share,source,status,confidence\n"
CONTROLS = "area,year,concept,sex,people,source,status,confidence\n"
HOUSING = "area,year,dwellings,source,status,confidence\n"
QUARTERS = "area,date,kind,sex,age_start,age_width,people,source,status,confidence\n"


def write(project: Path, name: str, text: str) -> None:
    (project / "data" / "harbin" / f"{name}.csv").write_text(text, "utf-8")


@pytest.fixture(scope="module")
def sound(city: Path, forecast: Call) -> dict[str, Any]:
    done = forecast("check", "--project", city, "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_row_is_counted_once(sound: dict[str, Any], city: Path) -> None:
    rows = {item["table"]: item for item in sound["tables"]}
    births = pd.concat([pd.read_csv(path) for path in city.glob("data/*/births*.csv")])
    assert rows["births"]["rows"] == len(births)
    assert rows["births"]["recalled"] == (births["status"] == "recalled").sum()
    assert rows["births"]["years"] == f"{births['year'].min()}-{births['year'].max()}"
    assert rows["population"]["years"] == "2010-2020"
    for item in sound["tables"]:
        if item["table"] != "sources":
            assert item["verified"] + item["derived"] + item["recalled"] + item["other"] == item["rows"]


def test_assumptions_are_told_with_their_source(sound: dict[str, Any]) -> None:
    assert sound["sound"]
    assert not sound["faults"]
    drift = next(item for item in sound["assumptions"] if item["key"] == "ageing.national.drift_scale")
    assert drift == {
        **drift,
        "value": 1.0,
        "status": "assumed",
        "source": "laoyou-method",
        "file": "models/ageing.toml",
    }


def test_recalled_figures_are_warned_of(sound: dict[str, Any], city: Path) -> None:
    frame = pd.read_csv(city / "data" / "standards" / "standards.csv")
    count = int((frame["status"] == "recalled").sum())
    assert (
        f"standards: {count} of {len(frame)} rows are recalled, not re-read at their source (law 14)"
        in sound["warnings"]
    )


def test_strict_and_allow_make_exit_3(city: Path, forecast: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    from forecast.cli.inspect import Inspection

    two = Inspection(("baseline",), (), (), (), (Warned("warn.parameter", {"key": "k", "file": "f"}),) * 2)
    monkeypatch.setattr("forecast.cli.inspect.inspect", lambda _: two)
    codes = [
        forecast("check", "--project", city, *limit).exit_code
        for limit in ((), ("--strict",), ("--allow", "1"), ("--allow", "2"), ("--json", "--strict"))
    ]
    assert codes == [0, 3, 3, 0, 3]
    done = forecast("check", "--project", city, "--lang", "zh", "--quiet")
    assert done.stderr == "警告：f 中的参数 k 凭记忆设定\n" * 2


def test_faults_in_json_are_on_stdout_too(project: Path, forecast: Call) -> None:
    (project / "data" / "brths.csv").write_text("a\n1\n")
    done = forecast("check", "--project", project, "--json")
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert not found["sound"]
    assert [fault["where"] for fault in found["faults"]] == ["data/brths.csv"]
    assert "did you mean births?" in done.stderr


def test_check_writes_nothing(city: Path, sound: dict[str, Any]) -> None:
    assert {path.name for path in city.iterdir()} <= {"models", "data", "out"}


# ------------------------------------------------------------------------------------------- rows that nothing uses
def warnings(project: Path, forecast: Call) -> list[str]:
    done = forecast("check", "--project", project, "--json")
    assert done.exit_code == 0, done.output
    found: list[str] = json.loads(done.stdout)["warnings"]
    return found


def test_rows_and_files_that_nothing_uses_are_told(project: Path, forecast: Call) -> None:
    counts = {"1950-01-01": 9, "2010-11-01": 900, "2020-11-01": 1200, "2090-01-01": 7}
    rows = [
        f"230109,{day},institution,{sex},70,10,{n},{ORIGIN}" for day, n in counts.items() for sex in ("male", "female")
    ]
    lone = f"230111,1950-01-01,barracks,male,18,5,3,{ORIGIN}"
    write(project, "group_quarters", QUARTERS + "".join([*rows, lone]))
    write(project, "boundary_changes", f"{CHANGES}2005-01-01,230104,230102,transfer,0.1,{ORIGIN}")
    write(project, "housing", f"{HOUSING}230109,1990,5000,{ORIGIN}")
    registered = f"230109,2030,registered,both,400000,{ORIGIN}"
    write(
        project,
        "controls",
        f"{CONTROLS}{registered}230109,2030,resident,both,700000,{ORIGIN}230102,2031,resident,both,1100000,{ORIGIN}",
    )
    deaths = "area,year,series,concept,sex,age_start,age_width,deaths,source,status,confidence\n"
    write(project, "deaths_own", f"{deaths}230109,2022,published,resident,male,0,,1500,{ORIGIN}")
    (project / "data" / "harbin" / "plan.xls").write_text("x")
    (project / "data" / "README.md").write_text("x")
    book = openpyxl.Workbook()
    book.active.append(["area", "year", "percent", "order", "source", "status", "confidence"])
    book.create_sheet("blank")
    book.create_sheet("more").append([1])
    book.save(project / "data" / "harbin" / "order_shares_more.xlsx")
    told = "\n".join(warnings(project, forecast))
    for said in (
        "group_quarters: 4 rows (1950-01-01, 2090-01-01) have no effect",
        "group_quarters: 1 rows (1950-01-01) stand for a census (2010-11-01, 2020-11-01) more than 10 years away",
        "boundary_changes: 1 rows (2005-01-01) have no effect: no count is as early",
        "controls: 1 rows of another concept than the project's (resident)",
        "deaths: 1 rows of districts by sex and age change no forecast: ageing.areas.engine is shared",
        "policy_events: ",
        "1990, dwellings: dwellings completed in the year have no effect",
        "nothing reads data/harbin/plan.xls",
        "order_shares_more.xlsx: the first sheet is read, not more;",
        "Songbei (230109), 2030, people: the control takes 5",
        "to 700,000 within the year (+3",
    ):
        assert said in told
    assert "README" not in told
    assert "230102), 2031" not in told, "a step of less than 2 % is none"


def test_the_bundled_project_is_free_of_such_rows(sound: dict[str, Any]) -> None:
    odd = [text for text in sound["warnings"] if "recalled" not in text and " a gap" not in text]
    told = [text.split(":")[0] for text in odd if "in force until" not in text]
    assert told == ["policy_events", "supply", "supply"], "plans, and figures kept for those who read the project"


# --------------------------------------------------------------------------------------------------------- all faults
@pytest.mark.parametrize("year", [1950, 2090])
def test_moves_of_years_far_from_the_run_are_refused(project: Path, forecast: Call, year: int) -> None:
    head = "year,origin,destination,people,source,status,confidence\n"
    write(project, "migration", f"{head}2015,230102,230103,900,{ORIGIN}{year},230102,230103,500,{ORIGIN}")
    done = forecast("check", "--project", project)
    assert done.exit_code == 1
    assert "data/**/migration, column year: expected years of 2010 to 2030" in done.stderr
    assert f"found {year}" in done.stderr


def test_faults_of_boundaries_do_not_hide_those_of_other_tables(project: Path, forecast: Call) -> None:
    twice = [f"2015-01-01,230104,{to},transfer,0.7,{ORIGIN}" for to in ("230102", "230103")]
    write(project, "boundary_changes", CHANGES + "".join(twice))
    write(project, "housing", f"{HOUSING}230000,2023,5000,{ORIGIN}")
    write(project, "controls", f"{CONTROLS}230000,2030,resident,both,5000,{ORIGIN}")
    done = forecast("check", "--project", project)
    assert done.exit_code == 1
    heads = [line for line in done.stderr.splitlines() if not line.startswith("  ")]
    assert [line.split(":")[0] for line in heads[:-1]] == ["error"] * 4
    for table in ("boundary_changes", "housing", "controls"):
        assert f"data/**/{table}" in done.stderr
    assert heads[-1] == "faults found: 4"
    chinese = forecast("check", "--project", project, "--lang", "zh").stderr.splitlines()
    assert [line[:3] for line in chinese if not line.startswith("  ")] == ["错误："] * 4 + ["共 4"]


def test_one_faulty_table_does_not_hide_another(project: Path, forecast: Call) -> None:
    write(project, "housing", f"{HOUSING}230000,2023,5000,{ORIGIN}")
    write(project, "controls", f"{CONTROLS}230000,2030,resident,both,5000,{ORIGIN}")
    done = forecast("check", "--project", project)
    assert "data/**/housing" in done.stderr
    assert "data/**/controls" in done.stderr
    assert "faults found: 2" in done.stderr


def test_controls_that_contradict_are_told_once_for_all_scenarios(project: Path, forecast: Call) -> None:
    figures = {"both": 9_500_000, "male": 4_000_000, "female": 5_000_000}
    rows = [f"230100,2030,resident,{sex},{people},{ORIGIN}" for sex, people in figures.items()]
    write(project, "controls", CONTROLS + "".join(rows))
    done = forecast("check", "--project", project)
    assert done.exit_code == 1
    assert done.stderr.count("they contradict one another") == 1
    assert "faults found: 1" in done.stderr


def test_a_jump_is_said_by_run_too(project: Path, forecast: Call) -> None:
    write(project, "controls", f"{CONTROLS}230109,2030,resident,female,350000,{ORIGIN}")
    asked = ("run", "--project", project, "--scenario", "baseline", "--trajectories", "0", "--no-report")
    said = forecast(*asked, "--lang", "zh").stderr
    assert "警告：松北区（230109）2030年的控制数使女性人数在一年内由" in said
    assert "变为 350,000" in said
    assert 'movement.controls.between = "interpolate"' in said
