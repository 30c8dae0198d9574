"""Tables of a run, written while the next scenario is being computed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Self

import pandas as pd
import pyarrow as pa

from forecast.run.columns import concept_of
from forecast.run.digest import of_file
from forecast.tables.write import ParquetFile

SCHEMA_VERSION = "1"
HANDS = 2
"""Threads that write; more would only wait for the computation."""
Maker = Callable[[], pd.DataFrame | pa.Table]


class TableWriter:
    """One Parquet file a concept in a folder; one row group a scenario, in the order in which they were added.

    Each table belongs to one thread that builds and compresses it, so the bytes do not depend on timing (law 12). The
    first failure is raised when the next rows are added, or by ``finish``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[str, ParquetFile] = {}
        self.work: list[Future[None]] = []
        self.hands = [ThreadPoolExecutor(1) for _ in range(HANDS)]

    def add(self, name: str, make: Maker) -> None:
        """Rows of a table, made and written later."""
        for job in self.work:
            if job.done():
                job.result()
        if name not in self.files:
            metadata = {"schema_version": SCHEMA_VERSION, "table": name, "concept": concept_of(name)}
            self.files[name] = ParquetFile(self.folder / f"{name}.parquet", metadata)
        hand = self.hands[list(self.files).index(name) % HANDS]
        self.work.append(hand.submit(_append, self.files[name], make))

    def finish(self) -> dict[str, str]:
        """Wait, close, and give the digest of each file by its name."""
        for job in self.work:
            job.result()
        self._close()
        return {file.path.name: of_file(file.path) for _, file in sorted(self.files.items())}

    def _close(self) -> None:
        for hand in self.hands:
            hand.shutdown(wait=True, cancel_futures=True)
        for file in self.files.values():
            file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()


def _append(file: ParquetFile, make: Maker) -> None:
    file.append(make())
