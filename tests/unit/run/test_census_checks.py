"""Counts that cannot carry a run are told by table, area and ages; those of few people can."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.demography.settlement import Dwellings
from forecast.errors import InputError
from forecast.project.spec import Models
from forecast.run.census_checks import check_city, crowded
from forecast.run.inputs import Frames, evidence_of
from forecast.run.model import Desk, Result, compute
from forecast.run.project import Drawing, run
from forecast.tables.project_tables import read_tables

CITY, SONGBEI, NATION = "230100", "230109", "000000"
DAY = pd.Timestamp("2020-11-01")
WOMEN = range(15, 50, 5)


@pytest.fixture(scope="module")
def models(baseline: Result) -> Models:
    return baseline.models


def emptied(frames: Frames, area: str, ages: range | list[int], sexes: tuple[str, ...] = ("male", "female")) -> Frames:
    """Nobody of some ages in one area at the census of the launch."""
    people = frames["population"].copy()
    here = (people["area"] == area) & (people["date"] == DAY) & (people["concept"] == "resident")
    chosen = here & people["age_start"].isin(list(ages)) & people["sex"].isin(sexes)
    assert chosen.any()
    people.loc[chosen, "people"] = 0
    return {**frames, "population": people}


@pytest.mark.parametrize(
    ("area", "ages", "sexes", "says"),
    [
        (SONGBEI, [0], ("male", "female"), rf"age 0 of {SONGBEI}: expected some children: .* about 1,\d\d\d .*found 0"),
        (SONGBEI, [1], ("male", "female"), rf"age 1-4 of {SONGBEI}: expected some children"),
        (SONGBEI, WOMEN, ("female",), rf"women of 15-49 of {SONGBEI}: expected one or more"),
        (SONGBEI, range(100), ("male", "female"), rf"women of 15-49 of {SONGBEI}: expected one or more"),
        (NATION, [0], ("male", "female"), f"ages 0 and 1-4 of {NATION}: expected boys and girls"),
        ("230000", [0, 1], ("female",), "ages 0 and 1-4 of 230000: expected boys and girls"),
    ],
)
def test_a_hole_filled_with_zeros_is_named(
    frames: Frames, models: Models, area: str, ages: list[int], sexes: tuple[str, ...], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        evidence_of(emptied(frames, area, ages, sexes), models)


def test_no_child_in_any_area(frames: Frames, models: Models, baseline: Result) -> None:
    given = frames
    for area in baseline.evidence.areas:
        given = emptied(given, area, [0])
    with pytest.raises(InputError, match="age 0: expected children in some area, found none in any"):
        evidence_of(given, models)


def edited(path: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    change(pd.read_csv(path, dtype=str, keep_default_na=False)).to_csv(path, index=False)


def without_city(project: Path) -> None:
    """Take away the city's own counts and the registers: they are not those of its districts any more."""
    data = project / "data/harbin"
    edited(data / "totals.csv", lambda rows: rows[~rows["area"].isin([CITY, SONGBEI])])
    for year in (2010, 2020):
        edited(data / f"population_{year}.csv", lambda rows: rows[rows["area"] != CITY])
        edited(
            data / f"indicators_census_{year}.csv",
            lambda rows: rows[~rows["indicator"].isin(["population", "hukou_pop"])],
        )


def village(project: Path) -> None:
    """One district has the people of a village, and no child below one."""

    def shrunk(rows: pd.DataFrame) -> pd.DataFrame:
        here = rows["area"] == SONGBEI
        rows.loc[here, "people"] = (rows.loc[here, "people"].astype(float) / 1000).round().astype(int).astype(str)
        young = here & (rows["age_start"] == "0") & (rows["date"] == "2020-11-01")
        rows.loc[young, "people"] = "0"
        return rows

    for year in (2010, 2020):
        edited(project / f"data/harbin/population_{year}.csv", shrunk)


def test_a_village_without_an_infant_runs_from_end_to_end(copy: Path, tmp_path: Path) -> None:
    without_city(copy)
    village(copy)
    done = run(copy, tmp_path / "out", ("baseline",), drawing=Drawing(count=5))
    tables = {name: pd.read_parquet(done.folder / f"{name}.parquet") for name in ("population", "demand", "births")}
    for frame in tables.values():
        assert np.isfinite(frame["point"]).all()
        assert np.isfinite(frame["mean"]).all()
    births = tables["births"].query(f"area == '{SONGBEI}' and year == 2030")["point"]
    assert 0 < births.max() < 5
    notes = pd.read_parquet(done.folder / "overrides.parquet")
    told = notes[(notes["area"] == SONGBEI) & (notes["measure"] == "people of age 0")]
    assert told[["before", "after"]].to_numpy().tolist() == [[0.0, 0.5]]
    assert told["why"].str.contains("half a child stands for none").all()


