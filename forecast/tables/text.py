"""A table as it stands in its file: headers, cells of text, and the rows that they came from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from forecast.errors import Fault, InputError
from forecast.tables.delimited import Rows
from forecast.tables.places import Places, one_file


@dataclass(frozen=True, slots=True)
class Text:
    """Cells without blanks around them; a blank cell is the empty string.

    labels   headers, as written
    columns  Arrow strings, one array per header
    origin   file and row of each record
    """

    labels: tuple[str, ...]
    columns: tuple[pa.Array, ...]
    origin: Places


def text_table(rows: Rows, name: str) -> Text:
    """The first row that is not blank is the header; all others must be as long; rows blank all over are left out."""
    filled = [(number, cells) for number, cells in rows if any(map(str.strip, cells))]
    if not filled:
        raise InputError.one(name, "a header and rows", "blank cells only", "fill it, or remove the file")
    at, header = filled[0][0], [cell.strip() for cell in filled[0][1]]
    while not header[-1]:
        header.pop()  # spreadsheets leave blank columns at the right
    check_labels(header, f"{name}, row {at}")
    body = [cells for _, cells in filled[1:]]
    _check_lengths(filled[1:], len(header), name)
    columns = zip(*body, strict=True) if body else [()] * len(header)
    origin = one_file(name, np.array([number for number, _ in filled[1:]], dtype=np.int64))
    return Text(tuple(header), tuple(_trimmed(cells) for cells in columns), origin)


def _trimmed(cells: tuple[str, ...]) -> pa.Array:
    return pc.utf8_trim_whitespace(pa.array(cells, pa.large_string()))


def _check_lengths(rows: Rows, width: int, name: str) -> None:
    faults = []
    for number, cells in rows:
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        if len(cells) != width:
            hint = "a cell that holds the separator must stand in quotes" if len(cells) > width else "cells are missing"
            where, expected = f"{name}, row {number}", f"{width} cells, as in the header"
            faults.append(Fault(where, expected, f"{len(cells)} cells", hint))
    if faults:
        raise InputError(faults)


def check_labels(labels: list[str], where: str) -> None:
    """InputError for headers that are blank or stand twice."""
    faults = [
        Fault(f"{where}, column {position}", "a header", "a blank cell", "name the column or remove it")
        for position, label in enumerate(labels, start=1)
        if not label
    ]
    faults += [
        Fault(f"{where}, column {label}", "each header once", f"it stands {times} times", "rename or remove one")
        for label, times in Counter(labels).items()
        if label and times > 1
    ]
    if faults:
        raise InputError(faults)
