from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

Tables = dict[str, pd.DataFrame]
CHINA, CITY, FUZHOU, TIANMEN = "000000", "230100", "350100", "429006"


def births(tables: Tables, series: str, area: str = CHINA) -> pd.DataFrame:
    frame = tables["births"]
    return frame[(frame["series"] == series) & (frame["area"] == area)]


def by_year(frame: pd.DataFrame, value: str) -> dict[int, float]:
    return dict(zip(frame["year"].tolist(), frame[value].tolist(), strict=True))


def test_published_births_in_persons(tables: Tables) -> None:
    published = births(tables, "published")
    all_orders = by_year(published[published["order"] == "all"], "births")
    assert sorted(all_orders) == list(range(2000, 2026))
    assert (all_orders[2016], all_orders[2024], all_orders[2025]) == (17_860_000, 9_540_000, 7_920_000)


def test_orders_sum_to_all(tables: Tables) -> None:
    for series, area, years in (("published", CHINA, 2), ("published", TIANMEN, 2), ("sample", FUZHOU, 1)):
        table = births(tables, series, area).pivot_table(index="year", columns="order", values="births").dropna()
        assert len(table) == years
        assert (table[["1", "2", "3+"]].sum(axis=1) == table["all"]).all()


def test_harbin_births_are_registered(tables: Tables) -> None:
    harbin = births(tables, "register", CITY)
    assert set(harbin["concept"]) == {"registered"}  # law 8
    assert by_year(harbin, "births") == {2020: 45_000, 2021: 37_000, 2022: 33_000}


def test_the_united_nations_series_has_no_hole_and_one_value(tables: Tables) -> None:
    past = by_year(births(tables, "wpp2024"), "births")
    assert sorted(past) == list(range(1950, 2024))
    assert past[2016] == 18_329_300
    outlook = tables["outlook"]
    assert outlook["year"].tolist() == list(range(2000, 2061))
    known = outlook[outlook["kind"] == "estimate"]
    assert by_year(known, "births") == {year: past[year] for year in range(2000, 2024)}
    deaths = tables["deaths"]
    deaths = deaths[deaths["series"] == "wpp2024"]
    assert by_year(known, "deaths").items() <= by_year(deaths, "deaths").items()


def test_outlook_bounds_hold_the_projection(tables: Tables) -> None:
    outlook = tables["outlook"]
    ahead = outlook[outlook["kind"] == "projection"]
    bounds = ahead[["tfr_95_low", "tfr_80_low", "tfr", "tfr_80_high", "tfr_95_high"]].to_numpy()
    assert (np.diff(bounds, axis=1) > 0).all()
    assert ahead["net_migration"].isna().all()
    assert outlook["tfr_80_low"].isna().sum() == 24  # estimates carry none: a blank, not a zero (law 9)


def test_five_year_rates_sum_to_the_published_total(tables: Tables) -> None:
    rates = tables["fertility"]
    five = rates[rates["age_width"] == 5]
    sums = 5 * five.groupby(["area", "year", "order"])["births_per_1000_women"].sum() / 1000
    stated = tables["tfr"].set_index(["area", "year", "order"])["tfr"]
    assert len(sums) == 6
    assert (sums - stated.loc[sums.index]).abs().max() < 0.0015


def test_single_age_rates_of_the_orders_sum_to_all(tables: Tables) -> None:
    rates = tables["fertility"]
    table = rates[rates["age_width"] == 1].pivot_table(
        index="age_start", columns="order", values="births_per_1000_women"
    )
    assert table.index.tolist() == list(range(15, 48))
    assert (table[["1", "2", "3+"]].sum(axis=1) - table["all"]).abs().max() < 0.02


def test_orders_of_the_total_rate_sum_to_all(tables: Tables) -> None:
    table = tables["tfr"].pivot_table(index=["area", "year"], columns="order", values="tfr").dropna(subset=["all", "1"])
    assert len(table) == 4
    gap = (table[["1", "2", "3+"]].sum(axis=1) - table["all"]).abs()
    assert gap.drop(index=(CHINA, 2017)).max() < 0.0005
    assert gap[CHINA, 2017] == pytest.approx(0.01)  # 0.67 + 0.81 + 0.11 = 1.59 beside 1.58: the source rounds


def test_shapes_sum_to_one_hundred(tables: Tables) -> None:
    sums = tables["fertility_shape"].groupby("period_start")["percent_of_tfr"].sum()
    assert sums.index.tolist() == list(range(2005, 2056, 5))
    assert (sums - 100).abs().max() < 0.001


def test_shares_of_the_orders_sum_to_one_hundred(tables: Tables) -> None:
    table = tables["order_shares"].pivot_table(index=["area", "year"], columns="order", values="percent")
    whole = table[["1", "2", "3+"]].dropna()
    assert len(whole) == 4
    assert (whole.sum(axis=1) - 100).abs().max() < 0.05


def test_births_less_deaths_is_the_natural_increase(tables: Tables) -> None:
    table = tables["rates"].pivot_table(index=["area", "year", "series"], columns="measure", values="per_1000").dropna()
    assert len(table) == 6 + 20  # six years of the nation, twenty areas in 2010
    left = table["crude_birth_rate"] - table["crude_death_rate"] - table["natural_increase_rate"]
    assert left.abs().max() < 0.0101


def test_death_rates_run_over_all_ages_and_both_lies_between(tables: Tables) -> None:
    frame = tables["death_rates"]
    assert len(frame) == 11 * 22 * 3
    table = frame.pivot_table(index=["period_start", "age_start"], columns="sex", values="deaths_per_person_year")
    assert (table["both"] >= table[["male", "female"]].min(axis=1)).all()
    assert (table["both"] <= table[["male", "female"]].max(axis=1)).all()
    one = frame[(frame["period_start"] == 2020) & (frame["sex"] == "male")]
    ends = (one["age_start"] + one["age_width"]).tolist()
    assert ends[:-1] == one["age_start"].tolist()[1:]
    assert np.isnan(ends[-1])
    assert one["note"].str.startswith("partly projected").all()


def test_life_expectancy_of_both_lies_between(tables: Tables) -> None:
    table = tables["life_expectancy"].pivot_table(index=["area", "year"], columns="sex", values="e0").dropna()
    assert len(table) == 4
    assert ((table["male"] < table["both"]) & (table["both"] < table["female"])).all()


def test_rounding_says_its_step(tables: Tables) -> None:
    totals = tables["totals"]
    assert (totals["people"] % totals["precision"] == 0).all()
    harbin = totals[(totals["area"] == CITY) & (totals["concept"] == "resident") & (totals["group"] == "all")]
    assert by_year(harbin.assign(year=harbin["date"].dt.year)[harbin["basis"] == "year_end"], "people") == {
        2020: 10_001_000,
        2021: 9_885_000,
        2022: 9_824_100,
    }


def test_marriages_in_couples_and_persons(tables: Tables) -> None:
    frame = tables["marriages"]
    assert by_year(frame[frame["unit"] == "couples"], "value")[2013] == 13_469_000
    assert by_year(frame[frame["unit"] == "persons"], "value") == {2022: 10_517_600, 2023: 11_939_800, 2024: 9_172_300}
