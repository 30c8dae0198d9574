from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from forecast.axes import SEX, SEXES
from forecast.demography.courses import slower
from forecast.demography.mortality import tables
from forecast.demography.noise import Draws
from forecast.project.ageing import AreaRatesSpec
from forecast.project.load import load_models, load_scenario
from forecast.run.columns import QUANTILES
from forecast.run.inputs import Frames
from forecast.run.model import Desk, Result, compute, computed
from forecast.run.mortality_frames import life_expectancy, mortality
from forecast.run.residence_frames import status_of

DRAWS = Draws(20201101, range(200), "230100")
STARTS = (0, 1, *range(5, 90, 5))
WEIGHT = {"value": 0.5, "status": "assumed", "source": "laoyou-method"}


def with_areas(harbin: Path, desk: Desk, engine: str) -> Result:
    overlay = load_scenario(harbin, "baseline")
    models = load_models(harbin, overlay)
    areas = AreaRatesSpec.model_validate({"engine": engine, "weight": WEIGHT})
    ageing = models.ageing.model_copy(update={"areas": areas})
    return computed(desk, overlay, models.model_copy(update={"ageing": ageing}))


def keyed(table: Any) -> Any:
    """Rows by measure, area, year and sex."""
    frame = table.to_pandas()
    names = ["measure", "area", "year", "sex"]
    return frame.astype({"measure": str, "area": str, "sex": str}).set_index(names).sort_index()


@pytest.fixture(scope="module")
def lives(baseline: Result, frames: Frames) -> Any:
    return keyed(life_expectancy(baseline, frames, DRAWS))


@pytest.fixture(scope="module")
def deaths(baseline: Result) -> pd.DataFrame:
    """Deaths of 2020 by sex and age in every district: the province's rates, and in the first of them a half more."""
    rates = baseline.systems.fitted.components.rates[0]
    people = baseline.systems.districts.people[0]
    factor = np.where(np.arange(len(people)) == 0, 1.5, 1.0)
    died = np.add.reduceat(people * rates * factor[:, None, None], STARTS, axis=-1)
    rows = [
        (area, sex, float(start), float(width), float(np.rint(died[place, at, group])))
        for place, area in enumerate(baseline.evidence.areas)
        for at, sex in enumerate(SEXES)
        for group, (start, width) in enumerate(zip(STARTS, [*np.diff(STARTS), np.nan], strict=True))
    ]
    frame = pd.DataFrame(rows, columns=["area", "sex", "age_start", "age_width", "deaths"])
    return frame.assign(year=2020, series="published", concept="resident", source="laoyou-method", status="assumed")


# ----------------------------------------------------------------------------------------------------- life expectancy
def test_nation_province_and_city_from_the_year_after_the_launch(lives: Any, baseline: Result) -> None:
    assert set(lives.index.unique("area")) == {"000000", "230000", "230100"}
    assert set(lives.index.unique("year")) == set(range(2021, 2051))
    known = baseline.evidence.rates
    for sex, name in enumerate(SEXES):
        assert lives.loc[("e0", "000000", 2023, name), "point"] == pytest.approx(known.e0[-1, sex], abs=1e-9)
    both = lives.xs("both", level="sex")["point"]
    assert both.to_numpy() == pytest.approx(
        0.5 * (lives.xs("male", level="sex")["point"] + lives.xs("female", level="sex")["point"]).to_numpy()
    )
    assert (lives["unit"] == "years").all()


def test_what_is_on_record_strays_nowhere(lives: Any) -> None:
    past, later = (lives[lives.index.get_level_values("year") <= 2023], lives.xs(2024, level="year"))
    assert past[list(QUANTILES)].isna().all().all()
    assert (past["mean"] == past["point"]).all()
    assert set(past.xs("000000", level="area")["status"]) == {"observed"}
    assert set(past.xs("230100", level="area")["status"]) == {"nowcast"}
    assert set(later["status"]) == {"projected"}
    assert (later["p05"] < later["p50"]).all()
    assert (later["p50"] < later["p95"]).all()


def test_quantiles_widen_around_the_point(lives: Any) -> None:
    city = lives.loc[("e0", "230100")].xs("both", level="sex").loc[2024:]
    assert ((city["p05"] < city["point"]) & (city["point"] < city["p95"])).all()
    width = (city["p90"] - city["p10"]).to_numpy()
    assert width[-1] > 2.0 * width[0]


