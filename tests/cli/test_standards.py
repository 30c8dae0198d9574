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


def test_list_what_is_in_force_in_a_year(city: Path, forecast: Call, table: pd.DataFrame) -> None:
    then = forecast("standards", "list", "--year", "2005", "--project", city, "--quiet").stdout.split()
    begun = table[(table["effective_from"] <= 2005) & ~(table["effective_to"] < 2005)]
    assert then == begun["standard"].tolist()
    assert 0 < len(then) < len(table)


def test_list_the_most_local_of_an_area(project: Path, forecast: Call) -> None:
    path = project / "data" / "standards" / "standards.csv"
    frame = pd.read_csv(path, dtype=str)
    row = frame[frame["standard"] == "primary-class-size"].assign(
        standard="daoli-class-size", area="230102", minimum="40", maximum="40"
    )
    pd.concat([frame, row]).to_csv(path, index=False)

    def names(*more: str) -> set[str]:
        return set(forecast("standards", "list", "--project", project, "--quiet", *more).stdout.split())

    assert {"daoli-class-size", "primary-class-size"} <= names("--service", "primary")
    here, beside = names("--area", "道里区"), names("--area", "Nangang")
    assert "daoli-class-size" in here
    assert "primary-class-size" not in here
    assert "primary-class-size" in beside
    assert "daoli-class-size" not in beside
    assert "nursery-class-size-mixed-18-36m" not in here, "a guide of another city"


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
        (("list", "--area", "Daolii"), ("--area", "did you mean Daoli?")),
    ],
)
def test_what_there_is_not_is_named(
    arguments: tuple[str, ...], named: tuple[str, ...], refuse: Callable[..., str]
) -> None:
    refuse(("standards", *arguments), *named)
