"""One project under one scenario, computed: people, flows, demand. No file is written here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np
from pydantic import BaseModel

from forecast.axes import Floats
from forecast.demography.conditions import Systems, build, student_rule
from forecast.demography.engine import Forecast, Override
from forecast.demography.evidence import Evidence
from forecast.demography.ground import Ground, lay
from forecast.demography.residence import Residence
from forecast.errors import Fault, InputError
from forecast.project.eldercare import Reasoned
from forecast.project.load import Scenario, load_models, load_scenario
from forecast.project.parts import Assumption
from forecast.project.regression import PriorSpec, SubsidySpec
from forecast.project.spec import Models
from forecast.run.control_inputs import gone_by, in_todays_areas
from forecast.run.horizon import check_horizon
from forecast.run.inputs import Area, Frames, areas_of, check_tables, evidence_of, project_areas
from forecast.run.provision import facts_of, under_scenario
from forecast.run.registered import registered_people, residence_of
from forecast.run.teacher_inputs import teacher_stock
from forecast.services.facts import Facts
from forecast.services.people import People
from forecast.services.plan import Demand, Place, services
from forecast.services.series import Service
from forecast.services.staff.teachers import TeacherStock

K = TypeVar("K", bound=BaseModel)
EARLIER = "begin earlier, or take a later horizon in models/project.toml"


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """A computed scenario.

    areas     the districts and counties, in the order of every array
    parents   city, province, nation
    people, province, nation  as the services see them: districts and parents
    services  what can be explained, by name;  demand  the same computed
    residence residents and registered people, None where the register is not known
    teachers  a stock carried on, None where no teachers were counted
    """

    scenario: Scenario
    models: Models
    evidence: Evidence
    areas: tuple[Area, ...]
    parents: tuple[Area, Area, Area]
    systems: Systems
    people: People
    province: People
    nation: People
    facts: Facts
    services: Mapping[str, Demand]
    demand: Mapping[str, Service]
    residence: Residence | None
    teachers: TeacherStock | None

    @property
    def born_until(self) -> int:
        """The last year whose births are on record."""
        return self.models.project.time.born_until

    def nowcast_until(self, code: str) -> int:
        """The last year whose total is on record for a place."""
        return max(self.evidence.totals.get(code, {}), default=self.people.years[0])


@dataclass(slots=True, eq=False)
class Desk:
    """The tables of a project, and what several scenarios share, worked out once."""

    frames: Frames
    grounds: dict[tuple[object, ...], Ground] = field(default_factory=dict)
    facts: Facts | None = None
    moved: tuple[Override, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Whatever is read from the tables is in today's areas from here on."""
        self.frames, self.moved = in_todays_areas(self.frames)

    def ground(self, models: Models) -> Ground:
        """The ground under the parts of the specs that shape it."""
        births, national = models.births, models.ageing.national
        key = (
            models.project,
            births.launch,
            births.model.engine,
            births.orders.schedule,
            births.path.fitted_on,
            births.sex_ratio,
            models.ageing.shift,
            models.ageing.areas.engine,
            models.movement.students,
            models.movement.model.engine,
            models.movement.housing is None,
            models.movement.residence,
            national.rates,
            national.last_period,
            national.e0_first,
            national.e0_last,
        )
        if key not in self.grounds:
            evidence = evidence_of(self.frames, models, self.moved)
            self.grounds[key] = lay(evidence, student_rule(evidence.areas, models.movement))
        return self.grounds[key]

    def provision(self) -> Facts:
        """Standards, enrolment, supply and care need."""
        if self.facts is None:
            self.facts = facts_of(self.frames)
        return self.facts


def compute(project: Path, frames: Frames | Desk, scenario: str) -> Result:
    """Read the models under a scenario and compute everything; all that is wrong with the input raises ``InputError``.

    Give the same ``Desk`` to several scenarios to share what they have in common.
    """
    overlay = load_scenario(project, scenario)
    return computed(frames if isinstance(frames, Desk) else Desk(frames), overlay, load_models(project, overlay))


