"""A finished run opened for reading: its manifest, its areas, its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from forecast.errors import InputError
from forecast.run.runs import manifest, table
from forecast.tables.near import did_you_mean

BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class Place:
    """An area as a reader knows it."""

    code: str
    name_zh: str
    name_en: str
    level: str

    def name(self, lang: str) -> str:
        """Its name in a language."""
        return self.name_zh if lang == "zh" else self.name_en


@dataclass(frozen=True, slots=True)
class Opened:
    """A run, one of its scenarios chosen."""

    folder: Path
    manifest: Mapping[str, Any]
    scenario: str

    @property
    def entry(self) -> Mapping[str, Any]:
        """What the manifest says of the scenario: titles, why, merged spec."""
        found: Mapping[str, Any] = self.manifest["scenarios"][self.scenario]
        return found

    @property
    def city(self) -> str:
        """Code of the city."""
        return str(self.entry["spec"]["project"]["project"]["city"])

    @property
    def time(self) -> Mapping[str, Any]:
        """Census dates, horizon, last year of births on record, years to show."""
        found: Mapping[str, Any] = self.entry["spec"]["project"]["time"]
        return found

    @property
    def now(self) -> int:
        """The last year whose totals are on record (status nowcast)."""
        return int(self.manifest["status"]["nowcast_until"])

    def title(self, lang: str, scenario: str = "") -> str:
        """Title of a scenario, of the chosen one if none is named."""
        entry = self.manifest["scenarios"][scenario or self.scenario]
        return str(entry[f"title_{lang}"] or scenario or self.scenario)

    def why(self, lang: str, scenario: str = "") -> str:
        """Why a scenario is there; in English where the project says it in no other language."""
        entry = self.manifest["scenarios"][scenario or self.scenario]
        return str(entry.get(f"why_{lang}") or entry["why"])


def opened(folder: Path, scenario: str = BASELINE) -> Opened:
    """Open a published run; ``InputError`` if it is none or has no such scenario."""
    if not (folder / "manifest.json").is_file():
        raise InputError.one(
            str(folder),
            "the folder of a run, with a manifest.json",
            "none",
            "`forecast runs list` shows the runs there are",
        )
    content = manifest(folder)
    there = tuple(content["scenarios"])
    if scenario not in there:
        raise InputError.one(
            f"scenario of run {content['run']}", f"one of: {', '.join(there)}", scenario, did_you_mean(scenario, there)
        )
    return Opened(folder, content, scenario)


def first_scenario(folder: Path) -> str:
    """The scenario to show when none is named: the baseline, or the first one of a run without it."""
    there = tuple(manifest(folder)["scenarios"]) if (folder / "manifest.json").is_file() else ()
    return str(there[0]) if there and BASELINE not in there else BASELINE


def frame(
    run: Opened,
    name: str,
    columns: Sequence[str],
    *,
    where: Sequence[tuple[str, str, str]] | None = None,
    every: bool = False,
) -> pd.DataFrame:
    """Some columns of one table: of the chosen scenario, of the rows ``where``, or ``every`` row."""
    path = run.folder / f"{name}.parquet"
    if not path.is_file():
        return table(run.folder, name)
    only = None if every else list(where or [("scenario", "=", run.scenario)])
    found: pd.DataFrame = pq.read_table(path, columns=list(columns), filters=only).to_pandas()
    return found


def places(run: Opened, known: pd.DataFrame) -> tuple[Place, ...]:
    """The areas of a table in its own order, the city last."""
    first = known[["area", "area_name", "area_level"]].drop_duplicates("area")
    english = {str(row["area"]): str(row["name_en"]) for row in run.manifest.get("areas", ())}
    project = run.entry["spec"]["project"]["project"]
    english.setdefault(run.city, str(project["title_en"]))
    found = [
        Place(str(code), str(name), english.get(str(code), str(name)), str(level))
        for code, name, level in first.itertuples(index=False, name=None)
    ]
    return (*(item for item in found if item.code != run.city), *(item for item in found if item.code == run.city))
