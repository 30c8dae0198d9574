"""Factors multiplied give the figure, however an area's pupils are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pytest

from forecast.project.school import Stage
from forecast.services.facts import Facts
from forecast.services.people import People
from forecast.services.school.bands import Band
from forecast.services.school.counted import Attending, Counted, Listed, Roll
from forecast.services.school.course import school_course
from forecast.services.school.enrolment import GrossEnrolment
from forecast.services.school.stage_plan import Span, StagePlan
from forecast.services.school.stages import StageDemand
from forecast.services.school.view import SchoolView
from forecast.services.series import Factor, whole_up
from forecast.services.uptake import Uptake

Level = Callable[..., People]
A, B = "230100", "230101"
RATE = GrossEnrolment(0.8, 80.0, 100.0, (3, 5), 2021, "230000", "derived", "made-enrolment")
SIZES = {"kindergarten": ("small", "middle", "top"), "primary": ("class",), "junior": ("class",)}


def roll(width: int, pupils: float) -> Roll:
    # each year a few more enter, and a few leave on the way
    cells = np.array([[pupils + year - 2.0 * grade for grade in range(width)] for year in range(3)])
    nothing = np.full(3, np.nan)
    return Roll((2020, 2021, 2022), cells, np.full_like(cells, np.nan), nothing, nothing, "observed", "made-rolls")


def demands(facts: Facts, people: People, counted: Counted, points: dict[int, float]) -> dict[str, StageDemand]:
    both = len(people.areas)
    bands = {
        "kindergarten": Band("kindergarten", 3, {"kindergarten": (3,) * both}),
        "compulsory": Band("compulsory", 6, {"primary": (6, 5), "junior": (3, 4)}),
    }
    services = tuple(SIZES)
    path = Uptake({RATE.year: RATE.rate, **points}, 0.0, 1.0)
    kinds = {name: (name,) for name in services}
    course = school_course(bands, kinds, dict.fromkeys(services, path), dict.fromkeys(services, RATE), counted, people)
    view, found = SchoolView(course, people), {}
    for name, sizes in SIZES.items():
        band = course.band(name).band
        spans = tuple(Span(band.first + band.start(name, area), band.lengths[name][area]) for area in range(both))
        grades = ("small", "middle", "top") if name == "kindergarten" else ()
        spec = Stage.model_validate(
            {"service": name, "grades": grades, "enrolment": (name,), "class_size": sizes, "pupils_per_staff": "ratio"}
        )
        found[name] = StageDemand(StagePlan(spec, spans, (3, 5), "models/made.toml"), facts, people, view)
    return found


def multiplied(factors: Iterable[Factor]) -> list[float]:
    """Follow the factors: every subtotal and every rounding must be what stands there; the pupils of each grade."""
    value, pupils = 0.0, []
    for item in factors:
        if item.kind == "start":
            value = item.value
        elif item.kind == "times":
            value *= item.value
        elif item.kind == "divided":
            value /= item.value
        elif item.kind == "subtotal" and item.name.startswith("places"):
            assert item.value == whole_up(np.array(value)), item
            pupils.append(value)
        elif item.kind == "subtotal" and item.name == "classes, rounded up":
            assert item.value == whole_up(np.array(value)), item
        elif item.kind == "subtotal" and not item.name.startswith("classes of"):
            assert item.value == pytest.approx(value), item
    return pupils


WAYS = (Attending(A, B, "primary", 2022, 0.2, None, "made-ways"), Attending("", B, "primary", 2022, None, 9.0, "made"))
CASES = {
    "nothing": Counted(),
    "one area": Counted({(A, "primary"): roll(6, 90.0), (A, "junior"): roll(3, 80.0)}),
    "fed": Counted(
        {(A, "kindergarten"): roll(3, 85.0), (A, "primary"): roll(6, 90.0), (A, "junior"): roll(3, 80.0)},
        children=(Listed(A, 2022, 2, 70.0, "made-registers"),),
    ),
    "junior alone": Counted({(B, "junior"): roll(4, 80.0)}),
    "ways": Counted({(B, "primary"): roll(5, 90.0)}, attendance=WAYS),
    "ways, nothing on record": Counted(attendance=WAYS),
    "schools": Counted(
        {(A, "primary"): roll(6, 90.0)},
        {(A, "primary"): {"s1": roll(6, 60.0), "s2": roll(6, 30.0)}},
    ),
}


@pytest.mark.parametrize("points", [{}, {2023: 0.85, 2024: 0.95}])
@pytest.mark.parametrize("case", CASES)
def test_factors_multiply_to_the_figure(facts: Facts, level: Level, case: str, points: dict[int, float]) -> None:
    people = level(100.0, 150.0)
    for name, demand in demands(facts, people, CASES[case], points).items():
        service = demand.demand()
        for area in (0, 1):
            for year in people.years:
                factors = demand.explain(area, year)
                pupils = multiplied(factors)
                wanted = [
                    demand.pupils(grade)[people.place(year), area] for grade in range(demand.plan.spans[area].years)
                ]
                assert pupils == pytest.approx(wanted), (name, area, year)
                results = {item.name: item.value for item in factors if item.kind == "result"}
                for measure in ("places", "classes"):
                    assert results[measure] == service.find(measure).values[people.place(year), area]
                assert all(item.status and item.source for item in factors), (name, area, year)


def names(demand: StageDemand, area: int, year: int) -> list[str]:
    return [item.name for item in demand.explain(area, year)]


def test_what_is_on_record_is_told_as_such(facts: Facts, level: Level) -> None:
    primary = demands(facts, level(100.0, 150.0), CASES["fed"], {})["primary"]
    first = primary.explain(0, 2022)[0]
    assert (first.name, first.kind, first.status) == ("grade-1: pupils on record", "start", "observed")
    assert first.value == 92.0
    ahead = names(primary, 0, 2023)
    assert ahead[:3] == [
        "grade-1: pupils of the grade before, 2022",
        "survival and net move of their cohort",
        "entry ratio",
    ]
    assert "cohort ratio" in ahead
    assert names(primary, 1, 2023)[3] == "gross enrolment"


def test_counts_on_registers_are_a_factor_of_the_entry(facts: Facts, level: Level) -> None:
    kindergarten = demands(facts, level(100.0, 150.0), CASES["fed"], {})["kindergarten"]
    (factor,) = [item for item in kindergarten.explain(0, 2023) if item.name == "children on registers over modelled"]
    assert (factor.status, factor.source) == ("nowcast", "made-registers")
    assert factor.value == pytest.approx(0.7)


def test_who_attends_from_elsewhere_is_a_factor(facts: Facts, level: Level) -> None:
    primary = demands(facts, level(100.0, 150.0), CASES["ways, nothing on record"], {})["primary"]
    told = {item.name: item for item in primary.explain(1, 2022)}
    # 150 of its own and a fifth of the 100 of the other
    assert told["children who attend here per child who lives here"].value == pytest.approx(170 / 150)
    # nine pupils from beyond the city, the others 0.8 x 170 x 5
    assert told["pupils who live in the city"].value == pytest.approx(680 / 689)
    assert told["of them from beyond the city"].value == pytest.approx(9.0)
    lines = {item.name: item.value for item in primary.explain(0, 2022) if item.kind == "line"}
    # a fifth of the sixth grade of the first area attends junior school in the second: 480 less 16
    assert lines["pupils who live here, wherever they attend"] == pytest.approx(464.0)
    assert lines["pupils who attend here, wherever they live"] == pytest.approx(384.0)


def test_the_status_of_counts_is_that_of_their_rows(facts: Facts, level: Level) -> None:
    one = replace(roll(6, 90.0), status="recalled", by_year={2020: "verified", 2021: "recalled", 2022: "recalled"})
    children = (Listed(A, 2022, 2, 70.0, "made", status="assumed"),)
    found = demands(facts, level(100.0, 150.0), Counted({(A, "primary"): one}, children=children), {})
    primary = found["primary"]
    assert [primary.explain(0, year)[0].status for year in (2020, 2022)] == ["verified", "recalled"]
    before = next(item for item in primary.explain(0, 2023) if item.name.startswith("grade-2: pupils of the grade"))
    assert before.status == "recalled"
    counted = primary.demand().find("users").counted
    assert counted is not None
    assert counted[:, 0].tolist() == ["verified", "recalled", "recalled", "", ""]
    assert primary.demand().find("people").counted is None
    assert (counted[:, 1] == "").all()
    on_register = [item for item in found["kindergarten"].explain(0, 2023) if "registers" in item.name]
    assert [item.status for item in on_register] == ["assumed"]


def test_a_stated_path_is_a_factor(facts: Facts, level: Level) -> None:
    primary = demands(facts, level(100.0, 150.0), CASES["one area"], {2024: 0.92})["primary"]
    assert "stated path of enrolment" in names(primary, 0, 2024)
    assert "stated path of enrolment" not in names(primary, 0, 2022)
    plain = [item for item in primary.explain(1, 2024) if item.name == "gross enrolment"]
    assert plain[0].value == pytest.approx(0.92)


def test_classes_of_schools_are_told(facts: Facts, level: Level) -> None:
    primary = demands(facts, level(100.0, 150.0), CASES["schools"], {})["primary"]
    (first, *_) = [item for item in primary.explain(0, 2022) if item.name.startswith("classes of")]
    # 62 and 32 of 92: in classes of 45 two and one, in one school they would be three as well
    assert first.name == "classes of 2 schools, each rounded up"
    assert first.value == 3
