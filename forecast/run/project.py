"""``run``: a project and its scenarios to a published run."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import forecast
from forecast.demography.noise import Draws
from forecast.project.load import Scenario, load_models, load_scenario, some_scenarios
from forecast.project.spec import Models
from forecast.project.uncertainty import TrajectorySpec
from forecast.run import notes
from forecast.run.census_checks import DWELLINGS
from forecast.run.datapackage import datapackage
from forecast.run.differences import Pair, Side, differences
from forecast.run.digest import of_inputs, of_texts
from forecast.run.frames import coverage, draws, supply, tables
from forecast.run.hindsight import hindsight
from forecast.run.inputs import Frames
from forecast.run.manifest import Computed, manifest
from forecast.run.model import Desk, Result, computed
from forecast.run.mortality_frames import mortality
from forecast.run.movement_study import findings
from forecast.run.provision import capacities
from forecast.run.publish import RUNS, locked, publish, unused, write_json
from forecast.run.pupil_frames import pupil_remarks
from forecast.run.trajectories import Drawn, drawn
from forecast.run.unused_provision import standard_remarks
from forecast.run.writer import TableWriter
from forecast.tables.project_tables import read_tables

Notice = Callable[[str, float, int, int], None]
"""What is being done, how much of how much is done, and how many trajectories of areas have been worked out."""
READING, SCENARIO, WRITING, REPORT = 1, 10, 1, 4
"""About how long the parts of a run take beside one another."""
EVERY = "all"
"""Stands for every scenario of the project."""
Finish = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is asked of the trajectories beside what the models state.

    count, seed  in place of the stated ones;  keep  publish births by order and main figures on every trajectory
    """

    count: int | None = None
    seed: int | None = None
    keep: bool = False

    def into(self, models: Models) -> Models:
        """The models with what was asked for."""
        asked = {"trajectories": self.count, "seed": self.seed}
        given = {name: value for name, value in asked.items() if value is not None}
        if not given:
            return models
        stated = models.uncertainty.draws
        spec = TrajectorySpec.model_validate({**stated.model_dump(), **given})
        return models.model_copy(update={"uncertainty": models.uncertainty.model_copy(update={"draws": spec})})


AS_STATED = Drawing()


@dataclass(frozen=True, slots=True)
class Run:
    """A published run; remarks: what was asked for in vain."""

    folder: Path
    scenarios: tuple[str, ...]
    seconds: Mapping[str, float]
    remarks: tuple[str, ...] = ()


