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
from forecast.services.school.counted import Counted
from forecast.services.school.course import school_course
from forecast.services.school.enrolment import measured
from forecast.services.school.stage_plan import Span, StagePlan
from forecast.services.school.stages import StageDemand
from forecast.services.school.view import SchoolView
from forecast.services.series import Service
from forecast.services.uptake import Uptake

Level = Callable[..., People]
KINDERGARTEN = Stage(
    service="kindergarten",
    from_age=3,
    grades=("small", "middle", "top"),
    enrolment=("kindergarten",),
    class_size=("small", "middle", "top"),
    pupils_per_staff="ratio",
    staff_per_class="staff",
    carers_per_class="carers",
)
PRIMARY = Stage(service="primary", enrolment=("primary", "junior"), class_size=("class",), pupils_per_staff="pupils")
JUNIOR = PRIMARY.model_copy(update={"service": "junior"})


def stage(
    facts: Facts, people: People, parent: People, spec: Stage = KINDERGARTEN, spans: tuple[Span, ...] = ()
) -> StageDemand:
    kindergarten = spec.service == "kindergarten"
    ages = (3, 5) if kindergarten else (6, 14)
    spans = spans or (Span(3, 3),) * len(people.areas)
    lengths = tuple(span.years for span in spans)
    rest = tuple(9 - years for years in lengths)
    services = {"kindergarten": {"kindergarten": lengths}, "primary": {"primary": lengths, "junior": rest}}
    band = Band("made", ages[0], services.get(spec.service, {"primary": rest, "junior": lengths}))
    rate = measured(facts, spec.enrolment, ages, (parent,), "here")
    rates, paths = dict.fromkeys(band.services, rate), dict.fromkeys(band.services, Uptake({rate.year: rate.rate}, 0.0))
    kinds = {service: (service,) for service in band.services}
    course = school_course({"made": band}, kinds, paths, rates, Counted(), people)
    plan = StagePlan(spec, spans, ages, "models/made.toml")
    return StageDemand(plan, facts, people, SchoolView(course, people))


@pytest.fixture
def province(level: Level) -> People:
    return level(100.0, codes=("230000",))


def at(service: Service, measure: str, part: str = "all") -> list[float]:
    """The first year, all areas."""
    return [float(value) for value in service.find(measure, part).values[0]]


def test_kindergarten_by_hand(facts: Facts, level: Level, province: People) -> None:
    # 80 % of the children of each age: 80 in the first area, 8 in the second
    service = stage(facts, level(100.0, 10.0), province).demand()
    assert at(service, "people") == pytest.approx([300, 30])
    assert at(service, "users", "small") == pytest.approx([80, 8])
    assert at(service, "places", "small") == [80, 8]
    assert at(service, "places") == [240, 24]
    # 80 in classes of 25, 30 and 35: 3.2, 2.7 and 2.3
    assert [at(service, "classes", grade) for grade in ("small", "middle", "top")] == [[4, 1], [3, 1], [3, 1]]
    assert at(service, "classes") == [10, 3]
    # by ratio 240 / 6 = 40 and 24 / 6 = 4; by class 3 x 10 = 30 and 3 x 3 = 9: the larger one binds
    assert at(service, "staff", "by-ratio") == [40, 4]
    assert at(service, "staff", "by-class") == [30, 9]
    assert at(service, "carers") == [10, 3]
    assert at(service, "teachers") == [30, 6]


def test_without_a_class_norm_a_full_class_and_the_ratio_make_one(facts: Facts, level: Level, province: People) -> None:
    nation = level(50.0, codes=("000000",))
    demand = stage(facts, level(22.5), nation, PRIMARY, (Span(6, 6),))
    # 200 % of 22.5: 45 pupils a grade, one class; 45 / 19 teachers a class, 6 of them 14.2
    assert demand.standards.staff_per_class(0) == pytest.approx(45 / 19)
    service = demand.demand()
    assert at(service, "classes") == [6]
    assert at(service, "teachers") == [15]
    assert [row.part for row in service.series if row.measure == "carers"] == []


