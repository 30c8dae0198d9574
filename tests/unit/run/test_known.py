"""Counts on record beside the run."""

from __future__ import annotations

import pandas as pd
import pytest

from forecast.run.known import known
from forecast.run.model import Result


@pytest.fixture(scope="module")
def table(baseline: Result) -> pd.DataFrame:
    return known(baseline)


def test_a_rate_gives_back_what_it_was_measured_on(table: pd.DataFrame) -> None:
    rows = table[table["reason"] == "measured-here"]
    assert set(rows["service"]) == {"kindergarten", "senior"}
    assert rows["ratio"].to_numpy() == pytest.approx(1.0, abs=1e-9)
    assert rows.loc[rows["service"] == "kindergarten", "counted"].tolist() == [480119.0]


def test_nine_years_together_give_the_count_back(table: pd.DataFrame) -> None:
    rows = table[(table["reason"] == "border")]
    assert set(rows["service"]) == {"primary", "junior"}
    assert rows["counted"].sum() == pytest.approx(rows["computed"].sum(), rel=1e-9)


def test_capacities_stand_beside_what_is_needed(table: pd.DataFrame, baseline: Result) -> None:
    beds = table[(table["area"] == "230111") & (table["measure"] == "beds")]
    assert beds["counted"].tolist() == [1217.0]
    place = [area.code for area in baseline.areas].index("230111")
    needed = baseline.demand["eldercare"].find("beds").values[baseline.people.place(2022), place]
    assert beds["computed"].item() == pytest.approx(needed)
    nursery = table[(table["area"] == "230100") & (table["service"] == "nursery")]
    assert nursery["counted"].tolist() == [30816.0]
    places = baseline.demand["nursery"].find("places").values[baseline.people.place(2024)].sum()
    assert nursery["computed"].item() == pytest.approx(places)


def test_counts_outside_the_years_of_a_run_are_left_out(table: pd.DataFrame) -> None:
    assert table["year"].min() >= 2020
    assert table["ratio"].gt(0).all()
