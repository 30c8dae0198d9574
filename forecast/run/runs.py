"""Finding published runs again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from forecast.errors import InputError
from forecast.run.publish import HIDDEN, LATEST, RUNS

NO_RUN = "make one: `forecast run`, with --project DIR unless the project is the folder you are in"
SOME_RUNS = "`forecast runs list` shows them; `forecast run` makes a new one"


def listed(out: Path) -> tuple[Path, ...]:
    """Folders of all published runs, oldest first."""
    runs = out / RUNS
    if not runs.is_dir():
        return ()
    return tuple(sorted(path for path in runs.iterdir() if path.is_dir() and not path.name.startswith(HIDDEN)))


def found(out: Path, name: str = LATEST) -> Path:
    """The folder of a run by its id, or of the latest one; ``InputError`` with what there is."""
    if name == LATEST:
        pointer = out / LATEST
        folder = out / pointer.read_text("utf-8").strip() if pointer.is_file() else None
    else:
        folder = out / RUNS / name if "/" not in name and "\\" not in name and name not in (".", "..") else None
    if folder is None or not (folder / "manifest.json").is_file():
        there = ", ".join(path.name for path in listed(out))
        if not there:
            raise InputError.one(str(out), "a published run", "none yet", NO_RUN)
        raise InputError.one(f"run {name} in {out}", f"one of: {there}", "no such run", SOME_RUNS)
    return folder


def manifest(folder: Path) -> dict[str, Any]:
    """What a run says of itself."""
    content: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
    return content


def table(folder: Path, name: str) -> pd.DataFrame:
    """One table of a run as a frame."""
    path = folder / f"{name}.parquet"
    if not path.is_file():
        there = ", ".join(sorted(item.stem for item in folder.glob("*.parquet")))
        raise InputError.one(f"table {name} of {folder.name}", f"one of: {there}", "no such table")
    return pd.read_parquet(path)
