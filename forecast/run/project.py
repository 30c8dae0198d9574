"""``run``: a project and its scenarios to a published run."""

from __future__ import annotations

import datetime as dt
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

import forecast
from forecast.errors import InputError
from forecast.project.load import scenario_names
from forecast.run import notes
from forecast.run.columns import joined
from forecast.run.datapackage import datapackage
from forecast.run.digest import of_file, of_inputs, of_texts
from forecast.run.frames import supply, tables
from forecast.run.hindsight import hindsight
from forecast.run.inputs import Frames
from forecast.run.model import Desk, Result, compute
from forecast.run.publish import locked, publish, unused, write_json
from forecast.tables.project_tables import read_tables
from forecast.tables.write import write_parquet

SCHEMA_VERSION = "1"
WRITERS = 2
"""Tables compressed at the same time."""
LIBRARIES = ("numpy", "scipy", "pandas", "pyarrow", "statsmodels", "numba", "pydantic")
Notice = Callable[[str, int, int], None]
Finish = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Run:
    """A published run."""

    folder: Path
    scenarios: tuple[str, ...]
    seconds: Mapping[str, float]


def run(
    project: Path,
    out: Path,
    scenarios: Sequence[str] = (),
    *,
    notice: Notice | None = None,
    finish: Finish | None = None,
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> Run:
    """Compute a project under scenarios (all of them by default) and publish the run under ``out``.

    notice  is told what is being done, and how much of it is done
    finish  adds files made from the finished tables, such as a report, before the run appears
    Raises ``InputError`` for wrong input, ``BalanceError`` if law 6 breaks, ``RunLocked`` if another process writes
    there; in all three nothing is published and the last run stays.
    """
    names = _chosen(project, scenarios)
    with locked(out):
        return _run(project, out, names, _Teller(notice, len(names) + 3), finish, clock)


def _run(
    project: Path,
    out: Path,
    names: tuple[str, ...],
    tell: _Teller,
    finish: Finish | None,
    clock: Callable[[], dt.datetime],
) -> Run:
    started = time.perf_counter()
    tell("reading")
    frames = read_tables(project)
    read = time.perf_counter()
    results, desk = [], Desk(frames)
    for name in names:
        tell(name)
        results.append(compute(project, desk, name))
    computed = time.perf_counter()
    inputs = of_inputs(project, tuple(sorted({file for result in results for file in result.scenario.chain})))
    digest = of_texts({**inputs, "version": forecast.__version__, "scenarios": " ".join(names)})
    run_id = unused(out, f"{clock():%Y%m%dT%H%M%SZ}-{digest[:8]}")
    seconds = {"read": read - started, "compute": computed - read}

    def build(folder: Path) -> None:
        tell("writing")
        outputs = write_tables(folder, results, frames)
        seconds["write"] = time.perf_counter() - computed
        write_json(folder / "datapackage.json", datapackage(folder, results[0].models.project.project.name, digest))
        write_json(folder / "manifest.json", _manifest(results, inputs, outputs, digest, run_id, seconds))
        tell("report")
        if finish is not None:
            finish(folder)

    folder = publish(out, run_id, build)
    tell("done")
    return Run(folder, names, seconds)


class _Teller:
    """Counts the steps of a run for whoever listens."""

    def __init__(self, notice: Notice | None, steps: int) -> None:
        self.notice, self.steps, self.done = notice, steps, 0

    def __call__(self, what: str) -> None:
        if self.notice is not None:
            self.notice(what, self.done, self.steps)
        self.done += 1


def _chosen(project: Path, scenarios: Sequence[str]) -> tuple[str, ...]:
    known = scenario_names(project)
    if not known:
        raise InputError.one(
            f"{project}/models/scenarios",
            "a scenario file",
            "none",
            "go to a project folder, or `forecast init DIR --from harbin`",
        )
    return tuple(dict.fromkeys(scenarios)) if scenarios else known


def write_tables(folder: Path, results: Sequence[Result], frames: Frames) -> dict[str, str]:
    """One Parquet file a concept over all scenarios; returns the digest of each file."""
    first = results[0]
    by_scenario = [tables(result, frames) for result in results]
    makers: dict[str, Callable[[], pd.DataFrame | pa.Table]] = {}
    for name in by_scenario[0]:
        makers[name] = partial(_over_scenarios, [made[name] for made in by_scenario])
    makers["overrides"] = lambda: pd.concat([notes.overrides(result) for result in results], ignore_index=True)
    makers["assumptions"] = lambda: pd.concat([notes.assumptions(result) for result in results], ignore_index=True)
    makers["supply"] = lambda: supply(frames, (*first.areas, first.parents[0]))
    makers["scores"] = lambda: hindsight(first, frames).table()
    makers["sources"] = lambda: notes.sources(frames)
    with ThreadPoolExecutor(WRITERS) as pool:
        return dict(pool.map(partial(_write_one, folder), makers.items()))


def _write_one(folder: Path, named: tuple[str, Callable[[], pd.DataFrame | pa.Table]]) -> tuple[str, str]:
    name, make = named
    path = folder / f"{name}.parquet"
    write_parquet(make(), path, metadata={"schema_version": SCHEMA_VERSION, "table": name, "concept": "resident"})
    return path.name, of_file(path)


def _over_scenarios(makers: Sequence[Callable[[], pa.Table]]) -> pa.Table:
    return joined([make() for make in makers])


def _manifest(
    results: Sequence[Result],
    inputs: Mapping[str, str],
    outputs: Mapping[str, str],
    digest: str,
    run_id: str,
    seconds: Mapping[str, float],
) -> dict[str, Any]:
    return {
        "run": run_id,
        "schema_version": SCHEMA_VERSION,
        "concept": "resident",
        "digest": digest,
        "inputs": dict(inputs),
        "outputs": dict(outputs),
        "scenarios": {
            item.scenario.head.name: {
                "files": list(item.scenario.chain),
                "why": item.scenario.head.why,
                "why_zh": item.scenario.head.why_zh or item.scenario.head.why,
                "title_zh": item.scenario.head.title_zh,
                "title_en": item.scenario.head.title_en,
                "spec": item.models.model_dump(mode="json", by_alias=True),
            }
            for item in results
        },
        "areas": [
            {"area": area.code, "name_zh": area.name_zh, "name_en": area.name_en, "level": area.level}
            for area in (*results[0].areas, *results[0].parents)
        ],
        "seed": None,
        "status": {
            "observed": results[0].people.years[0],
            "nowcast_until": results[0].people.nowcast_until,
            "born_until": results[0].born_until,
        },
        "versions": {"laoyou": forecast.__version__, "python": platform.python_version(), **_versions()},
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
    }


def _versions() -> dict[str, str]:
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found
