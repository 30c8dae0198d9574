"""Where each row of a frame came from, so that a later check can name the file and the row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ints = NDArray[np.int64]
ATTR = "places"


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """File and row of every row of a frame.

    files    names of the files, as the user knows them
    file_of  number of the file, one per row
    rows     row as a spreadsheet counts it (the header is row 1), one per row
    """

    files: tuple[str, ...]
    file_of: Ints
    rows: Ints

    def at(self, position: int) -> str:
        """``data/births.csv, row 12`` for the row at that position of the frame as it was read."""
        return f"{self.file_at(position)}, row {self.rows[position]}"

    def file_at(self, position: int) -> str:
        """The file alone."""
        return self.files[int(self.file_of[position])]

    def both(self, first: int, second: int) -> str:
        """Two rows in few words: the file is named once where it is the same."""
        if self.file_of[first] == self.file_of[second]:
            return f"{self.file_at(first)}, rows {self.rows[first]} and {self.rows[second]}"
        return f"{self.at(first)} and {self.at(second)}"

    def __deepcopy__(self, memo: object) -> Places:
        # pandas copies attrs deeply with every operation; this one never changes
        return self


def one_file(name: str, rows: Ints) -> Places:
    """Places of a frame that came from a single file."""
    return Places((name,), np.zeros(len(rows), np.int64), rows)


def joined(parts: Sequence[Places]) -> Places:
    """Places of frames laid one below the other."""
    shifts = np.cumsum([0, *(len(part.files) for part in parts)])
    return Places(
        tuple(name for part in parts for name in part.files),
        np.concatenate([part.file_of + shift for part, shift in zip(parts, shifts, strict=False)]),
        np.concatenate([part.rows for part in parts]),
    )


def places(frame: pd.DataFrame) -> Places:
    """The places of a frame that the reader made; its index labels are the positions."""
    return cast("Places", frame.attrs[ATTR])
