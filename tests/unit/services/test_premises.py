from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.axes import Floats
from forecast.errors import InputError
from forecast.project.premises import Building, PremisesSpec
from forecast.services.boarding import boarding
from forecast.services.facts import Facts
from forecast.services.norms import Norm, Standard
from forecast.services.people import People
from forecast.services.premises import Housed, housed, plain
from forecast.services.school.counted import Counted, Roll
from forecast.services.series import Factor, Series, Service

AREAS = ("230100", "230101")
YEARS = range(2020, 2022)


def assumed(value: float) -> dict[str, object]:
    return {"value": value, "status": "assumed", "source": "made", "why": "made up"}


FULL: dict[str, Any] = {
    "classes": assumed(9),
    "land": "land-9",
    "floor": "floor-9",
    "special": assumed(0.25),
    "boarders": assumed(0.1),
    "dormitory": "bed",
}


class Made:
    """A service of so many classes and users (year, area), and of those who go to school there."""

    def __init__(self, classes: Floats, users: Floats, attending: Floats | None = None) -> None:
        born = np.ones_like(classes)
        rows = [Series("primary", "all", "users", "pupils", users, born, "made-rolls")]
        rows.append(Series("primary", "all", "classes", "classes", classes, born, "made-sizes"))
        if attending is not None:
            rows.append(Series("primary", "all", "pupils-attending", "pupils", attending, born, "made-ways"))
        self.service = Service("primary", tuple(rows), "users")

    def demand(self) -> Service:
        return self.service

    def explain(self, area: int, year: int) -> tuple[Factor, ...]:
        return (Factor("users", "result", float(area + year), "pupils", "observed", "made"),)

    def norms(self) -> Iterator[tuple[str, Norm]]:
        yield from ()


def facts(rolls: Any = None) -> Facts:
    def row(name: str, least: float, most: float, unit: str = "m2") -> Standard:
        return Standard(name, least, most, unit, "made rule", "1", 2019, "verified", f"made-{name}", applies_to=name)

    rows = [row("land-9", 4000, 4000), row("floor-9", 3000, 3300), row("bed", 5, 5, "m2 per boarder")]
    return Facts({item.name: item for item in rows}, {}, {}, (), counted=Counted(rolls or {}))


def people() -> People:
    return People(AREAS, YEARS, np.zeros((2, 2, 2, 111)), np.zeros((2, 2)), 2020, 2020)


def made(classes: Any, users: Any, end: str = "most", rolls: Any = None, /, **building: Any) -> Housed:
    service = Made(np.array(classes, dtype=np.float64), np.array(users, dtype=np.float64))
    spec = Building.model_validate(building)
    return Housed("primary", service, spec, end, facts(rolls), people())


def of(service: Housed, measure: str) -> list[list[float]]:
    return [[float(value) for value in row] for row in service.demand().find(measure).values]


CLASSES, USERS = [[20, 9], [18, 0]], [[805.0, 300.0], [700.0, 0.0]]


def test_by_hand() -> None:
    service = made(CLASSES, USERS, **FULL)
    assert of(service, "rooms") == [[25, 12], [23, 0]]  # 20 + 5; 9 + 2.25; 18 + 4.5
    assert of(service, "land") == [[12000, 4000], [8000, 0]]  # 20 classes fill three facilities of nine
    assert of(service, "boarders") == [[81, 30], [70, 0]]  # 80.5
    assert of(service, "floor") == [[3 * 3300 + 81 * 5, 3300 + 150], [6600 + 350, 0]]
    least = made(CLASSES, USERS, "least", **FULL)
    assert of(least, "floor")[0] == [3 * 3000 + 81 * 5, 3000 + 150]
    assert service.demand().find("land").source == "made-sizes; made-land-9"
    assert service.demand().find("boarders").source == "made-rolls; made"
    assert service.demand().main == "users"


