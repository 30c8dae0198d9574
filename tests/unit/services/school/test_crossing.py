"""Where six years of primary school send to five, every stage has its own pupils."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.axes import AGES
from forecast.project.school import Stage
from forecast.services.facts import Facts
from forecast.services.people import People
from forecast.services.school.bands import Band
from forecast.services.school.counted import Attending, Counted
from forecast.services.school.course import SchoolCourse, school_course
from forecast.services.school.crossing import crossings
from forecast.services.school.enrolment import GrossEnrolment
from forecast.services.school.stage_plan import Span, StagePlan
from forecast.services.school.stages import StageDemand
from forecast.services.school.view import SchoolView
from forecast.services.uptake import Uptake

Level = Callable[..., People]
A, B = "230100", "230101"
RATE = GrossEnrolment(0.8, 80.0, 100.0, (6, 14), 2021, "230000", "derived", "made")
NINE = Band("compulsory", 6, {"primary": (6, 5), "junior": (3, 4)})
WAYS = (
    Attending(A, B, "primary", 2022, 0.05, None, "made"),
    Attending(B, A, "junior", 2022, 0.1, None, "made"),
    Attending(B, "", "junior", 2022, 0.2, None, "made"),
    Attending("", B, "primary", 2022, None, 40.0, "made"),
)


def course(people: People) -> SchoolCourse:
    services = ("primary", "junior")
    kinds, path = {name: (name,) for name in services}, Uptake({2021: 0.8}, 0.0, 1.0)
    return school_course(
        {"compulsory": NINE},
        kinds,
        dict.fromkeys(services, path),
        dict.fromkeys(services, RATE),
        Counted(attendance=WAYS),
        people,
    )


def stages(facts: Facts, people: People, view: SchoolView, areas: tuple[int, ...]) -> dict[str, StageDemand]:
    found = {}
    for name in NINE.services:
        spans = tuple(Span(6 + NINE.start(name, area), NINE.lengths[name][area]) for area in areas)
        spec = Stage.model_validate(
            {"service": name, "enrolment": (name,), "class_size": ("class",), "pupils_per_staff": "pupils"}
        )
        found[name] = StageDemand(StagePlan(spec, spans, (6, 14), "models/made.toml"), facts, people, view)
    return found


def test_by_hand(facts: Facts, level: Level) -> None:
    people = level(100.0, 200.0)
    found = stages(facts, people, SchoolView(course(people), people), (0, 1))
    users = {name: stage.demand().find("users").values[2] for name, stage in found.items()}
    # 6 x 80 of primary age in A, a twentieth of the sixth grade (4) attends junior school in B; and of the 160 of
    # twelve in B, first of junior there, a tenth attends the sixth grade of primary school in A
    assert users["primary"].tolist() == pytest.approx([480.0 - 4.0, 800.0 + 16.0])
    assert users["junior"][0] == pytest.approx(240.0 + 4.0)
    assert users["junior"][1] == pytest.approx(640.0 - 16.0)
    names = [(one.origin, one.home, one.there) for one in crossings(course(people), NINE)]
    assert names == [(0, ("primary", 5), ("junior", 0)), (1, ("junior", 0), ("primary", 4))]


def test_alike_structures_have_none(level: Level) -> None:
    assert not list(
        crossings(course(level(100.0, 200.0)), Band("compulsory", 6, {"primary": (5, 5), "junior": (4, 4)}))
    )


@settings(max_examples=15)
@given(st.integers(0, 500))
def test_every_stage_balances_and_nobody_is_lost(facts: Facts, level: Level, seed: int) -> None:
    base = level(100.0, 200.0)
    cells = np.random.default_rng(seed).uniform(20, 200, (5, 2, 2, AGES))
    people = People(base.areas, base.years, cells, base.births, 2022, 2023)
    found = stages(facts, people, SchoolView(course(people), people), (0, 1))
    for stage in found.values():
        service = stage.demand()
        users, out, come, there = (
            service.find(name).values.sum(axis=1) for name in ("users", "pupils-out", "pupils-in", "pupils-attending")
        )
        assert users - out + come == pytest.approx(there)


def test_trajectories_are_filed_as_the_course(facts: Facts, level: Level) -> None:
    people = level(100.0, 200.0)
    known = course(people)
    whole = stages(facts, people, SchoolView(known, people), (0, 1))
    for area, per_age in enumerate((100.0, 200.0)):
        seen = level(per_age, per_age, codes=((A, B)[area],) * 2)
        view = SchoolView(known, seen, area)
        for name, stage in stages(facts, seen, view, (area,)).items():
            for grade in range(stage.plan.grades):
                assert stage.users(grade)[:, 1] == pytest.approx(whole[name].users(grade)[:, area]), (name, grade)
