from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Call = Callable[..., Result]
Refuse = Callable[..., str]


def test_moves_of_all_areas(city: Path, published: Path, forecast: Call) -> None:
    found = json.loads(forecast("moves", "--project", city, "--json").stdout)
    assert (found["run"], found["scenario"], found["year"]) == (published.name, "baseline", 2030)
    assert len(found["areas"]) == 18
    inside = [sum(row[side]["inside"] for row in found["areas"]) for side in ("arrivals", "departures")]
    assert inside[0] == inside[1] > 0
    for row in found["areas"]:
        assert row["net"] == sum(row["arrivals"].values()) - sum(row["departures"].values())
    done = forecast("moves", "--project", city, "--lang", "zh")
    assert "松北区" in done.stdout
    assert "哈尔滨市，2030年（预测），方案baseline" in done.stderr


def test_quiet_prints_paths_and_names_alone(city: Path, published: Path, forecast: Call) -> None:
    for asked in ((), ("--area", "Songbei")):
        done = forecast("moves", "--project", city, *asked, "--quiet")
        assert (done.stdout, done.stderr) == (f"{published / 'flows.parquet'}\n", "")
    whole = forecast("moves", "--past", "--project", city, "--quiet", "--lang", "zh")
    assert whole.stderr == ""
    assert len(whole.stdout.splitlines()) == 18
    assert "230109 松北区" in whole.stdout.splitlines()
    one = forecast("moves", "--past", "--area", "Songbei", "--project", city, "--quiet", "--lang", "en")
    assert one.stdout == "230109 Songbei\n"
    apart = forecast("moves", "--held-apart", "--project", city, "--quiet", "--lang", "en").stdout.splitlines()
    assert "230125 Binxian" in apart
    assert all(len(line.split()) == 2 for line in apart)


def test_without_a_run_it_says_how_to_make_one(forecast: Call, tmp_path: Path) -> None:
    done = forecast("moves", "--out", tmp_path)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(
        f"error: {tmp_path}: expected a published run, found none yet\n  make one: `forecast run`"
    )


def test_ages_are_natural_in_chinese(city: Path, published: Path, forecast: Call) -> None:
    shown = forecast("moves", "--held-apart", "--project", city, "--lang", "zh").stdout
    assert "60岁及以上净迁移" in shown
    assert "20-34岁净迁移" in shown
    assert "15-24岁多出" in shown
    assert "+岁" not in shown
    around = forecast("moves", "--area", "Songbei", "--project", city, "--lang", "zh").stdout
    assert "60岁及以上 " in around
    assert "net 60+" in forecast("moves", "--held-apart", "--project", city, "--lang", "en").stdout


def test_moves_of_one_area(city: Path, published: Path, forecast: Call) -> None:
    asked = ("moves", "--project", city, "--area", "Songbei", "--year", "2040", "--scenario", "low-fertility")
    found = json.loads(forecast(*asked, "--json").stdout)
    assert found["area"]["code"] == "230109"
    assert len(found["places"]) == 17 + 2
    assert [place["place"] for place in found["places"] if place["rest"]] == ["230000", "000000"]
    for part in (found["places"], found["ages"]):
        assert sum(row["came"] for row in part) == found["arrivals"]
        assert sum(row["went"] for row in part) == found["departures"]
    shown = forecast(*asked, "--lang", "en").stdout
    assert "Songbei (230109), 2040 (projected), low-fertility" in shown
    assert "rest of the province" in shown
    assert "9 other areas" in shown


def test_the_city_exchanges_with_what_lies_beyond(city: Path, published: Path, forecast: Call) -> None:
    found = json.loads(forecast("moves", "--project", city, "--area", "230100", "--json").stdout)
    assert [place["place"] for place in found["places"]] == ["230000", "000000"]
    whole = json.loads(forecast("moves", "--project", city, "--json").stdout)
    assert found["net"] == sum(row["net"] for row in whole["areas"])


