"""Schemas are data: one CSV per table in ``forecast/tables/schema`` says what each column holds.

The reader checks from them; the documentation and the blank workbook are made from them.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast, get_args

from forecast.errors import InputError
from forecast.tables.near import did_you_mean, in_words

Kind = Literal["text", "code", "integer", "count", "number", "year", "date", "choice"]
Required = Literal["yes", "column", "no"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    name       English header, the name used in code
    kind       text, code (text of digits), integer, count (whole, not negative), number, year, date, choice
    unit       of the figures; empty for words
    minimum    least value allowed, or None
    maximum    greatest value allowed, or None
    allowed    the words of a choice
    required   yes = column and every cell; column = the column, cells may be blank; no = optional
    key        belongs to the key: the columns that together name one row
    reference  (table, column) in which the value must stand, or None
    """

    name: str
    kind: Kind
    unit: str
    minimum: float | None
    maximum: float | None
    allowed: tuple[str, ...]
    required: Required
    key: bool
    reference: tuple[str, str] | None
    meaning_en: str
    meaning_zh: str
    label_zh: str

    @property
    def numeric(self) -> bool:
        """Holds figures rather than words or dates."""
        return self.kind in {"integer", "count", "number", "year"}

    @property
    def whole(self) -> bool:
        """Holds whole numbers only."""
        return self.kind in {"integer", "count", "year"}


@dataclass(frozen=True, slots=True)
class Schema:
    """One table: its name and its columns in order."""

    name: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the columns that together are unique."""
        return tuple(column.name for column in self.columns if column.key)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when there is none (a mistake of ours, not of the input)."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")


@cache
def table_names() -> tuple[str, ...]:
    """Names of all tables that have a schema, sorted."""
    folder = files("forecast.tables") / "schema"
    return tuple(sorted(path.name[:-4] for path in folder.iterdir() if path.name.endswith(".csv")))


@cache
def load_schema(name: str) -> Schema:
    """The schema of a table; InputError for a name that has none."""
    if name not in table_names():
        way_out = did_you_mean(name, table_names())
        raise InputError.one(f"table {name}", f"one of {in_words(table_names(), 40)}", name, way_out)
    text = (files("forecast.tables") / "schema" / f"{name}.csv").read_text(encoding="utf-8")
    return Schema(name, tuple(_column(name, row) for row in csv.DictReader(text.splitlines())))


def _column(table: str, row: dict[str, str]) -> Column:
    kind, required = row["type"], row["required"]
    if kind not in get_args(Kind) or required not in get_args(Required):
        raise ValueError(f"schema of {table}, column {row.get('column')}: {row}")
    target = row["reference"].partition(".")
    return Column(
        name=row["column"],
        kind=cast("Kind", kind),
        unit=row["unit"],
        minimum=_bound(row["minimum"]),
        maximum=_bound(row["maximum"]),
        allowed=tuple(row["allowed"].split("|")) if row["allowed"] else (),
        required=cast("Required", required),
        key=row["key"] == "yes",
        reference=(target[0], target[2]) if target[2] else None,
        meaning_en=row["meaning_en"],
        meaning_zh=row["meaning_zh"],
        label_zh=row["label_zh"],
    )


def _bound(text: str) -> float | None:
    return float(text) if text else None