def test_the_levels_of_the_others_stay_what_they_were(copy: Path, baseline: Result) -> None:
    without_city(copy)
    village(copy)
    found = compute(copy, Desk(read_tables(copy)), "baseline").systems.levels
    others = np.array(baseline.evidence.areas) != SONGBEI
    assert found.weight == pytest.approx(baseline.systems.levels.weight, abs=0.05)
    ratio = found.pooled[others] / baseline.systems.levels.pooled[others]
    assert ratio == pytest.approx(np.full(others.sum(), ratio.mean()), rel=0.01)


def test_the_bundled_areas_make_up_their_city(frames: Frames, models: Models, baseline: Result) -> None:
    check_city(frames, models, baseline.evidence.censuses[1])


def of_city(rows: pd.DataFrame) -> pd.Series:
    return rows["area"] == CITY


@pytest.mark.parametrize(
    ("gone", "says"),
    [
        (
            (),
            rf"population, {CITY}, 2020-11-01: expected people of the city .* 1,097,430 on .*, found 10,009,854",
        ),
        (("population",), rf"indicators, population of {CITY}, 2020-11-01: expected .* found 10,009,854"),
        (("population", "indicators"), rf"totals, {CITY}, census of 2020-11-01: .* found 10,009,854"),
        (("population", "indicators", "census"), rf"totals, {CITY}, 2020-12-31: .* found 10,001,000"),
        (
            ("population", "indicators", "census", "2020"),
            rf"totals, {CITY}, 2021-12-31: .* within 12%.* found 9,885,000",
        ),
    ],
)
def test_a_district_alone_is_not_the_city(frames: Frames, models: Models, gone: tuple[str, ...], says: str) -> None:
    areas, totals = frames["areas"], frames["totals"]
    districts = areas["parent"] == CITY
    given = {**frames, "areas": areas[~districts | (areas["area"] == "230102")]}
    for name in ("population", "indicators"):
        if name in gone:
            given[name] = frames[name][~of_city(frames[name])]
    if "census" in gone:
        totals = totals[~(of_city(totals) & (totals["basis"] == "census"))]
    if "2020" in gone:
        totals = totals[~(of_city(totals) & (totals["date"].dt.year == 2020))]
    given["totals"] = totals
    with pytest.raises(InputError, match=says):
        evidence_of(given, models)


def test_a_district_alone_with_nothing_said_of_its_city(frames: Frames, models: Models) -> None:
    areas = frames["areas"]
    given = {**frames, "areas": areas[(areas["parent"] != CITY) | (areas["area"] == "230102")]}
    given |= {name: given[name][~of_city(given[name])] for name in ("population", "indicators", "totals")}
    assert evidence_of(given, models).areas == ("230102",)


def built(baseline: Result, count: float, year: int = 2026) -> dict[int, Dwellings]:
    """Dwellings in Bayan alone."""
    areas = baseline.evidence.areas
    completed = np.where(np.array(areas) == "230126", count, 0.0)
    return {year: Dwellings(completed, np.full(len(areas), np.nan))}


def asked(frames: Frames, baseline: Result, count: float) -> list[tuple[str, int, float, float]]:
    census, areas = baseline.evidence.censuses[1], baseline.evidence.areas
    notes = crowded(frames, baseline.models, census, areas, built(baseline, count))
    return [(note.area, note.year, note.before, note.after) for note in notes]


def test_dwellings_beyond_all_measure(frames: Frames, baseline: Result) -> None:
    households = frames["indicators"].query("area == '230126' and indicator == 'family_households'")
    known = float(households[households["date"] == DAY]["value"].iloc[0])
    assert asked(frames, baseline, 0.4 * known) == []
    assert asked(frames, baseline, 0.6 * known) == [("230126", 2026, 0.6 * known, 0.6 * known)]
    with pytest.raises(InputError, match=r"housing, 230126, 2026: expected dwellings, at most 2 .* found 10,000,000"):
        asked(frames, baseline, 1e7)
    uncounted = {**frames, "indicators": frames["indicators"][frames["indicators"]["indicator"] != "family_households"]}
    with pytest.raises(InputError, match=r"its 188,\d\d\d households"):  # 420 thousand people by 2.23
        asked(uncounted, baseline, 1e7)


def test_many_dwellings_are_told_once(copy: Path, tmp_path: Path) -> None:
    head = "area,year,dwellings,household_size,note,source,status,confidence\n"
    path = copy / "data/harbin/housing.csv"
    path.write_text(f"{head}230126,2026,120000,,,laoyou-method,assumed,low\n", "utf-8")
    names = ("baseline", "no-migration")
    done = run(copy, tmp_path / "out", names, drawing=Drawing(count=0))
    told = [remark for remark in done.remarks if "dwellings" in remark]
    assert len(told) == 1
    assert told[0].startswith("baseline, 230126, 2026, dwellings: taken as stated")
    notes = pd.read_parquet(done.folder / "overrides.parquet")
    assert "dwellings" in set(notes[notes["scenario"] == "baseline"]["measure"])
    path.write_text(f"{head}230126,2026,10000000,,,laoyou-method,assumed,low\n", "utf-8")
    with pytest.raises(InputError, match="count dwellings, not square metres"):
        compute(copy, Desk(read_tables(copy)), "baseline")
