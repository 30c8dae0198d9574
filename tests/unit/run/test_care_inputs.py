"""Own rows of old people: residents of homes, need and living arrangement, from the file to beds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from forecast.axes import Floats
from forecast.demography.noise import Draws
from forecast.errors import InputError
from forecast.run.inputs import Frames
from forecast.run.known import known
from forecast.run.model import Desk, Result, compute
from forecast.run.notes import overrides
from forecast.run.trajectories import drawn, tastes
from forecast.run.unused_provision import told_supply
from forecast.services.care.eldercare import Eldercare
from forecast.services.premises import plain
from forecast.tables.project_tables import read_tables

SUPPLY = "area,year,period,service,measure,value,unit,source,status,confidence\n"
NEED = "area,definition,level,sex,age_start,age_width,year,percent,low,high,source,status,confidence\n"
LIVING = "区划代码,年份,性别,起始年龄,年龄组宽度,居住安排,占比,来源,状态,可信度\n"
END = "laoyou-method,observed,high\n"
COUNT = f"{SUPPLY}230100,2024,,eldercare,residents_in_institutions,40000,persons,{END}"
Y2024, Y2025 = 4, 5
Project = Callable[..., tuple[Result, Frames]]


@pytest.fixture
def project(copy: Path) -> Project:
    """The bundled project with rows of its own in tables of the city, computed."""

    def make(scenario: str = "baseline", **tables: str) -> tuple[Result, Frames]:
        for name, text in tables.items():
            (copy / "data" / "harbin" / f"{name}.csv").write_text(text, "utf-8")
        frames = read_tables(copy)
        return compute(copy, Desk(frames), scenario), frames

    return make


def figure(result: Result, measure: str, part: str = "all") -> Floats:
    return result.demand["eldercare"].find(measure, part).values


def care(result: Result) -> Eldercare:
    service = plain(result.services["eldercare"])
    assert isinstance(service, Eldercare)
    return service


def test_the_citys_residents_act_and_are_told(project: Project, baseline: Result) -> None:
    result, frames = project(supply=COUNT)
    beds, before = (figure(item, "beds") for item in (result, baseline))
    assert figure(result, "users", "institution")[Y2024].sum() == pytest.approx(40_000)
    assert beds[:Y2024] == pytest.approx(before[:Y2024])
    assert (beds[Y2024:] > 1.8 * before[Y2024:]).all()
    rows = overrides(result)
    (row,) = rows[rows["measure"] == "residents_in_institutions"].to_dict("records")
    assert (row["area"], row["year"], row["after"]) == ("230100", 2024, 40_000)
    table = known(result)
    (shown,) = table[table["reason"] == "measured-residents"].to_dict("records")
    assert (shown["area"], shown["measure"], shown["counted"]) == ("230100", "residents", 40_000)
    assert shown["ratio"] == pytest.approx(1.0)
    told = [item for item in told_supply(result, frames) if "residents_in_institutions" in str(item[3])]
    assert not told


def test_what_is_counted_in_the_city_is_sure_and_between_its_districts_is_not(project: Project) -> None:
    result, _ = project(supply=COUNT)
    draws = Draws(7, range(200), "all areas")
    share = figure(result, "users", "institution")[Y2024] / 40_000
    level = np.stack([tastes(result, draws, area.code)["eldercare local"] for area in result.areas])
    assert share @ np.exp(0.25 * level - 0.5 * 0.25**2) == pytest.approx(np.ones(200))
    assert np.std(level, axis=1) == pytest.approx(np.ones(18), abs=0.2)


def test_beds_of_a_district_are_not_known_before_anybody_counts(baseline: Result) -> None:
    draws = Draws(7, range(60), "230100")
    found = drawn(baseline, baseline.systems.sample(draws), {})
    series = [item for service in baseline.demand.values() for item in service.series]
    place = [(item.service, item.part, item.measure) for item in series].index(("eldercare", "all", "beds"))
    hulan = [area.code for area in baseline.areas].index("230111")
    low, high = found.demand.quantiles[[1, -2], place, baseline.people.place(2022), hulan]
    # a standard deviation of 0.25 of the log: four fifths within 0.73 to 1.38 times
    assert 0.45 < np.log(high / low) < 0.85
    mean = found.demand.mean[place, :, hulan][:Y2024]
    assert mean == pytest.approx(figure(baseline, "beds")[:Y2024, hulan], rel=0.12)


def test_a_survey_of_the_city_fills_its_beds_and_leaves_the_nations_odds(project: Project, baseline: Result) -> None:
    need = care(baseline).need
    rows = "".join(
        f"230100,harbin-2025,{level},both,60,,2025,{percent},,,{END}"
        for level, percent in (("mild", 14.0), ("moderate", 2.9), ("severe", 5.1))
    )
    result, frames = project(care_need=NEED + rows)
    old = figure(baseline, "people", "60plus")[Y2025].sum()
    assert figure(result, "need")[Y2025].sum() == pytest.approx(0.22 * old)
    ratio = figure(result, "users", "institution")[Y2025] / figure(baseline, "users", "institution")[Y2025]
    assert (ratio > 1.4).all()
    assert care(result).choice.odds == pytest.approx(care(baseline).choice.odds)
    assert care(result).need.all == pytest.approx(need.all)
    assert frames["care_need"]["area"].isin(["000000", "230100"]).all()


def test_faults_name_file_and_row(project: Project) -> None:
    rows = f"230100,own,adl,both,60,10,2025,5,,,{END}230100,own,adl,both,75,,2025,9,,,{END}"
    with pytest.raises(InputError, match=r"data/harbin/care_need\.csv, row 3 .*a group from age 70 on"):
        project(care_need=NEED + rows)


def test_arrangements_in_the_words_of_a_bureau(project: Project) -> None:
    rows = [("独居", 20), ("夫妻", 50), ("其他", 30)]
    text = LIVING + "".join(f"230102,2024,合计,60,,{name},{percent},{END}" for name, percent in rows)
    result, _ = project(living=text)
    place = [area.code for area in result.areas].index("230102")
    living = care(result).living
    assert living.told(place) == "alone 20.0%, couple 50.0%, others 30.0% (230102, 2024)"
    assert (living.status(place), living.status(place + 1)) == ("observed", "recalled")


def test_nobody_has_asked_in_2099(project: Project) -> None:
    text = LIVING + "".join(f"230102,2099,合计,60,,{name},{percent},{END}" for name, percent in
                            (("alone", 20), ("couple", 50), ("others", 30)))  # fmt: skip
    with pytest.raises(InputError, match=r"living\.csv, row 2 .*expected a year up to 20\d\d, the year after"):
        project(living=text)


def test_insurance_is_policy_and_leaves_natural_figures(project: Project, baseline: Result) -> None:
    insured, _ = project("eldercare-insurance")
    for item in baseline.demand["eldercare"].series:
        other = insured.demand["eldercare"].find(item.measure, item.part).values
        if item.part.endswith("-policy"):
            assert other[:8] == pytest.approx(item.values[:8])
        else:
            assert other == pytest.approx(item.values), (item.measure, item.part)
    carers = [figure(result, "carers", "all-policy")[15].sum() for result in (baseline, insured)]
    assert carers[1] > 1.1 * carers[0]


def test_what_a_survey_says_stands_beside(baseline: Result) -> None:
    table = known(baseline)
    (row,) = table[table["reason"] == "survey"].to_dict("records")
    assert (row["area"], row["measure"]) == ("230100", "residents")
    assert row["counted"] == pytest.approx(0.043 * figure(baseline, "people", "60plus")[0].sum())
    assert row["computed"] == pytest.approx(figure(baseline, "users", "institution")[0].sum())
    assert "4.3 % of people of 60+ about 2015" in row["note"]
    hulan = table[(table["area"] == "230111") & (table["measure"] == "beds")]
    assert hulan["note"].item().endswith("if people here used homes as the nation does, they would be full")


def test_the_year_of_a_share_is_its_own(baseline: Result) -> None:
    notes = [item.note for item in baseline.services["eldercare"].explain(0, 2030)]
    assert "52.67 % in the nation, 2020" in notes
