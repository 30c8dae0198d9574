"""The tables of a published run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from forecast.axes import FERTILE
from forecast.run.columns import KEYS, VALUES
from forecast.run.inputs import Frames
from forecast.run.model import Result

Tables = Callable[[str], pd.DataFrame]
KEYED = ("population", "births", "deaths", "migration", "demand", "totals")
CITY = "230100"


def parts(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of districts and counties."""
    return frame[frame["area_level"].isin(["district", "county"])]


def keys(frame: pd.DataFrame) -> list[str]:
    """Columns that name a row, but the area."""
    known = (*KEYS, "measure")
    return [name for name in known if name in frame and not name.startswith("area")]


@pytest.mark.parametrize("name", KEYED)
def test_promised_columns_in_their_order(table: Tables, name: str) -> None:
    columns = list(table(name).columns)
    promised = [column for column in (*KEYS, *VALUES) if column in columns]
    assert columns == promised
    assert {"scenario", "area", "area_name", "area_level", "year", *VALUES} <= set(columns)


@pytest.mark.parametrize("name", KEYED)
def test_every_row_has_its_own_key(table: Tables, name: str) -> None:
    frame = table(name)
    named = ["area", *keys(frame)]
    assert not frame.duplicated(named).any()
    assert not frame[[*named, "area_name", "area_level", "unit", "status", "source"]].isna().any().any()


@pytest.mark.parametrize("name", KEYED)
def test_districts_sum_to_the_city_in_every_row(table: Tables, name: str) -> None:
    frame = table(name)
    named = keys(frame)
    here, whole = parts(frame).groupby(named, observed=True), frame[frame["area"] == CITY].set_index(named)
    for column in ("mean", "point"):
        districts, city = here[column].sum(), whole[column]
        assert len(city) == len(districts) > 0
        gap = (districts - city.reindex(districts.index)).abs()
        assert gap.notna().all()
        assert (gap <= 1e-9 * city.abs().reindex(districts.index).clip(lower=1.0)).all()


def test_eighteen_areas_and_thirty_years(table: Tables) -> None:
    frame = table("demand")
    assert frame["area"].nunique() == 19
    assert sorted(frame["year"].unique()) == list(range(2020, 2051))
    people = table("population")
    assert sorted(people.loc[people["area"] == CITY, "year"].unique()) == [2010, *range(2020, 2051)]
    assert sorted(people["age"].unique()) == list(range(101))
    assert sorted(table("births")["age"].unique()) == list(FERTILE)


def test_figures_are_numbers(table: Tables) -> None:
    for name in (*KEYED, "balance", "scores", "supply", "overrides", "assumptions"):
        numbers = table(name).select_dtypes("number")
        assert not np.isinf(numbers.to_numpy(dtype=float)).any(), name
    for name in KEYED:
        assert table(name)[["mean", "point"]].notna().all().all(), name
    for name in ("population", "births", "deaths", "demand"):
        assert (table(name)[["mean", "point"]] >= 0).all().all(), name


def test_places_classes_workers_and_beds_are_whole(table: Tables) -> None:
    frame = parts(table("demand"))
    lines = frame["part"].astype(str).str.startswith("standard")
    whole = frame[frame["measure"].isin(["places", "classes", "staff", "teachers", "carers", "beds"]) & ~lines]
    assert set(whole["service"]) == set(frame["service"])
    # A mean over trajectories is none of them; that each is whole is shown with the trajectories.
    assert (whole["point"] == whole["point"].round()).all()


def test_status_by_year(table: Tables) -> None:
    frame = table("population")
    city = frame[frame["area"] == CITY].groupby("year")["status"].unique()
    assert city[2010].tolist() == city[2020].tolist() == ["observed"]
    assert city[2022].tolist() == ["nowcast"]
    assert city[2023].tolist() == city[2050].tolist() == ["projected"]
    for name in KEYED:
        assert set(table(name)["status"]) <= {"observed", "nowcast", "projected", "assumed"}, name


def test_births_on_record_are_born(table: Tables) -> None:
    frame = table("births")
    assert (frame.loc[frame["year"] <= 2025, "share_born"] == 1).all()
    assert (frame.loc[frame["year"] > 2025, "share_born"] == 0).all()