def test_shares_already_born(facts: Facts, level: Level, province: People) -> None:
    # births on record up to 2020; the first grade is 3 years old, so all of it is born up to the autumn of 2023
    service = stage(facts, level(100.0, born_until=2020), province).demand()
    shares = {}
    for grade in ("small", "middle", "all"):
        born = service.find("people", grade).born
        assert born is not None
        shares[grade] = born[:, 0]
    # of the first grade of 2024 a third were born in late 2020, two thirds in 2021
    assert shares["small"] == pytest.approx([1, 1, 1, 1, 1 / 3])
    assert shares["middle"] == pytest.approx([1, 1, 1, 1, 1])
    assert shares["all"] == pytest.approx([1, 1, 1, 1, (1 / 3 + 1 + 1) / 3])


@settings(max_examples=20)
@given(st.integers(0, 1000))
def test_classes_fit_the_pupils_of_every_grade(facts: Facts, level: Level, seed: int) -> None:
    draw, base = np.random.default_rng(seed), level(1.0, 1.0, 1.0)
    people = People(base.areas, base.years, draw.uniform(0, 400, (5, 3, 2, AGES)), base.births, 2022, 2023)
    service = stage(facts, people, level(100.0, codes=("230000",))).demand()
    for grade, size in (("small", 25), ("middle", 30), ("top", 35)):
        users, classes = service.find("users", grade).values, service.find("classes", grade).values
        assert (classes * size >= users - 1e-6).all()
        assert ((classes - 1) * size < users).all()
        places = service.find("places", grade).values
        assert ((places >= users - 1e-6) & (places < users + 1)).all()


@settings(max_examples=20)
@given(st.integers(0, 1000))
def test_more_children_never_need_less(facts: Facts, level: Level, seed: int) -> None:
    draw, base, parent = np.random.default_rng(seed), level(1.0, 1.0), level(100.0, codes=("230000",))
    few = draw.uniform(0, 200, (5, 2, 2, AGES))
    more = few + draw.uniform(0, 50, few.shape)
    found = [
        stage(facts, People(base.areas, base.years, people, base.births, 2022, 2023), parent).demand()
        for people in (few, more)
    ]
    for less, greater in zip(found[0].series, found[1].series, strict=True):
        if (less.measure, less.part) != ("teachers", "all"):  # what is left of the staff after the carers
            assert (greater.values >= less.values).all(), (less.measure, less.part)


def test_the_structure_moves_the_border_and_nobody_else(facts: Facts, level: Level) -> None:
    nation = level(50.0, codes=("000000",))
    base = level(1.0, 1.0)
    people = People(
        base.areas, base.years, np.random.default_rng(1).uniform(0, 90, (5, 2, 2, AGES)), base.births, 2022, 2023
    )
    six, five = (Span(6, 6), Span(6, 6)), (Span(6, 5), Span(6, 6))
    three, four = (Span(12, 3), Span(12, 3)), (Span(11, 4), Span(12, 3))
    primary = [stage(facts, people, nation, PRIMARY, spans).demand() for spans in (six, five)]
    junior = [stage(facts, people, nation, JUNIOR, spans).demand() for spans in (three, four)]
    for measure in ("people", "users"):
        both = [
            one.find(measure).values + other.find(measure).values for one, other in zip(primary, junior, strict=True)
        ]
        assert both[0] == pytest.approx(both[1])
    # the sixth grade of the first area is empty under 5+4, that of the second is not
    sixth = primary[1].find("people", "grade-6").values
    assert (sixth[:, 0] == 0).all()
    assert sixth[:, 1] == pytest.approx(primary[0].find("people", "grade-6").values[:, 1])
    assert primary[1].find("classes", "grade-6").values[:, 0].tolist() == [0] * 5


@pytest.mark.parametrize(("area", "year"), [(0, 2020), (0, 2024), (1, 2022)])
def test_the_explanation_ends_in_the_demand(facts: Facts, level: Level, province: People, area: int, year: int) -> None:
    demand = stage(facts, level(100.0, 10.0), province)
    service, place = demand.demand(), year - 2020
    factors = demand.explain(area, year)
    results = {item.name: item.value for item in factors if item.kind == "result"}
    assert results["places"] == service.find("places").values[place, area]
    assert results["classes"] == service.find("classes").values[place, area]
    assert results["teachers"] == service.find("teachers").values[place, area]
    assert results["carers"] == service.find("carers").values[place, area]
    assert "teachers and staff" not in results
    assert all(item.status and item.source for item in factors)
