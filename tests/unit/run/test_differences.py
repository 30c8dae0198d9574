"""Differences of two scenarios on common trajectories, and what is said of gaps from them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.demography.noise import Draws
from forecast.run.columns import QUANTILES
from forecast.run.differences import Pair, Side, differences
from forecast.run.inputs import Frames
from forecast.run.model import Desk, Result, compute
from forecast.run.project import Drawing, Run, run
from forecast.run.trajectories import courses
from forecast.run.verdicts import Capacity, Passage, passage, verdict

CITY, COUNT, ONSET = "230100", 40, 2026
COLUMNS = (
    *("scenario", "base", "area", "area_name", "area_level", "year", "service", "part", "measure", "unit", "mean"),
    *QUANTILES,
    *("status", "point"),
)
KINDERGARTEN = ("kindergarten", "all", "places")
BIRTHS = ("", "all", "births")


def drawn(result: Result, seed: int = 5, count: int = COUNT) -> Side:
    draws = Draws(seed, range(count), CITY)
    return Side(result, draws, courses(result, result.systems.sample(draws)))


@pytest.fixture(scope="module")
def pair(harbin: Path, frames: Frames) -> Pair:
    desk = Desk(frames)
    base, other = (drawn(compute(harbin, desk, name)) for name in ("baseline", "three-child-strong"))
    return Pair(base, other)


@pytest.fixture(scope="module")
def table(pair: Pair) -> pd.DataFrame:
    frame: pd.DataFrame = differences(pair).to_pandas()
    return frame


def test_the_table_has_the_promised_columns_and_one_row_a_cell(pair: Pair, table: pd.DataFrame) -> None:
    assert tuple(table.columns) == COLUMNS
    figures = sum(len(service.compared) for service in pair.base.result.demand.values())
    assert figures > 6 + 6, "classes, staff, need and policy beside places"
    assert len(table) == 19 * (4 * 30 + figures * 31)
    assert not table.duplicated(["area", "year", "service", "part", "measure"]).any()
    assert set(table["scenario"]) == {"three-child-strong"}
    assert set(table["base"]) == {"baseline"}
    assert set(table.loc[table["service"].isna(), "part"]) == {"all", "1", "2", "3+"}


def test_a_scenario_beside_itself_differs_in_nothing(pair: Pair) -> None:
    frame = differences(Pair(pair.base, pair.base)).to_pandas()
    assert (frame[["mean", *QUANTILES, "point"]] == 0).all().all()
    assert all(Pair(pair.base, pair.base).same(key, 18) for key in pair.base.points)


def test_the_mean_is_the_difference_of_the_means(pair: Pair, table: pd.DataFrame) -> None:
    for key in (BIRTHS, ("", "3+", "births"), KINDERGARTEN):
        since = 0 if key[0] else 1
        apart = (pair.other.kept[key].mean(axis=-1) - pair.base.kept[key].mean(axis=-1))[since:]
        same = table["service"].isna() if key[0] == "" else table["service"] == key[0]
        means = table.loc[same & (table["part"] == key[1]) & (table["measure"] == key[2]), "mean"].to_numpy()
        assert means == pytest.approx(apart.reshape(-1), abs=1e-6)


def test_quantiles_are_those_of_paired_trajectories_and_narrower_than_of_strangers(
    pair: Pair, table: pd.DataFrame
) -> None:
    rows = table[(table["service"] == "kindergarten") & (table["area"] == CITY) & (table["year"] == 2030)]
    place = pair.base.result.people.place(2030)
    one, two = (side.kept[KINDERGARTEN][place, -1] for side in (pair.base, pair.other))
    probs = [int(name[1:]) / 100 for name in QUANTILES]
    assert rows[list(QUANTILES)].to_numpy()[0] == pytest.approx(np.quantile(two - one, probs))
    low, high = np.quantile(two - one, [0.1, 0.9])
    strangers = np.quantile(np.roll(two, 7) - one, [0.1, 0.9])
    assert 0 < low < high
    assert high - low < 0.2 * (strangers[1] - strangers[0])


def test_years_on_record_do_not_differ(table: pd.DataFrame) -> None:
    known = table[table["year"] < ONSET]
    assert (known[["mean", *QUANTILES, "point"]] == 0).all().all()
    assert (table.loc[(table["year"] <= 2025) & table["service"].isna(), "status"] == "nowcast").all()
    assert (table.loc[table["year"] > 2025, "status"] == "projected").all()


def test_more_third_births_make_no_first_birth_before_they_are_mothers(table: pd.DataFrame) -> None:
    born = table[table["service"].isna()].set_index(["part", "area", "year"])
    soon = range(ONSET, ONSET + 15)
    assert (born.loc[("3+", CITY, [*soon]), "p05"] > 0).all()
    for part in ("1", "2"):
        rows = born.loc[part].reset_index()
        assert (rows.loc[rows["year"].isin(soon), ["mean", *QUANTILES, "point"]] == 0).all().all()
    assert (born.loc[("1", CITY, [2050]), "point"] > 0).all(), "whoever was born more bears in her turn"


def test_other_trajectories_or_none_give_no_interval(pair: Pair) -> None:
    for other in (drawn(pair.other.result, seed=6, count=2), Side(pair.other.result, None, {})):
        frame = differences(Pair(pair.base, other)).to_pandas()
        assert frame[list(QUANTILES)].isna().all().all()
        assert np.array_equal(frame["mean"], frame["point"])


def test_scenarios_of_two_projects_are_no_pair(pair: Pair) -> None:
    other = replace(pair.other.result, areas=pair.other.result.areas[:3])
    with pytest.raises(ValueError, match="of one project"):
        Pair(pair.base, Side(other, None, {}))


def test_a_run_publishes_them_against_its_first_scenario(
    published: Run, table: pd.DataFrame, harbin: Path, tmp_path: Path
) -> None:
    frame = pd.read_parquet(published.folder / "differences.parquet")
    assert list(frame.columns) == list(table.columns)
    assert (set(frame["scenario"]), set(frame["base"])) == ({"no-migration"}, {"baseline"})
    demand = pd.read_parquet(published.folder / "demand.parquet")
    rows = demand[(demand["area"] == CITY) & (demand["year"] == 2040) & (demand["part"] == "all")]
    means = rows[(rows["service"] == "primary") & (rows["measure"] == "places")].set_index("scenario")["mean"]
    mine = frame[(frame["area"] == CITY) & (frame["year"] == 2040) & (frame["service"] == "primary")]
    mine = mine[mine["measure"] == "places"]
    assert mine["mean"].item() == pytest.approx(means["no-migration"] - means["baseline"])
    alone = run(harbin, tmp_path / "out", ["baseline"], drawing=Drawing(count=0))
    assert not (alone.folder / "differences.parquet").exists()


@pytest.mark.parametrize(
    ("need", "expected"),
    [
        ([9, 10, 9], Passage(never=True, below_from=None, back=None)),
        ([9, 8, 7], Passage(never=False, below_from=2026, back=None)),
        ([9, 8, 9, 9, 8], Passage(never=False, below_from=2029, back=None)),
        ([9, 8, 9, 8, 9, 9], Passage(never=False, below_from=None, back=2029)),
    ],
)
def test_a_return_that_does_not_last_is_none(need: list[float], expected: Passage) -> None:
    values = np.array(need, dtype=np.float64)
    assert passage(values, 9.0, range(2025, 2025 + len(need)), 0) == expected


def test_a_verdict_on_the_need_of_today(pair: Pair) -> None:
    found = verdict(pair, KINDERGARTEN, 18, 2035, None)
    years = pair.base.result.people.years
    base, other = (side.points[KINDERGARTEN][:, -1] for side in (pair.base, pair.other))
    at = years.index(2035)
    assert (found.now, found.need_now, found.level) == (2025, base[5], base[5])
    assert (found.base, found.other, found.gain) == (base[at], other[at], other[at] - base[at])
    assert found.between is not None
    assert found.between[0] < found.gain < found.between[1]
    assert found.effect_from == ONSET + 3
    assert found.raises
    assert found.districts is not None
    assert (other[6:] < base[5]).all() == (found.other_passage.below_from == 2026)
    count = sum(bool(pair.other.points[KINDERGARTEN][-1, i] < pair.base.points[KINDERGARTEN][5, i]) for i in range(18))
    assert found.districts.never == count
    assert len(found.districts.back) + found.districts.without + found.districts.never == found.districts.count == 18


@pytest.mark.parametrize("capacity", [1.0, 60_000.0, 1e6])
def test_a_verdict_against_a_capacity(capacity: float, pair: Pair) -> None:
    found = verdict(pair, KINDERGARTEN, 18, 2035, Capacity(capacity, 2024, "verified", "source"))
    years, need = pair.base.result.people.years, pair.base.points[KINDERGARTEN][5:, -1]
    above = [year for year, value in zip(years[5:], need, strict=True) if value > capacity]
    assert found.base_above == (above[0] if above else None)
    assert found.base_below == float((pair.base.kept[KINDERGARTEN][-1, -1] < capacity).mean())
    assert found.districts is None


def test_a_service_that_nothing_reaches_has_no_effect(pair: Pair) -> None:
    found = verdict(pair, ("eldercare", "all", "beds"), 18, 2035, None)
    assert (found.effect_from, found.gain, found.between) == (None, 0.0, (0.0, 0.0))
