"""One check of the program against a published or a known number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from forecast.errors import Fault, InputError


@dataclass(frozen=True, slots=True)
class Check:
    """What was measured, and the limit that it must keep.

    measured  a relative error unless ``what`` names another unit
    limit     the largest value that passes, or the smallest where ``at_least``
    """

    name: str
    measured: float
    limit: float
    what: str
    at_least: bool = False

    @property
    def passed(self) -> bool:
        """Whether the limit is kept; a figure that is not a number never passes."""
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


def need(folder: Path, files: Iterable[str]) -> Path:
    """Give back the folder once all its files are found; raise InputError with the missing ones."""
    missing = [name for name in files if not (folder / name).is_file()]
    if missing:
        way_out = "name the folder of the reference data, or leave these checks out"
        raise InputError(
            Fault(str(folder / name), "a file of the reference data", "no file", way_out) for name in missing
        )
    return folder
