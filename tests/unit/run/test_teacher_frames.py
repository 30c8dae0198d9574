"""The published table of teachers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.kernels.pension import month
from forecast.run.datapackage import key_of, measures, published
from forecast.run.inputs import Area
from forecast.run.model import Result
from forecast.run.teacher_frames import TABLE, Spread, spread_of, staff_table
from forecast.services.staff.pensions import AGES, FIRST_AGE, MEN, POSTS, PensionAge, retirements
from forecast.services.staff.redeploy import ways
from forecast.services.staff.teachers import STAGES, Staffing, TeacherStock, recruits_of, run_stock

PLACES = (Area("1", "甲", "A", "district", "9"), Area("2", "乙", "B", "county", "9"))
CITY = Area("9", "市", "City", "city", "0")
YEARS = range(2024, 2027)
RULES = tuple(PensionAge(post, 720, 756, month(2025, 1), 4) for post in POSTS)
PRIMARY, JUNIOR = STAGES.index("primary"), STAGES.index("junior")


@pytest.fixture(scope="module")
def stock() -> TeacherStock:
    """Primary teachers too many in A and too few in B, none of whom may go there; junior counted in A alone."""
    start = np.zeros((2, len(STAGES), len(POSTS), len(AGES)))
    start[:, PRIMARY, MEN, 40 - FIRST_AGE] = 100.0
    start[0, JUNIOR, MEN, 56 - FIRST_AGE] = 50.0
    needed = np.zeros((3, 2, len(STAGES)))
    needed[:, 0, PRIMARY], needed[:, 1, PRIMARY], needed[:, :, JUNIOR] = 70.0, 140.0, 50.0
    known = np.array([[0.0, 1.0, 1.0, 0.0], [0.0, 1.0, 0.0, 0.0]])
    recruits = np.stack([recruits_of([(22, 24, 1.0)], np.array([1.0, 0.0, 0.0]))] * len(STAGES))
    stay = ways(STAGES, {}, np.eye(2), np.zeros((2, 2)), 1.0)
    of = Staffing(retirements(RULES, YEARS[1:]), np.zeros(len(STAGES)), recruits, 0.5, stay)
    return run_stock(("1", "2"), YEARS, start, needed, of, known)


@pytest.fixture(scope="module")
def frame(stock: TeacherStock) -> pd.DataFrame:
    found: pd.DataFrame = staff_table(stock, PLACES, CITY, "baseline", 2024).to_pandas()
    return found


def value(frame: pd.DataFrame, area: str, year: int, service: str, measure: str) -> float:
    rows = frame[(frame["area"] == area) & (frame["year"] == year)]
    (found,) = rows[(rows["service"] == service) & (rows["measure"] == measure)]["mean"]
    return float(found)


def test_columns_and_keys(frame: pd.DataFrame) -> None:
    named = ["scenario", "area", "area_name", "area_level", "year", "service", "measure", "unit", "mean"]
    assert list(frame.columns[: len(named)]) == named
    assert list(frame.columns[-3:]) == ["status", "source", "point"]
    assert not frame.duplicated(list(key_of(TABLE))).any()
    assert not frame[list(key_of(TABLE))].isna().any(axis=None)


def test_every_measure_is_explained(frame: pd.DataFrame) -> None:
    assert set(frame["measure"]) == {row["measure"] for row in measures(TABLE)}
    assert published()[TABLE]["meaning_zh"]


def test_a_city_nets_nothing(frame: pd.DataFrame) -> None:
    assert value(frame, "1", 2025, "primary", "surplus") == pytest.approx(30.0)
    assert value(frame, "2", 2025, "primary", "recruited") == pytest.approx(20.0)
    assert value(frame, "2", 2025, "primary", "shortage") == pytest.approx(20.0)
    assert value(frame, "9", 2025, "primary", "surplus") == pytest.approx(30.0)  # law 10
    assert value(frame, "9", 2025, "primary", "shortage") == pytest.approx(20.0)
    assert value(frame, "9", 2025, "primary", "stock") == pytest.approx(220.0)


def test_what_was_not_counted_is_not_told(frame: pd.DataFrame) -> None:
    told = {(area, service) for area, service in zip(frame["area"], frame["service"], strict=True)}
    assert told == {("1", "primary"), ("2", "primary"), ("9", "primary"), ("1", "junior")}


def test_flows_begin_after_the_count(frame: pd.DataFrame) -> None:
    first = frame[frame["year"] == 2024]
    assert set(first["measure"]) == {"stock", "needed", "surplus", "shortage", "mean-age", "share-55plus"}
    status = first.set_index(["area", "service", "measure"])["status"]
    assert status["1", "primary", "stock"] == "observed"
    assert status["1", "primary", "needed"] == "nowcast"
    assert set(frame[frame["year"] > 2024]["status"]) == {"projected"}


def test_ages_of_the_city_are_those_of_its_people(frame: pd.DataFrame) -> None:
    assert value(frame, "2", 2025, "primary", "mean-age") == pytest.approx((100 * 41.5 + 20 * 23.5) / 120)
    assert value(frame, "9", 2025, "primary", "mean-age") == pytest.approx((200 * 41.5 + 20 * 23.5) / 220)
    assert value(frame, "1", 2024, "junior", "share-55plus") == 1.0


def test_rows_balance(frame: pd.DataFrame) -> None:
    wide = frame.pivot_table(index=["area", "service", "year"], columns="measure", values="mean", observed=True)
    for _, rows in wide.groupby(level=["area", "service"]):
        flows = rows.iloc[1:]
        due = rows["stock"].to_numpy()[:-1] - flows["retired"] - flows["left"] + flows["recruited"]
        due = due + flows["moved-in"] - flows["moved-out"]
        assert flows["stock"].to_numpy() == pytest.approx(due.to_numpy())


def test_the_need_carries_its_spread(stock: TeacherStock) -> None:
    mean = np.arange(4 * 3 * 4, dtype=np.float64).reshape(4, 3, 4)  # four years of demand, the first before the count
    spread = Spread(mean, np.stack([mean + place for place in range(7)]))
    frame = staff_table(stock, PLACES, CITY, "baseline", 2024, spread).to_pandas()
    row = frame[(frame["measure"] == "needed") & (frame["year"] == 2024) & (frame["service"] == "primary")]
    city = row[row["area"] == "9"].iloc[0]
    assert (city["mean"], city["p05"], city["p95"]) == (mean[1, 2, 1], mean[1, 2, 1], mean[1, 2, 1] + 6)
    assert city["point"] == 210.0
    assert frame[frame["measure"] == "stock"]["p50"].isna().all()


def test_the_spread_of_the_need_out_of_all_series(baseline: Result) -> None:
    items = [item for service in baseline.demand.values() for item in service.series]
    values = np.stack([np.concatenate([item.values, item.values[:, :1]], axis=1) for item in items])
    found = spread_of(baseline.demand, values, np.stack([values] * 7))
    for place, stage in enumerate(STAGES):
        need = baseline.demand[stage].find("teachers").values
        assert np.array_equal(found.mean[:, :-1, place], need)
        assert np.array_equal(found.quantiles[3, :, :-1, place], need)