def test_the_doubt_is_that_of_the_runs_own_deaths(baseline: Result, lives: Any) -> None:
    # The same draws as the trajectories: where deaths of the city run high, its life expectancy is short
    sampled = baseline.systems.sample(DRAWS)
    factor = 1.0 + sampled.shared.dying()[-1]
    table = tables(baseline.systems.fitted.components.rates[-1:])
    pace = slower(baseline.systems.fitted.launch)
    born = []
    for shock in (np.quantile(factor, 0.95), np.quantile(factor, 0.05)):
        staying = np.cumprod(1.0 - table.q[0, :, :-1] * (1.0 + pace[:-1] * (shock - 1.0)), axis=-1)
        alive = np.concatenate([np.ones((2, 1)), staying], axis=-1)
        died = alive[:, :-1] - alive[:, 1:]
        born.append((alive[:, 1:] + table.a[0, :, :-1] * died).sum(axis=-1).mean())
    row = lives.loc[("e0", "230100", 2050, "both")]
    assert [row["p05"], row["p95"]] == pytest.approx(born, abs=0.01)


def test_without_trajectories_no_quantiles(baseline: Result, frames: Frames, lives: Any) -> None:
    bare = keyed(life_expectancy(baseline, frames, None))
    assert bare[list(QUANTILES)].isna().all().all()
    assert (bare["mean"] == bare["point"]).all()
    assert (bare["point"] == lives["point"]).all()


def test_a_stated_life_expectancy_is_there_exactly(harbin: Path, frames: Frames) -> None:
    result = compute(harbin, Desk(frames), "longer-lives")
    found = keyed(life_expectancy(result, frames, None))["point"]
    path = result.models.ageing.path
    for name, stated in (("male", path.male), ("female", path.female)):
        assert stated
        for year, value in stated.items():
            assert found["e0", "000000", year, name] == pytest.approx(value, abs=1e-9)
    # linear in between, whatever the province's distance
    assert found["e0", "000000", 2032, "male"] == pytest.approx(77.30 + 0.4 * 1.15, abs=1e-9)
    assert found["e0", "230100", 2032, "male"] > found["e0", "000000", 2032, "male"]


@pytest.mark.parametrize("engine", ["topals", "brass"])
def test_districts_with_deaths_by_age_have_tables_of_their_own(
    harbin: Path, frames: Frames, deaths: pd.DataFrame, baseline: Result, lives: Any, engine: str
) -> None:
    tables_known = {**frames, "deaths": deaths}
    result = with_areas(harbin, Desk(tables_known), engine)
    found = keyed(life_expectancy(result, tables_known, DRAWS))
    point = found["point"]
    assert set(found.index.unique("area")) == {"000000", "230000", "230100", *result.evidence.areas}
    here, there, province = (point["e0", area, 2021, "both"] for area in ("230102", "230103", "230000"))
    # half as many deaths again cost some four years; elsewhere the table is the province's
    assert there == pytest.approx(province, abs=0.2)
    assert 3.0 < province - here < 5.0
    assert here < point["e0", "230100", 2021, "both"] < province
    # an area's own shocks come on top of the shared ones, so that no two districts have the same doubt
    width = (found["p95"] - found["p05"]).xs((2035, "both"), level=("year", "sex"))["e0"]
    assert width[list(result.evidence.areas)].nunique() == 18
    assert width["230000"] != width["230100"]
    assert point["e0", "000000"].to_numpy() == pytest.approx(lives["point"]["e0", "000000"].to_numpy(), abs=0)
    died = [item.systems.districts.accounts.deaths[0].sum(axis=(-2, -1)) for item in (result, baseline)]
    assert died[0][0] == pytest.approx(1.5 * died[1][0], rel=0.1)


# --------------------------------------------------------------------------------------------------------------- deaths
@pytest.fixture(scope="module")
def gaps(baseline: Result, frames: Frames) -> pd.DataFrame:
    return mortality(baseline, frames)


def test_the_parts_of_the_gap_multiply_to_the_pooled_ratio(gaps: Any, baseline: Result) -> None:
    wide = gaps[gaps["area"].isin(baseline.evidence.areas)].pivot_table(index="area", columns="measure", values="value")
    assert len(wide) == 18
    parts = wide["gap_register"] * wide["gap_city"] * wide["gap_own"]
    assert parts.to_numpy() == pytest.approx(wide["ratio_pooled"].to_numpy())
    assert (wide["reported"] / wide["expected"]).to_numpy() == pytest.approx(wide["ratio"].to_numpy())
    # chance is small beside deaths in the thousands
    assert np.abs(wide["ratio_pooled"] / wide["ratio"] - 1.0).max() < 0.02
    city = gaps[(gaps["area"] == "230100") & (gaps["year"] == 2010)].set_index("measure")["value"]
    assert city["reported"] == pytest.approx(wide["reported"].sum())
    assert city["gap_register"] * city["gap_city"] == pytest.approx(city["ratio"])


