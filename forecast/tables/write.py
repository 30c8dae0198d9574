"""Write a frame as Parquet: small, self-describing, and the same bytes for the same frame (law 12)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq


def write_parquet(frame: pd.DataFrame | pa.Table, path: Path, *, metadata: Mapping[str, str]) -> None:
    """Write an Arrow table, or a frame without its index, with zstd; columns of words are dictionary-coded.

    path      file to write; its folder must exist
    metadata  schema version, units, run ..., put into the Arrow schema, sorted by name
    """
    pairs = {key.encode(): metadata[key].encode() for key in sorted(metadata)}
    table = (frame if isinstance(frame, pa.Table) else _table(frame)).replace_schema_metadata(pairs)
    coded = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
    pq.write_table(table, path, compression="zstd", use_dictionary=coded)


def _table(frame: pd.DataFrame) -> pa.Table:
    return pa.table([_array(frame[name]) for name in frame.columns], names=[str(name) for name in frame.columns])


def _array(column: pd.Series[Any]) -> pa.Array | pa.ChunkedArray:
    array = pa.array(column, from_pandas=True)
    if pa.types.is_dictionary(array.type):
        return array
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        return array.cast(pa.string()).dictionary_encode()
    return array
