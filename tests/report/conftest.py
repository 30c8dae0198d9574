"""A run of the bundled project, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from forecast.run.project import Drawing, run


@pytest.fixture(scope="session")
def harbin_run(harbin: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of two scenarios, with few trajectories."""
    return run(harbin, tmp_path_factory.mktemp("out"), ("baseline", "low-fertility"), drawing=Drawing(count=40)).folder