def test_what_the_province_published_lies_near_the_model(gaps: Any) -> None:
    province = gaps[(gaps["area"] == "230000") & (gaps["measure"] == "ratio")].set_index("year")["value"]
    assert province[2010] == pytest.approx(0.843, abs=0.005)
    assert province[[2021, 2022, 2023]].to_numpy() == pytest.approx(np.ones(3), abs=0.03)


def test_registered_deaths_stand_against_registered_people(gaps: Any, baseline: Result) -> None:
    city = gaps[(gaps["area"] == "230100") & (gaps["year"] == 2021)].set_index("measure")["value"]
    assert city["reported-registered"] == 56_000
    people = [year.registered.sum(axis=0) for year in status_of(baseline).years[:2]]
    rates = baseline.systems.fitted.components.rates[0]
    assert city["expected-registered"] == pytest.approx(float((0.5 * (people[0] + people[1]) * rates).sum()))
    assert "reported" not in city


def test_counts_are_persons_and_the_rest_ratios(gaps: Any) -> None:
    counts = gaps["measure"].str.startswith(("reported", "expected"))
    assert set(gaps.loc[counts, "unit"]) == {"persons"}
    assert set(gaps.loc[~counts, "unit"]) == {"ratio"}
    assert not gaps["source"].eq("").any()


def test_both_tables_are_published(table: Any) -> None:
    assert set(table("life_expectancy")["scenario"].astype(str)) == {"baseline", "no-migration"}
    assert "scenario" not in table("mortality").columns


def test_registered_people_die_by_their_area_too(harbin: Path, frames: Frames) -> None:
    result = with_areas(harbin, Desk(frames), "recorded")
    status = status_of(result).years
    for place in (0, 10):
        resident = status[place].resident.sum(axis=(SEX, -1))
        assert resident == pytest.approx(result.systems.districts.people[place].sum(axis=(SEX, -1)), rel=1e-9)


def rows_of_deaths(*rows: tuple[object, ...]) -> pd.DataFrame:
    heads = ["area", "year", "sex", "age_start", "age_width", "deaths"]
    frame = pd.DataFrame(rows, columns=heads).astype({"age_start": float, "age_width": float})
    return frame.assign(series="published", concept="resident", source="laoyou-method", status="observed")


def test_a_district_with_deaths_of_its_own_stands_beside_the_expected(baseline: Result, frames: Frames) -> None:
    none = float("nan")
    own = rows_of_deaths(
        *(("230109", 2022, sex, *group) for sex in SEXES for group in ((0, 60, 300), (60, none, 1400))),
        ("230102", 2023, "both", none, none, 9000),
        # not of all ages: no total
        *(("230103", 2022, sex, 60, none, 4000) for sex in SEXES),
        ("230104", 2022, "male", 0, none, 4000),
    )
    deaths = pd.concat([frames["deaths"], own], ignore_index=True)
    found = mortality(baseline, {**frames, "deaths": deaths})
    later = found[(found["year"] > 2020) & found["area"].isin(baseline.evidence.areas)]
    values = later.set_index(["area", "year", "measure"])["value"]
    assert set(later["area"]) == {"230102", "230109"}
    assert values["230109", 2022, "reported"] == 3400
    assert values["230102", 2023, "reported"] == 9000
    people = baseline.systems.districts.people[1:3].mean(axis=0)[baseline.evidence.areas.index("230109")]
    expected = float((people * baseline.systems.fitted.components.rates[1]).sum())
    assert values["230109", 2022, "expected"] == pytest.approx(expected)
    assert values["230109", 2022, "ratio"] == pytest.approx(3400 / expected)
    status = later.set_index(["area", "measure"])["status"]
    assert (status["230109", "reported"], status["230102", "reported"]) == ("derived", "observed")
    assert not found.duplicated(["area", "year", "measure"]).any()


def test_a_year_before_the_launch_is_set_against_the_provinces_table(baseline: Result, frames: Frames) -> None:
    own = rows_of_deaths(("230102", 2015, "both", float("nan"), float("nan"), 6000))
    found = mortality(baseline, {**frames, "deaths": pd.concat([frames["deaths"], own], ignore_index=True)})
    values = found[(found["area"] == "230102") & (found["year"] == 2015)].set_index("measure")["value"]
    before, after = (launch.stock.people[0] for launch in baseline.systems.launches["districts"])
    rates = baseline.systems.shift.apply(baseline.systems.mortality.predict(range(2015, 2016))[0])
    # the middle of 2015 lies 4.5 of 10 years after the end of 2010
    assert values["expected"] == pytest.approx(float(((0.55 * before + 0.45 * after) * rates).sum()))
