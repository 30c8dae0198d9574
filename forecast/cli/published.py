"""What ``forecast runs`` reads from published runs."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from forecast.errors import InputError
from forecast.run.runs import manifest, table
from forecast.tables.near import did_you_mean, in_words

STAMP = "%Y%m%dT%H%M%SZ"
"""How the name of a run begins: the moment it was made, in UTC."""


@dataclass(frozen=True, slots=True)
class Output:
    """One table of a run."""

    table: str
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class Described:
    """A run as its manifest and its data dictionary tell it."""

    path: str
    run: str
    when: str
    bytes: int
    scenarios: tuple[str, ...]
    inputs: str
    versions: dict[str, str]
    seconds: dict[str, float]
    digest: str
    outputs: tuple[Output, ...]


def described(folder: Path) -> Described:
    """What a run is; ``InputError`` where its manifest cannot be read."""
    try:
        says = manifest(folder)
        listed = json.loads((folder / "datapackage.json").read_text("utf-8"))["resources"]
        outputs = tuple(Output(item["name"], item["rows"], len(item["schema"]["fields"])) for item in listed)
        return Described(
            str(folder.resolve()),
            folder.name,
            _when(folder.name),
            sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
            tuple(says["scenarios"]),
            f"{len(says['inputs'])} files, digest {says['digest'][:12]}",
            dict(says["versions"]),
            dict(says["seconds"]),
            says["digest"],
            outputs,
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        found = f"{type(error).__name__}: {error}"
        raise InputError.one(
            str(folder), "a run with manifest.json and datapackage.json", found, "remove the folder, and run again"
        ) from None


def _when(name: str) -> str:
    try:
        moment = dt.datetime.strptime(name.partition("-")[0], STAMP).replace(tzinfo=dt.UTC)
    except ValueError:
        return ""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def chosen(folder: Path, name: str, filters: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """Rows of a table of a run that pass every filter; ``InputError`` for a filter that the table does not know."""
    frame = table(folder, name)
    for column, wanted in filters.items():
        if not wanted:
            continue
        if column not in frame:
            raise InputError.one(
                f"--{column}",
                f"a column of the table {name} ({in_words(map(str, frame.columns), 30)})",
                column,
                f"leave --{column} out",
            )
        frame = frame[_matching(frame, name, column, [str(item) for item in wanted])]
    return frame


def _matching(frame: pd.DataFrame, name: str, column: str, wanted: list[str]) -> pd.Series[bool]:
    beside = ("area", "area_name") if column == "area" else (column,)
    texts = [frame[item].astype(str) for item in beside if item in frame]
    known = list(dict.fromkeys(str(word) for text in texts for word in text.unique()))
    for item in wanted:
        if item not in known:
            raise InputError.one(
                f"--{column}", f"one of {in_words(known, 24)} of the table {name}", item, did_you_mean(item, known)
            )
    found = texts[0].isin(wanted)
    for text in texts[1:]:
        found |= text.isin(wanted)
    return found
