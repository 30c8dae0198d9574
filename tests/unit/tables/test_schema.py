from __future__ import annotations

import csv
from dataclasses import FrozenInstanceError
from importlib.resources import files
from pathlib import Path

import pytest

from forecast.errors import InputError
from forecast.tables.schema import load_schema, table_names

ORIGIN = ("source", "status", "confidence")


def test_every_schema_loads_and_has_a_key() -> None:
    assert {"areas", "births", "population", "sources", "standards"} <= set(table_names())
    assert list(table_names()) == sorted(table_names())
    for name in table_names():
        assert load_schema(name).key, name


@pytest.mark.parametrize("name", table_names())
def test_columns_stand_once_and_mean_something(name: str) -> None:
    columns = load_schema(name).columns
    assert len({column.name for column in columns}) == len(columns)
    assert len({column.label_zh for column in columns}) == len(columns)
    for column in columns:
        assert column.meaning_en, column
        assert column.meaning_zh, column
        assert column.label_zh, column
        assert bool(column.allowed) == (column.kind == "choice"), column


@pytest.mark.parametrize("name", sorted(set(table_names()) - {"sources"}))
def test_every_figure_keeps_its_origin(name: str) -> None:
    schema = load_schema(name)
    assert schema.names[-3:] == ORIGIN  # law 14
    assert schema.column("source").reference == ("sources", "source")


@pytest.mark.parametrize("name", table_names())
def test_references_name_columns_that_exist(name: str) -> None:
    for column in load_schema(name).columns:
        if column.reference:
            table, field = column.reference
            assert field in load_schema(table).key


def test_a_column_in_full() -> None:
    column = load_schema("population").column("age_start")
    assert (column.kind, column.minimum, column.maximum, column.required, column.key) == (
        "integer",
        0,
        120,
        "yes",
        True,
    )
    assert (column.numeric, column.whole) == (True, True)
    assert load_schema("population").key == ("area", "date", "concept", "sex", "age_start", "age_width")


def test_schemas_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        load_schema("tfr").name = "other"  # type: ignore[misc]  # that is what the test is about


def test_an_unknown_table_names_the_near_one() -> None:
    with pytest.raises(InputError, match=r"did you mean births\?"):
        load_schema("brths")


def test_an_unknown_column_is_our_mistake() -> None:
    with pytest.raises(KeyError, match="tfr has no column people"):
        load_schema("tfr").column("people")


def test_every_row_of_a_schema_has_every_field() -> None:
    for path in sorted(Path(str(files("forecast.tables") / "schema")).glob("*.csv")):
        rows = list(csv.reader(path.read_text("utf-8").splitlines()))
        assert [row[0] for row in rows if len(row) != len(rows[0])] == [], path.name


def test_every_row_of_the_dictionary_has_every_field() -> None:
    rows = list(csv.reader((files("forecast.run") / "dictionary.csv").read_text("utf-8").splitlines()))
    assert [row[0] for row in rows if len(row) != len(rows[0])] == []
