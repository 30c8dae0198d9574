"""Other names for tables, headers and labels, Chinese and English: read from ``aliases.csv`` (data, not code)."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache
from importlib.resources import files

from forecast.tables.schema import Column, Schema


def plain(text: str) -> str:
    """Full-width forms made half-width (Unicode NFKC), blanks around removed.

    >>> plain(" １２３Ａ ")
    '123A'
    """
    return unicodedata.normalize("NFKC", text).strip()


def header(text: str) -> str:
    """A header as it is compared: plain, lower case, blanks as underscores, a unit in brackets left out.

    >>> header("Age Start (years)")
    'age_start'
    """
    bare = re.sub(r"\s*\(.*\)$", "", plain(text))
    return re.sub(r"\s+", "_", bare.lower())


@cache
def _rows() -> tuple[tuple[str, str, str, str], ...]:
    text = (files("forecast.tables") / "aliases.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple((row["kind"], row["column"], row["name"], row["alias"]) for row in rows)


@cache
def headers(schema: Schema) -> dict[str, str]:
    """Every accepted header of a table -> the name of its column; names go before labels, labels before aliases."""
    names = set(schema.names)
    found = {header(alias): name for kind, _, name, alias in _rows() if kind == "column" and name in names}
    found |= {header(column.label_zh): column.name for column in schema.columns if column.label_zh}
    return found | {name: name for name in schema.names}


@cache
def labels(column: Column) -> dict[str, str]:
    """Every accepted label of a choice, in lower case -> the word of the schema."""
    allowed = set(column.allowed)
    found = {
        plain(alias).lower(): name
        for kind, owner, name, alias in _rows()
        if kind == "value" and owner == column.name and name in allowed
    }
    return found | {word.lower(): word for word in column.allowed}


@cache
def tables() -> dict[str, str]:
    """Other names of tables, for the names of files."""
    return {plain(alias).lower(): name for kind, _, name, alias in _rows() if kind == "table"}
