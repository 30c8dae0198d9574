"""Where nobody counted the children that women have: rates by order for all women alike, and everything else works."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result

Call = Callable[..., Result]


def without_children(project: Path) -> None:
    """The indicator of children ever born taken out of every table."""
    for path in sorted((project / "data").rglob("indicators*.csv")):
        lines = path.read_text("utf-8").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if "mean_children_ever_born" not in line), "utf-8")


def by_incidence(project: Path) -> None:
    path = project / "models" / "births.toml"
    path.write_text(path.read_text("utf-8").replace('engine = "parity"', 'engine = "incidence"'), "utf-8")


def test_what_is_missing_is_named_with_the_way_out(project: Path, refuse: Callable[..., str]) -> None:
    without_children(project)
    refuse(("run", "--no-report"), "mean_children_ever_born_women_15_64", 'model.engine = "incidence"')


def test_a_run_by_incidence(project: Path, forecast: Call) -> None:
    without_children(project)
    by_incidence(project)
    scenarios = ("--scenario", "baseline", "--scenario", "three-child-strong")
    done = forecast("run", "--project", project, *scenarios, "--trajectories", "10", "--quiet")
    assert done.exit_code == 0, done.output
    run = Path(done.stdout.strip())
    births = pd.read_parquet(run / "births.parquet").groupby(["scenario", "year", "part"], observed=True)["point"].sum()
    assert sum(births["baseline"][:, part] for part in ("1", "2", "3+")).to_numpy() == pytest.approx(
        births["baseline"][:, "all"].to_numpy()
    )
    assert births["three-child-strong"][2026, "3+"] == pytest.approx(1.27 * births["baseline"][2026, "3+"])
    assert not (run / "parity.parquet").exists()
    fertility = pd.read_parquet(run / "fertility.parquet")
    assert fertility.loc[fertility["measure"] == "progression", "point"].isna().all()
    told = forecast("explain", "--project", project, "--area", "230102", "--births", "--year", 2030, "--lang", "en")
    assert told.exit_code == 0, told.output
    assert "women with 0" not in told.stdout
