from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pytest

from forecast.backtest.published import FOLDER, publish
from forecast.errors import InputError

MOMENT = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
TABLES = {"scores": pd.DataFrame({"group": ["0-4"], "wape": [1.5]})}


def test_tables_and_what_they_are_about_appear_together(tmp_path: Path) -> None:
    folder = publish(tmp_path, TABLES, {"sets": ["one"]}, lambda here: (here / "page").touch(), MOMENT)
    assert folder == tmp_path / FOLDER / "20260102T030405Z"
    assert pd.read_parquet(folder / "scores.parquet")["wape"].tolist() == [1.5]
    assert json.loads((folder / "about.json").read_text("utf-8"))["sets"] == ["one"]
    assert (folder / "page").is_file()


def test_two_of_one_second_do_not_meet(tmp_path: Path) -> None:
    names = {publish(tmp_path, TABLES, {}, lambda _: None, MOMENT).name for _ in range(2)}
    assert names == {"20260102T030405Z", "20260102T030405Z-2"}


def test_what_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(_: Path) -> None:
        raise RuntimeError("no page")

    with pytest.raises(RuntimeError, match="no page"):
        publish(tmp_path, TABLES, {}, fail, MOMENT)
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="a folder that can be written"):
        publish(tmp_path / "file", TABLES, {}, lambda _: None, MOMENT)