def computed(desk: Desk, overlay: Scenario, models: Models) -> Result:
    """What ``compute`` gives, from models that have been read already."""
    check_tables(desk.frames)
    check_names(models, desk.frames)
    facts = under_scenario(desk.provision(), models)
    check_horizon(models, facts)
    ground = desk.ground(models)
    evidence = ground.evidence
    areas = project_areas(desk.frames, models)
    known = areas_of(desk.frames)
    head = models.project.project
    parents = (known[head.city], known[head.province], known[head.nation])
    systems = build(ground, models)
    born = models.project.time.born_until

    def seen(system: str, apart: Floats | None = None, registered: Floats | None = None) -> People:
        forecast: Forecast = getattr(systems, system)
        last = max(evidence.totals.get(evidence.place(system), {}), default=forecast.years[0])
        births = births_by_year(systems, system)
        return People(forecast.areas, forecast.years, forecast.people, births, born, last, apart, registered)

    residence = residence_of(evidence.register, systems)
    people = seen("districts", systems.students, registered_people(residence))
    province, nation = seen("province"), seen("nation")
    places = tuple(Place(area.code, area.level) for area in areas)
    plan = services(models, facts, places, people, province, nation)
    demand = {name: service.demand() for name, service in plan.items()}
    found = (areas, parents, systems, people, province, nation, facts, plan, demand)
    stock = teacher_stock(desk.frames, models.teachers, people.areas, people.years, demand)
    return Result(overlay, models, evidence, *found, residence, stock)


def births_by_year(systems: Systems, system: str) -> np.ndarray:
    """Births (year, area), the launch year by indirect standardisation."""
    forecast: Forecast = getattr(systems, system)
    launch = systems.launches[system][1].births
    return np.concatenate([launch[None], forecast.accounts.births.sum(axis=-1)])


def assumptions_in(models: Models) -> list[tuple[str, Assumption]]:
    """Every assumption of the specs with its key, file by file."""
    return _all_of(Assumption, models)


def _all_of(kind: type[K], models: Models) -> list[tuple[str, K]]:
    """Every part of the specs that is of a kind, with its key."""
    found: list[tuple[str, K]] = []

    def walk(node: object, path: str) -> None:
        if isinstance(node, kind):
            found.append((path, node))
        elif isinstance(node, BaseModel):
            for name in type(node).model_fields:
                walk(getattr(node, name), f"{path}.{name}" if path else name)
        elif isinstance(node, Mapping):
            for name, value in node.items():
                walk(value, f"{path}.{name}")

    walk(models, "")
    return found


def check_names(models: Models, frames: Frames) -> None:
    """Every source and every area that a model file names must stand in its table (law 14)."""
    sources = set(frames["sources"]["source"])
    named = [(key, item.source) for key, item in assumptions_in(models)]
    named += [(key, item.source) for key, item in _all_of(PriorSpec, models)]
    named += [(key, item.source) for key, item in _all_of(Reasoned, models)]
    named += [(key, item.source) for key, item in _all_of(SubsidySpec, models)]
    named += [
        (f"standards.change.{name}", step.source) for name, steps in models.standards.change.items() for step in steps
    ]
    named += [(f"policy {name}", policy.source) for name, policy in models.births.policy.items()]
    named += [
        ("movement.students", models.movement.students.source),
        ("school.structure", models.school.structure.source),
        ("teachers.redeployment.may_teach", models.teachers.redeployment.may_teach.source),
    ]
    faults = [
        Fault(f"models, key {key}", "a source of data/sources.csv", source, "add the source, or correct the id")
        for key, source in named
        if source not in sources
    ]
    areas = {area.code for area in project_areas(frames, models)}
    students = models.movement.students
    codes = [("models/movement.toml, key students.campus", code) for code in students.campus]
    codes += [("models/movement.toml, key students.plain", code) for code in students.plain]
    codes += [("models/school.toml, key structure.by_area", code) for code in models.school.structure.by_area]
    if models.nursery.mixed is not None:
        codes += [("models/nursery.toml, key mixed.by_area", code) for code in models.nursery.mixed.by_area]
    horizon = models.project.time.horizon
    faults += [
        Fault(f"policy {name}, key onset", f"a year up to the horizon, {horizon}", str(policy.onset), EARLIER)
        for name, policy in models.births.policy.items()
        if policy.onset > horizon
    ]
    strange = [(key, code) for key, code in codes if code not in areas]
    gone = gone_by(frames) if strange else {}
    faults += [_no_area(key, code, gone.get(code)) for key, code in strange]
    if faults:
        raise InputError(faults)


def _no_area(key: str, code: str, row: str | None) -> Fault:
    """A code that a model file names and no area has; ``row``: where a change of boundaries dissolves it."""
    if row is None:
        return Fault(key, "the code of a district of the project", code, "correct the code")
    way_out = f"take {code} out of {key}, or correct the change"
    return Fault(row, f"a district that {key} does not name", f"{code}, which it dissolves", way_out)
