"""What ``forecast backtest`` does: panels found, studied, written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from forecast.backtest.folder import people_panel
from forecast.backtest.own import project_panel
from forecast.backtest.panel import PeoplePanel
from forecast.backtest.published import publish
from forecast.backtest.pupils import pupil_panel
from forecast.backtest.rolling import Notice
from forecast.backtest.small import rolled_small, uses
from forecast.backtest.study import SET_RIGHT, AnyPanel, Study, study, verdicts
from forecast.demography.conditions import noise_of
from forecast.demography.noise import Noise
from forecast.errors import InputError
from forecast.project.load import load_models, load_scenario, some_scenarios
from forecast.report.horizons import write_page
from forecast.run.hindsight import DRAWN, Hindsight, hindsight
from forecast.run.inputs import project_areas
from forecast.run.model import Desk, computed
from forecast.tables.project_tables import read_tables

LAYOUT = (
    "a population*.parquet (year, area, age, [sex], pop), pupils_by_year_group.parquet or enrolment_by_grade.parquet"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A published back-test.

    verdicts  for each set, group and horizon: errors of the engine and of the best plain method, and which to use
    coverage  of 80 % intervals, every group and horizon together, by set
    left_out  areas of a set that could not be scored, by set
    small     for each set with areas below 5,000 people and for 5 and 10 years: what to use there
    """

    folder: Path
    names: tuple[str, ...]
    verdicts: pd.DataFrame
    coverage: pd.DataFrame
    left_out: dict[str, tuple[str, ...]] = field(default_factory=dict)
    small: pd.DataFrame = field(default_factory=pd.DataFrame)


def backtested(project: Path, out: Path, sets: Sequence[Path], origins: Sequence[int], notice: Notice) -> Found:
    """Study the sets, or the project's own history where none is named; ``InputError`` where nothing can be scored."""
    overlay = load_scenario(project, some_scenarios(project)[0])
    models = load_models(project, overlay)
    noise = noise_of(models.uncertainty)
    if sets:
        return _studied([_panel(folder) for folder in sets], noise, origins, out, notice)
    desk = Desk(read_tables(project))
    areas = tuple(area.code for area in project_areas(desk.frames, models))
    own = project_panel(desk.frames["population"], areas, models.project.project.name)
    if own is not None:
        return _studied([own], noise, origins, out, notice)
    if origins:
        found = "two censuses only"
        raise InputError.one(
            "--origin", "a project with yearly stocks by age", found, "leave --origin out, or name a --set"
        )
    return _once(hindsight(computed(desk, overlay, models), desk.frames), models.project.project.name, out)


def _panel(folder: Path) -> AnyPanel:
    if not folder.is_dir():
        raise InputError.one(f"--set {folder}", "a folder", "no such folder")
    panel = pupil_panel(folder) or people_panel(folder)
    if panel is None:
        raise InputError.one(f"--set {folder}", LAYOUT, "none of them with whole single years or five-year groups")
    return panel


def _studied(panels: Sequence[AnyPanel], noise: Noise, origins: Sequence[int], out: Path, notice: Notice) -> Found:
    studies = [study(panel, noise, {}, _within(panel, origins), notice) for panel in panels]
    scores = pd.concat([item.scores() for item in studies], ignore_index=True)
    coverage = pd.concat([item.coverage() for item in studies], ignore_index=True)
    told = pd.concat(
        [verdicts(scores[scores["set"] == item.panel.name], item.engine) for item in studies], ignore_index=True
    )
    tables = {
        "scores": scores,
        "coverage": coverage,
        "verdicts": told,
        "forecasts": pd.concat([item.errors() for item in studies], ignore_index=True),
        "choices": pd.concat([item.chosen() for item in studies], ignore_index=True),
    }
    small = _small(studies, notice)
    if len(small):
        tables["small_areas"] = small
    names = tuple(item.panel.name for item in studies)
    left = {panel.name: panel.left_out for panel in panels if panel.left_out}
    return replace(_published(tables, names, told, _whole(coverage), out), left_out=left, small=small)


def _small(studies: Sequence[Study], notice: Notice) -> pd.DataFrame:
    """What to use in areas below 5,000 people; empty, and nothing more run, where no set holds any."""
    people = [(item.panel, item.rolled) for item in studies if isinstance(item.panel, PeoplePanel)]
    found = [rolled_small(panel, known, notice) for panel, known in people]
    return uses([rolled for rolled in found if rolled is not None])


def _within(panel: AnyPanel, origins: Sequence[int]) -> tuple[int, ...]:
    """The origins asked for; each needs a past and a future in the panel."""
    for origin in origins:
        if origin not in panel.years[1:-1]:
            known = f"a year from {panel.years[1]} to {panel.years[-2]}"
            raise InputError.one("--origin", f"{known} of {panel.name}", str(origin))
    return tuple(sorted(set(origins)))


def _once(past: Hindsight, name: str, out: Path) -> Found:
    """Two censuses: one origin, the table of the run's hindsight."""
    errors = past.summary()
    ours = errors[errors["engine"] == DRAWN].set_index("group")
    plain = errors[errors["engine"] != DRAWN].sort_values("mape", kind="stable").drop_duplicates("group")
    best = plain.set_index("group").loc[ours.index]
    use = ours["mape"] <= best["mape"]
    told = pd.DataFrame(
        {
            "set": name,
            "group": ours.index,
            "horizon": past.target - past.origin,
            "measure": "MAPE",
            "error": ours["mape"].to_numpy(),
            "best_plain": best["engine"].to_numpy(),
            "best_plain_error": best["mape"].to_numpy(),
            "use": [DRAWN if fine else other for fine, other in zip(use, best["engine"], strict=True)],
        }
    )
    covered = past.covered()
    mean = sum(covered.values()) / len(covered)
    coverage = pd.DataFrame([{"set": name, "nominal": 80, "covered": mean, "cases": len(covered) * len(past.areas)}])
    tables = {"scores": errors, "forecasts": past.table(), "verdicts": told, "coverage": coverage}
    return _published(tables, (name,), told, coverage, out)


def _whole(coverage: pd.DataFrame) -> pd.DataFrame:
    """Rows of 80 % intervals over every group and horizon, as they are published."""
    all_of = (coverage["group"] == "all") & (coverage["horizons"] == "all")
    return coverage[all_of & (coverage["nominal"] == 80) & (coverage["intervals"] == SET_RIGHT)]


def _published(
    tables: dict[str, pd.DataFrame], names: tuple[str, ...], told: pd.DataFrame, coverage: pd.DataFrame, out: Path
) -> Found:
    moment = dt.datetime.now(dt.UTC)

    def finish(folder: Path) -> None:
        if "size" in tables["scores"]:
            write_page(folder, tables["scores"])

    folder = publish(out, tables, {"sets": list(names)}, finish, moment)
    return Found(folder, names, told, coverage)
