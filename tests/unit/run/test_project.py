from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from forecast.errors import InputError, RunLocked
from forecast.run.datapackage import datapackage, meanings
from forecast.run.digest import of_file
from forecast.run.project import Drawing, Run, run
from forecast.run.publish import locked
from forecast.run.runs import found, listed, manifest


def moment() -> datetime:
    return datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_the_name_says_when_and_from_what(published: Run) -> None:
    assert re.fullmatch(r"20260102T030405Z-[0-9a-f]{8}", published.folder.name)
    said = manifest(published.folder)
    assert said["run"] == published.folder.name
    assert said["digest"].startswith(published.folder.name.rpartition("-")[2])
    assert published.scenarios == ("baseline", "no-migration")
    assert found(published.folder.parent.parent) == published.folder


def test_the_manifest_holds_what_went_in(published: Run, harbin: Path) -> None:
    said = manifest(published.folder)
    for name, digest in said["inputs"].items():
        assert of_file(harbin / name) == digest, name
    assert set(said["scenarios"]) == set(published.scenarios)
    base, closed = (said["scenarios"][name] for name in published.scenarios)
    assert base["spec"]["movement"]["rates"]["scale"] is None
    assert closed["spec"]["movement"]["rates"]["scale"]["value"] == 0
    assert closed["files"] == ["models/scenarios/baseline.toml", "models/scenarios/no-migration.toml"]
    assert said["status"] == {"observed": 2020, "nowcast_until": 2022, "born_until": 2025}
    assert {"laoyou", "python", "numpy", "pandas"} <= set(said["versions"])


def test_the_manifest_holds_what_came_out(published: Run) -> None:
    tables = {path.name: of_file(path) for path in published.folder.glob("*.parquet")}
    assert manifest(published.folder)["outputs"] == tables
    assert {"population.parquet", "births.parquet", "demand.parquet", "balance.parquet", "scores.parquet"} <= set(
        tables
    )


def test_no_file_of_a_run_names_the_machine(published: Run, harbin: Path) -> None:
    for path in published.folder.glob("*.json"):
        text = path.read_text("utf-8")
        assert str(harbin) not in text
        assert str(published.folder) not in text


@pytest.fixture(scope="module")
def again(published: Run, harbin: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The same run once more, where a run of that second and name already stands."""
    out = tmp_path_factory.mktemp("again")
    (out / "runs" / published.folder.name).mkdir(parents=True)
    return run(harbin, out, published.scenarios, drawing=Drawing(count=40), clock=moment)


def test_same_inputs_same_bytes(published: Run, again: Run) -> None:
    assert manifest(again.folder)["outputs"] == manifest(published.folder)["outputs"]
    assert manifest(again.folder)["digest"] == manifest(published.folder)["digest"]
    names = sorted(path.name for path in published.folder.glob("*.parquet"))
    assert names
    for name in (*names, "datapackage.json"):
        assert (again.folder / name).read_bytes() == (published.folder / name).read_bytes(), name


def test_a_second_run_of_one_second_has_its_own_name(published: Run, again: Run) -> None:
    assert again.folder.name != published.folder.name
    assert list((again.folder.parent / published.folder.name).iterdir()) == []
    assert manifest(again.folder)["run"] == again.folder.name


def test_every_column_of_every_table_has_a_meaning(published: Run) -> None:
    package = json.loads((published.folder / "datapackage.json").read_text("utf-8"))
    assert {item["path"] for item in package["resources"]} == {path.name for path in published.folder.glob("*.parquet")}
    for item in package["resources"]:
        schema = pq.read_schema(published.folder / item["path"])
        assert [field["name"] for field in item["schema"]["fields"]] == schema.names
        assert item["rows"] == pq.read_metadata(published.folder / item["path"]).num_rows
        assert all(field["description"] and field["description_zh"] for field in item["schema"]["fields"])
        assert schema.metadata[b"schema_version"] == b"1"


def test_the_dictionary_has_both_languages_for_every_word() -> None:
    for column, row in meanings().items():
        assert row["meaning_en"], column
        assert row["meaning_zh"], column
        assert row["type"] in {"string", "integer", "number", "array"}, column


def test_a_column_without_a_meaning_is_our_fault(tmp_path: Path) -> None:
    pd.DataFrame({"xyzzy": [1]}).to_parquet(tmp_path / "births.parquet")
    with pytest.raises(KeyError, match="xyzzy"):
        datapackage(tmp_path, "made", "0")


def test_a_table_without_a_meaning_is_our_fault_too(tmp_path: Path) -> None:
    pd.DataFrame({"year": [2020]}).to_parquet(tmp_path / "made.parquet")
    with pytest.raises(KeyError, match="made"):
        datapackage(tmp_path, "made", "0")


def test_progress_is_told_and_what_finish_adds_appears_with_the_run(harbin: Path, tmp_path: Path) -> None:
    heard: list[tuple[str, float, int, int]] = []

    def add(folder: Path) -> None:
        assert (folder / "manifest.json").is_file()
        (folder / "report.html").write_text("made", "utf-8")

    done = run(
        harbin, tmp_path, ["baseline"], drawing=Drawing(count=8), notice=lambda *what: heard.append(what), finish=add
    )
    assert (done.folder / "report.html").read_text("utf-8") == "made"
    assert list(dict.fromkeys(what for what, _, _, _ in heard)) == ["reading", "baseline", "writing", "report", "done"]
    done_by_then = [count for _, count, _, _ in heard]
    assert done_by_then == sorted(done_by_then)
    assert (done_by_then[0], {total for _, _, total, _ in heard}) == (0, {done_by_then[-1]})
    # Eighteen districts of eight trajectories, one after the other, each moving the bar.
    within = [(count, courses) for what, count, _, courses in heard if what == "baseline"]
    assert [courses for _, courses in within] == [8 * area for area in range(19)]
    assert len({count for count, _ in within}) == 19


def test_what_is_asked_of_the_trajectories_is_in_the_manifest(published: Run) -> None:
    said = manifest(published.folder)
    assert "seed" not in said
    for scenario in said["scenarios"].values():
        stated = scenario["spec"]["uncertainty"]["draws"]
        assert (scenario["trajectories"], scenario["seed"]) == (40, 20201101)
        assert stated == {"trajectories": 40, "seed": 20201101}


def test_a_folder_in_use_is_left_alone(harbin: Path, tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(RunLocked):
        run(harbin, tmp_path, ["baseline"])
    assert listed(tmp_path) == ()


def test_unknown_scenarios_publish_nothing(harbin: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean baseline"):
        run(harbin, tmp_path, ["baselin"])
    assert listed(tmp_path) == ()


def test_a_folder_without_scenarios(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a scenario file"):
        run(tmp_path, tmp_path / "out")
