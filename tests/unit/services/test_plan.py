"""All services together, on the bundled project."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forecast.axes import Floats
from forecast.errors import InputError
from forecast.project.spec import Models
from forecast.run.model import Result
from forecast.services.people import People
from forecast.services.plan import SERVICES, Place, services, view_of
from forecast.services.school.counted import Attending, Counted
from forecast.services.series import Service


def parents(result: Result) -> tuple[People, People]:
    """Province and nation as the services see them."""
    systems = result.systems
    return tuple(  # type: ignore[return-value]  # two of them
        People(
            forecast.areas, forecast.years, forecast.people, np.zeros((len(forecast.years), 1)),
            result.people.born_until, result.nowcast_until(forecast.areas[0]),
        )
        for forecast in (systems.province, systems.nation)
    )  # fmt: skip


def with_structure(result: Result, structure: str) -> dict[str, Service]:
    """Primary and junior school if every area ran one structure."""
    school = result.models.school
    one = school.structure.model_copy(update={"default": structure, "by_level": {}, "by_area": {}})
    models: Models = result.models.model_copy(update={"school": school.model_copy(update={"structure": one})})
    places = tuple(Place(area.code, area.level) for area in result.areas)
    made = services(models, result.facts, places, result.people, *parents(result))
    return {name: made[name].demand() for name in ("primary", "junior")}


def test_services_stand_in_the_order_of_life(baseline: Result) -> None:
    assert tuple(baseline.demand) == SERVICES
    assert all(service.name == name for name, service in baseline.demand.items())


def test_every_series_is_a_number_for_every_year_and_area(baseline: Result) -> None:
    shape = (len(baseline.people.years), len(baseline.areas))
    for service in baseline.demand.values():
        for series in service.series:
            assert series.values.shape == shape
            assert np.isfinite(series.values).all()
            assert (series.values >= 0).all()
            assert series.source
            if series.born is not None:
                assert series.born.shape == shape
                assert ((series.born >= 0) & (series.born <= 1)).all()


@pytest.mark.parametrize("name", SERVICES)
def test_the_explanation_ends_in_the_demand(baseline: Result, name: str) -> None:
    service, main = baseline.services[name], "beds" if name == "eldercare" else "places"
    values = baseline.demand[name].find(main).values
    for area in (0, 5, 17):
        for year in (2020, 2023, 2026, 2035, 2050):
            factors = service.explain(area, year)
            found = [item.value for item in factors if item.kind == "result" and item.unit == main]
            assert found[0] == values[baseline.people.place(year), area], (area, year)


def test_children_come_from_births_or_the_launch(baseline: Result) -> None:
    for name in ("kindergarten", "primary", "junior"):
        for year in (2021, 2024, 2030, 2049):
            starts = [item for item in baseline.services[name].explain(3, year) if item.kind == "start"]
            ratios = [item for item in baseline.services[name].explain(3, year) if item.name.startswith("survival")]
            assert len(starts) == len(ratios) >= 3
            assert all(0.5 < item.value < 1.5 for item in ratios), (name, year)


def test_university_students_are_no_pupils(baseline: Result) -> None:
    """Who is 17 on 31 August was 16 a year before; students who come at 18 (law 8) must not show in the last grade."""
    senior = baseline.demand["senior"]
    second, third = senior.find("people", "grade-2").values, senior.find("people", "grade-3").values
    kept = third[1:] / second[:-1]
    assert kept.max() < 1.2
    assert kept.min() > 0.8


def test_six_and_three_teach_the_children_of_five_and_four(baseline: Result) -> None:
    six, five = with_structure(baseline, "6+3"), with_structure(baseline, "5+4")

    def both(found: dict[str, Service], measure: str) -> Floats:
        return np.asarray(found["primary"].find(measure).values + found["junior"].find(measure).values)

    for measure in ("people", "users"):
        assert both(six, measure) == pytest.approx(both(five, measure))
    assert (six["primary"].find("people").values > five["primary"].find("people").values).all()


def test_a_stage_without_its_first_age_is_named(baseline: Result) -> None:
    school = baseline.models.school
    stages = tuple(item.model_copy(update={"from_age": None}) for item in school.stage)
    models = baseline.models.model_copy(update={"school": school.model_copy(update={"stage": stages})})
    places = tuple(Place(area.code, area.level) for area in baseline.areas)
    with pytest.raises(InputError, match="the key from_age"):
        services(models, baseline.facts, places, baseline.people, *parents(baseline))


def test_tables_of_pupils_are_of_districts(baseline: Result) -> None:
    """Who comes from elsewhere in the province stands in the table of a district; the province has rates alone."""
    ways = (Attending("230000", "230102", "primary", 2024, None, 300.0, "made"),)
    facts = replace(baseline.facts, counted=Counted(attendance=ways))
    province, nation = parents(baseline)
    alone = services(baseline.models, facts, (Place("230000", "province"),), province, province, nation)
    assert view_of(alone).course.attendance is None
    places = tuple(Place(area.code, area.level) for area in baseline.areas)
    found = services(baseline.models, facts, places, baseline.people, province, nation)
    coming = found["primary"].demand().find("pupils-in").values[baseline.people.place(2024)]
    assert coming.tolist() == pytest.approx([300.0] + [0.0] * (len(places) - 1))
