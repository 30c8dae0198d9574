from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result

Call = Callable[..., Result]


@pytest.fixture(scope="module")
def table(city: Path) -> pd.DataFrame:
    return pd.read_csv(city / "data" / "standards" / "standards.csv")


def test_list_by_service(city: Path, forecast: Call, table: pd.DataFrame) -> None:
    names = forecast("standards", "list", "--service", "nursery", "--project", city, "--quiet").stdout.split()
    assert names == table[table["service"] == "nursery"]["standard"].tolist()
    rows = json.loads(forecast("standards", "list", "--project", city, "--json").stdout)
    assert len(rows) == len(table)
    figures = {row["standard"]: row["figure"] for row in rows}
    assert figures["nursery-class-size-6-12m"] == "10"
    assert figures["nursery-classes-small"] == "1 - 3"
    assert figures["nursery-class-size-6-12m-jgj39"] == "<= 10"
    assert "国卫人口发〔2019〕58号" in forecast("standards", "list", "--project", city).stdout


def test_show_everything_of_one(city: Path, forecast: Call) -> None:
    shown = forecast("standards", "show", "primary-class-size", "--project", city).stdout
    assert "GB 50099-2011" in shown
    found = json.loads(forecast("standards", "show", "primary-class-size", "--project", city, "--json").stdout)
    assert (found["minimum"], found["year"], found["effective_to"]) == (45, 2011, None)


def test_diff_of_two_years(city: Path, forecast: Call, table: pd.DataFrame) -> None:
    found = json.loads(forecast("standards", "diff", "2012", "2020", "--project", city, "--json").stdout)
    ended = table[(table["effective_from"] <= 2012) & (table["effective_to"].between(2012, 2019))]
    begun = table[table["effective_from"].between(2013, 2020) & ~(table["effective_to"] < 2020)]
    assert [row["standard"] for row in found["only_2012"]] == ended["standard"].tolist()
    assert {row["standard"] for row in found["only_2020"]} == set(begun["standard"])
    shown = forecast("standards", "diff", "2012", "2020", "--project", city).stdout
    assert f"in force in 2012 only: {len(ended)}\n" in shown


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("show", "primary-clas-size"), ("did you mean primary-class-size?",)),
        (("list", "--service", "nursry"), ("--service", "did you mean nursery?")),
    ],
)
def test_what_there_is_not_is_named(
    arguments: tuple[str, ...], named: tuple[str, ...], refuse: Callable[..., str]
) -> None:
    refuse(("standards", *arguments), *named)
