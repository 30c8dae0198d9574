"""The data dictionary of a run: a Frictionless ``datapackage.json`` with meanings in English and Chinese."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq


@cache
def meanings() -> dict[str, dict[str, str]]:
    """Meaning, type and unit of every published column, by its name."""
    text = (files("forecast.run") / "dictionary.csv").read_text("utf-8")
    return {row["column"]: row for row in csv.DictReader(text.splitlines())}


def datapackage(folder: Path, name: str, digest: str) -> dict[str, Any]:
    """Describe every Parquet file of a folder; a column without a meaning is our fault and raises ``KeyError``."""
    return {
        "name": name,
        "profile": "tabular-data-package",
        "digest": digest,
        "resources": [_resource(path) for path in sorted(folder.glob("*.parquet"))],
    }


def _resource(path: Path) -> dict[str, Any]:
    schema = pq.read_schema(path)
    return {
        "name": path.stem,
        "path": path.name,
        "format": "parquet",
        "bytes": path.stat().st_size,
        "rows": pq.read_metadata(path).num_rows,
        "concept": (schema.metadata or {}).get(b"concept", b"").decode(),
        "schema": {"fields": [_field(column) for column in schema.names]},
    }


def _field(column: str) -> dict[str, str]:
    meaning = meanings()[column]
    field = {
        "name": column,
        "type": meaning["type"],
        "description": meaning["meaning_en"],
        "description_zh": meaning["meaning_zh"],
    }
    return {**field, "unit": meaning["unit"]} if meaning["unit"] else field