def test_a_gap_stays_a_gap() -> None:
    measures = {item.measure for item in made(CLASSES, USERS).demand().series}
    assert measures == {"users", "classes", "rooms"}
    assert of(made(CLASSES, USERS), "rooms") == of(made(CLASSES, USERS, special=assumed(0.0)), "rooms") == CLASSES
    # beds are known without the floor of a school: no floor is told, for it would be that of dormitories alone
    some = {item.measure for item in made(CLASSES, USERS, boarders=assumed(0.1), dormitory="bed").demand().series}
    assert some == {"users", "classes", "rooms", "boarders"}
    # and the floor of a school without a standard of dormitories is that of the school
    without = {key: value for key, value in FULL.items() if key != "dormitory"}
    assert of(made(CLASSES, USERS, **without), "floor") == [[9900, 3300], [6600, 0]]


@pytest.mark.parametrize("end", ["least", "most"])
def test_the_factors_give_the_figures(end: str) -> None:
    service = made(CLASSES, USERS, end, **FULL)
    found = service.explain(0, 2020)
    assert found[0].value == 2020  # those of the service come first
    results = {item.name: item.value for item in found if item.kind == "result"}
    known = {name: service.demand().find(name).values[0, 0] for name in ("rooms", "land", "floor", "boarders")}
    assert {name: results[name] for name in known} == known
    value = dict.fromkeys(("classes", "facilities"), 0.0) | {item.name: item.value for item in found}
    assert value["classes"] == 20
    assert np.ceil(value["classes"] / value["classes of the typical facility"]) == value["facilities, rounded up"] == 3
    assert value["facilities"] * value["land of a facility"] == known["land"]
    floors = [item.value for item in found if item.name in ("floor without dormitories", "floor of dormitories")]
    # the standard of dormitories and their floor go by one name: boarders x 5, then the sum
    assert floors == [known["floor"] - 405, 5, 405]
    assert all(item.status and item.source for item in found)


def test_its_norms_are_named() -> None:
    named = [(part, norm.name) for part, norm in made(CLASSES, USERS, **FULL).norms()]
    assert named == [("land", "land-9"), ("floor", "floor-9"), ("dormitory", "bed")]


def test_services_without_premises_stay_as_they_are() -> None:
    spec = PremisesSpec.model_validate({"model": {"name": "p", "unit": "m2", "why": "w"}, "of_range": "most"})
    service = Made(np.ones((2, 2)), np.ones((2, 2)))
    assert housed("eldercare", service, spec, facts(), people()) is service
    found = housed("primary", service, spec, facts(), people())
    assert isinstance(found, Housed)
    assert plain(found) is service
    assert plain(service) is service


@given(
    st.lists(st.integers(0, 500), min_size=4, max_size=4),
    st.lists(st.floats(0, 1e5), min_size=4, max_size=4),
    st.integers(1, 40),
    st.floats(0, 1),
)
def test_facilities_hold_the_classes_and_none_is_idle(
    classes: list[int], users: list[float], typical: int, share: float
) -> None:
    shape = (2, 2)
    rooms, pupils = np.array(classes, dtype=np.float64).reshape(shape), np.array(users).reshape(shape)
    service = made(rooms, pupils, **{**FULL, "classes": assumed(typical), "boarders": assumed(share)})
    facilities = service.demand().find("land").values / 4000
    assert (facilities * typical >= rooms).all()
    assert ((facilities - 1) * typical < rooms)[facilities > 0].all()
    beds = service.demand().find("boarders").values
    assert (beds >= pupils * share - 1e-6).all()
    assert (beds <= np.ceil(pupils)).all()
    more = made(rooms + 1, pupils + 1, **{**FULL, "classes": assumed(typical), "boarders": assumed(share)})
    for measure in ("rooms", "land", "floor", "boarders"):
        assert (more.demand().find(measure).values >= service.demand().find(measure).values).all()


def roll(boarders: list[float], pupils: list[float], source: str = "made-count") -> Roll:
    years = tuple(range(2021, 2021 + len(boarders)))
    grades = np.array([[value / 2, value / 2] for value in pupils])
    unknown = np.full(len(boarders), np.nan)
    return Roll(years, grades, np.full_like(grades, np.nan), unknown, np.array(boarders), "observed", source)