def test_shares_already_born_fall_with_the_years(table: Tables) -> None:
    frame = table("demand")
    here = frame[(frame["area"] == CITY) & (frame["measure"] == "places") & (frame["part"] == "all")]
    for service in ("nursery", "kindergarten", "primary", "junior", "senior"):
        shares = here[(here["service"] == service) & (here["scenario"] == "baseline")].sort_values("year")["share_born"]
        assert shares.iloc[0] == 1, service
        assert (shares.diff().dropna() <= 1e-12).all(), service
    first = here[(here["service"] == "primary") & (here["share_born"] < 1)]["year"].min()
    # the six-year-olds of autumn 2032 were born from September 2025 to August 2026: not all on record
    assert first == 2032
    assert here.loc[here["service"] == "eldercare", "share_born"].isna().all()


def test_the_account_closes_for_every_area_and_year(table: Tables) -> None:
    frame = table("balance")
    gap = frame["end"] - frame["start"] - frame["births"] + frame["deaths"] - frame["migration"]
    assert (gap.abs() <= 1e-9 * frame["end"]).all()
    assert (frame["gap"].abs() <= 1e-9 * frame["end"]).all()
    assert frame["total_fertility"].between(0.2, 3.0).all()


def whole(frame: pd.DataFrame) -> pd.DataFrame:
    """Births stand twice, together and by order: together alone."""
    return frame[frame["part"] == "all"] if "part" in frame else frame


def test_births_by_order_sum_to_births(table: Tables) -> None:
    keys = ["scenario", "area", "year", "age"]
    births = table("births")
    for column in ("point", "mean"):
        by_part = births.pivot_table(index=keys, columns="part", values=column, observed=True)
        assert by_part[["1", "2", "3+"]].sum(axis=1).to_numpy() == pytest.approx(by_part["all"].to_numpy(), rel=1e-9)


def test_women_by_number_of_children_sum_to_women(table: Tables) -> None:
    keys = ["scenario", "area", "year"]
    people = table("population")
    women = people[(people["sex"] == "female") & people["age"].between(15, 49) & (people["year"] >= 2020)]
    known = women.groupby(keys, observed=True)["point"].sum()
    parity = table("parity")
    for name in ("15-49", "groups"):
        rows = parity[parity["part"] == name] if name == "15-49" else parity[parity["part"] != "15-49"]
        sums = rows.groupby(keys, observed=True)["point"].sum()
        assert sums.to_numpy() == pytest.approx(known.reindex(sums.index).to_numpy(), rel=1e-9)


def test_fertility_hangs_together(table: Tables) -> None:
    fertility = table("fertility").set_index(["measure", "part", "scenario", "area", "year"])["point"]
    total = fertility["total_fertility"]
    assert sum(total[part] for part in ("1", "2", "3+")).to_numpy() == pytest.approx(total["all"].to_numpy(), rel=1e-9)
    parts = fertility["progression"]
    assert ((parts > 0) & (parts < 1)).all()
    table_total = fertility["parity_total_fertility"]["all"]
    first, second = parts["a0"], parts["a0"] * parts["a1"]
    assert (table_total > first + second).all()
    account = table("balance").set_index(["scenario", "area", "year"])["total_fertility"]
    assert total["all"].to_numpy() == pytest.approx(account.reindex(total["all"].index).to_numpy(), rel=0.02)


def test_the_account_holds_the_sums_of_the_other_tables(table: Tables) -> None:
    account = table("balance").set_index(["scenario", "area", "year"])
    for name in ("births", "deaths", "migration"):
        sums = whole(table(name)).groupby(["scenario", "area", "year"], observed=True)["point"].sum()
        assert account[name].to_numpy() == pytest.approx(sums.reindex(account.index).to_numpy(), abs=1e-6)
    people = table("population").groupby(["scenario", "area", "year"], observed=True)["point"].sum()
    assert account["end"].to_numpy() == pytest.approx(people.reindex(account.index).to_numpy())