def test_a_run_without_moves_says_so_and_what_to_do(published: Path, forecast: Call, tmp_path: Path) -> None:
    folder = tmp_path / "runs" / published.name
    folder.mkdir(parents=True)
    shutil.copy(published / "manifest.json", folder)
    (tmp_path / "latest").write_text(f"runs/{published.name}", encoding="utf-8")
    done = forecast("moves", "--out", tmp_path)
    assert done.exit_code == 1
    assert "knows net migration only" in done.stderr
    assert "forecast moves --past" in done.stderr
    assert not done.stdout


def test_what_is_not_there(city: Path, published: Path, forecast: Call) -> None:
    for wrong in (("--area", "Sonbei"), ("--year", "2019"), ("--scenario", "nobody")):
        done = forecast("moves", "--project", city, *wrong)
        assert (done.exit_code, done.stdout) == (1, "")
        assert wrong[1] in done.stderr


@pytest.mark.parametrize("method", ["census-ratio", "stock", "time-even", "cohort-even"])
def test_net_migration_between_the_censuses(city: Path, forecast: Call, method: str) -> None:
    found = json.loads(forecast("moves", "--past", "--method", method, "--project", city, "--json").stdout)
    assert (found["method"], found["years"], len(found["areas"]), len(found["ages"])) == (method, [2010, 2020], 18, 18)
    net = {row["area"]: row["net"] for row in found["areas"]}
    assert max(net, key=lambda area: net[area]) in ("230102", "230110")
    for row in found["areas"]:
        assert sum(row["male"]) + sum(row["female"]) == pytest.approx(row["net"])


def test_net_migration_of_one_area_by_age_and_sex(city: Path, forecast: Call) -> None:
    done = forecast("moves", "--past", "--area", "道里区", "--project", city, "--lang", "zh")
    lines = done.stdout.splitlines()
    assert lines[0] == "道里区 (230102), 2010-2020, census-ratio"
    assert lines[3].startswith("0-4岁")
    assert lines[-2].startswith("85岁及以上")
    assert "+187,015" in lines[-1]
    assert "儿童与妇女之比" in done.stderr
    assert "+187,015" in forecast("moves", "--past", "--project", city).stdout
    assert "-562,06" in forecast("moves", "--past", "--area", "230100", "--project", city).stdout


def test_who_is_held_apart(city: Path, forecast: Call) -> None:
    shown = forecast("moves", "--held-apart", "--project", city, "--lang", "en").stdout
    assert "Campuses in the censuses and in models/movement.toml (students.campus): Nangang" in shown
    assert "Binxian (230125): a campus at the census of 2020, not listed" in shown
    found = json.loads(forecast("moves", "--held-apart", "--project", city, "--json").stdout)
    assert [row["area"] for row in found["held_apart"] if not row["listed"]] == ["230125"]
    assert {row["kind"] for row in found["findings"]} == {"campus", "migration"}
    assert (
        "宾县（230125）：2020年普查有高校"
        in forecast("moves", "--held-apart", "--project", city, "--lang", "zh").stdout
    )


def test_a_campus_that_nobody_finds_is_told(project: Path, forecast: Call) -> None:
    path = project / "models" / "movement.toml"
    text = path.read_text("utf-8").replace('campus = ["230103", ', 'campus = ["230112", ')
    path.write_text(text, "utf-8")
    lines = forecast("moves", "--held-apart", "--project", project, "--lang", "en").stdout
    assert "Acheng (230112): the model holds" in lines
    assert "Nangang (230103): a campus at both censuses, not listed" in lines


def test_options_that_do_not_go_together(city: Path, forecast: Call) -> None:
    for wrong in (
        ("--past", "--held-apart"),
        ("--past", "--year", "2030"),
        ("--held-apart", "--scenario", "baseline"),
        ("--method", "stock"),
        ("--held-apart", "--area", "230102"),
    ):
        done = forecast("moves", "--project", city, *wrong)
        assert done.exit_code == 2
        assert "Usage: " in done.stderr
