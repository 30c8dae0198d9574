"""Rows of need of areas: they fill beds there and nowhere else."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from forecast.errors import InputError
from forecast.services.care.eldercare import Eldercare
from forecast.services.care.use import CareTaste
from forecast.services.facts import CareNeed, Facts
from forecast.services.people import People
from tests.unit.services.care.care_facts import care_facts, model, odds, share

Level = Callable[..., People]
HOMES = {"ordinary": odds(), "nursing-type": odds()}
CODES = ("230101", "230102", "230201")
PARENTS = {
    "230101": "230100", "230102": "230100", "230201": "230200", "230100": "230000", "230200": "230000",
    "230000": "000000",
}  # fmt: skip


def rows(area: str, *figures: tuple[str, int, int | None, float], table: str = "survey") -> tuple[CareNeed, ...]:
    return tuple(
        dataclasses.replace(share(level, percent, table=table, start=start, width=width), area=area)
        for level, start, width, percent in figures
    )


def by_level(area: str, times: float = 1.0, **more: str) -> tuple[CareNeed, ...]:
    """The nation's rates at two ages for all levels, times something."""
    rates = (("mild", 19.8), ("moderate", 2.2), ("severe", 5.5))
    return rows(area, *((level, 60, None, times * percent) for level, percent in rates), **more)


def care(facts: Facts, level: Level, *own: CareNeed, **changes: object) -> Eldercare:
    made = care_facts(facts)
    made = dataclasses.replace(made, care_need=(*made.care_need, *own), parents=PARENTS)
    return Eldercare(model(**changes), made, level(200.0, 200.0, 200.0, codes=CODES), level(20.0, codes=("000000",)))


def values(service: Eldercare, measure: str, part: str = "all") -> np.ndarray:
    return np.asarray(service.demand().find(measure, part).values[3])


def test_more_need_in_a_city_fills_beds_there_and_nowhere_else(facts: Facts, level: Level) -> None:
    usual, more = care(facts, level), care(facts, level, *by_level("230100", 2.0))
    assert values(more, "need") == pytest.approx(values(usual, "need") * [2, 2, 1])
    assert values(more, "need", "severe") == pytest.approx(values(usual, "need", "severe") * [2, 2, 1])
    # nobody without need lives in homes here: twice the residents
    assert values(more, "users", "institution") == pytest.approx(values(usual, "users", "institution") * [2, 2, 1])
    assert values(more, "beds").tolist() == [550, 550, 275]
    assert more.choice.odds == pytest.approx(usual.choice.odds)


def test_the_nearest_rows_count(facts: Facts, level: Level) -> None:
    found = care(facts, level, *by_level("230100", 2.0), *by_level("230102", 0.5))
    assert values(found, "need") == pytest.approx(2200 * np.array([2, 0.5, 1]))


def test_rows_by_age_are_taken_as_they_stand(facts: Facts, level: Level) -> None:
    figures = [(name, start, width, 4.0) for name in ("mild", "moderate", "severe")
               for start, width in ((60, 20), (80, None))]  # fmt: skip
    found = care(facts, level, *rows("230101", *figures))
    assert values(found, "need") == pytest.approx([960, 2200, 2200])
    table = found.needs.at(0)
    assert (table.status, table.source, table.table) == ("verified", "made-survey", "survey")
    assert found.needs.at(1).table == "made"


def test_a_share_without_levels_is_split_as_the_nations(facts: Facts, level: Level) -> None:
    found = care(facts, level, *rows("230101", ("adl", 60, None, 55.0)))
    assert values(found, "need", "severe") == pytest.approx([880, 440, 440])
    assert found.needs.at(0).status == "derived"
    assert "split into levels" in found.needs.at(0).told


def test_levels_are_summed_where_the_nation_has_none(facts: Facts, level: Level) -> None:
    tables = {"made": {"rows": "adl"}}
    found = care(facts, level, *by_level("230101"), need__tables=tables, homes=HOMES)
    assert values(found, "need")[0] == pytest.approx(2200)


def test_rows_of_the_nation_by_its_code_are_the_nations(facts: Facts, level: Level) -> None:
    found = care(facts, level, *by_level("000000", 2.0))
    assert values(found, "need") == pytest.approx(values(care(facts, level), "need"))
    named = care(facts, level, *by_level("000000", 2.0), need__tables={"made": {"rows": "survey", "gradient": "adl"}})
    assert values(named, "need") == pytest.approx([4400, 4400, 4400])


def test_two_definitions_ask_which(facts: Facts, level: Level) -> None:
    both = (*by_level("230101", 2.0), *by_level("230101", 0.5, table="other"))
    with pytest.raises(InputError, match=r"230101: expected rows of one definition, found survey, other\n.*local"):
        care(facts, level, *both)
    found = care(facts, level, *both, need__local="other")
    assert values(found, "need") == pytest.approx([1100, 2200, 2200])
    with pytest.raises(InputError, match=r"key need.local.*found othr\n  did you mean other?"):
        care(facts, level, *both, need__local="othr")


@pytest.mark.parametrize(
    ("own", "says"),
    [
        (rows("230101", ("mild", 60, None, 5.0), ("severe", 60, None, 5.0)), "mild, moderate, severe, found mild, sev"),
        (rows("230101", ("mild", 60, None, 5.0), ("light", 60, None, 5.0)), "column level.*expected one of mild"),
        (by_level("230101", 5.0), "at most 100 % in need at any age under survey of 230101"),
        (
            rows("230101", ("adl", 60, 10, 5.0), ("adl", 75, None, 5.0)),
            "both sexes.*a hole: the next group begins at 75",
        ),
        (tuple(dataclasses.replace(row, year=2040) for row in by_level("230101")), "a year up to 2024.*found 2040"),
    ],
)
def test_rows_that_cannot_serve(facts: Facts, level: Level, own: tuple[CareNeed, ...], says: str) -> None:
    with pytest.raises(InputError, match=says):
        care(facts, level, *own)


def test_dementia_of_an_area_stands_beside(facts: Facts, level: Level) -> None:
    def mind(area: str, percent: float) -> tuple[CareNeed, ...]:
        return rows(area, ("dementia", 60, 10, percent), ("dementia", 70, None, percent), table="mind")

    found = care(facts, level, *mind("", 5.0), *mind("230101", 10.0), need__dementia="mind")
    assert values(found, "need", "dementia") == pytest.approx([800, 400, 400])
    assert values(found, "need") == pytest.approx([2200] * 3)


def test_it_is_told_and_holds_on_trajectories(facts: Facts, level: Level) -> None:
    plain = care(facts, level, *by_level("230100", 2.0))
    told = {row[1]: row for row in plain.told}
    assert told["need of 230100"][2] == pytest.approx(2.0)
    assert [row.area for row in plain.overruled] == ["230100"]
    shown = plain.explain(0, 2023)
    assert "own rows of 230100, 2021" in shown[1].note
    nation, columns = level(20.0, codes=("000000",)), level(*(200.0,) * 3, codes=("230101",) * 3)
    drawn = Eldercare(plain.spec, plain.facts, columns, nation, CareTaste(np.zeros(3)), plain.fit)
    assert values(drawn, "need") == pytest.approx([4400] * 3)
    assert plain.demand().find("need").source.startswith("cohort-component; made-survey; ")