def test_totals_are_the_sums_of_the_other_tables(table: Tables) -> None:
    sums = table("totals")
    rows = ["scenario", "area", "year"]
    people = table("population")
    ages = {"all": (0, 100), "0-14": (0, 14), "15-59": (15, 59), "60+": (60, 100), "65+": (65, 100), "80+": (80, 100)}

    def total(measure: str, part: str) -> pd.DataFrame:
        return sums[(sums["measure"] == measure) & (sums["part"] == part)].set_index(rows)

    for column in ("mean", "point"):
        for part, (low, high) in ages.items():
            found = people[people["age"].between(low, high)].groupby(rows, observed=True)[column].sum()
            known = total("residents", part)[column]
            assert known.to_numpy() == pytest.approx(found.reindex(known.index).to_numpy(), rel=1e-9), part
        for name in ("births", "deaths", "migration"):
            found = whole(table(name)).groupby(rows, observed=True)[column].sum()
            known = total(name, "all")[column]
            assert known.to_numpy() == pytest.approx(found.reindex(known.index).to_numpy(), rel=1e-9, abs=1e-6), name
        births = table("births")
        for part in ("1", "2", "3+"):
            found = births[births["part"] == part].groupby(rows, observed=True)[column].sum()
            known = total("births", part)[column]
            assert known.to_numpy() == pytest.approx(found.reindex(known.index).to_numpy(), rel=1e-9, abs=1e-6), part
        demand = table("demand")
        school = demand["service"].isin(["kindergarten", "primary", "junior", "senior"])
        places = demand[school & (demand["part"] == "all") & (demand["measure"] == "places")]
        found = places.groupby(rows, observed=True)[column].sum()
        known = total("school-places", "all")[column]
        assert known.to_numpy() == pytest.approx(found.reindex(known.index).to_numpy(), rel=1e-9)


def test_ages_of_100_and_over_are_one_group(baseline: Result, table: Tables) -> None:
    frame = table("population")
    row = frame[
        (frame["scenario"] == "baseline") & (frame["area"] == "230103") & (frame["year"] == 2050)
        & (frame["sex"] == "female") & (frame["age"] == 100)
    ]  # fmt: skip
    inside = baseline.systems.districts.at(2050)[baseline.people.areas.index("230103"), 1, 100:]
    assert row["point"].item() == pytest.approx(inside.sum())


def test_parents_stand_as_far_as_they_are_known(baseline: Result, table: Tables) -> None:
    frame = table("population")
    for area in baseline.parents[1:]:
        years = sorted(frame.loc[frame["area"] == area.code, "year"].unique())
        known = baseline.evidence.totals[area.code]
        assert years == list(range(2020, max(known) + 1))
        for year in years:
            rows = frame[(frame["scenario"] == "baseline") & (frame["area"] == area.code) & (frame["year"] == year)]
            assert rows["point"].sum() == pytest.approx(known[year], rel=1e-9)


def test_scenarios_share_what_is_on_record(table: Tables) -> None:
    frame = table("population")
    known = frame[frame["year"] <= 2020].set_index(["scenario", "area", "year", "sex", "age"])["mean"]
    assert np.array_equal(known.loc["baseline"].to_numpy(), known.loc["no-migration"].to_numpy())
    last = frame[(frame["area"] == CITY) & (frame["year"] == 2050)].groupby("scenario", observed=True)["mean"].sum()
    assert last["no-migration"] > last["baseline"]


def test_sources_can_be_looked_up(table: Tables, frames: Frames) -> None:
    known = set(frames["sources"]["source"]) | {"cohort-component", "parity-progression", "computed"}
    assert set(table("sources")["source"]) == set(frames["sources"]["source"])
    for name in (*KEYED, "supply", "assumptions"):
        named = {part for text in table(name)["source"].unique() for part in str(text).split("; ")}
        assert named <= known, name


def test_notes_name_scenario_value_and_reason(table: Tables) -> None:
    for name in ("overrides", "assumptions"):
        frame = table(name)
        assert set(frame["scenario"]) == {"baseline", "no-migration"}
        assert frame["why"].astype(str).str.len().min() > 0, name
    overrides = table("overrides")
    unheard = overrides["why"].astype(str).str.contains("has no effect")
    assert overrides.loc[~unheard, "after"].notna().all()
    assert set(overrides.loc[unheard, "scenario"]) == {"no-migration"}
    assert {"births", "people", "relative fertility"} <= set(overrides["measure"])
