from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

Tables = dict[str, pd.DataFrame]
CHINA, PROVINCE, CITY = "000000", "230000", "230100"
UNITS = {  # census counts as the county tabulations print them: 2010, 2020
    "230102": (923_762, 1_097_430),
    "230103": (1_343_857, 1_390_679),
    "230104": (906_421, 811_178),
    "230108": (190_253, 238_945),
    "230109": (236_848, 413_515),
    "230110": (916_408, 1_120_185),
    "230111": (764_534, 769_997),
    "230112": (596_856, 500_327),
    "230113": (825_634, 633_880),
    "230123": (388_319, 258_345),
    "230124": (203_853, 183_789),
    "230125": (551_271, 444_314),
    "230126": (590_555, 420_409),
    "230127": (277_685, 176_245),
    "230128": (210_650, 179_828),
    "230129": (242_455, 182_725),
    "230183": (585_386, 463_358),
    "230184": (881_224, 724_705),
}
WIDER = {CITY: (10_635_971, 10_009_854), PROVINCE: (38_313_991, 31_850_088), CHINA: (1_332_810_869, 1_409_778_724)}
YEARS = (2010, 2020)


def counts(tables: Tables, year: int) -> pd.DataFrame:
    frame = tables["population"]
    return frame[frame["date"] == f"{year}-11-01"]


def printed(tables: Tables, year: int, indicator: str) -> pd.Series[float]:
    frame = tables["indicators"]
    return frame[(frame["date"] == f"{year}-11-01") & (frame["indicator"] == indicator)].set_index("area")["value"]


def same(counted: pd.Series[int], stated: pd.Series[float]) -> None:
    """Equal for every area that states the figure (the nation has no profile of 2010)."""
    assert len(stated) >= 20
    pd.testing.assert_series_equal(
        counted.loc[stated.index].astype(float), stated, check_names=False, check_index_type=False
    )


@pytest.mark.parametrize("number", [0, 1])
def test_totals_are_the_printed_ones(tables: Tables, number: int) -> None:
    total = counts(tables, YEARS[number]).groupby("area")["people"].sum()
    assert total.to_dict() == {area: pair[number] for area, pair in (UNITS | WIDER).items()}


@pytest.mark.parametrize("number", [0, 1])
def test_the_printed_units_sum_to_the_printed_city(number: int) -> None:
    assert sum(pair[number] for pair in UNITS.values()) == WIDER[CITY][number]


@pytest.mark.parametrize("year", YEARS)
def test_units_sum_to_the_city_in_every_cell(tables: Tables, year: int) -> None:
    cells = counts(tables, year).pivot_table(index=["sex", "age_start"], columns="area", values="people", aggfunc="sum")
    assert len(cells) == 2 * 19
    assert (cells[list(UNITS)].sum(axis=1) == cells[CITY]).all()


@pytest.mark.parametrize("year", YEARS)
def test_each_sex_sums_to_its_printed_total(tables: Tables, year: int) -> None:
    by_sex = counts(tables, year).pivot_table(index="area", columns="sex", values="people", aggfunc="sum")
    for sex in ("male", "female"):
        same(by_sex[sex], printed(tables, year, sex))
    same(by_sex.sum(axis=1), printed(tables, year, "population"))


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize(
    ("indicator", "low", "high"),
    [
        ("pop_0_14", 0, 14),
        ("pop_15_59", 15, 59),
        ("pop_60plus", 60, 200),
        ("pop_65plus", 65, 200),
        ("pop_80plus", 80, 200),
    ],
)
def test_ages_sum_to_the_printed_bands(tables: Tables, year: int, indicator: str, low: int, high: int) -> None:
    frame = counts(tables, year)
    same(frame[frame["age_start"].between(low, high)].groupby("area")["people"].sum(), printed(tables, year, indicator))


def test_women_of_childbearing_age(tables: Tables) -> None:
    frame = counts(tables, 2020)
    women = frame[(frame["sex"] == "female") & frame["age_start"].between(15, 49)]
    same(women.groupby("area")["people"].sum(), printed(tables, 2020, "women_15_49"))


@pytest.mark.parametrize("year", YEARS)
def test_printed_shares_follow_from_the_counts(tables: Tables, year: int) -> None:
    total = printed(tables, year, "population")
    for band in ("0_14", "60plus", "65plus"):
        share = 100 * printed(tables, year, f"pop_{band}") / total
        assert np.abs(share - printed(tables, year, f"share_{band}")).max() <= 0.0051


@pytest.mark.parametrize("year", YEARS)
def test_urban_and_rural_sum_to_all(tables: Tables, year: int) -> None:
    parts = printed(tables, year, "urban_pop") + printed(tables, year, "rural_pop")
    pd.testing.assert_series_equal(parts, printed(tables, year, "population"))


def test_the_rows_of_2010_that_were_exchanged_stand_right(tables: Tables) -> None:
    rows = tables["population"]
    rows = rows[(rows["date"] == "2010-11-01") & rows["area"].isin(["230108", "230109", "230110"])]
    assert rows["note"].str.contains("row label corrected").all()
    sums = rows.groupby("area")["people"].sum().to_dict()
    assert sums == {"230108": 190_253, "230109": 236_848, "230110": 916_408}  # the city's own bulletin


def test_census_totals_agree_with_the_counts(tables: Tables) -> None:
    totals = tables["totals"]
    census = totals[(totals["basis"] == "census")]
    assert len(census) == 4
    for row in census.itertuples():
        frame = tables["population"]
        there = frame[(frame["area"] == row.area) & (frame["date"] == row.date)]
        if row.group == "age_0":
            there = there[there["age_start"] == 0]
        assert there["people"].sum() == row.people
