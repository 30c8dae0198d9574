"""The data dictionary of a run holds what it says: keys, measures, units."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from forecast.run.datapackage import _read, key_of, measures, unit_of
from forecast.run.datapackage import published as described
from forecast.run.project import Drawing, Run, run

Tables = Callable[[str], pd.DataFrame]
FREE = {"supply"}
"""Tables whose measures are the words of an input."""


@pytest.fixture(scope="module")
def full(harbin: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with every table there is: draws, a path of the urban share, controls, teachers."""
    project = tmp_path_factory.mktemp("full")
    for name in ("models", "data"):
        shutil.copytree(harbin / name, project / name)
    head = "area,year,concept,sex,people,source,status,confidence\n"
    rows = "230100,2035,resident,both,9500000,laoyou-method,assumed,low\n"
    (project / "data" / "harbin" / "controls.csv").write_text(head + rows, "utf-8")
    (project / "data" / "harbin" / "teachers.csv").write_text(_teachers(harbin), "utf-8")
    _pupils(project / "data" / "harbin")
    _board(project / "models" / "premises.toml")
    drawing = Drawing(count=8, keep=True)
    return run(project, project / "out", ("baseline", "new-urbanisation"), drawing=drawing).folder


def _board(premises: Path) -> None:
    """One pupil in ten of primary school boards."""
    share = 'boarders = { value = 0.1, status = "assumed", source = "laoyou-method" }'
    text = premises.read_text("utf-8")
    premises.write_text(text.replace("[junior]", f"{share}\n[junior]"), "utf-8")


def _pupils(folder: Path) -> None:
    """Made-up counts of two primary schools, the only ones of their district, and who attends where."""
    origin = "laoyou-method,assumed,low"
    rows = [
        f"230102,{school},{year},primary,{grade},{pupils},100,{origin}"
        for school, pupils in (("s1", 5000), ("s2", 3000))
        for year in (2023, 2024)
        for grade in range(1, 6)
    ]
    head = "area,school,year,service,grade,pupils,migrant,source,status,confidence"
    (folder / "pupils.csv").write_text("\n".join([head, *rows]) + "\n", "utf-8")
    ways = [f"230102,,primary,2024,0.1,,{origin}", f",230102,primary,2024,,300,{origin}"]
    head = "from_area,to_area,service,year,share,pupils,source,status,confidence"
    (folder / "attendance.csv").write_text("\n".join([head, *ways]) + "\n", "utf-8")


def _teachers(harbin: Path) -> str:
    """A made-up count: ten teachers in each group of five ages, in every district and stage."""
    areas = pd.read_csv(harbin / "data" / "harbin" / "areas.csv", dtype=str)
    codes = areas.loc[areas["parent"] == "230100", "area"]
    rows = [
        f"{code},2024,{stage},both,{age},5,10,laoyou-method,assumed,low"
        for code in codes
        for stage in ("kindergarten", "primary", "junior", "senior")
        for age in range(25, 55, 5)
    ]
    return "\n".join(["area,year,service,sex,age_start,age_width,teachers,source,status,confidence", *rows]) + "\n"


def test_every_table_is_described(full: Path) -> None:
    package = json.loads((full / "datapackage.json").read_text("utf-8"))
    there = {item["name"]: item for item in package["resources"]}
    assert set(there) == set(described())
    for name, item in there.items():
        assert item["description"], name
        assert item["description_zh"], name
        assert item["schema"].get("primaryKey", []) == list(key_of(name))
    for name in ("flows", "residence", "quarters", "balance", "controls", "urban"):
        assert "no quantiles" in there[name]["description"]
        assert "无分位数" in there[name]["description_zh"]
        assert not {"p10", "p90"} & {field["name"] for field in there[name]["schema"]["fields"]}


def test_keys_name_one_row_each_and_are_never_blank(full: Path) -> None:
    without = []
    for path in full.glob("*.parquet"):
        frame, key = pd.read_parquet(path), list(key_of(path.stem))
        if not key:
            without.append(path.stem)
            continue
        assert not frame.duplicated(key).any(), path.stem
        assert not frame[key].isna().any().any(), path.stem
    assert sorted(without) == ["differences", "draws"]


def test_every_measure_is_explained_in_its_table(full: Path) -> None:
    package = json.loads((full / "datapackage.json").read_text("utf-8"))
    for item in package["resources"]:
        field = next((one for one in item["schema"]["fields"] if one["name"] == "measure"), None)
        if field is None or item["name"] in FREE | {"overrides"}:
            continue
        words = {str(word) for word in pd.read_parquet(full / item["path"])["measure"].unique()}
        assert words == {row["measure"] for row in measures(item["name"])}, item["name"]
        assert all(f"{word} = " in field["description"] for word in words)
        assert all(f"{word} = " in field["description_zh"] for word in words)


def test_overrides_have_units(table: Tables, published: Run) -> None:
    frame = table("overrides")
    units = dict(zip(frame["measure"].astype(str), frame["unit"].astype(str), strict=True))
    assert units["relative fertility"] == "ratio"
    assert units["births"] == units["guide births"] == "births"
    assert units["registered"] == units["people"] == "persons"
    fields = json.loads((published.folder / "datapackage.json").read_text("utf-8"))["resources"]
    named = next(item["schema"]["fields"] for item in fields if item["name"] == "overrides")
    assert {field["name"]: field.get("unit") for field in named}["before"] == "see unit"


@pytest.mark.parametrize(
    ("measure", "unit"),
    [
        ("people, female, ages 60-79", "persons"),
        ("people (resident)", "persons"),
        ("births multiplier", "ratio"),
        ("births offset", "children per woman"),
        ("policy three-child", "share"),
        ("movement flows.mobility", "ratio"),
        ("control of people, ages 60+", "persons"),
        ("dwellings", "dwellings"),
        ("target of the urban share", "share"),
        ("something new", "persons"),
    ],
)
def test_the_unit_of_an_override_goes_by_its_measure(measure: str, unit: str) -> None:
    assert unit_of(measure) == unit


@pytest.mark.parametrize("name", ["published", "measures", "dictionary"])
def test_all_is_said_in_both_languages(name: str) -> None:
    for row in _read(name):
        assert row["meaning_en"]
        assert row["meaning_zh"]
    assert {row["table"] for row in _read("measures")} <= set(described())
