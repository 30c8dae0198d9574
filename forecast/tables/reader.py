"""Read one table by its schema: a typed frame, or all faults at once, each with file, row and column (law 9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from forecast.errors import Fault, InputError
from forecast.tables.aliases import header, headers
from forecast.tables.cells import Bools, typed
from forecast.tables.decode import read_text, strings
from forecast.tables.near import did_you_mean, in_words
from forecast.tables.places import ATTR, Places, joined, places
from forecast.tables.schema import Column, Schema
from forecast.tables.text import Text


@dataclass(frozen=True, slots=True)
class Part:
    """What one file gives to its table.

    columns  values by name: Arrow strings or NumPy arrays, all columns of the schema
    origin   file and row of each record
    sound    rows without a fault
    keyed    every column of the key is there
    faults   of headers and cells
    """

    columns: dict[str, Any]
    origin: Places
    sound: Bools
    keyed: bool
    faults: tuple[Fault, ...]


def read_table(path: Path, schema: Schema, *, shown_as: str, sheet: str | None = None) -> pd.DataFrame:
    """Read and check one file of a table.

    path      CSV, XLSX or Parquet file
    schema    what its columns must hold
    shown_as  name of the file in messages
    sheet     sheet of a workbook; the first one when None

    Returns the columns of the schema in its order; optional columns that the file lacks are blank. Words and codes are
    text (blank = empty string), whole figures int64 where no cell may be blank, other figures float64 (blank = NaN),
    days datetime64. ``forecast.tables.places.places(frame)`` names the row behind each index label.

    Raises InputError with every fault of headers, cells and keys.
    """
    frame, faults = assemble([read_part(path, schema, shown_as, sheet)], schema)
    if faults:
        raise InputError(faults)
    return frame


def read_part(path: Path, schema: Schema, shown_as: str, sheet: str | None = None) -> Part:
    """Read one file as far as possible; InputError only when it cannot be read at all."""
    text = read_text(path, shown_as, sheet)
    rows = len(text.origin.rows)
    found, faults = _match_headers(text, schema, shown_as)
    columns: dict[str, Any] = {}
    sound = np.ones(rows, dtype=bool)
    for column in schema.columns:
        if column.name not in found:
            columns[column.name] = _blank(column, rows)
            continue
        label, cells = found[column.name]
        result = typed(cells, column)
        columns[column.name] = result.values
        for misfit in result.misfits:
            sound &= ~misfit.at
            for at in np.flatnonzero(misfit.at).tolist():
                cell = cells[at].as_py()
                where = f"{text.origin.at(at)}, column {label}"
                faults.append(Fault(where, misfit.expected, cell or "a blank cell", misfit.way_out(cell)))
    return Part(columns, text.origin, sound, set(schema.key) <= set(found), tuple(faults))


def assemble(parts: Sequence[Part], schema: Schema) -> tuple[pd.DataFrame, list[Fault]]:
    """One frame of all parts, in order, and their faults with those of keys that stand twice."""
    columns = {column.name: _joined_column([part.columns[column.name] for part in parts]) for column in schema.columns}
    frame = pd.DataFrame(columns, copy=False)
    frame.attrs[ATTR] = joined([part.origin for part in parts])
    faults = [fault for part in parts for fault in part.faults]
    optional = {column.name for column in schema.columns if column.required == "no"}
    if all(part.keyed for part in parts) or set(schema.key) & optional:
        faults += repeated_keys(frame, schema, np.concatenate([part.sound for part in parts]))
    return frame, faults


def repeated_keys(frame: pd.DataFrame, schema: Schema, sound: Bools) -> list[Fault]:
    """Faults for rows whose key stands in an earlier row; only rows marked sound are compared."""
    key, origin = list(schema.key), places(frame)
    rows = frame if sound.all() else frame[sound]
    again = rows.duplicated(key).to_numpy(dtype=bool)
    if not again.any():
        return []
    group = rows.groupby(key, dropna=False, sort=False).ngroup().to_numpy()
    first = {number: label for label, number in zip(rows.index[~again].tolist(), group[~again].tolist(), strict=True)}
    faults = []
    for label, number in zip(rows.index[again].tolist(), group[again].tolist(), strict=True):
        name = ", ".join(_shown(value) for value in frame.loc[label, key])
        where, expected = origin.both(first[number], label), f"one row for each {' x '.join(key)}"
        faults.append(Fault(where, expected, f"{name} twice", "remove one of the two"))
    return faults


def _shown(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, float):
        return "blank" if np.isnan(value) else f"{value:g}"
    return "blank" if value is pd.NaT or value == "" else str(value)


def _joined_column(arrays: list[Any]) -> Any:
    if isinstance(arrays[0], pa.Array):
        return strings(arrays[0] if len(arrays) == 1 else pa.concat_arrays(arrays))
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def _match_headers(text: Text, schema: Schema, name: str) -> tuple[dict[str, tuple[str, pa.Array]], list[Fault]]:
    """Header and cells of each column found, and faults for headers that are unknown, missing or given twice."""
    known = headers(schema)
    found: dict[str, tuple[str, pa.Array]] = {}
    faults: list[Fault] = []
    for label, cells in zip(text.labels, text.columns, strict=True):
        meant = known.get(header(label))
        where = f"{name}, column {label}"
        if meant is None:
            expected = f"a column of the table {schema.name} ({in_words(schema.names, 30)})"
            hint = did_you_mean(header(label), known) or "rename it, or remove the column"
            faults.append(Fault(where, expected, f"the unknown header {label}", hint))
        elif meant in found:
            both = f"{found[meant][0]} and {label}"
            faults.append(Fault(where, f"one column {meant}", both, "remove one of the two"))
        else:
            found[meant] = (label, cells)
    strangers = [label for label in text.labels if header(label) not in known]
    for column in schema.columns:
        if column.name not in found and column.required != "no":
            hint = did_you_mean(column.name, strangers) or f"add it: {column.meaning_en}"
            faults.append(Fault(name, f"a column {column.name}", "none", hint))
    return found, faults


def _blank(column: Column, rows: int) -> Any:
    """A column that the file does not hold; also stands in for a missing one until its fault is raised."""
    if column.numeric:
        return np.full(rows, np.nan)
    if column.kind == "date":
        return np.full(rows, np.datetime64("NaT", "s"))
    return pa.array([""] * rows, pa.large_string())
