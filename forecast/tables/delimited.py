"""Bytes of a CSV file -> rows of text: the encoding and the separator are found, never guessed in silence."""

from __future__ import annotations

import csv
import io

from forecast.errors import InputError

SEPARATORS = (",", ";", "\t")
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
"""Byte order marks and the encodings that they announce."""
Rows = list[tuple[int, list[str]]]
"""(row as a spreadsheet counts it, its cells)."""


def text_of(raw: bytes, shown_as: str) -> str:
    """Decode by the byte order mark; else as strict UTF-8; else as strict GB18030 (which holds GBK and GB2312)."""
    marked = next((name for mark, name in MARKS.items() if raw.startswith(mark)), None)
    if marked is None and b"\x00" in raw:
        raise InputError.one(shown_as, "a text file", f"a zero byte at byte {raw.index(0)}", "save it as CSV in UTF-8")
    stopped: UnicodeDecodeError | None = None
    for encoding in [marked] if marked else ["utf-8", "gb18030"]:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError as fault:
            # where UTF-8 stops says nothing of a GB18030 file, so the last one tried names the place
            stopped = fault
    place = stopped.start if stopped else 0
    row = raw.count(b"\n", 0, place) + 1
    raise InputError.one(
        f"{shown_as}, row {row}",
        "text in UTF-8 or GB18030",
        f"byte 0x{raw[place]:02x} at byte {place}, which neither can hold",
        "save it as CSV in UTF-8",
    )


def separator_of(text: str) -> str:
    """The separator that cuts the first line into most cells; a comma when none cuts it."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    cells = {mark: len(next(csv.reader([first], delimiter=mark), [])) for mark in SEPARATORS}
    return max(SEPARATORS, key=lambda mark: cells[mark])


def read_delimited(raw: bytes, shown_as: str) -> Rows:
    """Rows of a CSV file; InputError names the place where the bytes or the quotes make no sense."""
    text = text_of(raw, shown_as)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator_of(text), strict=True)
    rows: Rows = []
    try:
        for number, cells in enumerate(reader, start=1):
            rows.append((number, cells))  # one by one: the rows read before a fault tell where it stands
    except csv.Error as fault:
        where = f"{shown_as}, row {len(rows) + 1}"
        raise InputError.one(where, "a row of CSV", str(fault), "look for a quote that is not closed") from None
    return rows
