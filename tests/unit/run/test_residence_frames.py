"""The table of residence status, end to end, and the concept of every table."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from forecast.errors import InputError
from forecast.run.columns import BOTH
from forecast.run.inputs import Frames
from forecast.run.model import Desk, Result, compute
from forecast.run.project import Run
from forecast.run.residence_frames import PARTS, residence_tables, status_of
from forecast.tables.project_tables import read_tables

Tables = Callable[[str], pd.DataFrame]
CITY, SONGBEI, DAOLI = "230100", "230109", "230102"
NINE = [*(f"2301{number:02d}" for number in (2, 3, 4, 8, 9)), *(f"2301{number}" for number in range(10, 14))]
INDICATORS = "data/harbin/indicators_census_2020.csv"


@pytest.fixture(scope="session")
def points(table: Tables) -> pd.DataFrame:
    """Figures of the baseline, one column a measure."""
    frame = table("residence")
    here = frame[frame["scenario"] == "baseline"]
    return here.pivot_table(index=["area", "year", "part"], columns="measure", values="point", observed=True)


def test_registered_is_residents_less_those_from_elsewhere_plus_the_absent(points: pd.DataFrame) -> None:
    registered = points["residents"] - points["resident-not-registered"] + points["registered-absent"]
    assert points["registered"].to_numpy() == pytest.approx(registered.to_numpy(), rel=1e-12)
    assert (points >= 0).all().all()
    assert (points["resident-not-registered"] <= points["residents"]).all()


def test_areas_sum_to_the_city_and_ages_to_all(points: pd.DataFrame) -> None:
    areas = points.drop(index=CITY, level="area").groupby(["year", "part"], observed=True).sum()
    city = points.xs(CITY, level="area").reindex(areas.index)
    assert areas.to_numpy() == pytest.approx(city.to_numpy())
    apart = [*list(PARTS)[1:7], "60+"]
    ages = points[points.index.get_level_values("part").isin(apart)].groupby(["area", "year"], observed=True).sum()
    whole = points.xs("all", level="part").reindex(ages.index)
    assert ages.to_numpy() == pytest.approx(whole.to_numpy())


def test_residents_are_those_of_the_population_table(points: pd.DataFrame, table: Tables) -> None:
    people = table("population")
    known = people[(people["scenario"] == "baseline") & (people["area"] == SONGBEI) & people["age"].between(6, 11)]
    sums = known[known["year"] >= 2020].groupby("year")["point"].sum()
    found = points.xs((SONGBEI, "6-11"), level=("area", "part"))["residents"]
    assert found.to_numpy() == pytest.approx(sums.to_numpy())


def test_registered_totals_on_record_are_met(points: pd.DataFrame) -> None:
    everybody = points.xs("all", level="part")["registered"]
    assert everybody[CITY][2020] == pytest.approx(9_485_000)
    assert everybody[CITY][2021] == pytest.approx(9_432_000)
    assert everybody[CITY][2022] == pytest.approx(9_395_000)
    assert sum(everybody[area][2020] for area in NINE) == pytest.approx(5_535_000)
    assert sum(everybody[area][2021] for area in NINE) == pytest.approx(5_519_000)
    assert everybody[SONGBEI][2023] == pytest.approx(366_000)


def test_the_register_carried_along_cohorts_comes_near_the_record(table: Tables) -> None:
    notes = table("overrides")
    here = notes[(notes["scenario"] == "baseline") & (notes["measure"] == "registered") & (notes["area"] == CITY)]
    miss = (here["before"] / here["after"] - 1.0).to_numpy()
    assert list(here["year"]) == [2021, 2022]
    assert (abs(miss) < 0.005).all()
    least = notes[notes["measure"] == "resident-not-registered"]
    assert set(least["area"]) == {DAOLI}


def test_the_register_loses_less_than_the_residents_of_a_county_that_empties(points: pd.DataFrame) -> None:
    bayan = points.xs(("230126", "all"), level=("area", "part"))
    change = bayan.loc[2050] / bayan.loc[2020] - 1.0
    assert change["residents"] < change["registered"] < 0


def test_a_district_that_grows_gains_registered_people(points: pd.DataFrame) -> None:
    songbei = points.xs((SONGBEI, "all"), level=("area", "part"))
    change = songbei.loc[2040] / songbei.loc[2023]
    assert change["residents"] > 1
    assert change["registered"] > 0.95


def test_districts_gain_and_counties_lose_what_registration_follows(points: pd.DataFrame) -> None:
    registered = points.xs("all", level="part").pivot_table(index="area", columns="year", values="registered")
    areas = registered.drop(index=CITY)
    nine = areas.index.isin(NINE)
    loss = 1.0 - areas[2030] / areas[2023]
    # by deaths alone either would lose some five per cent
    assert loss[~nine].min() > 0.06
    assert 1.0 - areas.loc[nine, 2030].sum() / areas.loc[nine, 2023].sum() < 0.03


def test_status_source_and_columns(table: Tables, frames: Frames) -> None:
    known = set(frames["sources"]["source"]) | {"cohort-component"}
    for name in ("residence", "quarters"):
        frame = table(name)
        assert {part for text in frame["source"].unique() for part in str(text).split("; ")} <= known
        assert frame["point"].notna().all()
        assert not frame.duplicated(["scenario", "area", "year", "part", "measure"]).any()
    registered = table("residence").query("measure == 'registered'").groupby("year")["status"].unique()
    assert [registered[year].tolist() for year in (2020, 2022, 2023)] == [["assumed"], ["nowcast"], ["projected"]]


def test_every_table_says_whom_it_counts(published: Run) -> None:
    manifest = json.loads((published.folder / "manifest.json").read_text("utf-8"))
    package = json.loads((published.folder / "datapackage.json").read_text("utf-8"))
    told = {item["path"]: item["concept"] for item in package["resources"]}
    assert told == manifest["concept"]
    assert set(told) == set(manifest["outputs"])
    assert told["residence.parquet"] == BOTH
    assert told["population.parquet"] == told["demand.parquet"] == "resident"
    stored = pq.read_schema(published.folder / "residence.parquet").metadata
    assert stored[b"concept"].decode() == BOTH


def test_people_in_quarters_are_those_held_apart(baseline: Result, table: Tables) -> None:
    frame = table("quarters")
    here = frame[(frame["scenario"] == "baseline") & (frame["area"] == CITY)].set_index("year")["point"]
    assert here.to_numpy() == pytest.approx(baseline.systems.students.sum(axis=(1, 2, 3)))


def drop(project: Path, file: str, *wanted: str) -> None:
    """Take lines away that hold one of the texts."""
    path = project / file
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join(line for line in lines if not any(text in line for text in wanted)) + "\n", "utf-8")


def test_without_counts_of_people_from_elsewhere_there_is_no_table(copy: Path, baseline: Result) -> None:
    drop(copy, "data/harbin/indicators_census_2010.csv", "hukou_pop")
    drop(copy, "data/harbin/totals.csv", "songbei-communique-2023")
    frames = read_tables(copy)
    result = compute(copy, Desk(frames), "baseline")
    assert result.evidence.register is None
    assert set(residence_tables(result, frames)) == {"quarters"}
    assert (result.people.people == baseline.people.people).all()
    with pytest.raises(ValueError, match="does not know its registered people"):
        status_of(result)


def test_counts_of_some_areas_alone_are_a_fault(copy: Path) -> None:
    drop(copy, "data/harbin/indicators_census_2010.csv", "230103,2010-11-01,hukou_pop")
    with pytest.raises(InputError, match=r"expected registered people of every area, found none for 230103"):
        compute(copy, read_tables(copy), "baseline")


def test_a_table_of_registered_people_by_age_takes_the_place_of_the_model(copy: Path) -> None:
    head = "area,date,concept,sex,age_start,age_width,people,note,source,status,confidence\n"
    cells = {"male": (60_000, 240_000, 50_000), "female": (55_000, 245_000, 60_000)}
    rows = [
        f"{DAOLI},2020-12-31,registered,{sex},{start},{width},{people},,laoyou-method,assumed,low"
        for sex, groups in cells.items()
        for start, width, people in zip((0, 18, 60), ("18", "42", ""), groups, strict=True)
    ]
    (copy / "data/harbin/population_registered.csv").write_text(head + "\n".join(rows) + "\n", "utf-8")
    result = compute(copy, Desk(read_tables(copy)), "baseline")
    place = result.evidence.areas.index(DAOLI)
    found = status_of(result).years[0].registered
    assert found[place, 0, :18].sum() == pytest.approx(60_000)
    assert found[place, 1, 60:].sum() == pytest.approx(60_000)
    assert found.sum() == pytest.approx(9_485_000)


def test_a_register_that_contradicts_the_movers(copy: Path) -> None:
    path = copy / "data/harbin/totals.csv"
    row = f"{DAOLI},2020-12-31,registered,year_end,all,10000,1,,laoyou-method,assumed,low\n"
    path.write_text(path.read_text("utf-8") + row, "utf-8")
    with pytest.raises(InputError, match=r"registered people of 230102, 2020: expected at least the .* found 10,000"):
        compute(copy, Desk(read_tables(copy)), "baseline")
