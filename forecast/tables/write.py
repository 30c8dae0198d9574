"""Write a frame as Parquet: small, self-describing, and the same bytes for the same frame (law 12)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq


class ParquetFile:
    """A Parquet file that grows by row groups: zstd, columns of words dictionary-coded.

    path      file to write; its folder must exist
    metadata  schema version, units, run ..., put into the Arrow schema, sorted by name
    """

    def __init__(self, path: Path, metadata: Mapping[str, str]) -> None:
        self.path = path
        self.pairs = {key.encode(): metadata[key].encode() for key in sorted(metadata)}
        self.writer: pq.ParquetWriter | None = None

    def append(self, frame: pd.DataFrame | pa.Table) -> None:
        """Add rows as a row group of their own; the columns must be those of the first."""
        table = (frame if isinstance(frame, pa.Table) else _table(frame)).replace_schema_metadata(self.pairs)
        if self.writer is None:
            coded = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
            # Readers skip row groups by keys; least and greatest figures help nobody and cost a third of the writing.
            keys = [field.name for field in table.schema if not pa.types.is_floating(field.type)]
            options = {"use_dictionary": coded, "write_statistics": keys}
            self.writer = pq.ParquetWriter(self.path, table.schema, compression="zstd", **options)
        self.writer.write_table(table, row_group_size=max(table.num_rows, 1))

    def close(self) -> None:
        """Write the footer; without it the file cannot be read."""
        if self.writer is not None:
            self.writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _table(frame: pd.DataFrame) -> pa.Table:
    return pa.table([_array(frame[name]) for name in frame.columns], names=[str(name) for name in frame.columns])


def _array(column: pd.Series[Any]) -> pa.Array | pa.ChunkedArray:
    array = pa.array(column, from_pandas=True)
    if pa.types.is_dictionary(array.type):
        return array
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        return array.cast(pa.string()).dictionary_encode()
    return array
