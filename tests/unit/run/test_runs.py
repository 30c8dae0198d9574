from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from forecast.errors import InputError
from forecast.run.publish import publish, write_json
from forecast.run.runs import found, listed, manifest, table


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Two small runs, b the latest, and what a crash left."""

    def build(folder: Path) -> None:
        write_json(folder / "manifest.json", {"run": folder.name[-1]})
        pd.DataFrame({"x": [1, 2]}).to_parquet(folder / "made.parquet")

    for name in ("a", "b"):
        publish(tmp_path, name, build)
    (tmp_path / "runs" / ".building-c").mkdir()
    return tmp_path


def test_runs_are_listed_without_litter(out: Path, tmp_path: Path) -> None:
    assert [path.name for path in listed(out)] == ["a", "b"]
    assert listed(tmp_path / "nowhere") == ()


def test_runs_are_found_by_name_or_as_the_latest(out: Path) -> None:
    assert found(out).name == "b"
    assert found(out, "a").name == "a"
    assert manifest(found(out, "a")) == {"run": "a"}
    assert table(found(out), "made")["x"].tolist() == [1, 2]


@pytest.mark.parametrize("name", ["c", ".building-c", "..", ".", "", "../runs/a", "a\\b"])
def test_anything_else_is_refused_with_what_there_is(out: Path, name: str) -> None:
    with pytest.raises(InputError, match="one of: a, b"):
        found(out, name)


def test_no_run_yet(tmp_path: Path) -> None:
    for name in ("latest", "20260101T000000Z-abc"):
        with pytest.raises(InputError) as refused:
            found(tmp_path, name)
        fault = refused.value.faults[0]
        assert (fault.expected, fault.found) == ("a published run", "none yet")
        assert fault.way_out.startswith("make one: `forecast run`")


def test_a_pointer_to_a_run_that_is_gone(out: Path) -> None:
    (out / "runs" / "b" / "manifest.json").unlink()
    with pytest.raises(InputError, match="run latest"):
        found(out)


def test_unknown_tables_are_refused_with_what_there_is(out: Path) -> None:
    with pytest.raises(InputError, match="one of: made"):
        table(found(out), "population")
