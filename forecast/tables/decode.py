"""A file of any accepted format -> cells of text with the row numbers that a spreadsheet shows."""

from __future__ import annotations

import datetime as dt
import struct
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from forecast.errors import InputError
from forecast.tables.delimited import Rows, read_delimited
from forecast.tables.places import ATTR, one_file
from forecast.tables.text import Text, check_labels, text_table

SUFFIXES = (".csv", ".xlsx", ".parquet")
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError),
    *(LookupError, ValueError, TypeError, AttributeError, SyntaxError, RuntimeError),
)
"""What openpyxl and the modules below it let out when a workbook is damaged, or locked (RuntimeError)."""


def decode(path: Path, sheet: str | None = None) -> pd.DataFrame:
    """Text cells of a CSV, XLSX or Parquet file as a frame; blanks are empty strings.

    ``frame.attrs["places"]`` names the row of each record. Faults as in ``read_text``.
    """
    text = read_text(path, path.as_posix(), sheet)
    frame = pd.DataFrame({label: strings(cells) for label, cells in zip(text.labels, text.columns, strict=True)})
    frame.attrs[ATTR] = text.origin
    return frame


def strings(cells: pa.Array) -> pd.Series[str]:
    """Arrow strings as a column of pandas, without a copy."""
    dtype = pd.StringDtype("pyarrow", na_value=np.nan)
    column: pd.Series[str] = cells.to_pandas(types_mapper=lambda _: dtype)
    return column


def read_text(path: Path, shown_as: str, sheet: str | None = None) -> Text:
    """Text cells of a file, and where they stand.

    path      CSV (UTF-8 with or without mark, GB18030; comma, semicolon or tab), XLSX or Parquet
    shown_as  name of the file in messages
    sheet     sheet of a workbook; the first one when None

    The header is the first row that is not blank; rows blank all over are left out. Raises InputError for a file that
    is missing, empty or broken, for bytes that are neither UTF-8 nor GB18030, for rows of unequal length and for
    headers that are blank or stand twice.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError.one(shown_as, f"a file of kind {', '.join(SUFFIXES)}", f"kind {suffix or '(none)'}")
    try:
        raw = path.read_bytes()
    except OSError as fault:
        found = "no such file" if isinstance(fault, FileNotFoundError) else (fault.strerror or type(fault).__name__)
        raise InputError.one(shown_as, "a file that can be read", found) from None
    if not raw.strip():
        raise InputError.one(shown_as, "a header and rows", "an empty file", "fill it, or remove the file")
    if suffix == ".parquet":
        return _parquet(raw, shown_as)
    if suffix == ".xlsx":
        return text_table(*_sheet(path, sheet, shown_as))
    return text_table(read_delimited(raw, shown_as), shown_as)


def _sheet(path: Path, sheet: str | None, name: str) -> tuple[Rows, str]:
    """Rows of a sheet, and the name of file and sheet for messages."""
    import openpyxl  # heavy, and needed for workbooks only

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions that hold no data
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            names = [page.title for page in book.worksheets]
            wanted = sheet or next(iter(names), None)
            cells = _cells(book[wanted]) if wanted in names else None
            book.close()
    except BROKEN as fault:
        raise InputError.one(name, "a workbook (XLSX)", f"a broken file ({fault})", "save it again as XLSX") from None
    if cells is None:
        found = f"the sheets {', '.join(names)}" if names else "no sheet"
        raise InputError.one(f"{name}, sheet {sheet}", "a sheet of that name", found)
    width = max(map(len, cells), default=0)
    rows = [(number, row + [""] * (width - len(row))) for number, row in enumerate(cells, start=1)]
    return rows, f"{name}, sheet {wanted}"


def _cells(page: object) -> list[list[str]]:
    page.reset_dimensions()  # type: ignore[attr-defined]  # untyped; the size that a workbook states may be wrong
    rows = page.iter_rows(values_only=True)  # type: ignore[attr-defined]  # untyped
    return [[_shown(cell) for cell in row] for row in rows]


def _shown(cell: object) -> str:
    """What a spreadsheet shows for a cell: whole numbers without a point, days without a clock."""
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _parquet(raw: bytes, name: str) -> Text:
    try:
        # not from the path: that would take a folder `scenario=...` for a column
        table = pq.ParquetFile(pa.BufferReader(raw)).read()
    except (pa.ArrowException, OSError) as fault:
        reason = str(fault).splitlines()[0]
        raise InputError.one(name, "a whole Parquet file", f"a broken one ({reason})", "write it again") from None
    check_labels(table.column_names, name)
    columns = tuple(_column_text(table.column(label), f"{name}, column {label}") for label in table.column_names)
    origin = one_file(name, np.arange(2, table.num_rows + 2, dtype=np.int64))
    return Text(tuple(table.column_names), columns, origin)


def _column_text(column: pa.ChunkedArray, where: str) -> pa.Array:
    try:
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.date32())
        words = column.cast(pa.large_string()).fill_null("")
    except pa.ArrowException:
        expected = "figures, words or days"
        raise InputError.one(where, expected, f"values of type {column.type}", "write days without a clock") from None
    return pc.utf8_trim_whitespace(pa.chunked_array(words.chunks, pa.large_string()).combine_chunks())
