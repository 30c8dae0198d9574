"""``manifest.json``: what a run was made of."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import forecast
from forecast.project.load import Scenario
from forecast.project.spec import Models
from forecast.run.columns import concept_of
from forecast.run.inputs import Area
from forecast.run.writer import SCHEMA_VERSION

LIBRARIES = ("numpy", "scipy", "pandas", "pyarrow", "statsmodels", "numba", "pydantic")


@dataclass(frozen=True, slots=True, eq=False)
class Computed:
    """What the manifest keeps of a scenario once its tables are written."""

    scenario: Scenario
    models: Models
    areas: tuple[Area, ...]
    launch: int
    nowcast_until: int


def manifest(
    computed: Sequence[Computed],
    inputs: Mapping[str, str],
    outputs: Mapping[str, str],
    digest: str,
    run_id: str,
    seconds: Mapping[str, float],
) -> dict[str, Any]:
    """Specs, seeds, digests of inputs and outputs, what is observed and born, versions, durations."""
    first = computed[0]
    return {
        "run": run_id,
        "schema_version": SCHEMA_VERSION,
        "concept": {name: concept_of(Path(name).stem) for name in sorted(outputs)},
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
                "seed": item.models.uncertainty.draws.seed,
                "trajectories": item.models.uncertainty.draws.trajectories,
                "spec": item.models.model_dump(mode="json", by_alias=True),
            }
            for item in computed
        },
        "areas": [
            {"area": area.code, "name_zh": area.name_zh, "name_en": area.name_en, "level": area.level}
            for area in first.areas
        ],
        "status": {
            "observed": first.launch,
            "nowcast_until": first.nowcast_until,
            "born_until": first.models.project.time.born_until,
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