def test_boarders_are_those_of_the_last_count() -> None:
    rolls = {("230100", "primary"): roll([10.0, 30.0, np.nan], [100.0, 200.0, 300.0])}
    found = boarding(None, rolls, ("primary",), ("230100", "230101", "230100"))
    assert found is not None
    # 30 of 200 in 2022; where nobody counted, as all who were counted
    assert found.share.tolist() == [[0.15, 0.15, 0.15]]
    assert found.factor(0).status == "observed"
    assert found.factor(1).status == "assumed"
    assert "not counted here" in found.factor(1).note
    stated = Building.model_validate({"boarders": assumed(0.4)}).boarders
    beside = boarding(stated, rolls, ("primary",), ("230100", "230101"))
    assert beside is not None
    assert beside.share.tolist() == [[0.15, 0.4]]
    assert boarding(None, rolls, ("junior",), AREAS) is None
    assert boarding(None, {("230100", "junior"): roll([np.nan], [5.0])}, ("junior",), AREAS) is None
    counted = made(CLASSES, USERS, "most", rolls)
    assert of(counted, "boarders") == [[121, 45], [105, 0]]  # 15 % of 805 are 120.75


SENIOR = ("senior", "senior-vocational")


def test_general_and_vocational_boarders_are_counted_together() -> None:
    both = {("230100", "senior"): roll([50.0], [100.0]), ("230100", "senior-vocational"): roll([180.0], [300.0])}
    found = boarding(None, both, SENIOR, ("230100",))
    assert found is not None
    assert found.share.tolist() == [[0.575]]  # 230 of 400
    assert found.factor(0).note == "230 of 400 pupils in 2021"
    # one kind is not told: the other stands for both, which is an assumption
    untold = {**both, ("230100", "senior-vocational"): roll([np.nan], [300.0])}
    found = boarding(None, untold, SENIOR, ("230100",))
    assert found is not None
    assert found.share.tolist() == [[0.5]]
    assert found.factor(0).status == "assumed"
    assert "senior-vocational not told" in found.factor(0).note
    # the last year that all of them have
    later = {**both, ("230100", "senior"): roll([50.0, 99.0], [100.0, 100.0])}
    found = boarding(None, later, SENIOR, ("230100",))
    assert found is not None
    assert found.factor(0).note == "230 of 400 pupils in 2021"
    spec = PremisesSpec.model_validate({"model": {"name": "p", "unit": "m2", "why": "w"}, "of_range": "most"})
    full = spec.model_copy(update={"senior": Building()})
    service = housed("senior", Made(np.ones((2, 2)), np.full((2, 2), 800.0)), full, facts(both), people(), SENIOR)
    assert service.demand().find("boarders").values[0].tolist() == [460.0, 460.0]


def test_boarders_sleep_where_they_go_to_school() -> None:
    attending = np.array([[900.0, 200.0], [900.0, 200.0]])
    service = Made(np.array(CLASSES, dtype=np.float64), np.array(USERS), attending)
    found = Housed("primary", service, Building.model_validate({"boarders": assumed(0.1)}), "most", facts(), people())
    assert of(found, "boarders")[0] == [90, 20]
    assert found.demand().find("boarders").source == "made-ways; made"
    values = {item.name: item.value for item in found.explain(0, 2020)}
    assert values["pupils-attending"] * values["share who board"] == pytest.approx(values["boarders"])


def test_the_status_of_boarders_is_that_of_their_rows() -> None:
    one = replace(roll([10.0, 30.0], [100.0, 200.0]), status="recalled", by_year={2021: "observed", 2022: "recalled"})
    found = boarding(None, {("230100", "primary"): one}, ("primary",), AREAS)
    assert found is not None
    assert found.factor(0).status == "recalled"


def test_a_standard_that_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match=r"models/premises.toml, key primary.land.*land-10"):
        made(CLASSES, USERS, classes=assumed(9), land="land-10")
