"""The data dictionary of a run: a Frictionless ``datapackage.json`` with meanings in English and Chinese.

What it says stands in three tables beside this module: ``published.csv`` (tables and their keys), ``dictionary.csv``
(columns) and ``measures.csv`` (words of the column ``measure``, table by table).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

Row = Mapping[str, str]
MEASURE = "measure"


@cache
def _read(name: str) -> tuple[Row, ...]:
    text = (files("forecast.run") / f"{name}.csv").read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def meanings() -> dict[str, Row]:
    """Meaning, type and unit of every published column, by its name."""
    return {row["column"]: row for row in _read("dictionary")}


@cache
def published() -> dict[str, Row]:
    """Meaning and key of every published table, by its name."""
    return {row["table"]: row for row in _read("published")}


def every_measure() -> tuple[Row, ...]:
    """Words of the column ``measure`` of all tables, with unit (where it is not in the row) and meaning."""
    return _read("measures")


@cache
def measures(table: str) -> tuple[Row, ...]:
    """Words of the column ``measure`` of a table, with their meaning; none where the words are those of an input."""
    return tuple(row for row in every_measure() if row["table"] == table)


def key_of(table: str) -> tuple[str, ...]:
    """The columns that together name a row of a published table, in order; none where no columns do."""
    return tuple(published()[table]["key"].split())


def unit_of(measure: str) -> str:
    """The unit of a row of ``overrides``, by the longest of the known words that its measure begins with.

    >>> unit_of("policy subsidy"), unit_of("births multiplier"), unit_of("urban_pop (resident)")
    ('share', 'ratio', 'persons')
    """
    fitting = [row for row in measures("overrides") if f"{measure} ".replace(",", " ").startswith(f"{row[MEASURE]} ")]
    return max(fitting, key=lambda row: len(row[MEASURE]))["unit"] if fitting else "persons"


def datapackage(folder: Path, name: str, digest: str) -> dict[str, Any]:
    """Describe every Parquet file of a folder; one without a meaning is our fault and raises ``KeyError``."""
    return {
        "name": name,
        "profile": "tabular-data-package",
        "digest": digest,
        "resources": [_resource(path) for path in sorted(folder.glob("*.parquet"))],
    }


def _resource(path: Path) -> dict[str, Any]:
    schema, about = pq.read_schema(path), published()[path.stem]
    key = {"primaryKey": list(key_of(path.stem))} if key_of(path.stem) else {}
    return {
        "name": path.stem,
        "path": path.name,
        "format": "parquet",
        "bytes": path.stat().st_size,
        "rows": pq.read_metadata(path).num_rows,
        "concept": (schema.metadata or {}).get(b"concept", b"").decode(),
        "description": about["meaning_en"],
        "description_zh": about["meaning_zh"],
        "schema": {"fields": [_field(column, path.stem) for column in schema.names], **key},
    }


def _field(column: str, table: str) -> dict[str, str]:
    meaning = meanings()[column]
    words = measures(table) if column == MEASURE else ()
    field = {
        "name": column,
        "type": meaning["type"],
        "description": _described(meaning["meaning_en"], words, "meaning_en", "; "),
        "description_zh": _described(meaning["meaning_zh"], words, "meaning_zh", "；"),
    }
    return {**field, "unit": meaning["unit"]} if meaning["unit"] else field


def _described(general: str, words: Sequence[Row], lang: str, between: str) -> str:
    """The meaning of a column; of a measure, the words of its table with theirs."""
    return between.join(f"{row[MEASURE]} = {row[lang]}" for row in words) or general
