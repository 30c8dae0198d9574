"""How often intervals held: what back-tests and the hindsight of a run say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.report.fan import LEVEL
from forecast.report.opened import Opened, frame
from forecast.report.texts import Texts

COLUMNS = ("set", "calibrated_on", "group", "horizons", "nominal", "covered", "cases")
ALL = "all"


@dataclass(frozen=True, slots=True)
class Covered:
    """What the intervals of one level covered.

    calibrated_on  areas that gave the sizes of the shocks; empty where the tested areas themselves gave some
    horizons       years ahead; ``all`` for every horizon together
    covered        percent of the cases
    """

    name: str
    calibrated_on: str
    group: str
    horizons: str
    covered: float
    cases: int

    @property
    def held_out(self) -> bool:
        """Whether the sizes of the shocks came from elsewhere: only then is it a test of a forecast."""
        return bool(self.calibrated_on) and self.name not in self.calibrated_on


def coverage(run: Opened, level: int = LEVEL) -> tuple[Covered, ...]:
    """The rows of a run's table of coverage for one level; none if the run has no such table."""
    if not (run.folder / "coverage.parquet").is_file():
        return ()
    table = frame(run, "coverage", COLUMNS, every=True)
    known = table[(table["nominal"] == level) & table["covered"].notna() & (table["cases"] > 0)]
    words = (known[name].astype(object).fillna("").astype(str) for name in COLUMNS[:4])
    numbers = known["covered"].to_numpy(dtype=np.float64), known["cases"].to_numpy(dtype=np.int64)
    return tuple(
        Covered(name, on, group, horizons, float(covered), int(cases))
        for name, on, group, horizons, covered, cases in zip(*words, *numbers, strict=True)
    )


def elsewhere(rows: tuple[Covered, ...]) -> tuple[Covered, ...]:
    """One row a set that gave no size of a shock: all groups and horizons together."""
    return tuple(row for row in rows if row.held_out and (row.group, row.horizons) == (ALL, ALL))


def said(rows: tuple[Covered, ...], words: Texts) -> str:
    """One sentence on how often intervals held elsewhere, or that nobody measured it."""
    found = [
        words("said.covered.set", name=words.label("set", row.name), share=f"{row.covered:.0f}%")
        for row in elsewhere(rows)
    ]
    return words("said.covered", sets=words("list.and").join(found)) if found else words("said.covered.none")
