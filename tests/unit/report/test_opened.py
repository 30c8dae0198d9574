from __future__ import annotations

import json
from pathlib import Path

import pytest

from forecast.errors import InputError
from forecast.report.opened import first_scenario, frame, opened


def test_a_folder_that_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"expected the folder of a run, with a manifest\.json, found none"):
        opened(tmp_path)


def test_a_scenario_that_is_not_there(tiny: Path) -> None:
    with pytest.raises(InputError, match=r"one of: baseline, low, found lew\n  did you mean low\?"):
        opened(tiny, "lew")


def test_a_table_that_is_missing(own: Path) -> None:
    (own / "births.parquet").unlink()
    with pytest.raises(InputError, match="table births of"):
        frame(opened(own), "births", ["year"])


def test_only_rows_of_the_scenario_are_read(tiny: Path) -> None:
    assert set(frame(opened(tiny, "low"), "demand", ["scenario"])["scenario"]) == {"low"}
    assert set(frame(opened(tiny, "low"), "demand", ["scenario"], every=True)["scenario"]) == {"baseline", "low"}


def test_the_scenario_to_show_when_none_is_named(own: Path) -> None:
    assert first_scenario(own) == "baseline"
    content = json.loads((own / "manifest.json").read_text("utf-8"))
    del content["scenarios"]["baseline"]
    (own / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    assert first_scenario(own) == "low"


def test_titles_and_reasons_by_language(tiny: Path) -> None:
    run = opened(tiny, "low")
    assert (run.title("zh"), run.title("en", "baseline"), run.why("zh")) == ("低", "Baseline", "why low")
