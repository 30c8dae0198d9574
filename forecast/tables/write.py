"""Write a frame as Parquet: small, self-describing, and the same bytes for the same frame (law 12)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq


def write_parquet(frame: pd.DataFrame, path: Path, *, metadata: Mapping[str, str]) -> None:
    """Write the columns of a frame (not its index) with zstd; columns of words are dictionary-coded.

    path      file to write; its folder must exist
    metadata  schema version, units, run ..., put into the Arrow schema, sorted by name
    """
    arrays = [_array(frame[name]) for name in frame.columns]
    pairs = {key.encode(): metadata[key].encode() for key in sorted(metadata)}
    fields = [pa.field(str(name), array.type) for name, array in zip(frame.columns, arrays, strict=True)]
    table = pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=pairs))
    coded = [field.name for field in fields if pa.types.is_dictionary(field.type)]
    pq.write_table(table, path, compression="zstd", use_dictionary=coded)


def _array(column: pd.Series[Any]) -> pa.Array | pa.ChunkedArray:
    array = pa.array(column, from_pandas=True)
    if pa.types.is_dictionary(array.type):
        return array
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        return array.cast(pa.string()).dictionary_encode()
    return array