def run(
    project: Path,
    out: Path,
    scenarios: Sequence[str] = (),
    *,
    drawing: Drawing = AS_STATED,
    notice: Notice | None = None,
    finish: Finish | None = None,
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> Run:
    """Compute a project under scenarios (all of them by default) and publish the run under ``out``.

    drawing how many trajectories, from which seed, and whether to keep them; by default as the models state
    notice  is told what is being done, and how much of the whole is done
    finish  adds files made from the finished tables, such as a report, before the run appears
    Raises ``InputError`` for wrong input, ``BalanceError`` if law 6 breaks, ``RunLocked`` if another process writes
    there; in all three nothing is published and the last run stays.
    """
    names = _chosen(project, scenarios)
    with locked(out):
        return _run(project, out, names, drawing, _Teller(notice, len(names)), finish, clock)


def _run(
    project: Path,
    out: Path,
    names: tuple[str, ...],
    drawing: Drawing,
    tell: _Teller,
    finish: Finish | None,
    clock: Callable[[], dt.datetime],
) -> Run:
    started = time.perf_counter()
    tell("reading", READING)
    frames = read_tables(project)
    seconds = {"read": time.perf_counter() - started}
    overlays = [load_scenario(project, name) for name in names]
    loaded = [(overlay, drawing.into(load_models(project, overlay))) for overlay in overlays]
    files = {file for overlay in overlays for file in overlay.chain}
    inputs = of_inputs(project, tuple(sorted(files)))
    asked = {"scenarios": " ".join(names), "drawing": str(drawing)}
    digest = of_texts({**inputs, "version": forecast.__version__, **asked})
    run_id = unused(out / RUNS, f"{clock():%Y%m%dT%H%M%SZ}-{digest[:8]}")

    remarks: list[str] = []

    def build(folder: Path) -> None:
        begun = time.perf_counter()
        kept, outputs, said = _tables(folder, loaded, Desk(frames), drawing, tell)
        remarks.extend(said)
        seconds["compute_and_write"] = time.perf_counter() - begun
        write_json(folder / "datapackage.json", datapackage(folder, kept[0].models.project.project.name, digest))
        write_json(folder / "manifest.json", manifest(kept, inputs, outputs, digest, run_id, seconds))
        tell("report", REPORT)
        if finish is not None:
            finish(folder)

    folder = publish(out, run_id, build)
    tell("done", 0)
    return Run(folder, names, seconds, tuple(remarks))


def _tables(
    folder: Path, loaded: Sequence[tuple[Scenario, Models]], desk: Desk, drawing: Drawing, tell: _Teller
) -> tuple[list[Computed], dict[str, str], list[str]]:
    """Compute scenario after scenario, each table written while the next is computed; digests by file, remarks."""
    kept: list[Computed] = []
    remarks: list[str] = []
    base: Side | None = None
    with TableWriter(folder) as writer:
        for overlay, models in loaded:
            tell(overlay.head.name, SCENARIO)
            result = computed(desk, overlay, models)
            seen = trajectories(result, desk.frames, tell.within)
            for table, make in tables(result, desk.frames, seen).items():
                writer.add(table, make)
            if seen is not None and drawing.keep:
                writer.add("draws", partial(draws, result, seen))
            side = Side(result, None, {}) if seen is None else Side(result, seen.draws, seen.kept)
            base = base or side
            if base is not side:
                writer.add("differences", partial(differences, Pair(base, side)))
            unheard = notes.without_effect(result, base.result)
            crowded = [item for item in result.evidence.notes if item.measure == DWELLINGS and base is side]
            remarks += notes.remarks(result, [*unheard, *crowded])
            remarks += pupil_remarks(result) if base is side else []
            remarks += standard_remarks(result) if base is side else []
            writer.add("overrides", partial(notes.overrides, result, unheard))
            writer.add("assumptions", partial(notes.assumptions, result, desk.frames))
            if not kept:
                places = (*result.areas, *result.parents)
                writer.add("supply", partial(supply, desk.frames, (*result.areas, result.parents[0])))
                past = hindsight(result, desk.frames)
                writer.add("scores", past.table)
                writer.add("coverage", partial(coverage, desk.frames, past, result.models.project.project.name))
                writer.add("sources", partial(notes.sources, desk.frames))
                writer.add("findings", partial(findings, result, desk.frames))
                writer.add("mortality", partial(mortality, result, desk.frames))
            people = result.people
            kept.append(Computed(result.scenario, result.models, places, people.years[0], people.nowcast_until))
        tell("writing", WRITING)
        return kept, writer.finish(), remarks


def trajectories(result: Result, frames: Frames, within: Callable[[int, int, int], None] | None = None) -> Drawn | None:
    """The trajectories of a scenario summed up; None where none are asked for.

    within  is told how many areas of how many are done, and how many trajectories each has
    """
    asked = draws_of(result)
    if asked is None:
        return None

    def done(areas: int) -> None:
        if within is not None:
            within(areas, len(result.areas), len(asked.numbers))

    return drawn(result, result.systems.sample(asked), capacities(frames), done=done)


def draws_of(result: Result) -> Draws | None:
    """The trajectories that the models ask for; None where they ask for none."""
    spec = result.models.uncertainty.draws
    return Draws(spec.seed, range(spec.trajectories), result.parents[0].code) if spec.trajectories else None


class _Teller:
    """Counts the steps of a run for whoever listens."""

    def __init__(self, notice: Notice | None, scenarios: int) -> None:
        self.notice, self.steps = notice, READING + SCENARIO * scenarios + WRITING + REPORT
        self.what, self.done, self.ahead, self.courses = "", 0, 0, 0

    def __call__(self, what: str, weight: int) -> None:
        """A part of the run begins that takes so many steps."""
        self.what, self.done, self.ahead = what, self.done + self.ahead, weight
        self._tell(0.0)

    def within(self, done: int, areas: int, each: int) -> None:
        """One more area of a scenario is done."""
        self.courses += each
        self._tell(self.ahead * done / areas)

    def _tell(self, more: float) -> None:
        if self.notice is not None:
            self.notice(self.what, self.done + more, self.steps, self.courses)


def _chosen(project: Path, scenarios: Sequence[str]) -> tuple[str, ...]:
    """The scenarios asked for, else those that the project names, else all; a scenario that is not there is a fault."""
    known = some_scenarios(project)
    if EVERY in scenarios:
        return known
    if scenarios:
        return tuple(dict.fromkeys(scenarios))
    return load_models(project, load_scenario(project, known[0])).project.run.scenarios or known
